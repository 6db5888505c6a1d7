package trail_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

func TestErase(t *testing.T) {
	t.Parallel()
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		dir := t.TempDir()
		store, err := trail.OpenStore(ctx, d, dir)
		if err != nil {
			t.Fatal(err)
		}
		l := trail.New(d).With(store)
		if err := l.Begin(ctx, "cli:test"); err != nil {
			t.Fatal(err)
		}
		act := trail.Act{Actor: "cli:test", Name: "share", Note: "個人を名指す覚え書き"}
		owner := id.New(d.Now())
		row := share{Thing: owner, Number: 1, Row: trail.Row{Home: "b:"}, Mark: []byte{7}, Holder: "髙橋一郎", Said: "住所は須磨区"}
		other := share{Thing: owner, Number: 11, Row: trail.Row{Home: "b:"}, Mark: []byte{}, Holder: "佐藤", Said: "いいえ"}
		if err := l.Do(ctx, act, func(tx *trail.Tx) error { return shares.Put(ctx, tx, row, other) }); err != nil {
			t.Fatal(err)
		}
		row.Version, row.Said = 1, "住所は灘区"
		if err := l.Do(ctx, trail.Act{Actor: "cli:test", Name: "share"}, func(tx *trail.Tx) error { return shares.Put(ctx, tx, row) }); err != nil {
			t.Fatal(err)
		}
		settle(t, l)
		deed := pick[string](t, l, `select id from trail_act where note <> ''`)
		ground := trail.Erasure{Ground: "個人情報の訂正請求", Clause: "law:1"}
		of := func(kind, thing, part string) trail.Erasure {
			e := ground
			e.Kind, e.Thing, e.Part = kind, thing, part
			return e
		}
		list := []trail.Erasure{of("share", string(owner)+"/1", trail.PartPersonal), of(trail.KindAct, deed, trail.PartNote)}
		erase := func(list ...trail.Erasure) (int, error) {
			return l.Erase(ctx, trail.Act{Actor: "cli:test", Name: "erase"}, audited(), list...)
		}
		for range 2 { // the second time there is nothing left
			want := 2 * (1 - pick[int](t, l, `select count(*) from trail_erasure`)/2)
			if n, err := erase(list...); err != nil || n != want {
				t.Fatalf("%d erased, want %d: %v", n, want, err)
			}
			settle(t, l)
		}
		left := pick[string](t, l, `select (select string_agg(public || personal, '' order by seq) from trail_entry) || (select string_agg(note, '') from trail_act) || (select string_agg(holder || said, '') from made_share)`)
		for _, gone := range []string{"髙橋", "須磨", "灘", "名指す"} {
			if strings.Contains(left, gone) {
				t.Errorf("%s is still there: %s", gone, left)
			}
		}
		if !strings.Contains(left, "佐藤") {
			t.Error("another thing was erased too")
		}
		if report := verify(t, l, trail.Anchors{}); !report.OK {
			t.Error(report.Findings)
		}
		if got, err := store.Erasures(); err != nil || !cmp.Equal(list, got) {
			t.Errorf("the store lists %v (%v)", got, err)
		}

		// What must not be asked.
		for name, e := range map[string]trail.Erasure{
			"no ground":       {Kind: "share", Thing: string(owner) + "/1", Part: trail.PartPersonal, Clause: "law:1"},
			"no clause":       {Kind: "share", Thing: string(owner) + "/1", Part: trail.PartPersonal, Ground: "法"},
			"the public part": of("share", string(owner)+"/1", "public"),
			"no such kind":    of("town", "x", trail.PartPersonal),
		} {
			if _, err := erase(e); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n, err := erase(of("share", string(owner)+"/99", trail.PartPersonal)); n != 0 || err != nil {
			t.Errorf("what is not there: %d, %v", n, err)
		}

		// What was killed between the erasure and the list is listed at the next start; what a restored database forgot stays.
		path := filepath.Join(dir, "erasures")
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(string(text), "\n")
		if err := os.WriteFile(path, []byte(`{"clause":"law:1","ground":"前","kind":"share","part":"personal","thing":"forgotten"}`+"\n"+lines[0]), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := l.KeepErasures(ctx); err != nil {
			t.Fatal(err)
		}
		if again, err := store.Erasures(); err != nil || len(again) != 3 || again[0].Thing != "forgotten" || again[2] != list[1] {
			t.Errorf("the store lists %v (%v)", again, err)
		}
	})
}

// TestThingsFollow looks where things are now, and that rebuilding changes nothing.
func TestThingsFollow(t *testing.T) {
	t.Parallel()
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		l := begin(t, d)
		live(t, l)
		const dump = `select string_agg(kind || ' ' || thing || ' ' || cast(version as text) || ' ' || home || ' ' || cast(seq as text) || ' ' || at, chr order by kind, thing) from trail_thing cross join (select cast(';' as text) as chr) c`
		const want = `select string_agg(e.kind || ' ' || e.thing || ' ' || cast(e.version as text) || ' ' || e.home || ' ' || cast(e.seq as text) || ' ' || a.at, ';' order by e.kind, e.thing)
			from trail_entry e join trail_act a on a.id = e.act where not exists (select 1 from trail_entry n where n.kind = e.kind and n.thing = e.thing and n.version > e.version)`
		first := pick[string](t, l, dump)
		if diff := cmp.Diff(strings.Split(pick[string](t, l, want), ";"), strings.Split(first, ";")); diff != "" {
			t.Error(diff)
		}
		if n := pick[int](t, l, `select count(*) from trail_thing where gone`); n != 2 {
			t.Errorf("%d things are gone, want 2", n)
		}
		if err := l.Rebuild(t.Context(), "things"); err != nil {
			t.Fatal(err)
		}
		if report := verify(t, l, trail.Anchors{}); !report.OK {
			t.Errorf("while it is rebuilt: %v", report.Findings)
		}
		settle(t, l)
		if again := pick[string](t, l, dump); again != first {
			t.Error("rebuilt, it is another")
		}
	})
}

func TestReceiptIsReadAgain(t *testing.T) {
	t.Parallel()
	r := trail.Receipt{Store: "0190", Epoch: 2, Size: 10, Index: 9}
	r.Root[0], r.Leaf[31] = 0xab, 0x01
	if got, err := trail.ParseReceipt("帳票\r\n" + strings.ReplaceAll(r.String(), "\n", "\r\n  ") + "以上"); err != nil || got != r {
		t.Errorf("%+v (%v), want %+v", got, err, r)
	}
	for name, text := range map[string]string{
		"nothing": "", "cut": r.String()[:80], "beyond the tree": strings.Replace(r.String(), "index 9", "index 10", 1), "no hash": strings.Replace(r.String(), "root ab", "root xx", 1),
	} {
		if _, err := trail.ParseReceipt(text); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReceiptWaitsForTheNumber(t *testing.T) {
	t.Parallel()
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		l := begin(t, d)
		row := thing{ID: id.New(d.Now()), Row: trail.Row{Home: "b:"}, Name: "甲"}
		if err := l.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "make"}, func(tx *trail.Tx) error { return things.Put(t.Context(), tx, row) }); err != nil {
			t.Fatal(err)
		}
		receipt := func(version int64) (out trail.Receipt, err error) {
			err = d.View(t.Context(), func(r db.Reader) error {
				out, err = l.Receipt(t.Context(), r, "thing", string(row.ID), version)
				return err
			})
			return out, err
		}
		if _, err := receipt(1); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("without a number: %v", err)
		}
		if _, err := receipt(2); errs.KindOf(err) != errs.NotFound {
			t.Errorf("no such version: %v", err)
		}
		settle(t, l)
		r, err := receipt(1)
		if err != nil || r.Index != 1 || r.Size != 2 || r.Epoch != 1 {
			t.Errorf("%+v (%v)", r, err)
		}
	})
}
