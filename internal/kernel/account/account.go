package account

import (
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Kind says whose an account is.
type Kind string

// The kinds.
const (
	Person Kind = "person"
	Place  Kind = "place" // 所属端末: of a unit, bound to terminals
)

// State is where an account is in its life.
type State string

// The states.
const (
	Active    State = "active"
	Suspended State = "suspended" // by hand, until it is resumed
	Closed    State = "closed"    // its person has left, or its place is given up
)

// Title is the state in words.
func (s State) Title() string {
	return map[State]string{Active: "有効", Suspended: "停止中", Closed: "廃止"}[s]
}

// Account is somebody who may sign in. Its home is p:PERSON for a person's, u:UNIT for a place's.
type Account struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Kind   Kind    `db:"kind"`
	Person id.ID   `db:"person"` // "" for a place
	Unit   id.ID   `db:"unit"`   // "" for a person
	Login  string  `db:"login" trail:"personal"`
	Folded string  `db:"folded" trail:"personal"` // the login as it is compared
	State  State   `db:"state"`
	MadeAt db.Time `db:"made_at"`
	OutAt  string  `db:"out_at"` // db.Time up to which all sessions have ended, "" for none
}

// Actor is the account as the trail names who acts.
func (a Account) Actor() string {
	if a.Kind == Place {
		return "place:" + string(a.ID)
	}
	return "person:" + string(a.Person)
}

// fold is a login as it is compared.
func fold(login string) string { return text.Fold(login) }

// home is that of everything of an account.
func (a Account) home() string {
	if a.Kind == Place {
		return org.UnitHome(a.Unit)
	}
	return org.PersonHome(a.Person)
}
