package app_test

import (
	"slices"
	"testing"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// designation11 is a designation as versions up to step 11 of the schema wrote it.
type designation11 struct {
	org.Statement
	Regime   string `db:"regime"`
	Role     string `db:"role"`
	Scope    string `db:"scope"`
	Unit     id.ID  `db:"unit"`
	Post     id.ID  `db:"post"`
	Person   id.ID  `db:"person"`
	Decision string `db:"decision"`
}

// TestADatabaseOfAnEarlierVersionVerifies writes with the tables of an earlier version and verifies with those of today.
func TestADatabaseOfAnEarlierVersionVerifies(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			ctx := t.Context()
			d := testkit.Open(t, testkit.DSN(t, engine, nil), nil)
			if err := d.MigrateTo(ctx, app.Schemas(), 11); err != nil {
				t.Fatal(err)
			}
			l := trail.New(d).Follow(trail.Things())
			old := trail.NewTable[designation11]("org_designation", "designation")
			var row designation11
			if err := l.Do(ctx, trail.Act{Actor: "cli:test", Name: "people.import"}, func(tx *trail.Tx) error {
				row = designation11{Statement: org.AtOnce(tx).State(org.BodyHome, jpdate.New(2026, 4, 1), org.Open()), Regime: "kobe-city", Role: "ciso", Scope: org.BodyHome, Person: id.New(tx.Now)}
				return old.Put(ctx, tx, row)
			}); err != nil {
				t.Fatal(err)
			}
			if err := d.Migrate(ctx, app.Schemas()); err != nil {
				t.Fatal(err)
			}
			if err := l.Settle(ctx); err != nil {
				t.Fatal(err)
			}
			if report, err := l.Verify(ctx, app.Audited(), trail.Anchors{}); err != nil || !report.OK {
				t.Errorf("%v %v", err, report.Findings)
			}
			if err := d.View(ctx, func(r db.Reader) error {
				list, err := org.View{On: jpdate.New(2026, 4, 1), Now: db.At(d.Now())}.Designations(ctx, r)
				if !slices.ContainsFunc(list, func(x org.Designation) bool { return x.ID == row.ID && !x.Deputy && x.Person == row.Person }) {
					t.Errorf("%+v", list)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		})
	}
}
