package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand"
	"reflect"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
)

// What the API server says of a changed object, through a subresource or not.
type updated struct {
	Subresource string               `json:"subresource,omitempty"`
	Old         json.RawMessage      `json:"old"`
	Object      json.RawMessage      `json:"object"`
	Causes      []metav1.StatusCause `json:"causes,omitempty"`
	Error       string               `json:"error,omitempty"`
	Warnings    []string             `json:"warnings,omitempty"`
	Stored      json.RawMessage      `json:"stored,omitempty"`
}

var updates = map[string]map[string]rest.RESTUpdateStrategy{
	"Deployment":              {"": deployment.Strategy, "status": deployment.StatusStrategy},
	"ReplicaSet":              {"": replicaset.Strategy, "status": replicaset.StatusStrategy},
	"Pod":                     {"": pod.Strategy, "status": pod.StatusStrategy},
	"HorizontalPodAutoscaler": {"": horizontalpodautoscaler.Strategy, "status": horizontalpodautoscaler.StatusStrategy},
	"PodDisruptionBudget":     {"": poddisruptionbudget.Strategy, "status": poddisruptionbudget.StatusStrategy},
}

func decoded(text []byte) runtime.Object {
	object, _, err := legacyscheme.Codecs.UniversalDecoder().Decode(text, nil, nil)
	if err != nil {
		panic(err)
	}
	return internal(object)
}

func updatedOne(random *rand.Rand, kind string, groupVersion schema.GroupVersion, old, text []byte, subresource string) updated {
	result := updated{Subresource: subresource, Old: old, Object: text}
	object, _, err := legacyscheme.Codecs.UniversalDecoder().Decode(text, nil, nil)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	object = internal(object)
	warnings := &recorder{}
	ctx := request.WithNamespace(context.Background(), "default")
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{
		APIGroup: groupVersion.Group, APIVersion: groupVersion.Version, Subresource: subresource,
	})
	ctx = warning.WithWarningRecorder(ctx, warnings)
	err = rest.BeforeUpdate(updates[kind][subresource], ctx, object, decoded(old))
	result.Warnings = warnings.texts
	var status *apierrors.StatusError
	if errors.As(err, &status) && status.Status().Details != nil && len(status.Status().Details.Causes) > 0 {
		result.Causes = status.Status().Details.Causes
		return result
	}
	if err != nil {
		result.Error = err.Error()
		return result
	}
	stored, err := runtime.Encode(legacyscheme.Codecs.LegacyCodec(groupVersion), object)
	if err != nil {
		panic(err)
	}
	result.Stored = stored
	return result
}

func updatedMany(count int, seed int64) {
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true})
	random := rand.New(rand.NewSource(seed))
	for i := 0; i < count; {
		base := bases[[]int{0, 0, 0, 1, 2, 2, 3, 4}[random.Intn(8)]]
		groupVersion := schema.GroupVersion{Group: base.group, Version: base.version}
		old := []byte(base.text)
		if random.Intn(2) == 0 {
			old = mutated(random, base.group, base.version, base.kind, old, 1, true)
		}
		created := judge(old, groupVersion, base.kind)
		if created.Stored == nil {
			continue
		}
		var object map[string]any
		if err := json.Unmarshal(created.Stored, &object); err != nil {
			panic(err)
		}
		metadata := object["metadata"].(map[string]any)
		metadata["resourceVersion"] = "5"
		metadata["uid"] = "0bb41ea8-4f3b-4ac1-8c8a-4b8b3c5bd0a1"
		metadata["creationTimestamp"] = "2026-11-23T08:00:00Z"
		stored := rendered(object)
		subresource := ""
		if random.Intn(4) == 0 {
			subresource = "status"
		}
		skipped["Status"] = subresource == ""
		next := mutated(random, base.group, base.version, base.kind, stored, 1+random.Intn(2), subresource == "")
		skipped["Status"] = true
		fmt.Println(string(rendered(updatedOne(random, base.kind, groupVersion, stored, next, subresource))))
		i++
	}
}

func mutated(random *rand.Rand, group, version, kind string, text []byte, times int, _ bool) []byte {
	object, err := legacyscheme.Scheme.New(schema.GroupVersionKind{Group: group, Version: version, Kind: kind})
	if err != nil {
		panic(err)
	}
	if err := json.Unmarshal(text, object); err != nil {
		panic(err)
	}
	for range times {
		mutate(random, reflect.ValueOf(object).Elem(), 0)
	}
	return rendered(object)
}
