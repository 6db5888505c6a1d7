// Package duty knows what a duty (義務) is: who must do what, when, and which record shows
// it. It guarantees that every duty of a loaded pack names a clause, somebody who acts and a
// check that exists. It does not know any particular duty, and it does not judge yet
// whether a duty is kept: statuses come with the records they are computed from.
package duty

import (
	"encoding/json"
	"strconv"

	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/org"
)

// Duty is one duty of one edition.
type Duty struct {
	ID      string // regime/document:clause, #2 and up for further duties of the clause
	Clause  string // as packs name it: 4.2/ケ, basic:9
	Part    int    // 1 for the first duty of a clause
	Kind    Kind
	Who     []string // roles, slots resolved
	Label   string   // who, in words
	Named   string   // the clause's own word for who, where it is not a role's title
	Assumed *Assumed
	Duty    string // the sentence: one thing to do
	When    *cond.Condition
	By      *Span
	Per     org.Scope
	Every   *Every
	Check   *Check
	Note    string
	Planned bool // the check needs something that Sekimori does not have yet: 未対応
}

// Kind is the force of a duty.
type Kind string

// The kinds.
const (
	Must    Kind = "must"
	MustNot Kind = "must-not"
	Should  Kind = "should"
	May     Kind = "may"
)

// Kinds lists the kinds.
func Kinds() []Kind { return []Kind{Must, MustNot, Should, May} }

// Title is the kind in words.
func (k Kind) Title() string {
	switch k {
	case Must:
		return "しなければならない"
	case MustNot:
		return "してはならない"
	case Should:
		return "努める"
	case May:
		return "できる"
	}
	return string(k)
}

// Assumed says what is ours where the clause is silent on who acts.
type Assumed struct {
	Who []string `json:"who"`
	Why string   `json:"why"`
}

// Actors are the roles that act: those the clause names, else those assumed.
func (d Duty) Actors() []string {
	if len(d.Who) == 0 && d.Assumed != nil {
		return d.Assumed.Who
	}
	return d.Who
}

// Span is the time allowed from the moment a subject exists.
type Span struct {
	Setting                  string
	Days, Months, FiscalYear int
}

// Every is how often: once, each case, a fiscal year (n times), or a setting.
type Every struct {
	Once, Case bool
	FiscalYear int
	Setting    string
}

// CheckKind is a way of showing that a duty is kept (packs.md section 6).
type CheckKind string

// The checks, strongest evidence first.
const (
	Enforced     CheckKind = "enforced"
	Appointment  CheckKind = "appointment"
	Register     CheckKind = "register"
	Request      CheckKind = "request"
	Permit       CheckKind = "permit"
	Periodic     CheckKind = "periodic"
	Document     CheckKind = "document"
	Report       CheckKind = "report"
	Acknowledged CheckKind = "acknowledged"
	Question     CheckKind = "question"
)

// CheckKinds lists the checks.
func CheckKinds() []CheckKind {
	return []CheckKind{Enforced, Appointment, Register, Request, Permit, Periodic, Document, Report, Acknowledged, Question}
}

// Title is the check in words: how the duty is shown.
func (k CheckKind) Title() string {
	return map[CheckKind]string{
		Enforced: "システムが守らせる", Appointment: "任命", Register: "台帳", Request: "申請", Permit: "許可", Periodic: "定期の記録",
		Document: "文書", Report: "報告", Acknowledged: "確認", Question: "点検の質問",
	}[k]
}

// Check says which records show that a duty is kept.
type Check struct {
	Kind      CheckKind
	Target    string
	Has       []string        // fields that must be filled
	Is        *cond.Condition // what must hold
	Fresh     *Fresh
	Confirmed bool
	Each      org.Scope
	Least     int
	Until     string // decided, recorded, returned
	Before    string // field: decided before this moment
	Log       string // of a permit: the log whose acts must lie in a permit
	Every     *Every
	Reviewed  string // setting
	Answer    string
	Within    string // setting
}

// Fresh asks that a date field is not older than a setting.
type Fresh struct{ Field, Within string }

// Capability is something that the program itself guarantees, and the test that proves it.
type Capability struct{ ID, Title, Test string }

// FullID makes the id of a duty from the full id of its clause.
func FullID(clause string, part int) string {
	if part <= 1 {
		return clause
	}
	return clause + "#" + strconv.Itoa(part)
}

func setting(id string) map[string]any { return map[string]any{"setting": id} }

// MarshalJSON writes the check as commands.md gives it: kind and target, then what the pack says.
func (c Check) MarshalJSON() ([]byte, error) {
	m := map[string]any{"kind": c.Kind, "target": c.Target}
	put := func(key string, v any, given bool) {
		if given {
			m[key] = v
		}
	}
	put("has", c.Has, len(c.Has) > 0)
	put("is", c.Is, c.Is != nil)
	if c.Fresh != nil {
		m["fresh"] = map[string]any{"field": c.Fresh.Field, "within": setting(c.Fresh.Within)}
	}
	put("confirmed", true, c.Confirmed)
	put("each", c.Each, c.Each != "")
	put("least", c.Least, c.Least > 0)
	put("until", c.Until, c.Until != "")
	put("before", c.Before, c.Before != "")
	put("log", c.Log, c.Log != "")
	put("every", c.Every, c.Every != nil)
	put("reviewed", setting(c.Reviewed), c.Reviewed != "")
	put("answer", c.Answer, c.Answer != "")
	put("within", setting(c.Within), c.Within != "")
	return json.Marshal(m)
}

// MarshalJSON writes the interval as a pack does.
func (e Every) MarshalJSON() ([]byte, error) {
	switch {
	case e.Once:
		return []byte(`"once"`), nil
	case e.Case:
		return []byte(`"case"`), nil
	case e.Setting != "":
		return json.Marshal(setting(e.Setting))
	}
	return json.Marshal(map[string]any{"fiscal-year": e.FiscalYear})
}
