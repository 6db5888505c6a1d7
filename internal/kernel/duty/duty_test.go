package duty_test

import (
	"encoding/json"
	"slices"
	"testing"

	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
)

func TestWhatIsAssumedActsOnlyWhereNobodyIsNamed(t *testing.T) {
	t.Parallel()
	d := duty.Duty{Assumed: &duty.Assumed{Who: []string{"head"}}}
	if got := d.Actors(); !slices.Equal(got, []string{"head"}) {
		t.Errorf("actors %v", got)
	}
	d.Who = []string{"staff"}
	if got := d.Actors(); !slices.Equal(got, []string{"staff"}) {
		t.Errorf("actors %v", got)
	}
}

func TestChecksAreWrittenAsInAPack(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]duty.Check{
		`{"has":["a"],"kind":"register","target":"x"}`:                                             {Kind: duty.Register, Target: "x", Has: []string{"a"}},
		`{"is":{"state":"s"},"kind":"register","target":"x"}`:                                      {Kind: duty.Register, Target: "x", Is: &cond.Condition{State: "s"}},
		`{"fresh":{"field":"f","within":{"setting":"s"}},"kind":"register","target":"x"}`:          {Kind: duty.Register, Target: "x", Fresh: &duty.Fresh{Field: "f", Within: "s"}},
		`{"each":"section","every":{"fiscal-year":2},"kind":"periodic","target":"x"}`:              {Kind: duty.Periodic, Target: "x", Each: org.ScopeSection, Every: &duty.Every{FiscalYear: 2}},
		`{"every":{"setting":"s"},"kind":"periodic","target":"x"}`:                                 {Kind: duty.Periodic, Target: "x", Every: &duty.Every{Setting: "s"}},
		`{"kind":"permit","log":"l","target":"x"}`:                                                 {Kind: duty.Permit, Target: "x", Log: "l"},
		`{"kind":"document","reviewed":{"setting":"s"},"target":"x"}`:                              {Kind: duty.Document, Target: "x", Reviewed: "s"},
		`{"answer":"yes","each":"school","kind":"question","target":"x","within":{"setting":"s"}}`: {Kind: duty.Question, Target: "x", Each: org.ScopeSchool, Answer: "yes", Within: "s"},
		`{"confirmed":true,"kind":"register","least":2,"target":"x"}`:                              {Kind: duty.Register, Target: "x", Confirmed: true, Least: 2},
	} {
		if got, err := json.Marshal(c); err != nil || string(got) != want {
			t.Errorf("got %s, want %s (%v)", got, want, err)
		}
	}
	if got := duty.FullID("r/d:1", 2); got != "r/d:1#2" {
		t.Errorf("id %s", got)
	}
}
