package org_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// dump is every row of every table but the batches, without its version.
func (w *town) dump() []string {
	w.Helper()
	var lines []string
	err := w.Log.DB().View(w.Context(), func(r db.Reader) error {
		for _, some := range []func() ([]string, error){
			func() ([]string, error) { return rows(w, r, org.Units) },
			func() ([]string, error) { return rows(w, r, org.Codes) },
			func() ([]string, error) { return rows(w, r, org.Systems) },
			func() ([]string, error) { return rows(w, r, org.Posts) },
			func() ([]string, error) { return rows(w, r, org.People) },
			func() ([]string, error) { return rows(w, r, org.Assignments) },
			func() ([]string, error) { return rows(w, r, org.Designations) },
			func() ([]string, error) { return rows(w, r, org.Deputies) },
		} {
			more, err := some()
			if err != nil {
				return err
			}
			lines = append(lines, more...)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return lines
}

func rows[T any](w *town, r db.Reader, t org.Table[T]) ([]string, error) {
	list, err := db.List[T](w.Context(), r, `select `+t.Columns()+` from `+t.Name()+` order by id`)
	var lines []string
	for _, x := range list {
		text, err := json.Marshal(x)
		if err != nil {
			return nil, err
		}
		fields := map[string]any{}
		if err := json.Unmarshal(text, &fields); err != nil {
			return nil, err
		}
		delete(fields, "Version")
		lines = append(lines, fmt.Sprint(t.Name(), " ", fields))
	}
	return lines, err
}

// knows is everything that somebody can read about a day: every reading function, and the chart.
func (w *town) knows(rules []org.Rules, day, actor string) string {
	w.Helper()
	var b strings.Builder
	say := func(x any, err error) {
		if err != nil {
			w.Fatal(err)
		}
		text, err := json.Marshal(x)
		if err != nil {
			w.Fatal(err)
		}
		b.Write(append(text, '\n'))
	}
	ctx := w.Context()
	err := w.Log.DB().View(ctx, func(r db.Reader) error {
		v := w.view(r, day, actor)
		tree, err := v.Tree(ctx, r)
		say(tree.Units(), err)
		for _, name := range slices.Sorted(func(yield func(string) bool) {
			for name := range w.IDs {
				if !yield(name) {
					return
				}
			}
		}) {
			x := w.IDs[name]
			switch kind, _, _ := strings.Cut(name, " "); kind {
			case "unit":
				say(v.UnitHistory(ctx, r, x))
				say(v.Codes(ctx, r, x))
				say(v.AssignmentsIn(ctx, r, x))
			case "system":
				say(v.SystemHistory(ctx, r, x))
			case "person":
				say(v.PersonHistory(ctx, r, x))
				say(v.AssignmentHistory(ctx, r, x))
				say(v.AssignmentsOf(ctx, r, x))
				say(v.DeputiesOf(ctx, r, x))
			}
		}
		say(v.Systems(ctx, r))
		say(v.Posts(ctx, r))
		say(v.Designations(ctx, r))
		say(org.ListBatches(ctx, r, v))
		people, next, err := v.People(ctx, r, org.PeopleQuery{Limit: 1000})
		say([]any{people, next}, err)
		c, err := org.LoadChart(ctx, r, v, rules)
		say(c.Deputies(), err)
		for _, x := range rules {
			b.WriteString(table(c, x))
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
	return b.String()
}

// TestNobodyKnowsBeforeTheHour: until a batch opens everybody but its operators reads the same as if it were not there, of any
// day; its operators, and from the hour on everybody, read what it states.
func TestNobodyKnowsBeforeTheHour(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := build(t, d, "testdata/town.txt")
		w.Clock.Set(t, "2026-03-24T10:00:00+09:00")
		days := []string{"2025-03-31", "2025-04-01", "2026-03-24", "2026-03-31", "2026-04-01", "2026-09-01"}
		before := map[string]string{}
		known := map[string]id.ID{}
		for name, x := range w.IDs {
			known[name] = x
		}
		for _, day := range days {
			before[day] = w.knows(rules, day, "cli:other")
		}
		w.apply()
		all := w.IDs
		w.IDs = known // nobody can ask for what he does not know of; the others come below
		for _, at := range []string{"2026-03-24T10:00:01+09:00", "2026-03-31T23:59:59+09:00"} {
			w.Clock.Set(t, at)
			for _, day := range days {
				for _, actor := range []string{"cli:other", "cli:jin", "cli:jinji2", ""} {
					if diff := cmp.Diff(before[day], w.knows(rules, day, actor)); diff != "" {
						t.Errorf("at %s %q knows of %s (-before +after):\n%s", at, actor, day, diff)
					}
				}
			}
			for name, x := range all {
				if _, ok := known[name]; !ok {
					w.mustNotKnow(name, x)
				}
			}
		}
		w.IDs = all
		early := map[string]string{}
		for _, day := range days {
			early[day] = w.knows(rules, day, operator)
		}
		w.Clock.Set(t, "2026-04-01T00:00:00+09:00")
		for _, day := range days {
			if diff := cmp.Diff(early[day], w.knows(rules, day, "cli:other")); diff != "" {
				t.Errorf("of %s operators knew before (-) what all know now (+):\n%s", day, diff)
			}
		}
		if early["2026-04-01"] == before["2026-04-01"] {
			t.Error("the batch states nothing")
		}
	})
}

// mustNotKnow asks for a thing by its id, which only an operator can have.
func (w *town) mustNotKnow(name string, x id.ID) {
	w.Helper()
	ctx := w.Context()
	err := w.Log.DB().View(ctx, func(r db.Reader) error {
		v := w.view(r, "2026-04-01", "cli:other")
		units, err1 := v.UnitHistory(ctx, r, x)
		people, err2 := v.PersonHistory(ctx, r, x)
		assigned, err3 := v.AssignmentHistory(ctx, r, x)
		_, err := v.Person(ctx, r, x)
		if len(units)+len(people)+len(assigned) > 0 || errs.KindOf(err) != errs.NotFound || err1 != nil || err2 != nil || err3 != nil {
			w.Errorf("%s is known before its time: %v %v %v %v", name, units, people, assigned, err)
		}
		return nil
	})
	if err != nil {
		w.Fatal(err)
	}
}

// TestTakeBackRestoresEveryRow compares all columns of all rows before a batch and after it was taken back.
func TestTakeBackRestoresEveryRow(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := build(t, d, "testdata/town.txt")
		w.Clock.Set(t, "2026-03-24T10:00:00+09:00")
		before := w.dump()
		w.apply()
		if cmp.Equal(before, w.dump()) {
			t.Fatal("the batch states nothing")
		}
		w.Clock.Set(t, "2026-03-31T23:59:59+09:00")
		w.Do(trail.Act{}, func(tx *trail.Tx) error { return org.TakeBack(t.Context(), tx, w.batch) })
		if diff := cmp.Diff(before, w.dump()); diff != "" {
			t.Errorf("taken back (-before +after):\n%s", diff)
		}
		w.batch.State, w.batch.Version = org.Undone, w.batch.Version+1
		if err := w.takeBack(w.batch); errs.KindOf(err) != errs.Conflict {
			t.Errorf("taken back twice: %v", err)
		}
		// What was taken back can be stated again, and no trace of the first try is in the way.
		w.apply()
		w.Clock.Set(t, "2026-04-01T00:00:00+09:00")
		if err := w.takeBack(w.batch); errs.KindOf(err) != errs.Conflict {
			t.Errorf("taken back after its day: %v", err)
		}
	})
}

func (w *town) takeBack(b org.Batch) error {
	return w.Try(trail.Act{}, func(tx *trail.Tx) error { return org.TakeBack(w.Context(), tx, b) })
}

// TestBatchesStandOnOneAnother: what a later batch changes of an earlier one is taken back first, and while a batch waits nobody
// else changes what it closes.
func TestBatchesStandOnOneAnother(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := build(t, d, "testdata/town.txt")
		w.Clock.Set(t, "2026-03-24T10:00:00+09:00")
		first := w.dump()
		w.apply()
		one, before := w.batch, w.dump()
		two := org.Batch{ID: "two", Row: trail.Row{Home: org.BodyHome}, Effective: one.Effective, Opens: one.Opens, Operators: operator, State: org.Applied}
		move := func(c func(tx *trail.Tx) org.Change, actor, name string) error {
			return w.Try(trail.Act{}, func(tx *trail.Tx) error {
				list, err := w.view(tx, "2026-04-01", actor).AssignmentsOf(t.Context(), tx, w.ID("person", name))
				if err != nil || len(list) != 1 {
					return fmt.Errorf("%d assignments of %s: %w", len(list), name, err)
				}
				a := org.Restated(c(tx), list[0], w.Day("2026-04-01"), org.Open())
				a.Unit = w.ID("unit", "2500")
				return org.Replace(t.Context(), tx, org.Assignments, c(tx), list[0], a)
			})
		}
		if err := move(org.AtOnce, "cli:other", "小川"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("changed what a batch closes: %v", err)
		}
		w.Do(trail.Act{}, func(tx *trail.Tx) error { return org.Batches.Put(t.Context(), tx, two) })
		two.Version = 1
		if err := move(two.Change, operator, "小川"); err != nil { // the batch's own statement, by one who sees it
			t.Fatal(err)
		}
		if err := move(org.AtOnce, operator, "小川"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("gave away what is still secret: %v", err)
		}
		if err := w.takeBack(one); errs.KindOf(err) != errs.Conflict {
			t.Errorf("took back what another batch stands on: %v", err)
		}
		if err := w.takeBack(two); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, w.dump()); diff != "" {
			t.Errorf("second taken back (-before +after):\n%s", diff)
		}
		if err := w.takeBack(one); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, w.dump()); diff != "" {
			t.Errorf("both taken back (-before +after):\n%s", diff)
		}
	})
}

// TestEndOnADayBeforeTheFirst: what never held is closed and not stated again.
func TestEndOnADayBeforeTheFirst(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := build(t, d, "testdata/town.txt")
		for _, last := range []string{"2025-06-30", "2025-03-31"} {
			w.Do(trail.Act{}, func(tx *trail.Tx) error {
				list, err := w.view(tx, "2025-06-01", "").AssignmentsOf(t.Context(), tx, w.ID("person", "石田"))
				if err != nil {
					return err
				}
				return org.EndOn(t.Context(), tx, org.Assignments, org.AtOnce(tx), list[0], w.Day(last))
			})
			w.Clock.Add(1)
			var list []org.Assignment
			if err := d.View(t.Context(), func(r db.Reader) (err error) {
				list, err = w.view(r, "2025-06-01", "").AssignmentHistory(t.Context(), r, w.ID("person", "石田"))
				return err
			}); err != nil {
				t.Fatal(err)
			}
			ended := len(list) == 1 && list[0].Until == jpdate.New(2025, 6, 30)
			if never := len(list) == 0; last == "2025-06-30" && !ended || last == "2025-03-31" && !never {
				t.Errorf("until %s: %v", last, list)
			}
		}
	})
}
