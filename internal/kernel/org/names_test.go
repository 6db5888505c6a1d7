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

// Names tells what things are called last, and not before it may be known.
func TestNamesKeepSecretsUntilTheirHour(t *testing.T) {
	t.Parallel()
	modules := []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}}
	testkit.Each(t, modules, func(t *testing.T, d *db.DB) {
		ctx, clock := t.Context(), testkit.NewClock(t, "2026-03-20T09:00:00+09:00")
		d.Now = clock.Now
		unit, person := id.New(clock.Now()), id.New(clock.Now())
		day, opens := jpdate.New(2026, 4, 1), db.At(jpdate.New(2026, 4, 1).Start())
		err := trail.New(d).Do(ctx, trail.Act{Actor: "cli:test", Name: "test"}, func(tx *trail.Tx) error {
			c := org.AtOnce(tx)
			old := org.Unit{Statement: c.State(org.UnitHome(unit), day.AddDays(-365), org.Open()), Unit: unit, Name: "港湾局", Kind: org.KindBureau}
			if err := org.Units.Put(ctx, tx, old); err != nil {
				return err
			}
			batch := org.Batch{ID: id.New(tx.Now), Row: trail.Row{Home: org.BodyHome}, Title: "異動", Effective: day, Opens: opens, State: org.Applied}
			if err := org.Batches.Put(ctx, tx, batch); err != nil {
				return err
			}
			later := batch.Change(tx)
			renamed := org.Unit{Statement: later.State(org.UnitHome(unit), day, org.Open()), Unit: unit, Name: "みなと局", Kind: org.KindBureau}
			joins := org.Person{Statement: later.State(org.BodyHome, day, org.Open()), Person: person, Number: "1", Name: "浜　太郎"}
			if err := org.Units.Put(ctx, tx, renamed); err != nil {
				return err
			}
			return org.People.Put(ctx, tx, joins)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			now  db.Time
			want map[string]string
		}{
			{db.At(clock.Now()), map[string]string{string(unit): "港湾局"}},
			{opens, map[string]string{string(unit): "みなと局", string(person): "浜　太郎"}},
		} {
			err := d.View(ctx, func(r db.Reader) error {
				names, err := org.View{Now: c.now}.Names(ctx, r, []string{string(unit), string(person), "nobody"})
				if len(names) != len(c.want) || names[string(unit)] != c.want[string(unit)] || names[string(person)] != c.want[string(person)] {
					t.Errorf("at %s: %v", c.now, names)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}
