package regime

import (
	"slices"

	"sekimori/internal/kernel/org"
)

func (l *loader) roles() {
	o := l.object(l.required("roles.yaml"), "roles.yaml")
	for _, n := range o.list("roles") {
		l.pack.Roles = append(l.pack.Roles, l.role(n))
	}
	l.pack.Provisional = o.setting("provisional")
	bound := o.node("slots")
	if bound == nil {
		bound = &node{shape: mapping, at: o.n.at}
	}
	s := l.object(bound, "slots")
	for _, c := range l.common.roles {
		n := s.node(c.ID)
		if n == nil {
			l.fault(bound, "スロット %s（%s）が結ばれていません", c.ID, c.Title)
			continue
		}
		l.pack.Slots = append(l.pack.Slots, l.slot(c, n))
	}
	s.done()
	o.done()
}

func (l *loader) slot(c Slot, n *node) Slot {
	if n.shape == mapping {
		o := l.object(n, "スロット")
		c.None = o.need("none")
		o.done()
		return c
	}
	if n.shape != list || len(n.items) == 0 {
		l.fault(n, "スロットは役割の並びか {none: 理由} で書いてください")
	}
	for _, x := range n.items {
		c.Roles = append(c.Roles, l.text(x, c.ID))
		l.refer(x, "役割", x.value, l.isRole)
	}
	return c
}

func (l *loader) isRole(id string) bool { _, ok := l.pack.Role(id); return ok }

func (l *loader) role(n *node) org.Role {
	o := l.object(n, "役割")
	r := org.Role{
		ID: o.need("id"), Title: o.need("title"), Short: o.str("short"), Clause: l.clauseOf(o, "clause"), Scope: oneOf(o, "scope", org.Scopes()),
		Vacant: o.str("vacant"), Privileged: o.flag("privileged"), May: o.texts("may"), OneOf: o.texts("one-of"),
	}
	for _, e := range o.texts("everyone") {
		r.Everyone = append(r.Everyone, org.Employment(e))
	}
	l.once(n, "役割", r.ID)
	l.members(o, "may", "権限", isPermission)
	l.members(o, "everyone", "任用区分", func(id string) bool { return slices.Contains(org.Employments(), org.Employment(id)) })
	l.members(o, "one-of", "役割", l.isRole)
	if v := o.n.get("vacant"); v != nil {
		l.refer(v, "役割", r.Vacant, l.isRole)
	}
	if h := o.node("held-by"); h != nil {
		r.HeldBy = l.heldBy(h)
	}
	if d := o.node("deputy"); d != nil {
		r.Deputy = l.deputy(d)
	}
	shapes := 0
	for _, given := range []bool{o.has("held-by"), o.has("everyone"), o.has("one-of")} {
		if given {
			shapes++
		}
	}
	if shapes != 1 {
		l.fault(n, "役割 %s には held-by、everyone、one-of のうち1つだけを書いてください", r.ID)
	}
	if (r.Scope == "") == o.has("held-by") {
		l.fault(n, "scope は held-by のある役割だけに、必ず書きます")
	}
	o.done()
	return r
}

// members checks later that each word of a list is a known one.
func (l *loader) members(o *object, key, what string, known func(string) bool) {
	for _, n := range o.list(key) {
		l.refer(n, what, n.value, known)
	}
}

func (l *loader) heldBy(n *node) org.HeldBy {
	o := l.object(n, "held-by")
	h := org.HeldBy{Post: o.str("post"), HeadOf: oneOf(o, "head-of", []string{"bureau", "section", "school", "owner"}), Role: o.str("role"), Of: o.str("of")}
	if r := o.n.get("role"); r != nil {
		l.refer(r, "役割", h.Role, l.isRole)
	}
	if (h.Post == "") == (h.HeadOf == "") && h.Role == "" {
		l.fault(n, "held-by には post、head-of、role のうち1つを書いてください")
	}
	o.done()
	return h
}

func (l *loader) deputy(n *node) *org.DeputyRule {
	o := l.object(n, "deputy")
	d := &org.DeputyRule{Post: o.str("post"), Role: o.str("role"), NamedBy: oneOf(o, "named-by", []string{"holder"}), Clause: l.clauseOf(o, "clause")}
	if r := o.n.get("role"); r != nil {
		l.refer(r, "役割", d.Role, l.isRole)
	}
	o.done()
	return d
}
