package register

import (
	"context"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
)

// linksFollower is the name of the follower of links.
const linksFollower = "links"

// Shelves gives the registers of a day.
type Shelves func(ctx context.Context, r db.Reader, on jpdate.Date) (*Shelf, error)

// Links is the follower that keeps which entry names which: by it a page shows what refers to it.
func Links(shelves Shelves) trail.Follower {
	return trail.Follower{Name: linksFollower, Apply: func(ctx context.Context, tx *db.Tx, entries []trail.Feed) error {
		if entries[0].Seq == 0 {
			if err := clearLinks(ctx, tx); err != nil {
				return err
			}
		}
		shelf, err := shelves(ctx, tx, jpdate.Today(tx.Now))
		if err != nil {
			return err
		}
		newest := map[[2]string]trail.Feed{}
		for _, e := range entries {
			newest[[2]string{e.Kind, e.Thing}] = e
		}
		for _, e := range newest {
			b, ok := shelf.Ever(e.Kind)
			if !ok || !b.refers() {
				continue
			}
			links, err := b.links(e)
			if err != nil {
				return err
			}
			if err := setLinks(ctx, tx, e.Kind, id.ID(e.Thing), links); err != nil {
				return err
			}
		}
		return nil
	}}
}

// refers says whether any edition has a field that names entries.
func (b *Book) refers() bool {
	for _, e := range b.past {
		if len(references(e.Fields)) > 0 {
			return true
		}
	}
	return false
}

// references are the fields that name entries, and the tables with a column that does. What is to be read under record names
// nothing here: who is shown a link has read it.
func references(fields []Field) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool {
		return f.Restricted || f.Type != TypeRef && len(references(f.Fields)) == 0
	})
}

// links are what an entry names, as the edition says under which it was written.
func (b *Book) links(feed trail.Feed) ([]link, error) {
	e, ok, err := b.Table.Row(feed)
	if err != nil || !ok || feed.Gone {
		return nil, err
	}
	data, err := e.Read()
	if err != nil {
		return nil, err
	}
	var links []link
	under := b.Under(e.Pack)
	name := func(field string, f Field, said Data) {
		for _, to := range said.List(f.ID) {
			links = append(links, link{b.Name, e.ID, field, under.Regime + "." + f.To, id.ID(to)})
		}
	}
	for _, f := range references(under.Fields) {
		if f.Type == TypeRef {
			name(f.ID, f, data)
		}
		for _, row := range data.Rows(f.ID) {
			for _, c := range references(f.Fields) {
				name(f.ID, c, row)
			}
		}
	}
	return links, nil
}

// Found are the sources by which the search finds entries: by their numbers, and the words in fields that are to be searched.
func Found(shelves Shelves, now func() time.Time) func(ctx context.Context, r db.Reader) ([]search.Source, error) {
	return func(ctx context.Context, r db.Reader) ([]search.Source, error) {
		shelf, err := shelves(ctx, r, jpdate.Today(now()))
		if err != nil {
			return nil, err
		}
		list := make([]search.Source, len(shelf.books))
		for i, b := range shelf.books {
			list[i] = search.Source{Kind: b.Name, Form: b.searched(), Document: b.document}
		}
		return list, nil
	}
}

// document is what can be found of an entry.
func (b *Book) document(feed trail.Feed) (search.Document, bool, error) {
	e, ok, err := b.Table.Row(feed)
	if err != nil || !ok { // a version of which a part was erased is not the newest
		return search.Document{}, false, err
	}
	words, err := b.words(e)
	if err != nil {
		return search.Document{}, false, err
	}
	return search.Document{Home: e.Home, Text: words}, true, nil
}

// words are what of an entry is found.
func (b *Book) words(e Entry) ([]string, error) {
	data, err := e.Read()
	if err != nil {
		return nil, err
	}
	words, under := []string{e.Number}, b.Under(e.Pack)
	for _, f := range under.Fields {
		if f.searched() && !b.veils(f.ID) {
			if s := f.Say(data[f.ID], under.Classes, silent{}); s != "" {
				words = append(words, s)
			}
		}
	}
	return words, nil
}

// veiled says that something is read under record only that editions before let be found: until the index is made anew, at the next
// start, it holds what is found no longer.
func (b *Book) veiled() bool {
	return slices.ContainsFunc(b.past, func(e *Edition) bool {
		return slices.ContainsFunc(e.Fields, func(f Field) bool { return f.searched() && b.veils(f.ID) })
	})
}

// searched says whether the words of the field are found. What is to be read under record is not.
func (f Field) searched() bool { return f.Search && !f.Restricted }

// veils says that the edition in force has a field read under record only, whatever editions before it said.
func (b *Book) veils(field string) bool {
	if b.Edition == nil {
		return false
	}
	f, _ := b.Field(field)
	return f.Restricted
}

// searched says which fields are found.
func (b *Book) searched() string {
	var words []string
	for _, e := range b.past {
		for _, f := range e.Fields {
			if f.searched() && !b.veils(f.ID) {
				words = append(words, e.Pack[:8]+f.ID)
			}
		}
	}
	return strings.Join(words, ",")
}

// silent knows no names.
type silent struct{}

// Find implements Names.
func (silent) Find(Field, string) (any, string) { return nil, "" }

// Called implements Names.
func (silent) Called(Field, string) string { return "" }

// Written implements Names.
func (silent) Written(Field, string) string { return "" }
