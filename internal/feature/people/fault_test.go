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

// TestFaults: what is wrong with a row is said by its column, all at once, and the row does nothing.
func TestFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		form Form
		rows string
		want []string // "row column: part of the message"
	}{
		"発令のあらゆる誤り": {Orders, "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール\n令和8年4月31日,,,,準職員,移動,9999,888,x", []string{
			"2 number: 職員番号が書かれていません", "2 employment: 任用区分「準職員」は分かりません", "2 mail: メールアドレスとして", "2 order: 発令区分「移動」は分かりません。採用、転入", "2 on: 4月31日",
		}},
		"知らない組織と職":   {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.4.1,000002,異動,9999,888", []string{"2 unit: 所属コード「9999」の組織はありません", "2 post: 職コード「888」の職はありません"}},
		"発令日がない":     {Orders, "発令日,職員番号,発令区分,所属コード,職コード\n,000002,異動,0120,020", []string{"2 on: 発令日が書かれていません"}},
		"まだない組織":     {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR1.5.1,000002,異動,0120,020", []string{"2 number: 令和元年5月1日には在職していません", "2 unit: 令和元年5月1日にはまだありません", "2 post: まだありません"}},
		"知らない職員":     {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.4.1,000777,異動,0120,020", []string{"2 number: 職員番号「000777」の職員はいません"}},
		"先頭の0が落ちた":   {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.4.1,2,異動,0120,020", []string{"2 number: 先頭の 0 が落ちていませんか（000002）"}},
		"同じ日に二つの本務":  {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.4.1,000002,異動,0120,020\nR8.4.1,000002,昇任,0100,010", []string{"3 unit: 令和8年4月1日の本務は、f.csvの2行目にもあります"}},
		"二度の退職":      {Orders, "発令日,職員番号,発令区分\nR8.3.31,000002,退職\nR8.4.30,000002,退職", []string{"3 on: 令和8年3月31日で退職・転出しています"}},
		"退職した人の異動":   {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.3.31,000002,退職,,\nR8.4.1,000002,異動,0120,020", []string{"3 number: 令和8年4月1日には在職していません"}},
		"在職する人の採用":   {Orders, "発令日,職員番号,氏名,任用区分,発令区分,所属コード,職コード\nR8.4.1,000002,山﨑 二郎,正規,採用,0120,020", []string{"2 order: すでに在職しています"}},
		"氏名のない採用":    {Orders, "発令日,職員番号,氏名,任用区分,発令区分,所属コード,職コード\nR8.4.1,000009,,,採用,0120,020", []string{"2 name: 氏名が書かれていません", "2 employment: 任用区分が書かれていません"}},
		"所属のない異動":    {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.4.1,000002,異動,,", []string{"2 unit: 所属コードが書かれていません", "2 post: 職コードが書かれていません"}},
		"ない兼務の解除":    {Orders, "発令日,職員番号,発令区分,所属コード\nR8.4.1,000002,兼務解除,0120", []string{"2 unit: 令和8年3月31日には、解除する兼務がありません"}},
		"どの兼務か分からない": {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.3.1,000003,兼務,0110,030\nR8.4.1,000003,兼務解除,,", []string{"3 unit: 兼務が2件あります"}},
		"本務と同じ兼務":    {Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.4.1,000002,兼務,0110,020", []string{"2 unit: 本務と同じ所属と職です"}},
		"採用されていない取消": {Orders, "発令日,職員番号,発令区分\nR8.4.1,000002,採用取消", []string{"2 on: 令和8年4月1日に採用されていません"}},
		"番号だけの再任用":   {Orders, "発令日,職員番号,氏名,任用区分,発令区分,所属コード,職コード\nR8.4.1,000902,山﨑 二郎,再任用,再任用,0120,030", []string{"2 number: 旧職員番号も書いてください"}},
		"知らない旧職員番号":  {Orders, "発令日,職員番号,氏名,任用区分,発令区分,所属コード,職コード,旧職員番号\nR8.4.1,000902,山﨑 二郎,再任用,再任用,0120,030,000888", []string{"2 old: 旧職員番号「000888」の職員はいません"}},
		"別人の旧職員番号":   {Orders, "発令日,職員番号,氏名,任用区分,発令区分,所属コード,職コード,旧職員番号\nR8.4.1,000002,山﨑 二郎,再任用,再任用,0120,030,000003", []string{"2 number: 旧職員番号「000003」とは別の職員"}},
		"変わった番号":     {Orders, "発令日,職員番号,氏名,任用区分,発令区分,所属コード,職コード,旧職員番号\nR8.4.1,800104,,,任用更新,,,800004\nR8.5.1,800004,,,異動,0120,030,", []string{"3 number: 令和8年5月1日には「800104」になっています"}},
		"名簿の兼務区分":    {Roster, "基準日,職員番号,氏名,任用区分,所属コード,職コード,兼務区分\nR8.4.1,000002,山﨑 二郎,正規,0110,020,併合", []string{"2 manner: 兼務区分「併合」は分かりません"}},
		"基準日のない名簿":   {Roster, "職員番号,氏名,任用区分,所属コード,職コード\n000002,山﨑 二郎,正規,0110,020", []string{"2 on: 基準日が分かりません"}},
		"組織の誤り": {Units, "組織コード,組織名,上位組織コード,種別,規程,開始日,終了日\n0200,税務局,0777,局,,R8.4.1,\n0201,,0100,庁,,R8.4.1,\n0210,会計課,0100,課,ほか,R8.4.1,\n0999,,,,,,R8.3.31\n0120,岸壁課,0100,課,,R8.4.1,R8.3.1\n0110,港務課,,,,,", []string{
			"2 parent: 上位組織コード「0777」の組織はありません", "3 name: 組織名が書かれていません", "3 kind: 種別「庁」は分かりません", "4 regime: 規程「ほか」はありません", "5 unit: 「0999」は令和8年3月31日にはありません", "6 until: 終了日が開始日より前", "7 from: 開始日が書かれていません",
		}},
		"組織の輪":     {Units, "組織コード,組織名,上位組織コード,種別,開始日\n0100,港湾局,0110,局,R8.4.1\n0300,甲,0301,課,R8.4.1\n0301,乙,0300,課,R8.4.1", []string{"2 parent: 輪になっています", "3 parent: 輪になっています", "4 parent: 輪になっています"}},
		"根でない団体":   {Units, "組織コード,組織名,上位組織コード,種別,規程,開始日\n0300,甲,0100,団体,,R8.4.1\n0301,乙,,課,tiny,R8.4.1", []string{"2 parent: 種別が団体の組織だけ", "3 parent: 種別が団体の組織だけ"}},
		"ない前身":     {Units, "組織コード,組織名,上位組織コード,種別,開始日,前身組織コード\n0130,新港課,0100,課,R8.4.1,0120、0777", []string{"2 before: 前身組織コード「0777」の組織は令和8年3月31日にはありません"}},
		"職の誤り":     {Posts, "職コード,職名,職位,所属長,開始日\n060,主幹,上,たぶん,R8.4.1", []string{"2 rank: 「上」は数として読めません", "2 head: 「たぶん」は読めません"}},
		"外部コードの誤り": {Codes, "組織コード,体系,コード,開始日\n0777,会計,,R8.4.1", []string{"2 unit: 組織コード「0777」の組織はありません", "2 code: コードが書かれていません", "2 system: 体系「会計」は分かりません"}},
		"システムの誤り":  {Systems, "システムコード,システム名,所管組織コード,開始日\nS1,入港届,0777,R8.4.1", []string{"2 owner: 所管組織コード「0777」の組織はありません"}},
		"指定の誤り":    {Designations, "規程,役割,対象,組織コード,職コード,職員番号,開始日\ntiny,番人,団体,,,000001,R8.4.1\ntiny,保管者,0777,0110,020,000001,R8.4.1\ntiny,総括者,団体,,,,R8.4.1", []string{"2 role: 役割「番人」はありません。保管者、", "3 scope: 対象「0777」の組織はありません", "3 number: どちらかだけ", "4 number: 組織コードと職コードか、職員番号を"}},
		"代理の指定の誤り": {Designations, "規程,役割,対象,職員番号,立場,開始日\ntiny,保管者,0110,000001,代理,R8.4.1\ntiny,総括者,団体,000001,たぶん,R8.4.1\ntiny,主管者,S1,000001,代行,R8.4.1", []string{"2 as: 規程に代理の定めがありません", "3 as: 本人か代理に", "4 as: 自分で指名します", "4 scope: "}},
	} {
		p := newPlan(day, rules(), nil, settled(t), choice{within: 30})
		lines := table(t, c.form, c.rows)
		p.run(lines)
		var got []string
		for _, l := range lines {
			for _, f := range l.faults {
				got = append(got, fmt.Sprintf("%d %s: %s", l.Row, f.Column, f.Message))
			}
		}
		ok := len(got) == len(c.want)
		for i := range min(len(got), len(c.want)) {
			at, part, _ := strings.Cut(c.want[i], ": ")
			ok = ok && strings.HasPrefix(got[i], at+": ") && strings.Contains(got[i], part)
		}
		if !ok {
			t.Errorf("%s:\ngot  %s\nwant %s", name, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
	}
}

// TestFilesThatCannotBeRead: all of them are named at once, and nothing is kept.
func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	o := newOffice(t, testkit.Open(t, testkit.DSN(t, db.SQLite, modules()), modules()))
	_, err := o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{
		source("発令.csv", april...), source("空.csv"), source("別表.csv", "品名,数量", "鉛筆,3"), source("途中.csv", "発令日,職員番号,発令区分", "R8.4.1,000001,退職"),
		source("発令日なし.csv", "職員番号,氏名,任用区分,発令区分,所属コード,職コード", "000001,髙橋,正規,異動,0110,020"),
	}, Options{})
	if errs.KindOf(err) != errs.Invalid {
		t.Fatal(err)
	}
	for _, part := range []string{"空.csv: ファイルが空", "別表.csv: 見出しの行が、組織、職", "途中.csv: ", "「氏名」の列がありません", "「所属コード」の列がありません", "発令日なし.csv: 発令区分の列があるのに"} {
		if !strings.Contains(errs.Message(err), part) {
			t.Errorf("the message lacks %q:\n%s", part, errs.Message(err))
		}
	}
	if list, err := o.List(t.Context(), access.NewProgram("person:hr")); err != nil || len(list) != 1 {
		t.Errorf("%v: %d uploads", err, len(list))
	}
}

// TestHoldList: bad rows are left out, wait, and are corrected one by one as a part of their import.
func TestHoldList(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		ctx := t.Context()
		before := o.tables()
		rows := slices.Concat(april, []string{"R8.4.1,000003,,,,異動,0777,030,", "R8.4.1,000004,,,,異動,0110,030,"})
		upload, err := o.Upload(ctx, access.NewProgram("person:hr"), []Source{source("発令.csv", rows...)}, Options{})
		if err != nil {
			t.Fatal(err)
		}
		p := o.preview("person:hr", upload)
		if p.HeldRows != 2 || !strings.Contains(p.Stop, "2行") || len(p.Held) != 2 || p.Held[0].Where != "5行目 G列（7列目）" || p.Held[0].File != "発令.csv" {
			t.Fatalf("%d held, stop %q, %+v", p.HeldRows, p.Stop, p.Held)
		}
		if err := o.Apply(ctx, access.NewProgram("person:hr"), upload, p.Confirmed()); errs.KindOf(err) != errs.Invalid {
			t.Errorf("applied with too many bad rows: %v", err)
		}
		upload = o.imports("person:hr", Options{HeldLimit: 50}, source("発令.csv", rows...))
		held, err := o.Holds(ctx, access.NewProgram("person:hr"), upload)
		if err != nil || len(held) != 2 || held[0].Place != "5行目" || held[0].Cells()["number"] != "000003" || held[0].Faults()[0].Column != "unit" {
			t.Fatalf("%v %+v", err, held)
		}
		if _, err := o.Holds(ctx, access.NewProgram("person:other"), upload); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another one sees the hold list: %v", err)
		}
		o.check("on 1 April without the held row", o.seats("person:hr", firstApril), with(aprilOut, aprilIn))
		cells := held[0].Cells()
		if err := o.FixHold(ctx, access.NewProgram("person:hr"), held[0].ID, cells); errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "unit: 所属コード「0777」") {
			t.Errorf("still wrong: %v", err)
		}
		cells["unit"] = "0110"
		if err := o.FixHold(ctx, access.NewProgram("person:other"), held[0].ID, cells); errs.KindOf(err) != errs.NotFound {
			t.Errorf("fixed by another: %v", err)
		}
		if err := o.FixHold(ctx, access.NewProgram("person:hr"), held[0].ID, cells); err != nil {
			t.Fatal(err)
		}
		if err := o.FixHold(ctx, access.NewProgram("person:hr"), held[0].ID, cells); errs.KindOf(err) != errs.Conflict {
			t.Errorf("fixed twice: %v", err)
		}
		o.check("others before the hour", o.seats("person:other", firstApril), base)
		fixed := with(append([]string{"000003 main 0120 030"}, aprilOut...), append([]string{"000003 main 0110 030"}, aprilIn...))
		o.check("on 1 April with the fixed row", o.seats("person:hr", firstApril), fixed)
		if err := o.DropHold(ctx, access.NewProgram("person:hr"), held[1].ID, " "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("dropped without a reason: %v", err)
		}
		if err := o.DropHold(ctx, access.NewProgram("person:hr"), held[1].ID, "退職済みのため"); err != nil {
			t.Fatal(err)
		}
		if list, err := o.List(ctx, access.NewProgram("person:hr")); err != nil || list[0].Held != 0 {
			t.Errorf("%v: %d rows still open", err, list[0].Held)
		}
		o.verify()
		if err := o.Undo(ctx, access.NewProgram("person:hr"), upload, "やり直し"); err != nil {
			t.Fatal(err)
		}
		o.work()
		o.compare("after the undo", before, o.tables())

		whole, err := o.Upload(ctx, access.NewProgram("person:hr"), []Source{source("発令.csv", rows...)}, Options{HeldLimit: 50, Whole: true})
		if err != nil {
			t.Fatal(err)
		}
		if p := o.preview("person:hr", whole); !strings.Contains(p.Stop, "すべて直すまで") {
			t.Errorf("all or nothing: %q", p.Stop)
		}
	})
}

// TestSecretsBetweenOperators: who may not know an import learns of the people it changes that they are taken, and no more.
func TestSecretsBetweenOperators(t *testing.T) {
	t.Parallel()
	p := newPlan(day, rules(), nil, settled(t), choice{})
	p.run(table(t, Orders, "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード\nR8.4.1,000002,,,,異動,0120,020\nR8.4.1,000009,佐藤 九,サトウ ク,正規,採用,0110,030"))
	noFaults(t, p)
	secret := after(p, "batch", p.opens(""), settledFrom(p))
	other := newPlan(day, rules(), nil, secret, choice{})
	lines := table(t, Orders, "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード\nR8.4.1,000002,,,,異動,0100,030\nR8.3.31,000002,,,,退職,,\nR8.4.1,000009,別 人,ベツ ジン,正規,採用,0110,030\nR8.4.1,000003,,,,異動,0110,020")
	other.run(lines)
	for i, l := range lines {
		if taken := len(l.faults) == 1 && strings.Contains(l.faults[0].Message, "公表前の別の取り込み"); taken != (i < 3) {
			t.Errorf("row %d: %v", l.Row, l.faults)
		}
	}
	if diff := gocmp.Diff(base, seats(newPlan(day, rules(), nil, secret, choice{}), jpdate.New(2026, 4, 1))); diff != "" {
		t.Errorf("what the other may know (-want +got)\n%s", diff)
	}
	// The operator of both builds on the secret one: what he adds is not known before it.
	both := newPlan(day, rules(), []id.ID{"batch"}, secret, choice{})
	both.run(table(t, Orders, "発令日,職員番号,発令区分,所属コード,職コード\nR8.3.25,000002,兼務,0100,030\nR8.4.1,000009,異動,0120,030"))
	noFaults(t, both)
	if opens := both.opens("2026-03-25T00:00:00.000000Z"); opens != p.opens("") {
		t.Errorf("opens at %s, before what it builds on", opens)
	}
}
