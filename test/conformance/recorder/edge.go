package recorder

import (
	"fmt"
	"strings"
)

// edgeThemes press on what the other families touch: every write refused for every reason, names that
// collide again and again, limits of history, edits and undos at each moment, deletions on top of deletions.
var edgeThemes = []theme{
	{"refusals", nil, (*gen).anyRefusal},
	{"collisions", nil, (*gen).collideAgain},
	{"history", func(g *gen, _ string, s obj) { s["revisionHistoryLimit"] = g.Intn(3) }, (*gen).trimmed},
	{"meta", nil, (*gen).editMidway},
	{"moments", momentous, (*gen).undoAnywhere},
	{"surges", surging, (*gen).pauseScale},
	{"recreate", recreating, (*gen).recreateMore},
	{"clocks", clocks, (*gen).clockMore},
	{"orphans", nil, (*gen).orphans},
	{"deletions", nil, (*gen).deletions},
	{"many", nil, (*gen).several},
	{"victims", victims, (*gen).victimsMore},
	{"references", nil, (*gen).references},
	{"selectors", nil, (*gen).selectors},
}

// edge takes one edge theme by the seed and mixes it with other edges and with everyday use.
func (g *gen) edge() {
	g.c.Schedule = pick(g, "fresh", "random")
	chosen := []theme{edgeThemes[int(g.c.Seed)%len(edgeThemes)]}
	for g.chance(0.45) {
		chosen = append(chosen, pick(g, append(edgeThemes, oddThemes...)...))
	}
	d := g.deployment("web", pick(g, 0, 1, 1, 2, 3, 5, 7, 9, 11, 13))
	g.manyImages("web", 8)
	for _, th := range chosen {
		if th.setup != nil {
			th.setup(g, "web", d["spec"].(obj))
		}
	}
	g.made["web"] = d["spec"].(obj)
	g.create(d)
	g.t += pick(g, 0, 1, g.Intn(30))
	for range 4 + g.Intn(10) {
		g.t += pick(g, 0, 0, 1, 1, 2, 3, 5, 9, 16, 40)
		if g.chance(0.8) {
			pick(g, chosen...).step(g, "web")
		} else {
			g.everydayAction("web")
		}
	}
	if g.c.Nodes == 0 {
		g.c.Nodes = pick(g, 1, 2, 3, 6)
	}
	g.c.Until = max(g.c.Until, g.t+pick(g, 50, 120, 200))
	if g.c.Schedule == "random" {
		g.c.From = pick(g, 0, 0, g.Intn(g.t+1))
		g.c.Sway = g.chance(0.4)
	}
}

var everyWrite = []string{"create replicasets", "update replicasets", "update replicasets", "update/status replicasets", "patch replicasets", "delete replicasets",
	"update deployments", "update/status deployments", "update/status deployments", "create pods", "create pods", "delete pods", "patch pods"}

// anyRefusal refuses one or two sorts of writes, also for reasons that make no sense of them.
func (g *gen) anyRefusal(name string) {
	for range pick(g, 1, 1, 2) {
		verb, resource, _ := strings.Cut(pick(g, everyWrite...), " ")
		g.do(Action{Do: "fail", Verb: verb, Resource: resource, N: pick(g, 1, 1, 2, 3, 17, 40), Skip: pick(g, 0, 0, 0, 1, 2, 5),
			Reason: pick(g, "Forbidden", "Conflict", "InternalError", "NotFound", "NamespaceTerminating", "AlreadyExists", "Invalid", "Timeout")})
	}
	switch g.Intn(6) {
	case 0:
		g.rollback(name)
	case 1:
		g.patchSet(g.anyOf(name), obj{"metadata": obj{"ownerReferences": nil}})
	case 2:
		g.do(Action{Do: "patch-pod", Pod: g.Intn(6), Patch: raw(obj{"metadata": obj{"labels": obj{"app": pick[any](g, "lost", name)}, "ownerReferences": pick[any](g, nil, []any{})}})})
	case 3:
		g.undoAnywhere(name)
	default:
		g.stir(name)
	}
}

// collideAgain takes the names that the next templates need, several times, now and then with a foreign owner.
func (g *gen) collideAgain(name string) {
	pausing := g.chance(0.7)
	if pausing {
		g.spec(name, obj{"paused": true})
		g.t += pick(g, 0, 1)
	}
	for range 1 + g.Intn(3) {
		g.image(name, 1+g.Intn(4))
		g.t += pick(g, 0, 0, 1)
		hand := g.handmade(name, "")
		if g.chance(0.3) {
			hand["metadata"].(obj)["ownerReferences"] = []any{obj{"apiVersion": "apps/v1", "kind": "Deployment", "name": pick(g, name, "other"),
				"uid": pick(g, "11111111-0000-0000-0000-000000000008", "00000000-0000-0000-0000-000000000001"), "controller": pick[any](g, true, true, nil)}}
		}
		if g.chance(0.3) {
			hand["spec"].(obj)["template"].(obj)["spec"].(obj)["containers"].([]any)[0].(obj)["image"] = name + ":v1"
		}
		g.do(Action{Do: "create-replicaset", Name: name, ReplicaSet: raw(hand)})
		g.t += pick(g, 0, 0, 2)
	}
	if pausing {
		g.spec(name, obj{"paused": nil})
	}
	if g.chance(0.3) {
		g.t += pick(g, 0, 1)
		g.do(Action{Do: "delete-replicaset", Name: fmt.Sprintf("%s~%d", name, 1+g.Intn(5)), Propagation: pick(g, "", "Orphan", "Foreground")})
	}
}

// trimmed makes revisions faster than they are cleaned up.
func (g *gen) trimmed(name string) {
	switch k := g.Float64(); {
	case k < 0.5:
		for range 1 + g.Intn(4) {
			g.image(name, 1+g.Intn(8))
			g.t += pick(g, 0, 1, 2, 6)
		}
	case k < 0.65:
		g.spec(name, obj{"revisionHistoryLimit": pick[any](g, 0, 0, 1, 2, 3, 10, nil)})
	case k < 0.75:
		g.spec(name, obj{"paused": pick[any](g, true, nil, nil)})
	case k < 0.85:
		g.undoAnywhere(name)
	case k < 0.92:
		g.do(Action{Do: "fail", Verb: "delete", Resource: "replicasets", Reason: pick(g, "NotFound", "Forbidden", "Conflict"), N: pick(g, 1, 2, 3), Skip: g.Intn(2)})
	default:
		g.patchSet(fmt.Sprintf("%s~%d", name, 1+g.Intn(5)), obj{"spec": obj{"replicas": pick(g, 0, 1, 3)}})
	}
}

// editMidway edits annotations and labels, of the Deployment, its template and its ReplicaSets, while a rollout is on.
func (g *gen) editMidway(name string) {
	if g.chance(0.5) {
		g.image(name, 1+g.Intn(8))
		g.t += pick(g, 0, 1, 2, 4)
	}
	for range 1 + g.Intn(3) {
		switch g.Intn(5) {
		case 0:
			g.patch(name, obj{"metadata": obj{"annotations": obj{pick(g, "a", "b", "kubernetes.io/change-cause", "kubectl.kubernetes.io/last-applied-configuration"): pick[any](g, "1", "2", "", nil)}}})
		case 1:
			g.patch(name, obj{"metadata": obj{"labels": obj{pick(g, "a", "b"): pick[any](g, "1", "2", nil)}}})
		case 2:
			g.spec(name, obj{"template": obj{"metadata": obj{"labels": obj{pick(g, "a", "b"): pick[any](g, "1", "2", nil)}, "annotations": obj{"c": pick[any](g, "1", nil)}}}})
		case 3:
			g.patchSet(g.anyOf(name), obj{"metadata": obj{"annotations": obj{pick(g, "a", "deployment.kubernetes.io/revision", "deployment.kubernetes.io/desired-replicas", "deployment.kubernetes.io/max-replicas"): pick[any](g, "1", "3", "", nil)}}})
		default:
			g.patchSet(g.anyOf(name), obj{"metadata": obj{"labels": obj{pick(g, "a", "b"): pick[any](g, "1", nil)}}, "spec": obj{"minReadySeconds": pick[any](g, 0, 2, nil)}})
		}
		g.t += pick(g, 0, 0, 1, 3)
	}
}

// momentous makes rollouts slow enough for every second to be another state.
func momentous(g *gen, name string, spec obj) {
	spec["replicas"] = pick(g, 1, 2, 3, 4, 5, 7)
	for v := 1; v <= 8; v++ {
		g.c.Images[fmt.Sprintf("%s:v%d", name, v)] = Behavior{Schedule: g.Intn(2), Start: g.Intn(2), Ready: 1 + g.Intn(3), Stop: g.Intn(6)}
	}
}

func (g *gen) undoAnywhere(name string) {
	if g.chance(0.7) {
		g.image(name, 1+g.Intn(8))
		g.t += g.Intn(14)
	}
	for range pick(g, 1, 1, 1, 2, 3) {
		g.do(Action{Do: "undo", Name: name, ToRevision: int64(pick(g, 0, 0, 0, 1, 2, g.Intn(7)))})
		g.t += pick(g, 0, 0, 1, g.Intn(8))
	}
}
