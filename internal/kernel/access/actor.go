package access

import (
	"slices"
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
)

// Class is what kind of actor somebody is.
type Class int

// The classes.
const (
	Nobody  Class = iota // has not signed in
	Person               // somebody
	Place                // a terminal of a unit that several people use (所属端末)
	Program              // a command, or the program itself: whoever can start it may do everything
)

// Actor is who asks, with what he may do at this moment. It does not change, and is safe for concurrent use.
type Actor struct {
	Class Class
	// Name is who he is as the trail writes it: person:ID, place:ID, cli:USER. "" for nobody.
	Name string
	// Pending is what is left to do before he may do anything, in the words of package account; "" for nothing.
	Pending string

	Account     id.ID // with which he came in, and the session that it is in; "" for a key and for programs
	Session     id.ID
	Person      org.Person
	Unit        id.ID // of a place
	Assignments []org.Assignment
	// Authorities are the seats that he holds or is deputy of, then the roles of everyone, one for each unit where he works.
	Authorities []org.Holding
	Chart       *org.Chart // of the moment; nil for programs and for nobody

	granted []string     // closed homes that a grant opens to him
	limit   []Permission // what a key of his may be used for; nil for everything
}

// Visitor is who has not signed in.
func Visitor() *Actor { return &Actor{} }

// NewProgram is a command or a part of the program: it may do everything, and sees every home but what is closed.
func NewProgram(name string) *Actor { return &Actor{Class: Program, Name: name} }

// Limited is the actor with no more than some permissions: one who uses a key.
func (a *Actor) Limited(to []Permission) *Actor {
	b := *a
	b.limit = append([]Permission{}, to...)
	return &b
}

// Among is the actor with no more authorities than those of some roles of a regime, and those of Sekimori itself: what is permitted to
// these roles alone is asked of him.
func (a *Actor) Among(regime string, roles []string) *Actor {
	b := *a
	b.Authorities = slices.DeleteFunc(slices.Clone(a.Authorities), func(h org.Holding) bool {
		return h.Regime != BuiltIn && (h.Regime != regime || !slices.Contains(roles, h.Role.ID))
	})
	return &b
}

// Keyed says that he uses a key.
func (a *Actor) Keyed() bool { return a.limit != nil }

// Can says whether he has a permission anywhere.
func (a *Actor) Can(p Permission) bool {
	switch p { //nolint:exhaustive // the others are those that a role gives
	case Anyone:
		return true
	case Entering:
		return a.Class == Person && a.limit == nil
	case Self:
		return a.Class == Person && a.Pending == "" && a.limit == nil
	case Member:
		return a.Class == Person && a.Pending == ""
	case Terminal:
		return a.Class == Place && a.Pending == ""
	}
	if a.Pending != "" || a.limit != nil && !slices.Contains(a.limit, p) {
		return false
	}
	return a.Class == Program || slices.ContainsFunc(a.Authorities, func(h org.Holding) bool { return may(h, p) })
}

func may(h org.Holding, p Permission) bool { return slices.Contains(h.Role.May, string(p)) }

// Authority is what somebody acts on: the role that permits it, where he holds it and for whom. The zero value is of a program.
type Authority struct{ Holding org.Holding }

// String is the authority as the trail keeps it: REGIME/ROLE HOME, and FOR person:ID where a deputy acts; "" of a program.
func (a Authority) String() string {
	h := a.Holding
	if h.Role.ID == "" {
		return ""
	}
	words := h.Regime + "/" + h.Role.ID + " " + h.Home
	if h.As == org.AsDeputy {
		words += " deputy"
		if h.For != nil {
			words += " " + PersonName(h.For.ID)
		}
	}
	return words
}

// ParseAuthority reads what String has written; ok is false where it is nothing of the kind.
func ParseAuthority(s string) (regime, role, home string, deputy bool, giver id.ID, ok bool) {
	parts := strings.Fields(s)
	if len(parts) < 2 {
		return "", "", "", false, "", false
	}
	regime, role, ok = strings.Cut(parts[0], "/")
	if len(parts) > 3 {
		giver, _ = PersonOf(parts[3])
	}
	return regime, role, parts[1], len(parts) > 2, giver, ok
}

// PersonName is a person as the trail names actors.
func PersonName(person id.ID) string { return "person:" + string(person) }

// PersonOf is the person that an actor's name means.
func PersonOf(name string) (id.ID, bool) {
	person, ok := strings.CutPrefix(name, "person:")
	return id.ID(person), ok
}
