package trail

import (
	"context"
	"fmt"
	"math"
	"strings"

	"sekimori/internal/base/db"
)

const selectEntry = `select e.seq, e.act, a.at, a.actor, a.authority, a.name, a.detail, a.note, e.kind, e.thing, e.version, e.home, e.gone, e.public, e.personal,
	a.note = '' and a.note_hash <> '' as note_erased, e.personal = '' and e.personal_hash <> '' as personal_erased from `

// where gathers conditions with their arguments; %d in one is the place of its argument.
type where struct {
	parts []string
	args  []any
}

func (w *where) add(condition string, arg any) {
	w.args = append(w.args, arg)
	w.parts = append(w.parts, fmt.Sprintf(condition, len(w.args)))
}

// unsealed leaves out what the reader is not shown. An act whose seal never opens is shown to nobody but who holds it.
func (w *where) unsealed(seen Seen) {
	w.args = append(w.args, seen.Now)
	now := len(w.args)
	open := fmt.Sprintf(`a.opens <> '' and a.opens <= $%d`, now)
	if len(seen.Withheld) > 0 {
		open += ` and a.seal not in ` + db.In(&w.args, seen.Withheld)
	}
	w.parts = append(w.parts, fmt.Sprintf(`case when a.seal = '' then true else %s or a.seal in %s end`, open, db.In(&w.args, seen.Seals)))
}

// by narrows to acts of some actors.
func (w *where) by(actors []string) {
	if actors != nil {
		w.parts = append(w.parts, `a.actor in `+db.In(&w.args, actors))
	}
}

func (w *where) String() string { return " where " + strings.Join(w.parts, " and ") }

func versionsOf(ctx context.Context, r db.Reader, kind, thing string, before int64, limit int, seen Seen) ([]Entry, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	w := &where{}
	w.add(`e.kind = $%d`, kind)
	w.add(`e.thing = $%d`, thing)
	w.add(`e.version < $%d`, before)
	w.unsealed(seen)
	from := w.within(seen, false, false)
	w.args = append(w.args, limit)
	return db.List[Entry](ctx, r, selectEntry+from+w.String()+fmt.Sprintf(` order by e.version desc limit $%d`, len(w.args)), w.args...)
}

// searchEntries reads one more than the limit, if there are more.
func searchEntries(ctx context.Context, r db.Reader, q Query, seen Seen) ([]Entry, error) {
	few, err := seen.few(ctx, r)
	if err != nil {
		return nil, err
	}
	w := &where{parts: []string{`e.seq is not null`}}
	for _, c := range []struct{ condition, value string }{
		{`e.kind = $%d`, q.Kind},
		{`e.thing = $%d`, q.Thing},
		{`e.home = $%d`, q.Home},
		{`e.act = $%d`, string(q.Act)},
		{`a.actor = $%d`, q.Actor},
		{`a.name = $%d`, q.Name},
		{`a.at >= $%d`, string(q.From)},
		{`a.at < $%d`, string(q.To)},
	} {
		if c.value != "" {
			w.add(c.condition, c.value)
		}
	}
	if q.After > 0 {
		w.add(`e.seq < $%d`, q.After)
	}
	w.by(q.Actors)
	w.unsealed(seen)
	from := w.within(seen, few, q.Actor != "" || q.Actors != nil || q.Name != "" || q.From != "" || q.To != "")
	w.args = append(w.args, q.Limit+1)
	return db.List[Entry](ctx, r, selectEntry+from+w.String()+fmt.Sprintf(` order by e.seq desc limit $%d`, len(w.args)), w.args...)
}
