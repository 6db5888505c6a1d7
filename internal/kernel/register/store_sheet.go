package register

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

// Hold is a row of a sheet that an import has left out because something is wrong with it. It stays until somebody has corrected it or
// has said why it is dropped.
type Hold struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Register string     `db:"register"` // REGIME.KIND
	Import   id.ID      `db:"import"`   // the act that has left it out
	File     string     `db:"file"`
	Place    string     `db:"place"` // the row as people know it
	Entry    id.ID      `db:"entry"` // that it would change, "" for a new one
	State    string     `db:"state"` // HoldOpen and the others
	Reason   string     `db:"reason"`
	At       db.Time    `db:"at"`
	Cells    trail.JSON `db:"cells" trail:"personal"` // an Input
	Faults   trail.JSON `db:"faults" trail:"personal"`
}

// The states of a Hold.
const (
	HoldOpen    = "open"
	HoldApplied = "applied"
	HoldDropped = "dropped"
)

// Handout is a workbook that was given to a unit to be filled in and handed back.
type Handout struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Register string  `db:"register"`
	Batch    id.ID   `db:"batch"` // of those given out at once
	Entries  int     `db:"entries"`
	Sum      string  `db:"sum"` // SHA-256 of the cells as given
	At       db.Time `db:"at"`
	Returned string  `db:"returned"` // a db.Time, "" until it is back
}

// The audited tables of this package beside those that packs declare.
var (
	holds    = trail.NewTable[Hold]("register_hold", "register-hold")
	handouts = trail.NewTable[Handout]("register_handout", "register-handout")
	looks    = trail.NewTable[Look]("register_look", "register-look")
)

// Audited are the audited tables of this package; those of the registers are Shelf.Audited.
func Audited() []trail.Audited {
	return []trail.Audited{holds, handouts, looks, plans, parts, disposals, disposalLines, extensions}
}

// numbered finds the entries of some numbers.
func (b *Book) numbered(ctx context.Context, r db.Reader, numbers []string) ([]Entry, error) {
	var args []any
	where := `number in ` + db.Among(r, &args, numbers)
	return db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where number <> '' and `+where, args...)
}

// keyed finds the entries of some homes whose field has one of some keys.
func (b *Book) keyed(ctx context.Context, r db.Reader, c column, keys, homes []string) ([]Entry, error) {
	var args []any
	where := `home in ` + db.Among(r, &args, homes)
	where += ` and ` + c.name + ` in ` + db.Among(r, &args, keys)
	return db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where `+where, args...)
}

// analyze tells PostgreSQL how many entries there are by now. It takes a table for as empty as it was when the transaction began, and
// then goes through all of it for each row that looks for its entry. SQLite chooses its ways without.
func (b *Book) analyze(ctx context.Context, tx *trail.Tx) error {
	if tx.Engine() != db.Postgres {
		return nil
	}
	_, err := tx.Plain().Exec(ctx, `analyze `+b.Table.Name())
	return err
}

// someOfHome reads some entries of a home, by their ids.
func (b *Book) someOfHome(ctx context.Context, r db.Reader, home string, after id.ID) ([]Entry, error) {
	return db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where home = $1 and id > $2 order by id`+fmt.Sprintf(` limit %d`, atOnce), home, after)
}

func readHold(ctx context.Context, r db.Reader, hold id.ID) (Hold, error) {
	return db.Get[Hold](ctx, r, `select `+holds.Columns()+` from register_hold where id = $1`, hold)
}

func openHolds(ctx context.Context, r db.Reader, register string) ([]Hold, error) {
	return db.List[Hold](ctx, r, `select `+holds.Columns()+` from register_hold where register = $1 and state = $2 order by id`, register, HoldOpen)
}

func readHandout(ctx context.Context, r db.Reader, handout id.ID) ([]Handout, error) {
	return db.List[Handout](ctx, r, `select `+handouts.Columns()+` from register_handout where id = $1`, handout)
}

func handoutsOf(ctx context.Context, r db.Reader, register string, batch id.ID) ([]Handout, error) {
	return db.List[Handout](ctx, r, `select `+handouts.Columns()+` from register_handout where register = $1 and batch = $2 order by id`, register, batch)
}

// sortedWords are the words of a set in their order, so that the same question is asked alike.
func sortedWords(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
