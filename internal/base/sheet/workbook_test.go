package sheet_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"sekimori/internal/base/sheet"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func pages(t *testing.T, cell string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := sheet.NewWorkbook(&b,
		sheet.Page{Name: "台帳", Above: []string{"題", "日付"}, Drawn: true, Empty: 2, Columns: []sheet.PageColumn{{Title: "名称"}, {Title: "色", Choices: []string{"赤, 青", "=1+1"}, Strict: true}, {Title: "ID", Hidden: true}}},
		sheet.Page{Name: "台帳", Columns: []sheet.PageColumn{{Title: "No."}, {Title: "形", Choices: []string{"丸"}}}},
		sheet.Page{Name: "印", Hidden: true},
	)
	must(t, err)
	must(t, w.Next())
	must(t, w.Row(cell, "赤, 青", "x"))
	must(t, w.Next())
	must(t, w.Next())
	must(t, w.Row("a", "b"))
	must(t, w.Close())
	return b.Bytes()
}

func TestAWorkbookOfSeveralSheets(t *testing.T) {
	t.Parallel()
	data := pages(t, "=1+1\n&<")
	f, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Limits{})
	must(t, err)
	if diff := cmp.Diff([]string{"台帳", "台帳(2)"}, f.Sheets) + cmp.Diff([]string{"印", "選択肢"}, f.Hidden); diff != "" {
		t.Error(diff)
	}
	var rows [][]string
	for r, err := range f.Rows("台帳") {
		must(t, err)
		rows = append(rows, r.Cells)
	}
	if diff := cmp.Diff([][]string{{"題"}, {"日付"}, {"名称", "色", "ID"}, {"=1+1\n&<", "赤, 青", "x"}}, rows); diff != "" {
		t.Error(diff)
	}
	x, err := excelize.OpenReader(bytes.NewReader(data))
	must(t, err)
	rules, err := x.GetDataValidations("台帳")
	must(t, err)
	if len(rules) != 1 || rules[0].Sqref != "B4:B6" || rules[0].Formula1 != "'選択肢'!$A$2:$A$3" {
		t.Errorf("%+v", rules)
	}
	rules, err = x.GetDataValidations("台帳(2)")
	must(t, err)
	if len(rules) != 1 || rules[0].Formula1 != "'選択肢'!$B$2:$B$2" {
		t.Errorf("%+v", rules)
	}
	if formula, err := x.GetCellFormula("台帳", "A4"); err != nil || formula != "" {
		t.Errorf("%q is run, %v", formula, err)
	}
	if again := pages(t, "=1+1\n&<"); !bytes.Equal(data, again) {
		t.Error("the same rows give other bytes")
	}
}

func TestMergedCells(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for cell, text := range map[string]string{"A1": "題", "A3": "名称", "B3": "分類", "D3": "備考", "B4": "秘匿", "C4": "完全", "A5": "x", "B5": "2", "A6": "y", "A7": "z", "D7": "n"} {
		must(t, f.SetCellStr("Sheet1", cell, text))
	}
	for _, m := range [][2]string{{"A3", "A4"}, {"B3", "C3"}, {"D3", "D4"}, {"B5", "B6"}, {"A1", "D1"}} {
		must(t, f.MergeCell("Sheet1", m[0], m[1]))
	}
	b, err := f.WriteToBuffer()
	must(t, err)
	s, err := sheet.Open(bytes.NewReader(b.Bytes()), int64(b.Len()), sheet.Limits{})
	must(t, err)
	columns := []sheet.Column{{ID: "name", Titles: []string{"名称"}}, {ID: "a", Titles: []string{"秘匿"}}, {ID: "b", Titles: []string{"完全"}}, {ID: "note", Titles: []string{"備考"}}, {ID: "no", Titles: []string{"番号"}}}
	table, err := s.Form("", columns)
	must(t, err)
	if table.Heading.Number != 4 || table.Has("no") || table.Where("note") != "Sheet1!D4" || len(table.Unknown) != 0 {
		t.Errorf("%+v", table)
	}
	var got []string
	for r, err := range table.Rows() {
		must(t, err)
		got = append(got, fmt.Sprint(r.Get("name"), r.Merged("name"), r.Merged("a"), r.Merged("no")))
	}
	if diff := cmp.Diff([]string{"xfalse false false", "yfalse true false", "zfalse false false"}, got); diff != "" {
		t.Error(diff)
	}
	if _, err := s.Form("", columns[4:]); err == nil || !strings.Contains(err.Error(), "見出し") {
		t.Error(err)
	}
}

func TestWritable(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{"a\x0bb": "a␋b", "\x7f": "␡", "𠮷\n\t": "𠮷\n\t", "\uffff": "\ufffd", strings.Repeat("𠮷", 20000): strings.Repeat("𠮷", 16383) + "…", strings.Repeat("あ", 32767): strings.Repeat("あ", 32767)} {
		if got := sheet.Writable(s); got != want {
			t.Errorf("%.20q is %.20q, %d characters", s, got, len([]rune(got)))
		}
		var b bytes.Buffer
		w := sheet.NewWriter(&b, sheet.Excel, "x")
		must(t, w.Row(sheet.Writable(s)))
	}
	if got := sheet.InCP932("髙𠮷葛\U000E0100"); got != "髙〓葛" {
		t.Errorf("%q", got)
	}
}
