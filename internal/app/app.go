package app

import (
	"context"
	"io/fs"
	"os"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/trail"
	packs "sekimori/regime"
)

// App is the program put together: tests and commands open it the same way.
type App struct {
	DB      *db.DB
	Log     *trail.Log
	Library *regime.Library
	Policy  *policy.Service
}

// Place says where a body keeps its data.
type Place struct {
	DB string // sqlite:PATH or postgres://…
}

// Open opens the database, brings its schema up to this program and puts the features
// together over the packs that are offered. The caller closes it.
func Open(ctx context.Context, at Place, offered *regime.Set) (*App, error) {
	d, err := db.Open(ctx, at.DB)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx, Schemas()); err != nil {
		_ = d.Close() // the migration's error is the one to show
		return nil, err
	}
	log := trail.New(d)
	library := regime.NewLibrary(offered, capabilities())
	return &App{DB: d, Log: log, Library: library, Policy: policy.New(log, library)}, nil
}

// Close ends the use of the database.
func (a *App) Close() error { return a.DB.Close() }

// LoadRegimes reads the packs of the program, and those of a folder beside them. A pack of
// the folder stands in place of a shipped one of the same edition.
func LoadRegimes(folder string) (*regime.Set, error) {
	shipped, err := regime.Load(packs.FS(), capabilities())
	if err != nil || folder == "" {
		return shipped, err
	}
	info, err := os.Stat(folder)
	if err != nil || !info.IsDir() {
		return nil, errs.New(errs.Invalid, "フォルダー %s はありません", folder)
	}
	var root fs.FS = os.DirFS(folder)
	if _, err := fs.Stat(root, "common"); err != nil {
		root = withCommon{root, packs.FS()}
	}
	own, err := regime.Load(root, capabilities())
	if err != nil {
		return nil, err
	}
	return shipped.With(own), nil
}

// withCommon is a tree of packs that extends the shipped common files.
type withCommon struct{ own, shipped fs.FS }

// Open opens common files from the shipped tree and all others from the own one.
func (w withCommon) Open(name string) (fs.File, error) {
	if name == "common" || len(name) > 7 && name[:7] == "common/" {
		return w.shipped.Open(name)
	}
	return w.own.Open(name)
}
