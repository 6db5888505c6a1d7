package people

import (
	"context"

	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/search"
)

// maxRead is how many statements are read for what somebody looks for; if more have it, walking through the people in their
// order soon gives a page.
const maxRead = 1000

// find reads a page of people as org.View.People does, which decides; the index says which statements to look at. Where it is too
// far behind (search.Ready) all are looked at.
func (s snapshot) find(ctx context.Context, q org.PeopleQuery) ([]org.Person, org.Cursor, error) {
	words := key(q.Find) // as people are looked for: one word, spaces do not count
	if words == "" {
		return s.People(ctx, s, q)
	}
	if search.Check(words) != nil { // no name is so long
		return nil, org.Cursor{}, nil //nolint:nilerr // then nobody has it
	}
	ready, err := search.Ready(ctx, s)
	if err != nil {
		return nil, org.Cursor{}, err
	}
	if ready {
		hits, ok, err := search.All(ctx, s, search.Query{Kinds: []string{org.People.Kind()}, Text: words, Scope: search.Anywhere{}, Limit: maxRead})
		if err != nil {
			return nil, org.Cursor{}, err
		}
		if ok {
			q.Among = make([]id.ID, len(hits))
			for i, h := range hits {
				q.Among[i] = id.ID(h.Thing)
			}
		}
	}
	return s.People(ctx, s, q)
}
