package org

import (
	"context"
	"errors"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// HoldOthers keeps others from writing to this package until the transaction ends: each of them moves the stamp.
func HoldOthers(ctx context.Context, tx *trail.Tx) error {
	_, err := tx.Plain().Exec(ctx, `update org_stamp set stamp = stamp where id = 1`)
	return err
}

// ReadBatch reads a batch, whoever may know of it.
func ReadBatch(ctx context.Context, r db.Reader, batch id.ID) (Batch, error) {
	return db.Get[Batch](ctx, r, `select `+Batches.Columns()+` from org_batch where id = $1`, batch)
}

// Unreplaced reads what is stated and nothing has taken the place of by a moment, whoever may know it; "" is all that ever was.
func Unreplaced[T any](ctx context.Context, r db.Reader, t Table[T], by db.Time) ([]T, error) {
	return db.List[T](ctx, r, `select `+t.Columns()+` from `+t.Name()+` where closes > $1 order by id`, by)
}

// DeputiesNamed are the people who are or were deputies or have named some.
func DeputiesNamed(ctx context.Context, r db.Reader) (map[id.ID]bool, error) {
	list, err := db.List[id.ID](ctx, r, `select giver from org_deputy union select person from org_deputy`)
	named := map[id.ID]bool{}
	for _, person := range list {
		named[person] = true
	}
	return named, err
}

// StandOn counts the statements of others that need what a batch states or closes: that are about a unit, post, person or system
// of which, on some of their days, only the batch knows; or that hold where, without the batch, something else would.
func StandOn(ctx context.Context, r db.Reader, batch id.ID, today jpdate.Date) (int, error) {
	during := func(x string) string { return x + `.from_on <= x.until_on and ` + x + `.until_on >= x.from_on` }
	only := func(table, subject, named string) string {
		of := func(x string) string { return x + `.` + subject + ` = ` + named + ` and ` + during(x) }
		return `exists (select 1 from ` + table + ` s where s.batch = $1 and ` + of("s") + ` and not exists
			(select 1 from ` + table + ` o where o.batch <> $1 and (o.closes = $2 or o.closed_by = $1) and ` + of("o") + `))`
	}
	unit := func(named string) string { return only("org_unit", "unit", named) }
	post := only("org_post", "post", "x.post")
	person := func(named string) string { return only("org_person", "person", named) }
	gaveWay := func(table, same string) string {
		return `exists (select 1 from ` + table + ` s where s.closed_by = $1 and s.batch <> $1 and ` + same + ` and ` + during("s") + `)`
	}
	n := 0
	for _, use := range [][2]string{
		{"org_unit", unit("x.parent") + ` or ` + gaveWay("org_unit", `s.unit = x.unit`)},
		{"org_code", unit("x.unit") + ` or ` + gaveWay("org_code", `s.unit = x.unit and s.system = x.system`)},
		{"org_system", unit("x.owner") + ` or ` + gaveWay("org_system", `s.system = x.system`)},
		{"org_post", gaveWay("org_post", `s.post = x.post`)},
		{"org_person", gaveWay("org_person", `s.person = x.person`)},
		{"org_assignment", unit("x.unit") + ` or ` + post + ` or ` + person("x.person") + ` or ` + gaveWay("org_assignment", `s.person = x.person
			and (s.unit = x.unit and s.post = x.post and s.manner = x.manner or s.manner in ('main', 'probation') and x.manner in ('main', 'probation'))`)},
		{"org_designation", unit("x.unit") + ` or ` + post + ` or ` + person("x.person") + ` or ` + unit("substr(x.scope, 3)") + ` or ` +
			only("org_system", "system", "substr(x.scope, 3)") + ` or ` + gaveWay("org_designation", `s.regime = x.regime and s.role = x.role and s.scope = x.scope and s.deputy = x.deputy`)},
		{"org_deputy", `x.until_on >= '` + today.String() + `' and (` + person("x.giver") + ` or ` + person("x.person") + `)`}, // who acts no more cannot be undone
	} {
		some, err := db.Get[int](ctx, r, `select count(*) from `+use[0]+` x where x.batch <> $1 and x.closes = $2 and (`+use[1]+`)`, batch, Forever)
		if err != nil {
			return 0, err
		}
		n += some
	}
	return n, nil
}

// Reverse closes what a batch stated and states anew what it closed. It is a Conflict where something else has taken the place
// of what the batch stated: that goes first.
func Reverse(ctx context.Context, tx *trail.Tx, wrong id.ID, c Change) error {
	return errors.Join(
		reverse(ctx, tx, wrong, Units, c),
		reverse(ctx, tx, wrong, Codes, c),
		reverse(ctx, tx, wrong, Systems, c),
		reverse(ctx, tx, wrong, Posts, c),
		reverse(ctx, tx, wrong, People, c),
		reverse(ctx, tx, wrong, Assignments, c),
		reverse(ctx, tx, wrong, Designations, c),
	)
}

func reverse[T any, P row[T]](ctx context.Context, tx *trail.Tx, wrong id.ID, t Table[T], c Change) error {
	rows, err := db.List[T](ctx, tx, `select `+t.Columns()+` from `+t.Name()+` where batch = $1 and closed_by <> $1 or closed_by = $1 and batch <> $1 order by id`, wrong)
	if err != nil {
		return err
	}
	for i := range rows {
		s := P(&rows[i]).statement()
		anew := c.State(s.Home, s.From, s.Until)
		switch {
		case s.Batch != wrong: // closed by it
			*s = anew
		case s.Closes != Forever:
			return errs.New(errs.Conflict, "この取り込みの内容は、後の手続で変わっています。後のものから順に取り消してください。")
		default:
			s.Closes, s.ClosedBy = anew.Opens, anew.Batch
		}
	}
	return t.Put(ctx, tx, rows...)
}

// AssignmentsBy reads the assignments that a batch closed, of what others had stated, and those that it stated.
func AssignmentsBy(ctx context.Context, r db.Reader, batch id.ID) (closed, stated []Assignment, err error) {
	closed, err = db.List[Assignment](ctx, r, `select `+Assignments.Columns()+` from org_assignment where closed_by = $1 and batch <> $1 order by id`, batch)
	if err != nil {
		return nil, nil, err
	}
	stated, err = db.List[Assignment](ctx, r, `select `+Assignments.Columns()+` from org_assignment where batch = $1 order by from_on, id`, batch)
	return closed, stated, err
}

// Analyze tells the engine how much there is of what, as it is after an import. Else PostgreSQL takes for a minute the ways of an
// empty database, and SQLite for ever. The trail is left out: just now all of its newest entries have no number, which misleads.
func Analyze(ctx context.Context, tx *trail.Tx) error {
	for _, table := range []string{"org_unit", "org_person", "org_assignment"} {
		if _, err := tx.Plain().Exec(ctx, `analyze `+table); err != nil {
			return err
		}
	}
	return nil
}
