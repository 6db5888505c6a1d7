package org_test

import (
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// modules are what the tables of this package need.
func modules() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}}
}

func TestStatementsAreWrittenWithTheirEntries(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		l := trail.New(d)
		rules := []org.Rules{{Regime: "r", Roles: []org.Role{{ID: "head", Scope: org.ScopeBureau, HeldBy: org.HeldBy{HeadOf: "bureau"}}}}}
		err := l.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "test"}, func(tx *trail.Tx) error {
			c := org.AtOnce(tx)
			s := func(home string) org.Statement { return c.State(home, jpdate.New(2026, 4, 1), org.Open()) }
			unit, post, person := id.New(tx.Now), id.New(tx.Now), id.New(tx.Now)
			if err := org.Units.Put(t.Context(), tx, org.Unit{Statement: s(org.UnitHome(unit)), Unit: unit, Code: "0100", Name: "港湾局", Kind: org.KindBureau, Regime: "r"}); err != nil {
				return err
			}
			if err := org.Posts.Put(t.Context(), tx, org.Post{Statement: s(org.BodyHome), Post: post, Code: "010", Title: "局長", Rank: 1, Head: true}); err != nil {
				return err
			}
			if err := org.People.Put(t.Context(), tx, org.Person{Statement: s(org.BodyHome), Person: person, Number: "1", Name: "港 一"}); err != nil {
				return err
			}
			if err := org.Assignments.Put(t.Context(), tx, org.Assignment{Statement: s(org.UnitHome(unit)), Person: person, Unit: unit, Post: post, Manner: org.Main}); err != nil {
				return err
			}
			ch, err := org.LoadChart(t.Context(), tx, org.View{On: jpdate.New(2026, 4, 1), Now: db.At(tx.Now)}, rules)
			if err != nil {
				return err
			}
			if h := ch.Holders("r", "head", org.UnitHome(unit)); len(h) != 1 || h[0].Person.Name != "港 一" {
				t.Errorf("%+v", h)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
