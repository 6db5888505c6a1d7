package people

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// TestFilesOfEveryFormat: the same rows come out of every format, with 髙 﨑 ① and leading zeros as they are.
func TestFilesOfEveryFormat(t *testing.T) {
	t.Parallel()
	rows := [][]string{
		{"令和8年4月1日付け人事異動"}, // a title stands above the heading
		{"備考", "発令年月日", "職員番号", "氏　名", "氏名（カナ）", "任用区分", "発令区分", "所属コード", "職コード", "メールアドレス"},
		{"新", "令和８年４月１日", "000010", "髙﨑　①郎", "ﾀｶｻｷ ｲﾁﾛｳ", "会計年度任用職員", "採用", "０１１０", "030", ""},
		{"", "R8.4.1", "000002", "", "", "", "異動", "0120", "020", ""},
	}
	for _, format := range []sheet.Format{sheet.UTF8, sheet.UTF8BOM, sheet.CP932, sheet.Excel} {
		var file bytes.Buffer
		w := sheet.NewWriter(&file, format, "異動")
		for _, row := range rows {
			if err := w.Row(row...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		lines, tables, err := readFile("異動", file.Bytes())
		if err != nil {
			t.Fatal(format, err)
		}
		if len(tables) != 1 || tables[0].Form != Orders || tables[0].Rows != 2 || len(tables[0].Notes) != 1 || !strings.Contains(tables[0].Notes[0].Message, "備考") {
			t.Errorf("%s: %+v", format, tables)
		}
		p := newPlan(day, rules(), nil, settled(t), choice{within: 30})
		p.run(lines)
		noFaults(t, p)
		want := slices.Sorted(slices.Values(with([]string{"000002 main 0110 020"}, []string{"000002 main 0120 020", "000010 main 0110 030"})))
		if diff := gocmp.Diff(want, seats(p, firstApril)); diff != "" {
			t.Errorf("%s: on 1 April (-want +got)\n%s", format, diff)
		}
		if x := p.people.on(p.personBy["000010"][0], firstApril, nil); x == nil || x.row.Name != "髙﨑　①郎" || x.row.Kana != "ﾀｶｻｷ ｲﾁﾛｳ" || x.row.Employment != "annual" {
			t.Errorf("%s: %+v", format, x)
		}
	}
}

// TestFormsAreToldApart by their headings alone.
func TestFormsAreToldApart(t *testing.T) {
	t.Parallel()
	for _, s := range append(everything(), source("名簿.csv", "職員番号,氏名,任用区分,所属コード,職コード,兼務区分", "1,甲,正規,1,1,")) {
		var file bytes.Buffer
		if _, err := file.ReadFrom(s.Data); err != nil {
			t.Fatal(err)
		}
		_, tables, err := readFile(s.Name, file.Bytes())
		if err != nil || len(tables) != 1 {
			t.Errorf("%s: %v", s.Name, err)
			continue
		}
		want := map[string]Form{"組織.csv": Units, "職.csv": Posts, "コード.csv": Codes, "発令.csv": Orders, "名簿.csv": Roster, "システム.csv": Systems, "指定.csv": Designations}[s.Name]
		if tables[0].Form != want {
			t.Errorf("%s is %s, want %s", s.Name, tables[0].Form, want)
		}
	}
}

// TestWarnings: what may be meant, and may be a slip.
func TestWarnings(t *testing.T) {
	t.Parallel()
	o := newOffice(t, testkit.Open(t, testkit.DSN(t, db.SQLite, modules()), modules()))
	upload, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{source("発令.csv", april[0],
		"R8.4.1,000002,鈴木 三郎,スズキ サブロウ,,異動,0120,020,", "R8.4.1,000003,鈴木 新姓,スズキ サブロウ,,異動,0110,030,", "R8.4.15,000001,髙橋 一郎,,,異動,0100,030,",
		"R8.4.1,000009,\ue000田 一,ガイジ,正規,採用,0110,030,")}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, w := range o.preview("person:hr", upload).Warnings {
		got = append(got, strings.TrimSpace(w.Where+" "+w.Message))
	}
	want := []string{
		"2行目 C列（3列目） 職員番号「000002」の氏名は「山﨑 二郎」です。「鈴木 三郎」に改めます。",
		"2つの日付の異動があります。すべて 令和8年4月1日0時00分 に公表されます。",
		"5行目 C列（3列目） 外字（U+E000）があります。ほかの端末では別の文字に見えることがあります。",
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("warnings (-want +got)\n%s", diff)
	}
}

// TestAJoinThatIsTakenBack: 採用取消 of somebody whom an earlier import had join.
func TestAJoinThatIsTakenBack(t *testing.T) {
	t.Parallel()
	p := newPlan(day, rules(), nil, settled(t), choice{})
	p.run(table(t, Orders, "発令日,職員番号,発令区分\nR7.4.1,800004,採用取消"))
	noFaults(t, p)
	want := slices.DeleteFunc(slices.Clone(base), func(s string) bool { return strings.HasPrefix(s, "800004") })
	for _, on := range []jpdate.Date{jpdate.New(2025, 4, 1), firstApril} {
		if diff := gocmp.Diff(want, seats(p, on)); diff != "" {
			t.Errorf("on %s (-want +got)\n%s", on, diff)
		}
	}
}

// TestDeputiesLapse: the preview names the deputies whose giver leaves the seat, and until when they act on.
func TestDeputiesLapse(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		provisional := 0
		o.Service.rules = func(context.Context, db.Reader) ([]org.Rules, error) {
			all := rules()
			all[0].Roles[0].Deputy, all[0].Provisional = &org.DeputyRule{NamedBy: "holder"}, provisional
			return all, nil
		}
		unit := o.unit("0110")
		if err := o.log.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "test.name"}, func(tx *trail.Tx) error {
			home := org.UnitHome(unit)
			return org.Deputies.Put(t.Context(), tx, org.Deputy{
				Statement: org.AtOnce(tx).State(home, jpdate.New(2025, 5, 1), org.Open()), Regime: "tiny", Role: "keeper", Scope: home, Giver: o.person("000002"), Person: o.person("800004"),
			})
		}); err != nil {
			t.Fatal(err)
		}
		upload, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{source("発令.csv", april...)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for days, until := range map[int]jpdate.Date{0: {}, 30: jpdate.New(2026, 4, 30)} {
			provisional = days
			p := o.preview("person:hr", upload)
			want := []Lapse{{"tiny", "保管者", "港務課", "山﨑 二郎", "田中 葉子", until}}
			if diff := gocmp.Diff(want, p.Lapses); diff != "" {
				t.Errorf("provisional for %d days (-want +got)\n%s", days, diff)
			}
		}
	})
}

// unit finds a unit by code.
func (o *office) unit(code string) id.ID {
	o.t.Helper()
	var tree *org.Tree
	if err := o.d.View(o.t.Context(), func(r db.Reader) (err error) {
		tree, err = org.View{On: jpdate.Today(o.d.Now()), Now: db.At(o.d.Now())}.Tree(o.t.Context(), r)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	u, ok := tree.ByCode(code)
	if !ok {
		o.t.Fatalf("no unit %s", code)
	}
	return u.Unit
}
