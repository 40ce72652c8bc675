package recorder

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/kubectl/pkg/polymorphichelpers"
	podutil "k8s.io/kubernetes/pkg/api/v1/pod"
)

// names calls ReplicaSets by their Deployment and order of creation: web~1, web~2, ...
func (x *run) names() *strings.Replacer {
	var rss []*appsv1.ReplicaSet
	for _, o := range x.store.objects["replicasets"] {
		rss = append(rss, o.(*appsv1.ReplicaSet))
	}
	sort.Slice(rss, func(i, j int) bool { return rss[i].UID < rss[j].UID })
	for _, rs := range rss {
		if _, ok := x.rsIDs[rs.Name]; !ok {
			owner := metav1.GetControllerOf(rs)
			if owner == nil {
				x.rsIDs[rs.Name] = rs.Name
				continue
			}
			x.number(rs.Name, owner.Name)
		}
	}
	var pairs []string
	for _, k := range slices.SortedFunc(maps.Keys(x.rsIDs), func(a, b string) int { return len(b) - len(a) }) {
		pairs = append(pairs, k, x.rsIDs[k])
	}
	return strings.NewReplacer(pairs...)
}

func (x *run) number(name, owner string) {
	x.rsCount[owner]++
	x.rsIDs[name] = fmt.Sprintf("%s~%d", owner, x.rsCount[owner])
}

func (x *run) rel(t metav1.Time) any {
	if t.IsZero() {
		return nil
	}
	return int64(t.Sub(x.start).Seconds())
}

func (x *run) snapshot() {
	f := x.frame
	f.Pods = map[string]int{}
	names := x.names()
	for _, o := range x.store.list("deployments") {
		d := o.(*appsv1.Deployment)
		u, err := runtime.DefaultUnstructuredConverter.ToUnstructured(d)
		must(err)
		sv := &polymorphichelpers.DeploymentStatusViewer{}
		line, done, serr := sv.Status(&unstructured.Unstructured{Object: u}, 0)
		conds := []any{}
		for _, c := range d.Status.Conditions {
			conds = append(conds, []any{c.Type, c.Status, c.Reason, names.Replace(c.Message), x.rel(c.LastUpdateTime), x.rel(c.LastTransitionTime)})
		}
		s := d.Status
		m := map[string]any{"name": d.Name, "generation": d.Generation, "annotations": d.Annotations, "replicas": *d.Spec.Replicas, "paused": d.Spec.Paused,
			"image": d.Spec.Template.Spec.Containers[0].Image,
			"status": map[string]any{"observedGeneration": s.ObservedGeneration, "replicas": s.Replicas, "updated": s.UpdatedReplicas, "ready": s.ReadyReplicas,
				"available": s.AvailableReplicas, "unavailable": s.UnavailableReplicas, "terminating": s.TerminatingReplicas, "collisions": s.CollisionCount},
			"conditions": conds, "rolloutStatus": strings.TrimSpace(line), "done": done}
		if serr != nil {
			m["rolloutStatus"] = "error: " + serr.Error()
		}
		if d.DeletionTimestamp != nil {
			m["deleting"] = true
		}
		b, _ := json.Marshal(m)
		f.Deployments = append(f.Deployments, b)
	}
	for _, o := range x.store.list("replicasets") {
		rs := o.(*appsv1.ReplicaSet)
		conds := []any{}
		for _, c := range rs.Status.Conditions {
			conds = append(conds, []any{c.Type, c.Status, c.Reason, names.Replace(c.Message), x.rel(c.LastTransitionTime)})
		}
		s := rs.Status
		m := map[string]any{"name": x.rsIDs[rs.Name], "generation": rs.Generation, "annotations": rs.Annotations, "replicas": *rs.Spec.Replicas,
			"minReadySeconds": rs.Spec.MinReadySeconds, "image": rs.Spec.Template.Spec.Containers[0].Image, "created": x.rel(rs.CreationTimestamp),
			"status": map[string]any{"observedGeneration": s.ObservedGeneration, "replicas": s.Replicas, "fullyLabeled": s.FullyLabeledReplicas, "ready": s.ReadyReplicas,
				"available": s.AvailableReplicas, "terminating": s.TerminatingReplicas}, "conditions": conds}
		if rs.DeletionTimestamp != nil {
			m["deleting"] = true
		}
		// The name tells who made it; say so where that is not who owns it.
		if ref := metav1.GetControllerOf(rs); ref == nil {
			m["owner"] = nil
		} else if !strings.HasPrefix(x.rsIDs[rs.Name], ref.Name+"~") {
			m["owner"] = ref.Name
		}
		b, _ := json.Marshal(m)
		f.ReplicaSets = append(f.ReplicaSets, b)
	}
	sort.Slice(f.ReplicaSets, func(i, j int) bool { return bytes.Compare(f.ReplicaSets[i], f.ReplicaSets[j]) < 0 })
	for _, o := range x.store.list("pods") {
		p := o.(*corev1.Pod)
		ph := string(p.Status.Phase)
		if p.Spec.NodeName == "" {
			ph += "(unbound)"
		}
		ready := "unready"
		since := ""
		if c := podutil.GetPodReadyCondition(p.Status); c != nil && c.Status == corev1.ConditionTrue {
			ready = "ready"
			since = fmt.Sprintf("@%d", x.rel(c.LastTransitionTime))
		}
		if p.DeletionTimestamp != nil {
			ready += " terminating"
		}
		owner := "?"
		if ref := metav1.GetControllerOf(p); ref != nil {
			owner = x.rsIDs[ref.Name]
			if owner == "" {
				owner = names.Replace(ref.Name)
			}
		}
		f.Pods[fmt.Sprintf("%s %s %s%s created@%d", owner, ph, ready, since, x.rel(p.CreationTimestamp))]++
	}
	for i := range f.Actions {
		f.Actions[i] = names.Replace(f.Actions[i])
	}
	for i := range f.Syncs {
		s := &f.Syncs[i]
		s.Key = names.Replace(s.Key)
		for j := range s.Writes {
			s.Writes[j] = podNumber.ReplaceAllString(names.Replace(s.Writes[j]), "")
		}
		for j := range s.Events {
			s.Events[j] = podNumber.ReplaceAllString(names.Replace(s.Events[j]), "")
		}
	}
	x.trace.Frames = append(x.trace.Frames, *f)
}

// Pods of one batch are alike: their ordinals are left out of writes and events.
var podNumber = regexp.MustCompile(`-\d{5}\b`)
