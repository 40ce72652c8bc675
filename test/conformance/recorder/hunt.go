package recorder

import (
	"encoding/json"
	"fmt"
	"strings"
)

// rollover makes a case of one Deployment whose second image is replaced by a third while it rolls out.
func (g *gen) rollover(replicas, minReady, first, second int) {
	g.c.Nodes = 1
	g.c.Images["web:v1"] = Behavior{Start: 1, Stop: 3}
	g.create(obj{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": obj{"name": "web"}, "spec": obj{
		"replicas": replicas, "minReadySeconds": minReady, "selector": obj{"matchLabels": obj{"app": "web"}},
		"strategy": obj{"type": "RollingUpdate", "rollingUpdate": obj{"maxSurge": 1, "maxUnavailable": 1}},
		"template": obj{"metadata": obj{"labels": obj{"app": "web"}}, "spec": obj{"containers": []obj{{"name": "c", "image": "web:v1"}}}}}})
	g.t = first
	g.image("web", 2)
	g.t = second
	g.image("web", 3)
	g.c.Until = second + 60
}

// ce2 looks for an available pod that dies in the place of one that is only ready: the order of deletion
// knows ages of readiness by powers of two, and nothing of minReadySeconds.
func (g *gen) ce2() {
	g.c.Schedule = pick(g, "fresh", "random")
	g.c.From = 59
	minReady := 2 + g.Intn(13)
	g.rollover(3, minReady, 60, 60+1+g.Intn(3*minReady+6))
	for v := 2; v <= 3; v++ {
		b := Behavior{Start: 1, Ready: g.Intn(3), Stop: 3}
		for range 6 {
			b.Extra = append(b.Extra, g.Intn(minReady+3))
		}
		g.c.Images[fmt.Sprintf("web:v%d", v)] = b
	}
}

// ce5 looks for a lost pod that uses up what may be cleaned up, so that a report from before a scale-down
// of another ReplicaSet goes unnoticed: caches are never behind until the second change, and the pods that
// this change dooms become ready soon after it.
func (g *gen) ce5() {
	second := 64 + g.Intn(8)
	g.c.Schedule, g.c.From = "random", second
	g.rollover(4, 0, 60, second)
	soon := func() int { return second - 62 + g.Intn(4) }
	g.c.Images["web:v1"] = Behavior{Start: 1, Extra: []int{0, 0, 0, 0, 50}, Stop: 3}
	g.c.Images["web:v2"] = Behavior{Start: 1, Extra: []int{0, soon(), soon(), soon(), 50}, Stop: 3}
	g.c.Images["web:v3"] = Behavior{Start: 1, Extra: []int{pick(g, 0, 0, 1), pick(g, 0, 1, 20), 20, 20, 20}, Stop: 3}
	lost := Action{At: second + pick(g, 0, 0, 0, 1), Do: "delete-pod", Pod: g.Intn(3)}
	last := len(g.c.Actions) - 1
	if g.chance(0.5) {
		g.c.Actions = append(g.c.Actions[:last:last], lost, g.c.Actions[last])
	} else {
		g.c.Actions = append(g.c.Actions, lost)
	}
	switch g.c.Seed % 3 {
	case 0:
		g.c.Sway = true
	case 1:
		for range pick(g, 1, 1, 2) {
			g.c.Starve = append(g.c.Starve, Starve{Move: pick(g, "r", "p", "R"), From: second, To: second + pick(g, 1, 2, 4), Keep: pick(g, 0.02, 0.1, 0.3)})
		}
	}
	g.c.Until = second + 30
}

// Breach says by how many pods a trace of one Deployment with whole-number fences, rolled at 60 s from
// complete, falls below replicas - maxUnavailable - pods lost, and when; 0 if never.
func Breach(tr *Trace) (worst int, at int64) {
	var d struct {
		Spec struct {
			Replicas, MinReadySeconds int
			Strategy                  struct{ RollingUpdate struct{ MaxUnavailable int } }
		}
	}
	must(json.Unmarshal(tr.Case.Actions[0].Deployment, &d))
	lost := 0
	for _, f := range tr.Frames {
		if f.T < 60000 {
			continue
		}
		for _, a := range f.Actions {
			if a == "delete-pod" {
				lost++
			}
		}
		available := 0
		for key, n := range f.Pods {
			if ready, since, _ := strings.Cut(key, " ready@"); since != "" && strings.HasSuffix(ready, " Running") && !strings.Contains(since, "terminating") {
				var second, created int64
				_, err := fmt.Sscanf(since, "%d created@%d", &second, &created)
				must(err)
				if f.T >= (second+int64(d.Spec.MinReadySeconds))*1000 {
					available += n
				}
			}
		}
		if below := d.Spec.Replicas - d.Spec.Strategy.RollingUpdate.MaxUnavailable - lost - available; below > worst {
			worst, at = below, f.T
		}
	}
	return worst, at
}
