package org

import (
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// Dated says when a statement holds and when it is known.
type Dated struct {
	From  jpdate.Date `db:"from_on"`  // first day
	Until jpdate.Date `db:"until_on"` // last day; Open() where none is known
	// Opens is the moment from which the statement may be known, Closes the one from which another stands in its place, Forever
	// until then. Between a decision and its publication both lie ahead; then they are those of a batch.
	Opens  db.Time `db:"opens"`
	Closes db.Time `db:"closes"`
	// Batch is the import that stated it and ClosedBy the one that closes it, "" where it was not an import.
	Batch    id.ID `db:"batch"`
	ClosedBy id.ID `db:"closed_by"`
}

// Forever is the Closes of a statement that nothing has taken the place of.
const Forever db.Time = "9999-12-31T00:00:00.000000Z"

// Open is the last day of what has no end.
func Open() jpdate.Date { return jpdate.New(9999, 12, 31) }

// Statement is what every statement has: which it is (not what it is about), its version and home, and its dates.
type Statement struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Dated
}

func (s *Statement) statement() *Statement { return s }

// View is what one may know: of the state of a day, at a moment, by somebody who may see some batches before their time.
type View struct {
	On      jpdate.Date
	Now     db.Time
	Batches []id.ID // see Sight
}

// Kind is the kind of a unit.
type Kind string

// The kinds. A 課に準ずる組織 is a Section by its own kind; an office outside (出先) is what its head is.
const (
	KindBody     Kind = "body"     // 任命権者・団体: the root of a tree
	KindBureau   Kind = "bureau"   // 局室区等
	KindDivision Kind = "division" // 部
	KindSection  Kind = "section"  // 課、所、館
	KindSchool   Kind = "school"   // 学校園
	KindTeam     Kind = "team"     // 係、班
)

// Kinds lists the kinds of units from the top.
func Kinds() []Kind {
	return []Kind{KindBody, KindBureau, KindDivision, KindSection, KindSchool, KindTeam}
}

// Title is the kind in words, "" if it is none.
func (k Kind) Title() string {
	return map[Kind]string{
		KindBody: "団体", KindBureau: "局室区等", KindDivision: "部", KindSection: "課", KindSchool: "学校園", KindTeam: "係",
	}[k]
}

// Unit is a statement about a unit: its name and place in the tree.
type Unit struct {
	Statement
	Unit         id.ID  `db:"unit"` // the unit, through all its statements
	Code         string `db:"code"`
	Name         string `db:"name"`
	Short        string `db:"short"`  // "" where there is none
	Parent       id.ID  `db:"parent"` // "" for a body
	Kind         Kind   `db:"kind"`
	Regime       string `db:"regime"`       // the policy it lives under
	Place        int    `db:"place"`        // order among its sisters
	Predecessors string `db:"predecessors"` // units whose matters it took over, by id, with spaces between
}

// Code is one of the codes under which other systems know a unit.
type Code struct {
	Statement
	Unit   id.ID  `db:"unit"`
	System string `db:"system"` // hr, finance, document, school
	Code   string `db:"code"`
}

// System is a statement about a business system, which is a scope of its own.
type System struct {
	Statement
	System id.ID  `db:"system"`
	Code   string `db:"code"`
	Name   string `db:"name"`
	Owner  id.ID  `db:"owner"` // unit
	Regime string `db:"regime"`
}

// Post is a statement about a post (職) that people are assigned to within units.
type Post struct {
	Statement
	Post  id.ID  `db:"post"`
	Code  string `db:"code"`
	Title string `db:"title"`
	Rank  int    `db:"rank"` // 1 is the highest
	Head  bool   `db:"head"` // whoever is assigned to it leads the unit
}

// Person is a statement about a person: the identity stays when number, name or employment change.
type Person struct {
	Statement
	Person     id.ID      `db:"person"`
	Number     string     `db:"number"`
	Employment Employment `db:"employment"`
	Name       string     `db:"name" trail:"personal"`
	Kana       string     `db:"kana" trail:"personal"`
	Mail       string     `db:"mail" trail:"personal"`
	Find       string     `db:"find" trail:"personal"` // number, name and kana, folded, without spaces: what a search looks through
}

// Manner is how a person bears a post.
type Manner string

// The manners. The first is the person's main assignment, of which there is one at a time.
const (
	Main       Manner = "main"       // 本務
	Concurrent Manner = "concurrent" // 兼務
	Acting     Manner = "acting"     // 事務取扱: a superior looks after the post
	Probation  Manner = "probation"  // 心得: below the rank of the post
	Joint      Manner = "joint"      // 併任: by two appointing bodies
)

// Manners lists the manners.
func Manners() []Manner { return []Manner{Main, Concurrent, Acting, Probation, Joint} }

// Title is the manner in words, "" if it is none.
func (m Manner) Title() string {
	return map[Manner]string{Main: "本務", Concurrent: "兼務", Acting: "事務取扱", Probation: "心得", Joint: "併任"}[m]
}

// Assignment is a statement that a person bears a post in a unit.
type Assignment struct {
	Statement
	Person id.ID  `db:"person"`
	Unit   id.ID  `db:"unit"`
	Post   id.ID  `db:"post"`
	Manner Manner `db:"manner"`
}

// Designation names who holds a role in one place, or who acts for its holder, in place of what the regime's rule would give:
// whoever bears a post in a unit, or one person.
type Designation struct {
	Statement
	Regime   string `db:"regime"`
	Role     string `db:"role"`
	Scope    string `db:"scope"` // as a home: b:, u:UNIT, s:SYSTEM
	Unit     id.ID  `db:"unit"`  // of the post
	Post     id.ID  `db:"post"`
	Person   id.ID  `db:"person"`   // instead of unit and post
	Decision string `db:"decision"` // number of the decision
	// Deputy: in place of whom the rule lets act for the holder, not of the holder himself.
	Deputy bool `db:"deputy" trail:"added"`
}

// Deputy names who acts for a holder of a role.
type Deputy struct {
	Statement
	Regime string `db:"regime"`
	Role   string `db:"role"`
	Scope  string `db:"scope"`  // as a home
	Giver  id.ID  `db:"giver"`  // the holder who named him
	Person id.ID  `db:"person"` // who acts
}

// Batch is a set of statements that came together and may be taken back together.
type Batch struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Title     string      `db:"title"`
	Effective jpdate.Date `db:"effective_on"`
	Opens     db.Time     `db:"opens"`     // publication
	Operators string      `db:"operators"` // actors who see it before, with spaces between
	State     BatchState  `db:"state"`
}

// BatchState says whether the statements of a batch stand.
type BatchState string

// The states.
const (
	Applied BatchState = "applied"
	Undone  BatchState = "undone"
)

// The tables of this package. Every write goes through them.
var (
	Units        = newTable[Unit]("org_unit", "unit")
	Codes        = newTable[Code]("org_code", "code")
	Systems      = newTable[System]("org_system", "system")
	Posts        = newTable[Post]("org_post", "post")
	People       = newTable[Person]("org_person", "person")
	Assignments  = newTable[Assignment]("org_assignment", "assignment")
	Designations = newTable[Designation]("org_designation", "designation")
	Deputies     = newTable[Deputy]("org_deputy", "deputy")
	Batches      = newTable[Batch]("org_batch", "batch")
)
