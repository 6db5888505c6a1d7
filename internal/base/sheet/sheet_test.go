package sheet_test

import (
	"strings"
	"testing"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/unicode"
)

const bom = "\ufeff"

func sjis(t *testing.T, s string) string {
	t.Helper()
	out, err := japanese.ShiftJIS.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func inUTF16(t *testing.T, s string, mark unicode.BOMPolicy) string {
	t.Helper()
	out, err := unicode.UTF16(unicode.LittleEndian, mark).NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func open(data string, limits sheet.Limits) (*sheet.File, error) {
	return sheet.Open(strings.NewReader(data), int64(len(data)), limits)
}

func mustOpen(t *testing.T, data string) *sheet.File {
	t.Helper()
	f, err := open(data, sheet.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// all reads the rows of a sheet until the first error.
func all(f *sheet.File, name string) ([]sheet.Row, error) {
	var rows []sheet.Row
	for row, err := range f.Rows(name) {
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func cells(rows []sheet.Row) [][]string {
	var out [][]string
	for _, r := range rows {
		out = append(out, r.Cells)
	}
	return out
}

// refused checks that err is for people and says all of it.
func refused(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil || errs.KindOf(err) != errs.Invalid {
		t.Fatalf("got %v, want a refusal that says %q", err, parts)
	}
	for _, part := range parts {
		if !strings.Contains(errs.Message(err), part) {
			t.Errorf("%q lacks %q", errs.Message(err), part)
		}
	}
}

func TestWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		row    sheet.Row
		column int
		want   string
	}{
		{sheet.Row{Number: 12}, 1, "12行目 B列（2列目）"},
		{sheet.Row{Number: 12}, -1, "12行目"},
		{sheet.Row{Sheet: "4月 異動", Number: 12}, 1, "4月 異動!B12"},
		{sheet.Row{Sheet: "異動", Number: 3}, -1, "異動!3行目"},
		{sheet.Row{Sheet: "s", Number: 1}, 25, "s!Z1"},
		{sheet.Row{Sheet: "s", Number: 1}, 26, "s!AA1"},
		{sheet.Row{Sheet: "s", Number: 1}, 701, "s!ZZ1"},
		{sheet.Row{Sheet: "s", Number: 1}, 702, "s!AAA1"},
		{sheet.Row{Sheet: "s", Number: 1}, 16383, "s!XFD1"},
	} {
		if got := c.row.Where(c.column); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

func TestCSVKeepsWhatIsStored(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in     string
		format sheet.Format
		want   [][]string
	}{
		"utf-8":           {"職員番号,氏名\r\n000123,髙﨑①𠮷\r\n", sheet.UTF8, [][]string{{"職員番号", "氏名"}, {"000123", "髙﨑①𠮷"}}},
		"mark":            {bom + "番号,氏名\n0,葛\U000E0101城", sheet.UTF8BOM, [][]string{{"番号", "氏名"}, {"0", "葛\U000E0101城"}}},
		"cp932":           {sjis(t, "番号,氏名\r\n01,髙﨑①㈱～－ｶﾅ\r\n"), sheet.CP932, [][]string{{"番号", "氏名"}, {"01", "髙﨑①㈱～－ｶﾅ"}}},
		"half kana":       {sjis(t, "ﾀｶﾊｼ,ﾔﾏﾀﾞ\n"), sheet.CP932, [][]string{{"ﾀｶﾊｼ", "ﾔﾏﾀﾞ"}}},
		"cp932 gaiji":     {sjis(t, "外字,") + "\xf0\x40\xf0\x80\xf9\xfc\n", sheet.CP932, [][]string{{"外字", "\ue000\ue03f\ue757"}}},
		"ascii":           {"a,b\n", sheet.UTF8, [][]string{{"a", "b"}}},
		"spaces":          {" a ,　b　\n", sheet.UTF8, [][]string{{" a ", "　b　"}}},
		"quotes":          {"\"a,b\",\"c\"\"d\",\"\"\r\n", sheet.UTF8, [][]string{{"a,b", `c"d`, ""}}},
		"line ends":       {"\"a\nb\",\"c\r\nd\"\r\nx,y", sheet.UTF8, [][]string{{"a\nb", "c\r\nd"}, {"x", "y"}}},
		"no last end":     {"a,", sheet.UTF8, [][]string{{"a", ""}}},
		"end mark of old": {"a,b\r\n\x1a", sheet.UTF8, [][]string{{"a", "b"}}},
		"only the mark":   {bom, sheet.UTF8BOM, nil},
		"armed":           {"'=1+1,''=1,'x,'-5,O'Neil\n", sheet.UTF8, [][]string{{"=1+1", "'=1", "'x", "-5", "O'Neil"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := mustOpen(t, c.in)
			if f.Format != c.format {
				t.Errorf("found %v, want %v", f.Format, c.format)
			}
			rows, err := all(f, "")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, cells(rows)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCSVCountsEveryLine(t *testing.T) {
	t.Parallel()
	rows, err := all(mustOpen(t, "a\n\n,,\n 　,\n\"b\n\nc\",d\ne\n"), "")
	if err != nil {
		t.Fatal(err)
	}
	want := []sheet.Row{{Number: 1, Cells: []string{"a"}}, {Number: 5, Cells: []string{"b\n\nc", "d"}}, {Number: 8, Cells: []string{"e"}}}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsNoCSVIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"empty":             {"", []string{"空です"}},
		"utf-16 mark":       {inUTF16(t, "番号,氏名", unicode.UseBOM), []string{"UTF-16", "保存し直して"}},
		"utf-16":            {inUTF16(t, "no,name,mail\r\n1,x,y", unicode.IgnoreBOM), []string{"UTF-16"}},
		"utf-16 BE":         {"\xfe\xff\x60\xc5", []string{"UTF-16"}},
		"NUL":               {"番号\n資\x00産", []string{"2行目の4バイト目", "（00）"}},
		"neither":           {sjis(t, "番号,氏名\n1,髙橋") + "\x81\x0a", []string{"2行目の7バイト目", "Shift_JIS（CP932）としても", "（81）"}},
		"neither, a byte":   {sjis(t, "番号\n") + "\xff\xa0", []string{"2行目の1バイト目", "（FF）"}},
		"cut at the end":    {sjis(t, "番号") + "\x81", []string{"1行目の5バイト目", "（81）"}},
		"broken utf-8":      {"番号,氏名\n1,髙橋\xe9", []string{"2行目の9バイト目", "UTF-8 として読めないバイト", "（E9）"}},
		"broken utf-8 BOM":  {bom + "a\x81\n", []string{"1行目の2バイト目", "UTF-8"}},
		"html":              {"\n<HTML><table>", []string{"ウェブページ"}},
		"xml":               {`<?xml version="1.0"?><Workbook/>`, []string{"ウェブページ"}},
		"pdf":               {"%PDF-1.7\n", []string{"PDF"}},
		"long line":         {strings.Repeat("x", 2<<20), []string{"1行目が長すぎます"}},
		"quote inside":      {"a,b\nx,y\"z\"\n", []string{"2行目 B列（2列目）", "引用符"}},
		"after the quote":   {"a,\"b\"c\n", []string{"1行目 B列（2列目）", "閉じる引用符"}},
		"space after quote": {"a,\"b\" ,c\n", []string{"1行目 B列（2列目）", "閉じる引用符"}},
		"open quote":        {"a\nb,\"c\nd\n", []string{"2行目 B列（2列目）", "閉じられていません"}},
		"old Mac":           {"a,b\rc,d\r", []string{"1行目 B列（2列目）", "CR"}},
		"escape":            {"a\nb,\x1b[1m\n", []string{"2行目 B列（2列目）", "制御文字（1B）"}},
		"C1":                {"a\u0085b", []string{"1行目 A列（1列目）", "制御文字（85）"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := open(c.in, sheet.Limits{})
			if err == nil {
				_, err = all(f, "")
			}
			refused(t, err, c.want...)
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	limits := sheet.Limits{Rows: 2, Columns: 3, Cell: 4}
	for _, c := range []struct{ in, want string }{
		{"a\n\nb\n", ""},
		{"a,b,c,\n", ""},
		{"髙髙髙髙\n", ""},
		{"a\nb\nc\n", "2行まで"},
		{"a\nb,c,d,e\n", "2行目 D列（4列目）: 列が多すぎます"},
		{"a,髙髙髙髙髙\n", "1行目 B列（2列目）: 文字が多すぎます"},
		{"a,\"12\n45\nb\nc\"", "1行目 B列（2列目）: 文字が4文字を超えています"},
	} {
		f, err := open(c.in, limits)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = all(f, ""); c.want != "" {
			refused(t, err, c.want)
		} else if err != nil {
			t.Errorf("%q: %v", c.in, err)
		}
	}
}

func TestWarningsNameTheCell(t *testing.T) {
	t.Parallel()
	f := mustOpen(t, "番号,氏名\n1,\ue123田\n2,\ufffd\n3,𠮷葛\U000E0101\U000F0001\n")
	for range 2 { // the second reading does not count twice
		if _, err := all(f, ""); err != nil {
			t.Fatal(err)
		}
	}
	want := []errs.Field{
		{Where: "2行目 B列（2列目）", Message: "外字（U+E123）があります。ほかの端末では別の文字に見えることがあります。"},
		{Where: "3行目 B列（2列目）", Message: "失われた文字（U+FFFD）があります。元の文字を確かめてください。"},
		{Where: "4行目 B列（2列目）", Message: "外字（U+F0001）があります。ほかの端末では別の文字に見えることがあります。"},
	}
	if diff := cmp.Diff(want, f.Warnings()); diff != "" {
		t.Error(diff)
	}
	f = mustOpen(t, strings.Repeat("\ue000\n", 1234))
	if _, err := all(f, ""); err != nil {
		t.Fatal(err)
	}
	if w := f.Warnings(); len(w) != 1001 || w[1000].Message != "ほかに234件あります。" {
		t.Errorf("%d warnings, the last %v", len(w), w[len(w)-1])
	}
}

var columns = []sheet.Column{
	{ID: "number", Titles: []string{"職員番号", "番号"}, Required: true},
	{ID: "name", Titles: []string{"氏名"}, Required: true},
	{ID: "mail", Titles: []string{"メール", "E-mail"}},
}

func TestTable(t *testing.T) {
	t.Parallel()
	f := mustOpen(t, "令和8年4月1日 異動\n\n ＮＯ, 氏　名 ,\"職員\n番号\",所属,e-mail\n1,髙橋,000123,総務課\n\n2,,000124\n")
	table, err := f.Table("", columns)
	if err != nil {
		t.Fatal(err)
	}
	unknown := []errs.Field{{Where: "3行目 A列（1列目）", Message: "「 ＮＯ」の列は使いません。"}, {Where: "3行目 D列（4列目）", Message: "「所属」の列は使いません。"}}
	if diff := cmp.Diff(unknown, table.Unknown); diff != "" {
		t.Error(diff)
	}
	if !table.Has("mail") || table.Has("post") {
		t.Error("Has")
	}
	var got [][]string
	for r, err := range table.Rows() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, []string{r.Get("number"), r.Get("name"), r.Get("mail"), r.Get("post"), r.Where("number"), r.Where("post")})
	}
	want := [][]string{
		{"000123", "髙橋", "", "", "5行目 C列（3列目）", "5行目"},
		{"000124", "", "", "", "7行目 C列（3列目）", "7行目"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTableInExcel(t *testing.T) {
	t.Parallel()
	data, _ := write(t, sheet.Excel, [][]string{{"氏名", "番号"}, {"髙橋", "000123"}})
	table, err := mustOpen(t, data).Table("一覧", columns)
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range table.Rows() {
		if err != nil || r.Get("number") != "000123" || r.Where("number") != "一覧!B2" || r.Where("mail") != "一覧!2行目" {
			t.Errorf("%+v, %v", r, err)
		}
	}
}

func TestTableRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string][]string{
		"":             {"見出しの行が見つかりません", "\n「職員番号」の列がありません。「番号」でもかまいません。", "\n「氏名」の列がありません"},
		"x\ny\n":       {"\n「職員番号」の列がありません"},
		"x\n番号,なまえ\n":  {"2行目: 「氏名」の列がありません"},
		"氏名,番号,職員番号\n": {"見出しに同じ列が2つ", "1行目 C列（3列目）: 「職員番号」の列は1行目 B列（2列目）にもあります"},
		strings.Repeat("x\n", 20) + "番号,氏名\n": {"はじめの20行まで"},
		"番号\n\"": {"引用符"},
	} {
		_, err := mustOpen(t, bom+in).Table("", columns)
		refused(t, err, want...)
	}
	_, err := mustOpen(t, "番号,なまえ\n").Table("", columns)
	if err == nil || strings.Contains(errs.Message(err), "「職員番号」") {
		t.Errorf("%v complains about a column that is there", err)
	}
}

func TestATableIsToldByItsHeadingAlone(t *testing.T) {
	t.Parallel()
	f := mustOpen(t, "番号,氏名\n1,a\n2,\"broken\n")
	if _, err := f.Table("", columns); err != nil {
		t.Error(err)
	}
	if _, err := all(f, ""); err == nil {
		t.Error("the broken row was read")
	}
}
