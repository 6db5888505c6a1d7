package app_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/app"
	"sekimori/internal/app/minato"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
)

// town opens the program on a new database with the small town, a text and a verification in it, so that few tables are empty.
func town(t *testing.T, dsn string) *app.App {
	t.Helper()
	ctx := t.Context()
	set := everything(t)
	a, err := app.Open(ctx, app.Place{DB: dsn, Store: t.TempDir()}, set)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	err = minato.Build(ctx, minato.Program{Log: a.Log, Library: a.Library, People: a.People}, minato.Options{Size: minato.Small, Today: jpdate.New(2026, 11, 25)})
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	p, err := set.Find("kodama")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Policy.Import(ctx, access.NewProgram("cli:test"), p, tiny.Text, false); err != nil {
		t.Fatal(errs.Message(err))
	}
	day := jpdate.Today(a.DB.Now())
	if _, err := a.Settings.Enter(ctx, access.NewProgram("cli:test"), setting.Proposal{Title: "標準運用値", Rest: setting.RestOurs}, setting.Decision{Number: "デ第1号", On: day, From: day}); err != nil {
		t.Fatal(errs.Message(err))
	}
	if err := a.Trail.Ask(ctx, access.NewProgram("cli:test")); err != nil {
		t.Fatal(err)
	}
	if err := a.Jobs.RunDue(ctx); err != nil {
		t.Fatal(err)
	}
	if err := a.Log.Settle(ctx); err != nil {
		t.Fatal(err)
	}
	return a
}

// everything is the shipped packs and the tiny one.
func everything(t *testing.T) *regime.Set {
	t.Helper()
	own, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	return shipped(t).With(own)
}

// TestEveryChangeInTheTownIsFound changes 300 values anywhere in the town's audited and trail tables, one at a time, by plain
// SQL: the verification says each time that something is wrong, and where.
func TestEveryChangeInTheTownIsFound(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, nil)
			a := town(t, dsn)
			check := func() trail.Report {
				t.Helper()
				report, err := a.Log.Verify(t.Context(), app.Audited(), trail.Anchors{})
				if err != nil {
					t.Fatal(err)
				}
				return report
			}
			if report := check(); !report.OK || report.Checked < 1000 {
				t.Fatalf("before any change: %d entries, %v", report.Checked, report.Findings)
			}
			seed := uint64(time.Now().UnixNano())
			tamper := testkit.NewTamper(t, dsn, seed)
			tables := filled(t, a.DB)
			for range 300 {
				c := tamper.Flip(t, tables)
				report := check()
				if report.OK || len(report.Findings) == 0 || report.Findings[0].Thing+report.Findings[0].Table == "" {
					t.Errorf("seed %d: %v is not found: %v", seed, c, report.Findings)
				}
				c.Undo(t)
			}
			if report := check(); !report.OK {
				t.Errorf("after all is undone: %v", report.Findings)
			}
		})
	}
}

// filled lists the audited and trail tables that hold rows. A follower's cursor proves nothing (doc/trail.md).
func filled(t *testing.T, d *db.DB) []string {
	t.Helper()
	var names []string
	for _, table := range append(app.Audited(), trail.Tables()...) {
		names = append(names, table.Name())
	}
	for name := range app.Unaudited() {
		if strings.HasPrefix(name, "trail_") && name != "trail_follower" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	err := d.View(t.Context(), func(r db.Reader) error {
		for _, name := range slices.Clone(names) {
			n, err := db.Get[int](t.Context(), r, `select count(*) from `+name)
			if err != nil {
				return err
			}
			if n == 0 {
				names = slices.DeleteFunc(names, func(x string) bool { return x == name })
			}
		}
		return nil
	})
	if err != nil || len(names) < 20 {
		t.Fatalf("%v: %v", names, err)
	}
	return names
}
