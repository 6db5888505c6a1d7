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

// span reads 開始日 and 終了日. A row without 開始日 only ends what is there.
func (p *plan) span(l *Line) (from, until jpdate.Date) {
	from, until = p.date(l, "from"), p.date(l, "until")
	switch {
	case l.get("from") == "" && l.get("until") == "":
		p.fault(l, "from", "開始日が書かれていません。")
	case !from.IsZero() && !until.IsZero() && until.Before(from):
		p.fault(l, "until", "終了日が開始日より前です。")
	}
	return from, until
}

// meant is what a code in a row stands for: what had it on the day before or has it on the day, "" for something new. A code
// that was free for longer is used again.
func meant[T comparable](p *plan, l *Line, column string, t *track[T], by map[string][]id.ID, from, until jpdate.Date) id.ID {
	for _, candidate := range by[key(l.get(column))] {
		if p.taken[candidate] {
			p.fault(l, column, "「%s」には、公表前の別の取り込みがあります。その担当者に確かめてください。", l.get(column))
			return candidate
		}
		for _, day := range []jpdate.Date{from, from.AddDays(-1), until} {
			if !day.IsZero() && t.on(candidate, day, nil) != nil {
				return candidate
			}
		}
	}
	if from.IsZero() && len(l.faults) == 0 {
		p.fault(l, column, "「%s」は%sにはありません。新しいものなら開始日も書いてください。", l.get(column), until.Wareki())
	}
	return ""
}

// written states row from a day on where there is one, and ends what it is about where there is an end.
func written[T comparable](p *plan, l *Line, t *track[T], row T, like func(T) bool, from, until jpdate.Date, fresh bool) {
	if p.taken[t.about(row)] {
		p.fault(l, "", "この対象には、公表前の別の取り込みがあります。その担当者に確かめてください。")
		return
	}
	changed, ended := false, false
	if !from.IsZero() {
		changed = t.set(row, from, like)
	}
	if !until.IsZero() {
		ended = t.end(t.about(row), until, like) > 0 && !fresh
	}
	switch {
	case fresh && changed:
		p.came(l, Founded, from)
	case changed:
		p.came(l, Changed, from)
	case ended:
		p.came(l, Changed, until.AddDays(1))
	default:
		p.came(l, Same, from)
	}
}

// addUnits applies the rows of units. A row waits for the one that brings its parent.
func (p *plan) addUnits(lines []*Line) {
	waiting := map[string]int{}
	for _, l := range lines {
		if code := key(l.get("unit")); code != "" {
			waiting[code]++
		}
	}
	for len(lines) > 0 {
		var later []*Line
		for _, l := range lines {
			if waiting[key(l.get("parent"))] > 0 {
				later = append(later, l)
				continue
			}
			p.addUnit(l)
			waiting[key(l.get("unit"))]--
		}
		if len(later) == len(lines) {
			for _, l := range later {
				p.fault(l, "parent", "上位組織が輪になっています。")
			}
			return
		}
		lines = later
	}
}

func (p *plan) addUnit(l *Line) {
	code := p.need(l, "unit")
	from, until := p.span(l)
	unit := meant(p, l, "unit", p.units, p.unitBy, from, until)
	if len(l.faults) > 0 {
		return
	}
	var row org.Unit
	fresh := unit == ""
	if fresh {
		unit = id.New(p.now)
		row = org.Unit{Statement: at(org.UnitHome(unit)), Unit: unit, Code: code, Place: l.Row}
		p.need(l, "name")
		p.need(l, "kind")
	} else {
		row = p.units.last(unit, nil).row
		if s := p.units.on(unit, cmp.Or(from, until), nil); s != nil {
			row = s.row
		}
	}
	row.Code, row.Name, row.Short = code, cmp.Or(l.get("name"), row.Name), cmp.Or(l.get("short"), row.Short)
	row.Place = p.number(l, "place", row.Place)
	if l.get("kind") != "" {
		row.Kind = p.kind(l)
	}
	if !from.IsZero() {
		p.hang(l, &row, from)
	}
	if len(l.faults) > 0 {
		return
	}
	know(p.unitBy, code, unit)
	written(p, l, p.units, row, nil, from, until, fresh)
}

// hang reads where in the tree a unit is, and what it took over.
func (p *plan) hang(l *Line, row *org.Unit, from jpdate.Date) {
	if l.get("parent") != "" {
		parent, ok := p.unit(l, "parent", from)
		if ok && p.under(parent.Unit, row.Unit, from) {
			p.fault(l, "parent", "上位組織が輪になっています。")
		}
		row.Parent, row.Regime = parent.Unit, cmp.Or(row.Regime, parent.Regime)
	}
	if root := row.Parent == "" && l.get("parent") == ""; row.Kind != "" && root != (row.Kind == org.KindBody) {
		p.fault(l, "parent", "上位組織コードは、種別が団体の組織だけが空白です。")
	}
	switch {
	case l.get("regime") != "":
		row.Regime = p.regime(l)
	case row.Regime == "" && row.Kind == org.KindBody:
		p.fault(l, "regime", "規程が書かれていません。")
	}
	if l.get("before") == "" {
		return
	}
	row.Predecessors = ""
	for _, code := range strings.FieldsFunc(l.get("before"), func(r rune) bool { return strings.ContainsRune(" 　、,，", r) }) {
		before := lineFrom(Units, l.File, l.where("before"), map[string]string{"unit": code})
		unit, ok := p.unit(before, "unit", from.AddDays(-1))
		if !ok {
			p.fault(l, "before", "前身組織コード「%s」の組織は%sにはありません。", code, from.AddDays(-1).Wareki())
			continue
		}
		row.Predecessors = strings.TrimSpace(row.Predecessors + " " + string(unit.Unit))
	}
}

// under says whether a unit is another or stands below it.
func (p *plan) under(unit, other id.ID, day jpdate.Date) bool {
	for range 20 { // no tree is deeper
		s := p.units.on(unit, day, nil)
		if s == nil || unit == other {
			break
		}
		unit = s.row.Parent
	}
	return unit == other
}

func (p *plan) kind(l *Line) org.Kind {
	word := key(l.get("kind"))
	var titles []string
	for _, k := range org.Kinds() {
		if word == string(k) || word == key(k.Title()) {
			return k
		}
		titles = append(titles, k.Title())
	}
	for kind, words := range map[org.Kind]string{
		org.KindBody: "任命権者", org.KindBureau: "局 室 区 局室区", org.KindSection: "課等 所 館 担当課", org.KindSchool: "学校 幼稚園 小学校 中学校", org.KindTeam: "班 係等",
	} {
		if slices.Contains(strings.Fields(words), word) {
			return kind
		}
	}
	p.fault(l, "kind", "種別「%s」は分かりません。%s のどれかにしてください。", l.get("kind"), strings.Join(titles, "、"))
	return ""
}

// regime reads the id or title of a regime.
func (p *plan) regime(l *Line) string {
	word := text.Fold(l.get("regime"))
	var ids []string
	for _, r := range p.rules {
		if r.Regime == access.BuiltIn && l.Form != Designations {
			continue // nothing lives under it
		}
		if word == r.Regime || word == text.Fold(r.Title) {
			return r.Regime
		}
		ids = append(ids, r.Regime)
	}
	p.fault(l, "regime", "規程「%s」はありません。%s のどれかにしてください。", l.get("regime"), strings.Join(ids, "、"))
	return ""
}

func (p *plan) addPost(l *Line) {
	code := p.need(l, "post")
	from, until := p.span(l)
	post := meant(p, l, "post", p.posts, p.postBy, from, until)
	if len(l.faults) > 0 {
		return
	}
	var row org.Post
	fresh := post == ""
	if fresh {
		post = id.New(p.now)
		row = org.Post{Statement: at(org.BodyHome), Post: post, Code: code, Rank: lowest}
		p.need(l, "title")
	} else {
		row = p.posts.last(post, nil).row
	}
	row.Code, row.Title = code, cmp.Or(l.get("title"), row.Title)
	row.Rank = p.number(l, "rank", row.Rank)
	if l.get("head") != "" {
		row.Head = p.yes(l, "head")
	}
	if len(l.faults) > 0 {
		return
	}
	know(p.postBy, code, post)
	written(p, l, p.posts, row, nil, from, until, fresh)
}

// lowest is the rank of a post that is given none.
const lowest = 99

// stranded warns of what an ended unit leaves behind: people and units that hang on it still.
func (p *plan) stranded() {
	for _, l := range p.lines {
		if l.Form != Units || l.get("until") == "" || len(l.faults) > 0 {
			continue
		}
		until := p.date(l, "until")
		next := until.AddDays(1)
		for _, unit := range p.unitBy[key(l.get("unit"))] {
			if p.units.on(unit, until, nil) == nil || p.units.on(unit, next, nil) != nil {
				continue
			}
			people, below := 0, 0
			for _, s := range p.assignments.all {
				if d := p.assignments.dated(s); !s.closed && s.row.Unit == unit && !d.From.After(next) && d.Until.After(until) {
					people++
				}
			}
			for _, s := range p.units.all {
				if d := p.units.dated(s); !s.closed && s.row.Parent == unit && !d.From.After(next) && d.Until.After(until) {
					below++
				}
			}
			if people > 0 || below > 0 {
				p.warn(l, "until", "「%s」は%sで終わりますが、発令%d件と下位の組織%d件が残ります。", l.get("unit"), until.Wareki(), people, below)
			}
		}
	}
}
