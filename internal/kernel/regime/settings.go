package regime

import (
	"cmp"
	"slices"
	"strconv"

	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/setting"
)

// settings reads what the policy leaves open. In an edition it also says which clauses speak of what the program leaves open.
func (l *loader) settings() []Setting {
	var out []Setting
	for _, n := range l.things("settings.yaml") {
		o := l.object(n, "設定")
		if o.has("program") {
			l.basis(n, o)
			continue
		}
		s := Setting{ID: o.need("id"), Title: o.need("title"), Unit: oneOf(o, "unit", measures()), Note: o.str("note")}
		s.Max = s.Unit.Longest()
		read := func(key string, into *int) bool {
			v := o.integer(key)
			if v != nil {
				*into = *v
			}
			return v != nil
		}
		read("min", &s.Min)
		read("max", &s.Max)
		switch given := read("proposal", &s.Proposal); {
		case !given:
			l.fault(n, "proposal（整数）がありません")
		case slices.Contains(measures(), s.Unit) && (s.Proposal < s.Min || s.Proposal > s.Max):
			l.fault(n, "proposal が範囲（%dから%d）の外です", s.Min, s.Max)
		}
		if s.Unit == "" {
			l.fault(n, "unit がありません")
		}
		l.once(n, "設定", s.ID)
		if slices.ContainsFunc(l.common.settings, func(c Setting) bool { return c.ID == s.ID }) {
			l.fault(n, "設定 %s は common に既にあります", s.ID)
		}
		o.done()
		out = append(out, s)
	}
	return out
}

// measures are the units that a pack may use.
func measures() []setting.Unit {
	return slices.DeleteFunc(setting.Units(), func(u setting.Unit) bool { return !u.Whole() })
}

func (l *loader) basis(n *node, o *object) {
	b := Basis{Program: o.need("program"), Clause: l.clauseOf(o, "clause"), Note: o.str("note")}
	if most := o.integer("max"); most != nil {
		b.Max = *most
	}
	if b.Clause == "" {
		l.fault(n, "clause がありません")
	}
	l.once(n, "プログラムの設定", b.Program+" "+b.Clause)
	l.pack.Bases = append(l.pack.Bases, b)
	o.done()
}

// Setting finds a setting by id.
func (p *Pack) Setting(id string) (Setting, bool) {
	i := slices.IndexFunc(p.Settings, func(s Setting) bool { return s.ID == id })
	if i < 0 {
		return Setting{}, false
	}
	return p.Settings[i], true
}

// Uses returns the duties in which a setting stands: they are what leaves it open.
func (p *Pack) Uses(setting string) []duty.Duty {
	var out []duty.Duty
	for _, d := range p.Duties {
		ids := []string{}
		if d.By != nil {
			ids = append(ids, d.By.Setting)
		}
		if d.Every != nil {
			ids = append(ids, d.Every.Setting)
		}
		if c := d.Check; c != nil {
			ids = append(ids, c.Reviewed, c.Within)
			if c.Fresh != nil {
				ids = append(ids, c.Fresh.Within)
			}
			if c.Every != nil {
				ids = append(ids, c.Every.Setting)
			}
		}
		if slices.Contains(ids, setting) {
			out = append(out, d)
		}
	}
	return out
}

// Declare is a setting of the pack as the body decides it.
func (p *Pack) Declare(s Setting) setting.Declaration {
	d := p.declare(s)
	for _, x := range p.Uses(s.ID) {
		b := setting.Basis{Clause: p.FullID(x.Clause), Text: p.ClauseName(x.Clause)}
		if !slices.Contains(d.Basis, b) {
			d.Basis = append(d.Basis, b)
		}
	}
	return d
}

func (p *Pack) declare(s Setting) setting.Declaration {
	return setting.Declaration{
		Owner: p.ID, Policy: p.Title, ID: s.ID, Title: s.Title, Note: s.Note, Unit: s.Unit, Min: s.Min, Max: s.Max, Proposal: strconv.Itoa(s.Proposal),
	}
}

// Settings is what the body decides: what the packs leave open, then what the program does, with what the packs say about that.
func (s *Set) Settings(program []setting.Declaration) []setting.Declaration {
	var all []setting.Declaration
	for _, p := range s.Newest() {
		for _, x := range p.Settings {
			all = append(all, p.Declare(x))
		}
	}
	for _, d := range program {
		for _, p := range s.Newest() {
			for _, b := range p.Bases {
				if b.Program != d.ID {
					continue
				}
				d.Basis = append(slices.Clone(d.Basis), setting.Basis{Clause: p.FullID(b.Clause), Text: p.Title + " " + p.ClauseName(b.Clause), Note: b.Note})
				d.Max = min(d.Max, cmp.Or(b.Max, d.Max))
			}
		}
		all = append(all, d)
	}
	return all
}

// Value is what a setting of a pack is on the day of the set: decided, or proposed where nothing was or the set is of no day.
func (s *Set) Value(p *Pack, x Setting) setting.Value { return s.values.At(p.declare(x), s.on) }

// OrgRules is what the newest packs say about roles, with what the body has decided about it.
func (s *Set) OrgRules() []org.Rules {
	var rules []org.Rules
	for _, p := range s.Newest() {
		r := org.Rules{Regime: p.ID, Title: p.Title, Hash: p.Hash, Roles: p.Roles}
		if x, ok := p.Setting(p.Provisional); ok { // without one no deputy acts on
			r.Provisional = s.Value(p, x).Int()
		}
		rules = append(rules, r)
	}
	return rules
}
