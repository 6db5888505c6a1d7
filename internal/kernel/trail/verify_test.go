package trail_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// share has a key of two columns, one of them a number, and bytes.
type share struct {
	Thing  id.ID `db:"thing" trail:"key"`
	Number int64 `db:"number" trail:"key"`
	trail.Row
	Mark   []byte `db:"mark"`
	Holder string `db:"holder" trail:"personal"`
	Said   string `db:"said"   trail:"personal"`
}

var shares = trail.NewTable[share]("made_share", "share")

func audited() []trail.Audited { return []trail.Audited{things, shares} }

// world is the schema of a database with things and shares in it.
func world() []db.Schema {
	made := fstest.MapFS{"0901_share.sql": {Data: []byte(`create table made_share (thing text not null, number bigint not null, version bigint not null, home text not null,
		mark bytea not null, holder text not null, said text not null, primary key (thing, number));`)}}
	return append(modules(), db.Schema{Module: "share", FS: made})
}

// begin gives the log of a database that has begun, with its store and with followers.
func begin(t testing.TB, d *db.DB) *trail.Log {
	t.Helper()
	store, err := trail.OpenStore(t.Context(), d, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l := trail.New(d).With(store).Follow(trail.Things())
	if err := l.Begin(t.Context(), "cli:test"); err != nil {
		t.Fatal(err)
	}
	return l
}

// live fills the database with acts of every sort: new, changed, removed and erased things, of one and of many entries.
func live(t testing.TB, l *trail.Log) {
	t.Helper()
	ctx := t.Context()
	do := func(act trail.Act, fn func(tx *trail.Tx) error) {
		t.Helper()
		act.Actor = "cli:test"
		if err := l.Do(ctx, act, fn); err != nil {
			t.Fatal(err)
		}
	}
	var made []thing
	for i := range 280 {
		made = append(made, thing{ID: id.New(l.DB().Now()), Row: trail.Row{Home: fmt.Sprintf("u:%d", i%3)}, Name: fmt.Sprintf("台帳 \"%d\"\t", i), Owner: "髙橋", Big: i%2 == 0, Count: i})
	}
	do(trail.Act{Name: "thing.import", Detail: map[string]string{"file": "台帳.csv"}}, func(tx *trail.Tx) error { return things.Put(ctx, tx, made...) })
	for i := range 12 {
		made[i].Version, made[i].Name = 1, "改めた名"
		if i%3 == 0 {
			settle(t, l)
		}
		do(trail.Act{Name: "thing.change", Authority: "role", Note: "直した", Seal: strings.Repeat("s", i%2), Opens: db.Time(strings.Repeat("2027-04-01T00:00:00.000000Z", i%2))},
			func(tx *trail.Tx) error { return things.Put(ctx, tx, made[i]) })
	}
	made[20].Version, made[21].Version = 1, 1
	do(trail.Act{Name: "thing.remove"}, func(tx *trail.Tx) error { return things.Remove(ctx, tx, made[20], made[21]) })
	do(trail.Act{Name: "share.make"}, func(tx *trail.Tx) error {
		for i := range 9 {
			if err := shares.Put(ctx, tx, share{Thing: made[i/3].ID, Number: int64(i % 3), Row: trail.Row{Home: "b:"}, Mark: []byte{byte(i)}, Holder: "佐藤", Said: "はい"}); err != nil {
				return err
			}
		}
		return nil
	})
	if n, err := l.Erase(ctx, trail.Act{Actor: "cli:test", Name: "erase"}, audited(),
		trail.Erasure{Kind: "thing", Thing: string(made[0].ID), Part: trail.PartPersonal, Ground: "保存期間の満了", Clause: "9:1"},
		trail.Erasure{Kind: "thing", Thing: string(made[20].ID), Part: trail.PartPersonal, Ground: "保存期間の満了", Clause: "9:1"},
		trail.Erasure{Kind: "share", Thing: string(made[0].ID) + "/1", Part: trail.PartPersonal, Ground: "保存期間の満了", Clause: "9:1"},
	); err != nil || n != 3 {
		t.Fatalf("%d erased: %v", n, err)
	}
	settle(t, l)
}

func settle(t testing.TB, l *trail.Log) {
	t.Helper()
	if err := l.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func verify(t testing.TB, l *trail.Log, anchors trail.Anchors) trail.Report {
	t.Helper()
	report, err := l.Verify(context.WithoutCancel(t.Context()), audited(), anchors)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestVerifyFindsNothingInWhatIsWhole(t *testing.T) {
	t.Parallel()
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		l := begin(t, d)
		live(t, l)
		report := verify(t, l, trail.Anchors{})
		for _, f := range report.Findings {
			t.Error(f)
		}
		if !report.OK || report.FirstBad != nil || report.Checked != report.Size || report.Unsequenced != 0 || report.Size != 1+280+12+2+9+2+3 {
			t.Errorf("%+v", report)
		}
	})
}
