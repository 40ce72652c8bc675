package recorder

import (
	"context"
	"encoding/json"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	apps "k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	api "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	depreg "k8s.io/kubernetes/pkg/registry/apps/deployment"
	rsreg "k8s.io/kubernetes/pkg/registry/apps/replicaset"
	podreg "k8s.io/kubernetes/pkg/registry/core/pod"
)

func gr(r string) schema.GroupResource {
	if r == "pods" {
		return schema.GroupResource{Resource: r}
	}
	return schema.GroupResource{Group: "apps", Resource: r}
}

type strategy interface {
	rest.RESTCreateStrategy
	rest.RESTUpdateStrategy
}

// internal returns an empty internal object and the strategy for the resource and subresource.
func internal(r, sub string) (runtime.Object, strategy) {
	switch r + "/" + sub {
	case "deployments/":
		return &apps.Deployment{}, depreg.Strategy
	case "deployments/status":
		return &apps.Deployment{}, depreg.StatusStrategy
	case "replicasets/":
		return &apps.ReplicaSet{}, rsreg.Strategy
	case "replicasets/status":
		return &apps.ReplicaSet{}, rsreg.StatusStrategy
	case "pods/":
		return &api.Pod{}, podreg.Strategy
	case "pods/status":
		return &api.Pod{}, podreg.StatusStrategy
	}
	panic(r + sub)
}

func kindOf(r string) schema.GroupKind {
	switch r {
	case "deployments":
		return schema.GroupKind{Group: "apps", Kind: "Deployment"}
	case "replicasets":
		return schema.GroupKind{Group: "apps", Kind: "ReplicaSet"}
	}
	return schema.GroupKind{Kind: "Pod"}
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func reqCtx() context.Context {
	return genericapirequest.WithNamespace(context.Background(), "default")
}

func toExternal(r string, in runtime.Object) runtime.Object {
	var out runtime.Object
	switch r {
	case "deployments":
		out = &appsv1.Deployment{}
	case "replicasets":
		out = &appsv1.ReplicaSet{}
	default:
		out = &corev1.Pod{}
	}
	must(legacyscheme.Scheme.Convert(in, out, nil))
	// One trip through JSON, as over the wire: times lose what is below a second.
	b, err := json.Marshal(out)
	must(err)
	fresh := out.DeepCopyObject()
	switch x := fresh.(type) {
	case *appsv1.Deployment:
		*x = appsv1.Deployment{}
	case *appsv1.ReplicaSet:
		*x = appsv1.ReplicaSet{}
	case *corev1.Pod:
		*x = corev1.Pod{}
	}
	must(json.Unmarshal(b, fresh))
	return fresh
}
