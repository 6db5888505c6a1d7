package regime

import (
	"cmp"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/duty"
)

// Coverage says how far the duties of a pack cover the clauses of the official text.
type Coverage struct {
	Regime   string `json:"regime"`
	Edition  string `json:"edition"`
	Covered  int    `json:"covered"`    // clauses with duties
	NotADuty int    `json:"not_a_duty"` // clauses with a reason for having none
	Open     []Open `json:"open"`       // in document order
}

// Open is one clause that is still open.
type Open struct {
	Clause string     `json:"clause"` // as packs name it
	Reason OpenReason `json:"reason"`
}

// OpenReason is why a clause is open.
type OpenReason string

// The reasons.
const (
	NoDuty       OpenReason = "no-duty"        // states a duty, and the pack says nothing
	NoSuchClause OpenReason = "no-such-clause" // the text has it, clauses.yaml does not
	Unresolved   OpenReason = "unresolved"     // by: or of: names a clause without duty
	TextMissing  OpenReason = "text-missing"   // clauses.yaml has it, the text does not
	LeadItemOpen OpenReason = "lead-item-open" // a lead whose items are not all covered
)

// Title is the reason in words.
func (r OpenReason) Title() string {
	return map[OpenReason]string{
		NoDuty: "義務を述べているが、義務も理由も書かれていない", NoSuchClause: "本文にあるが clauses.yaml にない", Unresolved: "by・of の先の条項に義務がない",
		TextMissing: "clauses.yaml にあるが本文にない", LeadItemOpen: "柱書の下の号に義務のないものがある",
	}[r]
}

// Filter narrows a question to one document or chapter; empty means all.
type Filter struct{ Document, Chapter string }

// Has reports whether a clause lies within the filter. A chapter without document is one of
// the main document.
func (p *Pack) Has(f Filter, document, id string) bool {
	if f.Document == "" && f.Chapter != "" {
		f.Document = p.Main().ID
	}
	return (f.Document == "" || f.Document == document) && (f.Chapter == "" || f.Chapter == Chapter(id))
}

// Check refuses a filter that names a document which the edition does not have.
func (p *Pack) Check(f Filter) error {
	if f.Document != "" && !slices.ContainsFunc(p.Documents, func(d Document) bool { return d.ID == f.Document }) {
		return errs.New(errs.Invalid, "%s@%s に文書 %s はありません", p.ID, p.Edition, f.Document)
	}
	return nil
}

// Cover compares the pack with the official text; with a nil text it looks at the pack alone.
func (p *Pack) Cover(text *clause.Text, f Filter) Coverage {
	c := Coverage{Regime: p.ID, Edition: p.Edition, Open: []Open{}}
	stated := map[string]bool{}
	var order []string
	for _, x := range p.Clauses {
		if p.Has(f, x.Document, x.ID) {
			order = append(order, x.Ref)
		}
	}
	present := map[string]bool{}
	if text != nil {
		for _, d := range text.Documents {
			for _, x := range d.Clauses {
				ref := p.Ref(d.ID, x.ID)
				present[ref], stated[ref] = true, x.StatesDuty
				if _, known := p.Clause(ref); !known && p.Has(f, d.ID, x.ID) {
					order = append(order, ref)
				}
			}
		}
	}
	for _, ref := range order {
		reason := p.openReason(ref, text != nil, present[ref], stated)
		if reason != "" {
			c.Open = append(c.Open, Open{ref, reason})
		}
		_, excused := p.NotDuty(ref)
		switch {
		case len(p.byDuty[ref]) > 0:
			c.Covered++
		case excused && reason == "":
			c.NotADuty++
		}
	}
	return c
}

func (p *Pack) openReason(ref string, hasText, present bool, stated map[string]bool) OpenReason {
	_, known := p.Clause(ref)
	why, excused := p.NotDuty(ref)
	switch {
	case hasText && known && !present:
		return TextMissing
	case stated[ref] && len(p.byDuty[ref]) == 0 && !excused:
		return NoDuty
	case hasText && !known:
		return NoSuchClause
	case excused && (why.Reason == Principle || why.Reason == Repeats) && len(p.byDuty[cmp.Or(why.By, why.Of)]) == 0:
		return Unresolved
	case excused && why.Reason == Lead && hasText && !p.itemsCovered(ref, stated):
		return LeadItemOpen
	}
	return ""
}

// itemsCovered reports whether every item below a lead that states a duty has one or a reason.
func (p *Pack) itemsCovered(lead string, stated map[string]bool) bool {
	below := 0
	for ref, states := range stated {
		if !strings.HasPrefix(ref, lead+"/") && !strings.HasPrefix(ref, lead+".") {
			continue
		}
		_, excused := p.NotDuty(ref)
		if len(p.byDuty[ref]) > 0 {
			below++
		} else if states && !excused {
			return false
		}
	}
	return below > 0
}

// ByText returns the newest pack all of whose document titles stand in the file as lines.
func (s *Set) ByText(data []byte) (*Pack, error) {
	lines := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		lines[strings.TrimSpace(line)] = true
	}
	var found *Pack
	for _, p := range s.Packs {
		if !slices.ContainsFunc(p.Documents, func(d Document) bool { return !lines[d.Title] }) {
			found = p
		}
	}
	if found == nil {
		return nil, errs.New(errs.Invalid, "どのパックの文書の題名も、このファイルに行として見つかりません。--regime で指定してください")
	}
	return found, nil
}

// Within returns the duties of the filter, in document order.
func (p *Pack) Within(f Filter) []duty.Duty {
	out := []duty.Duty{}
	for _, d := range p.Duties {
		if doc, id := p.Resolve(d.Clause); p.Has(f, doc, id) {
			out = append(out, d)
		}
	}
	return out
}
