package search

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"sekimori/internal/base/db"
	"sekimori/internal/base/text"
)

const (
	maxFind  = 20_000 // characters of a document that are looked through; what lies beyond is not found
	maxWords = 20     // in a query
	maxQuery = 500    // characters of a query
	maxTerms = 24     // tokens of a query that the index is asked for; the comparison with the text asks for the rest
)

// squeezed is folded text without spaces, since people write names and words with and without, and without control characters,
// which are not in documents.
func squeezed(s string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || unicode.IsControl(r) {
			return -1
		}
		return r
	}, text.Fold(s))
}

// findText is the text of a document as it is looked through: its fields, each squeezed, between spaces. So no word is found
// across two fields, and a word after a space begins one.
func findText(fields []string) string {
	var b strings.Builder
	b.WriteByte(' ')
	for _, f := range fields {
		if s := squeezed(f); s != "" {
			b.WriteString(s)
			b.WriteByte(' ')
		}
	}
	find := b.String()
	if short := cut(find, maxFind); short != find {
		return short + " "
	}
	return find
}

// cut is the first characters of s.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

// wordsOf are the words of a query, each once.
func wordsOf(query string) []string {
	var words []string
	seen := map[string]bool{}
	for _, f := range strings.Fields(text.Fold(query)) {
		if w := squeezed(f); w != "" && !seen[w] {
			seen[w] = true
			words = append(words, w)
		}
	}
	return words
}

// Holds says whether a document of some fields is found by a query.
func Holds(fields []string, query string) bool {
	find := findText(fields)
	for _, w := range wordsOf(query) {
		if !strings.Contains(find, w) {
			return false
		}
	}
	return true
}

// code is a character in four signs of which both engines make one word: a digit or letter up to n, and three more.
func code(r rune) string {
	s := strconv.FormatInt(int64(r), 36)
	return "0000"[len(s):] + s
}

// pairs are the tokens of all characters and of all that are neighbours, each once.
func pairs(s string) []string {
	var list []string
	seen := map[string]bool{}
	before := ""
	for _, r := range s {
		now := code(r)
		for _, token := range []string{now, before + now} {
			if !seen[token] {
				seen[token] = true
				list = append(list, token)
			}
		}
		before = now
	}
	return list
}

// isPlain says whether a character is a digit or a letter a to z.
func isPlain(c byte) bool { return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' }

// triples are the tokens of three neighbouring digits or letters, each once: pairs of them are common, and numbers are what
// people look for.
func triples(s string) []string {
	var list []string
	seen := map[string]bool{}
	for i := 0; i+3 <= len(s); i++ {
		if t := s[i : i+3]; isPlain(t[0]) && isPlain(t[1]) && isPlain(t[2]) && !seen[t] {
			seen[t] = true
			list = append(list, "w"+t)
		}
	}
	return list
}

// kindToken and homeToken begin with letters with which no pair and no triple does.
func kindToken(kind string) string { return "x" + plain(kind) }

func homeToken(home string) string { return "z" + plain(home) }

// personToken is the token of all homes of persons: where they work is not in the index.
const personToken = "y"

// plain leaves the letters and digits of an id. That two may become the same does no harm: what the index proposes is compared.
func plain(id string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return -1
	}, id)
}

// tokens are those of a document.
func tokens(kind, home, find string) string {
	list := append(pairs(find), triples(find)...)
	list = append(list, kindToken(kind), homeToken(home))
	if strings.HasPrefix(home, "p:") {
		list = append(list, personToken)
	}
	return strings.Join(list, " ")
}

// ask is what a document must have in the index: of each list one token.
type ask [][]string

// has asks for a word: for its triples, or where it has fewer than two, for so many pairs that each character is in one. More
// would cost more than they keep away, since what is proposed is compared anyway.
func (a *ask) has(word string) {
	chars := []rune(word)
	tokens := triples(word)
	switch {
	case len(chars) == 1:
		tokens = []string{code(chars[0])}
	case len(tokens) < 2:
		for i := 0; i+1 < len(chars); i += 2 {
			tokens = append(tokens, code(chars[i])+code(chars[i+1]))
		}
		if n := len(chars); n > 1 && n%2 == 1 {
			tokens = append(tokens, code(chars[n-2])+code(chars[n-1]))
		}
	}
	for _, token := range tokens {
		if len(*a) < maxTerms {
			*a = append(*a, []string{token})
		}
	}
}

// any asks also for one of some tokens.
func (a ask) any(tokens ...string) ask { return append(slices.Clone(a), tokens) }

// query is what is asked in the language of the engine. Tokens are letters and digits, so there is nothing to escape.
func (a ask) query(engine db.Engine) string {
	quote, or, and := `"`, ` OR `, ` AND `
	if engine == db.Postgres {
		quote, or, and = `'`, ` | `, ` & `
	}
	all := make([]string, len(a))
	for i, tokens := range a {
		all[i] = "(" + quote + strings.Join(tokens, quote+or+quote) + quote + ")"
	}
	return strings.Join(all, and)
}
