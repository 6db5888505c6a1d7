package org

import (
	"context"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
)

// Among is a query of people, whose arguments are added to args; nil is everybody.
type Among func(args *[]any) string

func (a Among) condition(args *[]any) string {
	if a == nil {
		return `1 = 1`
	}
	return `person in (` + a(args) + `)`
}

// CountPeople counts those of some people who are anybody on the day.
func (v View) CountPeople(ctx context.Context, r db.Reader, among Among) (int, error) {
	var args []any
	return db.Get[int](ctx, r, `select count(distinct person) from org_person where `+v.seen(&args, "")+` and `+among.condition(&args), args...)
}

// Borne is how many people bear a post in a unit in a manner.
type Borne struct {
	Unit   id.ID  `db:"unit"`
	Post   id.ID  `db:"post"`
	Manner Manner `db:"manner"`
	N      int    `db:"n"`
}

// CountBorne counts the assignments of some people.
func (v View) CountBorne(ctx context.Context, r db.Reader, among Among) ([]Borne, error) {
	var args []any
	return db.List[Borne](ctx, r, `select unit, post, manner, count(*) as n from org_assignment where `+v.seen(&args, "")+` and `+among.condition(&args)+`
		group by unit, post, manner`, args...)
}

// LastLed is the last day before the view's on which anybody led each of some units.
func (v View) LastLed(ctx context.Context, r db.Reader, units []id.ID) (map[id.ID]jpdate.Date, error) {
	type row struct {
		Unit id.ID       `db:"unit"`
		Last jpdate.Date `db:"last"`
	}
	args := []any{v.On}
	rows, err := db.List[row](ctx, r, `select a.unit, max(a.until_on) as last from org_assignment a
		where a.until_on < $1 and `+v.known(&args, "a.")+` and a.unit in `+db.In(&args, units)+`
		and exists (select 1 from org_post p where p.post = a.post and p.head and `+v.known(&args, "p.")+`)
		group by a.unit`, args...)
	last := map[id.ID]jpdate.Date{}
	for _, x := range rows {
		last[x.Unit] = x.Last
	}
	return last, err
}

// PostTitles are what posts are called on the day or were called last.
func (v View) PostTitles(ctx context.Context, r db.Reader) (map[id.ID]string, error) {
	posts, err := always(ctx, r, v, Posts, `1 = 1`)
	titles := map[id.ID]string{}
	for _, p := range posts {
		titles[p.Post] = p.Title
	}
	return titles, err
}

// OpenDeputy reads a deputy who acts on the day or later.
func (v View) OpenDeputy(ctx context.Context, r db.Reader, deputy id.ID) (Deputy, error) {
	list, err := always(ctx, r, v, Deputies, `id = $1 and until_on >= $2`, deputy, v.On)
	if err == nil && len(list) == 0 {
		err = db.ErrNotFound
	}
	if err != nil {
		return Deputy{}, err
	}
	return list[0], nil
}

// UnitStated is the unit that a statement of any time is about, "" where there is none that anybody may know.
func (v View) UnitStated(ctx context.Context, r db.Reader, statement id.ID) (id.ID, error) {
	return first(db.List[id.ID](ctx, r, `select unit from org_unit where id = $1 and opens <= $2 union select unit from org_code where id = $1 and opens <= $2`, statement, v.Now))
}

// PersonStated is the person that a statement of any time is about, "" where there is none that anybody may know.
func (v View) PersonStated(ctx context.Context, r db.Reader, statement id.ID) (id.ID, error) {
	return first(db.List[id.ID](ctx, r, `select person from org_person where id = $1 and opens <= $2
		union select person from org_assignment where id = $1 and opens <= $2 union select giver from org_deputy where id = $1 and opens <= $2`, statement, v.Now))
}

func first(list []id.ID, err error) (id.ID, error) {
	return slices.Concat(list, []id.ID{""})[0], err
}
