package org_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit/tiny"
	towns "sekimori/internal/testkit/town"
	packs "sekimori/regime"
)

// modules are what the tables of this package need.
func modules() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}}
}

// rulesOf is what the shipped packs and the tiny one say about roles.
func rulesOf(t testing.TB) []org.Rules {
	t.Helper()
	shipped, err1 := regime.Load(packs.FS(), nil)
	own, err2 := regime.Load(tiny.Regimes(), nil)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	return append(shipped.OrgRules(), own.OrgRules()...)
}

// town is a town of testdata and what its batch does later.
type town struct {
	*towns.Town
	rest  []string // the lines of the batch
	batch org.Batch
}

// operator is who may see the batch before its time.
const operator = towns.Actor

// build reads a town file and states everything up to its batch, as of 1 April 2025.
func build(t *testing.T, d *db.DB, file string) *town {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	w, lines := &town{}, towns.Lines(string(data))
	if i := slices.IndexFunc(lines, func(l string) bool { return strings.HasPrefix(l, "batch ") }); i >= 0 {
		lines, w.rest = lines[:i], lines[i:]
	}
	w.Town = towns.Build(t, trail.New(d), lines...)
	return w
}

// apply states the town's batch: it opens and holds from the day that its line names.
func (w *town) apply() {
	w.Helper()
	day := w.Day(strings.Fields(w.rest[0])[1])
	w.Do(trail.Act{Seal: "batch:1", Opens: db.At(day.Start())}, func(tx *trail.Tx) error {
		w.batch = org.Batch{ID: id.New(tx.Now), Row: trail.Row{Home: org.BodyHome}, Title: "人事異動", Effective: day, Opens: db.At(day.Start()), Operators: "cli:kaneko " + operator, State: org.Applied}
		if err := org.Batches.Put(w.Context(), tx, w.batch); err != nil {
			return err
		}
		w.batch.Version++
		return w.State(tx, w.batch.Change(tx), day, w.rest[1:]...)
	})
}

// view is what somebody may know on the day of the clock, of the state of a day.
func (w *town) view(r db.Reader, day, actor string) org.View {
	w.Helper()
	now := db.At(w.Clock.Now())
	seen, err := org.Sight(w.Context(), r, actor, now)
	if err != nil {
		w.Fatal(err)
	}
	return org.View{On: w.Day(day), Now: now, Batches: seen}
}

// chart is the chart of a day, as an actor may know it now.
func (w *town) chart(rules []org.Rules, day, actor string) (c *org.Chart) {
	w.Helper()
	err := w.Log.DB().View(w.Context(), func(r db.Reader) (err error) {
		c, err = org.LoadChart(w.Context(), r, w.view(r, day, actor), rules)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
	return c
}
