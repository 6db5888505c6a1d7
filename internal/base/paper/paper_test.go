package paper_test

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/paper"
	"sekimori/internal/testkit/pdf"

	"github.com/google/go-cmp/cmp"
)

const mm = 72 / 25.4

func setup() paper.Setup {
	return paper.Setup{
		Title: "情報資産台帳", Mark: "機密性2", Receipt: "証跡 123456",
		Printed: time.Date(2026, 4, 1, 0, 5, 0, 0, time.UTC),
	}
}

func font(t testing.TB) *paper.Font {
	t.Helper()
	f, err := paper.Find()
	if err != nil {
		t.Fatal(err) // it says what to install
	}
	return f
}

// set makes a document and reads it.
func set(t testing.TB, s paper.Setup, fill func(*paper.Document)) ([][]pdf.Run, []paper.Missing) {
	t.Helper()
	data, missing := bytesOf(t, font(t), s, fill)
	pages := pdf.Read(t, data)
	for i, page := range pages {
		inBody(t, i+1, page)
	}
	return pages, missing
}

// inBody: nothing stands in the margins or on the foot, which begins with the number of the page. Labels have none.
func inBody(t testing.TB, number int, page []pdf.Run) {
	t.Helper()
	at := slices.IndexFunc(page, func(r pdf.Run) bool { return strings.HasPrefix(r.Text, fmt.Sprintf("%d / ", number)) })
	if at < 0 {
		return
	}
	for _, r := range page[:at] {
		if r.X < 18*mm-0.1 || r.Y < page[at].Y+4*mm {
			t.Errorf("page %d: %q stands at %.1f, %.1f mm, the foot at %.1f", number, r.Text, r.X/mm, r.Y/mm, page[at].Y/mm)
		}
	}
}

func bytesOf(t testing.TB, f *paper.Font, s paper.Setup, fill func(*paper.Document)) ([]byte, []paper.Missing) {
	t.Helper()
	d := paper.New(f, s)
	fill(d)
	var b bytes.Buffer
	missing, err := d.Write(&b)
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), missing
}

// lines are rows whose cells name their row.
func lines(n int, note func(int) string) [][]string {
	var rows [][]string
	for i := range n {
		rows = append(rows, []string{fmt.Sprintf("番号%d番", i), note(i), fmt.Sprint(i * 37)})
	}
	return rows
}

func columns() []paper.Column {
	return []paper.Column{{Title: "番号"}, {Title: "備考"}, {Title: "件数", Right: true}}
}

func TestWithoutTheFontItSaysWhatToInstall(t *testing.T) {
	t.Parallel()
	_, err := paper.Find(t.TempDir())
	if errs.KindOf(err) != errs.Unavailable || !strings.Contains(errs.Message(err), "fonts-morisawa-bizud-gothic") {
		t.Errorf("%v: %s", errs.KindOf(err), errs.Message(err))
	}
	if _, err := paper.NewFont([]byte("no font"), nil); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("%v", err)
	}
}

func TestEveryPageHasHeadAndFoot(t *testing.T) {
	t.Parallel()
	for _, landscape := range []bool{false, true} {
		s := setup()
		s.Landscape = landscape
		pages, _ := set(t, s, func(d *paper.Document) {
			d.Table(paper.Table{Columns: columns(), Rows: lines(200, func(int) string { return "変わりなし" })})
		})
		seen := 0
		for i, page := range pages {
			text := pdf.Texts(page)
			for _, want := range []string{"情報資産台帳", "機密性2", "番号", "備考", "件数", fmt.Sprintf("%d / %d", i+1, len(pages)), "令和8年4月1日 9:05 印刷", "証跡 123456"} {
				if strings.Count("\n"+text, "\n"+want+"\n") != 1 {
					t.Errorf("landscape %v, page %d: %q is not there once", landscape, i+1, want)
				}
			}
			for _, m := range regexp.MustCompile(`番号(\d+)番`).FindAllStringSubmatch(text, -1) {
				if m[1] != fmt.Sprint(seen) {
					t.Errorf("landscape %v, page %d: row %s, want %d", landscape, i+1, m[1], seen)
				}
				seen++
			}
		}
		if seen != 200 || len(pages) < 4 {
			t.Errorf("landscape %v: %d rows on %d pages", landscape, seen, len(pages))
		}
	}
}

func TestRowsStayWhole(t *testing.T) {
	t.Parallel()
	pages, _ := set(t, setup(), func(d *paper.Document) {
		d.Table(paper.Table{Columns: columns(), Rows: lines(120, func(i int) string {
			return strings.Repeat(fmt.Sprintf("備%d考", i), i*13%90+1)
		})})
	})
	where := map[string]int{}
	for i, page := range pages {
		for _, row := range regexp.MustCompile(`備(\d+)考`).FindAllStringSubmatch(pdf.Texts(page), -1) {
			if other, ok := where[row[1]]; ok && other != i {
				t.Errorf("row %s stands on pages %d and %d", row[1], other+1, i+1)
			}
			where[row[1]] = i
		}
		for row, on := range where {
			if on == i && !strings.Contains(pdf.Texts(page), "番号"+row+"番") {
				t.Errorf("row %s begins on another page than %d", row, i+1)
			}
		}
	}
}

func TestARowTallerThanAPageGoesOn(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("この行は一枚の紙に入らない。", 800)
	pages, _ := set(t, setup(), func(d *paper.Document) {
		d.Table(paper.Table{Columns: columns(), Rows: [][]string{{"1", "前"}, {"2", long, "9"}, {"3", "後"}}})
	})
	if len(pages) < 3 {
		t.Fatalf("%d pages", len(pages))
	}
	var got strings.Builder
	for _, page := range pages {
		for _, r := range page {
			if r.X > 20*mm && strings.ContainsAny(r.Text, "この行は一枚の紙に入らない。") && !r.Bold {
				got.WriteString(r.Text)
			}
		}
	}
	if got.String() != long {
		t.Errorf("%d characters of %d", len([]rune(got.String())), len([]rune(long)))
	}
}

func TestATallRowBeginsWithThreeLines(t *testing.T) {
	t.Parallel()
	for above := range 25 {
		pages, _ := set(t, setup(), func(d *paper.Document) {
			rows := append(lines(20+above, func(int) string { return "前" }), []string{"1", strings.Repeat("長い行。", 1500)})
			d.Table(paper.Table{Columns: columns(), Rows: rows})
		})
		for i, page := range pages {
			if n := len(slices.DeleteFunc(page, func(r pdf.Run) bool { return !strings.Contains(r.Text, "長い行") })); n > 0 {
				if n < 3 {
					t.Errorf("after %d rows page %d has %d lines", 20+above, i+1, n)
				}
				break
			}
		}
	}
}

func TestNumbersEndAtOneEdge(t *testing.T) {
	t.Parallel()
	s := setup()
	pages, _ := set(t, s, func(d *paper.Document) {
		d.Table(paper.Table{Columns: columns(), Rows: lines(30, func(int) string { return "" })})
	})
	width := func(number string) float64 { // in em
		return 0.759*float64(len(number)) - 0.130*float64(strings.Count(number, "1"))
	}
	edges := map[float64]bool{}
	for _, r := range pages[0] {
		if regexp.MustCompile(`^\d+$`).MatchString(r.Text) {
			edges[math.Round(r.X+width(r.Text)*r.Size)] = true
		}
	}
	if len(edges) != 1 {
		t.Errorf("numbers end at %v", edges)
	}
}

func TestAHeadingStaysWithWhatFollows(t *testing.T) {
	t.Parallel()
	for above := range 60 {
		pages, _ := set(t, setup(), func(d *paper.Document) {
			d.Paragraph(strings.Repeat("行\n", above) + "行")
			d.Heading("大見出し")
			d.Heading("小見出し")
			d.Table(paper.Table{Columns: columns(), Rows: lines(1, func(int) string { return "行の\n終わり" })})
		})
		for i, page := range pages {
			text := pdf.Texts(page)
			if strings.Contains(text, "見出し") && !(strings.Contains(text, "大見出し") && strings.Contains(text, "小見出し") && strings.Contains(text, "終わり")) {
				t.Errorf("after %d lines page %d is\n%s", above, i+1, text)
			}
		}
	}
}

func TestNoLineOfAParagraphStandsAlone(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 3, 4, 5} {
		for above := range 12 {
			pages, _ := set(t, setup(), func(d *paper.Document) {
				d.Paragraph(strings.Repeat("前\n", 34+above) + "前")
				d.Paragraph(strings.TrimSuffix(strings.Repeat("段落\n", n), "\n"))
			})
			sum := 0
			for i, page := range pages {
				here := strings.Count(pdf.Texts(page), "段落")
				if sum += here; here == 1 {
					t.Errorf("%d lines after %d: one alone on page %d", n, 35+above, i+1)
				}
			}
			if sum != n {
				t.Errorf("%d lines of %d", sum, n)
			}
		}
	}
}

func TestWhatStandsOnThePage(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		fill func(*paper.Document)
		want []string // in this order, on one page
	}{
		{"nothing", func(*paper.Document) {}, nil},
		{"a heading alone", func(d *paper.Document) { d.Heading("概要") }, []string{"概要"}},
		{"an empty table", func(d *paper.Document) { d.Table(paper.Table{Columns: columns()}) }, []string{"番号", "備考", "件数", "該当なし"}},
		{"an empty table with words", func(d *paper.Document) { d.Table(paper.Table{Columns: columns(), Empty: "持出しなし"}) }, []string{"番号", "備考", "件数", "持出しなし"}},
		{"short rows", func(d *paper.Document) {
			d.Table(paper.Table{Columns: columns(), Rows: [][]string{{"1"}, {}, {"", "2"}}})
		}, []string{"番号", "備考", "件数", "1", "2"}},
		{
			"particulars",
			func(d *paper.Document) {
				d.Particulars(paper.Particular{Name: "所管課", Value: "情報政策課"}, paper.Particular{Name: "場所", Value: "1階\n東"})
			},
			[]string{"所管課", "情報政策課", "場所", "1階", "東"},
		},
		{"far characters", func(d *paper.Document) { d.Paragraph("𠮟る 髙﨑") }, []string{"𠮟る 髙﨑"}},
		{"characters that share a shape", func(d *paper.Document) { d.Paragraph("𩿎\n𩿗") }, []string{"𩿗", "𩿗"}},
		{
			"a break at the top of a page",
			func(d *paper.Document) { d.Break(); d.Break(); d.Paragraph("本文"); d.Paragraph("次") },
			[]string{"本文", "次"},
		},
	} {
		pages, _ := set(t, paper.Setup{}, c.fill)
		if len(pages) != 1 {
			t.Errorf("%s: %d pages", c.name, len(pages))
			continue
		}
		var got []string
		for _, r := range pages[0] {
			got = append(got, r.Text)
		}
		if diff := cmp.Diff(append(c.want, "1 / 1"), got); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
}

func TestWhatTheFontLacksIsNamed(t *testing.T) {
	t.Parallel()
	pages, missing := set(t, paper.Setup{Title: "𠮷の台帳"}, func(d *paper.Document) {
		d.Table(paper.Table{Columns: columns(), Rows: [][]string{{"1", "𠮷田"}, {"2", "葛\U000E0100城"}}})
	})
	want := []paper.Missing{{Text: "𠮷", In: "𠮷の台帳"}, {Text: "葛\U000E0100", In: "葛\U000E0100城"}}
	if diff := cmp.Diff(want, missing); diff != "" {
		t.Error(diff)
	}
	text := pdf.Texts(pages[0])
	for _, want := range []string{"〓の台帳", "〓田", "葛城", "この書体にない文字: 「〓」(U+20BB7) 「葛」(U+845B U+E0100)"} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
}

func TestManyMissingCharactersAreCounted(t *testing.T) {
	t.Parallel()
	var all []string
	for r := '\ue000'; r < '\ue000'+105; r++ {
		all = append(all, string(r))
	}
	pages, missing := set(t, paper.Setup{}, func(d *paper.Document) { d.Paragraph(strings.Join(all, "")) })
	if text := strings.ReplaceAll(pdf.Texts(pages[0]), "\n", ""); len(missing) != 105 || !strings.Contains(text, "(U+E063) ほか5字") {
		t.Errorf("%d, %s", len(missing), text)
	}
}

func TestTheSameContentIsTheSameBytes(t *testing.T) {
	t.Parallel()
	fill := func(d *paper.Document) {
		d.Heading("概要")
		d.Particulars(paper.Particular{Name: "名", Value: "𠮷と髙と𠮟"})
		d.Table(paper.Table{Columns: columns(), Rows: lines(80, func(i int) string { return string(rune('一' + i)) })})
		d.Labels(paper.Sheet12(), 1, []paper.Label{{Mark: "機密性3", QR: "000123"}})
	}
	f, later := font(t), setup()
	later.Printed = later.Printed.Add(time.Second)
	one, _ := bytesOf(t, f, setup(), fill)
	two, _ := bytesOf(t, f, setup(), fill)
	other, _ := bytesOf(t, f, later, fill)
	if !bytes.Equal(one, two) || bytes.Equal(one, other) {
		t.Error("the bytes do not depend on content and time alone")
	}
	for _, want := range []string{"/Lang (ja)", "/CreationDate (D:20260401000500Z)", "/Title <FEFF60C5"} {
		if !bytes.Contains(one, []byte(want)) {
			t.Errorf("no %s", want)
		}
	}
}

// TestReadersFindEveryObject follows the lists of objects from the end of the file, as a reader does.
func TestReadersFindEveryObject(t *testing.T) {
	t.Parallel()
	data, _ := bytesOf(t, font(t), setup(), func(d *paper.Document) { d.Paragraph("本文") })
	found, lists := 0, 0
	at := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(data)
	for at != nil {
		from, err := strconv.Atoi(string(at[1]))
		if err != nil {
			t.Fatal(err)
		}
		list := data[from:]
		if !bytes.HasPrefix(list, []byte("xref\n")) {
			t.Fatal("the list of objects is elsewhere")
		}
		lists++
		list, trailer, _ := bytes.Cut(list, []byte("trailer\n"))
		id := 0
		for _, line := range strings.Split(string(list), "\n") {
			var offset, count, generation int
			if n, _ := fmt.Sscanf(line, "%d %d n", &offset, &generation); n == 2 && strings.HasSuffix(line, " n ") {
				if !bytes.HasPrefix(data[offset:], fmt.Appendf(nil, "%d 0 obj\n", id)) {
					t.Errorf("object %d is not at %d", id, offset)
				}
				found++
				id++
			} else if strings.HasSuffix(line, " f ") {
				id++
			} else if n, _ := fmt.Sscanf(line, "%d %d", &id, &count); n != 2 && line != "xref" && line != "" {
				t.Errorf("line %q", line)
			}
		}
		trailer, _, _ = bytes.Cut(trailer, []byte("startxref"))
		at = regexp.MustCompile(`/Prev (\d+)`).FindSubmatch(trailer)
	}
	if lists != 2 || found < 20 {
		t.Errorf("%d objects in %d lists", found, lists)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errDisk }

var errDisk = errors.New("no space left on device")

func TestFaultsShowInWrite(t *testing.T) {
	t.Parallel()
	f := font(t)
	narrow := make([]paper.Column, 60)
	label := []paper.Label{{QR: strings.Repeat("長い", 200)}}
	sheet := paper.Sheet24()
	shifted := sheet
	shifted.Left = 20
	tiny := sheet
	tiny.Height = 5
	for _, c := range []struct {
		fill func(*paper.Document)
		want string
	}{
		{func(d *paper.Document) {
			d.Table(paper.Table{Columns: columns(), Rows: [][]string{{}, {"1", "2", "3", "4"}}})
		}, "表の2行目に列より多い値があります（4個、列は3）。"},
		{func(d *paper.Document) { d.Table(paper.Table{Columns: narrow}) }, "表の列が多すぎて紙に入りません（60列）。"},
		{func(d *paper.Document) { d.Table(paper.Table{}) }, "表に列がありません。"},
		{func(d *paper.Document) {
			d.Table(paper.Table{Columns: []paper.Column{{Title: strings.Repeat("長", 5000)}}})
		}, "表の見出しが長すぎて"},
		{func(d *paper.Document) { d.Labels(sheet, 1, label) }, "QRコードが細かくなりすぎます（400文字）。"},
		{func(d *paper.Document) { d.Labels(sheet, 1, []paper.Label{{QR: strings.Repeat("長い", 2000)}}) }, "QRコードにできない内容です（4000文字）。"},
		{func(d *paper.Document) { d.Labels(sheet, 0, label) }, "開始位置は1から24までです（0）。"},
		{func(d *paper.Document) { d.Labels(sheet, 25, label) }, "開始位置は1から24までです（25）。"},
		{func(d *paper.Document) { d.Labels(shifted, 1, label) }, "ラベルが A4 に収まりません（右端 218.0 mm"},
		{func(d *paper.Document) { d.Labels(tiny, 1, label) }, "ラベルが小さすぎます"},
		{func(d *paper.Document) { d.Labels(paper.Sheet{}, 1, label) }, "ラベル用紙の面数"},
		{func(d *paper.Document) { d.Labels(paper.Sheet{}, 1, label); d.Table(paper.Table{}) }, "ラベル用紙の面数"}, // the first
	} {
		d := paper.New(f, setup())
		c.fill(d)
		var b bytes.Buffer
		_, err := d.Write(&b)
		if errs.KindOf(err) != errs.Invalid || !strings.HasPrefix(errs.Message(err), c.want) || b.Len() > 0 {
			t.Errorf("%v: %s, %d bytes; want %s", errs.KindOf(err), errs.Message(err), b.Len(), c.want)
		}
	}
	landscape := setup()
	landscape.Landscape = true
	d := paper.New(f, landscape)
	d.Labels(sheet, 1, nil)
	if _, err := d.Write(full{}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("labels on a landscape page: %v", err)
	}
	d = paper.New(f, setup())
	if _, err := d.Write(full{}); !errors.Is(err, errDisk) {
		t.Errorf("a full disk: %v", err)
	}
	if _, err := d.Write(&bytes.Buffer{}); errs.KindOf(err) != errs.Internal {
		t.Errorf("a second time: %v", err)
	}
}

func TestLabelsStandOnTheirPlaces(t *testing.T) {
	t.Parallel()
	var labels []paper.Label
	for i := range 30 {
		labels = append(labels, paper.Label{Lines: []paper.Line{{Text: fmt.Sprintf("札%d", i), Size: 12}}})
	}
	for _, c := range []struct {
		name         string
		sheet        paper.Sheet
		start, pages int
	}{
		{"24", paper.Sheet24(), 1, 2},
		{"24 used", paper.Sheet24(), 23, 3},
		{"12", paper.Sheet12(), 5, 3},
		{"10 used up to the last", paper.Sheet10(), 10, 4},
		{"with gaps", paper.Sheet{Columns: 2, Rows: 3, Width: 80, Height: 40, Left: 10, Top: 20, GapX: 5, GapY: 7}, 2, 6},
	} {
		pages, _ := set(t, setup(), func(d *paper.Document) { d.Labels(c.sheet, c.start, labels) })
		if len(pages) != c.pages {
			t.Errorf("%s: %d pages, want %d", c.name, len(pages), c.pages)
			continue
		}
		each := c.sheet.Columns * c.sheet.Rows
		for i, l := range labels {
			at := c.start - 1 + i
			left := c.sheet.Left + float64(at%each%c.sheet.Columns)*(c.sheet.Width+c.sheet.GapX)
			top := c.sheet.Top + float64(at%each/c.sheet.Columns)*(c.sheet.Height+c.sheet.GapY)
			inside := func(r pdf.Run) bool {
				x, y := r.X/mm, 297-r.Y/mm
				return r.Text == l.Lines[0].Text && x > left && x < left+5 && y > top && y < top+c.sheet.Height
			}
			if !slices.ContainsFunc(pages[at/each], inside) {
				t.Errorf("%s: label %d is not at %.1f, %.1f mm of page %d", c.name, i, left, top, at/each+1)
			}
		}
	}
}

func TestLabelsShrinkUntilTheyFit(t *testing.T) {
	t.Parallel()
	sheet := paper.Sheet24()
	long := strings.Repeat("住民基本台帳の写し", 40)
	for _, c := range []struct {
		name  string
		label paper.Label
		sizes []float64 // of mark and lines; 0: smaller than asked
	}{
		{"as asked", paper.Label{Mark: "機密性3", Lines: []paper.Line{{Text: "短い", Size: 12, Bold: true}, {Text: "札"}}}, []float64{9, 12, 9}},
		{"a line somewhat too long", paper.Label{Lines: []paper.Line{{Text: "住民基本台帳の写しの控え帳", Size: 16}}}, []float64{0}},
		{"a line far too long wraps", paper.Label{Lines: []paper.Line{{Text: "住民基本台帳の写しの控え帳の目録の一覧", Size: 16}}}, []float64{16, 16}},
		{"beside a code there is less room", paper.Label{QR: "000123", Lines: []paper.Line{{Text: "住民基本台帳の写し", Size: 14}}}, []float64{0}},
	} {
		pages, _ := set(t, setup(), func(d *paper.Document) { d.Labels(sheet, 1, []paper.Label{c.label}) })
		var got []float64
		for _, r := range pages[0] {
			got = append(got, r.Size)
		}
		if !slices.EqualFunc(c.sizes, got, func(want, got float64) bool { return want == got || want == 0 && got > 8 && got < 16 }) {
			t.Errorf("%s: sizes %v, want %v", c.name, got, c.sizes)
		}
	}
	pages, _ := set(t, setup(), func(d *paper.Document) {
		d.Labels(sheet, 1, []paper.Label{{Mark: long, QR: "1", Lines: []paper.Line{{Text: long, Size: 12}}}})
	})
	got := ""
	for _, r := range pages[0] {
		if x, y := r.X/mm, 297-r.Y/mm; x < sheet.Left || x > sheet.Left+sheet.Width || y < sheet.Top || y > sheet.Top+sheet.Height {
			t.Errorf("%q stands at %.1f, %.1f mm", r.Text, x, y)
		}
		got += r.Text
	}
	if got != long+long {
		t.Error("something is missing on the label")
	}
}

// TestALabelNamesWhatIsMissingInItsMargin: no further sheet of labels is spoilt for it.
func TestALabelNamesWhatIsMissingInItsMargin(t *testing.T) {
	t.Parallel()
	lines := []paper.Line{{Text: "𠮷田"}}
	for _, c := range []struct {
		sheet paper.Sheet
		pages int
	}{{paper.Sheet24(), 1}, {paper.Sheet{Columns: 2, Rows: 7, Width: 100, Height: 42, Left: 5, Top: 1}, 2}} {
		pages, missing := set(t, setup(), func(d *paper.Document) { d.Labels(c.sheet, 1, []paper.Label{{Lines: lines}}) })
		if text := pdf.Texts(pages[len(pages)-1]); len(pages) != c.pages || len(missing) != 1 || !strings.Contains(text, "この書体にない文字: 「〓」(U+20BB7)") {
			t.Errorf("%d pages, %v, %s", len(pages), missing, text)
		}
	}
}
