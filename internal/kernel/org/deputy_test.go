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

// TestNameDeputy names deputies and reads what is wrong, all at once.
func TestNameDeputy(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := later(t, d, "testdata/town.txt")
		c := w.chart(rules, "2026-04-01", "")
		for _, x := range []struct{ regime, role, scope, giver, person, from, until, want string }{
			{"kobe-city", "information-manager", "2100", "久保", "毛利", "2026-04-01", "2026-09-30", ""},
			{"kobe-city", "information-manager", "2100", "久保", "毛利", "2026-10-01", "9999-12-31", ""},
			{"kobe-city", "information-manager", "2100", "久保", "根本", "2026-04-01", "9999-12-31", ""}, // another beside him
			{"kobe-city", "information-manager", "2100", "久保", "毛利", "2026-09-30", "2026-09-30", "from_on"},
			{"kobe-city", "information-manager", "2100", "久保", "久保", "2026-04-01", "9999-12-31", "person"},
			{"kobe-city", "information-manager", "2200", "久保", "佐藤", "2026-04-01", "9999-12-31", "person"}, // holds it as well
			{"kobe-city", "information-manager", "2100", "久保", "清水", "2026-04-01", "9999-12-31", "person"}, // has left
			{"kobe-city", "information-manager", "2100", "小川", "毛利", "2026-04-01", "9999-12-31", "giver"},
			{"kobe-city", "information-manager", "2300", "小林", "根本", "2026-04-01", "9999-12-31", "giver from_on"}, // the unit has ended, and what was named for it lapsed
			{"kobe-city", "infrastructure-manager", "b:", "沼田", "小川", "2026-04-01", "9999-12-31", "giver"},        // a deputy names none
			{"kobe-city", "information-head", "2000", "木村", "毛利", "2026-04-01", "9999-12-31", "role"},
			{"kobe-city", "no-such-role", "2000", "木村", "毛利", "2026-04-01", "9999-12-31", "role"},
			{"kobe-city", "information-manager", "2100", "小川", "久保", "2026-04-01", "2026-03-31", "giver person until_on"},
		} {
			err := w.Try(trail.Act{}, func(tx *trail.Tx) error {
				scope := w.Home(x.scope)
				return org.NameDeputy(t.Context(), tx, c, org.Deputy{
					Statement: org.AtOnce(tx).State(scope, w.Day(x.from), w.Day(x.until)), Regime: x.regime, Role: x.role, Scope: scope,
					Giver: w.ID("person", x.giver), Person: w.ID("person", x.person),
				})
			})
			var fields []string
			if e, ok := errors.AsType[*errs.Error](err); ok {
				for _, f := range e.Fields {
					fields = append(fields, f.Where)
				}
			}
			if got := strings.Join(fields, " "); got != x.want || (err == nil) != (x.want == "") {
				t.Errorf("%v: %v", x, err)
			}
		}
		w.Clock.Add(1)
		if got := said(w.chart(rules, "2026-04-01", "").Holders("kobe-city", "information-manager", w.Home("2100"))); got != "久保（本務 課長） 毛利（代行 久保 2026-09-30まで） 根本（代行 久保）" {
			t.Error(got)
		}
	})
}

// TestDeputiesLapse: those of a holder who has left act on for thirty days, unless the new holder names his own; under the tiny
// regime they lapse at once.
func TestDeputiesLapse(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := later(t, d, "testdata/town.txt")
		states := func(day string) string {
			var b strings.Builder
			c := w.chart(rules, day, "")
			for _, n := range c.Deputies() {
				fmt.Fprintf(&b, "%s %s %s\n", w.Names[n.Person], n.State, n.Until)
			}
			return b.String()
		}
		for day, want := range map[string]string{
			"2026-03-31": "根本 acts 9999-12-31\n野村 acts 9999-12-31\n沼田 acts 9999-12-31\n戸田 acts 9999-12-31\n津田 acts 9999-12-31\n",
			"2026-04-01": "根本 lapsed 9999-12-31\n野村 provisional 2026-04-30\n沼田 provisional 2026-04-30\n戸田 provisional 2026-04-30\n津田 acts 9999-12-31\n",
			"2026-04-30": "根本 lapsed 9999-12-31\n野村 provisional 2026-04-30\n沼田 provisional 2026-04-30\n戸田 provisional 2026-04-30\n津田 acts 9999-12-31\n",
			"2026-05-01": "根本 lapsed 9999-12-31\n野村 lapsed 9999-12-31\n沼田 lapsed 9999-12-31\n戸田 lapsed 9999-12-31\n津田 acts 9999-12-31\n",
		} {
			if got := states(day); got != want {
				t.Errorf("%s:\n%swant\n%s", day, got, want)
			}
		}
		w.Do(trail.Act{}, func(tx *trail.Tx) error {
			return w.State(tx, org.AtOnce(tx), w.Day("2026-04-10"), "deputy kobe-city information-manager 2400 福田 小川")
		})
		w.Clock.Add(1)
		if got := said(w.chart(rules, "2026-04-10", "").Holders("kobe-city", "information-manager", w.Home("2400"))); got != "福田（本務 課長） 小川（代行 福田）" {
			t.Errorf("confirmed by the new holder: %s", got)
		}
		if got := said(w.chart(rules, "2026-04-09", "").Holders("kobe-city", "information-manager", w.Home("2400"))); got != "福田（本務 課長） 野村（代行・暫定 佐藤 2026-04-30まで）" {
			t.Errorf("the day before: %s", got)
		}
	})
}
