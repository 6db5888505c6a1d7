package search

import (
	"strconv"
	"strings"
	"unicode"

	"sekimori/internal/base/db"
	"sekimori/internal/base/text"
)

const (
	maxFind  = 20_000 // characters of a document that are looked through; what lies beyond is not found
	maxSort  = 200    // characters by which documents are sorted
	maxWords = 20     // in a query
	maxQuery = 500    // characters of a query
	maxTerms = 48     // tokens of a query that the index is asked for; the comparison with the text asks for the rest
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
// across two fields, a word after a space begins a field, and every character but the last space begins a pair.
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

// code is a character in four signs of which both engines make one word: a digit or letter up to n, and three more.
func code(r rune) string {
	s := strconv.FormatInt(int64(r), 36)
	return "0000"[len(s):] + s
}

// pairs are the tokens of neighbouring characters, each once.
func pairs(s string) []string {
	var list []string
	seen := map[string]bool{}
	before := ""
	for _, r := range s {
		now := code(r)
		if pair := before + now; before != "" && !seen[pair] {
			seen[pair] = true
			list = append(list, pair)
		}
		before = now
	}
	return list
}

// kindToken and homeToken begin with letters with which no pair does.
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
	list := append(pairs(find), kindToken(kind), homeToken(home))
	if strings.HasPrefix(home, "p:") {
		list = append(list, personToken)
	}
	return strings.Join(list, " ")
}

// term is a token, or the beginning of one.
type term struct {
	token  string
	prefix bool
}

// ask is what a document must have in the index: of each list one.
type ask [][]term

// has asks for a word.
func (a *ask) has(word string) {
	list := pairs(word)
	if len(list) == 0 { // a single character begins a pair
		*a = append(*a, []term{{code([]rune(word)[0]), true}})
	}
	for _, pair := range list {
		if len(*a) < maxTerms {
			*a = append(*a, []term{{pair, false}})
		}
	}
}

// any asks for one of some tokens.
func (a *ask) any(tokens ...string) {
	list := make([]term, len(tokens))
	for i, t := range tokens {
		list[i] = term{t, false}
	}
	*a = append(*a, list)
}

// query is what is asked in the language of the engine. Tokens are letters and digits, so there is nothing to escape.
func (a ask) query(engine db.Engine) string {
	quote, prefix, or, and := `"`, `*`, " OR ", " AND "
	if engine == db.Postgres {
		quote, prefix, or, and = `'`, `:*`, " | ", " & "
	}
	all := make([]string, len(a))
	for i, list := range a {
		some := make([]string, len(list))
		for j, t := range list {
			some[j] = quote + t.token + quote
			if t.prefix {
				some[j] += prefix
			}
		}
		all[i] = "(" + strings.Join(some, or) + ")"
	}
	return strings.Join(all, and)
}
