package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/admin"
	"sekimori/internal/feature/ledger"
	"sekimori/internal/feature/people"
	"sekimori/internal/feature/policy"
	"sekimori/internal/feature/signin"
	"sekimori/internal/feature/trailview"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	packs "sekimori/regime"
)

// App is the program put together: tests and commands open it the same way.
type App struct {
	DB      *db.DB
	Log     *trail.Log
	Jobs    *job.Queue
	Library *regime.Library
	Policy  *policy.Service
	People  *people.Service
	Staff   *people.Directory // who is where, for reading
	Trail   *trailview.Service
	// Settings are what the body decides for itself.
	Settings *admin.Settings
	Gate     *access.Gate // what somebody may do
	Accounts *account.Service
	Doors    *signin.Doors
	Ledgers  *register.Service
	Sheets   *ledger.Sheets // files of registers, in and out

	charts   org.Charts
	settings setting.Memory
	index    *search.Index
	store    *trail.Store // nil when it is only looked at
	files    *file.Store
}

// Place says where a body keeps its data.
type Place struct {
	DB string // sqlite:PATH or postgres://…
	// Store is the folder beside the database, with the key, the last signed head and files. Where it is "" it is PATH.store,
	// or sekimori.store in the working folder for PostgreSQL.
	Store string
	// Look opens the database alone, to read: nothing is signed, no key is needed, and a trail that is broken is no reason to stop.
	Look bool
}

// store is the folder that Store says.
func (p Place) store() string {
	if p.Store != "" {
		return p.Store
	}
	if path, ok := strings.CutPrefix(p.DB, "sqlite:"); ok {
		return strings.TrimSuffix(path, ".db") + ".store"
	}
	return "sekimori.store"
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
	if at.Look {
		return Assemble(d, nil, offered), nil
	}
	a, err := begin(ctx, d, at, offered)
	if err != nil {
		_ = d.Close() // the other error is the one to show
		return nil, err
	}
	return a, nil
}

// begin takes the store into use and makes sure that the trail goes on from what was signed last.
func begin(ctx context.Context, d *db.DB, at Place, offered *regime.Set) (*App, error) {
	store, err := trail.OpenStore(ctx, d, at.store())
	if err != nil {
		return nil, err
	}
	files, err := file.In(store.Dir())
	if err != nil {
		return nil, err
	}
	a := Assemble(d, files, offered)
	a.store, a.files = store, files
	key, err := store.Secret(factorKey)
	if err != nil {
		return nil, err
	}
	if err := a.furnish("関守", key, "", nil); err != nil {
		return nil, err
	}
	if err := a.Log.With(store).Begin(ctx, "system:sekimori"); err != nil {
		return nil, err
	}
	if err := a.Log.KeepErasures(ctx); err != nil { // what was erased when the process was killed
		return nil, err
	}
	if err := a.Library.Define(ctx, d); err != nil {
		return nil, err
	}
	return a, a.index.Begin(ctx, a.Log)
}

// Assemble puts the features together; it touches nothing.
func Assemble(d *db.DB, files *file.Store, offered *regime.Set) *App {
	library := regime.NewLibrary(offered, capabilities())
	index := search.New(search.Org()...).Beside(register.Found(library.Shelf, func() time.Time { return d.Now() }))
	log := trail.New(d).Follow(trail.Things(), index.Follower(), register.Links(library.Shelf), register.Attached(library.Shelf, d, files))
	a := &App{DB: d, Log: log, Library: library, index: index, Policy: policy.New(log, library)}
	a.People, a.Staff = people.New(log, files, a.rules), people.NewDirectory(log, library, &a.charts, index)
	a.Ledgers = register.New(log, files, library.Shelf, a.chart)
	a.Sheets = ledger.NewSheets(log, a.Ledgers, files, a.actor)
	a.Jobs = job.New(d, append(slices.Concat(a.People.Kinds(), a.Sheets.Kinds()), trailview.Job(log, a.Audited))...)
	a.People.Jobs, a.Sheets.Jobs = a.Jobs, a.Jobs
	a.admit()
	a.Trail, a.Settings = trailview.New(log, a.Jobs), admin.NewSettings(log, a.declared)
	return a
}

// rules are what the policies in force today say about roles.
func (a *App) rules(ctx context.Context, r db.Reader) ([]org.Rules, error) {
	set, err := a.Library.InForce(ctx, r, jpdate.Today(a.DB.Now()))
	if err != nil {
		return nil, err
	}
	return append(set.OrgRules(), access.Rules()), nil
}

// chart is who is where today.
func (a *App) chart(ctx context.Context, r db.Reader) (*org.Chart, error) {
	rules, err := a.rules(ctx, r)
	if err != nil {
		return nil, err
	}
	now := a.DB.Now()
	return a.charts.At(ctx, r, org.View{On: jpdate.Today(now), Now: db.At(now)}, rules)
}

// actor is somebody by the name that the trail has for him, with what he may do now: a job acts for who has asked for it. Of the
// others only commands and the program itself have a name that is enough.
func (a *App) actor(ctx context.Context, r db.Reader, name string) (*access.Actor, error) {
	if person, ok := access.PersonOf(name); ok {
		return a.Gate.Person(ctx, r, person, db.At(a.DB.Now()))
	}
	if strings.HasPrefix(name, "cli:") || strings.HasPrefix(name, "system:") {
		return access.NewProgram(name), nil
	}
	return nil, errs.New(errs.Forbidden, "頼んだ人の権限を確かめられません。")
}

// declared is every setting that there is on a day.
func (a *App) declared(ctx context.Context, r db.Reader, on jpdate.Date) ([]setting.Declaration, error) {
	set, err := a.Library.InForce(ctx, r, on)
	if err != nil {
		return nil, err
	}
	return set.Settings(account.Settings()), nil
}

// Run does what goes on behind the screens, numbering, signing and jobs, until ctx ends.
func (a *App) Run(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { a.Log.Run(ctx) })
	group.Go(func() { a.Jobs.Run(ctx, workers) })
	group.Go(func() { a.Doors.Run(ctx) })
	group.Go(func() { a.sweep(ctx) })
	group.Wait()
}

// sweep removes, once a day, what uploads that were broken off have left half written, and sessions that are too old to matter; and closes the
// accounts of those who have left.
func (a *App) sweep(ctx context.Context) {
	const day = 24 * time.Hour
	for ctx.Err() == nil {
		if a.files != nil {
			if err := a.files.Sweep(time.Now().Add(-day)); err != nil {
				slog.ErrorContext(ctx, "sweep files", slog.Any("error", err))
			}
			if n, err := register.SweepFiles(ctx, a.DB, a.files); err != nil && ctx.Err() == nil {
				slog.ErrorContext(ctx, "delete the files of destroyed records", slog.Any("error", err))
			} else if n > 0 {
				slog.InfoContext(ctx, "files of destroyed records were deleted", slog.Int("files", n))
			}
		}
		if _, err := a.Accounts.Sweep(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "sweep sessions", slog.Any("error", err))
		}
		if closed, err := a.Accounts.CloseLapsed(ctx, access.NewProgram("system:sekimori")); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "close accounts", slog.Any("error", err))
		} else if len(closed) > 0 {
			slog.InfoContext(ctx, "accounts whose people work nowhere were closed", slog.Int("accounts", len(closed)))
		}
		select {
		case <-ctx.Done():
		case <-time.After(day):
		}
	}
}

// workers is how many jobs one process runs at once.
const workers = 2

// settling is how long a process that ends may take to number and sign what it has written. What is left the next one does.
const settling = 10 * time.Second

// Close numbers and signs what was written and ends the use of the database.
func (a *App) Close() error {
	if a.store == nil {
		return a.DB.Close()
	}
	ctx, cancel := context.WithTimeout(context.Background(), settling)
	defer cancel()
	return errors.Join(a.Log.Settle(ctx), a.DB.Close())
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
