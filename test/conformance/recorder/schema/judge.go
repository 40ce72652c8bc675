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
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/warning"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	"k8s.io/kubernetes/pkg/capabilities"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/autoscaling/horizontalpodautoscaler"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
)

// What the API server says of an object that a client wants to create: judged by the real decoder,
// defaults, strategies and validation.
type judgement struct {
	Object   json.RawMessage      `json:"object"`
	Causes   []metav1.StatusCause `json:"causes,omitempty"`
	Error    string               `json:"error,omitempty"`
	Warnings []string             `json:"warnings,omitempty"`
	Stored   json.RawMessage      `json:"stored,omitempty"`
}

type recorder struct{ texts []string }

func (r *recorder) AddWarning(_, text string) { r.texts = append(r.texts, text) }

type strategy interface {
	rest.RESTCreateStrategy
}

var strategies = map[string]strategy{
	"Deployment":              deployment.Strategy,
	"ReplicaSet":              replicaset.Strategy,
	"Pod":                     pod.Strategy,
	"HorizontalPodAutoscaler": horizontalpodautoscaler.Strategy,
	"PodDisruptionBudget":     poddisruptionbudget.Strategy,
}

func judge(text []byte, groupVersion schema.GroupVersion, kind string) judgement {
	result := judgement{Object: text}
	object, _, err := legacyscheme.Codecs.UniversalDecoder().Decode(text, nil, nil)
	if err != nil {
		result.Error = err.Error()
		return result
	}
	object = internal(object)
	warnings := &recorder{}
	ctx := request.WithNamespace(context.Background(), "default")
	ctx = request.WithRequestInfo(ctx, &request.RequestInfo{
		APIGroup: groupVersion.Group, APIVersion: groupVersion.Version,
	})
	ctx = warning.WithWarningRecorder(ctx, warnings)
	accessor := object.(metav1.Object)
	accessor.SetNamespace("default")
	rest.WipeObjectMetaSystemFields(accessor)
	rest.FillObjectMetaSystemFields(accessor)
	err = rest.BeforeCreate(strategies[kind], ctx, object)
	result.Warnings = warnings.texts
	var status *apierrors.StatusError
	if errors.As(err, &status) {
		if details := status.Status().Details; details != nil {
			result.Causes = details.Causes
		}
		return result
	}
	if err != nil {
		result.Error = err.Error()
		return result
	}
	accessor.SetUID(types.UID(""))
	accessor.SetCreationTimestamp(metav1.Time{})
	stored, err := runtime.Encode(legacyscheme.Codecs.LegacyCodec(groupVersion), object)
	if err != nil {
		panic(err)
	}
	result.Stored = stored
	return result
}

func internal(object runtime.Object) runtime.Object {
	converted, err := legacyscheme.Scheme.UnsafeConvertToVersion(object, runtime.InternalGroupVersioner)
	if err != nil {
		panic(err)
	}
	return converted
}

var bases = []struct{ kind, group, version, text string }{
	{"Deployment", "apps", "v1", `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"volumes":[{"name":"v"}],"containers":[{"name":"c","image":"nginx","volumeMounts":[{"name":"v","mountPath":"/v"}]}]}}}}`},
	{"ReplicaSet", "apps", "v1", `{"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}}}}`},
	{"Pod", "", "v1", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[{"name":"c","image":"nginx"}]}}`},
	{"HorizontalPodAutoscaler", "autoscaling", "v2", `{"apiVersion":"autoscaling/v2","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},"spec":{"maxReplicas":5,"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"}}}`},
	{"PodDisruptionBudget", "policy", "v1", `{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"web"},"spec":{"minAvailable":1}}`},
}

// Fields that the project leaves out openly, and what Go walks in random order.
var skipped = map[string]bool{
	"ManagedFields": true, "CreationTimestamp": true, "DeletionTimestamp": true, "Status": true,
	"Namespace": true, "OwnerReferences": true, "ResourceVersion": true, "UID": true, "SelfLink": true,
	"DeletionGracePeriodSeconds": true, "Generation": true, "GenerateName": true,
	"WindowsOptions": true, "ResourceClaims": true, "Claims": true, "SchedulingGroup": true,
	"EvictionResponders": true, "EphemeralContainers": true, "OS": true,
	"GitRepo": true, "GCEPersistentDisk": true, "AWSElasticBlockStore": true, "ISCSI": true, "Glusterfs": true,
	"RBD": true, "FlexVolume": true, "Cinder": true, "CephFS": true, "Flocker": true, "FC": true, "AzureFile": true,
	"VsphereVolume": true, "Quobyte": true, "AzureDisk": true, "PhotonPersistentDisk": true, "PortworxVolume": true,
	"ScaleIO": true, "StorageOS": true, "CSI": true, "Ephemeral": true, "ClusterTrustBundle": true,
	"PodCertificate": true, "DefaultUser": true, "User": true, "BindMountOptions": true, "Protocol": false,
	"TypeMeta": true, "Sysctls": true,
}

func judged(count int, seed int64) {
	capabilities.Initialize(capabilities.Capabilities{AllowPrivileged: true})
	random := rand.New(rand.NewSource(seed))
	for i := range count {
		base := bases[[]int{0, 0, 0, 0, 1, 2, 2, 3, 4}[i%9]]
		object, err := legacyscheme.Scheme.New(schema.GroupVersionKind{Group: base.group, Version: base.version, Kind: base.kind})
		if err != nil {
			panic(err)
		}
		if err := json.Unmarshal([]byte(base.text), object); err != nil {
			panic(err)
		}
		for range 1 + random.Intn(3) {
			mutate(random, reflect.ValueOf(object).Elem(), 0)
		}
		text, err := json.Marshal(object)
		if err != nil {
			panic(err)
		}
		line, err := json.Marshal(judge(text, schema.GroupVersion{Group: base.group, Version: base.version}, base.kind))
		if err != nil {
			panic(err)
		}
		fmt.Println(string(line))
	}
}

// Goes down to some field and fills it.
func mutate(random *rand.Rand, value reflect.Value, depth int) {
	for value.Kind() == reflect.Pointer {
		if value.IsNil() {
			value.Set(reflect.New(value.Type().Elem()))
			sow(random, value.Elem(), depth)
			return
		}
		value = value.Elem()
	}
	switch value.Kind() {
	case reflect.Struct:
		if _, ok := scalar(value); ok {
			sow(random, value, depth)
			return
		}
		for range 20 {
			i := random.Intn(value.NumField())
			name := value.Type().Field(i).Name
			if skipped[name] {
				continue
			}
			if depth == 0 && name != "Spec" && random.Intn(4) > 0 {
				continue
			}
			mutate(random, value.Field(i), depth+1)
			return
		}
	case reflect.Slice:
		if value.Len() > 0 && random.Intn(3) > 0 {
			mutate(random, value.Index(random.Intn(value.Len())), depth+1)
			return
		}
		element := reflect.New(value.Type().Elem()).Elem()
		if value.Len() > 0 && random.Intn(2) == 0 {
			element.Set(value.Index(0))
			element = copied(element)
			mutate(random, element, depth+1)
		} else {
			sow(random, element, depth+1)
		}
		value.Set(reflect.Append(value, element))
	default:
		sow(random, value, depth)
	}
}

func copied(value reflect.Value) reflect.Value {
	text, err := json.Marshal(value.Interface())
	if err != nil {
		panic(err)
	}
	fresh := reflect.New(value.Type())
	if err := json.Unmarshal(text, fresh.Interface()); err != nil {
		panic(err)
	}
	return fresh.Elem()
}
