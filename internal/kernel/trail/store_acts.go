package trail

import (
	"context"
	"fmt"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// counted is up to how many entries are counted of an act.
const counted = 1000

// shownAct is an act with how many entries it left that are shown, and the position of the first of them.
type shownAct struct {
	ID        id.ID   `db:"id"`
	At        db.Time `db:"at"`
	Actor     string  `db:"actor"`
	Authority string  `db:"authority"`
	Name      string  `db:"name"`
	Entries   int64   `db:"entries"`
	First     int64   `db:"first"`
}

// searchActs reads one more than the limit, if there are more.
func searchActs(ctx context.Context, r db.Reader, q Query, after id.ID, seen Seen) ([]Deed, error) {
	acts, err := shownActs(ctx, r, q, after, seen)
	if err != nil || len(acts) == 0 {
		return nil, err
	}
	var args []any
	for _, a := range acts {
		args = append(args, a.ID, a.First)
	}
	type entry struct {
		Act      id.ID  `db:"act"`
		Kind     string `db:"kind"`
		Thing    string `db:"thing"`
		Public   string `db:"public"`
		Personal string `db:"personal"`
	}
	entries, err := db.List[entry](ctx, r, `with v(act, position) as (values `+values(len(acts), "text", "bigint")+`)
		select e.act, e.kind, e.thing, e.public, e.personal from v cross join trail_entry e where e.act = v.act and e.position = v.position`, args...)
	first := map[id.ID]entry{}
	for _, e := range entries {
		first[e.Act] = e
	}
	deeds := make([]Deed, len(acts))
	for i, a := range acts {
		e := first[a.ID]
		deeds[i] = Deed{
			ID: a.ID, At: a.At, Actor: a.Actor, Authority: a.Authority, Name: a.Name, Entries: min(a.Entries, counted), Many: a.Entries > counted,
			Kind: e.Kind, Thing: e.Thing, Public: e.Public, Personal: e.Personal,
		}
	}
	return deeds, err
}

// shownActs reads acts that left anything that is shown. Entries count from 0 within their act.
func shownActs(ctx context.Context, r db.Reader, q Query, after id.ID, seen Seen) ([]shownAct, error) {
	few, err := seen.few(ctx, r)
	if err != nil {
		return nil, err
	}
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
	w.by(q.Actors)
	w.unsealed(seen)
	columns := `a.id, a.at, a.actor, a.authority, a.name, `
	from := `trail_act a`
	if few {
		columns += `m.entries, m.first`
		from = `(select e.act, count(*) as entries, min(e.position) as first from trail_thing t cross join trail_entry e
			where t.home in (` + seen.Few(&w.args) + `) and e.kind = t.kind and e.thing = t.thing group by e.act) m cross join trail_act a`
		w.parts = append(w.parts, `a.id = m.act`)
	} else {
		left := w.left(seen)
		columns += fmt.Sprintf(`(select count(*) from %s c) as entries, %s as first`, left(`1`, fmt.Sprintf(` limit %d`, counted+1)), left(`e.position`, ` order by e.position limit 1`))
		w.parts = append(w.parts, left(`1`, ` limit 1`)+` = 1`)
	}
	w.args = append(w.args, q.Limit+1)
	return db.List[shownAct](ctx, r, `select `+columns+` from `+from+w.String()+` order by a.id desc limit `+last(w.args), w.args...)
}

// last is the place of the last argument.
func last(args []any) string { return fmt.Sprintf("$%d", len(args)) }
