package search

import (
	"context"
	"maps"
	"math/bits"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Name is the name of the follower.
const Name = "search"

// Late is how many entries the index may be behind the trail before it is not to be used (Ready).
const Late = 1000

// layout changes when documents or tokens are made in another way, so that the index is made anew.
const layout = "3"

// Document is what can be found of a thing. It has no title to be shown: whoever shows a thing reads it.
type Document struct {
	Home string
	Text []string // fields: no word is found across two of them
}

// Source says what can be found of the things of one kind.
type Source struct {
	Kind string
	// Form is changed when Document makes something else of the same entry, so that the index is made anew.
	Form string
	// Document makes the document of a thing from its newest entry; ok is false where nothing is to be found. The entry is of a
	// thing that is there; its personal part may be erased ("").
	Document func(e trail.Feed) (d Document, ok bool, err error)
	// Show reads of some things those that the view shows, by thing.
	Show func(ctx context.Context, r db.Reader, v org.View, things []string) (map[string]Item, error)
}

// Index is made from sources.
type Index struct {
	sources map[string]Source
	order   []string // of their kinds
	beside  func(ctx context.Context, r db.Reader) ([]Source, error)
}

// New is an index of some sources, each of another kind. What is found of them is shown in their order.
func New(sources ...Source) *Index {
	x := &Index{sources: map[string]Source{}}
	for _, s := range sources {
		x.sources[s.Kind] = s
		x.order = append(x.order, s.Kind)
	}
	return x
}

// Beside gives the index with sources that the database names, such as of the registers that were adopted. They have no Show.
func (x *Index) Beside(sources func(ctx context.Context, r db.Reader) ([]Source, error)) *Index {
	x.beside = sources
	return x
}

// all are the sources by kind.
func (x *Index) all(ctx context.Context, r db.Reader) (map[string]Source, error) {
	if x.beside == nil {
		return x.sources, nil
	}
	more, err := x.beside(ctx, r)
	all := maps.Clone(x.sources)
	for _, s := range more {
		all[s.Kind] = s
	}
	return all, err
}

// Follower makes the index.
func (x *Index) Follower() trail.Follower { return trail.Follower{Name: Name, Apply: x.apply} }

// form says by which sources and in which way the index is made.
func (x *Index) form(ctx context.Context, r db.Reader) (string, error) {
	words := []string{layout}
	sources, err := x.all(ctx, r)
	for _, kind := range slices.Sorted(maps.Keys(sources)) {
		words = append(words, kind+"="+sources[kind].Form)
	}
	return strings.Join(words, " "), err
}

// Begin has the index made anew where it was made by other sources, as after an update of the program. log follows it.
func (x *Index) Begin(ctx context.Context, log *trail.Log) error {
	var known, form string
	if err := log.DB().View(ctx, func(r db.Reader) (err error) {
		if known, err = formOf(ctx, r); err == nil {
			form, err = x.form(ctx, r)
		}
		return err
	}); err != nil || known == form {
		return err
	}
	if err := log.Rebuild(ctx, Name); err != nil {
		return err
	}
	return log.DB().Update(ctx, func(tx *db.Tx) error { return setForm(ctx, tx, form) })
}

// Ready says whether the index can be used: it has begun, and is no more than Late entries behind the trail. It is not after a
// large import or while it is made anew, for some seconds.
func Ready(ctx context.Context, r db.Reader) (bool, error) {
	taken, behind, err := trail.Following(ctx, r, Name, Late+1)
	return err == nil && behind <= Late && (taken > 0 || behind == 0), err
}

// document is a row.
type document struct {
	seq              int64
	kind, thing      string
	home, find, toks string
}

// apply takes in entries: of each thing the newest counts.
func (x *Index) apply(ctx context.Context, tx *db.Tx, entries []trail.Feed) error {
	if entries[0].Seq == 0 {
		if err := clearAll(ctx, tx); err != nil {
			return err
		}
	}
	sources, err := x.all(ctx, tx)
	if err != nil {
		return err
	}
	newest, erased := map[[2]string]trail.Feed{}, false
	for _, e := range entries {
		erased = erased || e.Kind == trail.KindErasure
		if _, ok := sources[e.Kind]; ok {
			newest[[2]string{e.Kind, e.Thing}] = e
		}
	}
	things := map[string][]string{}
	var docs []document
	for _, e := range newest {
		things[e.Kind] = append(things[e.Kind], e.Thing)
		if e.Gone {
			continue
		}
		d, ok, err := sources[e.Kind].Document(e)
		if err != nil {
			return err
		}
		if ok {
			docs = append(docs, d.row(e))
		}
	}
	slices.SortFunc(docs, func(a, b document) int { return int(a.seq - b.seq) })
	for _, kind := range slices.Sorted(maps.Keys(things)) {
		if err := remove(ctx, tx, kind, things[kind]); err != nil {
			return err
		}
	}
	if err := insert(ctx, tx, docs); err != nil {
		return err
	}
	return tidy(ctx, tx, erased, bits.Len64(uint64(entries[0].Seq)) != bits.Len64(uint64(entries[len(entries)-1].Seq+1)))
}

func (d Document) row(e trail.Feed) document {
	find := findText(d.Text)
	return document{seq: e.Seq, kind: e.Kind, thing: e.Thing, home: d.Home, find: find, toks: tokens(e.Kind, d.Home, find)}
}
