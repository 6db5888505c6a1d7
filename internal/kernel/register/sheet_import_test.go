package register_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"

	"github.com/xuri/excelize/v2"
)

// places are the cells of faults.
func places(list []errs.Field) []string {
	var where []string
	for _, f := range list {
		where = append(where, f.Where)
	}
	return where
}

// counts is how many rows of the tables that an import writes there are.
func (h *house) counts() (n int) {
	h.Helper()
	h.view(func(r db.Reader) (err error) {
		n, err = db.Get[int](h.Context(), r, `select (select count(*) from register_kodama_sample) + (select count(*) from register_hold) + (select count(*) from trail_act) + (select count(*) from trail_entry)`)
		return err
	})
	return n
}

// old is a form as a section drew it: a title, a heading of two rows with merged cells, classes merged over rows, 〃 and 同上, a remark.
func old(t *testing.T) register.Source {
	t.Helper()
	f := excelize.NewFile()
	for cell, text := range map[string]string{
		"A1": "見本の一覧", "B2": "所属：受付係室",
		"A4": "No.", "B4": "見本名", "C4": "分類", "D4": "日付など", "F4": "われもの", "G4": "備考",
		"C5": "秘匿", "D5": "受け入れた日", "E5": "素材",
		"A6": "1", "B6": "巻貝", "C6": "3", "D6": "令和7年4月1日", "E6": "貝", "F6": "×", "G6": "白い",
		"A7": "2", "B7": "二枚貝", "D7": "〃", "E7": "同上", "F7": "×",
		"A8": "3", "B8": "石", "D8": "S63.1.7", "E8": "石", "F8": "×", "G8": "重い",
		"A10": "※印は破損を示す",
	} {
		if err := f.SetCellStr("Sheet1", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range [][2]string{{"A4", "A5"}, {"B4", "B5"}, {"D4", "E4"}, {"F4", "F5"}, {"G4", "G5"}, {"C6", "C7"}} {
		if err := f.MergeCell("Sheet1", m[0], m[1]); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return register.FromBytes("1100_受付係室.xlsx", b.Bytes())
}

// TestAFormOfOld: a form that a section drew is taken in with one mapping, and again without adding anything twice.
func TestAFormOfOld(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		for n, m := range []register.Mapping{{OwnerCell: "B2"}, {OwnerName: true}, {Owner: h.Home("1100")}} {
			name := []string{"cell", "name", "given"}[n]
			m.Columns = map[string]string{"name": "見本名", "fragile": "われもの", "note": "備考"}
			m.Key = "name"
			p, lines := h.previewed("受付員", m, old(t))
			if name == "cell" && (p.New != 3 || p.Faulty != 0) || len(p.Files[0].Missing) > 0 || p.Files[0].OwnerCalled != "受付係室" {
				t.Fatalf("%s: %+v %+v", name, p, lines)
			}
			if name == "cell" {
				if len(p.Files[0].Notes) != 1 || p.Files[0].Notes[0].Where != "Sheet1!10行目" {
					t.Error(p.Files[0].Notes)
				}
			}
			if _, err := h.imported("受付員", m, register.Importing{}, old(t)); err != nil {
				t.Fatal(errs.Message(err))
			}
			entries, data := h.said()
			if len(entries) == 0 || len(entries) > 3 {
				t.Fatalf("%s: %d entries", name, len(entries))
			}
			last := data[1] // the second row: all of it stands above
			if last.Text("name") != "二枚貝" || last.Class("grade")["secrecy"] != "3" || last.Text("got_on") != "2025-04-01" || last.Text("stuff") != "shell" || last.Text("note") != "" ||
				data[0].Text("got_on") != "1988-01-07" || data[0].Class("grade") != nil || entries[0].Number == "" || entries[0].Source != "import" {
				t.Errorf("%s: %v %v %+v", name, data[0], data[1], entries[0])
			}
			if p, _ := h.previewed("受付長", m, old(t)); p.Same != 3 {
				t.Errorf("%s: again %+v", name, p)
			}
		}
		h.verified()
	})
}

// TestEveryFaultWithItsCell: all of them at once, and nothing is changed in any table.
func TestEveryFaultWithItsCell(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		hidden := h.add("書庫長", in("name 巻物", "desk 1200", "fragile no"))
		e := h.add("受付員", sample())
		before := h.counts()
		src := csv(
			"題名",
			"名称,受持ち,秘匿,点数,受け入れた日,素材,こわれやすい,運び方,世話をする人,もとの見本,心配ごと1 何が,心配ごと1 害,記録のID,見本番号,状態,知らない列",
			"良い,1100,3,5,2026-04-01,石,いいえ,,,,,,,,,",
			",1100,9,99999,令和9年2月30日,鉄,はい,,999,令和7-見本-009999,x,4,,,,",
			"他所,1200,,,,,いいえ,,,,,,,,,",
			"隠れ,1100,,,,,いいえ,,,"+hidden.Number+",,,,,,",
			"見えない,1100,,,,,いいえ,,,,,,"+string(hidden.ID)+",,,",
			"ない,1100,,,,,いいえ,,,,,,019dc54f-0d54-7bd0-95ea-0f7d1e5c9f10,,,",
			"番号,1100,,,,,いいえ,,,,,,,"+hidden.Number+",,",
			"状態,1100,,,,,いいえ,,,,,,,,焼失,",
			"しまう,1100,,,,,いいえ,,,,,,,,除籍,",
			"権限,1100,,,,,いいえ,,,,,,"+string(e.ID)+",,,",
		)
		p, lines := h.previewed("受付員", register.Mapping{}, src)
		want := []string{
			"4行目 C列（3列目）", "4行目 D列（4列目）", "4行目 E列（5列目）", "4行目 F列（6列目）", "4行目 I列（9列目）", "4行目 J列（10列目）", "4行目 L列（12列目）", "4行目", "4行目 A列（1列目）", "4行目 H列（8列目）",
			"5行目 B列（2列目）", "6行目 J列（10列目）", "7行目 M列（13列目）", "8行目 M列（13列目）", "9行目 N列（14列目）", "10行目 O列（15列目）", "11行目 O列（15列目）", "12行目 M列（13列目）",
		}
		if got := places(p.Faults); !slices.Equal(got, want) {
			t.Errorf("%q\nwant %q\n%v", got, want, p.Faults)
		}
		if p.New != 1 || p.Faulty != 9 || p.Files[0].Headings[15].Path != "" {
			t.Errorf("%+v", p)
		}
		// What is out of his scope and what is not there are told alike.
		if a, b := lines[4].Faults[0].Message, lines[5].Faults[0].Message; a != b {
			t.Errorf("%s\n%s", a, b)
		}
		if strings.Contains(fmt.Sprint(lines), "巻物") {
			t.Error("an entry out of scope is told")
		}
		if _, err := h.imported("受付員", register.Mapping{}, register.Importing{}, src); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		if after := h.counts(); after != before {
			t.Errorf("%d rows, then %d", before, after)
		}
		if e := h.add("受付員", sample()); e.Number != "令和7-見本-000003" {
			t.Errorf("faults have drawn numbers: %s", e.Number)
		}
	})
}

// TestFilesThatAreNone: each of many is named, the others are read.
func TestFilesThatAreNone(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		good := csv("名称,受持ち,こわれやすい", "貝,1100,いいえ")
		p, _ := h.previewed("受付員", register.Mapping{}, register.FromBytes("a.xls", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old")), good, register.FromBytes("c.csv", []byte("何か,別の表\r\n1,2\r\n")))
		if p.New != 1 || p.Faulty != 2 || !strings.Contains(p.Files[0].Fault, ".xls") || p.Files[1].Fault != "" || !strings.Contains(p.Files[2].Fault, "見出し") {
			t.Errorf("%+v", p)
		}
		if _, err := h.desk.Preview(t.Context(), h.actor("受付員"), "kodama", "sample", []register.Source{good}, register.Mapping{Key: "note", Columns: map[string]string{"x": "y"}}, nil); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		var b bytes.Buffer
		f := excelize.NewFile()
		for cell, v := range map[string]string{"A1": "名称", "B1": "受持ち", "C1": "こわれやすい", "A2": "貝", "B2": "1100"} {
			if err := f.SetCellStr("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.SetCellFormula("Sheet1", "C2", `IF(TRUE,"はい","いいえ")`); err != nil {
			t.Fatal(err)
		}
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		// A formula that was never computed is empty: nothing computes it here.
		p, _ = h.previewed("受付員", register.Mapping{}, register.FromBytes("f.xlsx", b.Bytes()))
		if p.Faulty != 1 || len(p.Faults) != 1 || !strings.HasPrefix(p.Faults[0].Where, "Sheet1!C2") {
			t.Errorf("%+v", p)
		}
	})
}

// TestRowsFindTheirEntries: by id, by number and by a field; what others have changed since stays, and what both have is a fault.
func TestRowsFindTheirEntries(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		e := h.add("受付長", sample("name 髙い石", "note 古い", "pieces 1", "risks x", "risks.0.what 落とす", "risks.0.harm 1", "risks.0.odds 1"))
		h.add("受付長", sample("name ほか"))
		change := func(m register.Mapping, src register.Source) (*register.Preview, []register.Line) {
			p, lines := h.previewed("受付長", m, src)
			if _, err := h.desk.Import(t.Context(), h.actor("受付長"), "kodama", "sample", []register.Source{src}, m, p.Confirmed(), register.Importing{}); err != nil {
				t.Fatal(errs.Message(err))
			}
			return p, lines
		}
		file := h.export("受付長", sheet.UTF8, register.StyleWareki)
		if p, lines := change(register.Mapping{}, csv("見本番号,点数", e.Number+",2")); p.Changed != 1 || len(lines[0].Changes) != 1 || lines[0].Changes[0].Old != "1点" || lines[0].Changes[0].New != "2点" {
			t.Errorf("%+v %+v", p, lines)
		}
		if p, _ := change(register.Mapping{Key: "name"}, csv("名称,受持ち,状態,こわれやすい", "高い石,1100,しまってある,いいえ", "新しい石,1100,展示中,いいえ")); p.Changed != 1 || p.New != 1 {
			t.Errorf("%+v", p) // 髙 and 高 are one word, so 髙い石 is found and is now written so
		}
		// The export is old by two versions: its rows change what its owner has changed in it, and nothing else.
		rows := rowsOf(t, file, "")
		at := func(title string) int { return slices.Index(rows[0], title) }
		row := slices.IndexFunc(rows, func(r []string) bool { return r[at("名称")] == "髙い石" })
		rows[row][at("覚え")] = "新しい"
		rows[row][at("心配ごと1 害")] = "3"
		again := func() register.Source { return register.FromBytes("x.csv", written(t, sheet.UTF8, rows)) }
		p, lines := change(register.Mapping{}, again())
		if p.Changed != 1 || p.Same != 1 {
			t.Errorf("%+v %+v", p, lines)
		}
		_, data := h.said()
		i := slices.IndexFunc(data, func(d register.Data) bool { return d.Text("name") == "高い石" })
		if i < 0 || data[i].Text("note") != "新しい" || data[i]["pieces"] != int64(2) || data[i]["worst"] != int64(4) {
			t.Fatalf("%v", data)
		}
		rows[row][at("点数")] = "7"
		p, _ = h.previewed("受付長", register.Mapping{}, again())
		if p.Faulty != 1 || len(p.Faults) != 1 || !strings.Contains(p.Faults[0].Message, "ほかの人が「2」") {
			t.Errorf("%+v", p)
		}
		if p, _ := change(register.Mapping{Overwrite: true}, again()); p.Changed != 1 {
			t.Errorf("%+v", p)
		}
		// One entry in two rows.
		p, _ = h.previewed("受付長", register.Mapping{}, csv("見本番号,点数", e.Number+",2", e.Number+",3"))
		if p.Faulty != 1 || !strings.Contains(p.Faults[0].Message, "2行目にも") {
			t.Errorf("%+v", p)
		}
		h.verified()
	})
}

// TestTheLastRowMayFail: what was confirmed and is no longer so changes nothing in any table, and so does an error at the very end.
func TestTheLastRowMayFail(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		e := h.add("受付員", sample())
		rows := []string{"名称,受持ち,こわれやすい,見本番号"}
		for n := range 1200 {
			rows = append(rows, fmt.Sprintf("石%d,1100,いいえ,", n))
		}
		src := csv(append(rows, "変わった貝,1100,いいえ,"+e.Number)...)
		p, _ := h.previewed("受付長", register.Mapping{}, src)
		if p.New != 1200 || p.Changed != 1 {
			t.Fatalf("%+v", p)
		}
		before := h.counts()
		last := errs.New(errs.Unavailable, "last")
		_, err := h.desk.Import(t.Context(), h.actor("受付長"), "kodama", "sample", []register.Source{src}, register.Mapping{}, p.Confirmed(), register.Importing{
			Within: func(*trail.Tx, *register.Preview) error { return last },
		})
		if errs.KindOf(err) != errs.Unavailable || h.counts() != before {
			t.Errorf("%v, %d rows, then %d", err, before, h.counts())
		}
		if _, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", e.ID, 1, in("note 先に"), register.Entering{}); err != nil {
			t.Fatal(err)
		}
		before = h.counts()
		if _, err := h.desk.Import(t.Context(), h.actor("受付長"), "kodama", "sample", []register.Source{src}, register.Mapping{}, p.Confirmed(), register.Importing{}); errs.KindOf(err) != errs.Conflict || h.counts() != before {
			t.Errorf("%v, %d rows, then %d", err, before, h.counts())
		}
		// An operator who may no longer add anything.
		if _, err := h.desk.Import(t.Context(), h.actor("分館長"), "kodama", "sample", []register.Source{src}, register.Mapping{}, p.Confirmed(), register.Importing{}); err == nil || h.counts() != before {
			t.Error(err)
		}
		done := 0
		if _, err := h.imported("受付長", register.Mapping{}, register.Importing{Progress: func(n int) { done = n }}, src); err != nil || done != 1201 {
			t.Error(errs.Message(err), done)
		}
		h.verified()
	})
}

// TestRowsAreHeld: the good rows are taken in, the others wait, say what is wrong, and are corrected or dropped.
func TestRowsAreHeld(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		e := h.add("受付長", sample())
		src := csv("名称,受持ち,こわれやすい,見本番号,点数,寄贈者", "石,1100,いいえ,,,", "木,1100,たぶん,,3,山田", "巻貝,1100,いいえ,"+e.Number+",多い,", "他所,1200,いいえ,,,")
		var b bytes.Buffer
		result := register.NewResult(&b, sheet.Excel)
		if _, err := h.imported("受付長", register.Mapping{}, register.Importing{Hold: true, Each: result.Line}, src); err != nil {
			t.Fatal(errs.Message(err))
		}
		if err := result.Close(); err != nil {
			t.Fatal(err)
		}
		rows := rowsOf(t, b.Bytes(), "")
		if len(rows) != 5 || rows[0][2] != "結果" || rows[1][2] != "新規" || rows[1][3] != "令和7-見本-000002" || rows[2][2] != "保留" || !strings.Contains(rows[2][4], "C列") || rows[2][5] != "木" {
			t.Errorf("%q", rows)
		}
		held, err := h.desk.Holds(t.Context(), h.actor("受付長"), "kodama", "sample")
		if err != nil || len(held) != 3 || held[0].Place != "3行目" || held[1].Entry != e.ID {
			t.Fatal(held, err)
		}
		if others, err := h.desk.Holds(t.Context(), h.actor("分館長"), "kodama", "sample"); err != nil || len(others) != 0 {
			t.Error(others, err)
		}
		wrong, err := held[0].Wrong()
		if err != nil || len(wrong) != 1 || wrong[0].Where != "3行目 C列（3列目）" {
			t.Error(wrong, err)
		}
		fix := func(n int, x register.Input) error {
			_, err := h.desk.FixHold(t.Context(), h.actor("受付長"), "kodama", "sample", held[n].ID, x, "")
			return err
		}
		if err := fix(0, in("fragile まだ")); !slices.Equal(faults(err), []string{"fragile"}) {
			t.Error(err)
		}
		if err := fix(0, in("fragile いいえ")); err != nil {
			t.Error(errs.Message(err))
		}
		if err := fix(0, in("fragile いいえ")); errs.KindOf(err) != errs.Conflict {
			t.Error(err)
		}
		if err := fix(1, in("pieces 20")); err != nil {
			t.Error(errs.Message(err))
		}
		if err := h.desk.DropHold(t.Context(), h.actor("受付長"), "kodama", "sample", held[2].ID, " "); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		if err := h.desk.DropHold(t.Context(), h.actor("分館長"), "kodama", "sample", held[2].ID, "書庫の分"); errs.KindOf(err) != errs.NotFound {
			t.Error(err)
		}
		if err := h.desk.DropHold(t.Context(), h.actor("受付長"), "kodama", "sample", held[2].ID, "書庫の分"); err != nil {
			t.Error(err)
		}
		entries, data := h.said()
		if len(entries) != 3 || data[0].Text("giver") != "山田" || data[0]["pieces"] != int64(3) || data[2]["pieces"] != int64(20) {
			t.Errorf("%v %v", entries, data)
		}
		h.verified()
	})
}
