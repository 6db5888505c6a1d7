package sheet_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

var formats = []sheet.Format{sheet.UTF8, sheet.UTF8BOM, sheet.CP932, sheet.Excel}

func write(t testing.TB, format sheet.Format, rows [][]string) (string, []errs.Field) {
	t.Helper()
	var b bytes.Buffer
	w := sheet.NewWriter(&b, format, "一覧")
	for _, r := range rows {
		must(t, w.Row(r...))
	}
	must(t, w.Close())
	return b.String(), w.Lost()
}

func TestCSVAsWritten(t *testing.T) {
	t.Parallel()
	rows := [][]string{{"ID", "氏名"}, {"000123", `髙"﨑`}, {"=1+1", "a\nb"}, {"-5", " x"}, {}, {"", ""}}
	const want = "\"ID\",氏名\r\n000123,\"髙\"\"﨑\"\r\n'=1+1,\"a\nb\"\r\n-5,\" x\"\r\n\r\n,\r\n"
	for format, want := range map[sheet.Format]string{sheet.UTF8: want, sheet.UTF8BOM: bom + want, sheet.CP932: sjis(t, want)} {
		got, lost := write(t, format, rows)
		if got != want || len(lost) > 0 {
			t.Errorf("%v: got %q, want %q; lost %v", format, got, want, lost)
		}
	}
	if got, _ := write(t, sheet.UTF8BOM, nil); got != bom {
		t.Errorf("a file without rows is %q", got)
	}
}

func TestNothingThatExcelWouldRun(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=cmd|' /C calc'!A0": "'=cmd|' /C calc'!A0",
		"+81-78-000":         "'+81-78-000",
		"@SUM(1)":            "'@SUM(1)",
		"-1+1":               "'-1+1",
		"--1":                "'--1",
		"＝１":                 "'＝１",
		"－A1":                "'－A1",
		"\t=1":               "'\t=1",
		"'=1":                "''=1",
		"''-1":               "'''-1",
		"-":                  "-",
		"－":                  "－",
		"-1,234.5":           "-1,234.5",
		"'":                  "'",
		"'90":                "'90",
		"1=1":                "1=1",
		" =1":                " =1",
	} {
		got, _ := write(t, sheet.UTF8, [][]string{{"x", cell}})
		got = strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(got, "x,"), "\r\n"), `"`, "")
		if got != want {
			t.Errorf("%q is written as %q, want %q", cell, got, want)
		}
		rows, err := all(mustOpen(t, "x,\""+want+"\""), "")
		if err != nil || rows[0].Cells[1] != cell {
			t.Errorf("%q comes back as %v, %v", cell, rows, err)
		}
	}
}

func TestWhatShiftJISLacksIsListed(t *testing.T) {
	t.Parallel()
	data, lost := write(t, sheet.CP932, [][]string{{"氏名", "備考"}, {"𠮷田", "〜−‖—¢£¬ ～－"}, {"x\ny", "葛\U000E0101城¥"}, {"外字", "\ue000\ue757\ue758"}})
	want := []errs.Field{
		{Where: "2行目 A列（1列目）", Message: `「𠮷」（"\U00020bb7"）は Shift_JIS にありません。`},
		{Where: "3行目 B列（2列目）", Message: `「葛󠄁」（"\u845b\U000e0101"）は Shift_JIS にありません。`},
		{Where: "3行目 B列（2列目）", Message: `「¥」（"\u00a5"）は Shift_JIS にありません。`},
		{Where: "5行目 B列（2列目）", Message: "「\ue758」（\"\\ue758\"）は Shift_JIS にありません。"},
	}
	if diff := cmp.Diff(want, lost); diff != "" {
		t.Error(diff)
	}
	rows, err := all(mustOpen(t, data), "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]string{{"氏名", "備考"}, {"〓田", "～－∥―￠￡￢ ～－"}, {"x\ny", "葛城〓"}, {"外字", "\ue000\ue757〓"}}, cells(rows)); diff != "" {
		t.Error(diff)
	}
}

func TestWriterRefuses(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		where := map[bool]string{false: "2行目 B列（2列目）: ", true: "一覧!B2: "}[format == sheet.Excel]
		for cell, want := range map[string]string{
			"a\x00":                        "制御文字（00）",
			"\u0085":                       "制御文字（85）",
			"\uffff":                       "制御文字（FFFF）",
			"a\xff":                        "文字として読めないバイト",
			strings.Repeat("𠮷", 32767/2+1): "文字が多すぎます",
		} {
			w := sheet.NewWriter(&bytes.Buffer{}, format, "一覧")
			must(t, w.Row("x"))
			refused(t, w.Row("y", cell), where, want)
		}
		w := sheet.NewWriter(&bytes.Buffer{}, format, "一覧")
		refused(t, w.Row(make([]string, 16385)...), "1行目", "絞り込んで")
	}
}

// full takes a number of bytes.
type full struct{ left int }

var errFull = errors.New("no space left")

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestAFullDiskIsNotAWrittenFile(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		good, _ := write(t, format, [][]string{{"a"}, {"b"}})
		for n := range len(good) {
			w := sheet.NewWriter(&full{n}, format, "一覧")
			if err := errors.Join(w.Row("a"), w.Row("b"), w.Close()); !errors.Is(err, errFull) {
				t.Fatalf("%v: %d of %d bytes: %v", format, n, len(good), err)
			}
		}
	}
}

func TestExcelAsAnotherLibraryReadsIt(t *testing.T) {
	t.Parallel()
	want := [][]string{{"職員番号", "氏名"}, {"000123", "髙𠮷葛\U000E0101<&>"}, {"=1+1", " a\nb "}, {"", "x"}}
	data, _ := write(t, sheet.Excel, want)
	f, err := excelize.OpenReader(strings.NewReader(data))
	must(t, err)
	defer func() { must(t, f.Close()) }()
	got, err := f.GetRows("一覧")
	must(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for cell, bold := range map[string]bool{"A1": true, "A2": false, "A9": false} { // also a cell nobody wrote
		id, err := f.GetCellStyle("一覧", cell)
		must(t, err)
		style, err := f.GetStyle(id)
		must(t, err)
		if style.NumFmt != 49 || style.Font != nil && style.Font.Bold != bold {
			t.Errorf("%s: %+v", cell, style)
		}
	}
	panes, err := f.GetPanes("一覧")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	if formula, err := f.GetCellFormula("一覧", "A3"); err != nil || formula != "" {
		t.Errorf("formula %q, %v", formula, err)
	}
}

func TestSheetNamesThatExcelTakes(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"4月1日 異動": "4月1日 異動", "a/b:c[1]*?\\": "a_b_c_1____", "": "Sheet1", "'a'": "a", "a&<b>": "a&<b>", "a\n": "a_",
		strings.Repeat("𠮷", 16): strings.Repeat("𠮷", 15), strings.Repeat("あ", 40): strings.Repeat("あ", 31),
	} {
		var b bytes.Buffer
		w := sheet.NewWriter(&b, sheet.Excel, name)
		must(t, w.Row("x"))
		must(t, w.Close())
		if got := mustOpen(t, b.String()).Sheets; len(got) != 1 || got[0] != want {
			t.Errorf("%q became %q, want %q", name, got, want)
		}
	}
}

// text draws what offices write and what breaks formats.
func text(more ...rune) *rapid.Generator[string] {
	runes := rapid.OneOf(
		rapid.SampledFrom(append([]rune("髙﨑①㈱高橋ｶﾅァ　～－０12a \"',;=+-@＝＋－＠\t\r\n_xFD38'<&>%I"), more...)),
		rapid.SampledFrom([]rune{'=', '\'', '"', ',', '\n'}),
	)
	return rapid.OneOf(rapid.StringOfN(runes, 0, 12, -1), rapid.SampledFrom([]string{"000123", "=1+1", "_x0041_x0042_", "_xD83D_", "_x005F_x0041_", "'", "''=", "ID", "<html", "%pdf-"}))
}

// shown are the rows that come back: those with text, without the empty cells at their end.
func shown(rows [][]string) [][]string {
	var out [][]string
	for _, r := range rows {
		for len(r) > 0 && r[len(r)-1] == "" {
			r = r[:len(r)-1]
		}
		if strings.TrimSpace(strings.Join(r, "")) != "" {
			out = append(out, r)
		}
	}
	return out
}

func TestWhatIsWrittenComesBack(t *testing.T) {
	t.Parallel()
	for _, format := range formats {
		t.Run(format.String(), func(t *testing.T) {
			t.Parallel()
			cell := text([]rune("𠮷葛\U000E0101か\u3099\ufeff\ue000\ufffd\u2028〜−¥\u007e")...)
			if format == sheet.CP932 {
				cell = text('\ue000', '\ue757')
			}
			rapid.Check(t, func(rt *rapid.T) {
				rows := rapid.SliceOfN(rapid.SliceOfN(cell, 0, 4), 0, 5).Draw(rt, "rows")
				if format == sheet.CP932 {
					rows = append([][]string{{"氏名"}}, rows...) // half width kana alone may be UTF-8 too
				}
				data, lost := write(t, format, rows)
				f, err := open(data, sheet.Limits{})
				if err != nil && format == sheet.UTF8 && data == "" {
					return
				}
				if err != nil || len(lost) > 0 {
					rt.Fatalf("%q: %v, lost %v", data, err, lost)
				}
				got, err := all(f, "")
				if err != nil {
					rt.Fatalf("%q: %v", data, err)
				}
				if diff := cmp.Diff(shown(rows), shown(cells(got))); diff != "" {
					rt.Fatalf("%q: %s", data, diff)
				}
				if format != sheet.UTF8 && f.Format != format && strings.ContainsFunc(data, func(r rune) bool { return r > 0x7f }) {
					rt.Fatalf("found %v", f.Format)
				}
			})
		})
	}
}

func TestCharactersAreCountedAsExcelDoes(t *testing.T) {
	t.Parallel()
	cell := strings.Repeat("𠮷", 16383) + "x"
	if n := len(utf16.Encode([]rune(cell))); n != 32767 {
		t.Fatal(n)
	}
	for _, format := range []sheet.Format{sheet.UTF8, sheet.Excel} {
		data, _ := write(t, format, [][]string{{cell}})
		rows, err := all(mustOpen(t, data), "")
		if err != nil || rows[0].Cells[0] != cell {
			t.Errorf("%v: %v", format, err)
		}
	}
}
