package org_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
	packs "sekimori/regime"
)

// modules are what the tables of this package need.
func modules() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}}
}

// rulesOf is what the shipped packs and the tiny one say about roles.
func rulesOf(t testing.TB) []org.Rules {
	t.Helper()
	shipped, err1 := regime.Load(packs.FS(), nil)
	own, err2 := regime.Load(tiny.Regimes(), nil)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return append(shipped.OrgRules(), own.OrgRules()...)
}

// town is a town of testdata: what its names stand for, and what its batch does later.
type town struct {
	*testing.T
	log   *trail.Log
	clock *testkit.Clock
	ids   map[string]id.ID // "unit 0000", "post 局長", "person 赤井", "system S01"
	names map[id.ID]string
	rest  []string // the lines of the batch
	batch org.Batch
}

// operator is who may see the batch before its time.
const operator = "cli:jinji"

// build reads a town file and states everything up to its batch, as of 1 April 2025.
func build(t *testing.T, d *db.DB, file string) *town {
	t.Helper()
	w := &town{T: t, log: trail.New(d), clock: testkit.NewClock(t, "2025-04-01T00:00:00+09:00"), ids: map[string]id.ID{}, names: map[id.ID]string{}}
	d.Now = w.clock.Now // before its first use
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(data)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	if i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "batch ") }); i >= 0 {
		lines, w.rest = lines[:i], lines[i:]
	}
	w.do(trail.Act{}, func(tx *trail.Tx) error { return w.state(tx, org.AtOnce(tx), jpdate.New(2025, 4, 1), lines) })
	return w
}

func (w *town) do(act trail.Act, fn func(tx *trail.Tx) error) {
	w.Helper()
	if err := w.try(act, fn); err != nil {
		w.Fatal(err)
	}
}

func (w *town) try(act trail.Act, fn func(tx *trail.Tx) error) error {
	act.Actor, act.Name = operator, "test"
	return w.log.Do(w.Context(), act, fn)
}

// apply states the town's batch: it opens and holds from the day that its line names.
func (w *town) apply() {
	w.Helper()
	day := w.day(strings.Fields(w.rest[0])[1])
	w.do(trail.Act{Seal: "batch:1", Opens: db.At(day.Start())}, func(tx *trail.Tx) error {
		w.batch = org.Batch{ID: id.New(tx.Now), Row: trail.Row{Home: org.BodyHome}, Title: "人事異動", Effective: day, Opens: db.At(day.Start()), Operators: "cli:kaneko " + operator, State: org.Applied}
		if err := org.Batches.Put(w.Context(), tx, w.batch); err != nil {
			return err
		}
		w.batch.Version++
		return w.state(tx, w.batch.Change(tx), day, w.rest[1:])
	})
}

func (w *town) day(s string) jpdate.Date {
	d, err := jpdate.Parse(s)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// id is that of a thing by its kind and name.
func (w *town) id(kind, name string) id.ID {
	if name == "-" {
		return ""
	}
	x, ok := w.ids[kind+" "+name]
	if !ok {
		w.Fatalf("no %s %s in the town", kind, name)
	}
	return x
}

func (w *town) newID(tx *trail.Tx, kind, name string) id.ID {
	x := id.New(tx.Now)
	w.ids[kind+" "+name], w.names[x] = x, name
	return x
}

// home is that of a unit's code, of a system's, or b:.
func (w *town) home(code string) string {
	if x, ok := w.ids["system "+code]; ok {
		return org.SystemHome(x)
	}
	if code == org.BodyHome {
		return code
	}
	return org.UnitHome(w.id("unit", code))
}

func (w *town) state(tx *trail.Tx, c org.Change, from jpdate.Date, lines []string) error {
	for i, line := range lines {
		if err := w.line(tx, c, from, strings.Fields(line)); err != nil {
			return fmt.Errorf("line %d, %s: %w", i, line, err)
		}
	}
	return nil
}

func (w *town) line(tx *trail.Tx, c org.Change, from jpdate.Date, f []string) error {
	ctx, until := w.Context(), org.Open()
	if last := f[len(f)-1]; strings.Contains(last, "..") {
		a, b, _ := strings.Cut(last, "..")
		if a != "" {
			from = w.day(a)
		}
		if b != "" {
			until = w.day(b)
		}
		f = f[:len(f)-1]
	}
	switch f[0] {
	case "unit":
		u := org.Unit{Unit: w.newID(tx, "unit", f[1]), Code: f[1], Name: f[2], Kind: org.Kind(f[3]), Regime: f[4], Parent: w.id("unit", f[5])}
		for _, before := range f[min(7, len(f)):] {
			u.Predecessors = strings.TrimSpace(u.Predecessors + " " + string(w.id("unit", before)))
		}
		u.Statement = c.State(org.UnitHome(u.Unit), from, until)
		return org.Units.Put(ctx, tx, u)
	case "system":
		s := org.System{System: w.newID(tx, "system", f[1]), Code: f[1], Name: f[2], Owner: w.id("unit", f[3]), Regime: f[4]}
		s.Statement = c.State(org.SystemHome(s.System), from, until)
		return org.Systems.Put(ctx, tx, s)
	case "post":
		p := org.Post{Statement: c.State(org.BodyHome, from, until), Post: w.newID(tx, "post", f[1]), Code: f[1], Title: f[1], Rank: int(f[2][0] - '0'), Head: len(f) > 3}
		return org.Posts.Put(ctx, tx, p)
	case "person":
		return w.person(tx, c, from, f[1], org.Employment(f[2]))
	case "assign":
		if _, known := w.ids["person "+f[1]]; !known {
			if err := w.person(tx, c, from, f[1], "regular"); err != nil {
				return err
			}
		}
		unit := w.id("unit", f[2])
		a := org.Assignment{Statement: c.State(org.UnitHome(unit), from, until), Person: w.id("person", f[1]), Unit: unit, Post: w.id("post", f[3]), Manner: org.Manner(f[4])}
		return org.Assignments.Put(ctx, tx, a)
	case "designate":
		scope := w.home(f[3])
		d := org.Designation{Statement: c.State(scope, from, until), Regime: f[1], Role: f[2], Scope: scope}
		if unit, post, ok := strings.Cut(f[4], "/"); ok {
			d.Unit, d.Post = w.id("unit", unit), w.id("post", post)
		} else {
			d.Person = w.id("person", f[4])
		}
		return org.Designations.Put(ctx, tx, d)
	case "deputy":
		scope := w.home(f[3])
		d := org.Deputy{Statement: c.State(scope, from, until), Regime: f[1], Role: f[2], Scope: scope, Giver: w.id("person", f[4]), Person: w.id("person", f[5])}
		return org.Deputies.Put(ctx, tx, d)
	case "end":
		return w.end(ctx, tx, c, from.AddDays(-1), f[1:])
	}
	return fmt.Errorf("unknown word %s", f[0])
}

func (w *town) person(tx *trail.Tx, c org.Change, from jpdate.Date, name string, employment org.Employment) error {
	p := org.Person{Statement: c.State(org.BodyHome, from, org.Open()), Person: w.newID(tx, "person", name), Number: fmt.Sprintf("%03d", len(w.ids)), Employment: employment, Name: name, Kana: text.Fold(name)}
	p.Find = org.FindText(p.Number, p.Name, p.Kana)
	return org.People.Put(w.Context(), tx, p)
}

// end lets what a batch finds hold until a last day.
func (w *town) end(ctx context.Context, tx *trail.Tx, c org.Change, last jpdate.Date, f []string) error {
	v := org.View{On: last, Now: db.At(tx.Now)}
	switch f[0] {
	case "unit":
		list, err := v.UnitHistory(ctx, tx, w.id("unit", f[1]))
		if err != nil {
			return err
		}
		return org.EndOn(ctx, tx, org.Units, c, list[len(list)-1], last)
	case "assign":
		list, err := v.AssignmentsOf(ctx, tx, w.id("person", f[1]))
		if err != nil {
			return err
		}
		unit, post := w.id("unit", f[2]), w.id("post", f[3])
		i := slices.IndexFunc(list, func(a org.Assignment) bool { return a.Unit == unit && a.Post == post })
		return org.EndOn(ctx, tx, org.Assignments, c, list[i], last)
	}
	return fmt.Errorf("cannot end a %s", f[0])
}

// view is what somebody may know on the day of the clock, of the state of a day.
func (w *town) view(r db.Reader, day, actor string) org.View {
	w.Helper()
	now := db.At(w.clock.Now())
	seen, err := org.Sight(w.Context(), r, actor, now)
	if err != nil {
		w.Fatal(err)
	}
	return org.View{On: w.day(day), Now: now, Batches: seen}
}

// chart is the chart of a day, as an actor may know it now.
func (w *town) chart(rules []org.Rules, day, actor string) (c *org.Chart) {
	w.Helper()
	err := w.log.DB().View(w.Context(), func(r db.Reader) (err error) {
		c, err = org.LoadChart(w.Context(), r, w.view(r, day, actor), rules)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return c
}
