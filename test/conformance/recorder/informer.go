package recorder

import (
	"context"
	"fmt"
	"sort"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	appslisters "k8s.io/client-go/listers/apps/v1"
	corelisters "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
)

func labelsOf(m map[string]string) labels.Set { return labels.Set(m) }

// rvIndexer is a cache that knows the resourceVersion of the last event it was given.
type rvIndexer struct {
	cache.Indexer
	rv string
}

func (i *rvIndexer) LastStoreSyncResourceVersion() string { return i.rv }

// informer is a shared informer whose events come only when the recorder delivers them.
type informer struct {
	cache.SharedIndexInformer
	index    *rvIndexer
	handlers []cache.ResourceEventHandler
}

func newInformer() *informer {
	return &informer{index: &rvIndexer{cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc}), "0"}}
}
func (i *informer) AddEventHandler(h cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	i.handlers = append(i.handlers, h)
	return nil, nil
}
func (i *informer) GetStore() cache.Store              { return i.index }
func (i *informer) GetIndexer() cache.Indexer          { return i.index }
func (i *informer) AddIndexers(x cache.Indexers) error { return i.index.AddIndexers(x) }
func (i *informer) HasSynced() bool                    { return true }
func (i *informer) deliver(ev Event) {
	i.index.rv = fmt.Sprint(ev.RV)
	old, exists, _ := i.index.Get(ev.New)
	switch ev.Type {
	case "DELETED":
		i.index.Delete(ev.New)
		for _, h := range i.handlers {
			h.OnDelete(ev.New)
		}
	default:
		if exists {
			i.index.Update(ev.New)
			for _, h := range i.handlers {
				h.OnUpdate(old, ev.New)
			}
		} else {
			i.index.Add(ev.New)
			for _, h := range i.handlers {
				h.OnAdd(ev.New, false)
			}
		}
	}
}

type depInformer struct{ *informer }
type rsInformer struct{ *informer }
type podInformer struct{ *informer }

func (d depInformer) Informer() cache.SharedIndexInformer { return d.informer }
func (d depInformer) Lister() appslisters.DeploymentLister {
	return appslisters.NewDeploymentLister(d.index)
}
func (d rsInformer) Informer() cache.SharedIndexInformer { return d.informer }
func (d rsInformer) Lister() appslisters.ReplicaSetLister {
	return appslisters.NewReplicaSetLister(d.index)
}
func (d podInformer) Informer() cache.SharedIndexInformer { return d.informer }
func (d podInformer) Lister() corelisters.PodLister       { return corelisters.NewPodLister(d.index) }

// queue is a rate-limiting work queue whose delays are timers of the recorder's.
type queue struct {
	workqueue.TypedInterface[string]
	limiter workqueue.TypedRateLimiter[string]
	after   func(key string, d time.Duration)
	log     func(key string, d time.Duration)
}

func newQueue(after, log func(string, time.Duration)) *queue {
	// The per-item exponential part of the default limiter; its overall 10-per-second bucket never
	// binds within one rollout of this size, and would tie unrelated cases together.
	return &queue{workqueue.NewTyped[string](), workqueue.NewTypedItemExponentialFailureRateLimiter[string](5*time.Millisecond, 1000*time.Second), after, log}
}
func (q *queue) AddAfter(key string, d time.Duration) {
	q.log(key, d)
	if d <= 0 {
		q.Add(key)
		return
	}
	q.after(key, d)
}

// bringForward puts the key that stands so many places behind the oldest in front; the others keep their order.
func (q *queue) bringForward(place int) {
	keys := make([]string, q.Len())
	for i := range keys {
		keys[i], _ = q.Get()
		q.Done(keys[i])
	}
	q.Add(keys[place])
	for _, key := range keys {
		q.Add(key)
	}
}

func (q *queue) AddRateLimited(key string)  { d := q.limiter.When(key); q.log(key, -d); q.after(key, d) }
func (q *queue) Forget(key string)          { q.limiter.Forget(key) }
func (q *queue) NumRequeues(key string) int { return q.limiter.NumRequeues(key) }

// recorder logs Kubernetes Events in the order in which they are recorded.
type recorder struct {
	add func(kind, name, typ, reason, msg string)
}

func (r recorder) Event(o runtime.Object, t, reason, msg string) {
	kind := "?"
	switch o.(type) {
	case *appsv1.Deployment:
		kind = "Deployment"
	case *appsv1.ReplicaSet:
		kind = "ReplicaSet"
	case *corev1.Pod:
		kind = "Pod"
	}
	r.add(kind, acc(o).GetName(), t, reason, msg)
}
func (r recorder) Eventf(o runtime.Object, t, reason, f string, a ...any) {
	r.Event(o, t, reason, fmt.Sprintf(f, a...))
}
func (r recorder) AnnotatedEventf(o runtime.Object, _ map[string]string, t, reason, f string, a ...any) {
	r.Event(o, t, reason, fmt.Sprintf(f, a...))
}
func (r recorder) WithLogger(any) record.EventRecorder { return r }

var _ = context.Background

type inner = workqueue.TypedInterface[string]

// Lists come sorted by name, so that what the controllers leave to map order is the same in every run.
func (i *rvIndexer) List() []any { return sorted(i.Indexer.List()) }
func (i *rvIndexer) ByIndex(n, v string) ([]any, error) {
	l, err := i.Indexer.ByIndex(n, v)
	return sorted(l), err
}
func (i *rvIndexer) Index(n string, o any) ([]any, error) {
	l, err := i.Indexer.Index(n, o)
	return sorted(l), err
}
func sorted(l []any) []any {
	sort.Slice(l, func(a, b int) bool {
		return acc(l[a].(runtime.Object)).GetName() < acc(l[b].(runtime.Object)).GetName()
	})
	return l
}
