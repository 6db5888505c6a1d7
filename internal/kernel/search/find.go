package search

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

// Scope is the homes in which somebody may look (kernel/access). Body says that it reaches what belongs to the whole body, Units
// which units it reaches, and with them the people who work there; Homes lists the homes that it reaches one by one. Where is
// the whole rule.
type Scope interface {
	Every() bool
	Body() bool
	Units() []id.ID
	Homes() []string
	Where(r db.Reader, args *[]any, column string) string
}

// Anywhere is the scope of candidates whose rows are then read within the scope of whoever asks: what lies outside costs a little.
type Anywhere struct{}

// Every is true.
func (Anywhere) Every() bool { return true }

// Body is true.
func (Anywhere) Body() bool { return true }

// Units are not listed.
func (Anywhere) Units() []id.ID { return nil }

// Homes are not listed.
func (Anywhere) Homes() []string { return nil }

// Where is no condition.
func (Anywhere) Where(db.Reader, *[]any, string) string { return `1 = 1` }

// Query says what to find.
type Query struct {
	Kinds  []string // of things; none finds nothing
	Text   string   // words with spaces between: all of them are in what is found
	Begins bool     // each word begins a field
	Scope  Scope
	After  Cursor // where the page before ended; zero for the first
	Limit  int
}

// Hit is a candidate: the row may say otherwise, or may not be known yet. See Shown.
type Hit struct {
	Kind  string `db:"kind"`
	Thing string `db:"thing"`
	Home  string `db:"home"`
	Seq   int64  `db:"seq"` // of its newest entry
}

// Cursor is the place of a document: by kind, and then the one that was changed last comes first. What is changed while somebody
// turns pages comes to the front.
type Cursor struct {
	Kind string `db:"kind"`
	Seq  int64  `db:"seq"`
}

// Cursor is the place after which the next page begins.
func (h Hit) Cursor() Cursor { return Cursor{h.Kind, h.Seq} }

// At is the place of a thing, so that an address names the thing and not its words. NotFound where it is not in the index.
func At(ctx context.Context, r db.Reader, kind, thing string) (Cursor, error) {
	list, err := cursorOf(ctx, r, kind, thing)
	if err == nil && len(list) == 0 {
		err = errs.Wrap(db.ErrNotFound, errs.NotFound, "続きの位置が分かりません。はじめから検索してください。")
	}
	if err != nil {
		return Cursor{}, err
	}
	return list[0], nil
}

// sought is a query for one kind.
type sought struct {
	kind  string
	words []string
	ask   ask // for the words
	scope Scope
	from  *Cursor
}

const (
	maxHomes = 100  // so many homes are asked for in the index; more are a condition after it
	nearby   = 6000 // so many documents in the homes of a scope are read through
	strides  = 2000 // so many of the newest documents are read through in the hope of a full page
	rare     = 1000 // so many documents that the index proposes for the words are compared with kind and scope one by one
)

// Check says what of a query's text cannot be looked for: Invalid where it is too long.
func Check(text string) error {
	if utf8.RuneCountInString(text) > maxQuery || len(wordsOf(text)) > maxWords {
		return errs.New(errs.Invalid, "さがす言葉が長すぎます。%d文字、%d語までにしてください。", maxQuery, maxWords)
	}
	return nil
}

// sought is the query for each of its kinds from the cursor on, in their order; none where nothing can be found.
func (q Query) sought() ([]sought, error) {
	if q.Scope == nil {
		return nil, errors.New("search: a query without a scope")
	}
	if err := Check(q.Text); err != nil {
		return nil, err
	}
	words := wordsOf(q.Text)
	if len(words) == 0 {
		return nil, nil
	}
	var what ask
	for i, w := range words {
		if q.Begins {
			words[i] = " " + w
		}
		what.has(words[i])
	}
	var list []sought
	for _, kind := range slices.Compact(slices.Sorted(slices.Values(q.Kinds))) {
		if kind < q.After.Kind {
			continue
		}
		s := sought{kind: kind, words: words, ask: what, scope: q.Scope}
		if kind == q.After.Kind {
			s.from = &q.After
		}
		list = append(list, s)
	}
	return list, nil
}

// homes are those of a scope, if they are no more than the index is asked for. people says that it reaches homes of people
// besides, which are not listed.
func homesOf(s Scope) (homes []string, people, ok bool) {
	homes = slices.Clone(s.Homes())
	if s.Every() || len(homes) >= maxHomes {
		return nil, false, false
	}
	if s.Body() {
		homes = append(homes, trail.Body)
	}
	return homes, s.Body() || len(s.Units()) > 0, true
}

// in is what the index is asked for with the homes of a scope.
func (a ask) in(homes []string, people bool) ask {
	var tokens []string
	for _, h := range homes {
		tokens = append(tokens, homeToken(h))
	}
	if people {
		tokens = append(tokens, personToken)
	}
	return a.any(tokens...)
}

// kind is what the index is asked for with a kind.
func (a ask) kind(kind string) ask { return a.any(kindToken(kind)) }

// Find gives a page of candidates, kind by kind, those first that were changed last, and where the next page begins; zero after the last. Invalid where the
// text is too long (Check); nothing where it holds no word.
func Find(ctx context.Context, r db.Reader, q Query) ([]Hit, Cursor, error) {
	all, err := q.sought()
	if err != nil {
		return nil, Cursor{}, err
	}
	var list []Hit
	for _, s := range all {
		hits, err := s.find(ctx, r, q.Limit+1-len(list))
		if err != nil {
			return nil, Cursor{}, err
		}
		if list = append(list, hits...); len(list) > q.Limit {
			list = list[:q.Limit]
			return list, list[q.Limit-1].Cursor(), nil
		}
	}
	return list, Cursor{}, nil
}

// find reads the first hits in the way that costs least: where few documents lie in the scope it reads them; what many hold is
// among the newest; for all else it asks the index.
func (s sought) find(ctx context.Context, r db.Reader, limit int) ([]Hit, error) {
	homes, people, listed := homesOf(s.scope)
	if listed && people {
		some, err := ofPeople(ctx, r, s.kind)
		if err != nil {
			return nil, err
		}
		people = some
	}
	if listed && !people {
		if n, err := lying(ctx, r, s.kind, homes, nearby+1); err != nil || n == 0 {
			return nil, err
		} else if n <= nearby {
			return scanned(ctx, r, s, homes, limit)
		}
	}
	if list, err := walked(ctx, r, s, limit, strides); err != nil || len(list) == limit {
		return list, err
	}
	n, err := proposed(ctx, r, s.ask, rare+1)
	if err != nil || n == 0 {
		return nil, err
	}
	if n > rare {
		if s.ask = s.ask.kind(s.kind); listed {
			s.ask = s.ask.in(homes, people)
		}
	}
	return matched(ctx, r, s, limit)
}

// All gives every candidate, in no order, where there are no more than q.Limit; else ok is false.
func All(ctx context.Context, r db.Reader, q Query) (list []Hit, ok bool, err error) {
	q.After = Cursor{}
	all, err := q.sought()
	if err != nil {
		return nil, false, err
	}
	for _, s := range all {
		if s.ask, ok = s.whole(); !ok {
			continue
		}
		hits, err := some(ctx, r, s, q.Limit+1-len(list))
		if err != nil {
			return nil, false, err
		}
		if list = append(list, hits...); len(list) > q.Limit {
			return nil, false, nil
		}
	}
	return list, true, nil
}

// whole is all that the index can be asked for; ok is false where nothing lies in the scope.
func (s sought) whole() (a ask, ok bool) {
	a = s.ask.kind(s.kind)
	homes, people, listed := homesOf(s.scope)
	if listed {
		a = a.in(homes, people)
	}
	return a, !listed || people || len(homes) > 0
}

// Proposed is a query for the things of one kind that the index proposes for the words of q, in a column called value: what is joined
// with it must be compared with the words and the scope again. ok is false where they are more than q.Limit: then somebody who
// walks through the rows in his own order soon meets a page of them.
func Proposed(ctx context.Context, r db.Reader, q Query) (things func(args *[]any) string, ok bool, err error) {
	all, err := q.sought()
	if err != nil {
		return nil, false, err
	}
	if len(all) > 1 {
		return nil, false, errors.New("search: proposals of several kinds")
	}
	nothing := func(*[]any) string { return `select thing as value from search_document where 1 = 0` }
	if len(all) == 0 {
		return nothing, true, nil
	}
	s := all[0]
	if s.ask, ok = s.whole(); !ok {
		return nothing, true, nil
	}
	if n, err := proposed(ctx, r, s.ask, q.Limit+1); err != nil || n > q.Limit {
		return nil, false, err
	}
	return func(args *[]any) string { return proposals(r, args, s) }, true, nil
}

// Read gives of some candidates those that may be shown, by what it reads through the view of whoever asks.
type Read[T any] func(ctx context.Context, r db.Reader, hits []Hit) (map[Hit]T, error)

// Shown gives a page of what may be shown of the candidates: it goes on until the page is full or there are no more.
func Shown[T any](ctx context.Context, r db.Reader, q Query, read Read[T]) (list []T, next Cursor, err error) {
	limit := q.Limit
	for q.Limit = limit + 1; ; q.Limit = min(2*q.Limit, 1000) {
		hits, more, err := Find(ctx, r, q)
		if err != nil {
			return nil, Cursor{}, err
		}
		shown, err := read(ctx, r, hits)
		if err != nil {
			return nil, Cursor{}, err
		}
		for _, h := range hits {
			x, ok := shown[h]
			switch {
			case !ok:
			case len(list) == limit: // somebody comes after the last
				return list, next, nil
			default:
				list, next = append(list, x), h.Cursor()
			}
		}
		if q.After = more; more == (Cursor{}) {
			return list, Cursor{}, nil
		}
	}
}

// Count counts what may be shown, up to most.
func Count[T any](ctx context.Context, r db.Reader, q Query, read Read[T], most int) (int, error) {
	q.After, q.Limit = Cursor{}, most
	list, _, err := Shown(ctx, r, q, read)
	return len(list), err
}
