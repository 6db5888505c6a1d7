package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit/sight"
)

const (
	searching = 5 * time.Millisecond // is what a search may take
	pageful   = 100                  // is how many it shows
)

// lookers are those who look for people and things.
func lookers() []string { return []string{"a section", "a bureau", "the largest bureau", "all"} }

// looker is somebody who looks for things: a program, which may see all, or the head of a section or bureau: of those of middling
// size, or of the largest.
func (c *city) looker(who string) (*access.Actor, error) {
	scope, ok := map[string]org.Scope{"a section": org.ScopeSection, "a bureau": org.ScopeBureau, "the largest bureau": org.ScopeBureau}[who]
	if !ok {
		return access.NewProgram(by), nil
	}
	var heads []*access.Actor
	err := c.DB.View(c.b.ctx, func(r db.Reader) error {
		v, rules, err := c.known(r)
		if err != nil {
			return err
		}
		chart, err := org.LoadChart(c.b.ctx, r, v, rules)
		if err != nil {
			return err
		}
		heads = nil
		for _, role := range rules[0].Roles {
			if role.Scope != scope || role.HeldBy.HeadOf == "" {
				continue
			}
			for _, h := range chart.All(rules[0].Regime, role.ID) {
				if !h.Vacant() {
					heads = append(heads, &access.Actor{Class: access.Person, Name: access.PersonName(h.Person.ID), Authorities: []org.Holding{h}, Chart: chart})
				}
			}
		}
		if len(heads) == 0 {
			return errors.New("nobody leads " + who)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	size := func(a *access.Actor) int { return len(a.Scope(access.PeopleRead).Units()) }
	slices.SortFunc(heads, func(a, b *access.Actor) int { return size(a) - size(b) })
	if who == "the largest bureau" {
		return heads[len(heads)-1], nil
	}
	return heads[len(heads)/2], nil
}

// finding compares the page of people whom somebody looks for with escaping it.
func (c *city) finding(who, text string) (pair, error) {
	a, err := c.looker(who)
	if err != nil {
		return pair{}, err
	}
	site, err := sight.As(c.App, a)
	if err != nil {
		return pair{}, err
	}
	return c.b.page(site, "/people?q="+url.QueryEscape(text))
}

// suggesting compares who is suggested for what somebody writes with reading those people by their ids.
func (c *city) suggesting(who, text string) (pair, error) {
	a, err := c.looker(who)
	if err != nil {
		return pair{}, err
	}
	list, err := c.Staff.Suggest(c.b.ctx, a, text)
	people := make([]string, len(list))
	for i, s := range list {
		people[i] = string(s.Person)
	}
	return pair{
		floor: fmt.Sprintf("reading the %d people by their ids", len(people)),
		base: each(func() error {
			return c.DB.View(c.b.ctx, func(r db.Reader) error {
				var args []any
				return db.Raw(c.b.ctx, r, `select p.* from `+db.Listed(r, &args, people)+` m cross join org_person p where p.person = m.value`, args, func([]any) error { return nil })
			})
		}),
		ours: each(func() error { _, err := c.Staff.Suggest(c.b.ctx, a, text); return err }),
	}, err
}

// grouping compares a search for anything with reading what it finds by its ids.
func (c *city) grouping(who, text string) (pair, error) {
	a, err := c.looker(who)
	if err != nil {
		return pair{}, err
	}
	index := search.New(search.Org()...)
	scopes := map[string]search.Scope{"person": a.Scope(access.PeopleRead), "unit": search.Anywhere{}, "system": search.Anywhere{}, "post": search.Anywhere{}}
	look := func() (groups []search.Group, err error) {
		err = c.DB.View(c.b.ctx, func(r db.Reader) error {
			v, _, err := c.known(r)
			if err != nil {
				return err
			}
			groups, err = index.Groups(c.b.ctx, r, v, text, scopes, 10)
			return err
		})
		return groups, err
	}
	groups, err := look()
	things, n := map[string][]string{}, 0
	for _, g := range groups {
		for _, i := range g.Items {
			things["org_"+g.Kind] = append(things["org_"+g.Kind], i.Thing)
			n++
		}
	}
	return pair{
		floor: fmt.Sprintf("reading the %d rows by their ids", n),
		base: each(func() error {
			return c.DB.View(c.b.ctx, func(r db.Reader) error {
				for table, ids := range things {
					var args []any
					if err := db.Raw(c.b.ctx, r, `select t.* from `+db.Listed(r, &args, ids)+` m cross join `+table+` t where t.id = m.value`, args, func([]any) error { return nil }); err != nil {
						return err
					}
				}
				return nil
			})
		}),
		ours: each(func() error { _, err := look(); return err }),
	}, err
}

// searchRows are about finding people, units, systems and posts of a city.
func searchRows(at func(taken int, r row, prepare func(c *city) (pair, error)) row) []row {
	var rows []row
	for _, who := range lookers() {
		for _, text := range []string{"高橋", "子", "001234"} {
			rows = append(rows, at(3, row{name: "page /people?q=" + text + " for " + who, within: searching}, func(c *city) (pair, error) { return c.finding(who, text) }))
		}
		for _, text := range []string{"ア", "高橋", "0012"} {
			rows = append(rows, at(3, row{name: "suggest people for " + text + " of " + who, within: searching}, func(c *city) (pair, error) { return c.suggesting(who, text) }))
		}
		rows = append(rows, at(3, row{name: "find anything with 港湾 for " + who, within: searching}, func(c *city) (pair, error) { return c.grouping(who, "港湾") }))
	}
	return rows
}

// archive is a database with many documents of one kind in the index, and nothing beside.
type archive struct {
	*app.App
	b     *bench
	homes []string // of sections; a bureau has twenty of them
}

const record = "record" // the kind of its documents

// openArchive makes documents of which each is what a form might say in one line.
func (b *bench) openArchive(engine db.Engine, documents int) (*archive, error) {
	a, err := b.open(engine, b.set)
	if err != nil {
		return nil, err
	}
	x := &archive{App: a, b: b}
	for range 1855 {
		x.homes = append(x.homes, org.UnitHome(id.New(time.Now())))
	}
	index := search.New(search.Source{Kind: record, Document: func(e trail.Feed) (search.Document, bool, error) {
		return search.Document{Home: e.Home, Text: []string{e.Thing, e.Public}}, true, nil
	}}).Follower()
	words := strings.Fields("端末 持ち出し 申請 許可 個人情報 外部 記録 媒体 廃棄 委託 契約 点検 利用 記憶装置 研修 会議 資料 住民 名簿 調査 説明会 訪問 出張 在宅 勤務 修理 交換 貸与 返却 紛失 防災 訓練 選挙 窓口 学校 保育 福祉 港湾 水道 道路")
	random := rand.New(rand.NewPCG(1, 2))
	for from := 0; from < documents; from += 1000 {
		entries := make([]trail.Feed, 1000)
		for i := range entries {
			n := from + i
			line := fmt.Sprintf("職員%05d", random.IntN(33000))
			for range 8 {
				line += words[min(random.IntN(len(words)), random.IntN(len(words)))]
			}
			entries[i] = trail.Feed{Seq: int64(n), Kind: record, Thing: fmt.Sprintf("R8-%07d", n), Version: 1, Home: x.homes[random.IntN(len(x.homes))], Public: line}
		}
		if err := a.DB.UpdateAlone(b.ctx, "bench", func(tx *db.Tx) error { return index.Apply(b.ctx, tx, entries) }); err != nil {
			return nil, err
		}
	}
	return x, a.DB.Update(b.ctx, func(tx *db.Tx) error { _, err := tx.Exec(b.ctx, `analyze`); return err })
}

// reach is the homes in which somebody looks; none for all.
type reach []string

func (h reach) Every() bool     { return len(h) == 0 }
func (h reach) Body() bool      { return len(h) == 0 }
func (h reach) Units() []id.ID  { return nil }
func (h reach) Homes() []string { return h }

func (h reach) Where(r db.Reader, args *[]any, column string) string {
	if len(h) == 0 {
		return column + ` not like 'c:%'`
	}
	return column + ` in ` + db.Among(r, args, h)
}

// archiveRows are about finding things among many.
func (b *bench) archiveRows(engine db.Engine) []row {
	var rows []row
	for _, documents := range []int{10_000, 500_000} {
		open := sync.OnceValues(func() (*archive, error) { return b.openArchive(engine, documents) })
		for _, who := range []string{"a section", "a bureau", "half the city", "all"} {
			for _, text := range []string{"個人情報 学校", "端末", "職員01234"} {
				rows = append(rows, row{
					name: fmt.Sprintf("find %s in %s among %d,000 things", text, who, documents/1000) + on(engine), within: searching,
					prepare: func() (pair, error) {
						x, err := open()
						if err != nil {
							return pair{}, err
						}
						return x.finding(who, text)
					},
				})
			}
		}
	}
	return rows
}

// finding compares a page of what is found with reading it by its ids.
func (x *archive) finding(who, text string) (pair, error) {
	scope := reach(x.homes[:map[string]int{"a section": 1, "a bureau": 20, "half the city": 900}[who]])
	q := search.Query{Kinds: []string{record}, Text: text, Scope: scope, Limit: pageful}
	var things []string
	if err := x.DB.View(x.b.ctx, func(r db.Reader) error {
		hits, _, err := search.Find(x.b.ctx, r, q)
		things = nil
		for _, h := range hits {
			things = append(things, h.Thing)
		}
		return err
	}); err != nil {
		return pair{}, err
	}
	return pair{
		floor: fmt.Sprintf("reading the %d by their ids", len(things)),
		base: each(func() error {
			return x.DB.View(x.b.ctx, func(r db.Reader) error {
				args := []any{record}
				return db.Raw(x.b.ctx, r, `select d.kind, d.thing, d.home, d.seq from `+db.Listed(r, &args, things)+` m cross join search_document d where d.kind = $1 and d.thing = m.value`, args, func([]any) error { return nil })
			})
		}),
		ours: each(func() error {
			return x.DB.View(x.b.ctx, func(r db.Reader) error { _, _, err := search.Find(x.b.ctx, r, q); return err })
		}),
	}, nil
}
