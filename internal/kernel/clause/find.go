package clause

import (
	"strings"
	"unicode"
)

// Known is a defect that no rule can see and that a pack declares.
type Known struct {
	Clause  string // as packs name it (R18)
	Words   string // as printed, at most 20 characters
	Kind    Kind   // one of KnownKinds
	Row     int    // of the list of defects that the pack was made from, 0 if none
	Note    string
	Reading string // what is meant instead, if that is clear
}

// Find reports each declared defect with the line where its words stand, or as KnownDefectAbsent where they are not in
// the clause: then the text was mended, and the declaration is out of date.
func Find(t *Text, known []Known) []Defect {
	places := t.places()
	var out []Defect
	for _, k := range known {
		p, there := places[k.Clause]
		note := k.Note
		if k.Reading != "" {
			note += "（「" + k.Reading + "」と読む）"
		}
		line, found := 0, false
		if there {
			line, found = p.find(k.Words)
		}
		if found {
			out = append(out, Defect{line, k.Kind, k.Clause, k.Words, note})
			continue
		}
		out = append(out, Defect{p.number(), KnownDefectAbsent, k.Clause, k.Words, string(k.Kind) + " として宣言された語がこの条項にない。" + note})
	}
	return out
}

// place is a clause and the line of the first byte of its original, which for an article is its caption's.
type place struct {
	clause *Clause
	line   int
}

func (p place) number() int {
	if p.clause == nil {
		return 0
	}
	return p.clause.Line
}

// places counts the lines of the pieces that the file is made of (R16).
func (t *Text) places() map[string]place {
	out := map[string]place{}
	line := 1
	for i := range t.Documents {
		d := &t.Documents[i]
		line += strings.Count(string(d.Front), "\n")
		for j := range d.Clauses {
			c := &d.Clauses[j]
			out[d.Ref(c.ID)] = place{c, line}
			line += strings.Count(c.Original, "\n")
		}
	}
	return out
}

// find is the line where words stand: as printed, also across the end of a line, else anywhere in the healed text.
func (p place) find(words string) (line int, found bool) {
	var text strings.Builder
	var parts []part
	number := p.line
	for raw := range strings.Lines(p.clause.Original) {
		parts = append(parts, part{text.Len(), number})
		text.WriteString(strings.TrimFunc(raw, unicode.IsSpace))
		number++
	}
	if at := strings.Index(text.String(), words); at >= 0 {
		return paragraph{parts: parts}.line(at), true
	}
	return p.clause.Line, strings.Contains(p.clause.Text, words)
}
