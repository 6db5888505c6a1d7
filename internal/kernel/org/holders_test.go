package org_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
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
		if h.Post != "" {
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
	w.Clock.Set(t, "2026-03-24T10:00:00+09:00")
	w.apply()
	w.Clock.Set(t, "2026-04-01T00:00:00+09:00")
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
				fmt.Fprintf(&b, "%s %s %s: %s\n", f[0], f[1], f[2], said(c.Holders(f[0], f[1], w.Home(home))))
			}
		}
		testkit.Golden(t, "testdata/climbing.txt", b.String())
	})
}

// TestDesignatedDeputies: a designation says who acts, where the rule names a post that the body does not have, or names another.
func TestDesignatedDeputies(t *testing.T) {
	t.Parallel()
	rules := []org.Rules{{Regime: "kobe-city", Roles: []org.Role{
		{ID: "chief", Scope: org.ScopeBody, HeldBy: org.HeldBy{Post: "情報化統括責任者"}, Deputy: &org.DeputyRule{Post: "副市長"}},
		{ID: "second", Scope: org.ScopeBody, HeldBy: org.HeldBy{Post: "副市長"}, Deputy: &org.DeputyRule{Role: "chief"}},
		{ID: "head", Scope: org.ScopeSection, HeldBy: org.HeldBy{HeadOf: "section"}, Deputy: &org.DeputyRule{Post: "係長"}},
		{ID: "keeper", Scope: org.ScopeSection, HeldBy: org.HeldBy{HeadOf: "section"}, Deputy: &org.DeputyRule{Post: "副市長"}},
		{ID: "named", Scope: org.ScopeSection, HeldBy: org.HeldBy{HeadOf: "section"}, Deputy: &org.DeputyRule{NamedBy: "holder"}},
		{ID: "alone", Scope: org.ScopeBody, HeldBy: org.HeldBy{Post: "副市長"}},
	}}}
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := later(t, d, "testdata/town.txt")
		want := func(role, home, day, want string) {
			t.Helper()
			if got := said(w.chart(rules, day, "").Holders("kobe-city", role, w.Home(home))); got != want {
				t.Errorf("%s of %s on %s: %s, want %s", role, home, day, got, want)
			}
		}
		want("chief", "b:", "2026-03-01", "赤井（本務 情報化統括責任者 2026-03-31まで）")
		want("second", "b:", "2026-03-01", "赤井（代行 情報化統括責任者 2026-03-31まで）")
		want("head", "2100", "2026-04-01", "久保（本務 課長） 毛利（代行 久保 係長）")
		w.Do(trail.Act{}, func(tx *trail.Tx) error {
			return errors.Join(w.State(tx, org.AtOnce(tx), w.Day("2025-04-01"),
				"designate-deputy kobe-city chief b: 1000/企画調整局長 ..2026-03-01",
				"designate-deputy kobe-city chief b: 石田 ..2026-03-01", // who bears that post: he comes once
				"designate-deputy kobe-city second b: 毛利",
				"designate-deputy kobe-city head 2100 久保",   // who holds it himself
				"designate-deputy kobe-city head 2101 毛利",   // no seat comes of it
				"designate-deputy kobe-city keeper 2300 毛利", // a unit that has ended since, where nobody follows from the rule
				"designate-deputy kobe-city named 2100 毛利",
				"designate-deputy kobe-city alone b: 毛利",
			))
		})
		w.Clock.Add(1)
		want("chief", "b:", "2026-03-01", "赤井（本務 情報化統括責任者 2026-03-31まで） 石田（代行 赤井 企画調整局長）")
		want("chief", "b:", "2026-03-02", "赤井（本務 情報化統括責任者 2026-03-31まで）")
		want("second", "b:", "2026-04-01", "毛利（代行）")
		want("head", "2100", "2026-04-01", "久保（本務 課長）")
		want("head", "2101", "2026-04-01", "久保（本務 課長）")
		want("keeper", "2310", "2026-04-01", "小林（本務 課長） 毛利（代行 小林）")
		want("named", "2100", "2026-04-01", "久保（本務 課長）")
		want("alone", "b:", "2026-04-01", "欠員")
		for _, h := range w.chart(rules, "2026-03-01", "").Authorities(w.ID("person", "石田")) {
			if h.Role.ID != "chief" || h.As != org.AsDeputy {
				t.Errorf("%+v", h)
			}
		}
	})
}

// TestRulesThatNoPackHas: what the format allows beyond what the shipped packs use.
func TestRulesThatNoPackHas(t *testing.T) {
	t.Parallel()
	rules := []org.Rules{{Regime: "kobe-city", Roles: []org.Role{
		{ID: "head", Scope: org.ScopeSection, HeldBy: org.HeldBy{HeadOf: "section"}, Vacant: "upper"},
		{ID: "upper", Scope: org.ScopeBureau, HeldBy: org.HeldBy{HeadOf: "bureau"}, Vacant: "head"},
		{ID: "chicken", Scope: org.ScopeBody, HeldBy: org.HeldBy{Role: "egg"}},
		{ID: "egg", Scope: org.ScopeBody, HeldBy: org.HeldBy{Role: "chicken"}, Deputy: &org.DeputyRule{Role: "chicken"}},
		{ID: "clerk", Scope: org.ScopeSection, HeldBy: org.HeldBy{Post: "係長"}, Deputy: &org.DeputyRule{Post: "課長"}},
		{ID: "contract", Scope: org.ScopeContract, HeldBy: org.HeldBy{HeadOf: "owner"}},
	}}}
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		w := later(t, d, "testdata/town.txt")
		w.Do(trail.Act{}, func(tx *trail.Tx) error {
			return errors.Join(w.State(tx, org.AtOnce(tx), w.Day("2025-04-01"),
				"designate kobe-city head 2300 根本", // of a unit that has ended since
				"designate kobe-city head 3100 清水", // who has left
				"designate kobe-city head 2400 福田", "designate kobe-city head 2101 毛利",
			), w.State(tx, org.AtOnce(tx), w.Day("2026-06-01"), "end assign 小林 2310 課長"))
		})
		w.Clock.Add(1)
		for _, c := range []struct{ role, home, day, want string }{
			{"head", "2500", "2026-04-01", "欠員 木村（代行 局長）"},
			{"upper", "4000", "2026-04-01", "欠員"},
			{"chicken", "b:", "2026-04-01", "欠員"},
			{"egg", "2101", "2026-04-01", "欠員"},
			{"clerk", "2101", "2026-04-01", "毛利（本務 係長） 久保（代行 毛利 課長）"},
			{"clerk", "2500", "2026-04-01", "欠員"},
			{"contract", "2500", "2026-04-01", "（席がない）"},
			{"nobody", "2500", "2026-04-01", "（席がない）"},
			{"head", "2310", "2026-05-31", "小林（本務 課長 2026-05-31まで）"},
			{"head", "2310", "2026-06-01", "根本（本務）"}, // the designation of what it was before
			{"head", "2320", "2026-06-01", "平田（心得 課長）"},
			{"head", "3100", "2026-04-01", "欠員 関口（代行 部長）"},
			{"head", "2400", "2026-04-01", "福田（本務）"},
			{"head", "2101", "2026-04-01", "毛利（本務）"}, // a team that is designated has a seat of its own
			{"head", "S02", "2026-04-01", "毛利（本務）"},
		} {
			if got := said(w.chart(rules, c.day, "").Holders("kobe-city", c.role, w.Home(c.home))); got != c.want {
				t.Errorf("%s of %s on %s: %s, want %s", c.role, c.home, c.day, got, c.want)
			}
		}
		if got := len(w.chart(rules, "2026-04-01", "").All("no-such-regime", "head")); got != 0 {
			t.Errorf("%d seats of no regime", got)
		}
	})
}
