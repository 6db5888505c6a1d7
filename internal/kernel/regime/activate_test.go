package regime_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/tiny"
)

func adoptable() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "setting", FS: setting.Schema()}, {Module: "regime", FS: regime.Schema()}}
}

// revised is the tiny regime in its next edition: one duty in other words.
func revised(t *testing.T) *regime.Set {
	t.Helper()
	set, err := regime.Load(tiny.Regimes(), nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	tree := fstest.MapFS{}
	for name, text := range set.Packs[0].Files {
		name = strings.Replace(name, "kodama/1.0/", "kodama/1.1/", 1)
		text = strings.ReplaceAll(text, `edition: "1.0"`, `edition: "1.1"`)
		if strings.Contains(name, "/duties/") {
			text = strings.Replace(text, "  duty: ", "  duty: かならず", 1)
		}
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	next, err := regime.Load(tree, nil)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	return set.With(next)
}

// What was decided stays readable by a program that no longer offers it, and takes effect on its day.
func TestAdoptedPacksOutliveTheProgram(t *testing.T) {
	t.Parallel()
	testkit.Each(t, adoptable(), func(t *testing.T, d *db.DB) {
		ctx, log, offered := t.Context(), trail.New(d), revised(t)
		library := regime.NewLibrary(offered, nil)
		old, next := offered.Packs[0], offered.Packs[1]
		decide := func(p *regime.Pack, day jpdate.Date, number string) regime.Activation {
			t.Helper()
			a, err := library.Activate(ctx, log, access.NewProgram("cli:test"), p, regime.Decision{Effective: day, Decided: day.AddDays(-5), Number: number})
			if err != nil {
				t.Fatal(errs.Message(err))
			}
			return a
		}
		first := decide(old, jpdate.New(2026, 4, 1), "デ第1号")
		if again := decide(old, jpdate.New(2026, 6, 1), "デ第2号"); again.ID != first.ID {
			t.Error("adopting what is in force made another decision")
		}
		decide(next, jpdate.New(2027, 4, 1), "デ第3号")

		bare := regime.NewLibrary(&regime.Set{}, nil) // a program that has forgotten both
		for _, c := range []struct {
			on   jpdate.Date
			want *regime.Pack
		}{{jpdate.New(2026, 4, 1), old}, {jpdate.New(2027, 3, 31), old}, {jpdate.New(2027, 4, 1), next}} {
			err := d.View(ctx, func(r db.Reader) error {
				set, err := bare.InForce(ctx, r, c.on)
				if err != nil {
					return err
				}
				if len(set.Packs) != 1 || set.Packs[0].Hash != c.want.Hash || set.Packs[0].Edition != c.want.Edition {
					t.Errorf("%v: %v", c.on, set.Packs)
				}
				early, err := library.InForce(ctx, r, jpdate.New(2026, 3, 31))
				if err == nil && early.Packs[0].Hash != next.Hash {
					t.Error("before any decision the newest that is offered is shown")
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestActivateAsksForADecision(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, adoptable()), adoptable())
	set := revised(t)
	_, err := regime.NewLibrary(set, nil).Activate(t.Context(), trail.New(d), access.NewProgram("cli:test"), set.Packs[0], regime.Decision{Decided: jpdate.New(2026, 4, 1)})
	if message := errs.Message(err); errs.KindOf(err) != errs.Invalid || !strings.Contains(message, "適用する日") || !strings.Contains(message, "番号") {
		t.Errorf("%v", err)
	}
}

func TestCompareNamesWhatChanges(t *testing.T) {
	t.Parallel()
	set := revised(t)
	c := regime.Compare(set.Packs[0], set.Packs[1])
	if c.From != "1.0" || len(c.Changed) == 0 || len(c.Added)+len(c.Removed)+len(c.KindsAdded)+len(c.RolesGone) != 0 {
		t.Errorf("%+v", c)
	}
	if first := regime.Compare(nil, set.Packs[0]); len(first.Added) != len(set.Packs[0].Duties) || len(first.RolesAdded) == 0 {
		t.Errorf("%+v", first)
	}
}
