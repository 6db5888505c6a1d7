package sheet_test

import (
	"bufio"
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"
)

// personnel writes a list like those of the 1st of April: nine columns.
func personnel(t testing.TB, format sheet.Format, rows int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := sheet.NewWriter(&b, format, "異動")
	must(t, w.Row("発令日", "職員番号", "氏名", "氏名カナ", "任用区分", "発令区分", "所属コード", "職コード", "メール"))
	for i := range rows {
		must(t, w.Row("令和8年4月1日", fmt.Sprintf("%06d", i), fmt.Sprintf("髙橋　%d郎", i), "ﾀｶﾊｼ ｼﾞﾛｳ", "常勤", "転任", fmt.Sprintf("%08d", i%1855), "0420", fmt.Sprintf("t%06d@example.lg.jp", i)))
	}
	must(t, w.Close())
	return b.Bytes()
}

func heap() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// Not parallel: it measures the memory of the process.
func TestMemoryDoesNotGrowWithTheRows(t *testing.T) {
	const rows = 100_000
	for _, format := range formats {
		data := personnel(t, format, rows)
		before, most, n := heap(), 0, 0
		f, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Limits{})
		must(t, err)
		for row, err := range f.Rows("") {
			must(t, err)
			if len(row.Cells) != 9 {
				t.Fatalf("%v", row)
			}
			if n++; n%20_000 == 0 {
				most = max(most, heap()-before)
			}
		}
		if n != rows+1 {
			t.Errorf("%v: %d rows", format, n)
		}
		if most > 8<<20 {
			t.Errorf("%v: %d rows of %d bytes hold %d bytes", format, n, len(data), most)
		}
		runtime.KeepAlive(data)
	}
}

func FuzzOpen(f *testing.F) {
	for _, format := range formats {
		f.Add(personnel(f, format, 2))
	}
	for _, s := range []string{"", "a,\"b\n", "\xff\xfea\x00", "PK\x05\x06", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "\xf0\x40\x81", "a\x1a", part(f, "<worksheet><sheetData><row><c t=\"s\"><v>1</v></c></row></sheetData></worksheet>")} {
		f.Add([]byte(s))
	}
	f.Fuzz(readAll)
}

func FuzzSheet(f *testing.F) {
	f.Add(`<row r="2"><c r="B2" s="1" t="s"><v>0</v></c><c><f>1</f></c></row>`)
	f.Add(`<row><c t="inlineStr"><is><r><t>_x000D_</t></r><rPh><t/></rPh></is></c><c t="e"><v>#N/A</v></c><c t="b"><v>1</v></c><c t="d"><v/></c></row>`)
	f.Add(`<row><c><v>1E+300</v></c><c s="1"><v>-0.5</v></c><c r="XFD1"/></row>`)
	f.Fuzz(func(t *testing.T, rows string) {
		readAll(t, []byte(part(t, "<worksheet><sheetData>"+rows+"</sheetData></worksheet>")))
	})
}

// readAll may be refused, but only in words for people.
func readAll(t *testing.T, data []byte) {
	f, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Limits{Unpacked: 1 << 20})
	if err == nil {
		_, err = f.Table("", columns)
	}
	if err == nil {
		_, err = all(f, "")
	}
	if err != nil && (errs.KindOf(err) != errs.Invalid || errs.Message(err) == "") {
		t.Fatalf("%q: %v", data, err)
	}
}

func BenchmarkRead(b *testing.B) {
	const rows = 20_000
	bench := func(name string, data []byte, read func(data []byte) int) {
		b.Run(name, func(b *testing.B) {
			n := 0
			for b.Loop() {
				n += read(data)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
			b.ReportAllocs()
		})
	}
	floor := personnel(b, sheet.UTF8, rows)
	bench("bare scan", floor, func(data []byte) int {
		n := 0
		for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); n++ {
			if len(strings.Split(s.Text(), ",")) != 9 {
				b.Fatal(s.Text())
			}
		}
		return n
	})
	for _, format := range formats {
		bench(format.String(), personnel(b, format, rows), func(data []byte) int {
			f, err := sheet.Open(bytes.NewReader(data), int64(len(data)), sheet.Limits{})
			must(b, err)
			n := 0
			for _, err := range f.Rows("") {
				must(b, err)
				n++
			}
			return n
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	const rows = 20_000
	for _, format := range formats {
		b.Run(format.String(), func(b *testing.B) {
			n := 0
			for b.Loop() {
				personnel(b, format, rows)
				n += rows
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
