package people

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/testkit"
)

// units tells the units of a day as lines "0110 港務課 section tiny 0100 2 [0120]": code, name, kind, regime, parent, place, predecessors.
func units(p *plan, on jpdate.Date) []string {
	code := func(unit id.ID) string {
		if s := p.units.last(unit, nil); s != nil {
			return s.row.Code
		}
		return "-"
	}
	var lines []string
	for _, s := range p.units.all {
		if d := p.units.dated(s); s.closed || d.From.After(on) || d.Until.Before(on) {
			continue
		}
		var before []string
		for _, unit := range strings.Fields(s.row.Predecessors) {
			before = append(before, code(id.ID(unit)))
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s %s %v", s.row.Code, s.row.Name, s.row.Kind, s.row.Regime, code(s.row.Parent), before))
	}
	slices.Sort(lines)
	return lines
}

var baseUnits = []string{
	"0000 みなと市 body tiny - []", "0100 港湾局 bureau tiny 0000 []", "0110 港務課 section tiny 0100 []", "0111 港務係 team tiny 0110 []",
	"0120 岸壁課 section tiny 0100 []", "9000 教育委員会 body tiny - []", "9100 港小学校 school tiny 9000 []",
}

func TestUnits(t *testing.T) {
	t.Parallel()
	const heading = "組織コード,組織名,略称,上位組織コード,種別,規程,開始日,終了日,前身組織コード,並び順\n"
	for name, c := range map[string]struct {
		rows     string
		out, in  []string // of baseUnits on 1 April
		outcomes []Outcome
		warnings []string
	}{
		"新設、親も同じファイルの後の行": {
			rows: "0211,庶務係,,0210,係,,R8.4.1,,,\n0210,総務課,,0200,課,,R8.4.1,,,\n0200,総務局,,0000,局,,R8.4.1,,,",
			in:   []string{"0200 総務局 bureau tiny 0000 []", "0210 総務課 section tiny 0200 []", "0211 庶務係 team tiny 0210 []"}, outcomes: []Outcome{Founded, Founded, Founded},
		},
		"改称":   {rows: "0110,港務総務課,,,,,R8.4.1,,,", out: []string{"0110 港務課 section tiny 0100 []"}, in: []string{"0110 港務総務課 section tiny 0100 []"}, outcomes: []Outcome{Changed}},
		"元のまま": {rows: "0110,港務課,,0100,課,tiny,R8.4.1,,,", outcomes: []Outcome{Same}},
		"分割": {
			rows: "0120,,,,,,,R8.3.31,,\n0121,岸壁一課,,0100,課,,R8.4.1,,0120,1\n0122,岸壁二課,,0100,課,,R8.4.1,,0120,2",
			out:  []string{"0120 岸壁課 section tiny 0100 []"}, in: []string{"0121 岸壁一課 section tiny 0100 [0120]", "0122 岸壁二課 section tiny 0100 [0120]"},
			outcomes: []Outcome{Changed, Founded, Founded}, warnings: []string{"「0120」は令和8年3月31日で終わりますが、発令1件と下位の組織0件が残ります。"},
		},
		"統合": {
			rows: "0110,,,,,,,R8.3.31,,\n0120,,,,,,,R8.3.31,,\n0130,港湾課,,0100,課,,R8.4.1,,0110、0120,\n0111,港務係,,0130,係,,R8.4.1,,,",
			out:  []string{"0110 港務課 section tiny 0100 []", "0120 岸壁課 section tiny 0100 []", "0111 港務係 team tiny 0110 []"},
			in:   []string{"0130 港湾課 section tiny 0100 [0110 0120]", "0111 港務係 team tiny 0130 []"}, outcomes: []Outcome{Changed, Changed, Founded, Changed},
			warnings: []string{"「0110」は令和8年3月31日で終わりますが、発令2件と下位の組織0件が残ります。", "「0120」は令和8年3月31日で終わりますが、発令1件と下位の組織0件が残ります。"},
		},
		"後に始まって終わる組織": {rows: "0300,臨時室,,0000,室,,R8.4.1,R8.9.30,,", in: []string{"0300 臨時室 bureau tiny 0000 []"}, outcomes: []Outcome{Founded}},
	} {
		p := newPlan(day, rules(), nil, settled(t), choice{})
		p.run(table(t, Units, heading+c.rows))
		noFaults(t, p)
		want := slices.Concat(slices.DeleteFunc(slices.Clone(baseUnits), func(s string) bool { return slices.Contains(c.out, s) }), c.in)
		slices.Sort(want)
		if diff := gocmp.Diff(want, units(p, jpdate.New(2026, 4, 1))); diff != "" {
			t.Errorf("%s: on 1 April (-want +got)\n%s", name, diff)
		}
		if diff := gocmp.Diff(baseUnits, units(p, jpdate.New(2026, 3, 31))); diff != "" {
			t.Errorf("%s: on 31 March (-want +got)\n%s", name, diff)
		}
		var outcomes []Outcome
		for _, l := range p.lines {
			outcomes = append(outcomes, l.outcome)
		}
		var warnings []string
		for _, w := range p.warnings {
			warnings = append(warnings, w.Message)
		}
		if !slices.Equal(outcomes, c.outcomes) || !slices.Equal(warnings, c.warnings) {
			t.Errorf("%s: %v, warnings %q", name, outcomes, warnings)
		}
		again := newPlan(day, rules(), []id.ID{"batch"}, after(p, "batch", p.opens(""), settledFrom(p)), choice{})
		again.run(table(t, Units, heading+c.rows))
		noFaults(t, again)
		if len(again.days) != 0 {
			t.Errorf("%s: the same file again changes something on %v", name, again.days)
		}
	}
}

// TestEverything: one set of files of all forms, each building on those before it, and what the preview says of it.
func TestEverything(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		upload, err := o.Upload(t.Context(), access.NewProgram("person:hr"), everything(), Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := o.preview("person:hr", upload)
		for _, f := range p.Held {
			t.Errorf("held: %+v", f)
		}
		want := []UnitChange{{"0120", "岸壁課", false, jpdate.New(2026, 3, 31)}, {"0130", "新港課", true, firstApril}}
		if diff := gocmp.Diff(want, p.Units); diff != "" {
			t.Errorf("units (-want +got)\n%s", diff)
		}
		wantVacant := []Seat{{"tiny", "総括者", "body", "0000", "みなと市", "髙橋 一郎", ""}}
		if diff := gocmp.Diff(wantVacant, p.Vacant); diff != "" {
			t.Errorf("vacant (-want +got)\n%s", diff)
		}
		o.apply("person:hr", upload)
		o.clock.Set(t, "2026-04-01T09:00:00+09:00")
		o.check("on 1 April", o.seats("person:x", firstApril), []string{
			"000001 acting 0130 010", "000001 main 0100 010", "000003 main 0130 021", "000009 main 0110 020", "700005 main 9100 050", "800004 main 0110 030",
		})
		if err := d.View(t.Context(), func(r db.Reader) error {
			chart, err := org.LoadChart(t.Context(), r, org.View{On: firstApril, Now: db.At(d.Now())}, rules())
			if err != nil {
				return err
			}
			unit, ok := chart.Tree.ByCode("0130")
			if !ok || len(chart.Systems()) != 1 {
				t.Fatalf("unit %v, systems %v", ok, chart.Systems())
			}
			for role, want := range map[string]string{"keeper": "000003", "owner": "000001"} {
				home := org.UnitHome(unit.Unit)
				if role == "owner" {
					home = org.SystemHome(chart.Systems()[0].System)
				}
				if h := chart.Holders("tiny", role, home); len(h) != 1 || h[0].Vacant() || h[0].Person.Number != want {
					t.Errorf("%s is held by %+v, want %s", role, h, want)
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
