package register_test

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/register"
	"sekimori/internal/testkit"

	"pgregory.net/rapid"
)

// export is what somebody gets of the samples.
func (h *house) export(name string, format sheet.Format, style register.Style) []byte {
	h.Helper()
	var b bytes.Buffer
	h.open(name, func(d *register.Desk) {
		if _, err := d.Export(&b, format, style, register.Query{}); err != nil {
			h.Fatal(errs.Message(err), err)
		}
	})
	return b.Bytes()
}

// previewed is what files come to, with each row.
func (h *house) previewed(name string, m register.Mapping, files ...register.Source) (*register.Preview, []register.Line) {
	h.Helper()
	var lines []register.Line
	p, err := h.desk.Preview(h.Context(), h.actor(name), "kodama", "sample", files, m, func(l register.Line) error {
		lines = append(lines, l)
		return nil
	})
	if err != nil {
		h.Fatal(errs.Message(err), err)
	}
	return p, lines
}

// imported takes files in as they are previewed.
func (h *house) imported(name string, m register.Mapping, o register.Importing, files ...register.Source) (*register.Preview, error) {
	h.Helper()
	p, _ := h.previewed(name, m, files...)
	return h.desk.Import(h.Context(), h.actor(name), "kodama", "sample", files, m, p.Confirmed(), o)
}

func csv(rows ...string) register.Source {
	return register.FromBytes("表.csv", []byte(strings.Join(rows, "\r\n")+"\r\n"))
}

// said are all samples that there are, the newest first.
func (h *house) said() (entries []register.Entry, data []register.Data) {
	h.Helper()
	h.open("program", func(d *register.Desk) {
		list, _, err := d.List(register.Query{Limit: 100_000})
		if err != nil {
			h.Fatal(err)
		}
		entries = list
		for _, e := range list {
			said, err := e.Read()
			if err != nil {
				h.Fatal(err)
			}
			data = append(data, said)
		}
	})
	return entries, data
}

// rowsOf reads a sheet.
func rowsOf(t testing.TB, file []byte, name string) [][]string {
	t.Helper()
	f, err := sheet.Open(bytes.NewReader(file), int64(len(file)), sheet.Limits{Columns: 4000})
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	var rows [][]string
	for r, err := range f.Rows(name) {
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		rows = append(rows, r.Cells)
	}
	return rows
}

// written makes a file of rows.
func written(t testing.TB, format sheet.Format, rows [][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := sheet.NewWriter(&b, format, "見本帳")
	for _, r := range rows {
		if err := w.Row(r...); err != nil {
			t.Fatal(errs.Message(err))
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// nasty are texts that files like to spoil.
func nasty() []string {
	return []string{
		"髙橋﨑", "𠮷野家", "葛\U000E0100城", "000123", "=1+1", "+81-78", "@SUM(A1)", "-5", "'=1", "''x", " 前後 ", "ＩＤ", "2026/4/1", "令和8年4月1日", "1e5", "TRUE", "同じ,「\"」",
		"_x0041_", "<b>&amp;", "№①㈱", "〃", "同上", "外字\ue000", "a\tb", "ｶﾞｷﾞ", "ハ゜", "〜−―", "3/4", "\u200b零幅", "※注", "例",
	}
}

func cellTexts(line string) *rapid.Generator[string] {
	return rapid.OneOf(rapid.SampledFrom(nasty()), rapid.StringMatching(`[ -~ぁ-んァ-ヶ一-龠]{1,20}`)).Filter(func(s string) bool {
		return strings.TrimSpace(s) != "" && !strings.ContainsAny(s, line)
	})
}

// samples are inputs over every type of field.
func sheetSamples(h *house, refs []register.Entry) *rapid.Generator[register.Input] {
	return rapid.Custom(func(t *rapid.T) register.Input {
		x := register.Input{}
		set := func(path string, g *rapid.Generator[string]) {
			x[path] = []string{rapid.OneOf(rapid.Just(""), g).Draw(t, path)}
		}
		x["name"] = []string{cellTexts("\r\n").Draw(t, "name")}
		x["desk"] = []string{rapid.SampledFrom([]string{"1100", "1110", "1000", "S1 目録", "書庫"}).Draw(t, "desk")}
		x["fragile"] = []string{rapid.SampledFrom([]string{"はい", "いいえ"}).Draw(t, "fragile")}
		x["how_to_carry"] = []string{cellTexts("\r\n").Draw(t, "carry")}
		set("grade.secrecy", rapid.SampledFrom([]string{"0", "1", "4"}))
		set("note", rapid.Map(rapid.SliceOfN(cellTexts(""), 1, 3), func(s []string) string {
			return strings.Join(s, rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "end"))
		}))
		set("pieces", rapid.Map(rapid.IntRange(0, 9999), func(n int) string { return fmt.Sprint(n) }))
		set("got_on", rapid.SampledFrom([]string{"R7.4.1", "1989-01-07", "令和元年5月1日", "2024/2/29"}))
		set("seen_at", rapid.SampledFrom([]string{"R7.4.1 9:05", "2026-12-31 23:59", "2026-01-01T00:00"}))
		x["lent.from"] = []string{rapid.SampledFrom([]string{"", "R7.4.1"}).Draw(t, "from")}
		x["lent.to"] = []string{""}
		if x["lent.from"][0] != "" {
			x["lent.to"] = []string{"2025-04-30"}
		}
		set("stuff", rapid.SampledFrom([]string{"stone", "貝"}))
		x["marks"] = rapid.SliceOfDistinct(rapid.SampledFrom([]string{"rare", "破損", "copy"}), rapid.ID[string]).Draw(t, "marks")
		set("giver", cellTexts("\r\n"))
		set("keeper", rapid.SampledFrom([]string{string(h.IDs["person 受付員"]), string(h.IDs["person 分館員"])}))
		set("room", rapid.SampledFrom([]string{"1100", "分館"}))
		set("role", rapid.SampledFrom([]string{"librarian", "chief-librarian"}))
		numbers := []string{}
		for _, e := range refs {
			numbers = append(numbers, e.Number)
		}
		set("original", rapid.SampledFrom(numbers))
		x["parts"] = rapid.SliceOfDistinct(rapid.SampledFrom(numbers), rapid.ID[string]).Draw(t, "parts")
		set("host", rapid.SampledFrom([]string{"192.0.2.1", "2001:db8::/32"}))
		set("mail", rapid.Just("a+b@example.lg.jp"))
		set("page", rapid.SampledFrom([]string{"https://example.jp/%E8?a=1&b=%20", "http://例え.jp/あ"}))
		set("phone", rapid.SampledFrom([]string{"+81-78-000-0000", "078-000-0000 内線12"}))
		set("firm", rapid.Just("7000020010006"))
		set("price", rapid.Just("500"))
		x["risks"] = []string{"x"}
		for n := range rapid.IntRange(0, 3).Draw(t, "risks") {
			at := fmt.Sprintf("risks.%d.", n)
			x[at+"what"], x[at+"harm"], x[at+"odds"] = []string{cellTexts("\r\n").Draw(t, at)}, []string{"2"}, []string{"3"}
		}
		return x
	})
}

// TestWhatIsExportedComesBackUnchanged: whatever entries say, a file in whatever format and style comes back as the same, changes
// nothing, and is written again to the byte; and read as new rows it makes entries that say the same.
func TestWhatIsExportedComesBackUnchanged(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		var entries []register.Entry
		for range 3 {
			e := h.add("program", sample())
			e.Version = 1
			entries = append(entries, e)
		}
		refs := slices.Clone(entries)
		rapid.Check(t, func(rt *rapid.T) {
			for i, e := range entries {
				x := sheetSamples(h, refs).Draw(rt, "x")
				changed, err := h.desk.Change(t.Context(), h.actor("program"), "kodama", "sample", e.ID, e.Version, x, register.Entering{})
				if err != nil {
					if slices.ContainsFunc(faults(err), func(s string) bool { return s == "grade.secrecy" }) {
						continue // lower than what is in it
					}
					rt.Fatal(errs.Message(err))
				}
				if changed.Version > 0 {
					entries[i].Version = changed.Version
				}
			}
			who := rapid.SampledFrom([]string{"program", "受付長"}).Draw(rt, "who")
			format := rapid.SampledFrom([]sheet.Format{sheet.Excel, sheet.UTF8BOM, sheet.UTF8, sheet.CP932}).Draw(rt, "format")
			style := rapid.SampledFrom([]register.Style{register.StyleData, register.StyleWareki, register.StyleForm}).Draw(rt, "style")
			file := h.export(who, format, style)
			p, lines := h.previewed(who, register.Mapping{}, register.FromBytes("x", file))
			if p.Same != p.Rows || who == "program" && p.Rows != 3 {
				rt.Fatalf("%v %v: %+v\n%+v", format, style, p, lines)
			}
			if _, err := h.desk.Import(t.Context(), h.actor(who), "kodama", "sample", []register.Source{register.FromBytes("x", file)}, register.Mapping{}, p.Confirmed(), register.Importing{}); err != nil {
				rt.Fatal(errs.Message(err))
			}
			if again := h.export(who, format, style); !bytes.Equal(file, again) {
				rt.Fatalf("%v %v: other bytes", format, style)
			}
		})
		h.verified()
	})
}

// TestWhatIsExportedIsReadAsNew: cells mean what they say also where there is no entry to compare them with.
func TestWhatIsExportedIsReadAsNew(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		first := h.add("program", sample())
		refs := []register.Entry{first}
		for _, style := range []register.Style{register.StyleData, register.StyleWareki} {
			for n := range 8 {
				x := sheetSamples(h, refs).Filter(func(x register.Input) bool {
					for path, words := range x {
						for _, w := range words {
							if w == "〃" || w == "同上" || path == "grade.secrecy" && w == "" {
								return false
							}
						}
					}
					return true
				}).Example(n)
				delete(x, "price")
				if x["grade.secrecy"][0] != "4" {
					x["parts"] = nil
				}
				e := h.add("program", x)
				for _, format := range []sheet.Format{sheet.UTF8, sheet.UTF8BOM} {
					var b bytes.Buffer
					h.open("program", func(d *register.Desk) {
						if _, err := d.Export(&b, format, style, register.Query{Filters: []register.Filter{}}); err != nil {
							t.Fatal(err)
						}
					})
					rows := rowsOf(t, b.Bytes(), "")
					rows = rows[:2] // the newest
					for i := range rows {
						rows[i] = slices.Delete(rows[i], 0, 1)
						rows[i] = rows[i][:len(rows[i])-2]
					}
					if _, err := h.imported("program", register.Mapping{}, register.Importing{}, register.FromBytes("x", written(t, format, rows))); err != nil {
						t.Fatal(errs.Message(err))
					}
					entries, data := h.said()
					old, err := e.Read()
					if err != nil {
						t.Fatal(err)
					}
					if entries[0].ID == e.ID || !data[0].Same(old) {
						t.Fatalf("%v\nis not\n%v", data[0], old)
					}
					e = entries[0]
				}
			}
		}
		h.verified()
	})
}

// TestAnExportHasWhatItsReaderMaySee: his entries, no field to be read under record, names as far as they may be known, nothing that
// Excel would run.
func TestAnExportHasWhatItsReaderMaySee(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		secret := h.add("書庫長", in("name 秘密の巻物", "desk 1200", "fragile no", "price 77777"))
		open := h.add("program", sample("name =1+1", "original "+secret.Number, "price 88888", "keeper "+string(h.IDs["person 分館員"])))
		for _, format := range []sheet.Format{sheet.UTF8, sheet.Excel} {
			file := h.export("受付員", format, register.StyleData)
			rows := rowsOf(t, file, "")
			if len(rows) != 2 || !strings.Contains(strings.Join(rows[1], "|"), "=1+1") {
				t.Fatalf("%v", rows)
			}
			all := fmt.Sprint(rows)
			for _, word := range []string{"77777", "88888", "評価額", "秘密の巻物", secret.Number, string(secret.ID)} {
				if strings.Contains(all, word) {
					t.Errorf("%v: %s is in the file: %s", format, word, all)
				}
			}
			if !strings.Contains(all, register.Hidden) || !strings.Contains(all, "1100 受付係室") || !strings.Contains(all, open.Number) {
				t.Error(all)
			}
			if format == sheet.UTF8 && !bytes.Contains(file, []byte("'=1+1")) {
				t.Error("a CSV has what Excel runs")
			}
		}
		h.open("受付員", func(d *register.Desk) {
			if x, err := d.Export(io.Discard, sheet.CP932, register.StyleData, register.Query{State: "gone"}); err != nil || x.Entries != 0 {
				t.Error(x, err)
			}
		})
	})
}
