package regime

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
)

// Show prints a kind of the edition as it is after binding and expansion, as a pack file that
// means the same. With origin every line says in which file and line it stands.
func (p *Pack) Show(sort, id string, origin bool) (string, error) {
	n := p.kinds[sort+"s/"+id]
	if n == nil {
		return "", errs.New(errs.Invalid, "%s@%s に %s %s はありません（種類は regime kinds で一覧できます）", p.ID, p.Edition, sort, id)
	}
	w := writer{origin: origin}
	for i, k := range n.keys {
		w.key(k, n.vals[i], "")
	}
	return w.String(), nil
}

type writer struct {
	strings.Builder
	origin bool
}

func (w *writer) line(at place, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if w.origin {
		text = fmt.Sprintf("%-100s # %s:%d", text, at.file, at.line)
	}
	w.WriteString(text + "\n")
}

// key writes things one a line, since a reader looks for a field; all else fits on one line.
func (w *writer) key(key string, v *node, indent string) {
	switch {
	case v.shape == list && isThings(v) && len(v.items) > 0:
		w.line(v.at, "%s%s:", indent, key)
		for _, x := range v.items {
			w.line(x.at, "%s  - %s", indent, x.flow())
		}
	case v.shape == mapping && v.get("fields") != nil:
		w.line(v.at, "%s%s:", indent, key)
		for i, k := range v.keys {
			w.key(k, v.vals[i], indent+"  ")
		}
	default:
		w.line(v.at, "%s%s: %s", indent, key, v.flow())
	}
}

var bareWord = regexp.MustCompile(`^\p{L}[\p{L}\p{N}_./（）・、-]*$`)

func (n *node) flow() string {
	switch n.shape {
	case mapping:
		parts := make([]string, len(n.keys))
		for i, k := range n.keys {
			parts[i] = k + ": " + n.vals[i].flow()
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case list:
		parts := make([]string, len(n.items))
		for i, x := range n.items {
			parts[i] = x.flow()
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case word:
		if bareWord.MatchString(n.value) && !ambiguous.MatchString(n.value) && n.value != "true" && n.value != "false" && n.value != "null" {
			return n.value
		}
		return strconv.Quote(n.value)
	case number, truth, absent:
		return n.value
	}
	return n.value
}
