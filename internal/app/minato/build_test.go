package minato_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/app/minato"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	packs "sekimori/regime"
)

func modules() []db.Schema {
	return []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "setting", FS: setting.Schema()},
		{Module: "regime", FS: regime.Schema()},
		{Module: "job", FS: job.Schema()},
		{Module: "people", FS: people.Schema()},
	}
}

// program puts together what the town needs, as of today.
func program(t testing.TB, d *db.DB) minato.Program {
	t.Helper()
	d.Now = testkit.NewClock(t, "2026-04-20T09:00:00+09:00").Now
	store, err := trail.OpenStore(t.Context(), d, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	log := trail.New(d).With(store)
	if err := log.Begin(t.Context(), minato.Actor); err != nil {
		t.Fatal(err)
	}
	files, err := file.In(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	set, err := regime.Load(packs.FS(), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := minato.Program{Log: log, Library: regime.NewLibrary(set, nil)}
	p.People = people.New(log, files, func(ctx context.Context, r db.Reader) ([]org.Rules, error) {
		set, err := p.Library.InForce(ctx, r, today)
		return append(set.OrgRules(), access.Rules()), err
	})
	p.People.Jobs = job.New(d, p.People.Kinds()...)
	return p
}

func build(t testing.TB, p minato.Program, o minato.Options) {
	t.Helper()
	if err := minato.Build(t.Context(), p, o); err != nil {
		t.Fatal(errs.Message(err), err)
	}
}

func chart(t *testing.T, d *db.DB, p minato.Program, on jpdate.Date) (c *org.Chart) {
	t.Helper()
	if err := d.View(t.Context(), func(r db.Reader) error {
		set, err := p.Library.InForce(t.Context(), r, on)
		if err != nil {
			return err
		}
		c, err = org.LoadChart(t.Context(), r, org.View{On: on, Now: db.At(d.Now())}, append(set.OrgRules(), access.Rules()))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestBuild shows who holds what in the small town, before and after this April.
func TestBuild(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p, folder := program(t, d), t.TempDir()
		o := minato.Options{Size: minato.Small, Today: today, Folder: folder}
		build(t, p, o)
		march, april := holders(chart(t, d, p, jpdate.New(2026, 3, 31))), holders(chart(t, d, p, jpdate.New(2026, 4, 1)))
		march = slices.DeleteFunc(march, func(line string) bool { return slices.Contains(april, line) })
		shown := slices.Concat([]string{"# 1 April 2026"}, april, []string{"# otherwise on 31 March"}, march)
		testkit.Golden(t, filepath.Join("testdata", "holders.txt"), strings.Join(shown, "\n")+"\n")
		coming(t, p, minato.Small)
		size := func() (n int64) {
			if err := d.View(t.Context(), func(r db.Reader) error {
				status, err := p.Log.Status(t.Context())
				n = status.Pending + status.Size
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		before := size()
		build(t, p, o)
		o.Today = jpdate.New(2027, 5, 1)
		build(t, p, o)
		if after := size(); after != before {
			t.Errorf("building it again wrote %d entries", after-before)
		}
		names, err := os.ReadDir(filepath.Join(folder, "令和9年度の人事異動"))
		if err != nil || len(names) != 5 {
			t.Errorf("%d files of next year, %v", len(names), err)
		}
	})
}

// coming hands in next year's change and looks at what it would do.
func coming(t testing.TB, p minato.Program, size minato.Size) {
	t.Helper()
	town, err := minato.Generate(size, today)
	if err != nil {
		t.Fatal(err)
	}
	sources := []people.Source{}
	for _, f := range town.Next.Files {
		sources = append(sources, people.Source{Name: f.Name, Data: bytes.NewReader(f.Data)})
	}
	upload, err := p.People.Upload(t.Context(), access.NewProgram("cli:jinji"), sources, people.Options{Title: town.Next.Title})
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	v, err := p.People.Preview(t.Context(), access.NewProgram("cli:jinji"), upload)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	got := fmt.Sprintf("%d rows, %d held, %d seats become empty, %d deputies lapse; %s", v.Rows, v.HeldRows, len(v.Vacant), len(v.Lapses), v.Stop)
	want := map[minato.Size]string{
		minato.Small: "160 rows, 3 held, 2 seats become empty, 1 deputies lapse; ",
		minato.City:  "24012 rows, 37 held, 11 seats become empty, 1 deputies lapse; ",
	}[size]
	if got != want {
		t.Errorf("next year: %s, want %s", got, want)
	}
}

// holders lists who holds the roles that a body has once or that are held in another way than by a head, and how many hold the rest.
func holders(c *org.Chart) (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	// two heads who changed places, one below the rank, one 担当課長
	shown := []string{"秘書課", "財政課", "介護保険課", "みなと芸術祭準備室", "教育委員会事務局"}
	for _, name := range []string{"kobe-city", "kobe-school"} {
		rules, _ := c.Rules(name)
		for _, r := range rules.Roles {
			var plain, vacant int
			for _, h := range c.All(name, r.ID) {
				switch place := c.Place(name, h.Home).Name; {
				case h.Vacant():
					vacant++
					add("%s %s: 空席", r.Title, place)
				case h.For != nil:
					add("%s %s: %s %s（%sの代行）", r.Title, place, h.Person.Name, h.Post, h.For.Name)
				case slices.Contains(shown, place), len(r.OneOf) == 0 && (h.As != org.AsHolder || r.Scope == org.ScopeBody || r.Scope == org.ScopeSystem):
					add("%s %s: %s %s（%s）", r.Title, place, h.Person.Name, h.Post, h.As.Title())
				default:
					plain++
				}
			}
			if plain+vacant > 0 {
				add("%s: %d more, %d vacant", r.Title, plain, vacant)
			}
		}
	}
	for _, u := range c.Tree.Units() {
		if old, ok := c.Tree.Last(id.ID(u.Predecessors)); ok || u.Name == "子育て支援課" {
			add("%s %s after %q", u.Code, u.Name, old.Name)
		}
	}
	return append(lines, fmt.Sprintf("%d vacancies", len(c.Vacancies())))
}

// BenchmarkBuild builds each town on each engine, and looks at what next year's change would do there.
func BenchmarkBuild(b *testing.B) {
	for _, size := range minato.Sizes() {
		for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
			b.Run(fmt.Sprintf("%s/%s", size, engine), func(b *testing.B) {
				for range b.N {
					b.StopTimer()
					p := program(b, testkit.Open(b, testkit.DSN(b, engine, modules()), modules()))
					b.StartTimer()
					build(b, p, minato.Options{Size: size, Today: today})
					b.StopTimer()
					began := time.Now()
					coming(b, p, size)
					b.ReportMetric(time.Since(began).Seconds(), "s/preview")
					b.StartTimer()
				}
			})
		}
	}
}
