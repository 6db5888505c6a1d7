// Package town builds towns for tests: units, systems, posts, people, designations and deputies from lines of words.
//
//	unit CODE NAME KIND REGIME PARENT [after CODE …] [DAYS]
//	system CODE NAME OWNER REGIME [DAYS]
//	post TITLE RANK [head]
//	person NAME EMPLOYMENT
//	assign NAME UNIT POST MANNER [DAYS]
//	designate REGIME ROLE SCOPE (UNIT/POST or NAME) [DAYS], designate-deputy the same
//	deputy REGIME ROLE SCOPE GIVER PERSON [DAYS]
//	end unit CODE, end assign NAME UNIT POST
//
// DAYS are FIRST..LAST, of which either may be missing; - is nothing, b: the body. Whoever is assigned and is nobody yet becomes
// a regular person. It is imported by tests only.
package town

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// Town is a town and what its names stand for.
type Town struct {
	testing.TB
	Log   *trail.Log
	Clock *testkit.Clock
	IDs   map[string]id.ID // "unit 0000", "post 局長", "person 赤井", "system S01"
	Names map[id.ID]string
}

// Actor is who builds towns.
const Actor = "cli:jinji"

// Build states lines as of 1 April 2025, which is then the time of the database; it is before the first use of that.
func Build(t testing.TB, log *trail.Log, lines ...string) *Town {
	t.Helper()
	w := &Town{TB: t, Log: log, Clock: testkit.NewClock(t, "2025-04-01T00:00:00+09:00"), IDs: map[string]id.ID{}, Names: map[id.ID]string{}}
	log.DB().Now = w.Clock.Now
	w.Do(trail.Act{}, func(tx *trail.Tx) error { return w.State(tx, org.AtOnce(tx), jpdate.New(2025, 4, 1), lines...) })
	return w
}

// Lines are those of a text that say something.
func Lines(words string) []string {
	var lines []string
	for line := range strings.Lines(words) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, line)
		}
	}
	return lines
}

// Do writes something that must work.
func (w *Town) Do(act trail.Act, fn func(tx *trail.Tx) error) {
	w.Helper()
	if err := w.Try(act, fn); err != nil {
		w.Fatal(err)
	}
}

// Try writes something.
func (w *Town) Try(act trail.Act, fn func(tx *trail.Tx) error) error {
	act.Actor, act.Name = Actor, "test"
	return w.Log.Do(w.Context(), act, fn)
}

// Day reads a date.
func (w *Town) Day(s string) jpdate.Date {
	d, err := jpdate.Parse(s)
	if err != nil {
		w.Fatal(err)
	}
	return d
}

// ID is that of a thing by its kind and name.
func (w *Town) ID(kind, name string) id.ID {
	if name == "-" {
		return ""
	}
	x, ok := w.IDs[kind+" "+name]
	if !ok {
		w.Fatalf("no %s %s in the town", kind, name)
	}
	return x
}

func (w *Town) newID(tx *trail.Tx, kind, name string) id.ID {
	x := id.New(tx.Now)
	w.IDs[kind+" "+name], w.Names[x] = x, name
	return x
}

// Home is that of a unit's code, of a system's, of a person's name, or b:.
func (w *Town) Home(of string) string {
	if x, ok := w.IDs["system "+of]; ok {
		return org.SystemHome(x)
	}
	if x, ok := w.IDs["person "+of]; ok {
		return org.PersonHome(x)
	}
	if of == org.BodyHome {
		return of
	}
	return org.UnitHome(w.ID("unit", of))
}

// State states lines, to hold from a day on where they do not say otherwise.
func (w *Town) State(tx *trail.Tx, c org.Change, from jpdate.Date, lines ...string) error {
	for _, line := range lines {
		if err := w.line(tx, c, from, strings.Fields(line)); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	return nil
}

func (w *Town) line(tx *trail.Tx, c org.Change, from jpdate.Date, f []string) error {
	ctx, until := w.Context(), org.Open()
	if last := f[len(f)-1]; strings.Contains(last, "..") {
		a, b, _ := strings.Cut(last, "..")
		if a != "" {
			from = w.Day(a)
		}
		if b != "" {
			until = w.Day(b)
		}
		f = f[:len(f)-1]
	}
	switch f[0] {
	case "unit":
		u := org.Unit{Unit: w.newID(tx, "unit", f[1]), Code: f[1], Name: f[2], Kind: org.Kind(f[3]), Regime: f[4], Parent: w.ID("unit", f[5])}
		for _, before := range f[min(7, len(f)):] {
			u.Predecessors = strings.TrimSpace(u.Predecessors + " " + string(w.ID("unit", before)))
		}
		u.Statement = c.State(org.UnitHome(u.Unit), from, until)
		return org.Units.Put(ctx, tx, u)
	case "system":
		s := org.System{System: w.newID(tx, "system", f[1]), Code: f[1], Name: f[2], Owner: w.ID("unit", f[3]), Regime: f[4]}
		s.Statement = c.State(org.SystemHome(s.System), from, until)
		return org.Systems.Put(ctx, tx, s)
	case "post":
		p := org.Post{Statement: c.State(org.BodyHome, from, until), Post: w.newID(tx, "post", f[1]), Code: f[1], Title: f[1], Rank: int(f[2][0] - '0'), Head: len(f) > 3}
		return org.Posts.Put(ctx, tx, p)
	case "person":
		return w.person(tx, c, from, f[1], org.Employment(f[2]))
	case "assign":
		if _, known := w.IDs["person "+f[1]]; !known {
			if err := w.person(tx, c, from, f[1], "regular"); err != nil {
				return err
			}
		}
		unit := w.ID("unit", f[2])
		a := org.Assignment{Statement: c.State(org.UnitHome(unit), from, until), Person: w.ID("person", f[1]), Unit: unit, Post: w.ID("post", f[3]), Manner: org.Manner(f[4])}
		return org.Assignments.Put(ctx, tx, a)
	case "designate", "designate-deputy":
		scope := w.Home(f[3])
		d := org.Designation{Statement: c.State(scope, from, until), Regime: f[1], Role: f[2], Scope: scope, Deputy: f[0] == "designate-deputy"}
		if unit, post, ok := strings.Cut(f[4], "/"); ok {
			d.Unit, d.Post = w.ID("unit", unit), w.ID("post", post)
		} else {
			d.Person = w.ID("person", f[4])
		}
		return org.Designations.Put(ctx, tx, d)
	case "deputy":
		scope := w.Home(f[3])
		d := org.Deputy{Statement: c.State(scope, from, until), Regime: f[1], Role: f[2], Scope: scope, Giver: w.ID("person", f[4]), Person: w.ID("person", f[5])}
		return org.Deputies.Put(ctx, tx, d)
	case "end":
		return w.end(ctx, tx, c, from.AddDays(-1), f[1:])
	}
	return fmt.Errorf("unknown word %s", f[0])
}

func (w *Town) person(tx *trail.Tx, c org.Change, from jpdate.Date, name string, employment org.Employment) error {
	x := w.newID(tx, "person", name)
	p := org.Person{Statement: c.State(org.PersonHome(x), from, org.Open()), Person: x, Number: fmt.Sprintf("%03d", len(w.IDs)), Employment: employment, Name: name, Kana: text.Fold(name)}
	p.Find = org.FindText(p.Number, p.Name, p.Kana)
	return org.People.Put(w.Context(), tx, p)
}

// end lets what stands hold until a last day.
func (w *Town) end(ctx context.Context, tx *trail.Tx, c org.Change, last jpdate.Date, f []string) error {
	v := org.View{On: last, Now: db.At(tx.Now)}
	switch f[0] {
	case "unit":
		list, err := v.UnitHistory(ctx, tx, w.ID("unit", f[1]))
		if err != nil {
			return err
		}
		return org.EndOn(ctx, tx, org.Units, c, list[len(list)-1], last)
	case "assign":
		list, err := v.AssignmentsOf(ctx, tx, w.ID("person", f[1]))
		if err != nil {
			return err
		}
		unit, post := w.ID("unit", f[2]), w.ID("post", f[3])
		i := slices.IndexFunc(list, func(a org.Assignment) bool { return a.Unit == unit && a.Post == post })
		if i < 0 {
			return fmt.Errorf("%s is not assigned there", f[1])
		}
		return org.EndOn(ctx, tx, org.Assignments, c, list[i], last)
	}
	return fmt.Errorf("cannot end a %s", f[0])
}
