package regime

import (
	"slices"
	"strings"

	"sekimori/internal/kernel/approval"
	"sekimori/internal/kernel/register"
)

func (l *loader) route(o *object, i int) []approval.Step {
	var steps []approval.Step
	decide := -1
	for at, n := range o.list("route") {
		s := l.step(n, i)
		if s.Kind == approval.Decide {
			if decide >= 0 {
				l.fault(n, "決裁（decide）の段は1つだけです")
			}
			decide = at
		}
		if decide >= 0 && s.Kind == approval.Agree {
			l.fault(n, "決裁（decide）の後に置けるのは後閲（read）だけです")
		}
		if slices.ContainsFunc(steps, func(x approval.Step) bool { return x.ID == s.ID }) {
			l.fault(n, "段 %s が2度あります", s.ID)
		}
		steps = append(steps, s)
	}
	if decide < 0 && l.pack.Requests[i].Grade != approval.Barred {
		l.fault(o.n, "route に決裁（decide）の段がありません")
	}
	return steps
}

func (l *loader) step(n *node, i int) approval.Step {
	o := l.object(n, "段")
	s := approval.Step{
		ID: o.need("id"), Kind: oneOf(o, "kind", []approval.StepKind{approval.Agree, approval.Decide, approval.Read}),
		Need: oneOf(o, "need", []string{"any", "all", "each"}), Of: o.need("of"),
	}
	if order := o.integer("order"); order != nil {
		s.Order = *order
	}
	s.Roles = l.rolesOf(o)
	if of := n.get("of"); of != nil {
		l.scopePath(of, s.Of, i)
	}
	if w := o.node("when"); w != nil {
		c := l.condition(w)
		s.When = &c
		l.later(func() { l.conditionFits(w, c, l.pack.requestVocabulary(i)) })
	}
	o.done()
	return s
}

// rolesOf reads role: r or roles: [r…].
func (l *loader) rolesOf(o *object) []string {
	if o.has("role") == o.has("roles") {
		l.fault(o.n, "role か roles のどちらか1つを書いてください")
	}
	return l.resolve(append(o.wordOrList("role"), o.list("roles")...))
}

func (l *loader) after(n *node, i int) *approval.After {
	o := l.object(n, "after")
	a := &approval.After{Within: o.setting("within"), Fields: l.fields(o, "fields")}
	for _, x := range o.list("by") {
		a.By = append(a.By, l.actor(x, i))
	}
	if len(a.By) == 0 {
		l.fault(n, "by（誰が記録するか）がありません")
	}
	o.done()
	return a
}

func (l *loader) actor(n *node, i int) approval.Actor {
	if n.shape == mapping {
		o := l.object(n, "by")
		a := approval.Actor{Roles: l.rolesOf(o), Of: o.need("of")}
		if of := n.get("of"); of != nil {
			l.scopePath(of, a.Of, i)
		}
		o.done()
		return a
	}
	word := l.text(n, "by")
	if word == "applicant" {
		return approval.Actor{Applicant: true}
	}
	l.later(func() {
		if f, ok := l.pack.Requests[i].Field(word); !ok || f.Type != register.TypePerson {
			l.fault(n, "by の %s は applicant でも person の項目でもありません", word)
		}
	})
	return approval.Actor{Field: word}
}

func (l *loader) end(o *object, key string) *approval.End {
	n := o.node(key)
	if n == nil {
		return nil
	}
	e := l.object(n, key)
	out := &approval.End{On: e.str("on"), After: e.setting("after"), Renew: e.flag("renew")}
	if (out.On == "") == (out.After == "") {
		l.fault(n, "%s には on か after のどちらか1つを書いてください", key)
	}
	e.done()
	return out
}

func (l *loader) effects(o *object, i int) []approval.Effect {
	var out []approval.Effect
	for _, n := range o.list("effects") {
		e := l.object(n, "effects")
		x := approval.Effect{At: oneOf(e, "at", []string{"decided", "recorded", "returned", "expired"})}
		if s := e.node("set"); s != nil {
			x.Set = l.assigns(s, i)
		}
		if a := e.node("add"); a != nil {
			x.Add = l.addition(a)
		}
		if x.At == "" || (len(x.Set) == 0 && x.Add == nil) {
			l.fault(n, "effects には at と、set か add を書いてください")
		}
		e.done()
		out = append(out, x)
	}
	return out
}

func (l *loader) assigns(n *node, i int) []approval.Assign {
	o := l.object(n, "set")
	var out []approval.Assign
	for _, target := range o.n.keys {
		v := o.need(target)
		field, ok := strings.CutPrefix(target, "subject.")
		a := approval.Assign{Target: target}
		if field == "state" {
			a.State = v
		} else {
			a.From = v
		}
		out = append(out, a)
		at := n.get(target)
		l.later(func() {
			if !ok || !l.assignable(i, field, v) {
				l.fault(at, "set の %s: %s は対象の状態や項目に合いません", target, v)
			}
		})
	}
	o.done()
	return out
}

// assignable reports whether the subject has this state, or the field can take the value of
// the request's field.
func (l *loader) assignable(i int, field, value string) bool {
	r := l.pack.Requests[i]
	if r.Subject == nil {
		return false
	}
	k, _ := l.pack.register(r.Subject.To)
	if field == "state" {
		return slices.ContainsFunc(k.States, func(s register.State) bool { return s.ID == value })
	}
	own, found := strings.CutPrefix(value, "field.")
	from, okFrom := r.Field(own)
	if r.After != nil && !okFrom {
		from, okFrom = (register.Form{Fields: r.After.Fields}).Field(own)
	}
	to, okTo := k.Field(field)
	return found && okFrom && okTo && from.Type == to.Type
}

func (l *loader) addition(n *node) *approval.Addition {
	o := l.object(n, "add")
	a := &approval.Addition{Register: o.need("register"), From: map[string]string{}}
	l.refer(n, "台帳", a.Register, func(id string) bool { _, ok := l.pack.register(id); return ok })
	if f := o.node("from"); f != nil {
		from := l.object(f, "from")
		for _, key := range from.n.keys {
			a.From[key] = from.need(key)
			l.later(func() {
				k, _ := l.pack.register(a.Register)
				if _, ok := k.Field(key); !ok {
					l.fault(f, "項目 %s は %s にありません", key, a.Register)
				}
			})
		}
	}
	o.done()
	return a
}
