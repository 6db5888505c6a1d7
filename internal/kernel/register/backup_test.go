package register_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// TestRegistersComeBackFromABackup, into either engine, with their files, verified, found and linked as before.
func TestRegistersComeBackFromABackup(t *testing.T) {
	t.Parallel()
	for _, from := range testkit.Engines {
		t.Run(string(from), func(t *testing.T) {
			t.Parallel()
			d := testkit.Open(t, testkit.DSN(t, from, modules()), modules())
			dir := t.TempDir()
			store, err := trail.OpenStore(t.Context(), d, dir)
			if err != nil {
				t.Fatal(err)
			}
			log := trail.New(d).With(store)
			h := found(t, log, dir, lines)
			if err := log.Begin(t.Context(), "cli:test"); err != nil {
				t.Fatal(err)
			}
			h.adopt(h.library.Offered().Packs[0])
			kept, err := h.desk.Keep(t.Context(), "貝.txt", "text/plain", strings.NewReader("貝の写真"))
			if err != nil {
				t.Fatal(err)
			}
			first, err := h.desk.Add(t.Context(), h.actor("受付員"), "kodama", "sample", sample("name い", "giver 山田", "pieces 3", "note 一"), register.Entering{Uploads: map[string][]register.Data{"proof": {kept}}})
			if err != nil {
				t.Fatal(errs.Message(err))
			}
			h.add("受付員", sample("name ろ", "giver 川田", "original "+first.Number))
			next := second(t)
			h.offers(next)
			h.decide(next, "2025-04-01", "こ第2号")
			h.settle()
			files, err := file.In(dir)
			if err != nil {
				t.Fatal(err)
			}
			var archive bytes.Buffer
			if done, err := log.Backup(t.Context(), files, &archive); err != nil || done.Files != 1 {
				t.Fatal(done, err)
			}
			if n, err := log.Erase(t.Context(), trail.Act{Actor: "cli:test", Name: "erase"}, h.audited(), erasure(first.ID)); err != nil || n != 1 {
				t.Fatal(n, err)
			}
			for _, to := range testkit.Engines {
				h.comesBack(t, to, dir, archive.Bytes(), first, kept.Text(register.FileSum))
			}
		})
	}
}

// comesBack restores a backup beside the store that has the list of erasures.
func (h *house) comesBack(t *testing.T, to db.Engine, dir string, archive []byte, first register.Entry, sum string) {
	t.Helper()
	d := testkit.Open(t, testkit.DSN(t, to, nil), nil)
	d.Now = h.Clock.Now
	files, err := file.In(dir)
	if err != nil {
		t.Fatal(err)
	}
	log := trail.New(d)
	again := over(t, log, dir, h.library.Offered())
	again.IDs, again.Clock = h.IDs, h.Clock
	target := trail.Target{
		DB: d, Schemas: modules(), Declared: register.Declared, Dir: dir, Files: files, Actor: "cli:test",
		Tables: func(context.Context) ([]trail.Audited, error) { return again.audited(), nil },
	}
	done, err := target.Restore(t.Context(), bytes.NewReader(archive))
	if err != nil || done.Erased != 1 {
		t.Fatalf("into %s: %d erased again: %v", to, done.Erased, errs.Message(err))
	}
	if err := again.library.Define(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	again.settle()
	again.verified()
	if a, b := tableOf(t, d), tableOf(t, h.Log.DB()); to == h.Log.DB().Engine() && a != b {
		t.Errorf("the table is another:\n%s\n%s", a, b)
	}
	again.open("受付員", func(d *register.Desk) {
		again.expect("restored", again.listed(d, register.Query{Sort: "name"}), "い", "ろ")
		again.expect("by room", again.listed(d, register.Query{Filters: []register.Filter{{Field: "room"}}}), "ろ", "い")
	})
	if got := fmt.Sprint(again.finds("受付員", "kodama.sample", "川田"), len(again.links(first.ID)), again.finds("受付員", "kodama.sample", "山田")); !strings.HasSuffix(got, "1 []") || strings.HasPrefix(got, "[]") {
		t.Errorf("found and linked: %s", got)
	}
	_, open, err := again.desk.File(t.Context(), again.actor("受付員"), "kodama", "sample", first.ID, sum)
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	r, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := io.ReadAll(r); err != nil || string(text) != "貝の写真" || r.Close() != nil {
		t.Error(string(text), err)
	}
	if e := again.add("受付員", sample("name は")); e.Number != "令和7-見本-000003" {
		t.Error(e.Number)
	}
}
