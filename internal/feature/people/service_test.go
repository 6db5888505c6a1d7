package people

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

func modules() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}, {Module: "job", FS: job.Schema()}, {Module: "people", FS: Schema()}}
}

// office is the service on a database, with a clock and its jobs.
type office struct {
	*Service
	t     *testing.T
	d     *db.DB
	clock *testkit.Clock
}

// newOffice makes one in which the town has been for a year.
func newOffice(t *testing.T, d *db.DB) *office {
	t.Helper()
	clock := testkit.NewClock(t, "2025-04-01T09:00:00+09:00")
	d.Now = clock.Now
	store, err := trail.OpenStore(t.Context(), d, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	log := trail.New(d).With(store)
	if err := log.Begin(t.Context(), "cli:root"); err != nil {
		t.Fatal(err)
	}
	files, err := file.In(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := New(log, files, func(context.Context, db.Reader) ([]org.Rules, error) { return rules(), nil })
	s.Jobs = job.New(d, s.Kinds()...)
	o := &office{s, t, d, clock}
	o.imports("cli:root", Options{Title: "はじめ"}, csvOf(town(t))...)
	clock.Set(t, "2026-03-24T09:00:00+09:00")
	return o
}

// csvOf writes lines as files, one a form.
func csvOf(lines []*Line) []Source {
	var sources []Source
	for _, form := range Forms() {
		var b strings.Builder
		for i, c := range form.Columns() {
			if i > 0 {
				b.WriteString(",")
			}
			b.WriteString(c.Titles[0])
		}
		if form == Roster { // the last column tells a 発令
			b.Reset()
			b.WriteString("基準日,職員番号,氏名,氏名カナ,任用区分,所属コード,職コード,メール,兼務区分,旧職員番号")
		}
		n := 0
		for _, l := range lines {
			if l.Form == form {
				cells := l.cells
				if form == Roster {
					cells = cells[:10]
				}
				b.WriteString("\n" + strings.Join(cells, ","))
				n++
			}
		}
		if n > 0 {
			sources = append(sources, Source{Name: string(form) + ".csv", Data: strings.NewReader(b.String())})
		}
	}
	return sources
}

// imports uploads files, confirms what the preview shows and has it applied.
func (o *office) imports(by string, options Options, sources ...Source) id.ID {
	o.t.Helper()
	upload, err := o.Upload(o.t.Context(), access.NewProgram(by), sources, options)
	if err != nil {
		o.t.Fatal(errs.Message(err), err)
	}
	o.apply(by, upload)
	return upload
}

func (o *office) preview(by string, upload id.ID, others ...string) *Preview {
	o.t.Helper()
	p, err := o.Preview(o.t.Context(), access.NewProgram(by), upload, others...)
	if err != nil {
		o.t.Fatal(errs.Message(err), err)
	}
	return p
}

func (o *office) apply(by string, upload id.ID) {
	o.t.Helper()
	p := o.preview(by, upload)
	if err := o.Apply(o.t.Context(), access.NewProgram(by), upload, p.Confirmed()); err != nil {
		o.t.Fatal(errs.Message(err), err)
	}
	o.work()
	u, err := o.Get(o.t.Context(), access.NewProgram(by), upload)
	if err != nil || u.State != Applied {
		o.t.Fatalf("%v: the upload is %s: %s", err, u.State, u.Trouble)
	}
}

// work runs the jobs that are due.
func (o *office) work() {
	o.t.Helper()
	if err := o.Jobs.RunDue(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
	if err := o.d.View(o.t.Context(), func(r db.Reader) error {
		jobs, err := o.Jobs.List(o.t.Context(), r, job.Stopped, job.Waiting)
		for _, j := range jobs {
			o.t.Errorf("job %s is %s: %s", j.Kind, j.State, j.Error)
		}
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
}

// seats tells who bears what on a day, as an actor may know it now.
func (o *office) seats(actor string, on jpdate.Date) []string {
	o.t.Helper()
	var lines []string
	if err := o.d.View(o.t.Context(), func(r db.Reader) error {
		sight, err := org.Sight(o.t.Context(), r, actor, db.At(o.d.Now()))
		if err != nil {
			return err
		}
		v := org.View{On: on, Now: db.At(o.d.Now()), Batches: sight}
		tree, err := v.Tree(o.t.Context(), r)
		if err != nil {
			return err
		}
		posts, err := v.Posts(o.t.Context(), r)
		if err != nil {
			return err
		}
		people, _, err := v.People(o.t.Context(), r, org.PeopleQuery{Limit: 1000})
		if err != nil {
			return err
		}
		for _, x := range people {
			assignments, err := v.AssignmentsOf(o.t.Context(), r, x.Person)
			if err != nil {
				return err
			}
			for _, a := range assignments {
				unit, _ := tree.Unit(a.Unit)
				i := slices.IndexFunc(posts, func(p org.Post) bool { return p.Post == a.Post })
				lines = append(lines, fmt.Sprintf("%s %s %s %s", x.Number, a.Manner, unit.Code, posts[i].Code))
			}
		}
		return nil
	}); err != nil {
		o.t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

func (o *office) check(what string, got, want []string) {
	o.t.Helper()
	slices.Sort(want)
	if diff := gocmp.Diff(want, got); diff != "" {
		o.t.Errorf("%s (-want +got)\n%s", what, diff)
	}
}

// with is base without some seats and with others.
func with(out, in []string) []string {
	return append(slices.DeleteFunc(slices.Clone(base), func(s string) bool { return slices.Contains(out, s) }), in...)
}

var april = []string{
	"発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール",
	"R8.4.1,000002,,,,異動,0120,020,",
	"R8.4.1,000009,﨑田 ①郎,サキタ イチロウ,正規,採用,0110,030,",
	"R8.3.31,000001,,,,退職,,,",
}

var (
	aprilOut = []string{"000001 main 0100 010", "000002 main 0110 020"}
	aprilIn  = []string{"000002 main 0120 020", "000009 main 0110 030"}
)

func source(name string, lines ...string) Source {
	return Source{Name: name, Data: strings.NewReader(strings.Join(lines, "\n"))}
}

var firstApril = jpdate.New(2026, 4, 1)

// TestSecretUntilItsHour: what is imported in March shows to its operators at once and to all from 1 April on.
func TestSecretUntilItsHour(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		upload, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{source("発令.csv", april...)}, Options{Operators: []string{"person:second"}})
		if err != nil {
			t.Fatal(err)
		}
		p := o.preview("person:hr", upload)
		if p.Rows != 3 || p.HeldRows != 0 || p.Stop != "" || p.Nothing || p.Effective != firstApril || p.Opens != "2026-03-31T15:00:00.000000Z" {
			t.Errorf("preview %+v", p)
		}
		if want := []Count{{"join", "新規", 1}, {"move", "異動", 1}, {"leave", "退職・転出", 1}}; !slices.Equal(p.Counts, want) {
			t.Errorf("counts %v, want %v", p.Counts, want)
		}
		want := []Seat{
			{"tiny", "総括者", "body", "0000", "みなと市", "髙橋 一郎", ""},
			{"tiny", "保管者", "section", "0110", "港務課", "山﨑 二郎", ""},
		}
		if diff := gocmp.Diff(want, p.Vacant); diff != "" {
			t.Errorf("vacant (-want +got)\n%s", diff)
		}
		if want := []Seat{{"tiny", "保管者", "section", "0120", "岸壁課", "", "山﨑 二郎"}}; !slices.Equal(p.Filled, want) {
			t.Errorf("filled %v, want %v", p.Filled, want)
		}
		if _, err := o.Preview(t.Context(), access.NewProgram("person:other"), upload); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another one previews it: %v", err)
		}
		o.apply("person:hr", upload)
		if err := o.log.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		march := jpdate.New(2026, 3, 31)
		o.attack("person:other", upload, false)
		o.attack("person:hr", upload, true)
		o.check("others on 1 April", o.seats("person:other", firstApril), base)
		for _, operator := range []string{"person:hr", "person:second"} {
			o.check(operator+" on 1 April", o.seats(operator, firstApril), with(aprilOut, aprilIn))
			o.check(operator+" on 31 March", o.seats(operator, march), base)
		}
		if list, err := o.List(t.Context(), access.NewProgram("person:other")); err != nil || len(list) != 1 {
			t.Errorf("another one sees %d uploads, want the town's: %v", len(list), err)
		}
		o.clock.Set(t, "2026-03-31T23:59:59+09:00")
		o.check("others just before", o.seats("person:other", firstApril), base)
		o.attack("person:other", upload, false)
		o.clock.Set(t, "2026-04-01T00:00:00+09:00")
		o.check("others from the hour on", o.seats("person:other", firstApril), with(aprilOut, aprilIn))
		o.attack("person:other", upload, true)
		o.check("others of the day before", o.seats("person:other", march), base)
		if list, err := o.List(t.Context(), access.NewProgram("person:other")); err != nil || len(list) != 2 {
			t.Errorf("another one sees %d uploads, want both: %v", len(list), err)
		}
	})
}

// attack looks for an import wherever it could show.
func (o *office) attack(actor string, upload id.ID, known bool) {
	o.t.Helper()
	ctx, now := o.t.Context(), db.At(o.d.Now())
	found := map[string]bool{}
	if err := o.d.View(ctx, func(r db.Reader) error {
		sight, err := org.Sight(ctx, r, actor, now)
		if err != nil {
			return err
		}
		v := org.View{On: firstApril, Now: now, Batches: sight}
		people, _, err := v.People(ctx, r, org.PeopleQuery{Find: "サキタ", Limit: 10})
		if err != nil {
			return err
		}
		found["search for people"] = len(people) > 0
		person := o.person("000009")
		history, err := v.PersonHistory(ctx, r, person)
		if err != nil {
			return err
		}
		found["history of the person"] = len(history) > 0
		chart, err := org.LoadChart(ctx, r, v, rules())
		if err != nil {
			return err
		}
		found["chart"] = slices.ContainsFunc(chart.Vacancies(), func(h org.Holding) bool { return h.Role.ID == "chief" })
		batches, err := org.ListBatches(ctx, r, v)
		if err != nil {
			return err
		}
		found["batches"] = slices.ContainsFunc(batches, func(b org.Batch) bool { return b.ID == upload })
		seen := trail.Seen{Now: now}
		for _, batch := range sight {
			seen.Seals = append(seen.Seals, "batch:"+string(batch))
		}
		entries, _, err := o.log.Search(ctx, r, trail.Query{Limit: 1000}, seen)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if strings.Contains(e.Detail+e.Public+e.Personal, string(upload)) || strings.Contains(e.Personal, "﨑田 ①郎") {
				found["trail"] = true
			}
		}
		return nil
	}); err != nil {
		o.t.Fatal(err)
	}
	for _, where := range []string{"search for people", "history of the person", "chart", "batches", "trail"} {
		if found[where] != known {
			o.t.Errorf("%s at %s: shown in %s: %v", actor, now, where, found[where])
		}
	}
}

func TestTheSameFileAgainChangesNothing(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		o.imports("person:hr", Options{}, source("発令.csv", april...))
		for _, now := range []string{"2026-03-25T09:00:00+09:00", "2026-04-02T09:00:00+09:00"} {
			o.clock.Set(t, now)
			upload, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{source("発令.csv", april...)}, Options{})
			if err != nil {
				t.Fatal(err)
			}
			p := o.preview("person:hr", upload)
			if want := []Count{{"same", "変更なし", 3}}; !p.Nothing || !slices.Equal(p.Counts, want) {
				t.Errorf("at %s: %v %v", now, p.Nothing, p.Counts)
			}
			if err := o.Apply(t.Context(), access.NewProgram("person:hr"), upload, p.Confirmed()); errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Message(err), "変更はありません") {
				t.Errorf("at %s: applying it again: %v", now, err)
			}
		}
	})
}
