// Package approval knows what a request (申請) and a permit (許可) are: the form, the route of
// steps to a decision (決裁), what must be recorded afterwards and what a decision sets, as a
// pack declares them. It guarantees that a Request of a loaded pack has exactly one deciding
// step. It does not know who holds a role today, or any particular request.
package approval

import (
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/register"
)

// Request is one declared kind of request or permit.
type Request struct {
	ID    string
	Title string
	Grade Grade
	register.Form
	Subject *Subject // what the request is about, if it is about entries
	Start   []string // roles that may apply
	Route   []Step
	After   *After
	Returns *End
	Expires *End
	Effects []Effect
	Keep    *register.Keep
}

// Grade is how often somebody decides (packs.md section 4b).
type Grade string

// The grades.
const (
	Standing  Grade = "standing"  // decided once for a period; acts under it are log rows
	Catalogue Grade = "catalogue" // one review for the whole body; units adopt by notice
	Case      Grade = "case"      // a request for each
	Barred    Grade = "barred"    // only through the exception route
)

// Grades lists the grades.
func Grades() []Grade { return []Grade{Standing, Catalogue, Case, Barred} }

// Permit reports whether the kind is decided once and then used, rather than case by case.
func (r Request) Permit() bool { return r.Grade == Standing || r.Grade == Catalogue }

// Subject says which entries of which register a request can name.
type Subject struct {
	To   string
	Many bool
	When *cond.Condition
}

// StepKind is what the people of a step do.
type StepKind string

// The kinds of steps.
const (
	Agree  StepKind = "agree"  // 合議
	Decide StepKind = "decide" // 決裁
	Read   StepKind = "read"   // 後閲
)

// Step is one step of a route.
type Step struct {
	ID    string
	Kind  StepKind
	Roles []string
	Need  string // any, all: over the roles; each: one decision of each scope concerned
	Of    string // body, applicant.unit, subject.<field>, field.<field>
	Order int    // steps with the same order run side by side; 0 = in sequence
	When  *cond.Condition
}

// After is what is recorded when the thing has been done; the case stays open until then.
type After struct {
	By     []Actor
	Within string // setting
	Fields []register.Field
}

// Actor names who records: the applicant, a person field, or the holders of roles.
type Actor struct {
	Applicant bool
	Field     string
	Roles     []string
	Of        string
}

// End says when a case is to be returned or expires.
type End struct {
	On    string // date field
	After string // setting
	Renew bool
}

// Effect is what reaching a point of the case does, in the same transaction.
type Effect struct {
	At  string // decided, recorded, returned, expired
	Set []Assign
	Add *Addition
}

// Assign sets the state of the subject (State) or one of its fields from a field of the case.
type Assign struct {
	Target string // subject.state or subject.<field>
	State  string
	From   string // field.<field>
}

// Addition makes an entry in a register from fields of the case.
type Addition struct {
	Register string
	From     map[string]string
}
