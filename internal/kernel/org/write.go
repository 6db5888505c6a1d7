package org

import (
	"context"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// Change is from which moment what is stated may be known, and which batch states it.
type Change struct {
	opens db.Time
	batch id.ID
	now   time.Time
}

// AtOnce is a change of no batch that may be known at once.
func AtOnce(tx *trail.Tx) Change { return Change{db.At(tx.Now), "", tx.Now} }

// Change is what the batch states, to be known when the batch opens, or at once where it has opened.
func (b Batch) Change(tx *trail.Tx) Change { return Change{max(b.Opens, db.At(tx.Now)), b.ID, tx.Now} }

// State makes the dates of a new statement. home is that of what it is about.
func (c Change) State(home string, from, until jpdate.Date) Statement {
	return Statement{
		ID: id.New(c.now), Row: trail.Row{Home: home},
		Dated: Dated{From: from, Until: until, Opens: c.opens, Closes: Forever, Batch: c.batch},
	}
}

// row is a statement of any table.
type row[T any] interface {
	*T
	statement() *Statement
}

// Closed is a statement with others in its place from the change on, to be put. It is a Conflict where a batch that has not
// opened yet closes it already, since that batch could not be taken back any more; and where the statement itself is not known
// yet when the change is, since that would give it away.
func Closed[T any, P row[T]](c Change, old T) (T, error) {
	s := P(&old).statement()
	switch {
	case s.Closes != Forever:
		return old, errs.New(errs.Conflict, "この内容は、ほかの手続で変わるところです。いまの内容を確かめて、もう一度お試しください。")
	case s.Opens > c.opens:
		return old, errs.New(errs.Conflict, "この内容は、まだ公開されていません。公開されるまでは、同じ日時に公開する取込みで訂正してください。")
	}
	s.Closes, s.ClosedBy = c.opens, c.batch
	return old, nil
}

// Restated is a statement once more: the same about the same, for other days.
func Restated[T any, P row[T]](c Change, old T, from, until jpdate.Date) T {
	s := P(&old).statement()
	*s = c.State(s.Home, from, until)
	return old
}

// Replace closes a statement and states others in its place.
func Replace[T any, P row[T]](ctx context.Context, tx *trail.Tx, t Table[T], c Change, old T, with ...T) error {
	closed, err := Closed[T, P](c, old)
	if err != nil {
		return err
	}
	return t.Put(ctx, tx, append([]T{closed}, with...)...)
}

// EndOn lets a statement hold until a last day and no longer; where that lies before its first day it never held.
func EndOn[T any, P row[T]](ctx context.Context, tx *trail.Tx, t Table[T], c Change, old T, last jpdate.Date) error {
	from := P(&old).statement().From
	if last.Before(from) {
		return Replace[T, P](ctx, tx, t, c, old)
	}
	return Replace[T, P](ctx, tx, t, c, old, Restated[T, P](c, old, from, last))
}
