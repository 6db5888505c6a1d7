package register_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/kodama"
)

// reform is the library in the year after its desk was split: 受付係室 (1100) has ended, and the rooms that lines name are new.
type reform struct{ *kodama.House }

// reformed builds it. Before that, fill is what the desk has.
func reformed(t *testing.T, d *db.DB, fill func(f reform), lines ...string) reform {
	t.Helper()
	f := reform{kodama.Build(t, d)}
	fill(f)
	f.Clock.Set(t, "2026-04-01T09:00:00+09:00")
	f.states(lines...)
	return f
}

// states changes the town from today on.
func (f reform) states(lines ...string) {
	f.Helper()
	f.Do(trail.Act{}, func(tx *trail.Tx) error { return f.State(tx, org.AtOnce(tx), jpdate.Today(f.Clock.Now()), lines...) })
}

// merged is a desk of which one room has everything; split one of which two have parts.
func merged() []string {
	return []string{"unit 1300 総合窓口 section kodama 1000 after 1100", "end unit 1100", "assign 窓口長 1300 室長 main", "assign 窓口員 1300 係員 main"}
}

func split() []string {
	return append(merged(), "unit 1400 展示室 section kodama 1000 after 1100", "assign 展示長 1400 室長 main")
}

func (f reform) desk(name string, fn func(d *register.Desk)) {
	f.Helper()
	by := f.Actor(name)
	f.View(func(r db.Reader) error {
		d, err := f.Desk.Open(f.Context(), r, by, "kodama", "sample")
		if err == nil {
			fn(d)
		}
		return err
	})
}

// sheet is a plan as somebody sees it.
func (f reform) sheet(name string, plan id.ID) (x register.PlanSheet) {
	f.Helper()
	f.desk(name, func(d *register.Desk) {
		var err error
		if x, err = d.Plan(plan); err != nil {
			f.Fatal(errs.Message(err))
		}
	})
	return x
}

func (f reform) draft(name, home, to string) register.Plan {
	f.Helper()
	p, err := f.Desk.DraftPlan(f.Context(), f.Actor(name), "kodama", "sample", f.Home(home), to, "組織改正")
	if err != nil {
		f.Fatal(errs.Message(err), faults(err))
	}
	return p
}

func (f reform) give(name string, plan id.ID, to string, only ...id.ID) error {
	x := f.sheet(name, plan)
	_, err := f.Desk.ChangePlan(f.Context(), f.Actor(name), "kodama", "sample", plan, register.Giving{Seen: x.Sum, Note: x.Note, To: to, All: len(only) == 0, Only: only})
	return err
}

// apply applies a plan as it stands.
func (f reform) apply(name string, plan id.ID) (int, error) {
	return f.Desk.ApplyPlan(f.Context(), f.Actor(name), "kodama", "sample", plan, f.deciding(name, plan))
}

func (f reform) deciding(name string, plan id.ID) register.Deciding {
	return register.Deciding{Seen: f.sheet(name, plan).Sum, Number: "総第1号", On: f.Day("2026-04-01")}
}

func (f reform) undo(name string, plan id.ID) (back, left int, err error) {
	return f.Desk.UndoPlan(f.Context(), f.Actor(name), "kodama", "sample", plan, "誤り")
}

// entry reads an entry as it is, whoever may see it.
func (f reform) entry(entry id.ID) (e register.Entry) {
	f.Helper()
	f.desk("program", func(d *register.Desk) {
		var err error
		if e, err = d.Get(entry); err != nil {
			f.Fatal(err)
		}
	})
	return e
}

// owners counts the entries by the codes of their owners, and checks that each says of whom it is.
func (f reform) owners() string {
	f.Helper()
	count := map[string]int{}
	f.desk("program", func(d *register.Desk) {
		entries, _, err := d.List(register.Query{Limit: 5000})
		if err != nil {
			f.Fatal(err)
		}
		for _, e := range entries {
			said, err := e.Read()
			if err != nil || said.Text("desk") != e.Home {
				f.Errorf("%s says %s and is of %s: %v", e.Number, said.Text("desk"), e.Home, err)
			}
			unit, _ := org.UnitOf(e.Home)
			count[f.Names[unit]]++
		}
	})
	var words []string
	for name, n := range count {
		words = append(words, fmt.Sprintf("%s %d", name, n))
	}
	slices.Sort(words)
	return strings.Join(words, ", ")
}

func (f reform) want(want string) {
	f.Helper()
	if got := f.owners(); got != want {
		f.Errorf("owners: %s, want %s", got, want)
	}
}

func (f reform) verified() {
	f.Helper()
	var tables []trail.Audited
	f.View(func(r db.Reader) error {
		shelf, err := f.Desk.Shelf(f.Context(), r)
		if err == nil {
			tables = append(kodama.Audited(), shelf.Audited()...)
		}
		return err
	})
	if report, err := f.Log.Verify(f.Context(), tables, trail.Anchors{}); err != nil || !report.OK {
		f.Errorf("verify: %v %v", err, report.Findings)
	}
}

func some(n int) func(f reform) {
	return func(f reform) {
		for i := range n {
			f.Add("受付員", kodama.Sample(fmt.Sprintf("name 貝%d", i)))
		}
	}
}

// TestWhatAUnitLeavesGoesToItsHeir: all of it at once, with its history, what refers to it, what is found and the day of its
// confirmation; and back.
func TestWhatAUnitLeavesGoesToItsHeir(t *testing.T) {
	t.Parallel()
	testkit.Each(t, kodama.Modules(), func(t *testing.T, d *db.DB) {
		var first, refers, disposed register.Entry
		f := reformed(t, d, func(f reform) {
			first = f.Add("受付員", kodama.Sample("name もとの貝", "grade.secrecy 2", "giver 髙﨑"))
			refers = f.Add("書庫長", kodama.Sample("name 書庫の箱", "desk 1200"))
			disposed = f.Add("受付員", kodama.Sample("name 古い貝"))
			f.Add("受付員", kodama.Sample("name 写し", "original 令和7-見本-000001"))
			if err := f.Desk.Move(t.Context(), f.Actor("受付長"), "kodama", "sample", disposed.ID, 1, "gone", register.Entering{}); err != nil {
				t.Fatal(err)
			}
			f.desk("受付長", func(d *register.Desk) {
				c, err := d.Confirming(f.Home("1100"))
				if err == nil {
					_, err = f.Desk.Confirm(t.Context(), f.Actor("受付長"), "kodama", "sample", f.Home("1100"), c.Mark, "")
				}
				if err != nil {
					t.Fatal(err)
				}
			})
		}, merged()...)
		f.desk("窓口長", func(d *register.Desk) {
			owners, err := d.PlanOwners()
			if err != nil || len(owners) != 1 || !owners[0].Ended || owners[0].Entries != 3 || len(d.Heirs(owners[0].Home)) != 1 {
				t.Errorf("%v %v", owners, err)
			}
			if left, err := d.Abandoned(); err != nil || len(left) != 1 || left[0].Entries != 2 { // what is kept for the record does not wait for anybody
				t.Errorf("%v %v", left, err)
			}
		})
		p := f.draft("窓口長", "1100", "")
		x := f.sheet("窓口長", p.ID)
		if len(x.Parts) != 1 || len(x.Parts[0].Entries) != 3 || x.Parts[0].Target != f.Home("1300") || len(x.Rest) != 0 || len(x.Faults) != 0 || x.Refusal != "" || !x.Edits {
			t.Fatalf("%+v", x)
		}
		f.desk("窓口長", func(d *register.Desk) {
			if got, err := d.ClassTotals(x.Parts[0].Entries); err != nil || strings.Join(got, "・") != "秘匿2 2件・未分類 1件" && strings.Join(got, "・") != "秘匿2 1件・未分類 2件" {
				t.Error(got, err)
			}
			if left, err := d.Abandoned(); err != nil || len(left) != 1 || len(left[0].Drafts) != 1 {
				t.Errorf("%v %v", left, err)
			}
		})
		before := f.entry(first.ID)
		f.want("1100 3, 1200 1")
		if n, err := f.apply("窓口長", p.ID); n != 3 || err != nil {
			t.Fatal(n, errs.Message(err), faults(err))
		}
		f.want("1200 1, 1300 3")
		after := f.entry(first.ID)
		if after.Confirmed != before.Confirmed || after.Confirmed.IsZero() || after.Entered != before.Entered || after.Version != before.Version+1 || after.Number != before.Number || f.entry(disposed.ID).State != "gone" {
			t.Errorf("%+v, before %+v", after, before)
		}
		if err := f.Log.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		f.desk("窓口員", func(d *register.Desk) {
			versions, err := d.History(f.Log, first.ID, 10)
			if err != nil || len(versions) != 3 || versions[0].Said[0].Before != "受付係室（廃止）" || versions[0].Said[0].After != "総合窓口" {
				t.Errorf("%+v %v", versions, err)
			}
			if back, err := d.Referring(first.ID); err != nil || len(back) != 1 {
				t.Error(back, err)
			}
			if found, _, err := d.Search("もとの貝", register.Query{Limit: 9}, search.Cursor{}); err != nil || len(found) != 1 {
				t.Error(found, err)
			}
		})
		f.desk("書庫長", func(d *register.Desk) {
			if _, err := d.Plan(p.ID); errs.KindOf(err) != errs.NotFound {
				t.Errorf("another room reads the plan: %v", err)
			}
			if _, err := d.Get(refers.ID); err != nil {
				t.Error(err)
			}
		})
		if _, err := f.apply("窓口長", p.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("applied twice: %v", err)
		}

		// One of them has gone on since: it stays.
		if _, err := f.Desk.Change(t.Context(), f.Actor("program"), "kodama", "sample", first.ID, after.Version, kodama.Sample("name もとの貝", "desk 1200"), register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		if x := f.sheet("窓口長", p.ID); len(x.Parts[0].Entries) != 2 || x.Parts[0].Unseen != 1 || !x.Undoes {
			t.Errorf("%+v", x)
		}
		if _, _, err := f.Desk.UndoPlan(t.Context(), f.Actor("窓口長"), "kodama", "sample", p.ID, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("undone without a reason: %v", err)
		}
		if back, left, err := f.undo("窓口長", p.ID); back != 2 || left != 1 || err != nil {
			t.Fatal(back, left, errs.Message(err))
		}
		f.want("1100 2, 1200 2")
		if x := f.sheet("館長", p.ID); x.State != register.PlanUndone || len(x.Parts[0].Entries) != 2 || len(x.Parts[0].Gone) != 1 {
			t.Errorf("%+v", x)
		}
		if _, _, err := f.undo("窓口長", p.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("undone twice: %v", err)
		}
		f.verified()
	})
}
