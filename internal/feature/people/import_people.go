package people

import (
	"cmp"
	"slices"
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
)

// act is what a row says of a person, read and not yet looked up.
type act struct {
	line   *Line
	do     order
	first  jpdate.Date // the first day on which something is different
	number string
	old    string     // 旧職員番号
	person org.Person // what the row says of the person, "" where nothing
	listed bool       // by a complete list
}

// Proposal is a person who comes under a number that nobody has, and who seems to be one who left.
type Proposal struct {
	Where     Fault  // the row; no message
	Number    string // the new one
	Old       string
	Name      string
	Left      jpdate.Date
	Confirmed bool // false when the choice says that it is somebody else
}

// Absent is somebody whom a complete list does not name, and who therefore leaves.
type Absent struct {
	Person             id.ID
	Number, Name, Kana string
	Unit, Post         id.ID
	Last               jpdate.Date
}

// isMain says whether an assignment is the one place that a person has; 心得 is one.
func isMain(a org.Assignment) bool { return a.Manner == org.Main || a.Manner == org.Probation }

// limited says whether somebody of this 任用区分 is appointed for a term, so that being appointed again is nothing new.
func limited(e org.Employment) bool {
	return slices.Contains([]org.Employment{"annual", "temporary", "fixed-term", "re-employed"}, e)
}

func nameKey(x org.Person) string {
	if x.Name == "" || x.Kana == "" {
		return ""
	}
	return key(x.Name) + "/" + key(x.Kana)
}

// addPeople applies 発令, day by day, and then the lists.
func (p *plan) addPeople(orders, rosters []*Line) {
	var acts []act
	for _, l := range orders {
		if a, ok := p.readOrder(l); ok {
			acts = append(acts, a)
		}
	}
	p.apply(acts)
	p.addRosters(rosters)
}

func (p *plan) readOrder(l *Line) (act, bool) {
	a := p.readPerson(l)
	word := p.need(l, "order")
	var known bool
	if a.do, known = orderOf(word); !known && word != "" {
		p.fault(l, "order", "発令区分「%s」は分かりません。%s のどれかにしてください。", word, orderTitles())
	}
	p.need(l, "on")
	if a.first = p.date(l, "on"); a.do.lastDay {
		a.first = a.first.AddDays(1)
	}
	return a, len(l.faults) == 0
}

func orderTitles() string {
	var titles []string
	for _, o := range orders() {
		titles = append(titles, o.title)
	}
	return strings.Join(titles, "、")
}

func (p *plan) readPerson(l *Line) act {
	a := act{line: l, number: p.need(l, "number"), old: l.get("old")}
	a.person = org.Person{Number: a.number, Name: l.get("name"), Kana: l.get("kana"), Mail: l.get("mail"), Employment: p.employment(l)}
	if m := a.person.Mail; m != "" && (!strings.Contains(m, "@") || strings.ContainsAny(m, " 　,;")) {
		p.fault(l, "mail", "「%s」はメールアドレスとして読めません。", m)
	}
	return a
}

func (p *plan) employment(l *Line) org.Employment {
	word := l.get("employment")
	if word == "" {
		return ""
	}
	var titles []string
	for _, e := range org.Employments() {
		if k := strings.TrimSuffix(key(word), "職員"); k == key(e.Title()) || k == string(e) {
			return e
		}
		titles = append(titles, e.Title())
	}
	p.fault(l, "employment", "任用区分「%s」は分かりません。%s のどれかにしてください。", word, strings.Join(titles, "、"))
	return ""
}

// apply does the acts in the order of their days; on one day who leaves makes room first.
func (p *plan) apply(acts []act) {
	for _, a := range acts {
		if k := nameKey(a.person); k != "" && a.old == "" && (a.do.effect == joins || a.do.effect == renews) {
			p.joining[k]++
		}
	}
	slices.SortStableFunc(acts, func(a, b act) int {
		return cmp.Or(a.first.Compare(b.first), cmp.Compare(a.do.effect, b.do.effect))
	})
	for _, a := range acts {
		switch a.do.effect {
		case joins, renews:
			p.come(a)
		case moves:
			p.move(a)
		case adds:
			p.addSide(a)
		case releases:
			p.release(a)
		case leaves, voids:
			p.leave(a)
		case rests:
			p.rest(a)
		}
	}
}

// who finds the person that a row means, and what is stated of that person on the first day, nil where nothing is.
// A number that nobody has is a fault, unless somebody comes with it.
func (p *plan) who(a act) (id.ID, *org.Person) {
	comes := a.do.effect == joins || a.do.effect == renews
	person, s := p.numbered(a.number, a.first)
	if a.old != "" {
		old, now := p.numbered(a.old, a.first)
		switch {
		case old == "":
			p.fault(a.line, "old", "旧職員番号「%s」の職員はいません。", a.old)
		case person != "" && person != old:
			p.fault(a.line, "number", "職員番号「%s」は、旧職員番号「%s」とは別の職員のものです。", a.number, a.old)
		case person == "":
			person, s = old, now
		}
	}
	switch {
	case person == "" && !comes:
		p.fault(a.line, "number", "職員番号「%s」の職員はいません。%s", a.number, p.withZeros(a.number))
	case p.taken[person]:
		p.fault(a.line, "number", "職員番号「%s」には、公表前の別の取り込みがあります。その担当者に確かめてください。", a.number)
	case person != "" && s == nil && !comes:
		p.fault(a.line, "number", "職員番号「%s」の職員は、%sには在職していません。", a.number, a.first.Wareki())
	case s != nil && a.old == "" && key(s.row.Number) != key(a.number):
		p.fault(a.line, "number", "職員番号「%s」の職員は、%sには「%s」になっています。", a.number, a.first.Wareki(), s.row.Number)
	case s != nil:
		p.otherName(a, s.row)
	}
	if s == nil {
		return person, nil
	}
	return person, &s.row
}

// numbered finds who has a number on a day, else who had it last.
func (p *plan) numbered(number string, day jpdate.Date) (id.ID, *statement[org.Person]) {
	var last id.ID
	var until jpdate.Date
	for _, candidate := range p.personBy[key(number)] {
		if s := p.people.on(candidate, day, nil); s != nil {
			return candidate, s
		}
		if s := p.people.last(candidate, nil); last == "" || s != nil && p.people.dated(s).Until.After(until) {
			last = candidate
			if s != nil {
				until = p.people.dated(s).Until
			}
		}
	}
	return last, nil
}

// withZeros helps where Excel has taken a number of staff for a number.
func (p *plan) withZeros(number string) string {
	for padded, n := "0"+key(number), 1; n < 8; padded, n = "0"+padded, n+1 {
		if len(p.personBy[padded]) == 1 {
			return "先頭の 0 が落ちていませんか（" + padded + "）。"
		}
	}
	return ""
}

// otherName warns of a row that may have slipped by a line: neither name nor reading is that of the number.
func (p *plan) otherName(a act, is org.Person) {
	if a.person.Name != "" && key(a.person.Name) != key(is.Name) && (a.person.Kana == "" || is.Kana == "" || key(a.person.Kana) != key(is.Kana)) {
		p.warn(a.line, "name", "職員番号「%s」の氏名は「%s」です。「%s」に改めます。", a.number, is.Name, a.person.Name)
	}
}

// come has somebody be one of ours from a day on, with a main post: for the first time, again, or under another 任用区分.
func (p *plan) come(a act) {
	l := a.line
	person, is := p.who(a)
	if person == "" && len(l.faults) == 0 {
		person = p.propose(a)
	}
	if person == "" && a.do.effect == renews && len(l.faults) == 0 {
		p.fault(l, "number", "職員番号「%s」の職員はいません。新しい番号になった人は、旧職員番号も書いてください。", a.number)
	}
	if is == nil {
		p.need(l, "name")
		p.need(l, "employment")
	}
	if is != nil && a.do.effect == joins && !a.listed && is.From.Before(a.first) && key(is.Number) == key(a.number) && !limited(cmp.Or(a.person.Employment, is.Employment)) {
		p.fault(l, "order", "職員番号「%s」の職員は、すでに在職しています。異動ではありませんか。", a.number)
	}
	stays := is != nil && l.get("unit") == "" && l.get("post") == ""
	var to org.Assignment
	if !stays {
		to = p.place(a)
	}
	if len(l.faults) > 0 || !stays && !p.onlyMain(a, person, &to) {
		return
	}
	outcome := Renewed
	if person == "" {
		person, outcome = id.New(p.now), Joined
		to.Person = person
		p.mains[mainDay{person, a.first}] = l
	}
	changed := p.describe(person, is, a)
	moved := !stays && p.bear(a, to)
	p.back[person] = true
	switch {
	case !changed && !moved:
		outcome = Same
	case outcome == Joined || is == nil || a.do.effect == renews:
	case moved:
		outcome = Moved
	default:
		outcome = Changed
	}
	p.came(l, outcome, a.first)
}

// propose finds the one person who left shortly before and has the same name, reading and kind of term: probably the same one,
// and taken for it unless the choice says otherwise.
func (p *plan) propose(a act) id.ID {
	k := nameKey(a.person)
	if k == "" || !limited(a.person.Employment) || p.joining[k] != 1 {
		return ""
	}
	var found []*statement[org.Person]
	for _, candidate := range p.ended[k] {
		s := p.people.last(candidate, nil)
		if s == nil || p.taken[candidate] || !p.people.dated(s).Until.Before(a.first) || p.people.dated(s).Until.Before(a.first.AddDays(-p.choice.within)) {
			continue
		}
		if s.row.Employment == a.person.Employment || a.person.Employment == "re-employed" {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		return ""
	}
	is := found[0].row
	proposal := Proposal{
		Where: a.line.note("number", ""), Number: a.number, Old: is.Number, Name: is.Name, Left: is.Until, Confirmed: !p.choice.others[key(a.number)],
	}
	p.proposals = append(p.proposals, proposal)
	if !proposal.Confirmed {
		return ""
	}
	return is.Person
}

// place reads the unit and post of a row.
func (p *plan) place(a act) org.Assignment {
	unit, _ := p.unit(a.line, "unit", a.first)
	post, _ := p.post(a.line, a.first)
	return org.Assignment{Statement: at(org.UnitHome(unit.Unit)), Unit: unit.Unit, Post: post.Post, Manner: a.do.manner}
}

// onlyMain says whether no other row gives the person another main post on that day.
func (p *plan) onlyMain(a act, person id.ID, to *org.Assignment) bool {
	if person == "" {
		return true
	}
	to.Person = person
	is := p.assignments.on(person, a.first, isMain)
	where := mainDay{person, a.first}
	if other := p.mains[where]; other != nil && (is == nil || !p.assignments.same(is.row, *to)) {
		p.fault(a.line, "unit", "職員番号「%s」の%sの本務は、%sの%sにもあります。どちらかにしてください。", a.number, a.first.Wareki(), other.File, other.where("unit"))
		return false
	}
	p.mains[where] = a.line
	return true
}

// bear states a main post. Where it was borne as 兼務 or the like, that ends.
func (p *plan) bear(a act, to org.Assignment) bool {
	if !p.assignments.set(to, a.first, isMain) {
		return false
	}
	beside := func(x org.Assignment) bool { return !isMain(x) && x.Unit == to.Unit && x.Post == to.Post }
	if p.assignments.on(to.Person, a.first, beside) != nil {
		p.assignments.end(to.Person, a.first.AddDays(-1), beside)
		p.warn(a.line, "unit", "兼務などであった所属と職が本務になるので、兼務などは解除します。")
	}
	return true
}

// describe states what a row says of a person from its day on. What the row leaves empty stays.
func (p *plan) describe(person id.ID, is *org.Person, a act) bool {
	row := org.Person{Statement: at(org.PersonHome(person)), Person: person}
	if is == nil {
		if s := p.people.last(person, nil); s != nil {
			row = s.row // who comes back keeps what is known
		}
	} else {
		row = *is
	}
	row.Number = a.number
	row.Employment = cmp.Or(a.person.Employment, row.Employment)
	row.Name = cmp.Or(a.person.Name, row.Name)
	row.Kana = cmp.Or(a.person.Kana, row.Kana)
	row.Mail = cmp.Or(a.person.Mail, row.Mail)
	row.Find = org.FindText(row.Number, row.Name, row.Kana)
	know(p.personBy, a.number, person)
	return p.people.set(row, a.first, nil)
}

func (p *plan) move(a act) {
	person, is := p.who(a)
	to := p.place(a)
	if len(a.line.faults) > 0 || !p.onlyMain(a, person, &to) {
		return
	}
	changed := p.describe(person, is, a)
	switch {
	case p.bear(a, to):
		p.came(a.line, Moved, a.first)
	case changed:
		p.came(a.line, Changed, a.first)
	default:
		p.came(a.line, Same, a.first)
	}
}

func (p *plan) addSide(a act) {
	person, is := p.who(a)
	to := p.place(a)
	to.Person = person
	if len(a.line.faults) > 0 {
		return
	}
	if main := p.assignments.on(person, a.first, isMain); main != nil && main.row.Unit == to.Unit && main.row.Post == to.Post {
		p.fault(a.line, "unit", "本務と同じ所属と職です。")
		return
	}
	changed := p.describe(person, is, a)
	like := func(x org.Assignment) bool { return x.Manner == to.Manner && x.Unit == to.Unit && x.Post == to.Post }
	switch {
	case p.assignments.set(to, a.first, like):
		p.came(a.line, Added, a.first)
	case changed:
		p.came(a.line, Changed, a.first)
	default:
		p.came(a.line, Same, a.first)
	}
}

// release ends the one assignment of its manner that the row means; unit and post may be left out where there is but one.
func (p *plan) release(a act) {
	person, _ := p.who(a)
	var unit org.Unit
	var post org.Post
	last := a.first.AddDays(-1)
	if a.line.get("unit") != "" {
		unit, _ = p.unit(a.line, "unit", last)
	}
	if a.line.get("post") != "" {
		post, _ = p.post(a.line, last)
	}
	if len(a.line.faults) > 0 {
		return
	}
	var found []*statement[org.Assignment]
	for _, s := range p.assignments.by[person] {
		d := p.assignments.dated(s)
		if !s.closed && s.row.Manner == a.do.manner && !d.From.After(last) && !d.Until.Before(last) &&
			(unit.Unit == "" || s.row.Unit == unit.Unit) && (post.Post == "" || s.row.Post == post.Post) {
			found = append(found, s)
		}
	}
	switch {
	case len(found) == 0:
		p.fault(a.line, "unit", "%sには、解除する%sがありません。", last.Wareki(), a.do.manner.Title())
	case len(found) > 1:
		p.fault(a.line, "unit", "%sが%d件あります。所属コードと職コードで1件に決めてください。", a.do.manner.Title(), len(found))
	case p.assignments.dated(found[0]).Until == last:
		p.came(a.line, Same, a.first)
	default:
		p.assignments.cut(found[0], last)
		p.came(a.line, Released, a.first)
	}
}

// leave ends everything of a person before a day.
func (p *plan) leave(a act) {
	last := a.first.AddDays(-1)
	person, is := p.numbered(a.number, last)
	began := p.people.on(person, a.first, nil)
	switch {
	case person == "":
		p.fault(a.line, "number", "職員番号「%s」の職員はいません。%s", a.number, p.withZeros(a.number))
	case p.taken[person]:
		p.fault(a.line, "number", "職員番号「%s」には、公表前の別の取り込みがあります。その担当者に確かめてください。", a.number)
	case a.do.effect == voids && (is != nil || began == nil || p.people.dated(began).From != a.first):
		p.fault(a.line, "on", "職員番号「%s」の職員は、%sに採用されていません。", a.number, a.first.Wareki())
	case a.do.effect == voids:
	case is == nil:
		p.fault(a.line, "on", "職員番号「%s」の職員は、%sには在職していません。%s", a.number, last.Wareki(), p.leftOn(person))
	default:
		p.otherName(a, is.row)
	}
	if len(a.line.faults) > 0 {
		return
	}
	if is != nil && p.people.dated(is).Until == last {
		p.came(a.line, Same, a.first)
		return
	}
	p.goes(person, last)
	p.came(a.line, Left, a.first)
}

func (p *plan) leftOn(person id.ID) string {
	if s := p.people.last(person, nil); s != nil && p.people.dated(s).Until != org.Open() {
		return p.people.dated(s).Until.Wareki() + "で退職・転出しています。"
	}
	return ""
}

// goes ends all statements about a person.
func (p *plan) goes(person id.ID, last jpdate.Date) {
	if s := p.people.on(person, last, nil); s != nil {
		know(p.ended, nameKey(s.row), person)
	}
	p.people.end(person, last, nil)
	p.assignments.end(person, last, nil)
}

// rest changes no post: who is on leave keeps it, and somebody acts as deputy.
func (p *plan) rest(a act) {
	person, is := p.who(a)
	if len(a.line.faults) > 0 {
		return
	}
	if p.describe(person, is, a) {
		p.came(a.line, Changed, a.first)
		return
	}
	p.came(a.line, Same, a.first)
}
