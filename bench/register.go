package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing/fstest"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
)

// What lists may take, and how long their pages are.
const (
	listing     = 5 * time.Millisecond
	unselective = 30 * time.Millisecond // a filter that most entries pass, sorted by another column
	listed      = 50
	deep        = 400 // the page to which somebody has turned
)

// logKind is the log that bench/testdata adds to the edition that the city adopts.
//
//go:embed testdata
var logKind embed.FS

// ledger is a register of a city and those who read it.
type ledger struct {
	*city
	book   *register.Book
	homes  []string // over which its entries are spread: the city's units
	chart  *org.Chart
	rules  []org.Rules
	size   int
	bounds [2]id.ID // of the first entries, of which the others are copies
}

// readers are those whose lists are measured, by how many homes they see.
func readers() []string { return []string{"a section", "a bureau", "the city", "everything"} }

// packsWithLog is the shipped packs with the log in them.
func (b *bench) packsWithLog() (*regime.Set, error) {
	own, err := fs.Sub(logKind, "testdata")
	if err != nil {
		return nil, err
	}
	tree := fstest.MapFS{}
	for _, from := range []fs.FS{b.packs, own} {
		if err := fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := fs.ReadFile(from, path)
			tree[path] = &fstest.MapFile{Data: data}
			return err
		}); err != nil {
			return nil, err
		}
	}
	return regime.Load(tree, nil)
}

// openLedger is a city that has adopted its editions and its people, and the register of one volume, still empty.
func (b *bench) openLedger(c *city, volume string) (*ledger, error) {
	l := &ledger{city: c}
	return l, c.DB.View(b.ctx, func(r db.Reader) error {
		shelf, err := c.Ledgers.Shelf(b.ctx, r)
		if err != nil {
			return err
		}
		for _, book := range shelf.Books() {
			if l.book == nil && (book.Volume == register.Log) == (volume == register.Log) {
				l.book = book
			}
		}
		if l.book == nil {
			return errors.New("no edition has a " + volume)
		}
		v, rules, err := c.known(r)
		if err != nil {
			return err
		}
		l.rules = rules
		if l.chart, err = org.LoadChart(b.ctx, r, v, rules); err != nil {
			return err
		}
		city, err := l.reader("the city")
		if err == nil {
			l.homes = slices.DeleteFunc(city.Scope(access.LedgerRead).Homes(), func(h string) bool { return !strings.HasPrefix(h, "u:") })
		}
		return err
	})
}

// keeping is the role that keeps the entries of a unit.
func (l *ledger) keeping() org.Role {
	for _, rules := range l.rules {
		for _, role := range rules.Roles {
			if rules.Regime == l.book.Regime && slices.Contains(l.book.Change, role.ID) && role.Scope == org.ScopeSection {
				return role
			}
		}
	}
	return org.Role{}
}

// reader is somebody who keeps the entries of about as many homes as is said. That of a bureau and of the city is made up: whoever
// leads one reads its register by no role of his own.
func (l *ledger) reader(who string) (*access.Actor, error) {
	role := l.keeping()
	at := func(home string) *access.Actor {
		h := org.Holding{Regime: l.book.Regime, Role: role, Home: home, Person: &org.Who{}}
		return &access.Actor{Class: access.Person, Name: by, Authorities: []org.Holding{h}, Chart: l.chart}
	}
	nearest := map[string]int{"a section": 1, "a bureau": 30}[who]
	switch who {
	case "everything":
		return access.NewProgram(by), nil
	case "the city":
		return at(org.BodyHome), nil
	}
	var best *access.Actor
	far := func(a *access.Actor) int {
		n := len(a.Scope(access.LedgerRead).Homes()) - nearest
		return max(n, -n)
	}
	for _, h := range l.chart.All(l.book.Regime, role.ID) {
		if nearest == 1 && !h.Vacant() {
			if a := at(h.Home); best == nil || far(a) < far(best) {
				best = a
			}
		}
	}
	for _, u := range l.chart.Tree.Units() {
		if a := at(org.UnitHome(u.Unit)); nearest > 1 && (best == nil || far(a) < far(best)) {
			best = a
		}
	}
	if best == nil {
		return nil, errors.New("nobody keeps the entries of " + who)
	}
	return best, nil
}

// desk gives the register as the reader sees it.
func (l *ledger) desk(by *access.Actor, fn func(r db.Reader, d *register.Desk) error) error {
	return l.DB.View(l.b.ctx, func(r db.Reader) error {
		d, err := l.Ledgers.Open(l.b.ctx, r, by, l.book.Regime, l.book.Kind.ID)
		if err != nil {
			return err
		}
		return fn(r, d)
	})
}

// listRow is a way to look at a list.
type listRow struct {
	name   string
	within time.Duration
	query  func(l *ledger) (register.Query, error)
	count  bool
	deep   bool
}

func listRows() []listRow {
	sorted := func(l *ledger) (register.Query, error) {
		return register.Query{Sort: l.field(register.TypeDate).ID, Limit: listed}, nil
	}
	newest := func(*ledger) (register.Query, error) { return register.Query{Limit: listed}, nil }
	common := func(sort bool) func(l *ledger) (register.Query, error) {
		return func(l *ledger) (register.Query, error) {
			q := register.Query{Limit: listed}
			if sort {
				q.Sort = l.field(register.TypeDate).ID
			}
			f, err := l.filter(register.TypeChoice, "desc")
			q.Filters = []register.Filter{f}
			return q, err
		}
	}
	return []listRow{
		{name: "newest page", within: listing, query: newest},
		{name: "page by another column", within: listing, query: sorted},
		{name: fmt.Sprintf("page %d", deep), within: listing, query: newest, deep: true},
		{name: fmt.Sprintf("page %d by another column", deep), within: listing, query: sorted, deep: true},
		{name: "selective filter", within: listing, query: func(l *ledger) (register.Query, error) {
			f, err := l.filter(register.TypeClass, "asc")
			return register.Query{Filters: []register.Filter{f}, Limit: listed}, err
		}},
		{name: "unselective filter by another column", within: unselective, query: common(true)},
		{name: "count of an unselective filter", within: listing, query: common(false), count: true},
	}
}

// logRows are those that a log can be asked: it has no index of its fields.
func logRows() []listRow {
	return slices.DeleteFunc(listRows(), func(r listRow) bool {
		return strings.Contains(r.name, "column") || strings.HasPrefix(r.name, "selective")
	})
}

// field is the first listed field of a type that has one value.
func (l *ledger) field(t register.Type) register.Field {
	for _, f := range l.book.Fields {
		if f.Type == t && f.List && !f.Many {
			return f
		}
	}
	return register.Field{}
}

// filter narrows to the key of a field that most entries have, or fewest.
func (l *ledger) filter(t register.Type, order string) (register.Filter, error) {
	f := l.field(t)
	var keys []string
	err := l.DB.View(l.b.ctx, func(r db.Reader) (err error) {
		column := "k_" + f.ID
		keys, err = db.List[string](l.b.ctx, r, `select `+column+` from (select `+column+`, count(*) as n from `+l.book.Table.Name()+
			` where id >= $1 and id <= $2 and `+column+` <> '' group by `+column+`) x order by n `+order+` limit 1`, l.bounds[0], l.bounds[1])
		return err
	})
	return register.Filter{Field: f.ID, Keys: keys}, err
}

// looking compares a page of a list with reading its entries by their ids, and a count with counting as many entries.
func (l *ledger) looking(who string, row listRow) (pair, error) {
	reader, err := l.reader(who)
	if err != nil {
		return pair{}, err
	}
	q, err := row.query(l)
	if err != nil {
		return pair{}, err
	}
	if row.count {
		return l.counting(reader, q)
	}
	if row.deep {
		if q.After, err = l.turned(reader, q); err != nil {
			return pair{}, err
		}
	}
	var ids []string
	look := func() error {
		return l.desk(reader, func(_ db.Reader, d *register.Desk) error {
			entries, _, err := d.List(q)
			ids = ids[:0]
			for _, e := range entries {
				ids = append(ids, string(e.ID))
			}
			return err
		})
	}
	if err := look(); err != nil {
		return pair{}, err
	}
	some := slices.Clone(ids)
	return pair{
		floor: fmt.Sprintf("reading the %d by their ids", len(ids)),
		base: each(func() error {
			return l.DB.View(l.b.ctx, func(r db.Reader) error {
				var args []any
				return db.Raw(l.b.ctx, r, `select * from `+l.book.Table.Name()+` where id in `+db.Among(r, &args, some), args, func([]any) error { return nil })
			})
		}),
		ours: each(look),
	}, nil
}

// turned is where the page before the deep one ends; in a shorter list it is the middle.
func (l *ledger) turned(reader *access.Actor, q register.Query) (after *register.Cursor, err error) {
	err = l.desk(reader, func(_ db.Reader, d *register.Desk) error {
		for q.Limit = (deep - 1) * listed; after == nil && q.Limit > 0; {
			entries, next, err := d.List(q)
			if err != nil {
				return err
			}
			after, q.Limit = next, len(entries)/2
		}
		return nil
	})
	return after, err
}

func (l *ledger) counting(reader *access.Actor, q register.Query) (pair, error) {
	n := 0
	count := func() error {
		return l.desk(reader, func(_ db.Reader, d *register.Desk) (err error) {
			n, err = d.Count(q)
			return err
		})
	}
	if err := count(); err != nil {
		return pair{}, err
	}
	return pair{
		floor: fmt.Sprintf("counting any %d entries", n),
		base: each(func() error {
			return l.DB.View(l.b.ctx, func(r db.Reader) error {
				_, err := db.Get[int](l.b.ctx, r, `select count(*) from (select 1 from `+l.book.Table.Name()+` limit $1) x`, max(n, 1))
				return err
			})
		}),
		ours: each(count),
	}, nil
}

// seeking compares a page of what the search finds for a word with reading its documents by their ids.
func (l *ledger) seeking(who, word string) (pair, error) {
	reader, err := l.reader(who)
	if err != nil {
		return pair{}, err
	}
	var things []string
	look := func() error {
		return l.desk(reader, func(r db.Reader, d *register.Desk) error {
			hits, _, err := search.Find(l.b.ctx, r, search.Query{Kinds: []string{l.book.Name}, Text: word, Scope: d.Seeing(), Limit: listed})
			things = things[:0]
			for _, h := range hits {
				things = append(things, h.Thing)
			}
			return err
		})
	}
	if err := look(); err != nil {
		return pair{}, err
	}
	some := slices.Clone(things)
	return pair{
		floor: fmt.Sprintf("reading the %d by their ids", len(some)),
		base: each(func() error {
			return l.DB.View(l.b.ctx, func(r db.Reader) error {
				args := []any{l.book.Name}
				return db.Raw(l.b.ctx, r, `select d.kind, d.thing, d.home, d.seq from `+db.Listed(r, &args, some)+` m cross join search_document d where d.kind = $1 and d.thing = m.value`, args, func([]any) error { return nil })
			})
		}),
		ours: each(look),
	}, nil
}

// registerRows are about lists of a register and of a log, and about creating entries. The same table grows from row to row.
func (b *bench) registerRows(engine db.Engine) []row {
	town := sync.OnceValues(func() (*city, error) { return b.openTown(engine) })
	opened := func(volume string) func() (*ledger, error) {
		return sync.OnceValues(func() (*ledger, error) {
			c, err := town()
			if err != nil {
				return nil, err
			}
			return b.openLedger(c, volume)
		})
	}
	var rows []row
	assets, carried := opened(register.Register), opened(register.Log)
	for _, size := range []int{10_000, 300_000, 1_000_000} {
		if size == 300_000 {
			for _, n := range []int{1, 4, 8} {
				r := row{name: fmt.Sprintf("create an entry of a register, clients: %d", n), atMost: 3, long: time.Second}
				if engine == db.Postgres && n == 4 {
					r.within = time.Millisecond // a thousand a second
				}
				rows = append(rows, at(engine, assets, size, r, func(l *ledger) (pair, error) { return l.creating(n) }))
			}
		}
		for _, who := range readers() {
			name := fmt.Sprintf(" of %s, %dk entries", who, size/1000)
			for _, way := range listRows() {
				rows = append(rows, at(engine, assets, size, row{name: way.name + name, within: way.within}, func(l *ledger) (pair, error) { return l.looking(who, way) }))
			}
			rows = append(rows, at(engine, assets, size, row{name: "search " + commonWord + name, within: listing}, func(l *ledger) (pair, error) { return l.seeking(who, commonWord) }))
		}
	}
	for _, size := range slices.Compact([]int{min(firstEntries, b.logRows), b.logRows}) {
		for _, who := range readers() {
			for _, way := range logRows() {
				r := row{name: fmt.Sprintf("log: %s of %s, %dk rows", way.name, who, size/1000), within: way.within}
				rows = append(rows, at(engine, carried, size, r, func(l *ledger) (pair, error) { return l.looking(who, way) }))
			}
		}
	}
	return rows
}

// at is a row that is measured when a ledger has so many entries.
func at(engine db.Engine, open func() (*ledger, error), size int, r row, prepare func(l *ledger) (pair, error)) row {
	r.name += on(engine)
	r.prepare = func() (pair, error) {
		l, err := open()
		if err == nil {
			err = l.grow(size)
		}
		if err != nil {
			return pair{}, err
		}
		return prepare(l)
	}
	return r
}

// openTown is a city with its people that has adopted the packs and the log.
func (b *bench) openTown(engine db.Engine) (*city, error) {
	packs, err := b.packsWithLog()
	if err != nil {
		return nil, shown(err)
	}
	c, err := b.cityOf(engine, packs)
	if err != nil {
		return nil, err
	}
	for _, step := range []func() error{c.handIn, c.apply, func() error { return c.Log.Settle(b.ctx) }} {
		if err == nil {
			err = step()
		}
	}
	return c, err
}
