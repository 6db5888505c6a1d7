package org

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// TakeBack undoes a batch before the day from which it holds: what it stated is removed, and what it closed stands as before, in
// every column but the version. It is a Conflict from that day on, when only new statements can correct it, and while something
// else has taken the place of what the batch stated: that goes first.
func TakeBack(ctx context.Context, tx *trail.Tx, b Batch) error {
	switch {
	case b.State != Applied:
		return errs.New(errs.Conflict, "この取込みは、既に取り消されています。")
	case !jpdate.Today(tx.Now).Before(b.Effective):
		return errs.New(errs.Conflict, "%s に効力を生じているので、取り消せません。訂正を取り込んでください。", b.Effective.Wareki())
	}
	for _, undo := range []func() error{
		func() error { return takeBack(ctx, tx, Units, b.ID) },
		func() error { return takeBack(ctx, tx, Codes, b.ID) },
		func() error { return takeBack(ctx, tx, Systems, b.ID) },
		func() error { return takeBack(ctx, tx, Posts, b.ID) },
		func() error { return takeBack(ctx, tx, People, b.ID) },
		func() error { return takeBack(ctx, tx, Assignments, b.ID) },
		func() error { return takeBack(ctx, tx, Designations, b.ID) },
		func() error { return takeBack(ctx, tx, Deputies, b.ID) },
	} {
		if err := undo(); err != nil {
			return err
		}
	}
	b.State = Undone
	if b.Opens > db.At(tx.Now) {
		b.Opens = Forever // what nobody has heard of does not come out when its hour comes
	}
	return Batches.Put(ctx, tx, b)
}

// takeBack relies on two things: nothing of a statement but its end is ever written again, and only one that stands is closed
// (Closed). So what the batch closed stood before.
func takeBack[T any, P row[T]](ctx context.Context, tx *trail.Tx, t Table[T], batch id.ID) error {
	stated, err := db.List[T](ctx, tx, `select `+t.Columns()+` from `+t.Name()+` where batch = $1 order by id`, batch)
	if err != nil {
		return err
	}
	for i := range stated {
		if s := P(&stated[i]).statement(); s.Closes != Forever && s.ClosedBy != batch {
			return errs.New(errs.Conflict, "この取込みの内容は、後の手続で変わっています。後のものから順に取り消してください。")
		}
	}
	closed, err := db.List[T](ctx, tx, `select `+t.Columns()+` from `+t.Name()+` where closed_by = $1 and batch <> $1 order by id`, batch)
	if err != nil {
		return err
	}
	for i := range closed {
		s := P(&closed[i]).statement()
		s.Closes, s.ClosedBy = Forever, ""
	}
	if err := t.Remove(ctx, tx, stated...); err != nil {
		return err
	}
	return t.Put(ctx, tx, closed...)
}
