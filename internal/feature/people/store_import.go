package people

import (
	"context"
	"errors"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// holdOthers keeps others from writing to kernel/org until the transaction ends: each of them moves the stamp.
func holdOthers(ctx context.Context, tx *trail.Tx) error {
	_, err := tx.Plain().Exec(ctx, `update org_stamp set stamp = stamp where id = 1`)
	return err
}

// standOn counts the statements of others that use a unit, post, person or system of which only the batch knows.
func standOn(ctx context.Context, r db.Reader, batch id.ID) (int, error) {
	alone := func(table, subject string) string {
		return `in (select s.` + subject + ` from ` + table + ` s where s.batch = $1 and not exists
			(select 1 from ` + table + ` o where o.` + subject + ` = s.` + subject + ` and o.batch <> $1))`
	}
	units, posts, people, systems := alone("org_unit", "unit"), alone("org_post", "post"), alone("org_person", "person"), alone("org_system", "system")
	return db.Get[int](ctx, r, `select
		(select count(*) from org_assignment where batch <> $1 and (unit `+units+` or post `+posts+` or person `+people+`))
		+ (select count(*) from org_unit where batch <> $1 and parent `+units+`)
		+ (select count(*) from org_code where batch <> $1 and unit `+units+`)
		+ (select count(*) from org_system where batch <> $1 and owner `+units+`)
		+ (select count(*) from org_designation where batch <> $1 and (unit `+units+` or post `+posts+` or person `+people+`
			or substr(scope, 3) `+units+` or substr(scope, 3) `+systems+`))
		+ (select count(*) from org_deputy where batch <> $1 and (giver `+people+` or person `+people+`))`, batch)
}

// reverse closes what a batch stated and states anew what it closed. It is a Conflict where something else has taken the place
// of what the batch stated: that goes first.
func reverse(ctx context.Context, tx *trail.Tx, wrong id.ID, c org.Change) error {
	return errors.Join(
		reverseIn(ctx, tx, wrong, org.Units, c, func(x *org.Unit) *org.Statement { return &x.Statement }),
		reverseIn(ctx, tx, wrong, org.Codes, c, func(x *org.Code) *org.Statement { return &x.Statement }),
		reverseIn(ctx, tx, wrong, org.Systems, c, func(x *org.System) *org.Statement { return &x.Statement }),
		reverseIn(ctx, tx, wrong, org.Posts, c, func(x *org.Post) *org.Statement { return &x.Statement }),
		reverseIn(ctx, tx, wrong, org.People, c, func(x *org.Person) *org.Statement { return &x.Statement }),
		reverseIn(ctx, tx, wrong, org.Assignments, c, func(x *org.Assignment) *org.Statement { return &x.Statement }),
		reverseIn(ctx, tx, wrong, org.Designations, c, func(x *org.Designation) *org.Statement { return &x.Statement }),
	)
}

func reverseIn[T any](ctx context.Context, tx *trail.Tx, wrong id.ID, t org.Table[T], c org.Change, head func(*T) *org.Statement) error {
	rows, err := db.List[T](ctx, tx, `select `+t.Columns()+` from `+t.Name()+` where batch = $1 and closed_by <> $1 or closed_by = $1 and batch <> $1 order by id`, wrong)
	if err != nil {
		return err
	}
	for i := range rows {
		s := head(&rows[i])
		anew := c.State(s.Home, s.From, s.Until)
		switch {
		case s.Batch != wrong: // closed by it
			*s = anew
		case s.Closes != org.Forever:
			return errs.New(errs.Conflict, "この取り込みの内容は、後の手続で変わっています。後のものから順に取り消してください。")
		default:
			s.Closes, s.ClosedBy = anew.Opens, anew.Batch
		}
	}
	return t.Put(ctx, tx, rows...)
}

// assignmentsOf reads the assignments that a batch closed, of what others had stated, and those that it stated.
func assignmentsOf(ctx context.Context, r db.Reader, batch id.ID) (closed, stated []org.Assignment, err error) {
	closed, err = db.List[org.Assignment](ctx, r, `select `+org.Assignments.Columns()+` from org_assignment where closed_by = $1 and batch <> $1 order by id`, batch)
	if err != nil {
		return nil, nil, err
	}
	stated, err = db.List[org.Assignment](ctx, r, `select `+org.Assignments.Columns()+` from org_assignment where batch = $1 order by from_on, id`, batch)
	return closed, stated, err
}

// analyze tells the engine how much there is of what, as it is after an import. Else PostgreSQL takes for a minute the ways of an
// empty database, and SQLite for ever.
func analyze(ctx context.Context, tx *trail.Tx) error {
	for _, table := range []string{"org_unit", "org_person", "org_assignment", "trail_entry"} {
		if _, err := tx.Plain().Exec(ctx, `analyze `+table); err != nil {
			return err
		}
	}
	return nil
}
