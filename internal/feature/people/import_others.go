package people

import (
	"cmp"
	"slices"
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
)

// codeSystems are the kinds of codes under which other systems know a unit, by their words.
func codeSystems() map[string]string {
	return map[string]string{"人事": hr, "財務": "finance", "文書": "document", "学校": "school"}
}

func (p *plan) addCode(l *Line) {
	from, until := p.span(l)
	unit, _ := p.unit(l, "unit", cmp.Or(from, until))
	code, word := p.need(l, "code"), p.need(l, "system")
	system := codeSystems()[word]
	for _, s := range codeSystems() {
		if word == s {
			system = s
		}
	}
	if word != "" && system == "" {
		p.fault(l, "system", "体系「%s」は分かりません。人事、財務、文書、学校 のどれかにしてください。", word)
	}
	if len(l.faults) > 0 {
		return
	}
	if system == hr {
		know(p.unitBy, code, unit.Unit)
	}
	row := org.Code{Statement: at(org.UnitHome(unit.Unit)), Unit: unit.Unit, System: system, Code: code}
	like := func(c org.Code) bool { return c.System == system }
	written(p, l, p.codes, row, like, from, until, p.codes.last(unit.Unit, like) == nil)
}

func (p *plan) addSystem(l *Line) {
	code := p.need(l, "system")
	from, until := p.span(l)
	system := meant(p, l, "system", p.systems, p.systemBy, from, until)
	if len(l.faults) > 0 {
		return
	}
	var row org.System
	fresh := system == ""
	if fresh {
		system = id.New(p.now)
		row = org.System{Statement: at(org.SystemHome(system)), System: system, Code: code}
		p.need(l, "name")
		p.need(l, "owner")
	} else {
		row = p.systems.last(system, nil).row
	}
	row.Code, row.Name = code, cmp.Or(l.get("name"), row.Name)
	if l.get("owner") != "" {
		owner, _ := p.unit(l, "owner", cmp.Or(from, until))
		row.Owner, row.Regime = owner.Unit, cmp.Or(row.Regime, owner.Regime)
	}
	if l.get("regime") != "" {
		row.Regime = p.regime(l)
	}
	if len(l.faults) > 0 {
		return
	}
	know(p.systemBy, code, system)
	written(p, l, p.systems, row, nil, from, until, fresh)
}

// addDesignation applies a row that says who holds a role in one place, or acts for its holder: whoever bears a post in a unit, or
// one person.
func (p *plan) addDesignation(l *Line) {
	from, until := p.span(l)
	day := cmp.Or(from, until)
	row := org.Designation{Statement: at(org.BodyHome), Regime: p.regime(l), Decision: l.get("decision")}
	role, known := p.role(l, row.Regime)
	row.Deputy = p.asDeputy(l)
	if known {
		if row.Deputy && role.Deputy == nil {
			p.fault(l, "as", "役割「%s」には、規程に代理の定めがありません。", role.Title)
		} else if row.Deputy && role.Deputy.NamedBy != "" {
			p.fault(l, "as", "役割「%s」の代行者は、務める人が自分で指名します。", role.Title)
		}
		if row.Regime == access.BuiltIn && !p.choice.appoints {
			p.fault(l, "role", "「%s」は、画面から送るファイルでは任命できません。sekimori access appoint で任命してください。", role.Title)
		}
		row.Role = role.ID
		row.Scope = p.scope(l, role, day)
		row.Home = row.Scope
	}
	switch byPost, byPerson := l.get("unit") != "" || l.get("post") != "", l.get("number") != ""; {
	case byPost && byPerson:
		p.fault(l, "number", "組織コードと職コードか、職員番号か、どちらかだけを書いてください。")
	case byPerson:
		row.Person, _ = p.who(act{line: l, number: l.get("number"), first: day, do: order{effect: rests}})
	case byPost:
		unit, _ := p.unit(l, "unit", day)
		post, _ := p.post(l, day)
		row.Unit, row.Post = unit.Unit, post.Post
	case !from.IsZero():
		p.fault(l, "number", "組織コードと職コードか、職員番号を書いてください。")
	}
	if len(l.faults) > 0 {
		return
	}
	like := func(d org.Designation) bool {
		return d.Regime == row.Regime && d.Role == row.Role && d.Deputy == row.Deputy
	}
	written(p, l, p.designations, row, like, from, until, p.designations.last(id.ID(row.Scope), like) == nil)
}

// asDeputy reads whether a designation is of who acts for the holder.
func (p *plan) asDeputy(l *Line) bool {
	switch word := key(l.get("as")); word {
	case "", "本人":
	case "代理", "代行":
		return true
	default:
		p.fault(l, "as", "「%s」は読めません。本人か代理にしてください。", l.get("as"))
	}
	return false
}

// role reads the id or title of a role that somebody holds.
func (p *plan) role(l *Line, regime string) (org.Role, bool) {
	word := text.Fold(p.need(l, "role"))
	for _, r := range p.rules {
		if r.Regime != regime {
			continue
		}
		i := slices.IndexFunc(r.Roles, func(x org.Role) bool {
			return x.Scope != "" && slices.Contains([]string{x.ID, text.Fold(x.Title), text.Fold(x.Short)}, word)
		})
		if i >= 0 && word != "" {
			return r.Roles[i], true
		}
		var titles []string
		for _, x := range r.Roles {
			if x.Scope != "" {
				titles = append(titles, x.Title)
			}
		}
		p.fault(l, "role", "役割「%s」はありません。%s のどれかにしてください。", l.get("role"), strings.Join(titles, "、"))
	}
	return org.Role{}, false
}

// scope reads for what somebody holds a role: the body, or the code of a unit or system, as the role has it.
func (p *plan) scope(l *Line, role org.Role, day jpdate.Date) string {
	switch role.Scope {
	case org.ScopeBody:
		return org.BodyHome
	case org.ScopeSystem:
		system, _ := find(p, l, "scope", "業務システム", day, p.systems, p.systemBy)
		return org.SystemHome(system.System)
	default:
		unit, _ := p.unit(l, "scope", day)
		return org.UnitHome(unit.Unit)
	}
}
