package recorder

import (
	"fmt"
	"strings"
)

// theme is one sort of rare situation: what it changes in the Deployment before it is created, and one
// step of it.
type theme struct {
	name  string
	setup func(g *gen, name string, spec obj)
	step  func(g *gen, name string)
}

// wide mixes one theme, by the seed, with others by chance and with everyday use.
func (g *gen) wide(family string) {
	list := themes
	if family == "gc" {
		list = []theme{{"gc", nil, (*gen).collect}}
	}
	g.c.Schedule = pick(g, "fresh", "random")
	if family == "wide" && g.c.Seed%60 == 59 {
		g.huge()
		return
	}
	chosen := []theme{list[int(g.c.Seed)%len(list)]}
	for g.chance(0.4) {
		chosen = append(chosen, pick(g, themes...))
	}
	name := "web"
	if chosen[0].name == "template" && g.chance(0.2) {
		name = "web-" + strings.Repeat("x", pick(g, 41, 54, 240, 249))
	}
	d := g.deployment(name, pick(g, 1, 2, 3, 3, 4, 4, 5, 6, 8))
	g.behaviors(name, true)
	for _, th := range chosen {
		if th.setup != nil {
			th.setup(g, name, d["spec"].(obj))
		}
	}
	g.create(d)
	g.t += pick(g, 0, 0, 3, 10, 25, 60)
	for range 3 + g.Intn(7) {
		g.t += pick(g, 0, 0, 1, 2, 3, 5, 8, 13, 30, 60)
		if g.chance(0.65) {
			pick(g, chosen...).step(g, name)
		} else {
			g.everydayAction(name)
		}
	}
	if g.c.Nodes == 0 {
		g.c.Nodes = pick(g, 1, 1, 3)
	}
	g.c.Until = max(g.c.Until, g.t+pick(g, 150, 150, 150, 200, 700))
	if g.c.Schedule == "random" && g.chance(0.4) {
		from := g.Intn(g.t + 1)
		g.c.Starve = []Starve{{Move: pick(g, "d", "r", "p", "D", "R"), From: from, To: from + pick(g, 3, 10, 30, 400), Keep: pick(g, 0, 0.02, 0.1)}}
	}
}

var themes = []theme{
	{"overlap", nil, (*gen).overlap},
	{"rollback", nil, (*gen).rollback},
	{"quota", nil, func(g *gen, _ string) { g.do(Action{Do: "quota", N: pick(g, 0, 1, 2, 3, 4, 5, 6, 8)}) }},
	{"fail-pods", nil, (*gen).failPods},
	{"fail-writes", nil, (*gen).failWrites},
	{"hand", nil, (*gen).hand},
	{"collision", nil, (*gen).collision},
	{"limits", limitless, (*gen).limits},
	{"fences", wideFences, (*gen).fences},
	{"zero", func(g *gen, _ string, s obj) { s["replicas"] = 0 }, func(g *gen, name string) { g.spec(name, obj{"replicas": pick(g, 0, 0, 3, 5)}) }},
	{"pause", func(g *gen, _ string, s obj) { s["paused"] = true }, (*gen).pause},
	{"annotations", nil, (*gen).annotations},
	{"cost", costly, (*gen).cost},
	{"flap", flapping, (*gen).flap},
	{"delete", nil, (*gen).deleteAndCreate},
	{"expectations", nil, (*gen).expectations},
	{"release", nil, (*gen).release},
	{"template", selective, (*gen).template},
	{"invalid", nil, (*gen).invalid},
	{"strategy", nil, (*gen).strategy},
	{"evict", evicting, func(g *gen, name string) { g.image(name, 1+g.Intn(4)) }},
	{"owned", nil, (*gen).owned},
}

// second makes the manifest of a further Deployment, now and then with the selector of another.
func (g *gen) second(name, other string) obj {
	d := g.deployment(name, pick(g, 1, 2, 3, 4))
	g.behaviors(name, true)
	if g.chance(0.4) {
		spec := d["spec"].(obj)
		spec["selector"] = obj{"matchLabels": obj{"app": other}}
		spec["template"].(obj)["metadata"] = obj{"labels": obj{"app": other}}
	}
	return d
}

func (g *gen) overlap(name string) {
	other := pick(g, "api", "db")
	if g.made[other] == nil {
		g.create(g.second(other, name))
		return
	}
	switch k := g.Float64(); {
	case k < 0.25:
		g.do(Action{Do: "delete", Name: other})
		if g.chance(0.5) {
			g.create(g.second(other, name))
		}
	case k < 0.35:
		g.create(g.second(other, name))
	default:
		g.everydayAction(other)
	}
}

func (g *gen) rollback(name string) {
	p := obj{"metadata": obj{"annotations": obj{"deprecated.deployment.rollback.to": pick(g, "0", "0", "1", "2", "3", "99", "-1")}}}
	if g.chance(0.2) {
		p["spec"] = obj{"replicas": g.Intn(5)}
	}
	g.patch(name, p)
}

func (g *gen) failPods(name string) {
	if g.chance(0.4) {
		g.do(Action{Do: "fail-create-pods", N: pick(g, 1, 2, 3, 5, 8)})
	} else {
		g.do(Action{Do: "fail", Verb: pick(g, "create", "create", "delete"), Resource: "pods", Reason: pick(g, "Forbidden", "InternalError", "Conflict"),
			N: pick(g, 1, 1, 2, 4, 30), Skip: pick(g, 0, 0, 1, 2)})
	}
	g.stir(name)
}

// stir makes the controllers write something, now or soon.
func (g *gen) stir(name string) {
	g.t += pick(g, 0, 0, 1, 4)
	switch k := g.Float64(); {
	case k < 0.5:
		g.image(name, 1+g.Intn(4))
	case k < 0.8:
		g.spec(name, obj{"replicas": g.Intn(7)})
	default:
		g.do(Action{Do: "undo", Name: name})
	}
}

func (g *gen) failWrites(name string) {
	a := Action{Do: "fail", Reason: pick(g, "Forbidden", "Conflict", "InternalError"), N: pick(g, 1, 1, 1, 2, 3, 20), Skip: pick(g, 0, 0, 0, 1, 2)}
	target := pick(g, "create replicasets", "create replicasets", "update replicasets", "update replicasets", "update replicasets",
		"update/status deployments", "update/status replicasets", "delete replicasets", "update deployments")
	a.Verb, a.Resource, _ = strings.Cut(target, " ")
	g.do(a)
	if a.Resource == "deployments" && a.Verb == "update" {
		g.rollback(name)
	} else {
		g.stir(name)
	}
}

func (g *gen) anyOf(name string) string {
	return fmt.Sprintf("%s~%d", name, pick(g, 1, 1, 1, 2, 2, 3, 4))
}

func (g *gen) patchSet(id string, p obj) {
	g.do(Action{Do: "patch-replicaset", Name: id, Patch: raw(p)})
}

// handmade is a ReplicaSet with the Deployment's template for one of its images, or one like it.
func (g *gen) handmade(name, own string) obj {
	var template obj
	spec := g.made[name]
	must(jsonCopy(spec["template"], &template))
	pod := template["spec"].(obj)
	pod["containers"].([]any)[0].(obj)["image"] = fmt.Sprintf("%s:v%d", name, 1+g.Intn(4))
	labels := template["metadata"].(obj)["labels"].(obj)
	selector := obj{"matchLabels": obj{"app": labels["app"]}}
	if g.chance(0.2) {
		labels["track"] = "hand"
		selector = obj{"matchLabels": obj{"track": "hand"}}
	}
	meta := obj{"labels": obj{"app": labels["app"]}}
	if own != "" {
		meta["name"] = own
	}
	if g.chance(0.15) {
		meta["labels"] = obj{"app": "stranger"}
	}
	if g.chance(0.3) {
		meta["annotations"] = obj{"deployment.kubernetes.io/revision": pick(g, "1", "2", "7", "x"), "note": "made by hand"}
	}
	return obj{"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta, "spec": obj{"replicas": pick(g, 0, 1, 2, 3), "selector": selector, "template": template}}
}

func (g *gen) hand(name string) {
	own := pick(g, "hand-a", "hand-b")
	switch k := g.Float64(); {
	case k < 0.4:
		g.do(Action{Do: "create-replicaset", ReplicaSet: raw(g.handmade(name, own))})
	case k < 0.5:
		g.do(Action{Do: "delete-replicaset", Name: own})
	case k < 0.65:
		g.patchSet(own, obj{"metadata": obj{"labels": obj{"app": pick[any](g, name, "stranger", nil)}}})
	case k < 0.75:
		g.patchSet(own, obj{"metadata": obj{"ownerReferences": nil}})
	default:
		g.patchSet(own, obj{"spec": obj{"replicas": g.Intn(5)}})
	}
}

// owned disturbs the ReplicaSets that a Deployment made.
func (g *gen) owned(name string) {
	id := g.anyOf(name)
	switch k := g.Float64(); {
	case k < 0.2:
		g.do(Action{Do: "delete-replicaset", Name: id})
	case k < 0.4:
		g.patchSet(id, obj{"metadata": obj{"labels": obj{"app": pick[any](g, "stranger", nil, name)}}})
	case k < 0.55:
		g.patchSet(id, obj{"metadata": obj{"ownerReferences": nil}})
		if g.chance(0.4) {
			g.do(Action{Do: "fail", Verb: "patch", Resource: "replicasets", Reason: pick(g, "Forbidden", "Conflict", "NotFound"), N: pick(g, 1, 2, 20)})
		}
	case k < 0.8:
		g.patchSet(id, obj{"spec": obj{"replicas": g.Intn(7)}})
	case k < 0.85:
		g.patchSet(id, obj{"spec": obj{"minReadySeconds": pick(g, 0, 4)}})
	default:
		g.patchSet(id, obj{"spec": obj{"template": obj{"metadata": obj{"labels": obj{"more": "yes"}}}}})
	}
}

// collision leads to a ReplicaSet whose name is what another template needs.
func (g *gen) collision(name string) {
	if g.chance(0.4) {
		g.patchSet(g.anyOf(name), obj{"spec": obj{"template": obj{"spec": obj{"containers": []obj{{"name": "c", "image": name + ":v4"}}}}}})
		g.image(name, 1+g.Intn(3))
		return
	}
	g.spec(name, obj{"paused": true})
	g.t += pick(g, 0, 1)
	g.image(name, 1+g.Intn(4))
	g.t += pick(g, 0, 1)
	for range pick(g, 1, 1, 2) {
		g.do(Action{Do: "create-replicaset", Name: name, ReplicaSet: raw(g.handmade(name, ""))})
	}
	g.t += pick(g, 0, 1, 5)
	g.spec(name, obj{"paused": nil})
}

func jsonCopy(from, to any) error { return unmarshal(raw(from), to) }
