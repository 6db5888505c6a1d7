package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"sync"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/testkit/tiny"
	packs "sekimori/regime"
)

// by is who does everything here.
const by = "cli:bench"

// bench is what the measurements share. What takes time is made when the first row needs it.
type bench struct {
	ctx   context.Context //nolint:containedctx // a program with one task
	dir   string
	texts []text
	packs fs.FS
	set   *regime.Set // of the packs
	made  int         // databases
	last  string      // of them, as it was opened

	logRows int // of the log that is measured
	ends    []func() error

	library func() (*library, error)
	server  func() (*cluster, error)
}

func newBench(ctx context.Context, dir string, texts []text) (*bench, error) {
	b := &bench{ctx: ctx, dir: dir, texts: texts, packs: packs.FS()}
	if texts[0].name == "" {
		b.packs = tiny.Regimes()
	}
	var err error
	if b.set, err = regime.Load(b.packs, nil); err != nil {
		return nil, err
	}
	b.library = sync.OnceValues(b.openLibrary)
	b.server = sync.OnceValues(b.startServer)
	return b, nil
}

// close ends what was opened, the last first.
func (b *bench) close() {
	for _, end := range slices.Backward(b.ends) {
		_ = end() // the folder is removed
	}
}

// rows lists the measurements.
func (b *bench) rows() []row {
	rows := b.textRows()
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		rows = append(rows, b.writeRows(engine)...)
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		rows = append(rows, b.signInRows(engine)...)
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		rows = append(rows, b.verifyRows(engine)...)
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		rows = append(rows, b.cityRows(engine)...)
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		rows = append(rows, b.archiveRows(engine)...)
	}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		rows = append(rows, b.registerRows(engine)...)
	}
	return rows
}

func (b *bench) startServer() (*cluster, error) {
	s, err := startCluster(b.ctx)
	if err == nil {
		b.ends = append(b.ends, s.stop)
	}
	return s, err
}

// on names an engine in the name of a row.
func on(engine db.Engine) string {
	return map[db.Engine]string{db.SQLite: ", SQLite", db.Postgres: ", PostgreSQL"}[engine]
}

// open makes a new database on which every commit is on the disk when it returns.
func (b *bench) open(engine db.Engine, packs *regime.Set) (*app.App, error) {
	b.made++
	name := fmt.Sprintf("bench%d", b.made)
	at := app.Place{DB: "sqlite:" + filepath.Join(b.dir, name+".db"), Store: filepath.Join(b.dir, name+".store")}
	if engine == db.Postgres {
		s, err := b.server()
		if err != nil {
			return nil, err
		}
		if at.DB, err = s.database(b.ctx, name); err != nil {
			return nil, err
		}
	}
	b.last = at.DB
	a, err := app.Open(b.ctx, at, packs)
	if err != nil {
		return nil, err
	}
	b.ends = append(b.ends, a.DB.Close) // what has no number yet needs none
	return a, nil
}

// running keeps the log of a in order beside what fn does.
func (b *bench) running(a *app.App, fn func() error) error {
	ctx, stop := context.WithCancel(b.ctx)
	var group sync.WaitGroup
	group.Go(func() { a.Log.Run(ctx) })
	err := fn()
	stop()
	group.Wait()
	return errors.Join(err, b.ctx.Err())
}
