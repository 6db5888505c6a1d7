package org_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// at asks a memory of charts who holds a role of the city, and whether it had to look.
func (w *town) at(s *org.Charts, r db.Reader, rules []org.Rules, day, actor string) (*org.Chart, string) {
	w.Helper()
	c, err := s.At(w.Context(), r, w.view(r, day, actor), rules)
	if err != nil {
		w.Fatal(err)
	}
	return c, said(c.Holders("kobe-city", "information-manager", w.Home("2400")))
}

// TestChartsAreNeverOld: a chart is remembered until somebody writes, a batch opens or the day or the rules change; what a
// transaction has written itself it sees, and nobody else does when it is undone.
func TestChartsAreNeverOld(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := build(t, d, "testdata/town.txt")
		w.Clock.Set(t, "2026-03-24T10:00:00+09:00")
		w.apply()
		s, second := &org.Charts{}, &org.Charts{}
		look := func(s *org.Charts, day, actor string) (c *org.Chart, who string) {
			if err := d.View(t.Context(), func(r db.Reader) error { c, who = w.at(s, r, rules, day, actor); return nil }); err != nil {
				t.Fatal(err)
			}
			return c, who
		}
		one, who := look(s, "2026-04-01", "cli:other")
		if again, _ := look(s, "2026-04-01", "cli:other"); again != one || !strings.HasPrefix(who, "佐藤") {
			t.Errorf("not remembered: %s", who)
		}
		if _, who := look(s, "2026-04-01", operator); !strings.HasPrefix(who, "福田") {
			t.Errorf("the operator was given %s", who)
		}
		if again, _ := look(s, "2026-04-01", "cli:other"); again != one {
			t.Error("forgotten for another's")
		}
		if _, who := look(s, "2026-03-31", "cli:other"); !strings.HasPrefix(who, "佐藤") {
			t.Errorf("of another day: %s", who)
		}

		// The hour of the batch comes, and nothing is written.
		w.Clock.Set(t, "2026-03-31T23:59:59+09:00")
		if again, _ := look(s, "2026-04-01", "cli:other"); again != one {
			t.Error("looked again without a reason")
		}
		w.Clock.Set(t, "2026-04-01T00:00:00+09:00")
		opened, who := look(s, "2026-04-01", "cli:other")
		if !strings.HasPrefix(who, "福田") {
			t.Errorf("when the batch has opened: %s", who)
		}
		if _, who := look(second, "2026-04-01", "cli:other"); !strings.HasPrefix(who, "福田") {
			t.Errorf("in another process: %s", who)
		}

		// A transaction sees its own writes at every step; undone, they were never there.
		undone := errors.New("undone")
		leave := func(tx *trail.Tx, name string) error {
			list, err := w.view(tx, "2026-04-01", "").AssignmentsOf(t.Context(), tx, w.ID("person", name))
			if err != nil {
				return err
			}
			return org.EndOn(t.Context(), tx, org.Assignments, org.AtOnce(tx), list[0], w.Day("2026-03-31"))
		}
		write := func(end error) {
			err := w.Try(trail.Act{}, func(tx *trail.Tx) error {
				if err := leave(tx, "久保"); err != nil {
					return err
				}
				if _, who := w.at(s, tx, rules, "2026-04-01", ""); !strings.HasPrefix(who, "福田") {
					t.Errorf("after the first step: %s", who)
				}
				if err := leave(tx, "福田"); err != nil {
					return err
				}
				if _, who := w.at(s, tx, rules, "2026-04-01", ""); strings.HasPrefix(who, "福田") {
					t.Errorf("after the second step: %s", who)
				}
				return end
			})
			if !errors.Is(err, end) {
				t.Fatal(err)
			}
		}
		write(undone)
		if again, who := look(s, "2026-04-01", "cli:other"); again != opened {
			t.Errorf("after what was undone: %s", who)
		}
		w.Clock.Set(t, "2026-04-01T00:00:10+09:00")
		write(nil)
		w.Clock.Set(t, "2026-04-01T00:00:05+09:00")
		if _, who := look(second, "2026-04-01", "cli:other"); !strings.HasPrefix(who, "福田") {
			t.Errorf("by a clock that is behind: %s", who)
		}
		w.Clock.Set(t, "2026-04-01T00:00:10+09:00")
		for _, s := range []*org.Charts{s, second} {
			if _, who := look(s, "2026-04-01", "cli:other"); strings.HasPrefix(who, "福田") {
				t.Errorf("after what was written: %s", who)
			}
		}
		rules[0].Hash = "another"
		if again, _ := look(s, "2026-04-01", "cli:other"); again == opened {
			t.Error("other rules, the same chart")
		}
	})
}

// TestChartsForgetWhoIsErased: the name of somebody whose statement was erased is not remembered either.
func TestChartsForgetWhoIsErased(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := build(t, d, "testdata/town.txt")
		s := &org.Charts{}
		look := func() (who string, statement string) {
			if err := d.View(t.Context(), func(r db.Reader) error {
				_, who = w.at(s, r, rules, "2026-03-01", "")
				p, err := w.view(r, "2026-03-01", "").Person(t.Context(), r, w.ID("person", "佐藤"))
				statement = string(p.ID)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return who, statement
		}
		who, statement := look()
		if !strings.HasPrefix(who, "佐藤") {
			t.Fatal(who)
		}
		n, err := w.Log.Erase(t.Context(), trail.Act{Actor: "cli:test", Name: "trail.erase"}, org.Audited(),
			trail.Erasure{Kind: "person", Thing: statement, Part: trail.PartPersonal, Ground: "請求", Clause: "law:1"})
		if err != nil || n != 1 {
			t.Fatal(n, err)
		}
		if who, _ := look(); strings.Contains(who, "佐藤") {
			t.Errorf("remembered: %s", who)
		}
	})
}

// TestStanding: seats, what he is deputy of, collectives, and the roles of everyone in each of his units.
func TestStanding(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := later(t, d, "testdata/town.txt")
		var s org.Charts
		for name, want := range map[string]string{
			"久保": `information-manager 2100 holder, information-manager 2200 concurrent, system-manager S02 holder, staff 2100 holder, staff 2200 concurrent`,
			"沼田": `infrastructure-manager b: deputy provisional, staff 1120 holder`,
			"寺田": `school-information-manager 9003 holder, asset-head 9003 holder, school-handler 9003 holder`,
			"津田": `information-manager 8111 holder, school-security-manager b: deputy, school-system-manager T01 holder, security-committee b: deputy, csirt b: none, asset-head T01 holder, asset-head b: deputy, staff 8111 holder`,
			"石田": `ciso b: deputy, information-head 1000 holder, system-head S01 holder, staff 1000 holder`,
			"根本": `staff 2310 holder`,
		} {
			var x org.Standing
			err := d.View(t.Context(), func(r db.Reader) (err error) {
				x, err = s.Standing(t.Context(), r, w.view(r, "2026-04-01", "person:"+name), rules, w.ID("person", name))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range x.Authorities {
				code := h.Home
				if h.Home != org.BodyHome {
					code = x.Chart.Place(h.Regime, h.Home).Code
				}
				line := fmt.Sprint(h.Role.ID, " ", code, " ", h.As)
				if h.Provisional {
					line += " provisional"
				}
				if h.Person.ID != x.Person.Person || x.Person.Name != name {
					t.Errorf("%s was given what %s holds", name, h.Person.Name)
				}
				got = append(got, line)
			}
			if want = strings.ReplaceAll(want, "csirt b: none, ", ""); strings.Join(got, ", ") != want {
				t.Errorf("%s: %s\nwant %s", name, strings.Join(got, ", "), want)
			}
		}
		err := d.View(t.Context(), func(r db.Reader) error {
			_, err := s.Standing(t.Context(), r, w.view(r, "2025-03-31", ""), rules, w.ID("person", "久保"))
			return err
		})
		if errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody who is not there yet: %v", err)
		}
	})
}

// TestVacanciesAndAuthoritiesAreTheSameSeats: what Authorities and Vacancies say together is what All says.
func TestVacanciesAndAuthoritiesAreTheSameSeats(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := later(t, d, "testdata/town.txt")
		c := w.chart(rules, "2026-04-01", "")
		var vacant []string
		for _, h := range c.Vacancies() {
			vacant = append(vacant, h.Role.ID+" "+c.Place(h.Regime, h.Home).Code)
		}
		if got := strings.Join(vacant, ", "); got != "information-head 4000, information-manager 2500, chief-librarian " {
			t.Errorf("vacant: %s", got)
		}
		all, held := 0, 0
		for _, x := range rules {
			for _, r := range x.Roles {
				for _, h := range c.All(x.Regime, r.ID) {
					if all++; h.Vacant() && len(r.OneOf) > 0 {
						all--
					}
				}
			}
		}
		for name, x := range w.IDs {
			if strings.HasPrefix(name, "person ") {
				held += len(c.Authorities(x))
			}
		}
		if all != held+len(vacant) {
			t.Errorf("%d seats, %d held and %d vacant", all, held, len(vacant))
		}
	})
}
