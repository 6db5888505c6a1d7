package regime

import (
	"slices"

	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
)

// dutyFits checks what a duty refers to, and that it could be both kept and unkept; it fills
// in what follows from the check: per, and whether the duty can be judged at all yet.
func (l *loader) dutyFits(n *node, d *duty.Duty) {
	c := d.Check
	if c == nil {
		return
	}
	at := n.get("check")
	if subject := l.target(at, c); d.Per == "" {
		d.Per = subject
	}
	d.Planned = l.isPlanned(c.Target) || l.isPlanned(c.Log)
	if d.When != nil {
		l.conditionFits(n.get("when"), *d.When, l.pack.checkVocabulary(c.Target))
	}
	if c.Is != nil {
		l.conditionFits(at.get("is"), *c.Is, l.pack.checkVocabulary(c.Target))
	}
	l.checkFields(at, *c)
	if d.Per != "" && !l.someoneActs(*d, d.Per) {
		l.fault(n, "義務 %s: %sの対象に対して行動する者が who にいません", d.ID, d.Per.Title())
	}
}

// someoneActs reports whether a role of the duty can answer for subjects of the scope.
func (l *loader) someoneActs(d duty.Duty, subject org.Scope) bool {
	var fits func(id string) bool
	fits = func(id string) bool {
		r, ok := l.pack.Role(id)
		return ok && (len(r.Everyone) > 0 || r.Scope.Contains(subject) && r.Scope != "" || slices.ContainsFunc(r.OneOf, fits))
	}
	return slices.ContainsFunc(d.Actors(), fits)
}

// sortOf is what the target of a check is; one planned thing is of one sort.
func sortOf(k duty.CheckKind) string {
	switch k {
	case duty.Register, duty.Periodic:
		return "register"
	case duty.Document, duty.Acknowledged:
		return "document"
	case duty.Enforced, duty.Appointment, duty.Request, duty.Permit, duty.Report, duty.Question:
		return string(k)
	}
	return string(k)
}

// target checks that what the check names exists, and returns the scope of its subjects where
// it follows from the target ("" where subjects may be anywhere).
func (l *loader) target(at *node, c *duty.Check) org.Scope {
	if l.isPlanned(c.Target) {
		if use := l.plannedUse[c.Target]; use != "" && use != sortOf(c.Kind) {
			l.fault(at, "予定の %s が %s と %s の両方で使われています", c.Target, use, sortOf(c.Kind))
		}
		l.plannedUse[c.Target] = sortOf(c.Kind)
		return c.Each
	}
	missing := func(what string) {
		l.fault(at, "%s %s はありません（予定なら planned.yaml に書きます）", what, c.Target)
	}
	_, isRegister := l.pack.register(c.Target)
	switch c.Kind {
	case duty.Appointment:
		if roles, ok := l.who(c.Target); ok && len(roles) == 1 {
			c.Target = roles[0] // a slot of one role
		}
		r, ok := l.pack.Role(c.Target)
		if !ok {
			missing("役割")
		}
		return r.Scope
	case duty.Register, duty.Periodic:
		if !isRegister {
			missing("台帳")
		}
	case duty.Request, duty.Permit:
		if l.pack.request(c.Target) < 0 {
			missing("申請")
		}
	case duty.Document, duty.Acknowledged:
		i := slices.IndexFunc(l.pack.Papers, func(p Paper) bool { return p.ID == c.Target })
		if i < 0 {
			missing("文書")
			return ""
		}
		return l.pack.Papers[i].Each
	case duty.Question:
		if !slices.ContainsFunc(l.pack.Questions, func(q Question) bool { return q.ID == c.Target }) {
			missing("質問")
		}
	case duty.Enforced:
		if !slices.ContainsFunc(l.capabilities, func(x duty.Capability) bool { return x.ID == c.Target }) {
			missing("機能")
		}
	case duty.Report:
		missing("報告")
	}
	return c.Each
}

// checkFields checks the fields that a check names against the kind it checks.
func (l *loader) checkFields(at *node, c duty.Check) {
	if c.Log != "" && !l.isPlanned(c.Log) {
		if k, ok := l.pack.register(c.Log); !ok || k.Volume != "log" {
			l.fault(at, "記録簿 %s はありません", c.Log)
		}
	}
	asked, recorded, known := l.pack.checkForm(c.Target)
	field := func(id string) (register.Field, bool) {
		f, ok := asked.Field(id)
		if !ok {
			f, ok = recorded.Field(id)
		}
		if !ok {
			l.fault(at, "項目 %s は %s にありません", id, c.Target)
		}
		return f, ok
	}
	always := known && len(c.Has) > 0
	for _, id := range c.Has {
		field(id)
		if f, ok := asked.Field(id); !ok || !f.Required || f.When != nil {
			always = false
		}
	}
	if always {
		l.fault(at, "has の項目はどれも様式で必須です。守られないことがないので、任意にするか enforced にしてください")
	}
	if c.Before != "" {
		field(c.Before)
	}
	if c.Fresh != nil {
		if f, ok := field(c.Fresh.Field); ok && f.Type != register.TypeDate && f.Type != register.TypeDatetime {
			l.fault(at, "fresh の %s は日付の項目ではありません", c.Fresh.Field)
		}
	}
	if c.Kind == duty.Question && (c.Answer == "" || c.Within == "") {
		l.fault(at, "question には answer と within を書いてください")
	}
}
