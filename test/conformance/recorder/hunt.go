package recorder

func (g *gen) ce2() {}
func (g *gen) ce5() {}
