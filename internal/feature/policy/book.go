package policy

import (
	"slices"
	"strings"

	"sekimori/internal/base/text"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/regime"
)

// Book is one edition with its official text beside it, as people read and search it.
type Book struct {
	*regime.Pack
	Text    *clause.Text // nil until it has been imported
	Entries []Entry      // in document order

	byRef  map[string]int
	titles map[string]string // of what checks are about, by id
	folded []string          // what search looks through, by entry
}

// Entry is one clause: what is printed, and what follows from it.
type Entry struct {
	regime.Clause
	Words  *clause.Clause // nil where no text has been imported
	Duties []duty.Duty
	Reason *regime.NotDuty // why it has no duty, where the pack says so
}

// NewBook lays the text, which may be nil, beside the pack. The clauses are those of the text
// where there is one: all that was printed is shown, also what the pack does not know.
func NewBook(p *regime.Pack, t *clause.Text) *Book {
	b := &Book{Pack: p, Text: t, byRef: map[string]int{}, titles: titlesOf(p)}
	if t == nil {
		for _, c := range p.Clauses {
			b.add(c, nil)
		}
		return b
	}
	for i := range t.Documents {
		d := &t.Documents[i]
		for j := range d.Clauses {
			words := &d.Clauses[j]
			c, known := p.Clause(d.ID + ":" + words.ID)
			if !known {
				c = regime.Clause{Document: d.ID, ID: words.ID, Ref: p.Ref(d.ID, words.ID), Title: words.Heading}
			}
			b.add(c, words)
		}
	}
	return b
}

func (b *Book) add(c regime.Clause, words *clause.Clause) {
	e := Entry{Clause: c, Words: words, Duties: b.DutiesOf(c.Ref)}
	if n, ok := b.NotDuty(c.Ref); ok {
		e.Reason = &n
	}
	b.byRef[c.Ref] = len(b.Entries)
	b.Entries = append(b.Entries, e)
	b.folded = append(b.folded, text.Fold(strings.Join(b.haystack(e), "\n")))
}

// Entry finds a clause by the name that packs use.
func (b *Book) Entry(ref string) (Entry, bool) {
	i, ok := b.byRef[ref]
	if !ok {
		return Entry{}, false
	}
	return b.Entries[i], true
}

// Chapter returns the entries of one chapter of a document.
func (b *Book) Chapter(document, chapter string) []Entry {
	var out []Entry
	for _, e := range b.Entries {
		if e.Document == document && e.Clause.Chapter() == chapter {
			out = append(out, e)
		}
	}
	return out
}

// Chapters returns the top entries of a document in order: one for each chapter.
func (b *Book) Chapters(document string) []Entry {
	var out []Entry
	for _, e := range b.Entries {
		if e.Document == document && (len(out) == 0 || out[len(out)-1].Clause.Chapter() != e.Clause.Chapter()) {
			out = append(out, e)
		}
	}
	return out
}

// Number is the clause as people name it: 4.2 ケ (2), 第11条第1項第1号.
func (b *Book) Number(e Entry) string { return b.ClauseNumber(e.Document, e.ID) }

// heading is the printed heading, "" where there is none or where it is all there is of a number.
func (b *Book) heading(e Entry) string {
	if e.Title == b.Number(e) {
		return ""
	}
	return e.Title
}

// Name is number and heading.
func (b *Book) Name(e Entry) string { return strings.TrimSpace(b.Number(e) + " " + b.heading(e)) }

// haystack is everything of a clause that a reader may look for.
func (b *Book) haystack(e Entry) []string {
	out := []string{b.Number(e), e.ID, e.Title}
	if e.Words != nil {
		out = append(out, e.Words.Text)
		for _, row := range e.Words.Table {
			out = append(out, row...)
		}
	}
	for _, d := range e.Duties {
		out = append(out, d.Duty, d.Label, b.shown(d))
	}
	return out
}

// Hit is one clause that a search found, and the passage that shows why.
type Hit struct {
	Entry   Entry
	Passage string
}

// Search returns the clauses that hold every word of the query, in document order. Width,
// case and variants of letters do not matter (text.Fold). It is a linear scan: a policy is
// half a megabyte, and a scan finds exactly what a reader would.
func (b *Book) Search(query string) []Hit {
	words := strings.Fields(text.Fold(query))
	if len(words) == 0 {
		return nil
	}
	var out []Hit
	for i, hay := range b.folded {
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(hay, w) }) {
			out = append(out, Hit{b.Entries[i], b.passage(b.Entries[i], words[0])})
		}
	}
	return out
}

// passage is the first sentence or duty of a clause that holds the word.
func (b *Book) passage(e Entry, word string) string {
	for _, part := range b.haystack(e)[2:] {
		for sentence := range strings.SplitAfterSeq(part, "。") {
			if text.Contains(text.Fold(sentence), word) {
				return strings.TrimSpace(sentence)
			}
		}
	}
	return e.Title
}
