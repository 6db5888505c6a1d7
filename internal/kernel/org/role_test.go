package org_test

import (
	"slices"
	"testing"

	"sekimori/internal/kernel/org"
)

// TestWhoCanAnswerForWhom: a holder answers for his own scope and what lies in it; a system and a contract lie in what owns
// them.
func TestWhoCanAnswerForWhom(t *testing.T) {
	t.Parallel()
	want := map[org.Scope][]org.Scope{
		org.ScopeBody:     org.Scopes(),
		org.ScopeBureau:   {org.ScopeBureau, org.ScopeSection, org.ScopeSchool, org.ScopeSystem, org.ScopeContract},
		org.ScopeSection:  {org.ScopeSection, org.ScopeSystem, org.ScopeContract},
		org.ScopeSchool:   {org.ScopeSchool, org.ScopeSystem, org.ScopeContract},
		org.ScopeSystem:   {org.ScopeSystem},
		org.ScopeContract: {org.ScopeContract},
	}
	for _, s := range org.Scopes() {
		for _, subject := range org.Scopes() {
			if got := s.Contains(subject); got != slices.Contains(want[s], subject) {
				t.Errorf("%s contains %s: %v", s, subject, got)
			}
		}
		if s.Title() == "" {
			t.Errorf("%s has no title", s)
		}
	}
	for _, e := range org.Employments() {
		if e.Title() == "" {
			t.Errorf("%s has no title", e)
		}
	}
}
