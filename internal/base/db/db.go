// Package db is the door to the database: one SQL text for SQLite and PostgreSQL, hand-written, with $1 … $n.
//
// It guarantees that what is written is written in a transaction (Update) and what is read together is read from one snapshot
// (View); that a statement which fails ends its transaction on both engines; that writers on SQLite take turns in the order in
// which they came, and that on PostgreSQL a transaction that met another is run again; that a row fits its Go struct exactly;
// and that a database which is newer than the program, or whose migration failed, is not used.
// doc/sql.md says which SQL means the same on both engines.
//
// It knows nothing of tables: each module brings its own (Schema). It does not know who writes or why: see kernel/trail.
package db

import (
	"context"
	"database/sql"
	"errors"
	"sync/atomic"
	"time"

	"sekimori/internal/base/errs"
)

// Engine is the kind of database.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// DB is an open database. It is safe for concurrent use; one process opens a database once.
type DB struct {
	// Now tells the time that transactions bear. It is set before the first use, by a demo or a test; else it is time.Now.
	Now func() time.Time

	engine  Engine
	reader  *sql.DB
	writer  *sql.DB       // on SQLite one connection; on PostgreSQL the same as reader
	turn    chan struct{} // SQLite: held by the one who writes; a channel serves those who wait in their order
	version atomic.Int64  // of the schema, once migrated
}

// Open opens the database that dsn names: sqlite:PATH (a file that is made where it is missing, readable by its owner alone, in
// a folder that exists) or postgres://… (whose encoding is UTF8 and whose collation is C or C.UTF-8). The error is Invalid when
// dsn or what it names must be corrected, Unavailable when the database does not answer.
func Open(ctx context.Context, dsn string) (*DB, error) {
	where, err := parse(dsn)
	if err != nil {
		return nil, err
	}
	d, err := where.open(ctx)
	if err != nil {
		return nil, err
	}
	d.Now = time.Now
	return d, nil
}

// Engine says which database this is.
func (d *DB) Engine() Engine { return d.engine }

// Close ends all connections. Transactions that are still open fail.
func (d *DB) Close() error {
	if d.reader == d.writer {
		return d.writer.Close()
	}
	return errors.Join(d.reader.Close(), d.writer.Close()) // the writer last: it folds the log into the file
}

// Check says whether the database answers and still has the schema that Migrate left: ErrNewer when a newer program has
// migrated it since, and then this process must stop.
func (d *DB) Check(ctx context.Context) error {
	return d.View(ctx, func(r Reader) error {
		known := d.version.Load()
		if known == 0 {
			_, err := Get[int](ctx, r, `select 1`)
			return err
		}
		have, err := Get[int64](ctx, r, `select max(version_id) from goose_db_version`)
		if err == nil && have > known {
			err = newer(have, known)
		}
		return err
	})
}

// Errors that callers decide on; errors.Is finds them in what this package returns.
var (
	// ErrNotFound is of kind NotFound: Get found no row.
	ErrNotFound = errs.New(errs.NotFound, "見つかりません。")
	// ErrExists is of kind Conflict: a unique key is taken.
	ErrExists = errs.New(errs.Conflict, "同じものがすでにあります。")
	// ErrInUse is of kind Conflict: a foreign key forbids it, because the row is referred to or refers to nothing.
	ErrInUse = errs.New(errs.Conflict, "ほかから参照されているか、参照する先がありません。")
	// ErrNewer is of kind Unavailable: the schema is newer than the program.
	ErrNewer = errs.New(errs.Unavailable, "データベースはこの版の関守より新しい形です。")
)

func newer(have, known int64) error {
	return errs.Wrap(ErrNewer, errs.Unavailable,
		"データベースの形（第%d号）が、この版の関守が知るもの（第%d号まで）より新しくなっています。新しい版の関守を使ってください。", have, known)
}
