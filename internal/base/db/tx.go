package db

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"sekimori/internal/base/errs"
)

const (
	tries    = 20               // of a transaction on PostgreSQL that meets others
	patience = 30 * time.Second // for one's turn to write on SQLite
)

// Reader is what Get, List and Each read from: the snapshot of a View, or a Tx.
type Reader interface {
	// Engine says which database is read, for the few queries that have a text for each.
	Engine() Engine
	on() *session
}

// session is an open transaction. The first statement that fails ends it, on both engines alike: PostgreSQL does so anyway.
type session struct {
	tx      *sql.Tx
	engine  Engine
	reading bool // Each has rows open
	err     error
}

// Engine says which database this is.
func (s *session) Engine() Engine { return s.engine }

func (s *session) on() *session { return s }

// note keeps the first error of a statement, as callers see it.
func (s *session) note(query string, err error) error {
	if err != nil && s.err == nil {
		s.err = mapped(query, err)
	}
	return s.err
}

// ready says whether a statement can be run, and gives its arguments to the driver's taste.
func (s *session) ready(query string, args []any) ([]any, error) {
	if s.err != nil {
		return nil, s.err
	}
	if s.reading {
		return nil, s.note(query, errors.New("a statement while Each reads"))
	}
	bound, err := bind(args)
	return bound, s.note(query, err)
}

// Tx is a transaction that writes.
type Tx struct {
	session
	// Now is the time of everything that the transaction writes: UTC, to the microsecond.
	Now time.Time

	after []func()
}

// AfterCommit has fn called once when the transaction is committed, after those that were given before. What fn does cannot
// fail the transaction.
func (t *Tx) AfterCommit(fn func()) { t.after = append(t.after, fn) }

// Exec runs one statement that gives no rows and returns how many rows it touched. For the kinds of args see Get.
func (t *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	bound, err := t.ready(query, args)
	if err != nil {
		return 0, err
	}
	result, err := t.tx.ExecContext(ctx, query, bound...)
	if err != nil {
		return 0, t.note(query, err)
	}
	return result.RowsAffected()
}

// View runs fn on one snapshot: all that it reads was true at one moment. Nothing can be written.
func (d *DB) View(ctx context.Context, fn func(Reader) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if d.engine == Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.reader.BeginTx(ctx, options)
	if err != nil {
		return mapped("begin", err)
	}
	defer func() { _ = tx.Rollback() }() // there is nothing to lose
	s := &session{tx: tx, engine: d.engine}
	if err := fn(s); err != nil {
		return err
	}
	return s.err
}

// Update runs fn in one transaction that is as if no other ran beside it, and commits when fn returns nil. An error or a panic
// of fn undoes everything. fn may run more than once, so it has no effects but those in tx and in what it assigns; effects
// outside belong in tx.AfterCommit. fn must not begin another Update: on SQLite that would wait for its own end.
// The error is Unavailable when the database is too busy.
func (d *DB) Update(ctx context.Context, fn func(tx *Tx) error) error {
	return d.write(ctx, sql.LevelSerializable, fn)
}

// UpdateAlone is Update for work that one process at a time does, such as numbering or claiming: those with the same name wait
// for each other before they read, in all processes. On PostgreSQL each statement sees what is committed (READ COMMITTED), so
// that the work never fails for others who write beside it; it must not decide on what those others may change.
func (d *DB) UpdateAlone(ctx context.Context, name string, fn func(tx *Tx) error) error {
	return d.write(ctx, sql.LevelReadCommitted, func(tx *Tx) error {
		if d.engine == Postgres {
			if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended($1, 0))`, name); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

func (d *DB) write(ctx context.Context, level sql.IsolationLevel, fn func(tx *Tx) error) error {
	for try := 1; ; try++ {
		tx := &Tx{session: session{engine: d.engine}, Now: d.Now().UTC().Truncate(time.Microsecond)}
		err := d.attempt(ctx, tx, level, fn)
		if err == nil {
			for _, fn := range tx.after {
				fn()
			}
			return nil
		}
		if !clash(err) && !clash(tx.err) || ctx.Err() != nil {
			return err
		}
		if try == tries {
			return errs.Wrap(err, errs.Unavailable, "ほかの人の操作と重なりました。少し待って、もう一度お試しください。")
		}
		select {
		case <-time.After(rand.N(time.Duration(min(try, 10)) * 10 * time.Millisecond)): //nolint:gosec // spreads retries, guards nothing
		case <-ctx.Done():
			return err
		}
	}
}

func (d *DB) attempt(ctx context.Context, tx *Tx, level sql.IsolationLevel, fn func(tx *Tx) error) error {
	options := &sql.TxOptions{Isolation: level}
	if d.engine == SQLite {
		if err := d.queue(ctx); err != nil {
			return err
		}
		defer func() { <-d.turn }()
		options = nil // one writer at a time is serial
	}
	inner, err := d.writer.BeginTx(ctx, options)
	if err != nil {
		return mapped("begin", err)
	}
	defer func() { _ = inner.Rollback() }() // does nothing after the commit
	tx.tx = inner
	if err := fn(tx); err != nil {
		return err
	}
	if tx.err != nil { // fn has passed over a statement that failed
		return tx.err
	}
	return tx.note("commit", inner.Commit())
}

// queue waits for the turn to write. Without it SQLite lets those who wait try again at random, and some starve.
func (d *DB) queue(ctx context.Context) error {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case d.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-limit.C:
		return errs.Wrap(errors.New("no turn to write"), errs.Unavailable, "書き込みが混み合っています。少し待って、もう一度お試しください。")
	}
}
