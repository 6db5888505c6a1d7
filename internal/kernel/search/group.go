package search

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/org"
)

// Item is something that was found, as it is on the day.
type Item struct {
	Kind  string
	Thing string // as the trail names it
	ID    string // what it is about, where that is another: the person of a statement
	Title string
	Note  string // what else tells it apart
}

// Group is what was found of one kind.
type Group struct {
	Kind  string
	Items []Item
	More  bool // there are more than these
}

// Groups finds things of all kinds for one field in which somebody looks for anything, at most limit of each kind. A kind that
// has no scope in scopes is not looked for; one of which nothing is found is left out. While the index is behind (Ready), things
// are missing. The error is that of Find.
func (x *Index) Groups(ctx context.Context, r db.Reader, v org.View, text string, scopes map[string]Scope, limit int) ([]Group, error) {
	var groups []Group
	for _, kind := range x.order {
		scope, ok := scopes[kind]
		if !ok || x.sources[kind].Show == nil {
			continue
		}
		list, next, err := Shown(ctx, r, Query{Kinds: []string{kind}, Text: text, Scope: scope, Limit: limit}, x.read(v))
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			groups = append(groups, Group{kind, list, next != Cursor{}})
		}
	}
	return groups, nil
}

// read shows candidates of one kind.
func (x *Index) read(v org.View) Read[Item] {
	return func(ctx context.Context, r db.Reader, hits []Hit) (map[Hit]Item, error) {
		if len(hits) == 0 {
			return nil, nil
		}
		things := make([]string, len(hits))
		for i, h := range hits {
			things[i] = h.Thing
		}
		shown, err := x.sources[hits[0].Kind].Show(ctx, r, v, things)
		items := map[Hit]Item{}
		for _, h := range hits {
			if item, ok := shown[h.Thing]; ok {
				item.Kind, item.Thing = h.Kind, h.Thing
				items[h] = item
			}
		}
		return items, err
	}
}
