package people

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/search"
)

// maxRead is how many statements are read for what somebody looks for; if more have it, walking through the people in their
// order sooner gives a page, though not at once: people of one name stand together in it.
const maxRead = 4000

// maxKana is maxRead for the beginning of a reading: walking begins there.
const maxKana = 200

// find reads a page of people as org.View.People does, which decides; the index says which statements to look at. Where it is too
// far behind (search.Ready) all are looked at.
func (s snapshot) find(ctx context.Context, q org.PeopleQuery) ([]org.Person, org.Cursor, error) {
	q, ok, err := s.indexed(ctx, q)
	if err != nil || !ok {
		return nil, org.Cursor{}, err
	}
	return s.People(ctx, s, q)
}

// indexed narrows a query for people to the statements that the index names; ok is false where nobody can have what is sought. The
// query is as it was where the index cannot be asked, or names too many, and where the reader sees few people: these are
// read at once.
func (s snapshot) indexed(ctx context.Context, q org.PeopleQuery) (_ org.PeopleQuery, ok bool, err error) {
	words := key(q.Find) // as people are looked for: one word, spaces do not count
	switch {
	case words == "" || q.Few != nil:
		return q, true, nil
	case search.Check(words) != nil: // no name is so long
		return q, false, nil //nolint:nilerr // then nobody has it
	}
	if ready, err := search.Ready(ctx, s); err != nil || !ready {
		return q, true, err
	}
	most := maxRead
	if first, _ := utf8.DecodeRuneInString(words); q.Begins && unicode.Is(unicode.Katakana, first) {
		most = maxKana
	}
	things, some, err := search.Proposed(ctx, s, search.Query{Kinds: []string{org.People.Kind()}, Text: words, Begins: q.Begins, Scope: search.Anywhere{}, Limit: most})
	if err == nil && some {
		q.Among = things
	}
	return q, true, err
}

// suggest reads the first people for what somebody has begun to write: those whose number, name or reading begins so, and then
// those who have it somewhere. Where many begin so, or the index is behind, it is whoever has it, from that reading on.
func (s snapshot) suggest(ctx context.Context, words string, limit int) ([]org.Person, error) {
	if key(words) == "" {
		return nil, nil
	}
	q := s.narrow(org.PeopleQuery{Find: words, Limit: limit})
	var list []org.Person
	for _, begins := range []bool{true, false} {
		q.Begins = begins
		some, ok, err := s.indexed(ctx, q)
		if err != nil || !ok {
			return nil, err
		}
		if begins && some.Among == nil {
			some.After = org.Cursor{Kana: strings.TrimSpace(words)}
		}
		people, _, err := s.People(ctx, s, some)
		if err != nil {
			return nil, err
		}
		for _, p := range people {
			if len(list) < limit && !slices.ContainsFunc(list, func(x org.Person) bool { return x.Person == p.Person }) {
				list = append(list, p)
			}
		}
		if len(list) == limit {
			break
		}
	}
	return list, nil
}

// Suggestion is somebody who may be meant.
type Suggestion struct {
	Person             id.ID
	Number, Name, Kana string
}

// maxSuggested is how many people are suggested.
const maxSuggested = 10

// Suggest says who of the people of today whom somebody sees may be meant by what he has begun to write: ten at most, those first
// whose number, name or reading begins so.
func (d *Directory) Suggest(ctx context.Context, by *access.Actor, words string) ([]Suggestion, error) {
	var list []Suggestion
	err := d.on(ctx, by, d.today(), func(s snapshot) error {
		people, err := s.suggest(ctx, words, maxSuggested)
		list = make([]Suggestion, len(people))
		for i, p := range people {
			list[i] = Suggestion{p.Person, p.Number, p.Name, p.Kana}
		}
		return err
	})
	return list, err
}
