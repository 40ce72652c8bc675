package recorder

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/controller"

	"rollsim.dev/recorder/ctl"
)

// settle lets events flow and controllers sync until nothing is left to do (or, in a random schedule,
// until chance says that time goes on with some events undelivered).
func (x *run) settle(ctx context.Context) {
	lanes := []struct {
		move byte
		name string
		inf  *informer
	}{{'d', "deployments", x.d}, {'r', "replicasets", x.r}, {'p', "pods", x.p}}
	deliver := func(i int) {
		l := lanes[i]
		ev := x.store.pending[l.name][0]
		x.store.pending[l.name] = x.store.pending[l.name][1:]
		l.inf.deliver(ev)
	}
	if x.c.Schedule != "random" || time.Since(x.start) < time.Duration(x.c.From)*time.Second {
		for {
			for {
				best := -1
				for i, l := range lanes {
					if q := x.store.pending[l.name]; len(q) > 0 && (best < 0 || q[0].RV < x.store.pending[lanes[best].name][0].RV) {
						best = i
					}
				}
				if best < 0 {
					break
				}
				deliver(best)
			}
			if x.dq.Len() > 0 {
				x.sync(ctx, 'D')
			} else if x.rq.Len() > 0 {
				x.sync(ctx, 'R')
			} else {
				return
			}
		}
	}
	for {
		var moves []byte
		for _, l := range lanes {
			if len(x.store.pending[l.name]) > 0 {
				moves = append(moves, l.move)
			}
		}
		if x.dq.Len() > 0 {
			moves = append(moves, 'D')
		}
		if x.rq.Len() > 0 {
			moves = append(moves, 'R')
		}
		if len(x.given) > 0 && x.given[0] >= '2' && int(x.given[0]-'0') <= min(5, x.rq.Len()) {
			moves = append(moves, x.given[0])
		}
		if x.c.Workers && len(x.given) == 0 {
			for place := 2; place <= min(5, x.rq.Len()); place++ {
				moves = append(moves, byte('0'+place))
			}
		}
		m := x.choose(moves)
		x.moves = append(x.moves, m)
		switch m {
		case '.':
			return
		case 'd':
			deliver(0)
		case 'r':
			deliver(1)
		case 'p':
			deliver(2)
		case '2', '3', '4', '5':
			x.rq.bringForward(int(m - '1'))
			x.sync(ctx, 'R')
		default:
			x.sync(ctx, m)
		}
	}
}

// choose takes the next of the given moves, or one by chance; '.' lets time go on.
func (x *run) choose(moves []byte) byte {
	if len(x.given) > 0 {
		m := x.given[0]
		x.given = x.given[1:]
		if m != '.' && !bytes.Contains(moves, []byte{m}) {
			panic(fmt.Sprintf("%s: move %d is %c, but only %s can be made", x.c.Name, len(x.moves), m, moves))
		}
		return m
	}
	now := int(time.Since(x.start) / time.Second)
	for _, s := range x.c.Starve {
		if i := bytes.IndexByte(moves, s.Move[0]); i >= 0 && now >= s.From && now < s.To && x.heap.Len() > 0 && x.rng.Float64() >= s.Keep {
			moves = append(moves[:i], moves[i+1:]...)
		}
	}
	if len(moves) == 0 {
		return '.'
	}
	if x.c.Sway {
		return x.sway(moves)
	}
	// Time may go on with work undone, but only while something is still to come.
	if x.heap.Len() > 0 && x.rng.Intn(12) == 0 && time.Until(x.heap[0].at) <= 2*time.Second {
		return '.'
	}
	return moves[x.rng.Intn(len(moves))]
}

// sway chooses by weights that now and then change, so that one lane can lag far behind another.
func (x *run) sway(moves []byte) byte {
	if x.mood == nil || x.rng.Intn(8) == 0 {
		x.mood = map[byte]float64{}
		for _, m := range []byte("drpDR.") {
			x.mood[m] = []float64{0.01, 0.1, 1, 1, 3}[x.rng.Intn(5)]
		}
	}
	if x.heap.Len() > 0 && time.Until(x.heap[0].at) <= 2*time.Second {
		moves = append(moves, '.')
	}
	for m := byte('2'); m <= '5'; m++ {
		x.mood[m] = x.mood['R']
	}
	total := 0.0
	for _, m := range moves {
		total += x.mood[m]
	}
	at := x.rng.Float64() * total
	for _, m := range moves {
		if at -= x.mood[m]; at < 0 {
			return m
		}
	}
	return moves[len(moves)-1]
}

func dump(inf *informer) []json.RawMessage {
	l := inf.index.List()
	sort.Slice(l, func(i, j int) bool {
		return acc(l[i].(runtime.Object)).GetName() < acc(l[j].(runtime.Object)).GetName()
	})
	var out []json.RawMessage
	for _, o := range l {
		b, _ := json.Marshal(o)
		out = append(out, b)
	}
	return out
}

func (x *run) sync(ctx context.Context, which byte) {
	if x.syncs++; x.syncs > 100000 {
		panic(tooLong)
	}
	x.store.writes, x.events, x.after = nil, nil, nil
	x.store.deletesDecided, x.store.deletesFail = false, nil
	x.fake.ClearActions()
	marks := map[string]int{}
	for k, v := range x.store.pending {
		marks[k] = len(v)
	}
	var v Vector
	if x.keepVectors {
		v = Vector{Controller: string(which), Now: time.Now().UTC().Format(time.RFC3339Nano), Deployments: dump(x.d), ReplicaSets: dump(x.r), Pods: dump(x.p)}
	}
	var key string
	expecting := false
	heard := []Event{}
	x.heard = &heard
	if which == 'D' {
		x.dq.TypedInterface = &peek{x.dq.TypedInterface, &key, nil}
		ctl.DeploymentProcess(x.dc, ctx)
		x.dq.TypedInterface = x.dq.TypedInterface.(*peek).inner
	} else {
		wait := ctl.Get(x.rc, "expectations").(*controller.UIDTrackingControllerExpectations)
		look := func() { expecting = !wait.SatisfiedExpectations(klog.Background(), key) }
		x.rq.TypedInterface = &peek{x.rq.TypedInterface, &key, look}
		ctl.ReplicaSetProcess(x.rc, ctx)
		x.rq.TypedInterface = x.rq.TypedInterface.(*peek).inner
	}
	// Pods of one batch are created and deleted by goroutines: their order is that of their names, for the kubelet
	// too. Pods that were claimed before that were claimed one after the other.
	x.heard = nil
	sort.SliceStable(heard, func(i, j int) bool { return heard[i].Name < heard[j].Name })
	for _, ev := range heard {
		x.kubelet(ev)
	}
	fresh := x.store.pending["pods"][marks["pods"]:]
	for len(fresh) > 0 && isClaim(fresh[0]) {
		fresh = fresh[1:]
	}
	sort.SliceStable(fresh, func(i, j int) bool { return fresh[i].Name < fresh[j].Name })
	sort.SliceStable(x.store.writes, func(i, j int) bool {
		a, b := x.store.writes[i], x.store.writes[j]
		return a.Resource == "pods" && b.Resource == "pods" && a.Verb == b.Verb && a.Name < b.Name
	})
	if which == 'R' {
		sort.Strings(x.events)
	}
	s := Sync{Controller: string(which), Key: key, Events: x.events, After: x.after}
	for _, w := range x.store.writes {
		s.Writes = append(s.Writes, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", w.Verb, w.Resource, w.Name, w.Error)))
	}
	if len(s.Writes)+len(s.Events) > 0 {
		x.frame.Syncs = append(x.frame.Syncs, s)
	}
	if x.keepVectors {
		v.Key, v.Writes, v.Events, v.After, v.expecting = key, x.store.writes, x.events, x.after, expecting
		x.trace.Vectors = append(x.trace.Vectors, v)
	}
}

func isClaim(ev Event) bool {
	return ev.Type == "MODIFIED" && (acc(ev.Old).GetDeletionTimestamp() != nil || acc(ev.New).GetDeletionTimestamp() == nil)
}

type peek struct {
	inner
	key  *string
	look func()
}

func (p *peek) Get() (string, bool) {
	k, q := p.inner.Get()
	*p.key = k
	if p.look != nil {
		p.look()
	}
	return k, q
}
