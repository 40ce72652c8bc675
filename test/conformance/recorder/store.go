package recorder

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"time"

	jsonpatch "gopkg.in/evanphx/json-patch.v4"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/apiserver/pkg/storage/names"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	api "k8s.io/kubernetes/pkg/apis/core"
	podreg "k8s.io/kubernetes/pkg/registry/core/pod"
)

// Event is one watch event: the object as it is after the write (or, for DELETED, as it was last).
type Event struct {
	Type, Resource, Name string
	RV                   int
	Old, New             runtime.Object
}

// Write is what a controller asked of the API, and what came of it.
type Write struct {
	Verb     string          `json:"verb"`
	Resource string          `json:"resource"`
	Name     string          `json:"name"`
	Object   json.RawMessage `json:"object,omitempty"`
	Error    string          `json:"error,omitempty"`   // the reason
	Message  string          `json:"message,omitempty"` // of the error
}

// Store stands in for kube-apiserver and etcd: the real defaulting, strategies and validation of
// Deployments, ReplicaSets and Pods over a map, with optimistic locking on resourceVersion.
type Store struct {
	rv, uid  int
	pods     map[string]int // pods made so far, by ReplicaSet name
	objects  map[string]map[string]runtime.Object
	pending  map[string][]Event // undelivered watch events, by resource
	writes   []Write
	onPod    func(ev Event)
	failNext int  // how many creations of pods to refuse
	quota    int  // most pods that may exist at once; 0: no limit
	user     bool // a user acts, who meets no injected failure
	failures []*failure
	// All deletions of pods in one sync are concurrent, so they fail together or not at all.
	deletesDecided bool
	deletesFail    error
}

func NewStore() *Store {
	return &Store{pods: map[string]int{}, objects: map[string]map[string]runtime.Object{"deployments": {}, "replicasets": {}, "pods": {}},
		pending: map[string][]Event{}}
}

func (s *Store) Client() *fake.Clientset {
	c := &fake.Clientset{}
	c.AddReactor("*", "*", func(a clienttesting.Action) (bool, runtime.Object, error) {
		obj, err := s.handle(a)
		return true, obj, err
	})
	return c
}

func acc(o runtime.Object) metav1.Object { m, _ := meta.Accessor(o); return m }

func (s *Store) list(resource string) []runtime.Object {
	var out []runtime.Object
	for _, o := range s.objects[resource] {
		out = append(out, o)
	}
	sort.Slice(out, func(i, j int) bool { return acc(out[i]).GetName() < acc(out[j]).GetName() })
	return out
}

func (s *Store) handle(a clienttesting.Action) (runtime.Object, error) {
	r := a.GetResource().Resource
	if _, ok := s.objects[r]; !ok {
		return nil, apierrors.NewNotFound(a.GetResource().GroupResource(), r)
	}
	switch a.GetVerb() {
	case "create":
		x := a.(clienttesting.CreateAction)
		name := acc(x.GetObject()).GetName()
		if err := s.injected("create", r, name); err != nil {
			if apierrors.IsAlreadyExists(err) || apierrors.IsInvalid(err) {
				name = "" // as where the API finds it so
			}
			return s.log("create", r, name)(nil, err)
		}
		return s.log("create", r, "")(s.create(r, x.GetObject()))
	case "update":
		x := a.(clienttesting.UpdateAction)
		verb := "update"
		if a.GetSubresource() != "" {
			verb = "update/" + a.GetSubresource()
		}
		if err := s.injected(verb, r, acc(x.GetObject()).GetName()); err != nil {
			return s.log(verb, r, acc(x.GetObject()).GetName())(nil, err)
		}
		return s.log(verb, r, acc(x.GetObject()).GetName())(s.update(r, a.GetSubresource(), x.GetObject()))
	case "patch":
		x := a.(clienttesting.PatchAction)
		if err := s.injected("patch", r, x.GetName()); err != nil {
			return s.log("patch", r, x.GetName())(nil, err)
		}
		return s.log("patch", r, x.GetName())(s.patch(r, x.GetName(), x.GetPatchType(), x.GetPatch()))
	case "delete":
		x := a.(clienttesting.DeleteAction)
		if err := s.injected("delete", r, x.GetName()); err != nil {
			return s.log("delete", r, x.GetName())(nil, err)
		}
		return s.log("delete", r, x.GetName())(s.delete(r, x.GetName(), nil))
	case "get":
		x := a.(clienttesting.GetAction)
		if o, ok := s.objects[r][x.GetName()]; ok {
			return o.DeepCopyObject(), nil
		}
		return nil, apierrors.NewNotFound(a.GetResource().GroupResource(), x.GetName())
	case "list":
		x := a.(clienttesting.ListAction)
		sel := x.GetListRestrictions().Labels
		switch r {
		case "replicasets":
			l := &appsv1.ReplicaSetList{}
			for _, o := range s.list(r) {
				if rs := o.(*appsv1.ReplicaSet); sel.Matches(labelsOf(rs.Labels)) {
					l.Items = append(l.Items, *rs.DeepCopy())
				}
			}
			return l, nil
		case "pods":
			l := &corev1.PodList{}
			for _, o := range s.list(r) {
				if p := o.(*corev1.Pod); sel.Matches(labelsOf(p.Labels)) {
					l.Items = append(l.Items, *p.DeepCopy())
				}
			}
			return l, nil
		case "deployments":
			l := &appsv1.DeploymentList{}
			for _, o := range s.list(r) {
				l.Items = append(l.Items, *o.(*appsv1.Deployment).DeepCopy())
			}
			return l, nil
		}
	}
	return nil, fmt.Errorf("unexpected action %v", a)
}

func (s *Store) log(verb, r, name string) func(runtime.Object, error) (runtime.Object, error) {
	return func(o runtime.Object, err error) (runtime.Object, error) {
		w := Write{Verb: verb, Resource: r, Name: name}
		if err != nil {
			w.Error, w.Message = string(apierrors.ReasonForError(err)), err.Error()
			if w.Error == "" {
				w.Error = err.Error()
			}
		} else if o != nil {
			w.Name = acc(o).GetName()
			if r != "pods" {
				w.Object, _ = json.Marshal(o)
			}
		}
		s.writes = append(s.writes, w)
		return o, err
	}
}

func (s *Store) create(r string, obj runtime.Object) (runtime.Object, error) {
	if r == "pods" && s.failNext > 0 && !s.user {
		s.failNext--
		return nil, apierrors.NewForbidden(gr(r), "", fmt.Errorf("injected"))
	}
	if r == "pods" && s.quota > 0 {
		live := 0
		for _, o := range s.objects["pods"] {
			if p := o.(*corev1.Pod); p.Status.Phase != corev1.PodFailed && p.Status.Phase != corev1.PodSucceeded {
				live++
			}
		}
		if live+1 > s.quota {
			return nil, apierrors.NewForbidden(gr(r), "", fmt.Errorf("exceeded quota: pods, requested: pods=1, used: pods=%d, limited: pods=%d", live, s.quota))
		}
	}
	obj = obj.DeepCopyObject()
	m := acc(obj)
	if m.GetNamespace() == "" {
		m.SetNamespace("default")
	}
	if m.GetName() == "" {
		base := m.GetGenerateName()
		if len(base) > names.MaxGeneratedNameLength {
			base = base[:names.MaxGeneratedNameLength]
		}
		s.pods[base]++
		m.SetName(fmt.Sprintf("%s%05d", base, s.pods[base]))
	}
	if _, ok := s.objects[r][m.GetName()]; ok {
		return nil, apierrors.NewAlreadyExists(gr(r), m.GetName())
	}
	legacyscheme.Scheme.Default(obj)
	in, st := internal(r, "")
	must(legacyscheme.Scheme.Convert(obj, in, nil))
	rest.FillObjectMetaSystemFields(acc(in))
	s.uid++
	acc(in).SetUID(types.UID(fmt.Sprintf("00000000-0000-0000-0000-%012d", s.uid)))
	st.PrepareForCreate(reqCtx(), in)
	if errs := st.Validate(reqCtx(), in); len(errs) > 0 {
		return nil, apierrors.NewInvalid(kindOf(r), m.GetName(), errs)
	}
	st.Canonicalize(in)
	out := toExternal(r, in)
	return s.commit("ADDED", r, nil, out), nil
}

func (s *Store) commit(typ, r string, old, obj runtime.Object) runtime.Object {
	s.rv++
	obj = obj.DeepCopyObject()
	acc(obj).SetResourceVersion(strconv.Itoa(s.rv))
	name := acc(obj).GetName()
	if typ == "DELETED" {
		delete(s.objects[r], name)
	} else {
		s.objects[r][name] = obj
	}
	ev := Event{Type: typ, Resource: r, Name: name, RV: s.rv, Old: old, New: obj}
	s.pending[r] = append(s.pending[r], ev)
	if r == "pods" && s.onPod != nil {
		s.onPod(ev)
	}
	return obj.DeepCopyObject()
}

func (s *Store) update(r, sub string, obj runtime.Object) (runtime.Object, error) {
	name := acc(obj).GetName()
	old, ok := s.objects[r][name]
	if !ok {
		return nil, apierrors.NewNotFound(gr(r), name)
	}
	if rv := acc(obj).GetResourceVersion(); rv != "" && rv != acc(old).GetResourceVersion() {
		return nil, apierrors.NewConflict(gr(r), name, fmt.Errorf("the object has been modified; please apply your changes to the latest version and try again"))
	}
	obj = obj.DeepCopyObject()
	acc(obj).SetResourceVersion(acc(old).GetResourceVersion())
	legacyscheme.Scheme.Default(obj)
	in, st := internal(r, sub)
	was, _ := internal(r, sub)
	must(legacyscheme.Scheme.Convert(obj, in, nil))
	must(legacyscheme.Scheme.Convert(old, was, nil))
	acc(in).SetGeneration(acc(was).GetGeneration())
	if acc(in).GetUID() == "" { // one of another object is refused, as when a name is deleted and made again
		acc(in).SetUID(acc(was).GetUID())
	}
	acc(in).SetCreationTimestamp(acc(was).GetCreationTimestamp())
	acc(in).SetDeletionTimestamp(acc(was).GetDeletionTimestamp())
	acc(in).SetDeletionGracePeriodSeconds(acc(was).GetDeletionGracePeriodSeconds())
	st.PrepareForUpdate(reqCtx(), in, was)
	if errs := st.ValidateUpdate(reqCtx(), in, was); len(errs) > 0 {
		return nil, apierrors.NewInvalid(kindOf(r), name, errs)
	}
	out := toExternal(r, in)
	// A write that changes nothing makes no new version and no watch event.
	a, _ := json.Marshal(out)
	b, _ := json.Marshal(old)
	if string(a) == string(b) {
		return old.DeepCopyObject(), nil
	}
	return s.commit("MODIFIED", r, old, out), nil
}

func (s *Store) patch(r, name string, pt types.PatchType, patch []byte) (runtime.Object, error) {
	old, ok := s.objects[r][name]
	if !ok {
		return nil, apierrors.NewNotFound(gr(r), name)
	}
	before, err := json.Marshal(old)
	must(err)
	fresh := old.DeepCopyObject()
	var after []byte
	switch pt {
	case types.JSONPatchType:
		p, err := jsonpatch.DecodePatch(patch)
		if err != nil {
			return nil, err
		}
		if after, err = p.Apply(before); err != nil {
			return nil, err
		}
	case types.StrategicMergePatchType:
		if after, err = strategicpatch.StrategicMergePatch(before, patch, fresh); err != nil {
			return nil, err
		}
	default:
		if after, err = jsonpatch.MergePatch(before, patch); err != nil {
			return nil, err
		}
	}
	switch x := fresh.(type) {
	case *appsv1.Deployment:
		*x = appsv1.Deployment{}
	case *appsv1.ReplicaSet:
		*x = appsv1.ReplicaSet{}
	case *corev1.Pod:
		*x = corev1.Pod{}
	}
	if err := json.Unmarshal(after, fresh); err != nil {
		return nil, err
	}
	return s.update(r, "", fresh)
}

// delete follows pod grace: a scheduled, running pod is first marked and later removed by the kubelet.
// Deployments and ReplicaSets go at once, and what they own goes with them (background cascading).
func (s *Store) delete(r, name string, grace *int64) (runtime.Object, error) {
	old, ok := s.objects[r][name]
	if !ok {
		return nil, apierrors.NewNotFound(gr(r), name)
	}
	if p, isPod := old.(*corev1.Pod); isPod {
		var opts metav1.DeleteOptions
		opts.GracePeriodSeconds = grace
		in := &api.Pod{}
		must(legacyscheme.Scheme.Convert(p, in, nil))
		podreg.Strategy.CheckGracefulDelete(reqCtx(), in, &opts)
		if *opts.GracePeriodSeconds > 0 {
			if p.DeletionTimestamp != nil {
				return p.DeepCopy(), nil
			}
			c := p.DeepCopy()
			t := metav1.NewTime(metav1.Now().Add(time.Duration(*opts.GracePeriodSeconds) * time.Second).Truncate(time.Second))
			c.DeletionTimestamp, c.DeletionGracePeriodSeconds = &t, opts.GracePeriodSeconds
			c.Generation++
			return s.commit("MODIFIED", r, old, c), nil
		}
	}
	gone := s.commit("DELETED", r, old, old)
	defer s.sweep()
	s.collect(r, old)
	return gone, nil
}

// remove takes a pod away at once, as the kubelet does when its containers have stopped.
func (s *Store) remove(name string) {
	if old, ok := s.objects["pods"][name]; ok {
		s.commit("DELETED", "pods", old, old)
		s.sweep()
	}
}
