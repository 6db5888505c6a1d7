package org_test

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/org"
	"sekimori/internal/testkit"
)

// said is a holding as the tables of testdata write it: 赤井（本務 局長）, 沼田（代行・暫定 小川 2026-04-30まで）, 欠員.
func said(list []org.Holding) string {
	if len(list) == 0 {
		return "（席がない）"
	}
	var out []string
	for _, h := range list {
		if h.Vacant() {
			out = append(out, "欠員")
			continue
		}
		how := cmp.Or(h.Manner.Title(), h.As.Title())
		if h.Provisional {
			how += "・暫定"
		}
		if h.For != nil {
			how += " " + h.For.Name
		}
		if h.As != org.AsDeputy || h.Post != "" {
			how += " " + h.Post
		}
		if h.Until != org.Open() {
			how += " " + h.Until.String() + "まで"
		}
		out = append(out, h.Person.Name+"（"+how+"）")
	}
	return strings.Join(out, " ")
}

// table writes who holds each role of a regime, seat by seat.
func table(c *org.Chart, rules org.Rules) string {
	var b strings.Builder
	for _, r := range rules.Roles {
		if len(r.Everyone) > 0 || len(r.OneOf) > 0 {
			continue
		}
		fmt.Fprintf(&b, "%s\n", r.Title)
		all := c.All(rules.Regime, r.ID)
		for len(all) > 0 {
			n := 1
			for n < len(all) && all[n].Home == all[0].Home {
				n++
			}
			fmt.Fprintf(&b, "  %-6s%s\t%s\n", c.Place(rules.Regime, all[0].Home).Code, c.Place(rules.Regime, all[0].Home).Name, said(all[:n]))
			all = all[n:]
		}
	}
	return b.String()
}

// later is a town on 1 April 2026, when its batch has opened.
func later(t *testing.T, d *db.DB, file string) *town {
	t.Helper()
	w := build(t, d, file)
	w.clock.Set(t, "2026-03-24T10:00:00+09:00")
	w.apply()
	w.clock.Set(t, "2026-04-01T00:00:00+09:00")
	return w
}

// TestHolders compares the tables of who holds what, before and after 1 April, with those of testdata, which are to be checked
// by reading the town beside them.
func TestHolders(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	for file, regimes := range map[string][]string{"testdata/town.txt": {"kobe-city", "kobe-school"}, "testdata/library.txt": {"kodama"}} {
		testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
			w := later(t, d, file)
			for _, regime := range regimes {
				var b strings.Builder
				for _, day := range []string{"2026-03-31", "2026-04-01", "2026-05-01"} {
					c := w.chart(rules, day, "cli:other")
					x, _ := c.Rules(regime)
					fmt.Fprintf(&b, "== %s\n%s", day, table(c, x))
				}
				testkit.Golden(t, "testdata/holders_"+regime+".txt", b.String())
			}
		})
	}
}

// TestClimbing answers the questions of a table of testdata.
func TestClimbing(t *testing.T) {
	t.Parallel()
	rules := rulesOf(t)
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := later(t, d, "testdata/town.txt")
		asked, err := os.ReadFile("testdata/climbing.txt")
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		var c *org.Chart
		for line := range strings.Lines(string(asked)) {
			question, _, ok := strings.Cut(strings.TrimSpace(line), ": ")
			f := strings.Fields(strings.TrimSuffix(question, ":"))
			switch {
			case strings.HasPrefix(line, "#"):
				b.WriteString(line)
			case len(f) == 1:
				c = w.chart(rules, f[0], "cli:other")
				b.WriteString(line)
			case ok, len(f) == 3:
				home := strings.Replace(f[2], "b", "b:", 1)
				fmt.Fprintf(&b, "%s %s %s: %s\n", f[0], f[1], f[2], said(c.Holders(f[0], f[1], w.home(home))))
			}
		}
		testkit.Golden(t, "testdata/climbing.txt", b.String())
	})
}
