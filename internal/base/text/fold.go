// Package text compares, searches, counts and decodes Japanese text.
// It guarantees that Fold is idempotent and that two spellings of one word which an office mixes (ＩＤ and ID, ｻｰﾊﾞ and サーバ,
// 髙橋 and 高橋, 葛 with and without a variation selector) fold to the same text; that DecodeUTF8 never repairs anything.
// Folded text is a key: it is compared and searched, never shown or stored in place of what people wrote.
// It does not know words: サーバ and サーバー stay two, see Fold.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold is the form in which text is compared and searched:
//
//   - NFKC, lower case: full and half width, ①, ㈱, ligatures;
//   - the table variants below;
//   - variation selectors (IVS and others) and invisible format characters are dropped;
//   - dashes and minus signs are a hyphen, and so is ー directly after a letter a–z or a digit (Ａ４ー１);
//   - every run of white space, also U+3000 and line ends, is one space, none at either end.
//
// ー after anything else stays: without it キー is キ and コピー finds コピペ. Searching for サーバ finds サーバー, the
// other way round it does not. Hiragana and katakana, 斎 and 斉, 、 and ， stay different too: they are different words or
// different texts.
func Fold(s string) string {
	s = norm.NFKC.String(strings.Map(visible, s))
	s = norm.NFKC.String(strings.Map(plain, s)) // again: ǰ is one character, its capital is two
	var b strings.Builder
	b.Grow(len(s))
	var last rune
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			r = ' '
			if last == ' ' || last == 0 {
				continue
			}
		case unicode.Is(unicode.Pd, r), r == '−':
			r = '-'
		case r == 'ー' && (last >= 'a' && last <= 'z' || last >= '0' && last <= '9'):
			r = '-'
		}
		b.WriteRune(r)
		last = r
	}
	return strings.TrimSuffix(b.String(), " ")
}

// NFKC is text in the form in which what a reader takes for the same letter is the same: full and half width, composed or not.
func NFKC(s string) string { return norm.NFKC.String(s) }

// Contains says whether the folded text holds the needle, in whatever spelling the needle comes. An empty needle is held by all.
func Contains(folded, needle string) bool {
	return strings.Contains(folded, Fold(needle))
}

// visible drops what no reader sees: variation selectors, zero-width characters, soft hyphen, byte order mark, direction marks.
func visible(r rune) rune {
	if unicode.Is(unicode.Variation_Selector, r) || unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// plain is the lower case of r, or what the fold table has for it.
func plain(r rune) rune {
	if to, ok := variants[r]; ok {
		return to
	}
	return unicode.ToLower(r)
}

// variants is the written fold table, applied to NFKC text; of each pair the first becomes the second. It holds what
// Japanese offices mix in one name or word: wave dashes (NFKC has made ～ a tilde), quotes, ヶ and ヵ of place names, variant
// and old kanji where no word is distinguished by the two, and the radicals that PDF files give instead of kanji.
var variants = table(
	"〜~ ∼~ ‘' ’' “\" ”\" ヶケ ヵカ",
	"髙高 﨑崎 嵜崎 𠮷吉 濵浜 濱浜 瀨瀬 德徳 彥彦 眞真 靑青 黑黒 增増 淸清 槇槙 栁柳 桒桑 舘館 𣘺橋 冨富 嶋島 嶌島 戶戸 曾曽",
	"邊辺 邉辺 澤沢 廣広 國国 櫻桜 惠恵 龍竜 齋斎 齊斉 壽寿 榮栄 實実 藏蔵 學学 與与 縣県 龜亀 鐵鉄 關関 條条 圓円 萬万 豐豊",
	"佛仏 假仮 會会 區区 號号 證証 檢検 變変 參参 數数",
	"⻑長 ⻄西 ⻘青 ⻩黄 ⻲亀 ⺠民 ⻝食 ⻨麦 ⻤鬼 ⻫斉",
)

func table(lines ...string) map[rune]rune {
	m := map[rune]rune{}
	for _, line := range lines {
		for _, pair := range strings.Fields(line) {
			from, size := utf8.DecodeRuneInString(pair)
			m[from], _ = utf8.DecodeRuneInString(pair[size:])
		}
	}
	return m
}

// Len is the number of characters a reader counts: a variation selector (葛 with IVS is one) and a combining mark (か with
// U+3099) belong to the character before them.
func Len(s string) int {
	n := 0
	for _, r := range s {
		if n == 0 || !unicode.In(r, unicode.Mn, unicode.Me) {
			n++
		}
	}
	return n
}
