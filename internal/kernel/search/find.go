package search

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
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
	Sort  string `db:"sort"`
}

// Cursor is the place of a document: by kind, then Sort, then thing.
type Cursor struct {
	Kind  string `db:"kind"`
	Sort  string `db:"sort"`
	Thing string `db:"thing"`
}

// Cursor is the place after which the next page begins.
func (h Hit) Cursor() Cursor { return Cursor{h.Kind, h.Sort, h.Thing} }

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
	ask   ask
	scope Scope
	from  *Cursor
}

const (
	maxHomes = 100  // so many homes are asked for in the index; more are a condition after it
	few      = 1000 // candidates are sorted without a second thought
	strides  = 5000 // documents are walked through in their order, in the hope of a full page
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
	var what, where ask
	for i, w := range words {
		if q.Begins {
			words[i] = " " + w
		}
		what.has(words[i])
	}
	if homes, ok := homesOf(q.Scope); ok {
		if len(homes) == 0 {
			return nil, nil
		}
		where.any(homes...)
	}
	var list []sought
	for _, kind := range slices.Compact(slices.Sorted(slices.Values(q.Kinds))) {
		if kind < q.After.Kind {
			continue
		}
		s := sought{kind: kind, words: words, ask: slices.Concat(what, where), scope: q.Scope}
		s.ask.any(kindToken(kind))
		if kind == q.After.Kind {
			s.from = &q.After
		}
		list = append(list, s)
	}
	return list, nil
}

// homesOf are the tokens of a scope; ok is false where they are too many, or the scope is everything.
func homesOf(s Scope) (tokens []string, ok bool) {
	homes := s.Homes()
	if s.Every() || len(homes) > maxHomes {
		return nil, false
	}
	for _, h := range homes {
		tokens = append(tokens, homeToken(h))
	}
	if s.Body() {
		tokens = append(tokens, homeToken("b:"))
	}
	if s.Body() || len(s.Units()) > 0 {
		tokens = append(tokens, personToken)
	}
	return tokens, true
}

// Find gives a page of candidates in their order, kind by kind, and where the next begins; zero after the last. Invalid where the
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

// find reads the first hits. What many documents hold is not sorted but met on the way through them in their order; where that
// does not fill the page, it must be sorted after all.
func (s sought) find(ctx context.Context, r db.Reader, limit int) ([]Hit, error) {
	n, err := proposed(ctx, r, s, few+1)
	if err != nil || n == 0 {
		return nil, err
	}
	if n > few {
		if list, err := walked(ctx, r, s, limit, strides); err != nil || len(list) == limit {
			return list, err
		}
	}
	return sorted(ctx, r, s, limit)
}

// All gives every candidate, in no order, where there are no more than q.Limit. ok is false where there are more: then about
// everything looked at has the words, and whoever walks through the rows in his own order soon has a page of them.
func All(ctx context.Context, r db.Reader, q Query) (list []Hit, ok bool, err error) {
	q.After = Cursor{}
	all, err := q.sought()
	if err != nil {
		return nil, false, err
	}
	for _, s := range all {
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
