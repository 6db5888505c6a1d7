package account

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/trustelem/zxcvbn/matching"
	"github.com/trustelem/zxcvbn/scoring"

	"sekimori/internal/base/text"
)

//go:embed words.txt
var wordList string

// guess says how a password would be found.
type guess int

const (
	guessHard guess = iota
	guessEasy       // by trying words and patterns
	guessOwn        // by knowing whose it is, or where
)

// guesser judges passwords as somebody does who wants to find them.
type guesser struct {
	names   []string          // what everybody tries first: places, families, months; latin, kana and kanji
	words   []string          // latin
	reading map[string]string // of what is written in kanji, in kana
	widest  int               // letters of the longest in kanji
}

func newGuesser() *guesser {
	g := &guesser{reading: map[string]string{}}
	names := false
	for line := range strings.Lines(wordList) {
		kana, kanji, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case kana == "" || kana == "#":
			continue
		case kana == "names" || kana == "words":
			names = kana == "names"
			continue
		}
		if kanji != "" {
			kanji = text.Fold(kanji)
			g.reading[kanji] = kana
			g.widest = max(g.widest, utf8.RuneCountInString(kanji))
		}
		if names {
			g.names = append(g.names, append(romaji(kana), kana, kanji)...)
		}
		g.words = append(g.words, romaji(kana)...)
	}
	g.names, g.words = unique(g.names), unique(g.words)
	return g
}

// judge says how a password would be found by somebody who knows what is its owner's own.
func (g *guesser) judge(password string, own []string) guess {
	folded := []rune(hiragana(text.Fold(password)))
	folded = folded[:min(len(folded), 64)] // more cannot make it worse, and would take long
	mine := g.variants(own)
	if rest, found := without(folded, slices.Concat(mine, g.names)); found && rest < 4 {
		return guessOwn
	}
	latin := []rune(g.transliterate(text.NFKC(password)))
	latin = latin[:min(len(latin), 64)]
	inputs := unique(slices.Concat(mine, numbers(), g.words))
	matches := matching.Omnimatch(string(latin), inputs)
	// The additive term of zxcvbn counts every three parts as safe: Sakura2026! would pass.
	if scoring.MostGuessableMatchSequence(string(latin), matches, true).Guesses < enough {
		return guessEasy
	}
	return guessHard
}

// leet are letters by the signs that are written for them.
var leet = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '@': 'a', '$': 's', '!': 'i', '|': 'l'}

// without counts the letters that are left of a password when names, digits and signs are taken out of it, and says whether
// there was a name.
func without(password []rune, names []string) (rest int, found bool) {
	plain := make([]rune, len(password))
	for i, r := range password {
		if plain[i] = r; leet[r] != 0 {
			plain[i] = leet[r]
		}
	}
	gone := make([]bool, len(password))
	for _, name := range names {
		n := []rune(name)
		if len(n) < 2 || len(n) < 3 && n[0] < utf8.RuneSelf {
			continue
		}
		for i := 0; i+len(n) <= len(password); i++ {
			if slices.Equal(password[i:i+len(n)], n) || slices.Equal(plain[i:i+len(n)], n) {
				found = true
				for j := range n {
					gone[i+j] = true
				}
			}
		}
	}
	for i, r := range password {
		if !gone[i] && unicode.IsLetter(r) {
			rest++
		}
	}
	return rest, found
}

// transliterate writes kana, and kanji of the list, with Latin letters: zxcvbn knows no others.
func (g *guesser) transliterate(s string) string {
	var b strings.Builder
	runes := []rune(s)
	for i := 0; i < len(runes); {
		n := 1
		for w := min(g.widest, len(runes)-i); w >= 1; w-- {
			if kana, ok := g.reading[text.Fold(string(runes[i:i+w]))]; ok {
				b.WriteString(kana)
				n = w
				runes[i] = 0
				break
			}
		}
		if runes[i] != 0 {
			b.WriteRune(runes[i])
		}
		i += n
	}
	return latin(b.String(), 0)
}

// suffixes are what names of units and bodies end in.
var suffixes = strings.Fields("課 部 局 室 係 班 所 館 署 課長 市 区 町 村 都 道 府 県 小学校 中学校 高等学校 学校 幼稚園 保育所 事務所 委員会 事務局 役所 役場")

// variants are what is somebody's own in all spellings.
func (g *guesser) variants(own []string) []string {
	var list []string
	for _, o := range own {
		folded := hiragana(text.Fold(o))
		list = append(list, strings.ReplaceAll(folded, " ", ""))
		for _, part := range strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != 'ー' }) {
			list = append(list, part)
			for _, suffix := range suffixes {
				if stem := strings.TrimSuffix(part, suffix); stem != part {
					list = append(list, stem)
				}
			}
			list = append(list, g.read(part)...)
		}
	}
	return unique(list)
}

// read gives a name with Latin letters: kana as it is, of kanji the parts that are in the list.
func (g *guesser) read(name string) []string {
	var list []string
	var kana strings.Builder
	flush := func() {
		if kana.Len() > 0 {
			list = append(list, romaji(kana.String())...)
		}
		kana.Reset()
	}
	runes := []rune(name)
	whole := ""
next:
	for i := 0; i < len(runes); {
		for w := min(g.widest, len(runes)-i); w >= 1; w-- {
			if reading, ok := g.reading[string(runes[i:i+w])]; ok {
				flush()
				list = append(list, romaji(reading)...)
				whole += reading
				i += w
				continue next
			}
		}
		if unicode.Is(unicode.Hiragana, runes[i]) || runes[i] == 'ー' {
			kana.WriteRune(runes[i])
			whole += string(runes[i])
		} else {
			flush()
		}
		i++
	}
	flush()
	return append(list, romaji(whole)...)
}

// numbers are the years and days that people put behind a word.
func numbers() []string {
	var list []string
	for year := 2039; year >= 1930; year-- {
		list = append(list, fmt.Sprint(year))
	}
	for month := 1; month <= 12; month++ {
		for day := 1; day <= 31; day++ {
			list = append(list, fmt.Sprintf("%02d%02d", month, day))
		}
	}
	for year := 1; year <= 31; year++ {
		list = append(list, fmt.Sprintf("r%d", year), fmt.Sprintf("h%d", year))
	}
	return list
}
