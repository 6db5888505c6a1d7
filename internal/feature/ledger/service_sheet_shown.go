package ledger

import (
	"encoding/json"
	"slices"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/register"
)

// How much of a preview is kept to be shown; the result file has all of it.
const (
	mostChanges = 50
	mostFaults  = 200
	mostNotes   = 200
)

// shownPreview is a preview as its page shows it.
type shownPreview struct {
	Files                            []shownFile
	Forms                            []shownForm
	Rows, New, Changed, Same, Faulty int
	Faults, Notes                    []errs.Field // the first of them
	FaultCount, NoteCount            int
	Changes                          []shownLine // the first of them
	Sum                              string
}

// shownFile is a file of it. Form is the one of Forms that it has, -1 where it could not be read.
type shownFile struct {
	Name, Sheet, Owner               string
	Form                             int
	Rows, New, Changed, Same, Faulty int
	Fault                            string
	Handout, Untouched               bool
	Gone                             []string
}

// shownForm is a heading that some of the files have.
type shownForm struct {
	Headings []register.Heading
	Missing  []string
	Files    int
	First    string // the first of these files
}

// shownLine is a row that would be new or changed.
type shownLine struct {
	File, Where, Number, Title string
	Outcome                    register.Outcome
	Changes                    []register.FieldChange
}

func lineShown(l register.Line) shownLine {
	return shownLine{l.File, l.Where, l.Number, l.Title, l.Outcome, l.Changes}
}

// shown is what was worked out, nil while or where it was not.
func (p preview) shown() (*shownPreview, error) {
	if p.Shown == "" {
		return nil, nil //nolint:nilnil // there is none
	}
	s := &shownPreview{}
	return s, json.Unmarshal([]byte(p.Shown), s)
}

// shownOf cuts a preview down to what is shown.
func shownOf(p *register.Preview) *shownPreview {
	s := &shownPreview{
		Rows: p.Rows, New: p.New, Changed: p.Changed, Same: p.Same, Faulty: p.Faulty, Sum: p.Sum,
		Faults: p.Faults[:min(len(p.Faults), mostFaults)], FaultCount: len(p.Faults) + p.MoreFaults,
	}
	for _, f := range p.Files {
		one := shownFile{f.Name, f.Sheet, f.OwnerCalled, -1, f.Rows, f.New, f.Changed, f.Same, f.Faulty, f.Fault, f.Handout != "", f.Untouched, f.Gone}
		if f.Fault == "" || len(f.Headings) > 0 {
			one.Form = s.form(f)
		}
		s.Files = append(s.Files, one)
		s.NoteCount += len(f.Notes)
		s.Notes = append(s.Notes, f.Notes[:min(len(f.Notes), mostNotes-len(s.Notes))]...)
	}
	return s
}

// form is the form that a file has. Where its columns stand does not matter.
func (s *shownPreview) form(f register.SheetFile) int {
	same := func(a, b register.Heading) bool { return a.Title == b.Title && a.Path == b.Path }
	i := slices.IndexFunc(s.Forms, func(x shownForm) bool {
		return slices.EqualFunc(x.Headings, f.Headings, same) && slices.Equal(x.Missing, f.Missing)
	})
	if i < 0 {
		i = len(s.Forms)
		s.Forms = append(s.Forms, shownForm{Headings: f.Headings, Missing: f.Missing, First: f.Name})
	}
	s.Forms[i].Files++
	return i
}
