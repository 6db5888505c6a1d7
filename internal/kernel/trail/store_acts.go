package trail

import (
	"context"
	"fmt"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// searchActs reads one more than the limit, if there are more. Entries count from 0 within their act.
func searchActs(ctx context.Context, r db.Reader, q Query, after id.ID, seen Seen) ([]Deed, error) {
	w := &where{}
	for _, c := range []struct{ condition, value string }{
		{`a.actor = $%d`, q.Actor},
		{`a.name = $%d`, q.Name},
		{`a.at >= $%d`, string(q.From)},
		{`a.at < $%d`, string(q.To)},
		{`a.id < $%d`, string(after)},
	} {
		if c.value != "" {
			w.add(c.condition, c.value)
		}
	}
	w.unsealed(seen)
	w.args = append(w.args, q.Limit+1)
	return db.List[Deed](ctx, r, `select a.id, a.at, a.actor, a.authority, a.name, e.kind, e.thing, e.public, e.personal,
		(select max(n.position) + 1 from trail_entry n where n.act = a.id) as entries
		from trail_act a join trail_entry e on e.act = a.id and e.position = 0`+w.String()+fmt.Sprintf(` order by a.id desc limit $%d`, len(w.args)), w.args...)
}
