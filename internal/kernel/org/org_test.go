package org_test

import (
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// modules are what the tables of this package need.
func modules() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}}
}

func TestStatementsAreWrittenWithTheirEntries(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		l := trail.New(d)
		err := l.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "test"}, func(tx *trail.Tx) error {
			dated := org.Stated(jpdate.New(2026, 4, 1), org.Open(), db.At(tx.Now), "")
			u := org.Unit{ID: id.New(tx.Now), Unit: id.New(tx.Now), Code: "0100", Name: "港湾局", Kind: org.KindBureau, Dated: dated, Row: trail.Row{Home: org.Home}}
			p := org.Post{ID: id.New(tx.Now), Post: id.New(tx.Now), Code: "010", Title: "局長", Rank: 1, Head: true, Dated: dated, Row: trail.Row{Home: org.Home}}
			if err := org.Posts.Put(t.Context(), tx, p); err != nil {
				return err
			}
			return org.Units.Put(t.Context(), tx, u)
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
