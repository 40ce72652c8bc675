package recorder

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

const unlimited = 2147483647

func unmarshal(b []byte, to any) error { return json.Unmarshal(b, to) }

func limitless(g *gen, _ string, spec obj) {
	if g.chance(0.5) {
		spec["progressDeadlineSeconds"] = unlimited
	}
	if g.chance(0.5) {
		spec["revisionHistoryLimit"] = unlimited
	}
}

func (g *gen) limits(name string) {
	switch k := g.Float64(); {
	case k < 0.35:
		g.spec(name, obj{"progressDeadlineSeconds": pick(g, unlimited, unlimited, 20, 40, 600)})
	case k < 0.6:
		g.spec(name, obj{"revisionHistoryLimit": pick(g, unlimited, 0, 1, 10)})
	default:
		g.image(name, 1+g.Intn(4))
	}
}

func wideFences(g *gen, name string, spec obj) {
	spec["strategy"] = obj{"type": "RollingUpdate", "rollingUpdate": obj{"maxSurge": pick[any](g, 100, "1000%", "300%", 50, "1%", 1),
		"maxUnavailable": pick[any](g, "100%", 10, 0, "99%", 1)}}
}

func (g *gen) fences(name string) {
	if g.chance(0.4) {
		s := obj{}
		wideFences(g, name, s)
		g.spec(name, s)
		return
	}
	g.stir(name)
}

func (g *gen) pause(name string) {
	g.spec(name, obj{"paused": pick[any](g, true, nil, nil)})
	if g.chance(0.5) {
		g.t += pick(g, 0, 0, 2)
		g.stir(name)
	}
}

func (g *gen) annotations(name string) {
	const prefix = "deployment.kubernetes.io/"
	if g.chance(0.3) {
		g.patch(name, obj{"metadata": obj{"annotations": obj{pick(g, prefix+"revision", prefix+"desired-replicas", "kubernetes.io/change-cause", "team",
			"kubectl.kubernetes.io/last-applied-configuration"): pick[any](g, "x", "9", "", nil)}}})
		return
	}
	key := pick(g, "desired-replicas", "desired-replicas", "max-replicas", "max-replicas", "revision", "revision-history")
	values := map[string][]any{
		"desired-replicas": {"many", "-1", "4294967296", "2147483648", nil, "3", "0"},
		"max-replicas":     {"many", "-1", "0", nil, "7", "100"},
		"revision":         {"x", nil, "7", "0", ""},
		"revision-history": {"", "1,2", strings.TrimSuffix(strings.Repeat("12345,", 334), ","), strings.Repeat("9", 1999), strings.Repeat("7", 2100), nil},
	}
	g.patchSet(g.anyOf(name), obj{"metadata": obj{"annotations": obj{prefix + key: pick(g, values[key]...)}}})
	if g.chance(0.6) {
		g.stir(name)
	}
}

func costly(g *gen, name string, spec obj) {
	spec["replicas"] = pick(g, 4, 6, 8, 9)
	g.made[name]["replicas"] = spec["replicas"]
	g.c.Nodes = pick(g, 1, 2, 3)
	for _, k := range slices.Sorted(maps.Keys(g.c.Images)) {
		b := g.c.Images[k]
		if g.chance(0.5) {
			for range 12 {
				b.Restarts = append(b.Restarts, pick(g, 0, 0, 0, 1, 5))
			}
			g.c.Images[k] = b
		}
	}
}

func (g *gen) cost(name string) {
	if g.chance(0.5) {
		for range 1 + g.Intn(3) {
			g.do(Action{Do: "patch-pod", Pod: g.Intn(9), Patch: raw(obj{"metadata": obj{"annotations": obj{"controller.kubernetes.io/pod-deletion-cost": pick[any](g, "10", "-5", "100", "0", "+3", nil)}}})})
		}
	}
	g.t += pick(g, 0, 2)
	g.spec(name, obj{"replicas": g.Intn(9)})
}

func flapping(g *gen, name string, spec obj) {
	spec["minReadySeconds"] = pick(g, 3, 5, 8)
	if p, ok := spec["progressDeadlineSeconds"].(int); ok && p <= 9 {
		delete(spec, "progressDeadlineSeconds")
	}
	for _, k := range slices.Sorted(maps.Keys(g.c.Images)) {
		b := g.c.Images[k]
		b.UnreadyAt, b.ReadyAgain, b.FailAt = 1+g.Intn(12), 1+g.Intn(9), 0
		g.c.Images[k] = b
	}
}

func (g *gen) flap(name string) {
	if g.chance(0.4) {
		g.spec(name, obj{"minReadySeconds": pick(g, 0, 2, 6, 9)})
		return
	}
	g.image(name, 1+g.Intn(4))
}

func (g *gen) deleteAndCreate(name string) {
	g.stir(name)
	g.t += pick(g, 0, 1, 3)
	g.do(Action{Do: "delete", Name: name})
	g.t += pick(g, 0, 0, 1, 10)
	d := g.deployment(name, pick(g, 1, 2, 3, 5))
	g.create(d)
}

// expectations makes the controller wait for pods that never come: it takes a terminating namespace for success.
func (g *gen) expectations(name string) {
	g.do(Action{Do: "fail", Verb: "create", Resource: "pods", Reason: "NamespaceTerminating", N: pick(g, 1, 2, 3), Skip: pick(g, 0, 0, 1)})
	g.stir(name)
	g.c.Until = g.t + 700
	if g.chance(0.3) {
		g.do(Action{Do: "fail", Verb: "create", Resource: "replicasets", Reason: "NamespaceTerminating", N: 1})
		g.image(name, 1+g.Intn(4))
	}
	if g.chance(0.5) {
		g.t += pick(g, 290, 301, 310)
		g.spec(name, obj{"replicas": 1 + g.Intn(6)})
	}
}

func (g *gen) release(name string) {
	pod := g.Intn(6)
	switch k := g.Float64(); {
	case k < 0.35:
		g.do(Action{Do: "patch-pod", Pod: pod, Patch: raw(obj{"metadata": obj{"labels": obj{"app": pick[any](g, "lost", nil)}}})})
	case k < 0.5:
		g.do(Action{Do: "patch-pod", Pod: pod, Patch: raw(obj{"metadata": obj{"labels": obj{"app": name}}})})
	case k < 0.75:
		g.do(Action{Do: "patch-pod", Pod: pod, Patch: raw(obj{"metadata": obj{"ownerReferences": nil}})})
	case k < 0.85:
		g.do(Action{Do: "patch-pod", Pod: pod, Patch: raw(obj{"metadata": obj{"labels": obj{"pod-template-hash": nil}}})})
	default:
		g.do(Action{Do: "delete-pod", Pod: pod})
		return
	}
	if g.chance(0.3) {
		g.do(Action{Do: "fail", Verb: "patch", Resource: "pods", Reason: pick(g, "Forbidden", "NotFound", "InternalError"), N: pick(g, 1, 2)})
	}
}

func selective(g *gen, name string, spec obj) {
	if g.chance(0.5) {
		label := spec["template"].(obj)["metadata"].(obj)["labels"].(obj)
		spec["selector"] = obj{"matchExpressions": []obj{{"key": "app", "operator": "In", "values": []any{label["app"], "other"}}, {"key": "gone", "operator": "DoesNotExist"}}}
		label["extra"] = "yes"
	}
}

func (g *gen) template(name string) {
	meta, pod := obj{}, obj{}
	switch g.Intn(5) {
	case 0:
		meta["annotations"] = obj{"kubectl.kubernetes.io/restartedAt": fmt.Sprintf("2000-01-01T00:00:%02dZ", g.t%60)}
	case 1:
		meta["labels"] = obj{"version": pick[any](g, "a", "b", nil)}
	case 2:
		pod["containers"] = []obj{{"name": "c", "env": []obj{{"name": "MODE", "value": pick(g, "x", "y")}}}}
	case 3:
		pod["containers"] = []obj{{"name": "c", "resources": obj{"requests": obj{"cpu": pick(g, "100m", "0.1", "1")}}}}
	case 4:
		pod["terminationGracePeriodSeconds"] = pick(g, 0, 3, 30)
	}
	g.spec(name, obj{"template": obj{"metadata": meta, "spec": pod}})
}

func (g *gen) invalid(name string) {
	switch g.Intn(9) {
	case 0:
		g.spec(name, obj{"replicas": -1})
	case 1:
		g.spec(name, obj{"selector": obj{"matchLabels": obj{"app": "changed"}}})
	case 2:
		g.spec(name, obj{"template": obj{"metadata": obj{"labels": obj{"app": "changed"}}}})
	case 3:
		g.spec(name, obj{"progressDeadlineSeconds": 5, "minReadySeconds": 5})
	case 4:
		g.do(Action{Do: "delete", Name: "nosuch"})
	case 5:
		g.image("nosuch", 1)
	case 6:
		g.do(Action{Do: "undo", Name: name, ToRevision: 99})
	case 7:
		d := g.deployment("every", 2)
		d["spec"].(obj)["selector"] = obj{}
		g.create(d)
	case 8:
		g.create(g.deployment(name, 2))
	}
}

func (g *gen) strategy(name string) {
	if g.chance(0.5) {
		g.spec(name, obj{"strategy": obj{"$retainKeys": []string{"type"}, "type": "Recreate"}})
	} else {
		s := g.rolling()
		s["$retainKeys"] = []string{"type", "rollingUpdate"}
		g.spec(name, obj{"strategy": s})
	}
	g.t += pick(g, 0, 1, 5)
	g.stir(name)
}

func evicting(g *gen, name string, spec obj) {
	for _, k := range slices.Sorted(maps.Keys(g.c.Images)) {
		b := g.c.Images[k]
		if g.chance(0.7) {
			g.c.Images[k] = Behavior{Schedule: b.Schedule, Start: b.Start, Ready: b.Ready, Extra: b.Extra, Stop: b.Stop, FailAt: 3 + g.Intn(30)}
		}
	}
	if g.chance(0.4) {
		spec["strategy"] = obj{"type": "Recreate"}
	}
}

// collect deletes by owner in the two ways that are not background.
func (g *gen) collect(name string) {
	how := pick(g, "Orphan", "Foreground")
	if g.chance(0.4) {
		g.do(Action{Do: "delete-replicaset", Name: g.anyOf(name), Propagation: how})
		return
	}
	g.stir(name)
	g.t += pick(g, 0, 2)
	g.do(Action{Do: "delete", Name: name, Propagation: how})
	g.t += pick(g, 0, 1, 10, 70)
	d := g.deployment(name, pick(g, 1, 2, 3, 5))
	g.create(d)
}

// huge has more pods than one sync of the ReplicaSet controller makes or deletes.
func (g *gen) huge() {
	g.c.Schedule = "fresh"
	d := g.deployment("web", pick(g, 501, 600, 1200))
	spec := d["spec"].(obj)
	spec["strategy"] = pick(g, obj{"type": "Recreate"}, obj{"type": "RollingUpdate", "rollingUpdate": obj{"maxSurge": "100%", "maxUnavailable": "50%"}})
	delete(spec, "paused")
	g.c.Images["web:v1"] = Behavior{Start: 1, Ready: 1, Stop: 5}
	g.c.Images["web:v2"] = Behavior{Start: 2, Ready: 1, Stop: 5}
	g.create(d)
	g.t += pick(g, 0, 30)
	g.image("web", 2)
	g.t += pick(g, 3, 30)
	g.spec("web", obj{"replicas": pick(g, 0, 5, 700, 1300)})
	g.c.Nodes, g.c.Until = 3, g.t+100
}
