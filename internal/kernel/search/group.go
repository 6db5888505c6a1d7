package search

import (
	"cmp"
	"context"
	"slices"

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
	Order string // its place among its kind
}

// Group is what was found of one kind.
type Group struct {
	Kind  string
	Items []Item
	More  bool // there are more than these
}

// sortable is how many candidates are read for a group, to show the first in their order. Where there are more, it shows those that
// were changed last.
const sortable = 200

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
		g, err := x.group(ctx, r, v, Query{Kinds: []string{kind}, Text: text, Scope: scope}, limit)
		if err != nil {
			return nil, err
		}
		if len(g.Items) > 0 {
			groups = append(groups, g)
		}
	}
	return groups, nil
}

func (x *Index) group(ctx context.Context, r db.Reader, v org.View, q Query, limit int) (Group, error) {
	g := Group{Kind: q.Kinds[0]}
	q.Limit = sortable
	hits, ok, err := All(ctx, r, q)
	if err != nil {
		return g, err
	}
	if !ok {
		q.Limit = limit
		list, next, err := Shown(ctx, r, q, x.read(v))
		g.Items, g.More = list, next != Cursor{}
		return g, err
	}
	shown, err := x.read(v)(ctx, r, hits)
	for _, item := range shown {
		g.Items = append(g.Items, item)
	}
	slices.SortFunc(g.Items, func(a, b Item) int { return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Thing, b.Thing)) })
	if g.More = len(g.Items) > limit; g.More {
		g.Items = g.Items[:limit]
	}
	return g, err
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
