package register

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// CountLimit is where counting stops: 1,000件以上.
const CountLimit = 1000

// Query asks for a page of a list.
type Query struct {
	Scope   access.Scope
	Filters []Filter
	State   string // "" for all
	Sort    string // field, "" for the newest first
	Down    bool   // of a field: the highest first
	After   *Cursor
	Limit   int
}

// Cursor is where a page ends.
type Cursor struct {
	Key string
	ID  id.ID
}

// Filter narrows a list to entries of which a field has one of some keys, lies between two, or holds an option of many. The zero
// value but for Field: to those that leave it empty.
type Filter struct {
	Field    string
	Keys     []string // as Field.key gives them
	From, To string   // both included; "" for no bound
	Option   string
}

// list is a query being made.
type list struct {
	*Book
	Query
	r    db.Reader
	sort string // column
	down bool
}

func (b *Book) list(r db.Reader, q Query) (list, error) {
	x := list{Book: b, Query: q, r: r, sort: "id", down: true}
	if b.Volume == Log {
		x.sort = "happened_at"
	}
	if c, ok := b.listed(q.Sort); ok {
		x.sort, x.down = c.name, q.Down
	} else if q.Sort != "" {
		return x, fmt.Errorf("register: %s is not sorted by %s", b.Name, q.Sort)
	}
	for _, f := range q.Filters {
		if _, ok := b.listed(f.Field); !ok {
			return x, fmt.Errorf("register: %s is not filtered by %s", b.Name, f.Field)
		}
	}
	return x, nil
}

// fewHomes is up to how many homes are looked through one by one.
const fewHomes = 200

// indexed says whether an index gives what the filters match in the order of the list: the newest entries of all homes that have one
// key.
func (x list) indexed() bool {
	if _, narrow := x.narrow(); narrow || x.sort != "id" || len(x.Filters) > 1 || len(x.Filters) == 1 && x.State != "" {
		return false
	}
	return len(x.Filters) == 0 || len(x.Filters[0].Keys) == 1 && x.Filters[0].Option == "" && x.Filters[0].From == "" && x.Filters[0].To == ""
}

// narrow are the homes of the scope, if they are few.
func (x list) narrow() ([]string, bool) {
	if !x.Scope.Few() {
		return nil, false
	}
	homes := x.Scope.Homes()
	return homes, len(homes) <= fewHomes
}

// page gives the entries of a page and, where more follow, where it ends.
func (x list) page(ctx context.Context) ([]Entry, *Cursor, error) {
	type place struct {
		ID  id.ID  `db:"id"`
		Key string `db:"k"`
	}
	if x.Limit < 1 {
		return nil, nil, fmt.Errorf("register: a page of %d entries", x.Limit)
	}
	var args []any
	query, err := x.places(ctx, &args)
	if err != nil {
		return nil, nil, err
	}
	places, err := db.List[place](ctx, x.r, query, args...)
	if err != nil {
		return nil, nil, err
	}
	var next *Cursor
	if len(places) > x.Limit {
		places = places[:x.Limit]
		next = &Cursor{places[x.Limit-1].Key, places[x.Limit-1].ID}
	}
	ids := make([]string, len(places))
	for i, p := range places {
		ids[i] = string(p.ID)
	}
	entries, err := x.entries(ctx, x.r, ids)
	return entries, next, err
}

// entries reads some entries in the order of their ids in the list.
func (b *Book) entries(ctx context.Context, r db.Reader, ids []string) ([]Entry, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var args []any
	entries, err := db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where id in `+db.Among(r, &args, ids), args...)
	place := map[id.ID]int{}
	for i, s := range ids {
		place[id.ID(s)] = i
	}
	slices.SortFunc(entries, func(a, b Entry) int { return place[a.ID] - place[b.ID] })
	return entries, err
}

// places is the query for the ids of a page and one more. Which index it begins with is decided here: the planners know neither that
// the homes of a scope are few, nor that a filter matches few of them.
func (x list) places(ctx context.Context, args *[]any) (string, error) {
	direction := ``
	if x.down {
		direction = ` desc`
	}
	limit := fmt.Sprintf(` limit %d`, x.Limit+1)
	order := ` order by k` + direction + `, id` + direction
	homes, narrow := x.narrow()
	if x.filtered() && !x.indexed() && x.Volume != Log { // a log has no index of what is filtered
		few, err := x.matchesFew(ctx, narrow)
		if err != nil {
			return "", err
		}
		if few { // read what matches, then sort it
			where := x.scope(args) + x.filters(args, false) + x.after(args)
			return `select id, k from (select id, ` + x.sort + ` || '' as k from ` + x.Table.Name() + ` where ` + where + `) m` + order + limit, nil
		}
	}
	walk := func(scope string) string {
		return `select id, ` + x.sort + ` as k from ` + x.Table.Name() + ` where ` + scope + x.filters(args, !narrow) + x.after(args) +
			` order by ` + x.sort + direction + `, id` + direction + limit
	}
	if x.sort == "id" {
		order = ` order by id` + direction
		walk = func(scope string) string {
			return `select id, '' as k from ` + x.Table.Name() + ` where ` + scope + x.filters(args, !narrow && !x.indexed()) + x.after(args) + ` order by id` + direction + limit
		}
	}
	if !narrow {
		return walk(x.scope(args)), nil
	}
	parts := make([]string, 0, len(homes))
	for _, home := range homes {
		*args = append(*args, home)
		parts = append(parts, `select id, k from (`+walk(fmt.Sprintf(`home = $%d`, len(*args)))+`) h`+fmt.Sprint(len(parts)))
	}
	if len(parts) == 0 {
		return `select id, '' as k from ` + x.Table.Name() + ` where 1 = 0`, nil
	}
	return `select id, k from (` + strings.Join(parts, ` union all `) + `) m` + order + limit, nil
}

func (x list) filtered() bool { return len(x.Filters) > 0 || x.State != "" }

// How many matches are read and sorted rather than looked for in the order of the list.
const (
	fewMatches     = 1000
	fewMatchesWide = 8000
)

// matchesFew says whether so few entries match that they are read first.
func (x list) matchesFew(ctx context.Context, narrow bool) (bool, error) {
	most := fewMatches
	if !narrow {
		most = fewMatchesWide
	}
	n, err := x.count(ctx, most+1)
	return n <= most, err
}

// count counts the entries in scope that match, up to most.
func (x list) count(ctx context.Context, most int) (int, error) {
	var args []any
	where := x.scope(&args) + x.filters(&args, false)
	return db.Get[int](ctx, x.r, `select count(*) from (select 1 from `+x.Table.Name()+` where `+where+fmt.Sprintf(` limit %d) m`, most), args...)
}

// scope is the condition that the reader may see an entry.
func (x list) scope(args *[]any) string {
	homes, narrow := x.narrow()
	switch {
	case narrow:
		return `home in ` + db.Among(x.r, args, homes)
	case x.Scope.Every():
		return x.Scope.Where(x.r, args, "home")
	}
	if homes = x.Scope.Homes(); x.Scope.Body() {
		homes = append(homes, trail.Body)
	}
	// No entry has the home of a person. So many homes are nothing to begin with: "is true" keeps planners from doing so, and has
	// PostgreSQL put them into a hash rather than weigh each.
	return `(home in ` + db.Listed(x.r, args, homes) + `) is true`
}

// filters are the conditions of the filters. What is walked through in the order of a column must not be looked for by another: the
// planner of SQLite would, and then sort all that it finds.
func (x list) filters(args *[]any, walking bool) string {
	and := ``
	compared := func(name string) string {
		if walking && name != x.sort {
			return name + ` || ''`
		}
		return name
	}
	arg := func(value string) string {
		*args = append(*args, value)
		return fmt.Sprintf("$%d", len(*args))
	}
	if x.State != "" {
		and += ` and ` + compared("state") + ` = ` + arg(x.State)
	}
	for _, f := range x.Filters {
		c, _ := x.column(f.Field)
		name := compared(c.name)
		switch {
		case f.Option != "":
			and += ` and replace(` + name + `, ` + arg(`,`+f.Option+`,`) + `, '') <> ` + name // like knows wildcards, and on SQLite no capitals
		case f.From != "" || f.To != "":
			if f.From != "" {
				and += ` and ` + name + ` >= ` + arg(f.From)
			} else {
				and += ` and ` + name + ` <> ''`
			}
			if f.To != "" {
				and += ` and ` + name + ` <= ` + arg(f.To)
			}
		case len(f.Keys) == 0:
			and += ` and ` + name + ` = ''`
		default:
			and += ` and ` + name + ` in ` + db.Among(x.r, args, f.Keys)
		}
	}
	return and
}

// after is the condition that an entry comes after where the page before ended.
func (x list) after(args *[]any) string {
	if x.After == nil {
		return ``
	}
	than := ` > `
	if x.down {
		than = ` < `
	}
	if x.sort == "id" {
		*args = append(*args, x.After.ID)
		return fmt.Sprintf(` and id%s$%d`, than, len(*args))
	}
	*args = append(*args, x.After.Key, x.After.ID)
	return fmt.Sprintf(` and (%s, id)%s($%d, $%d)`, x.sort, than, len(*args)-1, len(*args))
}
