package app

import (
	"context"
	"io/fs"
	"os"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/regime"
	packs "sekimori/regime"
)

// App is the program put together: tests and commands open it the same way.
type App struct {
	DB      *db.DB
	Regimes *regime.Set
	Policy  *policy.Service
}

// Open opens the database, brings its schema up to this program and puts the features
// together. The caller closes DB.
func Open(ctx context.Context, dsn string, set *regime.Set) (*App, error) {
	d, err := db.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	if err := d.Migrate(ctx, Schemas()); err != nil {
		_ = d.Close() // the migration's error is the one to show
		return nil, err
	}
	return &App{DB: d, Regimes: set, Policy: policy.New(d, set)}, nil
}

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
