// Package ctl opens the two controllers of kube-controller-manager for step-by-step driving:
// their work queues are replaced by ones that the recorder owns, their event recorders by a log.
package ctl

import (
	"context"
	"reflect"
	"unsafe"

	"k8s.io/client-go/tools/record"
	"k8s.io/kubernetes/pkg/controller"
	"k8s.io/kubernetes/pkg/controller/deployment"
	"k8s.io/kubernetes/pkg/controller/replicaset"
)

//go:linkname deploymentProcess k8s.io/kubernetes/pkg/controller/deployment.(*DeploymentController).processNextWorkItem
func deploymentProcess(dc *deployment.DeploymentController, ctx context.Context) bool

//go:linkname replicaSetProcess k8s.io/kubernetes/pkg/controller/replicaset.(*ReplicaSetController).processNextWorkItem
func replicaSetProcess(rc *replicaset.ReplicaSetController, ctx context.Context) bool

func DeploymentProcess(dc *deployment.DeploymentController, ctx context.Context) {
	deploymentProcess(dc, ctx)
}
func ReplicaSetProcess(rc *replicaset.ReplicaSetController, ctx context.Context) {
	replicaSetProcess(rc, ctx)
}

func field(obj any, name string) reflect.Value {
	f := reflect.ValueOf(obj).Elem().FieldByName(name)
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

func Set(obj any, name string, value any) { field(obj, name).Set(reflect.ValueOf(value)) }

// SetPodRecorder swaps the recorder inside the ReplicaSet controller's RealPodControl.
func SetPodRecorder(rc *replicaset.ReplicaSetController, r record.EventRecorder) {
	pc := field(rc, "podControl").Interface().(controller.RealPodControl)
	pc.Recorder = r
	field(rc, "podControl").Set(reflect.ValueOf(pc))
}

func Get(obj any, name string) any { return field(obj, name).Interface() }
