package clause

import (
	"slices"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/text"
)

// Parse reads the published file of a regime. It refuses with errs.Invalid, naming line and reason and everything at once:
// a file that is not UTF-8, a title that is not there exactly once (R1), a document without a first clause, two clauses
// with one id. What is merely broken is read as the rules say and reported in Text.Defects.
func Parse(data []byte, specs []Spec) (*Text, error) {
	file, err := text.DecodeUTF8(data)
	if err != nil {
		return nil, err
	}
	var faults errs.Faults
	var drafts []*draft
	for _, s := range locate(file, specs, &faults) {
		drafts = append(drafts, read(file, s, &faults))
	}
	if err := faults.Err("本文を読み取れません"); err != nil {
		return nil, err
	}
	checkReferences(drafts)
	t := &Text{}
	for _, d := range drafts {
		for _, n := range d.nodes {
			d.Clauses = append(d.Clauses, n.Clause)
		}
		t.Documents = append(t.Documents, d.Document)
		t.Defects = append(t.Defects, d.defects...)
	}
	if mark := data[:len(data)-len(file)]; len(mark) > 0 && len(drafts) > 0 { // a byte order mark is of the file too
		t.Documents[0].Front = slices.Concat(mark, t.Documents[0].Front)
	}
	slices.SortStableFunc(t.Defects, func(a, b Defect) int { return a.Line - b.Line })
	return t, nil
}

// draft is a document while it is read.
type draft struct {
	Document
	form    string
	nodes   []*node
	defects []Defect
}

// node is a clause while it is read.
type node struct {
	Clause
	start      int  // its first byte in the file
	item       bool // R10: its first line may be its heading
	pieces     []piece
	paragraphs []paragraph
}

// piece is what one line gives to a clause: text, or the cells of a table row.
type piece struct {
	line  int
	text  string
	cells []string
	alone bool // looks like a number out of order: text, but never joined to other text (R8)
}

// read reads one document: the clauses by its form, then the front matter before them, then what the clauses hold.
func read(file string, s section, f *errs.Faults) *draft {
	d := &draft{Document: Document{ID: s.ID, Title: s.Title, Main: s.Main, Line: s.title}, form: s.Form}
	first := "見出し「1. …」"
	if d.form == Articles {
		first = "第1条"
		readArticles(d, s.lines)
	} else {
		readNumbered(d, s.lines)
	}
	if len(d.nodes) == 0 {
		f.Add(lineName(s.title), "この題名（%s）の文書に、本文の始まりとなる%sがありません", s.Title, first)
		return d
	}
	d.uniqueIDs(f)
	body := d.nodes[0].start
	d.Front = []byte(file[s.start:body])
	d.readFront(slices.Concat(s.cover, s.lines), body)
	for i, n := range d.nodes {
		end, next := s.end, (*node)(nil)
		if i+1 < len(d.nodes) {
			next = d.nodes[i+1]
			end = next.start
		}
		n.Original = file[n.start:end]
		d.settle(n, next)
	}
	return d
}

func (d *draft) uniqueIDs(f *errs.Faults) {
	lines := map[string]int{}
	for _, n := range d.nodes {
		if line, twice := lines[n.ID]; twice {
			f.Add(lineName(n.Line), "条項 %s が%sにもあります", d.Ref(n.ID), lineName(line))
		}
		lines[n.ID] = n.Line
	}
}

// open begins a clause; what was open before it ends there.
func (d *draft) open(l line, id, heading string) *node {
	n := &node{Clause: Clause{ID: id, Document: d.ID, Parent: Parent(id), Heading: heading, Line: l.number}, start: l.start}
	d.nodes = append(d.nodes, n)
	return n
}

// last is the clause opened last, nil in front of the first.
func (d *draft) last() *node {
	if len(d.nodes) == 0 {
		return nil
	}
	return d.nodes[len(d.nodes)-1]
}

// add gives a line without number to the clause above it (R9, R13).
func (d *draft) add(l line) {
	if n := d.last(); n != nil {
		n.pieces = append(n.pieces, piece{line: l.number, text: l.text, cells: l.cells})
	}
}

// astray adds a line that looks numbered and is out of order (R8).
func (d *draft) astray(l line) {
	n := d.last()
	n.pieces = append(n.pieces, piece{line: l.number, text: l.text, alone: true})
	d.report(l.number, OutOfSequence, n.ID, head(l.text), "番号の順に合わないので、本文として扱う")
}

// skip reports whether a line holds nothing: blank (R4) or drawn.
func (d *draft) skip(l line) bool {
	if l.rule() {
		if n := d.last(); n != nil {
			d.report(l.number, StrayRule, n.ID, head(l.text), "")
		}
		return true
	}
	return l.text == ""
}
