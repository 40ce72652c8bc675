package recorder

// deepSteps are the steps of all families, for deep to mix.
func deepSteps() []theme {
	var all []theme
	for _, list := range [][]theme{themes, oddThemes, edgeThemes, {{"gc", nil, (*gen).collect}}} {
		all = append(all, list...)
	}
	return all
}

// deep has long cases of up to four Deployments that may select each other's pods: a few themes of all
// families at once, several users in a second, lanes that lag one after the other, and the workers of the
// ReplicaSet controller out of turn.
func (g *gen) deep() {
	g.c.Schedule = pick(g, "fresh", "random", "random")
	all := deepSteps()
	chosen := []theme{all[int(g.c.Seed)%len(all)]}
	for range 1 + g.Intn(5) {
		chosen = append(chosen, pick(g, all...))
	}
	names := []string{"web", "web-2", "api", "db"}[:pick(g, 1, 1, 2, 2, 3, 4)]
	for i, name := range names {
		d := g.deployment(name, pick(g, 0, 1, 2, 3, 4, 6, 9, 12, 15))
		g.manyImages(name, 8)
		spec := d["spec"].(obj)
		for _, th := range chosen {
			if th.setup != nil && g.chance(0.6) {
				th.setup(g, name, spec)
			}
		}
		if i > 0 && g.chance(0.4) {
			spec["selector"] = obj{"matchLabels": obj{"app": names[0]}}
			spec["template"].(obj)["metadata"] = obj{"labels": obj{"app": names[0]}}
		}
		if _, ok := spec["replicas"].(int); ok && spec["replicas"].(int) > 80 {
			spec["replicas"] = 80
		}
		g.made[name] = spec
		g.create(d)
		g.t += pick(g, 0, 0, 0, 1, 5)
	}
	g.t += pick(g, 0, 1, g.Intn(30))
	for range 6 + g.Intn(pick(g, 8, 8, 24)) {
		g.t += pick(g, 0, 0, 0, 1, 1, 2, 3, 5, 9, 16, 40, g.Intn(90))
		name := pick(g, names...)
		if g.chance(0.75) {
			pick(g, chosen...).step(g, name)
		} else {
			g.everydayAction(name)
		}
	}
	if g.c.Nodes == 0 {
		g.c.Nodes = pick(g, 1, 2, 3, 6)
	}
	g.c.Until = max(g.c.Until, g.t+pick(g, 50, 120, 200, 700))
	if g.c.Schedule == "random" {
		g.lag()
	}
}

// lag chooses how a random schedule is unfair.
func (g *gen) lag() {
	g.c.From = pick(g, 0, 0, g.Intn(g.t+1))
	g.c.Workers = g.chance(0.4)
	if g.chance(0.4) {
		g.c.Sway = true
		return
	}
	for range g.Intn(4) {
		from := g.c.From + g.Intn(g.t+1)
		g.c.Starve = append(g.c.Starve, Starve{Move: pick(g, "d", "r", "p", "D", "R"), From: from, To: from + pick(g, 2, 5, 15, 60, 400), Keep: pick(g, 0, 0.02, 0.1, 0.3)})
	}
}
