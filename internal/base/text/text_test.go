package text

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"sekimori/internal/base/errs"

	"golang.org/x/text/encoding/japanese"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for name, same := range map[string][]string{
		"width":           {"id", "ＩＤ", "ID", "ｉｄ", "Id"},
		"half kana":       {"サーバ", "ｻｰﾊﾞ"},
		"composed":        {"が", "か\u3099"},
		"wave dash":       {"4~9月", "4〜9月", "4～9月", "４∼９月"},
		"hyphen":          {"a-1", "Ａ－１", "a‐1", "a–1", "a—1", "a−1", "aー1", "Ａー１", "a‑1", "a\u00ad-1"},
		"kanji":           {"高橋", "髙橋", "髙𣘺", "高橋\u200b"},
		"kanji of places": {"霞ケ関", "霞ヶ関", "霞ヶ關"},
		"yoshi":           {"吉川", "𠮷川"},
		"ivs":             {"葛城", "葛\U000E0101城"},
		"emoji selector":  {"☎", "☎\ufe0f"},
		"radical":         {"長田", "⻑田", "⻑\ufe00⽥"},
		"compatibility":   {"(株)神戸", "㈱神戸", "㈱神戶\u200d", "㈱神\ufe00戸"},
		"space":           {"a b", "  a　 \r\n\tb　", "Ａ\u00a0Ｂ", "a\u2003b"},
		"quotes":          {`"a" 'b'`, "“a” ‘b’", "＂ａ＂ ＇ｂ＇"},
		"capital J̌":      {"\u01f0", "J\u030c"},
		"empty":           {"", " ", "　", "\ufeff", "\U000E0100"},
	} {
		want := Fold(same[0])
		for _, s := range same {
			if got := Fold(s); got != want {
				t.Errorf("%s: Fold(%+q) = %+q, want %+q", name, s, got, want)
			}
		}
	}
}

func TestFoldKeepsApart(t *testing.T) {
	t.Parallel()
	for _, c := range [][2]string{
		{"サーバ", "サーバー"}, {"コピー", "コピ"}, {"は", "ハ"}, {"斎藤", "斉藤"}, {"甲、乙", "甲，乙"}, {"ーa", "-a"}, {"ab", "a b"}, {"つ", "っ"},
	} {
		if Fold(c[0]) == Fold(c[1]) {
			t.Errorf("%q and %q are the same", c[0], c[1])
		}
	}
}

// The table is applied once, so what it makes must not be something it changes, and nothing may stand in it twice.
func TestVariantsAreOneStep(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= 0x10ffff; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		once := Fold(string(r))
		if twice := Fold(once); once != twice {
			t.Errorf("U+%04X: %+q, then %+q", r, once, twice)
		}
	}
}

// spellings draws text in which the parts that Fold touches meet often.
func spellings() *rapid.Generator[string] {
	return rapid.StringOf(rapid.OneOf(
		rapid.SampledFrom([]rune("aＡ1①ーｰ-－−—〜～ 　\n\u00a0髙﨑ヶ⻑⽥か゛ﾞ\u3099\u309aJǰ\u030c\u0301´İΣςß㈱“\u200b\ufeff\ufe00\U000E0100サｻ𠮷\u00ad")),
		rapid.Rune(),
	))
}

func TestFoldIsIdempotent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := spellings().Draw(t, "s")
		once := Fold(s)
		if twice := Fold(once); once != twice {
			t.Fatalf("Fold(%+q) = %+q, then %+q", s, once, twice)
		}
	})
}

func TestContains(t *testing.T) {
	t.Parallel()
	folded := Fold("第１会議室の　ｻｰﾊﾞｰ（髙橋 管理）")
	for needle, want := range map[string]bool{
		"サーバ": true, "サーバー": true, "ｻｰﾊﾞ": true, "高橋": true, "髙橋": true, "第1会議室": true, "室の サ": true, "": true, "(高": true,
		"サ-バ": false, "会議所": false,
	} {
		if got := Contains(folded, needle); got != want {
			t.Errorf("Contains(%q, %q) = %v", folded, needle, got)
		}
	}
}

func TestLen(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]int{
		"": 0, "abc": 3, "関守": 2, "𠮷": 1, "葛\U000E0101": 1, "葛\U000E0101城": 2, "か\u3099": 1, "\u3099": 1, "ﾊﾞ": 2, "☎\ufe0f": 1, "\n": 1,
	} {
		if got := Len(s); got != want {
			t.Errorf("Len(%+q) = %d, want %d", s, got, want)
		}
	}
}

func TestDecodeUTF8(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                          "",
		"情報\r\n\t資産\n":              "情報\r\n\t資産\n",
		bom + "情報":                  "情報",
		bom + bom + "x":             bom + "x", // only one mark is a mark
		"lost \ufffd":               "lost \ufffd",
		"葛\U000E0101 \ue000 \u3000": "葛\U000E0101 \ue000 \u3000",
	} {
		data := []byte(in)
		got, err := DecodeUTF8(data)
		if err != nil || got != want {
			t.Errorf("DecodeUTF8(%q) = %q, %v; want %q", in, got, err, want)
		}
		if string(data) != in {
			t.Errorf("DecodeUTF8(%q) changed its input", in)
		}
	}
}

func TestDecodeUTF8Refuses(t *testing.T) {
	t.Parallel()
	sjis := func(s string) string {
		b, err := japanese.ShiftJIS.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	utf16le := func(s string) string {
		var b bytes.Buffer
		for _, u := range utf16.Encode([]rune(s)) {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		in   string
		want []string // parts of the message
	}{
		"first byte":     {"\xff", []string{"1行目の1バイト目", "（FF）", "UTF-8 で保存し直し"}},
		"third line":     {"あ\nい\nうa\xe3", []string{"3行目の5バイト目", "（E3）"}},
		"after the mark": {bom + "a\x80\x80\xff", []string{"1行目の5バイト目", "（80）"}},
		"surrogate":      {"a\xed\xa0\x80", []string{"1行目の2バイト目"}},
		"cp932":          {"id,name\n1," + sjis("髙橋 情報資産台帳"), []string{"2行目の3バイト目", "Shift_JIS"}},
		"utf-16 mark":    {"\xff\xfe" + utf16le("情報"), []string{"1行目の1バイト目", "UTF-16"}},
		"utf-16 BE mark": {"\xfe\xff\x60\xc5", []string{"UTF-16"}},
		"utf-16":         {utf16le("id,name\r\n1,x\r\n"), []string{"1行目の2バイト目", "（00）", "UTF-16"}},
		"NUL":            {"情報\n資\x00産", []string{"2行目の4バイト目", "制御文字（00）", "取り除いて"}},
		"escape":         {"a\x1b[1m", []string{"1行目の2バイト目", "（1B）"}},
		"delete":         {"a\x7f", []string{"（7F）"}},
		"C1":             {"a\u0085b", []string{"1行目の2バイト目", "（85）"}},
		"form feed":      {"a\f", []string{"（0C）"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := DecodeUTF8([]byte(c.in))
			if err == nil || errs.KindOf(err) != errs.Invalid {
				t.Fatalf("DecodeUTF8(%q) = %q, %v", c.in, got, err)
			}
			for _, part := range c.want {
				if !strings.Contains(errs.Message(err), part) {
					t.Errorf("%q lacks %q", errs.Message(err), part)
				}
			}
		})
	}
}

func TestDecodeUTF8AcceptsWhatItReturns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.OneOf(rapid.SliceOf(rapid.Byte()), rapid.Map(rapid.String(), func(s string) []byte { return []byte(s) })).Draw(t, "data")
		s, err := DecodeUTF8(data)
		if err != nil {
			return
		}
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\x1b\x7f") || !bytes.HasSuffix(data, []byte(s)) {
			t.Fatalf("%q became %q", data, s)
		}
	})
}
