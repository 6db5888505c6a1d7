package register_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/register"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/kodama"
)

// ids of entries, oldest first.
func idsOf(entries []register.Entry) []id.ID {
	list := make([]id.ID, len(entries))
	for i, e := range entries {
		list[i] = e.ID
	}
	return list
}

// TestASplitUnit: nothing is given to anybody at first; the chief of one heir drafts, who may act for both applies.
func TestASplitUnit(t *testing.T) {
	t.Parallel()
	testkit.Each(t, kodama.Modules(), func(t *testing.T, d *db.DB) {
		f := reformed(t, d, some(6), split()...)
		p := f.draft("窓口長", "1100", "")
		x := f.sheet("窓口長", p.ID)
		if len(x.Parts) != 0 || len(x.Rest) != 6 || len(x.Faults) != 1 {
			t.Fatalf("%+v", x)
		}
		all := idsOf(x.Rest)
		if _, err := f.apply("窓口長", p.ID); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an empty plan is applied: %v", err)
		}
		for to, want := range map[string]string{"1100": "その組織もシステムもありません", "書庫のとなり": "その組織もシステムもありません", f.Home("1100"): "いまの所管と同じです"} {
			if err := f.give("窓口長", p.ID, to); !strings.Contains(told(err), want) {
				t.Errorf("to %s: %v", to, told(err))
			}
		}
		for _, err := range []error{f.give("窓口長", p.ID, "1300", all[:3]...), f.give("窓口長", p.ID, "1400", all[2:5]...), f.give("窓口長", p.ID, "1400", all[2:5]...)} {
			if err != nil {
				t.Fatal(errs.Message(err))
			}
		}
		if x = f.sheet("窓口長", p.ID); x.Version != 3 || len(x.Parts) != 2 || x.Parts[0].Target != f.Home("1400") || x.Parts[0].Total != 3 || x.Parts[1].Total != 2 || len(x.Rest) != 1 || x.Refusal == "" || len(x.Faults) != 0 {
			t.Errorf("%+v", x)
		}
		// The other side sees what comes to it, and no more; it may not change the draft.
		theirs := f.sheet("展示長", p.ID)
		if theirs.Edits || len(theirs.Rest) != 0 || theirs.Parts[0].Unseen != 3 || theirs.Refusal == "" {
			t.Errorf("%+v", theirs)
		}
		for name, act := range map[string]func() error{
			"gives": func() error { return f.give("展示長", p.ID, "1400") },
			"withdraws": func() error {
				return f.Desk.WithdrawPlan(t.Context(), f.Actor("展示長"), "kodama", "sample", p.ID, x.Sum, "だめ")
			},
		} {
			if err := act(); errs.KindOf(err) != errs.NotFound {
				t.Errorf("the other side %s: %v", name, err)
			}
		}
		for _, name := range []string{"窓口長", "展示長"} {
			if _, err := f.apply(name, p.ID); errs.KindOf(err) != errs.Invalid || !strings.Contains(told(err), "権限がない") {
				t.Errorf("%s alone applies what goes to two: %v", name, err)
			}
		}
		for _, name := range []string{"窓口員", "書庫長", "分館員"} {
			if _, err := f.Desk.ApplyPlan(t.Context(), f.Actor(name), "kodama", "sample", p.ID, register.Deciding{Seen: x.Sum, Number: "総第1号", On: f.Day("2026-04-01")}); err == nil || errs.KindOf(err) == errs.Conflict {
				t.Errorf("%s: %v", name, err)
			}
		}
		// One entry says something else, one has gone on by itself: the one moves as it is, the other stays.
		one, gone := f.entry(all[0]), f.entry(all[1])
		if _, err := f.Desk.Change(t.Context(), f.Actor("窓口長"), "kodama", "sample", one.ID, one.Version, register.Input{"note": {"底が欠けている"}}, register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		if _, err := f.Desk.Change(t.Context(), f.Actor("program"), "kodama", "sample", gone.ID, gone.Version, register.Input{"desk": {"1200"}}, register.Entering{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		if x = f.sheet("館長", p.ID); x.Refusal != "" || x.Parts[1].Changed != 1 || len(x.Parts[1].Entries) != 1 || len(x.Parts[1].Gone) != 1 {
			t.Errorf("%+v", x)
		}
		for name, in := range map[string]register.Deciding{
			"no number": {Seen: x.Sum, On: f.Day("2026-04-01")},
			"no day":    {Seen: x.Sum, Number: "総第1号"},
			"tomorrow":  {Seen: x.Sum, Number: "総第1号", On: f.Day("2026-04-02")},
			"another":   {Seen: p.Sum, Number: "総第1号", On: f.Day("2026-04-01")},
		} {
			want := errs.Invalid
			if name == "another" {
				want = errs.Conflict
			}
			if _, err := f.Desk.ApplyPlan(t.Context(), f.Actor("館長"), "kodama", "sample", p.ID, in); errs.KindOf(err) != want {
				t.Errorf("%s: %v", name, err)
			}
		}
		f.want("1100 5, 1200 1")
		if n, err := f.apply("館長", p.ID); n != 4 || err != nil {
			t.Fatal(n, errs.Message(err), told(err))
		}
		f.want("1100 1, 1200 1, 1300 1, 1400 3")
		if e := f.entry(one.ID); e.Version != 3 || !strings.Contains(string(e.Data), "底が欠けている") {
			t.Errorf("%+v", e)
		}
		if x = f.sheet("展示長", p.ID); x.Parts[0].Left != 0 || x.Parts[1].Left != 1 || len(x.Parts[0].Entries) != 3 || x.Undoes {
			t.Errorf("%+v", x)
		}
		if _, _, err := f.undo("展示長", p.ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("one side undoes what both have got: %v", err)
		}
		if back, left, err := f.undo("館長", p.ID); back != 4 || left != 0 || err != nil {
			t.Error(back, left, err)
		}
		f.want("1100 5, 1200 1")
		f.verified()
	})
}

// told is everything that an error tells people.
func told(err error) string {
	if err == nil {
		return ""
	}
	return fmt.Sprint(err)
}

// TestABusinessGoesToAnother: the owner lives on, and only what is meant moves, by a filter.
func TestABusinessGoesToAnother(t *testing.T) {
	t.Parallel()
	testkit.Each(t, kodama.Modules(), func(t *testing.T, d *db.DB) {
		f := reformed(t, d, func(f reform) {
			for i := range 6 {
				f.Add("受付員", kodama.Sample(fmt.Sprintf("name 貝%d", i), "stuff "+[]string{"shell", "wood", "stone"}[i%3]))
			}
		}, "system S2 貸出 1200 kodama", "unit 3000 別館 section other 0000")
		p := f.draft("受付長", "1100", "S2")
		if x := f.sheet("受付長", p.ID); len(x.Parts) != 1 || x.Parts[0].Target != f.Home("S2") {
			t.Fatalf("%+v", x)
		}
		if err := f.give("受付長", p.ID, "", idsOf(f.sheet("受付長", p.ID).Parts[0].Entries)...); err != nil {
			t.Fatal(err)
		}
		if err := f.give("受付長", p.ID, "3000"); !strings.Contains(told(err), "別の規程") {
			t.Errorf("to a unit under another policy: %v", err)
		}
		x := f.sheet("受付長", p.ID)
		n, err := f.Desk.ChangePlan(t.Context(), f.Actor("受付長"), "kodama", "sample", p.ID, register.Giving{
			Seen: x.Sum, To: "書庫", Note: "木のもの", All: true, Like: register.Like{Target: f.Home("1200")},
		})
		if err != nil || n != 0 {
			t.Fatal(n, err)
		}
		f.desk("受付長", func(d *register.Desk) {
			field, _ := d.Field("stuff")
			by, problem := d.FilterBy(field, "wood")
			if problem != "" {
				t.Fatal(problem)
			}
			x := f.sheet("受付長", p.ID)
			if n, err = f.Desk.ChangePlan(t.Context(), f.Actor("受付長"), "kodama", "sample", p.ID, register.Giving{Seen: x.Sum, To: "書庫", Note: "木のもの", All: true, Like: register.Like{Target: register.NoTarget, Query: register.Query{Filters: []register.Filter{by}}}}); err != nil || n != 2 {
				t.Fatal(n, err)
			}
		})
		if x = f.sheet("受付長", p.ID); x.Note != "木のもの" || x.Parts[0].Total != 2 || len(x.Rest) != 4 {
			t.Errorf("%+v", x)
		}
		if _, err := f.apply("受付長", p.ID); !strings.Contains(told(err), "権限がない") {
			t.Errorf("it is given to whom nobody asked: %v", err)
		}
		if n, err := f.apply("館長", p.ID); n != 2 || err != nil {
			t.Fatal(n, err)
		}
		f.want("1100 4, 1200 2")
		if _, _, err := f.undo("受付長", p.ID); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("who has given it takes it back: %v", err)
		}
		if back, left, err := f.undo("書庫長", p.ID); back != 2 || left != 0 || err != nil {
			t.Errorf("who has got it gives it back: %d %d %v", back, left, err)
		}
		f.want("1100 6")
		if err := f.Desk.WithdrawPlan(t.Context(), f.Actor("受付長"), "kodama", "sample", f.draft("受付長", "1100", "書庫").ID, "", "やめ"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("withdrawn unseen: %v", err)
		}
		q := f.draft("受付長", "1100", "書庫")
		if err := f.Desk.WithdrawPlan(t.Context(), f.Actor("受付長"), "kodama", "sample", q.ID, q.Sum, "やめ"); err != nil {
			t.Error(err)
		}
		if _, err := f.apply("館長", q.ID); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a withdrawn plan is applied: %v", err)
		}
		for name, home := range map[string]string{"out of scope": f.Home("2100"), "of nothing": f.Home("1200")} {
			who := map[string]string{"out of scope": "受付長", "of nothing": "書庫長"}[name]
			if _, err := f.Desk.DraftPlan(t.Context(), f.Actor(who), "kodama", "sample", home, "1100", ""); err == nil {
				t.Errorf("%s is drafted", name)
			}
		}
		if _, err := f.Desk.DraftPlan(t.Context(), f.Actor("館長"), "kodama", "visit", f.Home("1100"), "1200", ""); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a log moves: %v", err)
		}
		f.verified()
	})
}

// TestTheTargetEndsBeforeItComes: nothing moves, and the plan says why; given to another it does.
func TestTheTargetEndsBeforeItComes(t *testing.T) {
	t.Parallel()
	testkit.Each(t, kodama.Modules(), func(t *testing.T, d *db.DB) {
		f := reformed(t, d, some(3), split()...)
		p := f.draft("窓口長", "1100", "1400")
		f.Clock.Set(t, "2026-05-01T09:00:00+09:00")
		f.states("end unit 1400", "unit 1500 資料室 section kodama 1000 after 1400")
		if x := f.sheet("館長", p.ID); len(x.Faults) != 1 || !strings.Contains(x.Faults[0], "展示室（廃止）：廃止されています") {
			t.Errorf("%q", x.Faults)
		}
		if _, err := f.apply("館長", p.ID); errs.KindOf(err) != errs.Invalid || !strings.Contains(told(err), "廃止") {
			t.Error(err)
		}
		f.want("1100 3")
		if err := f.give("館長", p.ID, "1500"); err != nil {
			t.Fatal(told(err))
		}
		if n, err := f.apply("館長", p.ID); n != 3 || err != nil {
			t.Error(n, told(err))
		}
		f.want("1500 3")
		f.verified()
	})
}

// TestTwoAtOnce: of two who apply one plan, one does; of two plans about the same entries each entry moves once; who changes an entry
// meanwhile loses nothing.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, kodama.Modules(), func(t *testing.T, d *db.DB) {
		f := reformed(t, d, some(4), split()...)
		p, q := f.draft("館長", "1100", "1300"), f.draft("館長", "1100", "1400")
		first := f.sheet("館長", p.ID).Parts[0].Entries[0]
		by := f.Actor("館長")
		applies := func(plan id.ID) func() error {
			in := f.deciding("館長", plan)
			return func() error {
				_, err := f.Desk.ApplyPlan(t.Context(), by, "kodama", "sample", plan, in)
				return err
			}
		}
		program := f.Actor("program")
		ends := beside(applies(p.ID), applies(p.ID), applies(q.ID), func() error {
			_, err := f.Desk.Change(t.Context(), program, "kodama", "sample", first.ID, first.Version, register.Input{"note": {"直した"}}, register.Entering{})
			return err
		})
		if got := kinds(ends[:3]); got[""] != 1 || got[fmt.Sprint(errs.Conflict)] != 2 {
			t.Errorf("%v", got)
		}
		if e := f.entry(first.ID); (ends[3] == nil) != strings.Contains(string(e.Data), "直した") || e.Version != map[bool]int64{true: 3, false: 2}[ends[3] == nil] {
			t.Errorf("version %d says %s, and the change ended in %v", e.Version, e.Data, ends[3])
		}
		if got := f.owners(); got != "1300 4" && got != "1400 4" {
			t.Error(got)
		}
		if (ends[2] == nil) != (f.owners() == "1400 4") {
			t.Errorf("%s: %v", f.owners(), ends)
		}
		// Of two who change a draft as they have seen it, the second is told.
		some := f.draft("館長", map[bool]string{true: "1400", false: "1300"}[ends[2] == nil], "1200")
		give := func(to string) func() error {
			return func() error {
				_, err := f.Desk.ChangePlan(t.Context(), by, "kodama", "sample", some.ID, register.Giving{Seen: some.Sum, Note: some.Note, To: to, All: true})
				return err
			}
		}
		if got := kinds(beside(give("2100"), give(""))); got[""] != 1 || got[fmt.Sprint(errs.Conflict)] != 1 {
			t.Errorf("%v", got)
		}
		f.verified()
	})
}

// TestAPlanIsCutOff in the middle of its writing: nothing of it is there, and it can be applied again.
func TestAPlanIsCutOff(t *testing.T) {
	t.Parallel()
	testkit.Each(t, kodama.Modules(), func(t *testing.T, d *db.DB) {
		const many = 1200
		f := reformed(t, d, func(f reform) {
			for part := range 2 {
				var all []register.Input
				for i := range many / 2 {
					all = append(all, kodama.Sample(fmt.Sprintf("name 貝%d", part*many+i), "stuff "+[]string{"shell", "wood"}[i%2]))
				}
				if _, err := f.Desk.AddAll(t.Context(), f.Actor("受付員"), "kodama", "sample", all, func(int) string { return "" }); err != nil {
					t.Fatal(err)
				}
			}
		}, split()...)
		p := f.draft("館長", "1100", "1300")
		entries := f.sheet("館長", p.ID).Parts[0].Entries
		last := entries[len(entries)-1].ID
		cut := func(query string) {
			if err := d.Update(t.Context(), func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), query)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		// The last entry cannot be written with its new owner beside the first, as if the disk were full there.
		cut(`create unique index cut on ` + register.TableName("kodama.sample") + ` (home) where id in ('` + string(entries[0].ID) + `', '` + string(last) + `') and home = '` + f.Home("1300") + `'`)
		if _, err := f.apply("館長", p.ID); err == nil {
			t.Error("what was cut off is applied")
		}
		f.want(fmt.Sprintf("1100 %d", many))
		if x := f.sheet("館長", p.ID); x.State != register.PlanDraft || x.Number != "" || x.Version != 1 || x.Parts[0].Moved != "" {
			t.Errorf("%+v", x.Plan)
		}
		cut(`drop index cut`)
		if n, err := f.apply("館長", p.ID); n != many || err != nil {
			t.Fatal(n, told(err))
		}
		f.want(fmt.Sprintf("1300 %d", many))
		if back, left, err := f.undo("館長", p.ID); back != many || left != 0 || err != nil {
			t.Error(back, left, err)
		}
		f.want(fmt.Sprintf("1100 %d", many))
		f.verified()
	})
}

// TestPlansAreSeenFromBothSides and from above, and from nowhere else.
func TestPlansAreSeenFromBothSides(t *testing.T) {
	t.Parallel()
	testkit.Each(t, kodama.Modules(), func(t *testing.T, d *db.DB) {
		f := reformed(t, d, some(2), split()...)
		p := f.draft("窓口長", "1100", "1400")
		for name, want := range map[string]bool{"窓口長": true, "展示長": true, "館長": true, "program": true, "書庫長": false, "分館長": false} {
			f.desk(name, func(d *register.Desk) {
				list, err := d.Plans()
				if err != nil || slices.ContainsFunc(list, func(x register.Plan) bool { return x.ID == p.ID }) != want {
					t.Errorf("%s: %v %v", name, list, err)
				}
				if _, err := d.Plan(p.ID); (err == nil) != want || err != nil && errs.KindOf(err) != errs.NotFound {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		for _, name := range []string{"窓口員", "分館員"} { // a clerk, and an auditor, who changes nothing
			f.desk(name, func(d *register.Desk) {
				if _, err := d.PlanOwners(); errs.KindOf(err) != errs.Forbidden {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
	})
}
