package jpdate

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/errs"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2022-04-01":     "2022-04-01",
		"2022/4/1":       "2022-04-01",
		"2022.4.1":       "2022-04-01",
		"2022年4月1日":      "2022-04-01",
		"令和4年4月1日":       "2022-04-01",
		"令和 4 年 4 月 1 日": "2022-04-01",
		"　令和　４年　４月　１日　":    "2022-04-01",
		"令和元年9月1日":         "2019-09-01",
		"令和 元 年 9 月 1 日":   "2019-09-01",
		"令和1年5月1日":         "2019-05-01",
		"㋿4年4月1日":          "2022-04-01",
		"平成31年4月30日":       "2019-04-30",
		"平成元年1月8日":         "1989-01-08",
		"平成 15 年 1 月 27 日": "2003-01-27",
		"昭和64年1月7日":        "1989-01-07",
		"昭和元年12月25日":       "1926-12-25",
		"大正15年12月24日":      "1926-12-24",
		"大正元年7月30日":        "1912-07-30",
		"明治45年7月29日":       "1912-07-29",
		"明治6年1月1日":         "1873-01-01",
		"R4.4.1":           "2022-04-01",
		"r4.4.1":           "2022-04-01",
		"Ｒ４．４．１":           "2022-04-01",
		"R元.5.1":           "2019-05-01",
		"S63/1/7":          "1988-01-07",
		"H31-4-30":         "2019-04-30",
		"Ｈ３１ー４ー３０":         "2019-04-30",
		"T1.7.30":          "1912-07-30",
		"M45.7.29":         "1912-07-29",
		"2024-02-29":       "2024-02-29",
		"2022- 4- 1":       "2022-04-01",
		"9999-12-31":       "9999-12-31",
		"1872-12-31":       "1872-12-31",
		"0001-01-01":       "0001-01-01",
	} {
		got, err := Parse(in)
		if err != nil || got.String() != want {
			t.Errorf("Parse(%q) = %s, %v; want %s", in, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{ // part of the message
		"":                      "令和4年4月1日",
		"昨日":                    "令和4年4月1日",
		"2022-4/1":              "2022/4/1",
		"2022年4月1":              "2022-04-01",
		"2022-04-01日":           "2022-04-01",
		"20 22-04-01":           "2022-04-01",
		"2022-04-01T00":         "2022-04-01",
		"44652":                 "2022-04-01",
		"0000-01-01":            "2022-04-01",
		"令和0年1月1日":              "令和4年4月1日",
		"R9999.1.1":             "令和4年4月1日",
		"4/4/1":                 "西暦は4桁",
		"元年5月1日":                "西暦は4桁",
		"22.4.1":                "元号",
		"2022-13-01":            "13月という月はありません",
		"2022-00-01":            "1から12",
		"2022-02-29":            "2022年2月は1日から28日まで",
		"令和4年4月31日":             "2022年4月は1日から30日まで",
		"2022-04-00":            "1日から30日",
		"平成31年5月1日":             "令和元年5月1日",
		"平成 31 年 5 月 1 日":       "令和元年",
		"令和元年4月30日":             "平成31年4月30日",
		"昭和64年1月8日":             "平成元年1月8日",
		"平成元年1月7日":              "昭和64年1月7日",
		"大正15年12月25日":           "昭和元年12月25日",
		"明治45年7月30日":            "大正元年7月30日",
		"S100.4.1":              "令和7年4月1日",
		"明治5年12月2日":             "旧暦",
		"2022-04-01\xff":        "2022-04-01",
		strings.Repeat("長", 99): "「" + strings.Repeat("長", 30) + "…」",
	} {
		got, err := Parse(in)
		if err == nil || errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), want) {
			t.Errorf("Parse(%q) = %s, %v; want errs.Invalid with %q", in, got, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2022-04-01", "令和 元 年 9 月 1 日", "Ｒ４．４．１", "平成31年5月1日", "明治5年1月1日", "2022-02-30", "㍻1/1/8", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := Parse(s)
		if err != nil {
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("Parse(%q): %v is not Invalid", s, err)
			}
			return
		}
		for _, text := range []string{d.String(), d.Wareki()} {
			if again, err := Parse(text); err != nil || again != d {
				t.Fatalf("Parse(%q) = %s, but Parse(%q) = %s, %v", s, d, text, again, err)
			}
		}
	})
}

func anyDate(t *rapid.T, label string) Date {
	return Date{rapid.Int32Range(1, maxDay).Draw(t, label)}
}

// Every spelling of a day is read as that day, and text sorts as the days do.
func TestSpellingsOfADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, o := anyDate(t, "d"), anyDate(t, "o")
		year, month, day := d.Civil()
		if New(year, month, day) != d {
			t.Fatalf("New(%d, %d, %d) = %s, want %s", year, month, day, New(year, month, day), d)
		}
		for _, s := range []string{d.String(), d.Wareki(), strings.ReplaceAll(d.String(), "-", "/"), strings.ReplaceAll(d.Wareki(), "年", " 年 ")} {
			if got, err := Parse(s); err != nil || got != d {
				t.Fatalf("Parse(%q) = %s, %v; want %s", s, got, err, d)
			}
		}
		if got := strings.Compare(d.String(), o.String()); got != d.Compare(o) || d.Before(o) != (got < 0) || d.After(o) != (got > 0) {
			t.Fatalf("%s and %s: text %d, days %d", d, o, got, d.Compare(o))
		}
		if d.Sub(o) != -o.Sub(d) || o.AddDays(d.Sub(o)) != d {
			t.Fatalf("%s - %s = %d days", d, o, d.Sub(o))
		}
		if Today(d.Start()) != d || Today(d.Start().Add(-1)) == d {
			t.Fatalf("%s starts at %v", d, d.Start())
		}
		y := FiscalYearOf(d)
		if d.Before(y.First()) || y >= 1 && y <= 9998 && d.After(y.Last()) {
			t.Fatalf("%s is not in %d", d, y)
		}
	})
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		got  Date
		want string
	}{
		{New(2026, 4, 1), "2026-04-01"},
		{New(2026, 2, 29), "2026-03-01"},
		{New(1, 1, 1), "0001-01-01"},
		{New(0, 12, 31), ""},
		{New(9999, 12, 31), "9999-12-31"},
		{New(10000, 1, 1), ""},
		{New(1, 1, 1).AddDays(-1), ""},
		{New(2024, 2, 29).AddMonths(12), "2025-02-28"},
		{New(2025, 8, 31).AddMonths(6), "2026-02-28"},
		{New(2026, 1, 31).AddMonths(-2), "2025-11-30"},
		{New(2026, 3, 31).AddMonths(1), "2026-04-30"},
		{Date{}.AddMonths(1), ""},
		{Date{}.AddDays(1), ""},
		{Today(time.Date(2026, 3, 31, 14, 59, 59, 0, time.UTC)), "2026-03-31"},
		{Today(time.Date(2026, 3, 31, 15, 0, 0, 0, time.UTC)), "2026-04-01"},
	} {
		if c.got.String() != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	if got := New(2026, 4, 1).Weekday(); got != time.Wednesday {
		t.Errorf("2026-04-01 is a %v", got)
	}
	if got := New(2026, 4, 1).Start().UTC(); got != time.Date(2026, 3, 31, 15, 0, 0, 0, time.UTC) {
		t.Errorf("2026-04-01 starts at %v", got)
	}
}

func TestStoredText(t *testing.T) {
	t.Parallel()
	type row struct{ A, B Date }
	in := row{A: New(2026, 4, 1)}
	text, err := json.Marshal(in)
	if err != nil || string(text) != `{"A":"2026-04-01","B":""}` {
		t.Fatalf("%s, %v", text, err)
	}
	var out row
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(in, out); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"R4.4.1", "2026-4-1", "0000-01-01", "2026-04-31"} {
		var d Date
		if err := d.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
	for _, stored := range []any{"2026-04-01", []byte("2026-04-01")} {
		var d Date
		if err := d.Scan(stored); err != nil || d != in.A {
			t.Errorf("Scan(%v) = %s, %v", stored, d, err)
		}
	}
	d := in.A
	if err := d.Scan(nil); err != nil || !d.IsZero() {
		t.Errorf("NULL = %s, %v", d, err)
	}
	if err := d.Scan(int64(1)); err == nil {
		t.Error("a number was read as a date")
	}
	if v, err := in.A.Value(); v != "2026-04-01" || err != nil {
		t.Errorf("Value = %v, %v", v, err)
	}
}

func TestFromExcel(t *testing.T) {
	t.Parallel()
	for serial, want := range map[int]string{
		1: "1900-01-01", 59: "1900-02-28", 60: "", 61: "1900-03-01", 44652: "2022-04-01", 2958465: "9999-12-31",
		0: "", -1: "", 2958466: "",
	} {
		d, err := FromExcel(serial)
		if d.String() != want || (err == nil) != (want != "") {
			t.Errorf("FromExcel(%d) = %s, %v; want %q", serial, d, err, want)
		}
	}
}

func TestFiscalYear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		day    Date
		want   FiscalYear
		wareki string
	}{
		{New(2026, 3, 31), 2025, "令和7年度"},
		{New(2026, 4, 1), 2026, "令和8年度"},
		{New(2019, 4, 1), 2019, "令和元年度"},
		{New(2019, 3, 31), 2018, "平成30年度"},
		{New(1989, 3, 31), 1988, "昭和63年度"},
		{New(1989, 4, 1), 1989, "平成元年度"},
		{Date{}, 0, ""},
	} {
		f := FiscalYearOf(c.day)
		if f != c.want || f.Wareki() != c.wareki {
			t.Errorf("%s is in %d %s, want %d %s", c.day, f, f.Wareki(), c.want, c.wareki)
		}
		if f != 0 && (FiscalYearOf(f.First()) != f || FiscalYearOf(f.Last()) != f || FiscalYearOf(f.Last().AddDays(1)) != f+1) {
			t.Errorf("%d runs from %s to %s", f, f.First(), f.Last())
		}
	}
}

func TestParseFiscalYear(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]FiscalYear{
		"令和8年度": 2026, "令和 8 年度": 2026, "Ｒ８": 2026, "2026年度": 2026, "２０２６": 2026, "令和元年度": 2019, "平成31年度": 2019, "昭和63年度": 1988,
	} {
		if got, err := ParseFiscalYear(in); err != nil || got != want {
			t.Errorf("ParseFiscalYear(%q) = %d, %v; want %d", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"": "令和8年度", "8": "R8", "令和0年度": "2026", "平成32年度": "令和2年度", "昭和64年度": "平成元年度", "0000": "扱えません", "9999": "扱えません", "R9999": "扱えません",
	} {
		got, err := ParseFiscalYear(in)
		if err == nil || errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), want) {
			t.Errorf("ParseFiscalYear(%q) = %d, %v; want errs.Invalid with %q", in, got, err, want)
		}
	}
}

func TestErasFollowEachOther(t *testing.T) {
	t.Parallel()
	if !slices.IsSortedFunc(eras, func(a, b era) int { return b.first.Compare(a.first) }) {
		t.Fatal("eras are not newest first")
	}
	for _, e := range eras[:4] { // 明治 begins here with its sixth year
		if got := e.first.eraYear(); got != e.name+"元" {
			t.Errorf("%s is %s", e.first, got)
		}
		if got := e.first.AddDays(-1).eraYear(); strings.HasPrefix(got, e.name) {
			t.Errorf("the day before %s is %s", e.first, got)
		}
	}
}
