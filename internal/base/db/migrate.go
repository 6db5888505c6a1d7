package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"sekimori/internal/base/errs"
)

// Schema is the tables of one module: a folder of plain SQL files, each a step forward that is never changed once released.
// 0007_incident.sql serves both engines; a pair 0007_incident.sqlite.sql, 0007_incident.postgres.sql one each. The number is
// the step's place among the steps of all modules and belongs to no other file.
type Schema struct {
	Module string // for messages
	FS     fs.FS  // the files, in its root
}

// Steps gives the folder schema among the embedded files of a package.
func Steps(files fs.FS) fs.FS {
	sub, err := fs.Sub(files, "schema")
	if err != nil {
		panic(err) //nolint:forbidigo // the name is valid
	}
	return sub
}

// step is one file.
type step struct {
	version    int64
	name, text string
}

// Migrate brings the database to the schema of this program, step by step, each in a transaction of its own, and one process
// at a time. A step that fails is undone and leaves a mark: the same step is not tried again until its file is another or the
// mark is removed, so that no process starts by chance. The error is ErrNewer when the database knows steps that the program
// does not.
func (d *DB) Migrate(ctx context.Context, schemas []Schema) error {
	steps, err := steps(d.engine, schemas)
	if err != nil {
		return err
	}
	if err := d.refuseMarked(ctx, steps); err != nil {
		return err
	}
	moves := make([]*goose.Migration, len(steps))
	for i, s := range steps {
		moves[i] = goose.NewGoMigration(s.version, &goose.GoFunc{RunTx: func(ctx context.Context, tx *sql.Tx) error { return d.run(ctx, tx, s) }}, nil)
	}
	dialect := map[Engine]goose.Dialect{SQLite: goose.DialectSQLite3, Postgres: goose.DialectPostgres}[d.engine]
	provider, err := goose.NewProvider(dialect, d.writer, nil, goose.WithGoMigrations(moves...), goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	have, known, err := provider.GetVersions(ctx)
	if err != nil {
		return mapped("read the version of the schema", err)
	}
	if have > known {
		return newer(have, known)
	}
	for err = errRaced; errors.Is(err, errRaced); {
		_, err = provider.Up(ctx)
	}
	if failed, ok := errors.AsType[*goose.PartialError](err); ok {
		i := slices.IndexFunc(steps, func(s step) bool { return s.version == failed.Failed.Source.Version })
		return d.mark(ctx, steps[i], failed.Err)
	}
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	d.version.Store(known)
	return nil
}

// errRaced: another process has done the step in the meantime; look again.
var errRaced = errors.New("done by another process")

// run does a step. BEGIN IMMEDIATE or the lock lets one process at a time see whether it is still to be done.
func (d *DB) run(ctx context.Context, tx *sql.Tx, s step) error {
	args := []any(nil)
	if d.engine == Postgres {
		args = []any{pgx.QueryExecModeSimpleProtocol} // the only one that takes several statements
		if _, err := tx.ExecContext(ctx, `select pg_advisory_xact_lock(hashtextextended('schema', 0))`); err != nil {
			return err
		}
	}
	var done int
	if err := tx.QueryRowContext(ctx, `select count(*) from goose_db_version where version_id = $1`, s.version).Scan(&done); err != nil {
		return err
	}
	if done > 0 {
		return errRaced
	}
	_, err := tx.ExecContext(ctx, s.text, args...)
	return err
}

// refuseMarked fails when one of the steps has failed before and is still the same.
func (d *DB) refuseMarked(ctx context.Context, steps []step) error {
	type mark struct {
		Version int64  `db:"version"`
		Sum     string `db:"sum"`
		Name    string `db:"name"`
		At      Time   `db:"failed_at"`
		Cause   string `db:"cause"`
	}
	var marks []mark
	err := d.UpdateAlone(ctx, "schema", func(tx *Tx) (err error) {
		if _, err = tx.Exec(ctx, `create table if not exists schema_failure (
			version bigint primary key, sum text not null, name text not null, failed_at text not null, cause text not null)`); err == nil {
			marks, err = List[mark](ctx, tx, `select version, sum, name, failed_at, cause from schema_failure order by version`)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range marks {
		if slices.ContainsFunc(steps, func(s step) bool { return s.version == m.Version && s.sum() == m.Sum }) {
			return errs.New(errs.Unavailable, "データベースの更新 %s が %s に失敗したままなので、起動しません。失敗した更新は取り消されています。"+
				"直った版の関守に入れ替えるか、原因を取り除いてから delete from schema_failure を実行して、起動し直してください。原因: %s", m.Name, m.At, m.Cause)
		}
	}
	return nil
}

// mark writes down that a step failed, unless the database was merely not to be had, and returns what the operator is told.
func (d *DB) mark(ctx context.Context, s step, cause error) error {
	cause = mapped(s.name, cause)
	if errs.KindOf(cause) == errs.Unavailable || ctx.Err() != nil {
		return cause
	}
	err := d.UpdateAlone(ctx, "schema", func(tx *Tx) error {
		_, err := tx.Exec(ctx, `insert into schema_failure (version, sum, name, failed_at, cause) values ($1, $2, $3, $4, $5)
			on conflict (version) do update set sum = excluded.sum, name = excluded.name, failed_at = excluded.failed_at, cause = excluded.cause`,
			s.version, s.sum(), s.name, tx.Now, cause.Error())
		return err
	})
	return errs.Wrap(errors.Join(cause, err), errs.Unavailable, "データベースの更新 %s に失敗しました。この更新は取り消しました。"+
		"直った版の関守に入れ替えるか、原因を取り除いてから delete from schema_failure を実行して、起動し直してください。原因: %s", s.name, cause)
}

func (s step) sum() string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s.text))) }

var stepName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+(\.sqlite|\.postgres)?\.sql$`)

// steps gathers the files of all modules for an engine, in their order, and reports every file that breaks a rule of Schema.
func steps(engine Engine, schemas []Schema) ([]step, error) {
	var faults []error
	found := map[int64]step{}
	paired := map[string]int{}
	for _, schema := range schemas {
		files, err := fs.ReadDir(schema.FS, ".")
		if err != nil {
			return nil, fmt.Errorf("schema of %s: %w", schema.Module, err)
		}
		for _, file := range files {
			name := schema.Module + "/" + file.Name()
			parts := stepName.FindStringSubmatch(file.Name())
			if parts == nil {
				faults = append(faults, fmt.Errorf("%s: not named 0000_name.sql", name))
				continue
			}
			if parts[2] != "" {
				paired[strings.TrimSuffix(name, parts[2]+".sql")]++
			}
			if parts[2] != "" && parts[2] != "."+string(engine) {
				continue
			}
			text, err := fs.ReadFile(schema.FS, file.Name())
			if err != nil {
				return nil, fmt.Errorf("read %s: %w", name, err)
			}
			if strings.Contains(string(text), "+goose") {
				faults = append(faults, fmt.Errorf("%s: plain SQL is wanted, without annotations of goose", name))
			}
			version, _ := strconv.ParseInt(parts[1], 10, 64) // four digits
			if other, taken := found[version]; taken {
				faults = append(faults, fmt.Errorf("%s: its number is that of %s", name, other.name))
			}
			found[version] = step{version, name, string(text)}
		}
	}
	for name, n := range paired {
		if n != 2 {
			faults = append(faults, fmt.Errorf("%s: one of the pair for sqlite and postgres is missing", name))
		}
	}
	if len(found) == 0 {
		faults = append(faults, errors.New("no schema"))
	}
	sorted := slices.SortedFunc(maps.Values(found), func(a, b step) int { return int(a.version - b.version) })
	return sorted, errors.Join(faults...)
}
