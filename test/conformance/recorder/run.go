package recorder

import (
	"container/heap"
	"context"
	"fmt"
	"math/rand"
	"runtime"
	"strings"
	"sync"
	"time"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/util/workqueue"
	"k8s.io/kubernetes/pkg/controller/deployment"
	"k8s.io/kubernetes/pkg/controller/replicaset"

	"rollsim.dev/recorder/ctl"
)

// HandleError of the real controllers logs and then sleeps a millisecond: here neither.
func init() { utilruntime.ErrorHandlers = nil }

type timer struct {
	at   time.Time
	rank int // 0 action, 1 kubelet, 2 work queue
	seq  int
	fn   func()
}
type timers []timer

func (h timers) Len() int { return len(h) }
func (h timers) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	if h[i].rank != h[j].rank {
		return h[i].rank < h[j].rank
	}
	return h[i].seq < h[j].seq
}
func (h timers) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *timers) Push(x any)   { *h = append(*h, x.(timer)) }
func (h *timers) Pop() any     { o := *h; n := len(o); x := o[n-1]; *h = o[:n-1]; return x }

type run struct {
	c           Case
	start       time.Time
	store       *Store
	client      kubernetes.Interface
	fake        *fake.Clientset
	d, r, p     *informer
	dc          *deployment.DeploymentController
	rc          *replicaset.ReplicaSetController
	dq, rq      *queue
	heap        timers
	seq         int
	rng         *rand.Rand
	moves       []byte
	mu          sync.Mutex
	events      []string
	after       []int64
	frame       *Frame
	trace       *Trace
	keepVectors bool
	mood        map[byte]float64
	given       []byte // moves to play instead of chance
	rsIDs       map[string]string
	rsCount     map[string]int
	podMade     map[string]int
	nodeNext    int
	syncs       int
	heard       *[]Event // what a sync that is on wrote of pods, for the kubelet
}

// Kubernetes is the version of the controllers that were linked in (set by use-version).
var Kubernetes = "v1.37.2"

const tooLong = "more than 100000 syncs"

// Run plays a case; one that keeps the controllers busy for more than 100000 syncs comes back marked.
func Run(c Case, vectors bool) (tr *Trace) {
	x := &run{c: c, start: time.Now(), store: NewStore(), d: newInformer(), r: newInformer(), p: newInformer(),
		rng: rand.New(rand.NewSource(c.Seed)), rsIDs: map[string]string{}, rsCount: map[string]int{}, podMade: map[string]int{}, keepVectors: vectors,
		trace: &Trace{Kubernetes: Kubernetes, Case: c}, given: []byte(c.Moves)}
	defer func() {
		if e := recover(); e != nil {
			if fault, ok := e.(runtime.Error); ok && strings.Contains(fault.Error(), "divide by zero") {
				// The real metric of ages divides by the age of the youngest ready pod, in whole milliseconds.
				x.trace.Crashed = fault.Error()
				tr = x.trace
				return
			}
			if e != tooLong {
				panic(e)
			}
			x.trace.TooLong = true
			tr = x.trace
			if n := len(tr.Frames); n > 40 {
				tr.Frames = tr.Frames[:40]
			}
			if n := len(x.frame.Syncs); n > 60 {
				x.frame.Syncs = x.frame.Syncs[:60]
				x.snapshot()
			}
		}
	}()
	ctx := context.Background()
	client := x.store.Client()
	x.client, x.fake = client, client
	x.store.onPod = func(ev Event) {
		if x.heard == nil {
			x.kubelet(ev)
		} else {
			*x.heard = append(*x.heard, ev)
		}
	}
	dc, err := deployment.NewDeploymentController(ctx, depInformer{x.d}, rsInformer{x.r}, podInformer{x.p}, client)
	must(err)
	rc := replicaset.NewReplicaSetController(ctx, rsInformer{x.r}, podInformer{x.p}, client, replicaset.BurstReplicas)
	x.dc, x.rc = dc, rc
	log := func(_ string, d time.Duration) { x.after = append(x.after, d.Milliseconds()) }
	x.dq = newQueue(func(k string, d time.Duration) { x.at(time.Now().Add(d), 2, func() { x.dq.Add(k) }) }, log)
	x.rq = newQueue(func(k string, d time.Duration) { x.at(time.Now().Add(d), 2, func() { x.rq.Add(k) }) }, log)
	// The constructors started goroutines that the recorder has no use for.
	for _, c := range []any{dc, rc} {
		ctl.Get(c, "queue").(workqueue.TypedRateLimitingInterface[string]).ShutDown()
		ctl.Get(c, "eventBroadcaster").(record.EventBroadcaster).Shutdown()
	}
	ctl.Set(dc, "queue", x.dq)
	ctl.Set(rc, "queue", x.rq)
	rec := recorder{func(kind, name, typ, reason, msg string) {
		x.mu.Lock()
		defer x.mu.Unlock()
		x.events = append(x.events, fmt.Sprintf("%s %s %s/%s: %s", typ, reason, kind, name, msg))
	}}
	ctl.Set(dc, "eventRecorder", rec)
	ctl.SetPodRecorder(rc, rec)
	for _, a := range c.Actions {
		x.at(x.start.Add(time.Duration(a.At)*time.Second), 0, func() { x.act(a) })
	}
	end := x.start.Add(time.Duration(c.Until) * time.Second)
	for x.heap.Len() > 0 && !x.heap[0].at.After(end) {
		now := x.heap[0].at
		if d := time.Until(now); d > 0 {
			time.Sleep(d)
		}
		if !time.Now().Equal(now) {
			panic(fmt.Sprintf("the clock reads %v, not %v", time.Now(), now))
		}
		x.frame = &Frame{T: now.Sub(x.start).Milliseconds()}
		before := x.store.rv
		for x.heap.Len() > 0 && !x.heap[0].at.After(now) {
			rank := x.heap[0].rank
			// One action, or all due kubelet transitions, or all due requeues; then the controllers settle.
			for x.heap.Len() > 0 && !x.heap[0].at.After(now) && x.heap[0].rank == rank {
				t := heap.Pop(&x.heap).(timer)
				t.fn()
				if rank == 0 {
					break
				}
			}
			x.settle(ctx)
		}
		// A controller that only looks leaves no frame.
		if x.store.rv != before || len(x.frame.Syncs) > 0 || len(x.frame.Actions) > 0 {
			x.snapshot()
		}
	}
	x.trace.Case.Moves = string(x.moves)
	return x.trace
}

func (x *run) at(t time.Time, rank int, fn func()) {
	x.seq++
	heap.Push(&x.heap, timer{t, rank, x.seq, fn})
}

func (x *run) after2(d int, fn func()) { x.at(time.Now().Add(time.Duration(d)*time.Second), 1, fn) }
