package access_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/town"
)

var errDone = errors.New("done")

// TestBothFormsAreOneRule: in random towns every home is in reach by Seen if and only if it is by Where, for whoever lives there.
func TestBothFormsAreOneRule(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		all := rules(t)
		log := trail.New(d)
		town.Build(t, log)
		rapid.Check(t, func(rt *rapid.T) {
			lines := randomTown(rt)
			err := log.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "test"}, func(tx *trail.Tx) error { // taken back at the end
				clock := testkit.NewClock(t, "2025-04-01T00:00:00+09:00")
				p := &place{Town: &town.Town{TB: t, Log: log, Clock: clock, IDs: map[string]id.ID{}, Names: map[id.ID]string{}}, homes: map[string]string{org.BodyHome: "b:", "c:1": "c:1", "x": "x", "": ""}}
				if err := p.State(tx, org.AtOnce(tx), p.Day("2025-04-01"), lines...); err != nil {
					return err
				}
				p.name()
				gate := access.NewGate(&org.Charts{}, func(context.Context, db.Reader) ([]org.Rules, error) { return all, nil })
				for i := range crowd {
					a, err := gate.Person(t.Context(), tx, p.ID("person", fmt.Sprint("人", i)), db.At(tx.Now))
					if err != nil {
						return err
					}
					for _, permission := range []access.Permission{access.PeopleRead, access.TrailRead, access.AccountManage} {
						s := a.Scope(permission)
						p.seen(tx, s)
						p.seen(tx, s.On(org.View{On: p.Day("2024-04-01"), Now: db.At(tx.Now)}))
					}
				}
				return errDone
			})
			if !errors.Is(err, errDone) {
				rt.Fatal(err)
			}
			if t.Failed() {
				rt.Fatal(lines)
			}
		})
	})
}

const crowd = 5 // people of a random town

// randomTown is some lines: two policies, units of which some end and have heirs, and people in them now, before or later.
func randomTown(t *rapid.T) []string {
	lines := []string{"unit U0 市 body kobe-city -", "unit U1 教委 body kobe-school -", "post 局長 2 head", "post 課長 4 head", "post 情報政策担当課長 4", "post 係員 7"}
	units := []string{"U0", "U1"}
	regimes := []string{"kobe-city", "kobe-school"}
	pick := func(what string, from []string) string { return rapid.SampledFrom(from).Draw(t, what) }
	days := []string{"", "", "", " 2020-04-01..2025-03-31", " 2026-04-01.."}
	for i := range rapid.IntRange(1, 9).Draw(t, "units") {
		code := fmt.Sprint("U", i+2)
		line := fmt.Sprintf("unit %s 課%d %s %s %s", code, i, pick("kind", []string{"bureau", "division", "section", "school", "team"}), pick("regime", regimes), pick("parent", units))
		if rapid.Bool().Draw(t, "heir") {
			line += " after " + pick("before", units)
		}
		lines, units = append(lines, line+pick("days", days)), append(units, code)
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "systems") {
		lines = append(lines, fmt.Sprintf("system S%d 台帳 %s %s", i, pick("owner", units), pick("regime", regimes)))
	}
	var persons []string
	for i := range crowd {
		name := fmt.Sprint("人", i)
		persons = append(persons, name)
		lines = append(lines, "person "+name+" "+pick("employment", []string{"regular", "contractor"}))
		for range rapid.IntRange(0, 2).Draw(t, "posts") {
			lines = append(lines, fmt.Sprintf("assign %s %s %s %s%s", name, pick("unit", units), pick("post", []string{"局長", "課長", "情報政策担当課長", "係員"}), pick("manner", []string{"main", "concurrent", "acting"}), pick("days", days)))
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "designations") {
		lines = append(lines, pick("designation", []string{
			"designate sekimori auditor b: " + pick("person", persons), "designate kobe-city information-manager " + pick("unit", units) + " " + pick("person", persons),
			"deputy kobe-city information-manager " + pick("unit", units) + " " + pick("person", persons) + " " + pick("person", persons),
		}))
	}
	return slices.Clip(lines)
}
