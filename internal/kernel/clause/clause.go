package clause

import (
	"strings"

	"sekimori/internal/base/jpdate"
)

// Spec says how one document is found in the published file (R1).
type Spec struct {
	ID, Title string
	Form      string // "numbered" or "articles"
	Number    string // document number on the cover, if it has one
	Edition   string // the edition that the pack was written for
	Main      bool   // clause ids without a document mean this one (R18)
}

// The forms of a document.
const (
	Numbered = "numbered" // 1., 1.1, ア, (1)
	Articles = "articles" // 第1条, 2, (1)
)

// Text is a whole published file.
type Text struct {
	Documents []Document // in the order of the file
	Defects   []Defect   // what was seen, in the order of lines
}

// Document is one document of the file.
type Document struct {
	ID, Title string
	Main      bool
	Edition   string // of the last revision row that has a date and an edition, else ""
	Number    string // document number as printed, else ""
	Enacted   jpdate.Date
	Revised   jpdate.Date // the printed 改正日
	Effective jpdate.Date
	Decided   jpdate.Date // from the last revision row, which the printed 改正日 may contradict
	Front     []byte      // the bytes before the first clause (R2); of the first document from the start of the file
	Line      int         // of the title
	Clauses   []Clause    // in order
	Revisions []Revision
}

// Ref is the name of a clause as packs write it: without document for the main one (R18).
func (d *Document) Ref(id string) string {
	if d.Main {
		return id
	}
	return d.ID + ":" + id
}

// Revision is one row of the table of revisions.
type Revision struct {
	Edition            string
	Effective, Decided jpdate.Date
	Why                string // as printed
	Line               int
}

// Clause is one numbered thing of a document.
type Clause struct {
	ID         string // within the document: 4.2/ケ/2
	Document   string
	Parent     string     // id of the clause above it
	Heading    string     // as printed, "" where none is (R10)
	Text       string     // normalised, one paragraph a line (R16)
	Original   string     // the bytes of the file (R16)
	Line       int        // where the number stands, from 1 (R17)
	Table      [][]string // normalised rows, nil where there is none (R13)
	Sentences  []Sentence // of Text
	StatesDuty bool       // K4
	Form       Form       // the strongest of its sentences
}

// Main is the main document, nil where the text has none.
func (t *Text) Main() *Document {
	for i := range t.Documents {
		if t.Documents[i].Main {
			return &t.Documents[i]
		}
	}
	return nil
}

// Parent is the id of the clause above another, "" at the top: 4.2/ケ of 4.2/ケ/2, 4.2 of 4.2/ケ, 4 of 4.2.
func Parent(id string) string {
	at := strings.LastIndexByte(id, '/')
	if at < 0 {
		at = strings.LastIndexByte(id, '.')
	}
	return id[:max(at, 0)]
}

// Heading is a clause, named with its document (basic:9), and what is printed over it.
type Heading struct{ ID, Title string }

// Outline lists every clause with its printed heading, in order.
func Outline(t *Text) []Heading {
	var out []Heading
	for _, d := range t.Documents {
		for _, c := range d.Clauses {
			out = append(out, Heading{d.ID + ":" + c.ID, c.Heading})
		}
	}
	return out
}
