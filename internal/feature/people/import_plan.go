package people

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
)

// Outcome is what a row comes to.
type Outcome string

// The outcomes. A row that is held has none.
const (
	Joined   Outcome = "join"
	Moved    Outcome = "move"
	Left     Outcome = "leave"
	Renewed  Outcome = "renew" // the same person under another 任用区分 or number, or back again
	Added    Outcome = "add"
	Released Outcome = "release"
	Changed  Outcome = "change" // only the name, the address or the like; a unit or post that was there
	Founded  Outcome = "found"  // a unit, post, system, code or designation that was not there
	Same     Outcome = "same"   // it was so already
)

// Outcomes lists the outcomes in the order in which people see them.
func Outcomes() []Outcome {
	return []Outcome{Joined, Moved, Left, Renewed, Added, Released, Founded, Changed, Same}
}

// Title is the outcome in words.
func (o Outcome) Title() string {
	return map[Outcome]string{
		Joined: "新規", Moved: "異動", Left: "退職・転出", Renewed: "再任用・任用更新", Added: "兼務等の追加", Released: "兼務等の解除",
		Founded: "新設", Changed: "記載の変更", Same: "変更なし",
	}[o]
}

// state is everything about the organisation that still stands at a moment.
type state struct {
	units        []org.Unit
	codes        []org.Code
	systems      []org.System
	posts        []org.Post
	people       []org.Person
	assignments  []org.Assignment
	designations []org.Designation
}

// choice is what the person who imports has decided.
type choice struct {
	rosterOn jpdate.Date     // of rosters without the column
	covers   string          // code of the unit that rosters cover, "" for the bodies that occur in them
	others   map[string]bool // numbers of those who are not the people that they seem to be
	alone    bool            // a row of a list says nothing of who is not named
	appoints bool            // designates to the roles of Sekimori itself
	within   int             // days after leaving in which somebody may come back under another number
}

// plan works out in memory what the rows of an import come to. It knows what its operator may know.
type plan struct {
	choice choice
	now    time.Time
	rules  []org.Rules

	units        *track[org.Unit]
	codes        *track[org.Code]
	systems      *track[org.System]
	posts        *track[org.Post]
	people       *track[org.Person]
	assignments  *track[org.Assignment]
	designations *track[org.Designation]

	unitBy, postBy, systemBy, personBy map[string][]id.ID // by code or number

	taken   map[id.ID]bool     // what an import changes that the operator may not know
	ended   map[string][]id.ID // people who left, by name
	joining map[string]int     // rows of people who join, by name
	mains   map[mainDay]*Line  // the row that gives a person a main post on a day
	back    map[id.ID]bool     // people who are there from some day of the import on
	days    map[jpdate.Date]int

	lines     []*Line
	held      []*Line
	warnings  []Fault
	proposals []Proposal
	absent    []Absent
	unlisted  int // 兼務 and the like that complete lists no longer name
}

// mainDay is the day on which somebody gets a main post.
type mainDay struct {
	person id.ID
	day    jpdate.Date
}

// newPlan begins with what stands. batches are the secret ones that the operator may see.
func newPlan(now time.Time, rules []org.Rules, batches []id.ID, s *state, c choice) *plan {
	p := &plan{
		choice: c, now: now, rules: rules,
		unitBy: map[string][]id.ID{}, postBy: map[string][]id.ID{}, systemBy: map[string][]id.ID{}, personBy: map[string][]id.ID{},
		taken: map[id.ID]bool{}, ended: map[string][]id.ID{}, joining: map[string]int{}, mains: map[mainDay]*Line{}, days: map[jpdate.Date]int{}, back: map[id.ID]bool{},

		units:        newTrack(now, func(u org.Unit) id.ID { return u.Unit }, func(u *org.Unit) *org.Statement { return &u.Statement }),
		codes:        newTrack(now, func(c org.Code) id.ID { return c.Unit }, func(c *org.Code) *org.Statement { return &c.Statement }),
		systems:      newTrack(now, func(s org.System) id.ID { return s.System }, func(s *org.System) *org.Statement { return &s.Statement }),
		posts:        newTrack(now, func(x org.Post) id.ID { return x.Post }, func(x *org.Post) *org.Statement { return &x.Statement }),
		people:       newTrack(now, func(x org.Person) id.ID { return x.Person }, func(x *org.Person) *org.Statement { return &x.Statement }),
		assignments:  newTrack(now, func(a org.Assignment) id.ID { return a.Person }, func(a *org.Assignment) *org.Statement { return &a.Statement }),
		designations: newTrack(now, func(d org.Designation) id.ID { return id.ID(d.Scope) }, func(d *org.Designation) *org.Statement { return &d.Statement }),
	}
	admit(p, p.units, s.units, batches, func(u org.Unit) { know(p.unitBy, u.Code, u.Unit) })
	admit(p, p.codes, s.codes, batches, func(c org.Code) {
		if c.System == hr {
			know(p.unitBy, c.Code, c.Unit)
		}
	})
	admit(p, p.systems, s.systems, batches, func(s org.System) { know(p.systemBy, s.Code, s.System) })
	admit(p, p.posts, s.posts, batches, func(x org.Post) { know(p.postBy, x.Code, x.Post) })
	admit(p, p.people, s.people, batches, func(x org.Person) {
		know(p.personBy, x.Number, x.Person)
		if x.Until != org.Open() {
			know(p.ended, nameKey(x), x.Person)
		}
	})
	admit(p, p.assignments, s.assignments, batches, func(org.Assignment) {})
	admit(p, p.designations, s.designations, batches, func(org.Designation) {})
	return p
}

// hr is the kind of code under which the personnel system knows a unit.
const hr = "hr"

// know notes what a code or number stands for.
func know(by map[string][]id.ID, code string, is id.ID) {
	if k := key(code); !slices.Contains(by[k], is) {
		by[k] = append(by[k], is)
	}
}

// admit takes in the statements that the operator may know and that no import he may know has closed. What an import does
// that he may not know shows only in what it is about being taken.
func admit[T comparable](p *plan, t *track[T], rows []T, batches []id.ID, each func(T)) {
	now := db.At(p.now)
	for _, row := range rows {
		d := t.head(&row).Dated
		if slices.Contains(batches, d.ClosedBy) {
			continue
		}
		secret := d.Opens > now && !slices.Contains(batches, d.Batch)
		if secret || d.Closes != org.Forever {
			p.taken[t.about(row)] = true
		}
		if !secret {
			t.load(row)
		}
		each(row)
	}
}

func (p *plan) fault(l *Line, column, format string, args ...any) {
	l.faults = append(l.faults, l.note(column, format, args...))
}

func (p *plan) warn(l *Line, column, format string, args ...any) {
	p.warnings = append(p.warnings, l.note(column, format, args...))
}

func (l *Line) note(column, format string, args ...any) Fault {
	return Fault{File: l.File, Where: l.where(column), Column: column, Message: fmt.Sprintf(format, args...)}
}

// run applies the rows of each form in the order of the forms.
func (p *plan) run(lines []*Line) {
	p.lines = lines
	by := map[Form][]*Line{}
	for _, l := range lines {
		by[l.Form] = append(by[l.Form], l)
	}
	p.addUnits(by[Units])
	p.each(by[Posts], p.addPost)
	p.each(by[Codes], p.addCode)
	p.addPeople(by[Orders], by[Roster])
	p.each(by[Systems], p.addSystem)
	p.each(by[Designations], p.addDesignation)
	p.stranded()
	for _, l := range lines {
		if len(l.faults) > 0 {
			p.held = append(p.held, l)
		}
	}
}

func (p *plan) each(lines []*Line, add func(*Line)) {
	for _, l := range lines {
		add(l)
	}
}

// came notes what a row comes to and the first day on which something is different.
func (p *plan) came(l *Line, o Outcome, from jpdate.Date) {
	l.outcome = o
	if o != Same {
		p.days[from]++
	}
}

// firstDay is the first day of the import that lies after today, else its last one; unknown when it changes nothing.
func (p *plan) firstDay() jpdate.Date {
	today := jpdate.Today(p.now)
	var first jpdate.Date
	for _, day := range p.sortedDays() {
		if first = day; day.After(today) {
			break
		}
	}
	return first
}

// effective is the day from which the import can only be corrected: its first day, or the one on which it may be known where
// something of it holds by then.
func (p *plan) effective(opens db.Time) jpdate.Date {
	first, known := p.firstDay(), jpdate.Today(opens.Time())
	if days := p.sortedDays(); len(days) > 0 && days[0].Before(first) && known.Before(first) && !known.Before(days[0]) {
		return known
	}
	return first
}

func (p *plan) sortedDays() []jpdate.Date {
	var days []jpdate.Date
	for day := range p.days {
		days = append(days, day)
	}
	slices.SortFunc(days, jpdate.Date.Compare)
	return days
}

// asked is when the import may be known by itself: at the time wished for, else when its first day begins, never before now.
func (p *plan) asked(wished db.Time) db.Time {
	if wished == "" && !p.firstDay().IsZero() {
		wished = db.At(p.firstDay().Start())
	}
	return max(wished, db.At(p.now))
}

// opens is when it may be known: never before what it builds on.
func (p *plan) opens(wished db.Time) db.Time {
	return max(p.asked(wished), p.units.after, p.codes.after, p.systems.after, p.posts.after, p.people.after, p.assignments.after, p.designations.after)
}

// unit finds the unit that has a code on a day.
func (p *plan) unit(l *Line, column string, day jpdate.Date) (org.Unit, bool) {
	return find(p, l, column, "組織", day, p.units, p.unitBy)
}

// post finds the post whose code a row has on a day.
func (p *plan) post(l *Line, day jpdate.Date) (org.Post, bool) {
	return find(p, l, "post", "職", day, p.posts, p.postBy)
}

// find looks for what a code in a row stands for on a day, and says what is wrong where there is none.
func find[T comparable](p *plan, l *Line, column, what string, day jpdate.Date, t *track[T], by map[string][]id.ID) (T, bool) {
	var none T
	code := p.need(l, column)
	if code == "" || day.IsZero() {
		return none, false
	}
	var last *statement[T]
	for _, candidate := range by[key(code)] {
		if s := t.on(candidate, day, nil); s != nil {
			return s.row, true
		}
		last = cmp.Or(t.last(candidate, nil), last)
	}
	switch {
	case last == nil:
		p.fault(l, column, "%s「%s」の%sはありません。", l.Form.titleOf(column), code, what)
	case t.dated(last).Until.Before(day):
		p.fault(l, column, "%s「%s」の%sは%sで終わっています。", l.Form.titleOf(column), code, what, t.dated(last).Until.Wareki())
	default:
		p.fault(l, column, "%s「%s」の%sは%sにはまだありません。", l.Form.titleOf(column), code, what, day.Wareki())
	}
	return none, false
}
