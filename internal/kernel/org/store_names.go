package org

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Names gives the names of units, people, posts, systems and batches by their ids, whatever the day: of each the name that it
// has last, as far as it may be known. What is none of these is left out.
func (v View) Names(ctx context.Context, r db.Reader, ids []string) (map[string]string, error) {
	type named struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	names := map[string]string{}
	for _, t := range []struct{ table, column, name string }{
		{"org_unit", "unit", "name"}, {"org_person", "person", "name"}, {"org_post", "post", "title"}, {"org_system", "system", "name"},
	} {
		var args []any
		list, err := db.List[named](ctx, r, `select a.`+t.column+` as id, a.`+t.name+` as name from `+t.table+` a
			where a.`+t.column+` in `+db.In(&args, ids)+` and `+v.known(&args, "a.")+` order by a.from_on, a.id`, args...)
		if err != nil {
			return nil, err
		}
		for _, n := range list {
			names[n.ID] = n.Name // the last one stays
		}
	}
	args := []any{v.Now}
	list, err := db.List[named](ctx, r, `select id, title as name from org_batch where opens <= $1 and id in `+db.In(&args, ids), args...)
	for _, n := range list {
		names[n.ID] = n.Name
	}
	return names, err
}

// Called are the people whom somebody means by a number or a part of a name, whatever the day; the first of them where they are many.
func (v View) Called(ctx context.Context, r db.Reader, words string) ([]id.ID, error) {
	args := []any{like(words)}
	return db.List[id.ID](ctx, r, `select distinct person from org_person where find like $1 escape '!' and `+v.known(&args, "")+` order by person limit 500`, args...)
}
