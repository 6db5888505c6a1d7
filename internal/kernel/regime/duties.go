package regime

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"sekimori/internal/base/text"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
)

// maxSentence and maxNamed are how long a duty and the clause's own word for who may be, in
// characters: one thing to do, read at a glance.
const (
	maxSentence = 60
	maxNamed    = 30
)

// duties reads the duties and puts them in document order. Everything that a duty can name
// has been read by now.
func (l *loader) duties() {
	files := l.folder("duties")
	read := map[string]*node{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		n := files[name]
		if n.shape != list {
			l.fault(n, "義務は並び（- で始まる行）で書いてください")
		}
		for _, x := range n.items {
			d := l.duty(x)
			l.once(x, "義務", d.ID)
			l.pack.Duties = append(l.pack.Duties, d)
			read[d.ID] = x
		}
	}
	position := func(d duty.Duty) int {
		doc, id := l.pack.Resolve(d.Clause)
		return l.pack.clauses[doc+":"+id]
	}
	slices.SortStableFunc(l.pack.Duties, func(a, b duty.Duty) int {
		return cmp.Or(cmp.Compare(position(a), position(b)), cmp.Compare(a.Part, b.Part))
	})
	for i := range l.pack.Duties {
		d := &l.pack.Duties[i]
		l.pack.byDuty[d.Clause] = append(l.pack.byDuty[d.Clause], i)
		l.dutyFits(read[d.ID], d)
	}
}

func (l *loader) duty(n *node) duty.Duty {
	o := l.object(n, "義務")
	d := duty.Duty{
		Clause: l.clauseOf(o, "clause"), Part: 1, Kind: oneOf(o, "kind", duty.Kinds()), Who: l.resolve(o.list("who")), Named: o.str("named"),
		Duty: o.need("duty"), Per: oneOf(o, "per", org.Scopes()), Every: l.every(o, "every"), Note: o.str("note"),
	}
	if part := o.integer("part"); part != nil {
		d.Part = *part
	}
	d.ID = duty.FullID(l.pack.FullID(d.Clause), d.Part)
	if a := o.node("assumed"); a != nil {
		x := l.object(a, "assumed")
		d.Assumed = &duty.Assumed{Who: l.resolve(x.list("who")), Why: x.need("why")}
		x.done()
	}
	if d.Clause == "" || d.Kind == "" || !o.has("who") {
		l.fault(n, "clause、kind、who を書いてください（主語のない条項は who: [] と assumed）")
	}
	if len(d.Actors()) == 0 {
		l.fault(n, "who が空のときは assumed に who と why を書いてください")
	}
	if b := o.node("by"); b != nil {
		d.By = l.span(b)
	}
	if w := o.node("when"); w != nil {
		c := l.condition(w)
		d.When = &c
	}
	if c := o.node("check"); c != nil {
		d.Check = l.check(c)
	} else if d.Kind != duty.May {
		l.fault(n, "check がありません")
	}
	o.done()
	d.Label = l.label(d)
	l.sentence(o, d)
	return d
}

// sentence checks the wording: short, and ending in what one does.
func (l *loader) sentence(o *object, d duty.Duty) {
	if got := text.Len(d.Duty); got > maxSentence {
		l.fault(o.n.get("duty"), "義務の文は%d字までです（%d字）", maxSentence, got)
	}
	if got := text.Len(d.Named); got > maxNamed {
		l.fault(o.n.get("named"), "named は%d字までです（%d字）", maxNamed, got)
	}
	last := []rune(d.Duty)
	if len(last) > 0 && !strings.ContainsRune("うくぐすつぬぶむる", last[len(last)-1]) && !strings.HasSuffix(d.Duty, "ない") {
		l.fault(o.n.get("duty"), "義務の文は動詞で終えてください（句点なし）")
	}
}

// label says who acts, in words.
func (l *loader) label(d duty.Duty) string {
	if d.Named != "" {
		return d.Named
	}
	var names []string
	for _, id := range d.Actors() {
		if r, ok := l.pack.Role(id); ok {
			names = append(names, r.Name())
		}
	}
	return strings.Join(names, "、")
}

func (l *loader) span(n *node) *duty.Span {
	o := l.object(n, "by")
	s := &duty.Span{}
	if id := o.str("setting"); id != "" {
		s.Setting = id
		l.refer(n, "設定", id, l.isSetting)
	}
	for key, into := range map[string]*int{"days": &s.Days, "months": &s.Months, "fiscal-year": &s.FiscalYear} {
		if v := o.integer(key); v != nil {
			*into = *v
		}
	}
	if len(n.keys) != 1 {
		l.fault(n, "by には setting、days、months、fiscal-year のうち1つを書いてください")
	}
	o.done()
	return s
}

// every reads once, case, fiscal-year, {fiscal-year: n} or {setting: id}.
func (l *loader) every(o *object, key string) *duty.Every {
	n := o.node(key)
	if n == nil || n.shape == absent {
		return nil
	}
	if n.shape == word {
		switch n.value {
		case "once":
			return &duty.Every{Once: true}
		case "case":
			return &duty.Every{Case: true}
		case "fiscal-year":
			return &duty.Every{FiscalYear: 1}
		}
		l.fault(n, "%s の %s は使えません（once、case、fiscal-year、{fiscal-year: n}、{setting: …}）", key, n.value)
		return nil
	}
	x := l.object(n, key)
	e := &duty.Every{}
	if v := x.integer("fiscal-year"); v != nil {
		e.FiscalYear = *v
	} else {
		e.Setting = x.need("setting")
		l.refer(n, "設定", e.Setting, l.isSetting)
	}
	x.done()
	return e
}

func (l *loader) check(n *node) *duty.Check {
	o := l.object(n, "check")
	c := &duty.Check{}
	for _, k := range duty.CheckKinds() {
		if k == duty.Register && c.Kind == duty.Permit { // a permit names its log beside it
			continue
		}
		if o.has(string(k)) {
			if c.Kind != "" {
				l.fault(n, "check は1つだけ書いてください")
			}
			c.Kind, c.Target = k, o.need(string(k))
		}
	}
	if c.Kind == "" {
		l.fault(n, "check の種類がありません")
	}
	c.Has, c.Confirmed, c.Each = o.texts("has"), o.flag("confirmed"), oneOf(o, "each", org.Scopes())
	c.Until, c.Before, c.Log = oneOf(o, "until", []string{"decided", "recorded", "returned"}), o.str("before"), o.str("log")
	c.Every, c.Reviewed, c.Within = l.every(o, "every"), o.setting("reviewed"), o.setting("within")
	c.Answer = oneOf(o, "answer", []string{"yes", "no"})
	if v := o.integer("least"); v != nil {
		c.Least = *v
	}
	if is := o.node("is"); is != nil {
		x := l.condition(is)
		c.Is = &x
	}
	if f := o.node("fresh"); f != nil {
		x := l.object(f, "fresh")
		c.Fresh = &duty.Fresh{Field: x.need("field"), Within: x.setting("within")}
		x.done()
	}
	o.done()
	return c
}

// checkForm is what the records of a check hold: the form of the kind, and what is recorded
// afterwards. known is false for kinds that are only planned: nothing can be said of them.
func (p *Pack) checkForm(target string) (asked, recorded register.Form, known bool) {
	if k, ok := p.register(target); ok {
		return k.Form, register.Form{}, true
	}
	if i := p.request(target); i >= 0 {
		r := p.Requests[i]
		if r.After != nil {
			recorded.Fields = r.After.Fields
		}
		return r.Form, recorded, true
	}
	return register.Form{}, register.Form{}, false
}
