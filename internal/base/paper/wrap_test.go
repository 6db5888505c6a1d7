package paper

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func findFont(t *testing.T) *Font {
	t.Helper()
	font, err := Find()
	if err != nil {
		t.Fatal(err) // it says what to install
	}
	return font
}

// fixed is a face whose characters are as wide as their cells on a terminal, so that cases can be counted by eye.
func fixed() *face {
	f := &face{near: make([]shape, 0x10000)}
	for r := range f.near {
		f.near[r] = shape{1, 1000}
		if r < 0x80 {
			f.near[r].width = 500
		}
	}
	return f
}

func TestLinesBreakAsJapaneseIsSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ems  int
		text string
		want string // lines, joined by |
	}{
		{5, "情報資産台帳", "情報資産台|帳"},
		{5, "情報資産台。帳", "情報資産|台。帳"},
		{5, "情報資産「台帳」", "情報資産|「台帳」"},
		{5, "情報資（（台帳））", "情報資|（（台|帳））"},
		{5, "情報資産……台帳", "情報資産|……台帳"},
		{4, "情報資……台帳", "情報資|……台帳"},
		{5, "情報システムー", "情報システ|ムー"},
		{5, "キャビネットッ", "キャビネッ|トッ"},
		{5, "情報資産第々", "情報資産|第々"},
		{5, "合計は1,234円", "合計は|1,234円"},
		{5, "Windows Server 2022", "Windows|Server|2022"},
		{5, "版Windowsの", "版Windows|の"},
		{3, "abcdefgh", "abcdef|gh"},
		{3, "。。。。。", "。。。|。。"},
		{5, "情報資産台　帳", "情報資産台|帳"},
		{5, "　情報", "　情報"},
		{5, "情報\n\n資産", "情報||資産"},
		{5, "情報資産\n", "情報資産|"},
		{5, "情報資産台 ", "情報資産台 "},
		{0, "情報", "情|報"},
		{5, "￥1000￥1000", "￥1000|￥1000"},
		{5, "がか\u3099がががが", "がか\u3099がが|がが"},
		{5, "", ""},
	} {
		if got := strings.Join(wrap(c.text, fixed(), c.ems*1000), "|"); got != c.want {
			t.Errorf("%q in %d: %q, want %q", c.text, c.ems, got, c.want)
		}
	}
}

// TestNoLineIsTooLongAndNothingIsLost: whatever is wrapped is what was given, without the spaces at which it breaks.
func TestNoLineIsTooLongAndNothingIsLost(t *testing.T) {
	t.Parallel()
	font := findFont(t).regular
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{
			"情", "報", "ア", "ッ", "ー", "、", "。", "」", "「", "（", "）", "…", "…", "a", "1", ",", ".", " ", "　", "\n", "々", "𠮟", "(", ")",
		})).Draw(t, "text"), "")
		limit := rapid.IntRange(0, 8000).Draw(t, "limit")
		lines := wrap(text, font, limit)
		bare := func(s string) string { return strings.NewReplacer(" ", "", "　", "", "\n", "").Replace(s) }
		if got := strings.Join(lines, ""); bare(got) != bare(text) {
			t.Fatalf("%q became %q", text, lines)
		}
		for _, line := range lines {
			printed := strings.TrimRight(line, spaces)
			if w := widest(printed, font); w > limit && len([]rune(printed)) > 1 {
				t.Fatalf("%q is %d wide, more than %d", line, w, limit)
			}
		}
	})
}

func TestColumnsHaveTheirWidth(t *testing.T) {
	t.Parallel()
	free := func(n int) []Column { return make([]Column, n) }
	for _, c := range []struct {
		name    string
		columns []Column
		natural []float64
		want    []float64
	}{
		{"shares", []Column{{Share: 1}, {Share: 3}}, []float64{10, 10}, []float64{25, 75}},
		{"a share has what is left", []Column{{}, {Share: 1}}, []float64{20, 900}, []float64{20, 80}},
		{"all fit and fill the table", free(2), []float64{10, 40}, []float64{20, 80}},
		{"a long one has the rest", free(3), []float64{10, 20, 900}, []float64{10, 20, 70}},
		{"two long ones by the root", free(2), []float64{400, 900}, []float64{25 + 20, 25 + 30}},
		{"somewhat more than an equal part is given", free(2), []float64{60, 900}, []float64{60, 40}},
		{"the same for all", free(4), []float64{50, 50, 50, 50}, []float64{25, 25, 25, 25}},
		{"nothing in it", free(2), []float64{0, 0}, []float64{0, 0}},
		{"one that is kept", []Column{{}, {Keep: true}, {}}, []float64{900, 60, 900}, []float64{20, 60, 20}},
		{"one", free(1), []float64{900}, []float64{100}},
		{"one somewhat too wide", free(1), []float64{140}, []float64{100}},
	} {
		got := columnWidths(c.columns, c.natural, 100, 0)
		if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 0.001 })); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.name, diff)
		}
	}
}

// TestNoColumnIsSqueezed: what is given to one leaves the others what they need least.
func TestNoColumnIsSqueezed(t *testing.T) {
	t.Parallel()
	for _, natural := range [][]float64{{45, 900, 900}, {900, 45, 45}, {900, 31, 3000}} {
		for i, w := range columnWidths(make([]Column, len(natural)), natural, 100, 30) {
			if w < 30 {
				t.Errorf("%v: column %d is %f wide", natural, i, w)
			}
		}
	}
	if got := columnWidths(make([]Column, 4), []float64{900, 900, 900, 900}, 100, 30); got[0] != 25 {
		t.Errorf("no room: %v", got)
	}
}

func TestColumnsFillTheTable(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		natural := rapid.SliceOfN(rapid.Float64Range(5, 3000), 1, 12).Draw(t, "natural")
		columns := make([]Column, len(natural))
		for i := range columns {
			columns[i].Share = float64(rapid.IntRange(0, 2).Draw(t, "share"))
		}
		sum := 0.0
		for i, w := range columnWidths(columns, natural, 500, 10) {
			if w <= 0 {
				t.Fatalf("column %d is %f wide", i, w)
			}
			sum += w
		}
		if math.Abs(sum-500) > 0.001 {
			t.Fatalf("together %f", sum)
		}
	})
}

// collection is what Windows installs, made from a font: one of fixed width, which has a name only, before it.
func collection(font []byte) []byte {
	directory := directoryAt(font, 0)
	name := utf16be("BIZ UDGothic")
	const header = 12 + 2*4
	other := sfntHeader + sfntEntry
	base := header + other + len(directory)

	out := append([]byte("ttcf\x00\x02\x00\x00"), 0, 0, 0, 2, 0, 0, 0, header, 0, 0, 0, header+byte(other))
	out = append(out, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
	out = append(out, "name\x00\x00\x00\x00"...)
	out = append32(out, base, len(name))
	moved := slices.Clone(directory)
	for at := sfntHeader; at < len(moved); at += sfntEntry {
		copy(moved[at+8:], append32(nil, number(moved, at+8)-len(directory)+base+len(name)))
	}
	out = append(out, moved...)
	out = append(out, name...)
	return append(out, font[len(directory):]...)
}

func append32(b []byte, numbers ...int) []byte {
	for _, n := range numbers {
		b = append(b, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return b
}

func TestACollectionOfWindowsIsRead(t *testing.T) {
	t.Parallel()
	want := findFont(t)
	regular, bold := search(systemFolders())
	var files [2][]byte
	for i, name := range []string{regular, bold} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[i] = collection(data)
	}
	got, err := NewFont(files[0], files[1])
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.regular.near, want.regular.near) || !slices.Equal(got.bold.near, want.bold.near) {
		t.Error("the characters differ")
	}
	for name, data := range map[string][]byte{
		"without the font": []byte("ttcf\x00\x02\x00\x00\x00\x00\x00\x00"),
		"cut off":          files[0][:100],
		"tiny":             []byte("ttcf"),
	} {
		if _, err := single(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestTextIsMadePrintable(t *testing.T) {
	t.Parallel()
	font := findFont(t).regular
	for _, c := range []struct{ text, want, missing string }{
		{"髙﨑①㈱～〜−㎡№", "髙﨑①㈱～〜−㎡№", ""},
		{"𠮟る", "𠮟る", ""},
		{"𠮷野家", "〓野家", "「𠮷」(U+20BB7)"},
		{"外字\ue001と\uf8ff", "外字〓と〓", "「\ue001」(U+E001) 「\uf8ff」(U+F8FF)"},
		{"葛\U000E0100城", "葛城", "「葛\U000E0100」(U+845B U+E0100)"},
		{"𠮷\U000E0101と𠮷", "〓と〓", "「𠮷\U000E0101」(U+20BB7 U+E0101) 「𠮷」(U+20BB7)"},
		{"\U000E0100", "〓", "「\U000E0100」(U+E0100)"},
		{"☎\ufe0f", "☎", "「☎\ufe0f」(U+260E U+FE0F)"},
		{"か\u3099き\u309aは\u309a", "がき\u309aぱ", ""},
		{"\u3099", "\u3099", ""},
		{"a\tb\u2003c\u00a0d", "a b c\u00a0d", ""},
		{"a\r\nb\rc\nd", "a\nb\nc\nd", ""},
		{"\ufeffa\u200bb\u00adc", "abc", ""},
		{"a\x00b", "a〓b", "「\x00」(U+0000)"},
		{"a\xffb", "a〓b", "「\ufffd」(U+FFFD)"},
		{"〓", "〓", ""},
	} {
		var s stock
		got := s.printable(c.text, font)
		var names []string
		for _, m := range s.missing {
			names = append(names, m.String())
			if m.In != c.text {
				t.Errorf("%q stands in %q", m.Text, m.In)
			}
		}
		if missing := strings.Join(names, " "); got != c.want || missing != c.missing {
			t.Errorf("%q: %q, missing %q; want %q, missing %q", c.text, got, missing, c.want, c.missing)
		}
	}
}
