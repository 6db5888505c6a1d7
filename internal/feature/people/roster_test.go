package people

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/testkit"
)

func TestRosters(t *testing.T) {
	t.Parallel()
	const heading = "基準日,職員番号,氏名,氏名カナ,任用区分,所属コード,職コード,兼務区分,旧職員番号\n"
	const all = "R8.4.1,000001,髙橋 一郎,,正規,0100,010,,\nR8.4.1,000002,山﨑 二郎,,正規,0110,020,,\nR8.4.1,000003,鈴木 三郎,,正規,0120,030,,\n"
	for name, c := range map[string]struct {
		rows      string
		covers    string
		others    string
		out, in   []string
		absent    []string
		unlisted  int
		proposals []string // old number and whether it is taken for the same person
		held      int
	}{
		"元のまま、兼務は書かれていない": {rows: all},
		"異動と退職、ほかの任命権者と任用区分は残る": {
			rows: "R8.4.1,000001,髙橋 一郎,,正規,0100,010,,\nR8.4.1,000002,山﨑 二郎,,正規,0120,020,,\n",
			out:  []string{"000002 main 0110 020", "000003 main 0120 030", "000003 concurrent 0111 030"}, in: []string{"000002 main 0120 020"}, absent: []string{"000003"},
		},
		"新しい人":      {rows: all + "R8.4.1,000009,佐藤 九,サトウ ク,正規,0110,030,,\n", in: []string{"000009 main 0110 030"}},
		"兼務も書かれている": {rows: all + "R8.4.1,000002,,,,0120,020,兼務,\n", out: []string{"000003 concurrent 0111 030"}, in: []string{"000002 concurrent 0120 020"}, unlisted: 1},
		"心得":        {rows: strings.Replace(all, "0120,030,,", "0120,020,心得,", 1), out: []string{"000003 main 0120 030"}, in: []string{"000003 probation 0120 020"}},
		"番号が変わった人":  {rows: "R8.4.1,800104,田中 葉子,,会計年度任用,0110,030,,800004\n", out: []string{"800004 main 0110 030"}, in: []string{"800104 main 0110 030"}},
		"同じ人らしい人": {
			rows: "R8.4.1,800104,田中　葉子,ﾀﾅｶ ﾖｳｺ,会計年度任用,0120,030,,\n", out: []string{"800004 main 0110 030"}, in: []string{"800104 main 0120 030"},
			proposals: []string{"800004 true"},
		},
		"同じ人らしいが別人": {
			rows: "R8.4.1,800104,田中 葉子,タナカ ヨウコ,会計年度任用,0120,030,,\n", others: "800104", out: []string{"800004 main 0110 030"}, in: []string{"800104 main 0120 030"},
			absent: []string{"800004"}, proposals: []string{"800004 false"},
		},
		"同姓同名が二人": {
			rows: "R8.4.1,800104,田中 葉子,タナカ ヨウコ,会計年度任用,0120,030,,\nR8.4.1,800105,田中 葉子,タナカ ヨウコ,会計年度任用,0110,030,,\n",
			out:  []string{"800004 main 0110 030"}, in: []string{"800104 main 0120 030", "800105 main 0110 030"}, absent: []string{"800004"},
		},
		"一つの課だけの名簿": {rows: "R8.4.1,000002,山﨑 二郎,,正規,0110,020,,\n", covers: "0110"},
		"保留の行の人は残る": {rows: strings.Replace(all, "0120,030,,", "0777,030,,", 1), held: 1},
		"二つの本務":     {rows: all + "R8.4.1,000003,鈴木 三郎,,正規,0110,030,,\n", held: 1},
	} {
		p := newPlan(day, rules(), nil, settled(t), choice{within: 30, covers: c.covers, others: map[string]bool{c.others: true}})
		p.run(table(t, Roster, heading+c.rows))
		if len(p.held) != c.held {
			t.Errorf("%s: %d rows held, want %d", name, len(p.held), c.held)
			noFaults(t, p)
		}
		want := slices.Concat(slices.DeleteFunc(slices.Clone(base), func(s string) bool { return slices.Contains(c.out, s) }), c.in)
		slices.Sort(want)
		if diff := gocmp.Diff(want, seats(p, jpdate.New(2026, 4, 1))); diff != "" {
			t.Errorf("%s: on 1 April (-want +got)\n%s", name, diff)
		}
		if diff := gocmp.Diff(base, seats(p, jpdate.New(2026, 3, 31))); diff != "" {
			t.Errorf("%s: on 31 March (-want +got)\n%s", name, diff)
		}
		var absent, proposals []string
		for _, x := range p.absent {
			absent = append(absent, x.Number)
		}
		for _, x := range p.proposals {
			proposals = append(proposals, fmt.Sprint(x.Old, " ", x.Confirmed))
		}
		if !slices.Equal(absent, c.absent) || !slices.Equal(proposals, c.proposals) || p.unlisted != c.unlisted {
			t.Errorf("%s: absent %v, proposals %v, %d unlisted", name, absent, proposals, p.unlisted)
		}
	}
}

// TestIdentitySurvivesANewNumber: 退職 and 採用 of the same person in one file, under another number.
func TestIdentitySurvivesANewNumber(t *testing.T) {
	t.Parallel()
	const rows = "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード\nR8.3.31,800004,,,,退職,,\nR8.4.1,800104,田中 葉子,タナカ ヨウコ,会計年度任用,採用,0120,030"
	p := newPlan(day, rules(), nil, settled(t), choice{within: 30})
	p.run(table(t, Orders, rows))
	noFaults(t, p)
	if old, now := p.personBy["800004"][0], p.personBy["800104"]; len(now) != 1 || now[0] != old || len(p.proposals) != 1 || p.lines[1].outcome != Renewed {
		t.Errorf("%v became %v, proposals %v", old, now, p.proposals)
	}
	if p.people.on(p.personBy["800104"][0], jpdate.New(2026, 3, 31), nil).row.Number != "800004" {
		t.Error("the number changed before its day")
	}
	late := newPlan(day, rules(), nil, settled(t), choice{within: 30})
	late.run(table(t, Orders, strings.Replace(rows, "R8.4.1", "R8.5.1", 1)))
	noFaults(t, late)
	if len(late.proposals) != 0 || len(late.personBy["800104"]) != 1 || late.personBy["800104"][0] == late.personBy["800004"][0] {
		t.Errorf("31 days later: %v", late.proposals)
	}
	permanent := newPlan(day, rules(), nil, settled(t), choice{within: 30})
	permanent.run(table(t, Orders, strings.ReplaceAll(rows, "会計年度任用", "正規")))
	if len(permanent.proposals) != 0 {
		t.Errorf("a permanent post: %v", permanent.proposals)
	}
}

// TestLeaversAreConfirmed: an import is applied only while it comes to what was confirmed.
func TestLeaversAreConfirmed(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		ctx := t.Context()
		list := source("名簿.csv", "職員番号,氏名,氏名カナ,任用区分,所属コード,職コード", "000001,髙橋 一郎,タカハシ イチロウ,正規,0100,010", "000002,山﨑 二郎,ヤマサキ ジロウ,正規,0110,020", "800104,田中 葉子,タナカ ヨウコ,会計年度任用,0110,030")
		upload, err := o.Upload(ctx, access.NewProgram("person:hr"), []Source{list}, Options{RosterOn: firstApril})
		if err != nil {
			t.Fatal(err)
		}
		p := o.preview("person:hr", upload)
		if want := (Choice{Leavers: 1, Same: 1}); p.Confirmed().Leavers != want.Leavers || p.Confirmed().Same != want.Same {
			t.Errorf("the preview shows %+v, want %+v", p.Confirmed(), want)
		}
		for _, c := range []Choice{{}, {Leavers: 2, Same: 1}, {Leavers: 1}, {Leavers: 1, Same: 1, Others: []string{"800104"}}} {
			if err := o.Apply(ctx, access.NewProgram("person:hr"), upload, c); errs.KindOf(err) != errs.Conflict {
				t.Errorf("confirmed with %+v: %v", c, err)
			}
		}
		// Somebody joins in an import that is applied before: what was confirmed is not what would happen.
		second, err := o.Upload(ctx, access.NewProgram("person:hr"), []Source{source("発令.csv", april[0], "R8.3.20,000010,林 十,ハヤシ ジュウ,正規,採用,0110,030,")}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []struct {
			upload id.ID
			choice Choice
		}{{second, Choice{}}, {upload, p.Confirmed()}} {
			if err := o.Apply(ctx, access.NewProgram("person:hr"), x.upload, x.choice); err != nil {
				t.Fatal(err)
			}
		}
		o.work()
		u, err := o.Get(ctx, access.NewProgram("person:hr"), upload)
		if err != nil || u.State != Ready || !strings.Contains(u.Trouble, "2人が退職・転出") {
			t.Errorf("%v: %s %q", err, u.State, u.Trouble)
		}
		o.apply("person:hr", upload)
		o.check("on 1 April", o.seats("person:hr", firstApril),
			[]string{"000001 main 0100 010", "000002 main 0110 020", "700005 main 9100 050", "800104 main 0110 030"})
		o.verify()
	})
}
