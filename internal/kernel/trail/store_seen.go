package trail

import (
	"context"
	"math"

	"sekimori/internal/base/db"
)

// few says whether to begin with the things that the reader may see and not with the newest entries: with n of them in a log of so
// many entries that is about n entries read, and limit * entries / n the other way round.
func (s Seen) few(ctx context.Context, r db.Reader) (bool, error) {
	if s.Few == nil {
		return false, nil
	}
	head, err := headOf(ctx, r)
	if err != nil {
		return false, err
	}
	const limit = 50
	most := int(math.Sqrt(limit * float64(head.Size+1)))
	var args []any
	within := s.Few(&args)
	args = append(args, most+1)
	n, err := db.Get[int](ctx, r, `select count(*) from (select 1 from trail_thing t where t.home in (`+within+`) limit `+last(args)+`) n`, args...)
	return n <= most, err
}

// within narrows entries e to what the reader may see, and says from where they are read with their acts a; the order is that of
// reading. byAct says that the acts are narrowed as well, so that it may be better to begin with them.
//
// SQLite builds a filter over all rows of a table that is joined on a condition, which takes longer than reading the page: hence
// outer joins, and conditions that hold without a row as far as it knows.
func (w *where) within(s Seen, few, byAct bool) (from string) {
	from = `trail_entry e left join trail_act a on a.id = e.act`
	if byAct {
		from = `trail_entry e join trail_act a on a.id = e.act`
	}
	switch {
	case s.Where == nil:
		return from
	case few:
		w.parts = append(w.parts, `t.home in (`+s.Few(&w.args)+`)`, `e.kind = t.kind`, `e.thing = t.thing`)
		return `trail_thing t cross join ` + from
	}
	w.parts = append(w.parts, s.Where(&w.args, s.home()))
	return from + things
}

// things joins where things are now.
const things = ` left join trail_thing t on t.kind = e.kind and t.thing = e.thing`

// home is where the thing of an entry is now, as far as the reader is to know.
func (s Seen) home() string {
	if s.Pending {
		return `coalesce(t.home, e.home)`
	}
	return `coalesce(t.home, '')`
}

// left is a query for what the entries e of the act a give that the reader may see.
func (w *where) left(s Seen) func(what, rest string) string {
	from, where := `trail_entry e`, `e.act = a.id`
	if s.Where != nil {
		from += things
		where += ` and ` + s.Where(&w.args, s.home())
	}
	return func(what, rest string) string {
		return `(select ` + what + ` from ` + from + ` where ` + where + rest + `)`
	}
}
