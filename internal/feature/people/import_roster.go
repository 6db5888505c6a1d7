package people

import (
	"cmp"
	"slices"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/org"
)

// addRosters applies complete lists, day by day. Lists of one day are taken as one.
func (p *plan) addRosters(lines []*Line) {
	byDay := map[jpdate.Date][]act{}
	var days []jpdate.Date
	for _, l := range lines {
		a := p.readListed(l)
		if !a.first.IsZero() {
			if byDay[a.first] == nil {
				days = append(days, a.first)
			}
			byDay[a.first] = append(byDay[a.first], a)
		}
	}
	slices.SortFunc(days, jpdate.Date.Compare)
	for _, day := range days {
		p.addRoster(day, byDay[day])
	}
}

func (p *plan) readListed(l *Line) act {
	a := p.readPerson(l)
	a.listed, a.do = true, order{effect: joins, manner: org.Main}
	if a.first = p.date(l, "on"); l.get("on") == "" {
		a.first = p.choice.rosterOn
	}
	if a.first.IsZero() && len(l.faults) == 0 {
		p.fault(l, "on", "基準日が分かりません。基準日の列を作るか、取り込みのときに指定してください。")
	}
	if word := l.get("manner"); word != "" {
		i := slices.IndexFunc(org.Manners(), func(m org.Manner) bool { return m.Title() == text.Fold(word) })
		switch {
		case i < 0:
			p.fault(l, "manner", "兼務区分「%s」は分かりません。", word)
		case org.Manners()[i] == org.Probation:
			a.do.manner = org.Probation
		case org.Manners()[i] != org.Main:
			a.do = order{effect: adds, manner: org.Manners()[i]}
		}
	}
	return a
}

// cover is whom a list is complete about.
type cover struct {
	employments map[org.Employment]bool
	bodies      map[id.ID]bool // the unit that it was said to cover, else the roots of the units in it
}

// addRoster applies the lists of a day: who is covered and not named leaves.
func (p *plan) addRoster(day jpdate.Date, acts []act) {
	c := cover{employments: map[org.Employment]bool{}, bodies: map[id.ID]bool{}}
	named := map[string]bool{}
	sides := false // whether the lists tell 兼務 at all
	var sound []act
	for _, a := range acts {
		named[key(a.number)], named[key(a.old)] = true, true // also on a row that is held: he has not left
		if a.do.effect == adds {
			sides = true
		} else if unit, ok := p.unit(a.line, "unit", day); ok {
			c.employments[a.person.Employment] = true
			c.bodies[p.bodyOf(unit.Unit, day)] = true
		}
		if len(a.line.faults) == 0 {
			sound = append(sound, a)
		}
	}
	if p.choice.covers != "" {
		c.bodies = map[id.ID]bool{}
		for _, unit := range p.unitBy[key(p.choice.covers)] {
			c.bodies[unit] = true
		}
	}
	if p.choice.alone {
		p.apply(sound)
		return
	}
	last := day.AddDays(-1)
	absent := p.missing(day, c, named)
	for _, x := range absent {
		p.goes(x.Person, last)
	}
	p.apply(sound)
	if sides {
		p.releaseUnlisted(day, c, sound)
	}
	for _, x := range absent {
		if !p.back[x.Person] { // he came back under another number
			p.absent = append(p.absent, x)
			p.days[day]++
		}
	}
}

// bodyOf is the root above a unit, or the unit on the way there that lists are said to cover.
func (p *plan) bodyOf(unit id.ID, day jpdate.Date) id.ID {
	covered := p.unitBy[key(p.choice.covers)]
	for range 20 { // no tree is deeper; a ring ends
		s := p.units.on(unit, day, nil)
		if p.choice.covers != "" && slices.Contains(covered, unit) || s == nil || s.row.Parent == "" {
			break
		}
		unit = s.row.Parent
	}
	return unit
}

// missing finds who is covered by the lists of a day and not named in them.
func (p *plan) missing(day jpdate.Date, c cover, named map[string]bool) []Absent {
	var absent []Absent
	for _, s := range p.people.all {
		d := p.people.dated(s)
		if s.closed || d.From.After(day) || d.Until.Before(day) || !c.employments[s.row.Employment] || named[key(s.row.Number)] || p.taken[s.row.Person] {
			continue
		}
		main := p.assignments.on(s.row.Person, day, isMain)
		if main == nil || !c.bodies[p.bodyOf(main.row.Unit, day)] || d.From == day && !s.stored {
			continue
		}
		absent = append(absent, Absent{
			Person: s.row.Person, Number: s.row.Number, Name: s.row.Name, Kana: s.row.Kana, Unit: main.row.Unit, Post: main.row.Post, Last: day.AddDays(-1),
		})
	}
	slices.SortFunc(absent, func(a, b Absent) int { return cmp.Compare(a.Number, b.Number) })
	return absent
}

// releaseUnlisted ends the 兼務 and the like of listed people that the lists do not name.
func (p *plan) releaseUnlisted(day jpdate.Date, c cover, acts []act) {
	type side struct {
		person, unit, post id.ID
		manner             org.Manner
	}
	listed := map[side]bool{}
	var people []id.ID
	for _, a := range acts {
		person, _ := p.numbered(a.number, day)
		if a.do.effect == adds {
			unit, _ := p.unit(a.line, "unit", day)
			post, _ := p.post(a.line, day)
			listed[side{person, unit.Unit, post.Post, a.do.manner}] = true
		}
		people = append(people, person)
	}
	slices.Sort(people)
	for _, person := range slices.Compact(people) {
		unlisted := func(x org.Assignment) bool {
			return !isMain(x) && !x.From.After(day.AddDays(-1)) && !listed[side{x.Person, x.Unit, x.Post, x.Manner}] && c.bodies[p.bodyOf(x.Unit, day)]
		}
		if n := p.assignments.end(person, day.AddDays(-1), unlisted); n > 0 {
			p.unlisted += n
			p.days[day] += n
		}
	}
}
