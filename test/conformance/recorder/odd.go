package recorder

import "fmt"

// oddThemes are situations that the other families draw seldom or never.
var oddThemes = []theme{
	{"percent", oddFences, (*gen).percent},
	{"crowd", crowded, (*gen).shrink},
	{"slow-start", slowStart, (*gen).refuse},
	{"chain", nil, (*gen).chain},
	{"stuck", stuck, (*gen).stuckAgain},
	{"owners", nil, (*gen).owners},
	{"burst", nil, (*gen).burst},
	{"mixed-patch", nil, (*gen).mixedPatch},
	{"same-template", nil, (*gen).sameTemplate},
	{"deadline", tightDeadline, (*gen).deadline},
	{"labels", nil, (*gen).deploymentMeta},
	{"crossing", nil, (*gen).crossing},
	{"pods", nil, (*gen).manyPods},
	{"limit", func(g *gen, _ string, s obj) { s["revisionHistoryLimit"] = g.Intn(4) }, (*gen).chain},
}

// odd takes one odd theme by the seed and mixes it with others and with everyday use.
func (g *gen) odd() {
	g.c.Schedule = pick(g, "fresh", "random")
	chosen := []theme{oddThemes[int(g.c.Seed)%len(oddThemes)]}
	for g.chance(0.5) {
		chosen = append(chosen, pick(g, append(oddThemes, themes...)...))
	}
	d := g.deployment("web", 1+g.Intn(9))
	g.manyImages("web", 8)
	for _, th := range chosen {
		if th.setup != nil {
			th.setup(g, "web", d["spec"].(obj))
		}
	}
	g.made["web"] = d["spec"].(obj)
	g.create(d)
	g.t += g.Intn(40)
	for range 4 + g.Intn(9) {
		g.t += pick(g, 0, 0, 1, 2, 3, 4, 7, 11, 17, 45)
		if g.chance(0.75) {
			pick(g, chosen...).step(g, "web")
		} else {
			g.everydayAction("web")
		}
	}
	if g.c.Nodes == 0 {
		g.c.Nodes = pick(g, 1, 2, 3, 5, 7)
	}
	g.c.Until = max(g.c.Until, g.t+pick(g, 60, 150, 200))
	if g.c.Schedule == "random" {
		g.c.From = pick(g, 0, 0, g.Intn(g.t+1))
		g.c.Sway = g.chance(0.3)
	}
}

// manyImages gives images v1..vN their ways; more of them go wrong than on other days.
func (g *gen) manyImages(name string, n int) {
	g.behaviors(name, true)
	for i := 5; i <= n; i++ {
		b := Behavior{Schedule: g.Intn(3), Start: g.Intn(4), Ready: g.Intn(10), Stop: g.Intn(40)}
		switch g.Intn(6) {
		case 0:
			b.NeverReady = true
		case 1:
			b.UnreadyAt, b.ReadyAgain = 1+g.Intn(9), 1+g.Intn(30)
		case 2:
			b.FailAt = 1 + g.Intn(20)
		}
		g.c.Images[fmt.Sprintf("%s:v%d", name, i)] = b
	}
}

func (g *gen) oddFence() any {
	switch g.Intn(4) {
	case 0:
		return g.Intn(12)
	case 1:
		return pick(g, "0%", "1%", "99%", "100%", "33%", "67%")
	default:
		return fmt.Sprintf("%d%%", g.Intn(101))
	}
}

func oddFences(g *gen, name string, spec obj) {
	surge, unavailable := g.oddFence(), g.oddFence()
	if (surge == 0 || surge == "0%") && (unavailable == 0 || unavailable == "0%") {
		surge = "7%"
	}
	spec["strategy"] = obj{"type": "RollingUpdate", "rollingUpdate": obj{"maxSurge": surge, "maxUnavailable": unavailable}}
	if g.chance(0.7) {
		spec["replicas"] = 1 + g.Intn(60)
	}
}

func (g *gen) percent(name string) {
	s := obj{}
	switch k := g.Float64(); {
	case k < 0.4:
		oddFences(g, name, s)
		s["strategy"].(obj)["$retainKeys"] = []string{"type", "rollingUpdate"}
		g.spec(name, s)
	case k < 0.7:
		g.image(name, 1+g.Intn(8))
	default:
		g.spec(name, obj{"replicas": g.Intn(70)})
	}
}

// crowded has more pods of one ReplicaSet than Go sorts by insertion, few of them alike.
func crowded(g *gen, name string, spec obj) {
	spec["replicas"] = 13 + g.Intn(60)
	g.c.Nodes = 1 + g.Intn(7)
	for v := 1; v <= 8; v++ {
		k := fmt.Sprintf("%s:v%d", name, v)
		b := g.c.Images[k]
		b.Extra, b.Restarts = nil, nil
		for range 90 {
			b.Extra = append(b.Extra, pick(g, 0, 0, 1, g.Intn(4), g.Intn(70)))
			b.Restarts = append(b.Restarts, pick(g, 0, 0, 0, 1, g.Intn(5)))
		}
		if g.chance(0.5) {
			b.Restarts = nil
		}
		g.c.Images[k] = b
	}
}

func (g *gen) shrink(name string) {
	if g.chance(0.3) {
		g.image(name, 1+g.Intn(8))
	} else if g.chance(0.2) {
		for range 1 + g.Intn(6) {
			g.do(Action{Do: "patch-pod", Pod: g.Intn(60), Patch: raw(obj{"metadata": obj{"annotations": obj{"controller.kubernetes.io/pod-deletion-cost": pick(g, "1", "-1", "7", "-2147483648", "2147483647", "2147483648", "x", "01", "")}}})})
		}
	}
	g.t += pick(g, 0, 1, 5)
	g.spec(name, obj{"replicas": g.Intn(75)})
}

func slowStart(g *gen, _ string, spec obj) { spec["replicas"] = 20 + g.Intn(280) }

func (g *gen) refuse(name string) {
	switch k := g.Float64(); {
	case k < 0.4:
		g.do(Action{Do: "quota", N: pick(g, 0, g.Intn(300), g.Intn(60))})
	case k < 0.6:
		g.do(Action{Do: "fail-create-pods", N: 1 + g.Intn(40)})
	case k < 0.8:
		g.do(Action{Do: "fail", Verb: pick(g, "create", "delete"), Resource: "pods", Reason: pick(g, "Forbidden", "InternalError", "Conflict", "NotFound"), N: 1 + g.Intn(30), Skip: g.Intn(40)})
	default:
		g.image(name, 1+g.Intn(8))
	}
	g.t += pick(g, 0, 2, 6)
	g.spec(name, obj{"replicas": g.Intn(300)})
}

// chain makes many revisions, goes back and forth among them, and asks for ones that are gone.
func (g *gen) chain(name string) {
	for range 1 + g.Intn(5) {
		g.t += pick(g, 0, 1, 1, 4, 15)
		switch k := g.Float64(); {
		case k < 0.45:
			g.image(name, 1+g.Intn(8))
		case k < 0.65:
			g.do(Action{Do: "undo", Name: name, ToRevision: int64(g.Intn(14))})
		case k < 0.8:
			g.patch(name, obj{"metadata": obj{"annotations": obj{"kubernetes.io/change-cause": pick[any](g, fmt.Sprintf("at %d", g.t), "", nil)}}})
		case k < 0.9:
			g.spec(name, obj{"revisionHistoryLimit": g.Intn(4)})
		default:
			g.do(Action{Do: "delete-replicaset", Name: fmt.Sprintf("%s~%d", name, 1+g.Intn(6)), Propagation: pick(g, "", "", "Orphan")})
		}
	}
}

// stuck has many ReplicaSets with pods at once, among which a change of scale is shared out.
func stuck(g *gen, name string, spec obj) {
	spec["replicas"] = 5 + g.Intn(120)
	spec["strategy"] = obj{"type": "RollingUpdate", "rollingUpdate": obj{"maxSurge": pick[any](g, "30%", "55%", 9, 3), "maxUnavailable": pick[any](g, "0%", "20%", 2)}}
	for _, v := range []int{2, 3, 5, 6} {
		k := fmt.Sprintf("%s:v%d", name, v)
		b := g.c.Images[k]
		b.NeverReady = g.chance(0.6)
		b.Ready = 5 + g.Intn(40)
		g.c.Images[k] = b
	}
}

func (g *gen) stuckAgain(name string) {
	if g.chance(0.55) {
		g.image(name, 1+g.Intn(8))
		g.t += pick(g, 0, 1, 3)
	}
	spec := obj{"replicas": g.Intn(150)}
	if g.chance(0.2) {
		spec["paused"] = pick[any](g, true, nil)
	}
	if g.chance(0.15) {
		oddFences(g, name, spec)
		spec["strategy"].(obj)["$retainKeys"] = []string{"type", "rollingUpdate"}
	}
	g.spec(name, spec)
}

// owners writes references to owners that are not, or are no controllers.
func (g *gen) owners(name string) {
	ref := obj{"apiVersion": pick(g, "apps/v1", "example.com/v1"), "kind": pick(g, "Deployment", "ReplicaSet", "Rollout"), "name": pick(g, name, "other"),
		"uid": pick(g, "11111111-0000-0000-0000-000000000008", "11111111-0000-0000-0000-000000000009"), "controller": pick[any](g, true, false, nil)}
	if g.chance(0.4) {
		ref["apiVersion"], ref["kind"], ref["name"], ref["uid"] = "apps/v1", "Deployment", name, "00000000-0000-0000-0000-000000000001"
	}
	refs := obj{"ownerReferences": []any{ref}}
	if g.chance(0.3) {
		refs["ownerReferences"] = []any{obj{"$patch": "replace"}, ref}
	}
	switch k := g.Float64(); {
	case k < 0.3:
		g.patchSet(g.anyOf(name), obj{"metadata": refs})
	case k < 0.6:
		g.do(Action{Do: "patch-pod", Pod: g.Intn(9), Patch: raw(obj{"metadata": refs})})
	case k < 0.8:
		hand := g.handmade(name, pick(g, "hand-a", "hand-b"))
		hand["metadata"].(obj)["ownerReferences"] = []any{ref}
		g.do(Action{Do: "create-replicaset", ReplicaSet: raw(hand)})
	default:
		g.patchSet(pick(g, "hand-a", "hand-b"), obj{"metadata": obj{"ownerReferences": nil, "labels": obj{"app": pick(g, name, "x")}}})
	}
}

// burst is a user with many hands: several changes in one second.
func (g *gen) burst(name string) {
	for range 2 + g.Intn(5) {
		switch g.Intn(7) {
		case 0:
			g.spec(name, obj{"paused": pick[any](g, true, nil)})
		case 1:
			g.do(Action{Do: "undo", Name: name, ToRevision: int64(pick(g, 0, 0, g.Intn(5)))})
		case 2:
			g.do(Action{Do: "delete-pod", Pod: g.Intn(9)})
		case 3:
			g.do(Action{Do: "delete-replicaset", Name: g.anyOf(name)})
		case 4:
			g.spec(name, obj{"minReadySeconds": g.Intn(6)})
		case 5:
			g.spec(name, obj{"replicas": g.Intn(9)})
		default:
			g.image(name, 1+g.Intn(8))
		}
	}
}

// mixedPatch changes several things at once.
func (g *gen) mixedPatch(name string) {
	spec := obj{}
	if g.chance(0.5) {
		spec["template"] = obj{"spec": obj{"containers": []obj{{"name": "c", "image": fmt.Sprintf("%s:v%d", name, 1+g.Intn(8))}}}}
	}
	if g.chance(0.5) {
		spec["replicas"] = g.Intn(12)
	}
	if g.chance(0.4) {
		spec["paused"] = pick[any](g, true, nil, nil)
	}
	if g.chance(0.3) {
		spec["minReadySeconds"] = g.Intn(9)
	}
	if g.chance(0.3) {
		s := pick(g, obj{"type": "Recreate"}, g.rolling())
		s["$retainKeys"] = []string{"type", "rollingUpdate"}
		spec["strategy"] = s
	}
	if g.chance(0.3) {
		spec["revisionHistoryLimit"] = g.Intn(3)
	}
	p := obj{"spec": spec}
	if g.chance(0.4) {
		p["metadata"] = obj{"annotations": obj{"note": pick[any](g, "a", "b", nil)}, "labels": obj{"tier": pick[any](g, "a", "b", nil)}}
	}
	g.patch(name, p)
}

// sameTemplate writes what is there already, in other words, or something that only looks the same.
func (g *gen) sameTemplate(name string) {
	c := obj{"name": "c"}
	pod := obj{"containers": []obj{c}}
	switch g.Intn(9) {
	case 0:
		c["imagePullPolicy"] = pick(g, "IfNotPresent", "Always")
	case 1:
		c["terminationMessagePath"] = "/dev/termination-log"
	case 2:
		pod["restartPolicy"] = "Always"
	case 3:
		pod["securityContext"] = obj{}
	case 4:
		c["resources"] = obj{"limits": obj{"cpu": pick(g, "1", "1000m", "1.0")}}
	case 5:
		c["env"] = []obj{{"name": "A", "value": pick(g, "", "1")}}
	case 6:
		c["ports"] = []obj{{"containerPort": 80, "name": pick(g, "", "http")}}
	case 7:
		c["command"] = pick[any](g, nil, []string{}, []string{"run"})
	case 8:
		pod["schedulerName"] = pick(g, "default-scheduler", "mine")
	}
	g.spec(name, obj{"template": obj{"metadata": obj{"creationTimestamp": nil}, "spec": pod}})
}

func tightDeadline(g *gen, _ string, spec obj) {
	ready := g.Intn(20)
	spec["minReadySeconds"], spec["progressDeadlineSeconds"] = ready, ready+1+g.Intn(5)
}

func (g *gen) deadline(name string) {
	ready := pick(g, 0, 1, g.Intn(40))
	if g.chance(0.5) {
		g.spec(name, obj{"minReadySeconds": ready, "progressDeadlineSeconds": ready + 1 + g.Intn(9)})
	}
	g.t += pick(g, 0, 0, 3)
	g.stir(name)
}

// deploymentMeta sets labels and annotations of the Deployment, some of them the controller's own.
func (g *gen) deploymentMeta(name string) {
	const prefix = "deployment.kubernetes.io/"
	meta := obj{}
	if g.chance(0.4) {
		meta["labels"] = obj{pick(g, "app", "tier", "pod-template-hash"): pick[any](g, "web", "x", nil)}
	}
	meta["annotations"] = obj{pick(g, prefix+"revision", prefix+"revision-history", prefix+"max-replicas", prefix+"desired-replicas", "deprecated.daemonset.template.generation", "a/b", "z"): pick[any](g, "1", "12", "-3", "", "text", nil)}
	g.patch(name, obj{"metadata": meta})
	if g.chance(0.5) {
		g.stir(name)
	}
}

// crossing has up to three Deployments whose selectors cross.
func (g *gen) crossing(name string) {
	for _, other := range []string{"web-2", "we"} {
		if g.made[other] == nil && g.chance(0.6) {
			g.create(g.second(other, name))
			return
		}
	}
	other := pick(g, "web-2", "we")
	if g.made[other] == nil {
		other = name
	}
	switch g.Intn(4) {
	case 0:
		g.do(Action{Do: "delete", Name: other, Propagation: pick(g, "", "Orphan", "Foreground")})
	case 1:
		g.patchSet(g.anyOf(other), obj{"metadata": obj{"labels": obj{"app": pick[any](g, name, other, nil)}, "ownerReferences": pick[any](g, nil, []any{})}})
	default:
		g.everydayAction(other)
	}
}

// manyPods are lost, marked or labelled anew at once.
func (g *gen) manyPods(name string) {
	for range 1 + g.Intn(6) {
		pod := g.Intn(20)
		switch g.Intn(6) {
		case 0:
			g.do(Action{Do: "patch-pod", Pod: pod, Patch: raw(obj{"metadata": obj{"labels": obj{"app": pick[any](g, name, "lost", nil)}}})})
		case 1:
			g.do(Action{Do: "patch-pod", Pod: pod, Patch: raw(obj{"metadata": obj{"labels": obj{"pod-template-hash": pick[any](g, "5d4f", nil)}, "ownerReferences": pick[any](g, nil, []any{})}})})
		default:
			g.do(Action{Do: "delete-pod", Pod: pod})
		}
	}
	g.t += pick(g, 0, 1)
	if g.chance(0.4) {
		g.stir(name)
	}
}
