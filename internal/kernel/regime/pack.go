package regime

import (
	"slices"
	"strings"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/approval"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/setting"
)

// Pack is one edition of one regime, bound, expanded and checked.
type Pack struct {
	ID, Edition, Title string
	Documents          []Document
	Clauses            []Clause // of all documents, in document order
	Roles              []org.Role
	Provisional        string // setting: how long deputies act on when the holder who named them has left
	Slots              []Slot
	register.Classes
	Terms     []Term
	Settings  []Setting
	Bases     []Basis
	Registers []register.Kind
	Requests  []approval.Request
	Examples  map[string][]register.ExampleGroup // by the name that fields suggest
	Papers    []Paper
	Questions []Question
	Planned   []Planned
	Duties    []duty.Duty // in document order
	NotDuties []NotDuty
	Defects   []clause.Known
	Hash      string            // SHA-256 of the canonical form of everything above
	Files     map[string]string // the YAML it was read from, by path, with the common files

	clauses map[string]int // full id without regime to index in Clauses
	byDuty  map[string][]int
	kinds   map[string]*node // expanded declaration by "registers/asset"
}

// Document is one document of a regime: how it is found in the published text, and its history.
type Document struct {
	clause.Spec
	Decided, Effective jpdate.Date
	History            []Revision
}

// Revision is one edition in the history of a document.
type Revision struct {
	Edition            string
	Effective, Decided jpdate.Date
	Why                string // in our own words
}

// Clause is one clause that the edition has.
type Clause struct {
	Document string
	ID       string // within the document: 4.2/ケ
	Ref      string // as packs name it: 4.2/ケ of the main document, basic:9 of another
	Title    string // the printed heading, if there is one
}

// Slot binds a name of the common files to roles of the edition, or to none with a reason.
type Slot struct {
	ID, Title string
	Roles     []string
	None      string
}

// Term is a name of the common files for a range of classes.
type Term struct {
	ID, Title, Clause string
	Is                cond.Condition
}

// Setting is what the policy leaves open; Proposal is ours until the body decides, from Min to Max.
type Setting struct {
	ID, Title          string
	Unit               setting.Unit
	Note               string
	Proposal, Min, Max int
}

// Basis is a clause that speaks of what the program leaves to the body, such as how often passwords change.
type Basis struct {
	Program      string // id of the program's setting
	Clause, Note string
	Max          int // what the clause allows at most, 0 where it does not say
}

// Paper is a document that the policy asks for and that is kept under review.
type Paper struct {
	ID, Title string
	Each      org.Scope
	Decide    []string // roles
	Review    string   // setting
}

// Question is one question of a checklist, answered yes or no.
type Question struct{ ID, Title, Help, Checklist string }

// Planned is something that a duty names and that Sekimori does not have yet.
type Planned struct{ ID, Title string }

// NotDuty says why a clause that states a duty by its wording has none here.
type NotDuty struct {
	Clause string
	Reason Reason
	By, Of string // clause that takes a principle up, or that is repeated
	Note   string
}

// Reason is why a clause has no duty of its own.
type Reason string

// The closed list of reasons (clauses.md K4).
const (
	Lead        Reason = "lead"
	Definition  Reason = "definition"
	ScopeOf     Reason = "scope"
	Designation Reason = "designation"
	Authority   Reason = "authority"
	Principle   Reason = "principle"
	Repeats     Reason = "repeats"
	Consequence Reason = "consequence"
)

// Reasons lists the reasons.
func Reasons() []Reason {
	return []Reason{Lead, Definition, ScopeOf, Designation, Authority, Principle, Repeats, Consequence}
}

// Title is the reason in words.
func (r Reason) Title() string {
	return map[Reason]string{
		Lead: "義務は下の号にある", Definition: "用語の定義", ScopeOf: "適用範囲", Designation: "役割の指定", Authority: "権限の定め",
		Principle: "原則（他の条で具体化）", Repeats: "他の条の繰り返し", Consequence: "他の条の結果",
	}[r]
}

// Main is the document that clause numbers without a document's name mean.
func (p *Pack) Main() Document {
	for _, d := range p.Documents {
		if d.Main {
			return d
		}
	}
	return Document{}
}

// Specs is how the importer finds the documents of the edition.
func (p *Pack) Specs() []clause.Spec {
	out := make([]clause.Spec, len(p.Documents))
	for i, d := range p.Documents {
		out[i] = d.Spec
	}
	return out
}

// Resolve splits a clause as packs name it into document and clause id.
func (p *Pack) Resolve(ref string) (document, id string) {
	if d, c, ok := strings.Cut(ref, ":"); ok {
		return d, c
	}
	return p.Main().ID, ref
}

// DutiesFor lists the duties of a role in document order; those of a collective it belongs to are its own too.
func (p *Pack) DutiesFor(role string) []duty.Duty {
	roles := []string{role}
	for _, r := range p.Roles {
		if slices.Contains(r.OneOf, role) {
			roles = append(roles, r.ID)
		}
	}
	var out []duty.Duty
	for _, d := range p.Duties {
		if slices.ContainsFunc(d.Actors(), func(a string) bool { return slices.Contains(roles, a) }) {
			out = append(out, d)
		}
	}
	return out
}

// Chapter is the chapter of a clause: its document, its number and its heading.
func (p *Pack) Chapter(ref string) (document, number, title string) {
	document, id := p.Resolve(ref)
	number, _, _ = strings.Cut(id, "/")
	number, _, _ = strings.Cut(number, ".")
	for _, c := range p.Clauses {
		if c.Document == document && c.ID == number {
			return document, number, c.Title
		}
	}
	return document, number, ""
}

// Ref names a clause as packs do: the main document's name is left out.
func (p *Pack) Ref(document, id string) string {
	if document == p.Main().ID {
		return id
	}
	return document + ":" + id
}

// FullID is the id of a clause across regimes: regime/document:clause.
func (p *Pack) FullID(ref string) string {
	d, c := p.Resolve(ref)
	return p.ID + "/" + d + ":" + c
}

// Clause finds a clause as packs name it.
func (p *Pack) Clause(ref string) (Clause, bool) {
	d, c := p.Resolve(ref)
	i, ok := p.clauses[d+":"+c]
	if !ok {
		return Clause{}, false
	}
	return p.Clauses[i], true
}

// DutiesOf returns the duties of one clause.
func (p *Pack) DutiesOf(ref string) []duty.Duty {
	out := make([]duty.Duty, 0, len(p.byDuty[ref]))
	for _, i := range p.byDuty[ref] {
		out = append(out, p.Duties[i])
	}
	return out
}

// Kinds returns the ids of the declared kinds, by register and request.
func (p *Pack) Kinds() map[string][]string {
	out := map[string][]string{}
	for _, k := range p.Registers {
		out["register"] = append(out["register"], k.ID)
	}
	for _, r := range p.Requests {
		out["request"] = append(out["request"], r.ID)
	}
	return out
}

// Serves returns the ids of the duties that a kind shows to be kept.
func (p *Pack) Serves(kind string) []string {
	out := []string{}
	for _, d := range p.Duties {
		if d.Check != nil && (d.Check.Target == kind || d.Check.Log == kind) {
			out = append(out, d.ID)
		}
	}
	return out
}

// NotDuty returns why a clause has no duty, if the pack says so.
func (p *Pack) NotDuty(ref string) (NotDuty, bool) {
	i := slices.IndexFunc(p.NotDuties, func(n NotDuty) bool { return n.Clause == ref })
	if i < 0 {
		return NotDuty{}, false
	}
	return p.NotDuties[i], true
}

// Role finds a role by id.
func (p *Pack) Role(id string) (org.Role, bool) {
	i := slices.IndexFunc(p.Roles, func(r org.Role) bool { return r.ID == id })
	if i < 0 {
		return org.Role{}, false
	}
	return p.Roles[i], true
}

// ClauseNumber is a clause as people name it: 4.2 ケ (2), 第11条第1項第1号.
func (p *Pack) ClauseNumber(document, id string) string {
	parts := strings.Split(id, "/")
	digits := func(s string) bool { return strings.Trim(s, "0123456789") == "" }
	articles := slices.ContainsFunc(p.Documents, func(d Document) bool { return d.ID == document && d.Form == "articles" })
	if articles && digits(parts[0]) {
		for i, suffix := range []string{"条", "項", "号"}[:len(parts)] {
			parts[i] = "第" + parts[i] + suffix
		}
		return strings.Join(parts, "")
	}
	for i, x := range parts[1:] {
		if digits(x) {
			parts[i+1] = "(" + x + ")"
		}
	}
	return strings.Join(parts, " ")
}

// ClauseName is the number of a clause as packs name it, with the document's title where it is not the main one.
func (p *Pack) ClauseName(ref string) string {
	document, id := p.Resolve(ref)
	name := p.ClauseNumber(document, id)
	for _, d := range p.Documents {
		if d.ID == document && !d.Main {
			name = d.Title + " " + name
		}
	}
	return name
}

// Chapter is the first number of a clause, 4 of 4.2/ケ.
func (c Clause) Chapter() string { return Chapter(c.ID) }

// Chapter is the first number of a clause id without document; a clause that bears a name
// instead of a number is a chapter by itself.
func Chapter(id string) string {
	if n := len(id) - len(strings.TrimLeft(id, "0123456789")); n > 0 {
		return id[:n]
	}
	name, _, _ := strings.Cut(id, "/")
	return name
}
