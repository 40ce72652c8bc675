package recorder

import (
	"encoding/json"
	"fmt"
	"math/rand"
)

// obj is a JSON object in the making.
type obj = map[string]any

// gen makes one case; what it draws depends on the seed alone.
type gen struct {
	*rand.Rand
	c    Case
	t    int
	made map[string]obj // specs of Deployments as created, by name
}

// Generate makes the case of a family with a seed: "fresh" and "random" cover everyday use under either
// schedule, "wide", "odd" and "edge" (half of them random) rarer situations, "deep" all of these at once, "gc" deletions
// by owner, and "ce2" and "ce5"
// search for two counterexamples.
func Generate(family string, seed int64) Case {
	g := &gen{Rand: rand.New(rand.NewSource(seed)), made: map[string]obj{}}
	g.c = Case{Name: fmt.Sprintf("%s-%d", family, seed), Seed: seed, Schedule: family, Images: map[string]Behavior{}}
	switch family {
	case "fresh", "random":
		g.everyday()
	case "wide", "gc":
		g.wide(family)
	case "odd":
		g.odd()
	case "edge":
		g.edge()
	case "deep":
		g.deep()
	case "ce2":
		g.ce2()
	case "ce5":
		g.ce5()
	default:
		panic("no such family: " + family)
	}
	return g.c
}

func pick[T any](g *gen, from ...T) T { return from[g.Intn(len(from))] }

func (g *gen) chance(p float64) bool { return g.Float64() < p }

func raw(v any) json.RawMessage {
	b, err := json.Marshal(v)
	must(err)
	return b
}

// do adds an action at the present second of the case.
func (g *gen) do(a Action) {
	a.At = g.t
	g.c.Actions = append(g.c.Actions, a)
}

func (g *gen) patch(name string, p obj) { g.do(Action{Do: "patch", Name: name, Patch: raw(p)}) }

func (g *gen) spec(name string, spec obj) { g.patch(name, obj{"spec": spec}) }

func (g *gen) image(name string, v int) {
	g.spec(name, obj{"template": obj{"spec": obj{"containers": []obj{{"name": "c", "image": fmt.Sprintf("%s:v%d", name, v)}}}}})
}

// fence is maxSurge or maxUnavailable.
func (g *gen) fence() any {
	return pick[any](g, 0, 1, 1, 2, 3, "0%", "10%", "25%", "34%", "50%", "100%")
}

func (g *gen) rolling() obj {
	surge, unavailable := g.fence(), g.fence()
	if (surge == 0 || surge == "0%") && (unavailable == 0 || unavailable == "0%") {
		unavailable = 1
	}
	return obj{"type": "RollingUpdate", "rollingUpdate": obj{"maxSurge": surge, "maxUnavailable": unavailable}}
}

// deployment makes a manifest and remembers its spec.
func (g *gen) deployment(name string, replicas int) obj {
	spec := obj{"replicas": replicas}
	if s := g.Float64(); s < 0.15 {
		spec["strategy"] = obj{"type": "Recreate"}
	} else if s < 0.8 {
		spec["strategy"] = g.rolling()
	}
	ready := 0
	if g.chance(0.4) {
		ready = pick(g, 1, 5, 10, 15)
		spec["minReadySeconds"] = ready
	}
	if g.chance(0.4) {
		spec["progressDeadlineSeconds"] = ready + pick(g, 10, 20, 60)
	}
	if g.chance(0.5) {
		spec["revisionHistoryLimit"] = pick(g, 0, 1, 2)
	}
	if g.chance(0.1) {
		spec["paused"] = true
	}
	pod := obj{"containers": []obj{{"name": "c", "image": name + ":v1"}}}
	if g.chance(0.5) {
		pod["terminationGracePeriodSeconds"] = pick(g, 0, 5, 30)
	}
	// A name can be longer than the value of a label.
	label := name[:min(len(name), 20)]
	spec["selector"] = obj{"matchLabels": obj{"app": label}}
	spec["template"] = obj{"metadata": obj{"labels": obj{"app": label}}, "spec": pod}
	meta := obj{"name": name}
	if g.chance(0.3) {
		meta["annotations"] = obj{"kubernetes.io/change-cause": "first"}
	}
	g.made[name] = spec
	return obj{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": spec}
}

func (g *gen) create(d obj) { g.do(Action{Do: "create", Deployment: raw(d)}) }

// behaviors gives a Deployment's images v1..v4 their ways; v1 is sound.
func (g *gen) behaviors(name string, small bool) {
	for i := 1; i <= 4; i++ {
		b := Behavior{Schedule: pick(g, 0, 0, 0, 1), Start: pick(g, 0, 1, 2, 5), Ready: pick(g, 0, 1, 3, 8), Stop: pick(g, 0, 1, 4, 20, 60)}
		if small && g.chance(0.4) {
			for range 24 {
				b.Extra = append(b.Extra, g.Intn(12))
			}
		}
		if i > 1 && g.chance(0.3) {
			switch g.Intn(5) {
			case 0:
				b.NeverReady = true
			case 1:
				b.NeverRun = true
			case 2:
				b.UnreadyAt = 1 + g.Intn(29)
			case 3:
				b.UnreadyAt, b.ReadyAgain = 1+g.Intn(19), 1+g.Intn(19)
			case 4:
				b.FailAt = 5 + g.Intn(35)
			}
		}
		g.c.Images[fmt.Sprintf("%s:v%d", name, i)] = b
	}
}

func (g *gen) everyday() {
	names := []string{"web"}
	if g.chance(0.1) {
		names = []string{"web", "api"}
	}
	for _, name := range names {
		n := pick(g, 1, 1, 2, 3, 3, 4, 4, 5, 6, 8, 10, 10, 12, 17, 25, 40)
		d := g.deployment(name, n)
		g.behaviors(name, n <= 6)
		g.create(d)
	}
	for range 1 + g.Intn(8) {
		g.t += pick(g, 0, 1, 2, 3, 5, 8, 13, 30, 60, 200)
		g.everydayAction(pick(g, names...))
	}
	g.c.Nodes = pick(g, 1, 1, 3)
	g.c.Until = g.t + 900
}

func (g *gen) everydayAction(name string) {
	small := g.made[name]["replicas"].(int) <= 6
	switch k := g.Float64(); {
	case k < 0.40:
		v := 1 + g.Intn(4)
		p := obj{"spec": obj{"template": obj{"spec": obj{"containers": []obj{{"name": "c", "image": fmt.Sprintf("%s:v%d", name, v)}}}}}}
		if g.chance(0.3) {
			p["metadata"] = obj{"annotations": obj{"kubernetes.io/change-cause": fmt.Sprintf("to v%d at %d", v, g.t)}}
		}
		g.patch(name, p)
	case k < 0.55:
		n := pick(g, 0, 1, 3, 7, 12, 20, 30)
		if small {
			n = g.Intn(7)
		}
		g.spec(name, obj{"replicas": n})
	case k < 0.70:
		a := Action{Do: "undo", Name: name}
		if g.chance(0.3) {
			a.ToRevision = int64(1 + g.Intn(4))
		}
		g.do(a)
	case k < 0.78:
		g.spec(name, obj{"paused": true})
	case k < 0.86:
		g.spec(name, obj{"paused": nil})
	case k < 0.90:
		g.do(Action{Do: "delete-pod", Pod: g.Intn(10)})
	case k < 0.92:
		g.spec(name, obj{"minReadySeconds": pick(g, 0, 3, 9)})
	case k < 0.94:
		g.spec(name, obj{"strategy": obj{"$retainKeys": []string{"type", "rollingUpdate"}, "type": "RollingUpdate",
			"rollingUpdate": obj{"maxSurge": pick[any](g, 1, "50%"), "maxUnavailable": pick[any](g, 0, 1, "50%")}}})
	case k < 0.96:
		g.do(Action{Do: "quota", N: pick(g, 0, 3, 6)})
	case k < 0.98:
		g.patch(name, obj{"metadata": obj{"annotations": obj{"team": fmt.Sprintf("blue-%d", g.t)}}})
	default:
		g.do(Action{Do: "delete", Name: name})
	}
}
