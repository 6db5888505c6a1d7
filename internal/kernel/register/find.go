package register

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/search"
)

// Search gives the entries that hold words in what is searched, of those that the reader may see and that match: the newest first,
// and where the next page begins. Before the index is ready it is Unavailable.
func (d *Desk) Search(words string, q Query, after search.Cursor) ([]Entry, search.Cursor, error) {
	if err := search.Check(words); err != nil {
		return nil, search.Cursor{}, err
	}
	if ready, err := search.Ready(d.ctx, d.r); err != nil || !ready {
		if err == nil {
			err = errs.New(errs.Unavailable, "索引を作っています。少し待ってから、もう一度さがしてください。")
		}
		return nil, search.Cursor{}, err
	}
	return search.Shown(d.ctx, d.r, search.Query{Kinds: []string{d.Name}, Text: words, Scope: d.Seeing(), After: after, Limit: q.Limit},
		func(ctx context.Context, r db.Reader, hits []search.Hit) (map[search.Hit]Entry, error) {
			ids := make([]string, len(hits))
			for i, h := range hits {
				ids[i] = h.Thing
			}
			entries, err := d.entries(ctx, r, ids)
			if err != nil {
				return nil, err
			}
			byID, err := d.shown(ctx, r, entries, words, q)
			found := map[search.Hit]Entry{}
			for _, h := range hits {
				if e, ok := byID[h.Thing]; ok {
					found[h] = e
				}
			}
			return found, err
		})
}

// shown are those of some entries that the reader may see, that match and that hold words in what is searched today, by id.
func (d *Desk) shown(ctx context.Context, r db.Reader, entries []Entry, words string, q Query) (map[string]Entry, error) {
	homes := make([]string, len(entries))
	for i, e := range entries {
		homes[i] = e.Home
	}
	seen, err := d.Seeing().Seen(ctx, r, homes...)
	if err != nil {
		return nil, err
	}
	byID, veiled := map[string]Entry{}, d.veiled()
	for _, e := range entries {
		if !seen[e.Home] || !d.matches(e, q) {
			continue
		}
		if veiled {
			text, err := d.words(e)
			if err != nil {
				return nil, err
			}
			if !search.Holds(text, words) {
				continue
			}
		}
		byID[string(e.ID)] = e
	}
	return byID, nil
}

// matches says in memory what filters say in SQL.
func (b *Book) matches(e Entry, q Query) bool {
	if q.State != "" && e.State != q.State {
		return false
	}
	keys := b.keys(e)
	for _, f := range q.Filters {
		c, ok := b.listed(f.Field)
		if !ok || !f.holds(keys[slices.IndexFunc(b.columns, func(x column) bool { return x.name == c.name })]) {
			return false
		}
	}
	return true
}

func (f Filter) holds(key string) bool {
	switch {
	case f.Option != "":
		return strings.Contains(key, ","+f.Option+",")
	case f.From != "" || f.To != "":
		return key != "" && key >= f.From && (f.To == "" || key <= f.To)
	case len(f.Keys) == 0:
		return key == ""
	}
	return slices.Contains(f.Keys, key)
}

// FilterBy makes a filter of what somebody has chosen or written for a field: an option, a level of an axis as AXIS=LEVEL, a day or
// a number as FROM~TO, words as they are; "-" for what is empty. problem says why there is none.
func (d *Desk) FilterBy(f Field, words string) (_ Filter, problem string) {
	by := Filter{Field: f.ID}
	if words == "-" {
		return by, ""
	}
	c, ok := d.listed(f.ID)
	if !ok {
		return by, "この項目では絞り込めません。"
	}
	switch f.Type { //nolint:exhaustive // the others are compared whole
	case TypeClass:
		by.Keys = c.of.classKeys(words) // as the column compares, which may be of an edition yet to come
		if by.Keys == nil {
			return by, "その分類はありません。"
		}
		return by, ""
	case TypeDate, TypeDatetime, TypeNumber, TypePeriod:
		return d.between(f, c, words)
	case TypeChoice:
		if f.Many {
			if !slices.ContainsFunc(f.Options, func(o cond.Option) bool { return o.ID == words }) {
				return by, "その選択肢はありません。"
			}
			by.Option = words
			return by, ""
		}
	}
	value, problem := f.reads(words, d.names)
	if one, ok := value.(string); ok && f.Many {
		by.Option = one
	} else if problem == "" {
		by.Keys = []string{c.field.key(value, c.of.Classes)}
	}
	return by, problem
}

// between reads FROM~TO, of which either may be missing; one value alone is both.
func (d *Desk) between(f Field, c column, words string) (Filter, string) {
	by := Filter{Field: f.ID}
	from, to, both := strings.Cut(strings.NewReplacer("～", "~", "〜", "~").Replace(words), "~")
	if !both {
		to = from
	}
	one := f
	if f.Type == TypePeriod || f.Type == TypeDatetime {
		one.Type = TypeDate
	}
	for _, end := range []struct {
		words string
		into  *string
	}{{from, &by.From}, {to, &by.To}} {
		if strings.TrimSpace(end.words) == "" {
			continue
		}
		value, problem := one.reads(end.words, d.names)
		if problem != "" {
			return by, problem
		}
		*end.into = one.key(value, c.of.Classes)
	}
	if by.From == "" && by.To == "" {
		return by, "どちらかの端を書いてください。" // else it would be what is empty
	}
	if f.Type == TypeDatetime && by.To != "" {
		by.To += "T24" // the whole day
	}
	return by, ""
}

// classKeys are the keys of all classes of which an axis, or the overall level, is at a level: AXIS=LEVEL.
func (c Classes) classKeys(words string) []string {
	axis, level, _ := strings.Cut(words, "=")
	var keys []string
	for _, class := range c.all() {
		if class[axis] == level && level != "" || c.Overall != nil && axis == c.Overall.ID && c.Reached(class) == level {
			keys = append(keys, c.key(class))
		}
	}
	return keys
}

// all are the classes that there are.
func (c Classes) all() []Class {
	list := []Class{{}}
	for _, a := range c.Axes {
		var longer []Class
		for _, class := range list {
			for _, level := range a.Levels {
				one := Class{a.ID: level}
				for k, v := range class {
					one[k] = v
				}
				longer = append(longer, one)
			}
		}
		list = longer
	}
	return list
}

// CursorOf is the place of an entry in a list, so that an address names the entry. NotFound where the reader does not see it.
func (d *Desk) CursorOf(entry id.ID, q Query) (*Cursor, error) {
	e, err := d.Get(entry)
	if err != nil {
		return nil, err
	}
	c := &Cursor{ID: e.ID}
	switch i := slices.IndexFunc(d.columns, func(c column) bool { return c.field.ID == q.Sort }); {
	case q.Sort != "" && i >= 0:
		c.Key = d.keys(e)[i]
	case d.Volume == Log:
		c.Key = string(e.Happened)
	}
	return c, nil
}
