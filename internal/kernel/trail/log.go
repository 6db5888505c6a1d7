package trail

import (
	"context"
	"errors"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Log is the trail of one database. It is safe for concurrent use.
type Log struct {
	db   *db.DB
	wake chan struct{} // holds one token when something was committed that has no number yet

	patience  patience // for a process that holds a lock and is not heard of (alone)
	batch     int      // entries that get their numbers in one transaction
	store     *Store   // nil for a log that signs nothing
	followers []following
}

// patience is how long a process at work may say nothing to the database while another waits for its turn.
type patience struct {
	own  time.Duration // with the log's own work, which computes little between two statements
	acts time.Duration // with acts: an import of a city reads its files and works out what they come to within its transaction
}

// New gives the trail of a database.
func New(d *db.DB) *Log {
	return &Log{db: d, wake: make(chan struct{}, 1), patience: patience{own: 10 * time.Second, acts: 5 * time.Minute}, batch: atOnce}
}

// DB is the database whose trail this is, for reading.
func (l *Log) DB() *db.DB { return l.db }

// Tx is a transaction of one act. It reads like any other; it writes audited tables by their Table, and others by Plain.
type Tx struct {
	db.Reader
	// Now is the time of everything that the transaction writes: UTC, to the microsecond.
	Now time.Time
	// Act is the id under which the trail keeps the act.
	Act id.ID

	inner   *db.Tx
	plain   bool
	as      string
	entries int64 // recorded so far
	pending []entryRow
}

// As says on which authority the act is done: the transaction has found out who may do it. The first that is named counts.
func (t *Tx) As(authority string) {
	if t.as == "" {
		t.as = authority
	}
}

// AfterCommit has fn called once when the transaction is committed.
func (t *Tx) AfterCommit(fn func()) { t.inner.AfterCommit(fn) }

// Plain is the transaction for tables that are not audited (internal/app lists them with their reasons) and for their definition.
func (t *Tx) Plain() *db.Tx {
	t.plain = true
	return t.inner
}

// Do runs fn in one transaction that is as if no other ran beside it (db.Update: fn may run more than once), and commits what
// fn wrote together with the act and its entries. If fn writes nothing the act leaves no trace; if fn writes only by Plain it
// is an error: whoever changes something says what.
func (l *Log) Do(ctx context.Context, act Act, fn func(tx *Tx) error) error {
	return l.db.Update(ctx, func(inner *db.Tx) error { return l.act(ctx, inner, act, fn) })
}

// DoAlone is Do for work of which there is one at a time over all processes (db.UpdateAlone, with its limits on PostgreSQL). Who
// says nothing to the database for five minutes, while another waits for his turn, is taken for stopped, and fails.
func (l *Log) DoAlone(ctx context.Context, name string, act Act, fn func(tx *Tx) error) error {
	return l.alone(ctx, name, l.patience.acts, func(inner *db.Tx) error { return l.act(ctx, inner, act, fn) })
}

func (l *Log) act(ctx context.Context, inner *db.Tx, act Act, fn func(tx *Tx) error) error {
	tx := &Tx{Reader: inner, Now: inner.Now, Act: id.New(inner.Now), inner: inner}
	if err := fn(tx); err != nil {
		return err
	}
	switch {
	case tx.entries > 0:
	case tx.plain:
		return errors.New("trail: " + act.Name + " wrote and recorded nothing")
	default:
		return nil
	}
	if err := tx.flush(ctx); err != nil {
		return err
	}
	if tx.as != "" {
		act.Authority = tx.as
	}
	row, err := act.row(tx.Act, db.At(tx.Now))
	if err != nil {
		return err
	}
	inner.AfterCommit(l.Wake)
	return insertAct(ctx, inner, row)
}

// record keeps an entry to be written with others.
func (t *Tx) record(ctx context.Context, e entryRow) error {
	e.Act, e.Position = t.Act, t.entries
	t.entries++
	t.pending = append(t.pending, e)
	if len(t.pending) == chunkOf(entryColumns) {
		return t.flush(ctx)
	}
	return nil
}

func (t *Tx) flush(ctx context.Context) error {
	err := insertEntries(ctx, t.inner, t.pending)
	t.pending = t.pending[:0]
	return err
}
