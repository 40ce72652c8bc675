package recorder

import "fmt"

func surging(g *gen, name string, spec obj) {
	oddFences(g, name, spec)
	spec["replicas"] = pick(g, 0, 1, 1, 3, 5, 7, 11, 13, 19, 33, 100)
}

func (g *gen) pauseScale(name string) {
	for range 1 + g.Intn(4) {
		switch g.Intn(6) {
		case 0:
			g.spec(name, obj{"paused": true})
		case 1:
			g.spec(name, obj{"paused": nil})
		case 2:
			g.spec(name, obj{"paused": pick[any](g, true, nil), "replicas": pick(g, 0, 1, 3, 9, 27, 99, 100)})
		case 3:
			g.image(name, 1+g.Intn(8))
		case 4:
			s := obj{}
			oddFences(g, name, s)
			s["strategy"].(obj)["$retainKeys"] = []string{"type", "rollingUpdate"}
			g.spec(name, s)
		default:
			g.spec(name, obj{"replicas": pick(g, 0, 1, 2, 5, 15, 41, 100)})
		}
		g.t += pick(g, 0, 0, 1, 2, 5)
	}
}

func recreating(g *gen, name string, spec obj) {
	spec["strategy"] = obj{"type": "Recreate"}
	for v := 1; v <= 8; v++ {
		k := fmt.Sprintf("%s:v%d", name, v)
		b := g.c.Images[k]
		b.Stop = pick(g, 0, 3, 12, 40)
		g.c.Images[k] = b
	}
}

func (g *gen) recreateMore(name string) {
	switch k := g.Float64(); {
	case k < 0.45:
		for range pick(g, 1, 1, 2, 3) {
			g.image(name, 1+g.Intn(8))
			g.t += pick(g, 0, 1, 4, 9)
		}
	case k < 0.55:
		s := pick(g, obj{"type": "Recreate"}, g.rolling())
		s["$retainKeys"] = []string{"type", "rollingUpdate"}
		g.spec(name, obj{"strategy": s})
	case k < 0.65:
		g.do(Action{Do: "undo", Name: name})
	case k < 0.75:
		g.spec(name, obj{"replicas": g.Intn(9)})
	case k < 0.85:
		for range 1 + g.Intn(3) {
			g.do(Action{Do: "delete-pod", Pod: g.Intn(9)})
		}
	case k < 0.93:
		g.do(Action{Do: "patch-pod", Pod: g.Intn(9), Patch: raw(obj{"metadata": obj{"ownerReferences": nil, "labels": obj{"app": pick[any](g, name, "lost")}}})})
	default:
		g.do(Action{Do: "quota", N: pick(g, 0, 2, 5)})
	}
}

// clocks has deadlines about as long as readiness takes.
func clocks(g *gen, name string, spec obj) {
	ready := pick(g, 0, 1, 2, 5, 12)
	spec["minReadySeconds"], spec["progressDeadlineSeconds"] = ready, ready+1+g.Intn(14)
	for v := 1; v <= 8; v++ {
		k := fmt.Sprintf("%s:v%d", name, v)
		b := g.c.Images[k]
		b.Ready = g.Intn(16)
		if g.chance(0.3) {
			b.UnreadyAt, b.ReadyAgain, b.FailAt = 1+g.Intn(6), 1+g.Intn(12), 0
		}
		g.c.Images[k] = b
	}
}

func (g *gen) clockMore(name string) {
	switch k := g.Float64(); {
	case k < 0.3:
		ready := g.Intn(9)
		g.spec(name, obj{"minReadySeconds": ready, "progressDeadlineSeconds": pick(g, ready+1, ready+2, ready+10, 600, unlimited)})
	case k < 0.4:
		g.spec(name, obj{"progressDeadlineSeconds": pick[any](g, 10, 15, nil)})
	case k < 0.5:
		g.spec(name, obj{"paused": pick[any](g, true, nil)})
	case k < 0.6:
		g.spec(name, obj{"replicas": g.Intn(12)})
	case k < 0.7:
		g.do(Action{Do: "delete-pod", Pod: g.Intn(9)})
	case k < 0.8:
		g.patchSet(g.anyOf(name), obj{"spec": obj{"minReadySeconds": pick(g, 0, 1, 9)}})
	default:
		g.image(name, 1+g.Intn(8))
	}
}

// orphans are left behind by one Deployment and found by another.
func (g *gen) orphans(name string) {
	switch k := g.Float64(); {
	case k < 0.3:
		g.do(Action{Do: "delete", Name: pick(g, name, name, "web-2"), Propagation: "Orphan"})
		g.t += pick(g, 0, 0, 1, 6)
		d := g.second(pick(g, name, "web-2"), name)
		if g.chance(0.6) {
			spec := d["spec"].(obj)
			spec["selector"] = obj{"matchLabels": obj{"app": name}}
			spec["template"].(obj)["metadata"] = obj{"labels": obj{"app": name}}
		}
		g.create(d)
	case k < 0.5:
		g.do(Action{Do: "delete-replicaset", Name: g.anyOf(name), Propagation: "Orphan"})
	case k < 0.7:
		g.do(Action{Do: "create-replicaset", ReplicaSet: raw(g.handmade(name, pick(g, "hand-a", "hand-b", "hand-c")))})
	case k < 0.85:
		g.patchSet(g.anyOf(pick(g, name, "web-2")), obj{"metadata": obj{"ownerReferences": nil, "labels": obj{"app": pick[any](g, name, "stranger", "web-2")}}})
	default:
		g.stir(name)
	}
}

// deletions come on top of one another, and of objects that are marked already.
func (g *gen) deletions(name string) {
	if g.chance(0.5) {
		g.stir(name)
		g.t += pick(g, 0, 1, 3)
	}
	for range 1 + g.Intn(3) {
		how := pick(g, "", "Orphan", "Foreground", "Foreground")
		if g.chance(0.5) {
			g.do(Action{Do: "delete", Name: name, Propagation: how})
		} else {
			g.do(Action{Do: "delete-replicaset", Name: g.anyOf(name), Propagation: how})
		}
		switch g.Intn(5) {
		case 0:
			g.image(name, 1+g.Intn(4))
		case 1:
			g.spec(name, obj{"replicas": g.Intn(6)})
		case 2:
			g.do(Action{Do: "delete-pod", Pod: g.Intn(6)})
		}
		g.t += pick(g, 0, 0, 1, 4)
	}
	if g.chance(0.6) {
		g.create(g.deployment(name, g.Intn(6)))
	}
}

// several Deployments roll at a time.
func (g *gen) several(string) {
	names := []string{"web", "api", "db", "web-2", "job"}
	for range 2 + g.Intn(4) {
		other := pick(g, names...)
		if g.made[other] == nil {
			d := g.deployment(other, pick(g, 1, 2, 3, 5))
			g.behaviors(other, true)
			g.create(d)
		} else {
			g.everydayAction(other)
		}
		g.t += pick(g, 0, 0, 0, 1, 2)
	}
}

// victims differ in cost, restarts, node, readiness and age, and not by much.
func victims(g *gen, name string, spec obj) {
	spec["replicas"] = pick(g, 5, 9, 12, 13, 14, 20, 31)
	g.c.Nodes = pick(g, 1, 2, 3, 4)
	for v := 1; v <= 8; v++ {
		k := fmt.Sprintf("%s:v%d", name, v)
		b := g.c.Images[k]
		b.Extra, b.Restarts = nil, nil
		for range 50 {
			b.Extra = append(b.Extra, pick(g, 0, 0, 1, 1, 2, 3, 7, 15, 16, 17))
			b.Restarts = append(b.Restarts, pick(g, 0, 0, 1, 1, 2))
		}
		if g.chance(0.3) {
			b.NeverRun, b.NeverReady = g.chance(0.5), true
		}
		if g.chance(0.3) {
			b.UnreadyAt, b.ReadyAgain, b.FailAt = 1+g.Intn(20), g.Intn(8), 0
		}
		g.c.Images[k] = b
	}
}

func (g *gen) victimsMore(name string) {
	for range g.Intn(5) {
		g.do(Action{Do: "patch-pod", Pod: g.Intn(31), Patch: raw(obj{"metadata": obj{"annotations": obj{"controller.kubernetes.io/pod-deletion-cost": pick[any](g, "0", "-0", "1", "-1", "2", "1", "-1", " 1", "1.0", "9223372036854775807", nil)}}})})
	}
	for range g.Intn(3) {
		g.do(Action{Do: "delete-pod", Pod: g.Intn(31)})
	}
	g.t += pick(g, 0, 1, 3)
	if g.chance(0.3) {
		g.image(name, 1+g.Intn(8))
	} else {
		g.spec(name, obj{"replicas": g.Intn(24)})
	}
}

// references name owners of any kind, name and UID, also the UID of something else that exists.
func (g *gen) references(name string) {
	ref := obj{"apiVersion": pick(g, "apps/v1", "apps/v1", "v1", "example.com/v1"), "kind": pick(g, "Deployment", "Deployment", "ReplicaSet", "ReplicaSet", "Pod", "Rollout"),
		"name": pick(g, name, name, "other", "hand-a"), "uid": fmt.Sprintf("00000000-0000-0000-0000-%012d", 1+g.Intn(12)), "controller": pick[any](g, true, true, false, nil),
		"blockOwnerDeletion": pick[any](g, true, nil)}
	refs := obj{"ownerReferences": []any{obj{"$patch": "replace"}, ref}}
	if g.chance(0.3) {
		refs["ownerReferences"] = []any{ref}
	}
	if g.chance(0.3) {
		refs["labels"] = obj{"app": pick[any](g, name, "x", nil)}
	}
	switch k := g.Float64(); {
	case k < 0.35:
		g.patchSet(g.anyOf(name), obj{"metadata": refs})
	case k < 0.7:
		g.do(Action{Do: "patch-pod", Pod: g.Intn(9), Patch: raw(obj{"metadata": refs})})
	case k < 0.85:
		hand := g.handmade(name, pick(g, "hand-a", "hand-b"))
		hand["metadata"].(obj)["ownerReferences"] = []any{ref}
		g.do(Action{Do: "create-replicaset", ReplicaSet: raw(hand)})
	default:
		g.patchSet(pick(g, "hand-a", "hand-b"), obj{"metadata": obj{"ownerReferences": nil}})
	}
	if g.chance(0.3) {
		g.stir(name)
	}
}

// selectors of Deployments lie within one another, or cross.
func (g *gen) selectors(name string) {
	own := pick(g, "web-a", "web-b", "web-c")
	if g.made[own] == nil {
		d := g.deployment(own, pick(g, 1, 2, 3))
		g.behaviors(own, true)
		spec := d["spec"].(obj)
		selector := pick(g, obj{"matchLabels": obj{"app": name}}, obj{"matchLabels": obj{"app": name, "track": own}},
			obj{"matchExpressions": []obj{{"key": "app", "operator": "Exists"}}}, obj{"matchExpressions": []obj{{"key": "app", "operator": "In", "values": []string{name, own}}, {"key": "track", "operator": "NotIn", "values": []string{"x"}}}})
		spec["selector"] = selector
		spec["template"].(obj)["metadata"] = obj{"labels": obj{"app": name, "track": own}}
		g.create(d)
		return
	}
	switch g.Intn(4) {
	case 0:
		g.patchSet(g.anyOf(pick(g, name, own)), obj{"metadata": obj{"labels": obj{"track": pick[any](g, own, "x", nil)}, "ownerReferences": pick[any](g, nil, []any{})}})
	case 1:
		g.do(Action{Do: "patch-pod", Pod: g.Intn(9), Patch: raw(obj{"metadata": obj{"labels": obj{"track": pick[any](g, own, "x", nil), "pod-template-hash": pick[any](g, "x", nil)}, "ownerReferences": pick[any](g, nil, []any{})}})})
	case 2:
		g.do(Action{Do: "delete", Name: pick(g, name, own), Propagation: pick(g, "", "Orphan", "Foreground")})
	default:
		g.everydayAction(pick(g, name, own))
	}
}
