package clause

import (
	"context"
	"slices"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// Package is what an edition of a regime's pack says of its text.
type Package struct {
	Regime, Edition string
	Specs           []Spec
	Clauses         []string // every clause that the edition has, named with its document (basic:9), in order
	Known           []Known
}

// Result is what an import did, or would do.
type Result struct {
	Regime, Edition string // the edition is the text's own
	Imported        bool   // something was written
	Documents       []Summary
	Defects         []Defect // seen and declared, in the order of lines
	Missing         []string // clauses of the pack that a text of another edition has not, as packs name them
}

// Summary is one document of a Result.
type Summary struct {
	ID, Title, Edition                  string
	Effective                           jpdate.Date
	Clauses, DutyClauses, DutySentences int
}

// Import takes in the published text of a regime as an act of by. The same bytes are taken once; then and with dryRun nothing is written.
//
// Refused with errs.Invalid: what Parse refuses; a text of the pack's edition, or of none, that lacks clauses of the pack, and
// one of another edition that lacks most of them; other bytes for an edition that is there. An edition that is not there
// yet is kept beside the others.
func Import(ctx context.Context, l *trail.Log, by string, p Package, data []byte, dryRun bool) (Result, error) {
	t, err := Parse(data, p.Specs)
	if err != nil {
		return Result{}, err
	}
	result := Result{Regime: p.Regime, Edition: editionIn(t, p.Edition), Documents: summaries(t)}
	for _, m := range missing(t, p) {
		result.Missing = append(result.Missing, m.ref)
	}
	if tooFew(p, result) {
		return Result{}, incomplete(t, p, len(splitLines(string(data))))
	}
	result.Defects = slices.Concat(t.Defects, Find(t, p.Known))
	slices.SortStableFunc(result.Defects, func(a, b Defect) int { return a.Line - b.Line })
	// One import at a time, also of other processes: two of the same file are one import.
	act := trail.Act{Actor: by, Name: "policy.import", Detail: map[string]string{"regime": p.Regime, "edition": result.Edition, "sha256": sumOf(data)}}
	err = l.DoAlone(ctx, "clause import", act, func(tx *trail.Tx) error {
		result.Imported = false
		there, err := Sum(ctx, tx, p.Regime, result.Edition)
		if err != nil || there == sumOf(data) || there == "" && dryRun {
			return err
		}
		if there != "" {
			old, err := Load(ctx, tx, p.Regime, result.Edition)
			if err != nil {
				return err
			}
			return differences(old, t, result)
		}
		result.Imported = true
		return save(ctx, tx, edition{p.Regime, result.Edition}, data, t)
	})
	if err != nil {
		return Result{}, err
	}
	return result, nil
}

// editionIn is the edition that the main document prints, else the pack's.
func editionIn(t *Text, otherwise string) string {
	if main := t.Main(); main != nil && main.Edition != "" {
		return main.Edition
	}
	return otherwise
}

func summaries(t *Text) []Summary {
	out := make([]Summary, len(t.Documents))
	for i, d := range t.Documents {
		s := Summary{ID: d.ID, Title: d.Title, Edition: d.Edition, Effective: d.Effective, Clauses: len(d.Clauses)}
		for _, c := range d.Clauses {
			if c.StatesDuty {
				s.DutyClauses++
			}
			for _, sentence := range c.Sentences {
				if sentence.Form != None {
					s.DutySentences++
				}
			}
		}
		out[i] = s
	}
	return out
}
