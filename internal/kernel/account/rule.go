package account

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/text"
)

// What a password is made of. kobe-city/standard:7.4.3ウ and 8.2.6ウ, kobe-school/standard:6.4.3ア and 7.2.9ウ ask for eight
// characters of mixed kinds that are hard to guess.
const (
	shortest  = 8
	longest   = 128 // characters; the browser's form says so too
	kinds     = 3   // of capital and small letters, digits, symbols, hiragana, katakana, kanji
	longKinds = 2   // in a passphrase: from long characters on, or with Japanese letters, which are many
	long      = 15
)

// enough is how many tries a password must survive. A random one of eight characters is counted as just that many; at the pace
// that the limits allow to one address they are three hundred years, and offline, at what a hash costs, a month of one core.
const enough = 1e8

// Rule says which passwords are good. It is safe for concurrent use.
type Rule struct{ guesser *guesser }

// NewRule reads the list of words.
func NewRule() Rule { return Rule{newGuesser()} }

// Check says everything that is wrong with a new password: Invalid, with the fault at the field. own is what somebody who knows
// its owner tries first: login, number, names and kana, units, the body, the year.
func (r Rule) Check(field, password string, own ...string) error {
	var faults errs.Faults
	n := text.Len(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		faults.Add(field, "改行などの制御文字は使えません。")
	case n < shortest:
		faults.Add(field, "%d文字以上にしてください（いまは%d文字です）。", shortest, n)
	case n > longest:
		faults.Add(field, "%d文字以内にしてください。", longest)
	}
	if mixed, need := mixture(password); mixed < need {
		faults.Add(field, "英大文字・英小文字・数字・記号のうち%d種類以上を組み合わせてください。%d文字以上の文や、かな・漢字を使う文なら%d種類でかまいません。", kinds, long, longKinds)
	}
	if faults.Len() == 0 {
		switch r.guesser.judge(password, own) {
		case guessOwn:
			faults.Add(field, "氏名・利用者ID・所属や地名などに数字や記号を足しただけのものは、最初に試されるため使えません。関係のない言葉を三つ以上つなげるか、でたらめな文字にしてください。")
		case guessEasy:
			faults.Add(field, "よく使われる言葉や並びから想像できるため使えません。関係のない言葉を三つ以上つなげるか、でたらめな文字にしてください。")
		case guessHard:
		}
	}
	return faults.Err("このパスワードは使えません。")
}

// mixture is how many kinds of characters a password has, and how many it needs.
func mixture(password string) (mixed, need int) {
	of := map[string]bool{}
	japanese := false
	for _, r := range password {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana, unicode.Han):
			japanese = true
			switch {
			case unicode.Is(unicode.Hiragana, r):
				of["hiragana"] = true
			case unicode.Is(unicode.Katakana, r):
				of["katakana"] = true
			default:
				of["kanji"] = true
			}
		case unicode.IsUpper(r):
			of["upper"] = true
		case unicode.IsLetter(r):
			of["lower"] = true
		case unicode.IsDigit(r):
			of["digit"] = true
		default:
			of["symbol"] = true
		}
	}
	if japanese || text.Len(password) >= long {
		return len(of), longKinds
	}
	return len(of), kinds
}

// normal is a password as it is hashed: what a reader takes for the same text is one, whichever keyboard wrote it.
func normal(password string) string { return text.NFKC(password) }

// The letters of what people copy from a slip of paper: nothing that looks like something else.
const (
	readUpper = "ABCDEFGHJKLMNPQRSTUVWXYZ"
	readLower = "abcdefghijkmnpqrstuvwxyz"
	readDigit = "23456789"
)

// temporary makes a password that keeps the rule, to be copied by hand: four groups of four, 90 bits.
func (r Rule) temporary() string {
	for {
		var b strings.Builder
		for i := range 16 {
			if i > 0 && i%4 == 0 {
				b.WriteByte('-')
			}
			b.WriteByte(pick(readUpper + readLower + readDigit))
		}
		if r.Check("", b.String()) == nil {
			return b.String()
		}
	}
}

// Suggest makes a good password at random.
func (s *Service) Suggest() string { return s.rule.temporary() }

// code makes n letters that are the same in small and capital.
func code(n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(pick(readUpper + readDigit))
	}
	return b.String()
}

// pick draws one byte of an alphabet of at most 256.
func pick(alphabet string) byte {
	fair := 256 / len(alphabet) * len(alphabet) // above that some would come oftener
	for {
		if b := int(random(1)[0]); b < fair {
			return alphabet[b%len(alphabet)]
		}
	}
}

// unique keeps the first of each.
func unique(list []string) []string {
	seen := map[string]bool{}
	return slices.DeleteFunc(list, func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again || s == ""
	})
}
