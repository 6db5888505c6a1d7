package account

import (
	"slices"
	"strings"
)

// syllables are the kana with their Latin spellings: by Hepburn, then where it is another by the Cabinet's table (訓令式), which
// keyboards take.
var syllables = map[string][2]string{
	"あ": {"a"}, "い": {"i"}, "う": {"u"}, "え": {"e"}, "お": {"o"},
	"か": {"ka"}, "き": {"ki"}, "く": {"ku"}, "け": {"ke"}, "こ": {"ko"},
	"さ": {"sa"}, "し": {"shi", "si"}, "す": {"su"}, "せ": {"se"}, "そ": {"so"},
	"た": {"ta"}, "ち": {"chi", "ti"}, "つ": {"tsu", "tu"}, "て": {"te"}, "と": {"to"},
	"な": {"na"}, "に": {"ni"}, "ぬ": {"nu"}, "ね": {"ne"}, "の": {"no"},
	"は": {"ha"}, "ひ": {"hi"}, "ふ": {"fu", "hu"}, "へ": {"he"}, "ほ": {"ho"},
	"ま": {"ma"}, "み": {"mi"}, "む": {"mu"}, "め": {"me"}, "も": {"mo"},
	"や": {"ya"}, "ゆ": {"yu"}, "よ": {"yo"},
	"ら": {"ra"}, "り": {"ri"}, "る": {"ru"}, "れ": {"re"}, "ろ": {"ro"},
	"わ": {"wa"}, "を": {"wo"}, "ん": {"n"},
	"が": {"ga"}, "ぎ": {"gi"}, "ぐ": {"gu"}, "げ": {"ge"}, "ご": {"go"},
	"ざ": {"za"}, "じ": {"ji", "zi"}, "ず": {"zu"}, "ぜ": {"ze"}, "ぞ": {"zo"},
	"だ": {"da"}, "ぢ": {"ji", "di"}, "づ": {"zu", "du"}, "で": {"de"}, "ど": {"do"},
	"ば": {"ba"}, "び": {"bi"}, "ぶ": {"bu"}, "べ": {"be"}, "ぼ": {"bo"},
	"ぱ": {"pa"}, "ぴ": {"pi"}, "ぷ": {"pu"}, "ぺ": {"pe"}, "ぽ": {"po"}, "ゔ": {"vu"},
	"ぁ": {"a"}, "ぃ": {"i"}, "ぅ": {"u"}, "ぇ": {"e"}, "ぉ": {"o"},
}

// latin spells a word in kana by one of the two tables, with long vowels as they are written, and ー dropped.
func latin(kana string, table int) string {
	var b strings.Builder
	double := false
	for _, r := range hiragana(kana) {
		switch r {
		case 'っ':
			double = true
			continue
		case 'ー':
			continue
		case 'ゃ', 'ゅ', 'ょ': // きゃ kya, しゃ sha or sya
			before := b.String()
			b.Reset()
			stem, vowel := strings.TrimSuffix(before, "i"), map[rune]string{'ゃ': "a", 'ゅ': "u", 'ょ': "o"}[r]
			if strings.HasSuffix(stem, "sh") || strings.HasSuffix(stem, "ch") || strings.HasSuffix(stem, "j") {
				b.WriteString(stem + vowel)
			} else {
				b.WriteString(stem + "y" + vowel)
			}
			continue
		}
		spelled, ok := syllables[string(r)]
		if !ok {
			b.WriteRune(r)
			double = false
			continue
		}
		word := spelled[0]
		if table == 1 && spelled[1] != "" {
			word = spelled[1]
		}
		if double {
			b.WriteString(word[:1])
		}
		double = false
		b.WriteString(word)
	}
	return b.String()
}

// hiragana gives katakana as hiragana.
func hiragana(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - ('ァ' - 'ぁ')
		}
		return r
	}, s)
}

// romaji lists how people write a word in kana with Latin letters: とうきょう is toukyou, toukyo, tokyo, tohkyoh.
func romaji(kana string) []string {
	var list []string
	for table := range 2 {
		word := latin(kana, table)
		short := strings.NewReplacer("ou", "o", "oo", "o", "uu", "u").Replace(word)
		list = append(list, word, short, strings.NewReplacer("ou", "oh", "oo", "oh").Replace(word))
		if table == 0 {
			m := strings.NewReplacer("nb", "mb", "nm", "mm", "np", "mp")
			list = append(list, m.Replace(word), m.Replace(short))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
