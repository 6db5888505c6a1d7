package people

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
)

// published is the condition that a statement holds on a day ($1) and anybody may know it at a moment ($2): what org.View says for
// somebody who sees no batch before its time.
const published = ` from_on <= $1 and until_on >= $1 and opens <= $2 and closes > $2 `

// among narrows to the people of a scope.
func among(r db.Reader, args *[]any, scope access.Scope) string {
	if scope.Every() {
		return ``
	}
	return `and person in (` + scope.People(r, args) + `) `
}

// peopleOn counts the people of a day in a scope.
func peopleOn(ctx context.Context, r db.Reader, v org.View, scope access.Scope) (int, error) {
	args := []any{v.On, v.Now}
	in := among(r, &args, scope)
	return db.Get[int](ctx, r, `select count(distinct person) from org_person where`+published+in, args...)
}

// borne is how many people bear a post in a unit in a manner.
type borne struct {
	Unit   id.ID      `db:"unit"`
	Post   id.ID      `db:"post"`
	Manner org.Manner `db:"manner"`
	N      int        `db:"n"`
}

// borneOn counts the assignments of a day of the people in a scope.
func borneOn(ctx context.Context, r db.Reader, v org.View, scope access.Scope) ([]borne, error) {
	args := []any{v.On, v.Now}
	in := among(r, &args, scope)
	return db.List[borne](ctx, r, `select unit, post, manner, count(*) as n from org_assignment where`+published+in+`group by unit, post, manner`, args...)
}

// lastLed is the last day before the view's on which anybody led each of some units.
func lastLed(ctx context.Context, r db.Reader, v org.View, units []id.ID) (map[id.ID]jpdate.Date, error) {
	type row struct {
		Unit id.ID       `db:"unit"`
		Last jpdate.Date `db:"last"`
	}
	args := []any{v.On, v.Now}
	rows, err := db.List[row](ctx, r, `select a.unit, max(a.until_on) as last from org_assignment a
		where a.until_on < $1 and a.opens <= $2 and a.closes > $2 and a.unit in `+db.In(&args, units)+`
		and exists (select 1 from org_post p where p.post = a.post and p.head and p.opens <= $2 and p.closes > $2)
		group by a.unit`, args...)
	last := map[id.ID]jpdate.Date{}
	for _, x := range rows {
		last[x.Unit] = x.Last
	}
	return last, err
}

// postTitles are what posts are or were called last.
func postTitles(ctx context.Context, r db.Reader, v org.View) (map[id.ID]string, error) {
	type row struct {
		Post  id.ID  `db:"post"`
		Title string `db:"title"`
	}
	rows, err := db.List[row](ctx, r, `select post, title from org_post where opens <= $1 and closes > $1 order by from_on, id`, v.Now)
	titles := map[id.ID]string{}
	for _, x := range rows {
		titles[x.Post] = x.Title
	}
	return titles, err
}

// openDeputy reads a deputy who acts on the day of the view or later.
func openDeputy(ctx context.Context, r db.Reader, v org.View, deputy id.ID) (org.Deputy, error) {
	return db.Get[org.Deputy](ctx, r, `select `+org.Deputies.Columns()+` from org_deputy where id = $1 and until_on >= $2 and opens <= $3 and closes > $3`, deputy, v.On, v.Now)
}

// unitStated is the unit that a statement is about, personStated the person; "" where anybody may not know of it.
func unitStated(ctx context.Context, r db.Reader, v org.View, statement id.ID) (id.ID, error) {
	return first(db.List[id.ID](ctx, r, `select unit from org_unit where id = $1 and opens <= $2 union select unit from org_code where id = $1 and opens <= $2`, statement, v.Now))
}

func personStated(ctx context.Context, r db.Reader, v org.View, statement id.ID) (id.ID, error) {
	return first(db.List[id.ID](ctx, r, `select person from org_person where id = $1 and opens <= $2
		union select person from org_assignment where id = $1 and opens <= $2 union select giver from org_deputy where id = $1 and opens <= $2`, statement, v.Now))
}

func first(list []id.ID, err error) (id.ID, error) {
	if err != nil || len(list) == 0 {
		return "", err
	}
	return list[0], nil
}
