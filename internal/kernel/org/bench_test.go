package org_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// city is a body of the size of practice.md section 6: 1,855 units, 33,000 people, 45,000 assignments, 540 systems, 4,000 deputies.
type city struct {
	db       *db.DB
	view     org.View
	rules    []org.Rules
	people   []id.ID
	sections []id.ID
	systems  []id.ID
	chiefs   []id.ID // of sections
}

func buildCity(b *testing.B, engine db.Engine) *city {
	b.Helper()
	d := testkit.Open(b, testkit.DSN(b, engine, modules()), modules())
	x := &city{db: d, rules: rulesOf(b)}
	if err := trail.New(d).Do(b.Context(), trail.Act{Actor: "cli:bench", Name: "bench"}, func(tx *trail.Tx) error { return x.fill(b.Context(), tx) }); err != nil {
		b.Fatal(err)
	}
	if err := d.Update(b.Context(), func(tx *db.Tx) error { _, err := tx.Exec(b.Context(), `analyze`); return err }); err != nil {
		b.Fatal(err)
	}
	x.view = org.View{On: jpdate.New(2026, 6, 1), Now: db.At(d.Now())}
	return x
}

func (x *city) fill(ctx context.Context, tx *trail.Tx) error {
	*x = city{db: x.db, rules: x.rules}
	c, from, dice := org.AtOnce(tx), jpdate.New(2025, 4, 1), rand.New(rand.NewPCG(1, 2))
	state := func(home string) org.Statement { return c.State(home, from, org.Open()) }
	var units []org.Unit
	unit := func(kind org.Kind, regime string, parent id.ID) id.ID {
		u := org.Unit{Unit: id.New(tx.Now), Code: fmt.Sprintf("%04d", len(units)), Name: fmt.Sprintf("組織%d", len(units)), Kind: kind, Regime: regime, Parent: parent}
		u.Statement = state(org.UnitHome(u.Unit))
		units = append(units, u)
		return u.Unit
	}
	city, board := unit(org.KindBody, "kobe-city", ""), unit(org.KindBody, "kobe-school", "")
	var heads []id.ID
	for i := range 25 {
		bureau := unit(org.KindBureau, "kobe-city", city)
		heads = append(heads, bureau)
		for range 5 + i%2 {
			division := unit(org.KindDivision, "kobe-city", bureau)
			for range 10 + len(units)%2 {
				x.sections = append(x.sections, unit(org.KindSection, "kobe-city", division))
			}
		}
	}
	var schools []id.ID
	for range 300 {
		schools = append(schools, unit(org.KindSchool, "kobe-school", board))
	}
	places := append(append([]id.ID{}, x.sections...), schools...)
	var posts []org.Post
	post := func(title string, rank int, head bool) id.ID {
		p := org.Post{Statement: state(org.BodyHome), Post: id.New(tx.Now), Code: fmt.Sprint(len(posts)), Title: title, Rank: rank, Head: head}
		posts = append(posts, p)
		return p.Post
	}
	chief, head := post("課長", 4, true), post("局長", 2, true)
	clerks := []id.ID{post("係長", 6, false), post("主任", 7, false), post("係員", 8, false)}
	var people []org.Person
	var assignments []org.Assignment
	assign := func(person, unit, post id.ID, m org.Manner) {
		assignments = append(assignments, org.Assignment{Statement: state(org.UnitHome(unit)), Person: person, Unit: unit, Post: post, Manner: m})
	}
	person := func() id.ID {
		p := org.Person{Statement: state(org.BodyHome), Person: id.New(tx.Now), Number: fmt.Sprintf("%06d", len(people)), Employment: "regular", Name: fmt.Sprintf("職員 %d", len(people)), Kana: fmt.Sprintf("ショクイン %06d", dice.IntN(1e6))}
		p.Find = org.FindText(p.Number, p.Name, p.Kana)
		people = append(people, p)
		x.people = append(x.people, p.Person)
		return p.Person
	}
	for _, u := range heads {
		assign(person(), u, head, org.Main)
	}
	var deputies []org.Deputy
	for _, u := range places {
		chef := person()
		x.chiefs = append(x.chiefs, chef)
		assign(chef, u, chief, org.Main)
		regime, role := "kobe-city", "information-manager"
		if len(x.chiefs) > len(x.sections) {
			regime, role = "kobe-school", "school-information-manager"
		}
		for range 2 {
			second := person()
			assign(second, u, clerks[0], org.Main)
			deputies = append(deputies, org.Deputy{Statement: state(org.UnitHome(u)), Regime: regime, Role: role, Scope: org.UnitHome(u), Giver: chef, Person: second})
		}
	}
	for len(people) < 33000 {
		assign(person(), places[dice.IntN(len(places))], clerks[1+dice.IntN(2)], org.Main)
	}
	for len(assignments) < 45000 {
		assign(x.people[dice.IntN(len(x.people))], places[dice.IntN(len(places))], clerks[dice.IntN(3)], org.Concurrent)
	}
	var systems []org.System
	for i := range 540 {
		s := org.System{System: id.New(tx.Now), Code: fmt.Sprintf("S%03d", i), Name: "システム", Owner: x.sections[dice.IntN(len(x.sections))], Regime: "kobe-city"}
		s.Statement = state(org.SystemHome(s.System))
		systems, x.systems = append(systems, s), append(x.systems, s.System)
	}
	for _, put := range []func() error{
		func() error { return org.Units.Put(ctx, tx, units...) },
		func() error { return org.Posts.Put(ctx, tx, posts...) },
		func() error { return org.People.Put(ctx, tx, people...) },
		func() error { return org.Assignments.Put(ctx, tx, assignments...) },
		func() error { return org.Systems.Put(ctx, tx, systems...) },
		func() error { return org.Deputies.Put(ctx, tx, deputies...) },
	} {
		if err := put(); err != nil {
			return err
		}
	}
	return nil
}

// read runs fn once in each round, each in a snapshot of its own, as a request does.
func (x *city) read(b *testing.B, fn func(r db.Reader, i int) error) {
	b.Helper()
	i := 0
	for b.Loop() {
		if err := x.db.View(b.Context(), func(r db.Reader) error { return fn(r, i) }); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

func BenchmarkCity(b *testing.B) {
	for _, engine := range testkit.Engines {
		x := buildCity(b, engine)
		var c *org.Chart
		b.Run(string(engine)+"/LoadChart", func(b *testing.B) {
			x.read(b, func(r db.Reader, _ int) (err error) {
				c, err = org.LoadChart(b.Context(), r, x.view, x.rules)
				return err
			})
		})
		b.Run(string(engine)+"/Survey", func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				var fresh *org.Chart
				if err := x.db.View(b.Context(), func(r db.Reader) (err error) {
					fresh, err = org.LoadChart(b.Context(), r, x.view, x.rules)
					return err
				}); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
				fresh.Authorities(x.chiefs[0])
			}
		})
		b.Run(string(engine)+"/Holders", func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				if len(c.Holders("kobe-city", "information-head", org.SystemHome(x.systems[i%len(x.systems)]))) != 1 {
					b.Fatal("no head")
				}
			}
		})
		b.Run(string(engine)+"/Standing", func(b *testing.B) {
			var s org.Charts
			x.read(b, func(r db.Reader, i int) error {
				w, err := s.Standing(b.Context(), r, x.view, x.rules, x.chiefs[i%len(x.chiefs)])
				if err == nil && len(w.Authorities) < 2 {
					b.Fatalf("a chief with %d authorities", len(w.Authorities))
				}
				return err
			})
		})
		for name, q := range map[string]org.PeopleQuery{"all": {Limit: 50}, "section": {Units: x.sections[:1], Limit: 50}, "find": {Find: "職員 1234", Limit: 50}} {
			b.Run(string(engine)+"/People-"+name, func(b *testing.B) {
				x.read(b, func(r db.Reader, _ int) error {
					list, _, err := x.view.People(b.Context(), r, q)
					if err == nil && len(list) == 0 {
						b.Fatal("nobody")
					}
					return err
				})
			})
		}
	}
}
