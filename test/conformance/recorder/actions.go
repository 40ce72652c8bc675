package recorder

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	cmdutil "k8s.io/kubectl/pkg/cmd/util"
	"k8s.io/kubectl/pkg/polymorphichelpers"
	"k8s.io/kubernetes/pkg/controller"
)

func (x *run) act(a Action) {
	note := a.Do
	x.store.writes = nil
	x.store.user = true
	defer func() { x.store.user = false }()
	do, ok := actions[a.Do]
	if !ok {
		panic("no such action: " + a.Do)
	}
	more, err := do(x, a)
	note += more
	if err != nil {
		note += " -> " + err.Error()
	}
	x.frame.Actions = append(x.frame.Actions, note)
}

// actions are what a case can ask for; each says what to add to its note, and how it failed.
var actions = map[string]func(x *run, a Action) (string, error){
	"create": func(x *run, a Action) (string, error) {
		d := &appsv1.Deployment{}
		must(json.Unmarshal(a.Deployment, d))
		_, err := x.client.AppsV1().Deployments("default").Create(context.Background(), d, metav1.CreateOptions{})
		return "", err
	},
	"patch": func(x *run, a Action) (string, error) {
		_, err := x.client.AppsV1().Deployments("default").Patch(context.Background(), a.Name, types.StrategicMergePatchType, a.Patch, metav1.PatchOptions{})
		return " " + string(a.Patch), err
	},
	"delete": func(x *run, a Action) (string, error) {
		switch a.Propagation {
		case "Orphan":
			return " Orphan", x.store.orphan("deployments", a.Name)
		case "Foreground":
			return " Foreground", x.store.foreground("deployments", a.Name)
		}
		return "", x.client.AppsV1().Deployments("default").Delete(context.Background(), a.Name, metav1.DeleteOptions{})
	},
	"undo": undo,
	"delete-pod": func(x *run, a Action) (string, error) {
		if p := x.pod(a.Pod); p != nil {
			return "", x.client.CoreV1().Pods("default").Delete(context.Background(), p.Name, metav1.DeleteOptions{})
		}
		return "", nil
	},
	"patch-pod": func(x *run, a Action) (string, error) {
		if p := x.pod(a.Pod); p != nil {
			_, err := x.client.CoreV1().Pods("default").Patch(context.Background(), p.Name, types.StrategicMergePatchType, a.Patch, metav1.PatchOptions{})
			return " " + string(a.Patch), err
		}
		return "", nil
	},
	"create-replicaset": createReplicaSet,
	"patch-replicaset": func(x *run, a Action) (string, error) {
		_, err := x.client.AppsV1().ReplicaSets("default").Patch(context.Background(), x.replicaSet(a.Name), types.StrategicMergePatchType, a.Patch, metav1.PatchOptions{})
		return " " + a.Name + " " + string(a.Patch), err
	},
	"delete-replicaset": func(x *run, a Action) (string, error) {
		switch a.Propagation {
		case "Orphan":
			return " " + a.Name + " Orphan", x.store.orphan("replicasets", x.replicaSet(a.Name))
		case "Foreground":
			return " " + a.Name + " Foreground", x.store.foreground("replicasets", x.replicaSet(a.Name))
		}
		return " " + a.Name, x.client.AppsV1().ReplicaSets("default").Delete(context.Background(), x.replicaSet(a.Name), metav1.DeleteOptions{})
	},
	"quota":            func(x *run, a Action) (string, error) { x.store.quota = a.N; return "", nil },
	"fail-create-pods": func(x *run, a Action) (string, error) { x.store.failNext = a.N; return "", nil },
	"fail": func(x *run, a Action) (string, error) {
		x.store.failures = append(x.store.failures, &failure{a.Verb, a.Resource, a.Reason, a.Skip, a.N})
		return fmt.Sprintf(" %s %s %s", a.Verb, a.Resource, a.Reason), nil
	},
}

func undo(x *run, a Action) (string, error) {
	d, err := x.client.AppsV1().Deployments("default").Get(context.Background(), a.Name, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	rb, err := polymorphichelpers.RollbackerFor(appsv1.SchemeGroupVersion.WithKind("Deployment").GroupKind(), x.client)
	must(err)
	msg, err := rb.Rollback(d, nil, a.ToRevision, cmdutil.DryRunNone)
	return fmt.Sprintf(" %d: %s", a.ToRevision, msg), err
}

// pod finds the i-th pod that is not terminating, oldest first, counting round.
func (x *run) pod(i int) *corev1.Pod {
	var live []*corev1.Pod
	for _, o := range x.store.objects["pods"] {
		if p := o.(*corev1.Pod); p.DeletionTimestamp == nil {
			live = append(live, p)
		}
	}
	sort.Slice(live, func(i, j int) bool { return live[i].UID < live[j].UID })
	if len(live) == 0 {
		return nil
	}
	return live[i%len(live)]
}

// replicaSet finds a ReplicaSet's name by what traces call it; ids are given up to this moment.
func (x *run) replicaSet(id string) string {
	x.names()
	newest := id
	for name, known := range x.rsIDs {
		if known == id {
			newest = name
		}
	}
	return newest
}

// createReplicaSet makes one by hand. One without a name takes the name that the controller would give to
// the ReplicaSet of the Deployment's present template, and the next number of that Deployment.
func createReplicaSet(x *run, a Action) (string, error) {
	rs := &appsv1.ReplicaSet{}
	must(json.Unmarshal(a.ReplicaSet, rs))
	x.names()
	note := " " + rs.Name
	if rs.Name == "" {
		o, ok := x.store.objects["deployments"][a.Name]
		if !ok {
			return " for " + a.Name, nil
		}
		d := o.(*appsv1.Deployment)
		rs.Name = d.Name + "-" + controller.ComputeHash(&d.Spec.Template, d.Status.CollisionCount)
		if _, ok := x.rsIDs[rs.Name]; !ok {
			x.number(rs.Name, d.Name)
		}
		note = " " + x.rsIDs[rs.Name]
	} else if _, ok := x.rsIDs[rs.Name]; !ok {
		x.rsIDs[rs.Name] = rs.Name
	}
	_, err := x.client.AppsV1().ReplicaSets("default").Create(context.Background(), rs, metav1.CreateOptions{})
	return note, err
}
