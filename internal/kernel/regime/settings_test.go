package regime_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
)

// leaving is the tiny regime with a setting that its roles use, and a clause about one of the program.
func leaving(t *testing.T) *regime.Set {
	t.Helper()
	set, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	tree := fstest.MapFS{}
	for name, text := range set.Packs[0].Files {
		if strings.HasSuffix(name, "roles.yaml") {
			text = "provisional: {setting: acting-days}\n" + text
		}
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	tree["kodama/1.0/settings.yaml"] = &fstest.MapFile{Data: []byte(`
- {id: acting-days, title: 代行の猶予, unit: days, proposal: 30, max: 60}
- {program: rest, clause: "4/3", max: 10, note: 目安}
`)}
	set, err = regime.Load(tree, nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	return set
}

// TestSettings: what a pack leaves open is declared with the duties that leave it open, and bounds what the program leaves open.
func TestSettings(t *testing.T) {
	t.Parallel()
	rest := setting.Declaration{Owner: setting.Program, ID: "rest", Unit: setting.Minutes, Min: 5, Max: 60, Proposal: "10"}
	all := leaving(t).Settings([]setting.Declaration{rest})
	if len(all) != 4 {
		t.Fatalf("%+v", all)
	}
	review, _ := setting.Find(all, "kodama.rule-review")
	if len(review.Basis) == 0 || !strings.HasPrefix(review.Basis[0].Clause, "kodama/rules:") || review.Basis[0].Text == "" || review.Max != 1200 || review.Proposal != "12" {
		t.Errorf("%+v", review)
	}
	if d, _ := setting.Find(all, "sekimori.rest"); d.Max != 10 || len(d.Basis) != 1 || d.Basis[0].Text != "こだま図書館情報取扱規程 第4条第3項" || d.Basis[0].Note != "目安" {
		t.Errorf("%+v", d)
	}
	for _, d := range all {
		if got, err := d.Parse(d.Proposal); err != nil || got != d.Proposal {
			t.Errorf("%s: the proposal %s is no value: %v", d.Key(), d.Proposal, err)
		}
	}
}

// TestRolesUseWhatWasDecided: from its day on, and also when the decision is read by another process.
func TestRolesUseWhatWasDecided(t *testing.T) {
	t.Parallel()
	testkit.Each(t, adoptable(), func(t *testing.T, d *db.DB) {
		d.Now = testkit.NewClock(t, "2026-03-01T09:00:00+09:00").Now
		ctx, log, offered := t.Context(), trail.New(d), leaving(t)
		library, other := regime.NewLibrary(offered, nil), regime.NewLibrary(offered, nil)
		april := jpdate.New(2026, 4, 1)
		provisional := func(l *regime.Library, on jpdate.Date) (days int) {
			err := d.View(ctx, func(r db.Reader) error {
				set, err := l.InForce(ctx, r, on)
				if err == nil {
					days = set.OrgRules()[0].Provisional
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return days
		}
		if got := provisional(other, april); got != 30 {
			t.Errorf("undecided: %d", got)
		}
		if got := offered.OrgRules()[0].Provisional; got != 30 {
			t.Errorf("of no day: %d", got)
		}
		err := log.Do(ctx, trail.Act{Actor: "cli:test", Name: "setting.record"}, func(tx *trail.Tx) error {
			set, err := library.InForce(ctx, tx, april)
			if err != nil {
				return err
			}
			_, err = setting.Enter(ctx, tx, set.Settings(nil),
				setting.Proposal{By: "cli:test", Title: "標準運用値", From: april, Wishes: map[string]setting.Wish{"kodama.acting-days": {Value: []string{"14"}}}, Rest: setting.RestOurs},
				setting.Decision{By: "cli:test", Elsewhere: true, Number: "デ第1号", On: jpdate.New(2026, 3, 1), From: april})
			return err
		})
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		for _, l := range []*regime.Library{library, other} {
			if got := provisional(l, april.AddDays(-1)); got != 30 {
				t.Errorf("before its day: %d", got)
			}
			if got := provisional(l, april); got != 14 {
				t.Errorf("from its day on: %d", got)
			}
		}
	})
}
