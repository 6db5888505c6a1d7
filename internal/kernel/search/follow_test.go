package search_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

func (w *world) erase(kind, thing string) {
	w.Helper()
	n, err := w.log.Erase(w.Context(), trail.Act{Actor: "cli:test", Name: "trail.erase"}, audited(),
		trail.Erasure{Kind: kind, Thing: thing, Part: trail.PartPersonal, Ground: "請求", Clause: "law:1"})
	if err != nil || n != 1 {
		w.Fatal(n, err)
	}
}

// found is how many notes have the words.
func (w *world) found(text string) int {
	w.Helper()
	return len(w.pages(search.Query{Kinds: ofNotes, Text: text, Scope: everything, Limit: 100}))
}

// indexed is how many documents there are in both tables.
func (w *world) indexed() (n int) {
	w.Helper()
	w.view(func(r db.Reader) error {
		docs, err := db.Get[int](w.Context(), r, `select count(*) from search_document`)
		if err != nil {
			return err
		}
		query := `select count(*) from search_index_docsize`
		if r.Engine() == db.Postgres {
			query = `select count(*) from search_index`
		}
		if n, err = db.Get[int](w.Context(), r, query); n != docs {
			w.Errorf("%d documents, %d in the index", docs, n)
		}
		return err
	})
	return n
}

// TestWhatIsErasedIsNotFound, neither by its words nor in the bytes of the index.
func TestWhatIsErasedIsNotFound(t *testing.T) {
	both(t, func(w *world) {
		row := note{ID: "1", Row: trail.Row{Home: "b:"}, Title: "相談", Author: "鬼怒川"}
		w.put(notes, row, note{ID: "2", Row: trail.Row{Home: "b:"}, Title: "相談", Author: "渡良瀬"})
		w.settle()
		if w.found("鬼怒") != 1 {
			w.Fatal("not found before")
		}
		w.erase("note", "1")
		w.settle()
		check := func() {
			w.Helper()
			if w.found("鬼怒") != 0 || w.found("相談") != 2 || w.found("渡良瀬") != 1 || w.indexed() != 2 {
				w.Error("what was erased is found, or what was not is gone")
			}
		}
		check()
		if w.d.Engine() == db.SQLite {
			w.view(func(r db.Reader) error {
				blocks, err := db.List[[]byte](w.Context(), r, `select block from search_index_data`)
				for _, b := range blocks {
					if bytes.Contains(b, []byte(search.Code('鬼')+search.Code('怒'))) || !bytes.Contains(slices.Concat(blocks...), []byte(search.Code('渡'))) {
						w.Error("the index remembers")
					}
				}
				return err
			})
		}
		if err := w.log.Rebuild(w.Context(), search.Name); err != nil { // meets the versions whose part is blank
			w.Fatal(err)
		}
		w.settle()
		check()
	})
}

func (w *world) ready() (ok bool) {
	w.Helper()
	w.view(func(r db.Reader) (err error) { ok, err = search.Ready(w.Context(), r); return err })
	return ok
}

func TestReady(t *testing.T) {
	both(t, func(w *world) {
		if !w.ready() {
			w.Error("nothing to index and not ready")
		}
		var list []note
		for i := range 1200 {
			list = append(list, note{ID: fmt.Sprint(i), Row: trail.Row{Home: "b:"}, Title: "件名"})
		}
		w.put(notes, list[0])
		if w.ready() {
			w.Error("ready before it has begun")
		}
		w.settle()
		if !w.ready() || w.found("件名") != 1 {
			w.Error("not ready when settled")
		}
		w.put(notes, list[1:1000]...)
		if !w.ready() {
			w.Error("not ready for 999 entries without number")
		}
		w.put(notes, list[1000:]...)
		if w.ready() {
			w.Error("ready while 1199 entries wait for their numbers")
		}
		w.settle()
		if err := w.log.Rebuild(w.Context(), search.Name); err != nil {
			w.Fatal(err)
		}
		if w.ready() {
			w.Error("ready at the beginning of a rebuild")
		}
		w.settle()
		if !w.ready() || w.indexed() != 1200 {
			w.Error("not ready after a rebuild")
		}
	})
}

// TestOtherSources: a program that finds other things makes the index anew, one that finds the same does not.
func TestOtherSources(t *testing.T) {
	both(t, func(w *world) {
		w.put(notes, note{ID: "1", Row: trail.Row{Home: "b:"}, Title: "件名"})
		w.put(memos, note{ID: "2", Row: trail.Row{Home: "b:"}, Title: "件名"})
		start := func(x *search.Index) {
			w.Helper()
			w.log = trail.New(w.d).Follow(x.Follower())
			if err := x.Begin(w.Context(), w.log); err != nil {
				w.Fatal(err)
			}
		}
		less := noted(notes)
		start(search.New(less))
		w.settle()
		if w.indexed() != 1 {
			w.Error("not one note")
		}
		start(search.New(less))
		if !w.ready() {
			w.Error("the same program begins anew")
		}
		start(index())
		if w.ready() {
			w.Error("the newer program does not begin anew")
		}
		w.settle()
		if w.indexed() != 2 {
			w.Error("the memo is missing")
		}
		less.Form = "2"
		start(search.New(less))
		w.settle()
		if w.indexed() != 1 {
			w.Error("the memo is still there")
		}
	})
}

// none keeps no files.
type none struct{}

func (none) Walk(func(string, int64) error) error { return nil }
func (none) Open(string) (io.ReadCloser, error)   { return nil, io.EOF }
func (none) Put(context.Context, io.Reader, int64) (sum string, n int64, err error) {
	return "", 0, io.EOF
}

// TestRestored: a backup has no index; it is made anew, on either engine.
func TestRestored(t *testing.T) {
	both(t, func(w *world) {
		ctx := w.Context()
		store, err := trail.OpenStore(ctx, w.d, w.TempDir())
		if err != nil {
			w.Fatal(err)
		}
		w.log = w.log.With(store)
		if err := w.log.Begin(ctx, "cli:test"); err != nil {
			w.Fatal(err)
		}
		w.put(notes, note{ID: "1", Row: trail.Row{Home: "b:"}, Title: "監査計画"})
		w.settle()
		var archive bytes.Buffer
		if _, err := w.log.Backup(ctx, none{}, &archive); err != nil {
			w.Fatal(err)
		}
		for _, engine := range testkit.Engines {
			to := trail.Target{DB: testkit.Open(w, testkit.DSN(w, engine, nil), nil), Schemas: modules(), Tables: func(context.Context) ([]trail.Audited, error) { return audited(), nil }, Dir: w.TempDir(), Files: none{}, Actor: "cli:test"}
			if _, err := to.Restore(ctx, bytes.NewReader(archive.Bytes())); err != nil {
				w.Fatal(err)
			}
			again := begin(w.T, to.DB)
			if again.ready() {
				w.Errorf("%s: ready without an index", engine)
			}
			again.settle()
			if !again.ready() || again.found("計画") != 1 || again.indexed() != 1 {
				w.Errorf("%s: not found after a restore", engine)
			}
		}
	})
}

// TestShown: pages are full of what may be shown, and nothing else is counted.
func TestShown(t *testing.T) {
	both(t, func(w *world) {
		var list []note
		for i := range 50 {
			list = append(list, note{ID: fmt.Sprintf("%02d", i), Row: trail.Row{Home: "b:"}, Title: "件名"})
		}
		w.put(notes, list...)
		w.settle()
		for _, c := range []struct {
			what string
			show func(thing string) bool
		}{
			{"all", func(string) bool { return true }},
			{"none", func(string) bool { return false }},
			{"the last", func(thing string) bool { return thing == "49" }},
			{"the first", func(thing string) bool { return thing == "00" }},
			{"every other", func(thing string) bool { return thing[1]%2 == 0 }},
			{"the last ten", func(thing string) bool { return thing >= "40" }},
		} {
			read := func(_ context.Context, _ db.Reader, hits []search.Hit) (map[search.Hit]string, error) {
				shown := map[search.Hit]string{}
				for _, h := range hits {
					if c.show(h.Thing) {
						shown[h] = h.Thing
					}
				}
				return shown, nil
			}
			var want []string
			for _, n := range slices.Backward(list) {
				if c.show(n.ID) {
					want = append(want, n.ID)
				}
			}
			for _, limit := range []int{1, 3, 10, 49, 50, 51} {
				q := search.Query{Kinds: ofNotes, Text: "件", Scope: everything, Limit: limit}
				var got []string
				pages := 0
				w.view(func(r db.Reader) error {
					for {
						some, next, err := search.Shown(w.Context(), r, q, read)
						if err != nil {
							return err
						}
						pages++
						got = append(got, some...)
						if next == (search.Cursor{}) {
							break
						}
						if q.After, err = search.At(w.Context(), r, "note", some[len(some)-1]); q.After != next {
							w.Errorf("the last stands at %v, the next page begins after %v", q.After, next)
						}
						if err != nil {
							return err
						}
					}
					n, err := search.Count(w.Context(), r, q, read, 7)
					if n != min(7, len(want)) {
						w.Errorf("%s: counted %d", c.what, n)
					}
					return err
				})
				if !slices.Equal(got, want) || pages != max(1, (len(want)+limit-1)/limit) {
					w.Errorf("%s, %d on a page: %d pages, %v", c.what, limit, pages, got)
				}
			}
		}
	})
}
