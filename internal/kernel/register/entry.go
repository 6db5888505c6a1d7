package register

import (
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// Entry is a row of a register, of whatever kind.
type Entry struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Number    string      `db:"number"` // 令和8-資産-000123
	State     string      `db:"state"`  // "" where the kind has none
	Pack      string      `db:"pack"`   // under which it was written last
	Happened  db.Time     `db:"happened_at"`
	Entered   db.Time     `db:"entered_at"` // of the last version
	Confirmed jpdate.Date `db:"confirmed_on"`
	// Ended is the day on which it came to the state from which it is kept for the record only. It is not set in entries that came there
	// before this column; see Book.EndedOn.
	Ended jpdate.Date `db:"ended_on" trail:"added"`
	// Source is from where it was entered: "" by its own people, SourcePaper or SourceTelephone by a proxy, SourceImport, or the place
	// as an actor.
	Source string `db:"source"`
	// For is for whom it was entered by a proxy, or who chose himself at a place; "" for nobody.
	For      id.ID      `db:"for_person" trail:"added"`
	Data     trail.JSON `db:"data"`
	Personal trail.JSON `db:"personal" trail:"personal"`
}

// Read is what the entry says; what was erased by law is not there.
func (e Entry) Read() (Data, error) { return decode(e.Data, e.Personal) }

// Write puts data into the entry, as a form divides it.
func (e *Entry) write(f Form, data Data) (err error) {
	before, err := decode(e.Personal)
	if err != nil {
		return err
	}
	e.Data, e.Personal, err = f.encode(data, before)
	return err
}

// Thing names a thing of whatever kind: an entry, a unit, a person.
type Thing struct {
	Kind string // of the trail
	ID   id.ID
}
