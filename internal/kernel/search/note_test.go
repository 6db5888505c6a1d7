package search_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// note is a thing that can be found; one with a lock cannot.
type note struct {
	ID string `db:"id" trail:"key"`
	trail.Row
	Title  string `db:"title"`
	Author string `db:"author" trail:"personal"`
	Lock   bool   `db:"lock"`
}

// notes and memos hold the same in two kinds.
var (
	notes = trail.NewTable[note]("made_note", "note")
	memos = trail.NewTable[note]("made_memo", "memo")
)

func audited() []trail.Audited { return append(org.Audited(), notes, memos) }

func modules() []db.Schema {
	const columns = ` (id text not null primary key, version bigint not null, home text not null, title text not null, author text not null, lock boolean not null);`
	return []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "search", FS: search.Schema()},
		{Module: "made", FS: fstest.MapFS{"0901_note.sql": {Data: []byte(`create table made_note` + columns + `create table made_memo` + columns)}}},
	}
}

func noted(t trail.Table[note]) search.Source {
	return search.Source{Kind: t.Kind(), Form: "1", Document: func(e trail.Feed) (search.Document, bool, error) {
		n, ok, err := t.Row(e)
		return search.Document{Home: e.Home, Text: []string{n.Title, n.Author}}, ok && !n.Lock, err
	}}
}

func index() *search.Index { return search.New(append(search.Org(), noted(notes), noted(memos))...) }

// world is a database with an index of it.
type world struct {
	*testing.T
	d   *db.DB
	log *trail.Log
	seq map[string]int64 // the newest entry of each note
}

func begin(t *testing.T, d *db.DB) *world {
	t.Helper()
	return &world{t, d, trail.New(d).Follow(index().Follower()), nil}
}

func (w *world) do(fn func(tx *trail.Tx) error) {
	w.Helper()
	if err := w.log.Do(w.Context(), trail.Act{Actor: "cli:test", Name: "test"}, fn); err != nil {
		w.Fatal(err)
	}
}

// put writes notes of a kind.
func (w *world) put(t trail.Table[note], list ...note) {
	w.Helper()
	w.do(func(tx *trail.Tx) error { return t.Put(w.Context(), tx, list...) })
}

func (w *world) settle() {
	w.Helper()
	if err := w.log.Settle(context.WithoutCancel(w.Context())); err != nil {
		w.Fatal(err)
	}
	type newest struct {
		Thing string `db:"thing"`
		Seq   int64  `db:"seq"`
	}
	w.view(func(r db.Reader) error {
		list, err := db.List[newest](w.Context(), r, `select thing, max(seq) as seq from trail_entry group by thing`)
		w.seq = map[string]int64{}
		for _, n := range list {
			w.seq[n.Thing] = n.Seq
		}
		return err
	})
}

func (w *world) view(fn func(r db.Reader) error) {
	w.Helper()
	if err := w.d.View(w.Context(), fn); err != nil {
		w.Fatal(err)
	}
}

// pages are the things on all pages of a query.
func (w *world) pages(q search.Query) (things []string) {
	w.Helper()
	w.view(func(r db.Reader) error {
		things = nil
		for q.After = (search.Cursor{}); ; {
			hits, next, err := search.Find(w.Context(), r, q)
			if err != nil {
				return err
			}
			if len(hits) > q.Limit || next != (search.Cursor{}) && len(hits) < q.Limit {
				w.Errorf("%d on a page of %d, next %v", len(hits), q.Limit, next)
			}
			for _, h := range hits {
				things = append(things, h.Thing)
			}
			if next == (search.Cursor{}) {
				return nil
			}
			q.After = next
		}
	})
	return things
}

// reach is a scope.
type reach struct {
	every, body bool
	homes       []string // without those of people
	people      []string // homes of people who work in it
}

func (s reach) Every() bool { return s.every }
func (s reach) Body() bool  { return s.every || s.body }

func (s reach) Units() []id.ID {
	if len(s.people) == 0 {
		return nil
	}
	return []id.ID{"somewhere"}
}

func (s reach) Homes() []string { return s.homes }

func (s reach) Where(r db.Reader, args *[]any, column string) string {
	if s.every {
		return column + ` not like 'c:%'`
	}
	all := slices.Concat(s.homes, s.people)
	if s.body {
		all = append(all, "b:")
	}
	return column + ` in ` + db.Among(r, args, all)
}

func (s reach) has(home string) bool {
	if s.every {
		return !strings.HasPrefix(home, "c:")
	}
	return s.body && home == "b:" || slices.Contains(s.homes, home) || slices.Contains(s.people, home)
}

func both(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) { test(begin(t, d)) })
}
