package main

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sekimori/internal/app"
	"sekimori/internal/app/minato"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
)

// city is みなと市 in its full size, which comes into being bit by bit: first it has its policies, then it takes in one round of
// papers after another.
type city struct {
	*app.App
	b      *bench
	rounds []minato.Round
	taken  int    // rounds
	upload id.ID  // what was handed in last
	at     string // of its database
}

func (b *bench) openCity(engine db.Engine) (*city, error) {
	packs, err := app.LoadRegimes("")
	if err != nil {
		return nil, err
	}
	return b.cityOf(engine, packs)
}

// cityOf is the city when it has adopted some packs and knows nobody yet.
func (b *bench) cityOf(engine db.Engine, packs *regime.Set) (*city, error) {
	papers, err := minato.Generate(minato.City, jpdate.Today(time.Now()))
	if err != nil {
		return nil, err
	}
	a, err := b.open(engine, packs)
	if err != nil {
		return nil, err
	}
	day := papers.Past[0].Effective
	for i, p := range packs.Newest() {
		if _, err := a.Library.Activate(b.ctx, a.Log, access.NewProgram(by), p, regime.Decision{Effective: day, Decided: day, Number: fmt.Sprint(i)}); err != nil {
			return nil, err
		}
	}
	return &city{App: a, b: b, at: b.last, rounds: append(slices.Clone(papers.Past), papers.Next)}, nil
}

// cityRows are about a large city: importing it, and then asking who is who.
func (b *bench) cityRows(engine db.Engine) []row {
	open := sync.OnceValues(func() (*city, error) { return b.openCity(engine) })
	at := func(taken int, r row, prepare func(c *city) (pair, error)) row {
		r.name += on(engine)
		r.prepare = func() (pair, error) {
			c, err := open()
			for err == nil && c.taken < taken {
				if err = c.handIn(); err == nil {
					err = errors.Join(c.apply(), c.Log.Settle(b.ctx))
				}
			}
			if err != nil {
				return pair{}, err
			}
			return prepare(c)
		}
		return r
	}
	const all = "33,000 people and all units"
	const change = "a year's change, 24,012 orders"
	rows := []row{
		at(0, row{name: "dry run of " + all, once: true, within: time.Minute}, (*city).rehearsing),
		at(0, row{name: "apply " + all, once: true}, (*city).applying),
		at(2, row{name: "dry run of " + change, once: true, within: time.Minute}, (*city).rehearsing),
		at(2, row{name: "apply " + change, once: true}, (*city).applying),
		at(3, row{name: "all seats of a city"}, (*city).charting),
		at(3, row{name: "who holds a role in a section"}, (*city).holding),
		at(3, row{name: "what somebody may do"}, (*city).standing),
	}
	rows = append(rows, searchRows(at)...)
	for _, path := range []string{"/org", "/people", "/roles", "/vacancies", "/trail", "/people/import"} {
		rows = append(rows, at(3, row{name: "page " + path}, func(c *city) (pair, error) {
			site, err := c.Handler("")
			if err != nil {
				return pair{}, err
			}
			return b.page(site, path)
		}))
	}
	return rows
}

// handIn uploads the next round.
func (c *city) handIn() (err error) {
	round := c.rounds[c.taken]
	var sources []people.Source
	for _, f := range round.Files {
		sources = append(sources, people.Source{Name: f.Name, Data: bytes.NewReader(f.Data)})
	}
	c.upload, err = c.People.Upload(c.b.ctx, access.NewProgram(by), sources, people.Options{Title: round.Title})
	return shown(err)
}

// apply confirms what was handed in and has it written.
func (c *city) apply() error {
	if err := c.People.Apply(c.b.ctx, access.NewProgram(by), c.upload, people.Choice{}); err != nil {
		return shown(err)
	}
	if err := c.Jobs.RunDue(c.b.ctx); err != nil {
		return shown(err)
	}
	u, err := c.People.Get(c.b.ctx, access.NewProgram(by), c.upload)
	if err == nil && u.State != people.Applied {
		err = errors.New(string(u.State) + " " + u.Trouble)
	}
	c.taken++
	return err
}

// shown adds to an error what people are told.
func shown(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %s", err, errs.Message(err))
}

// rehearsing compares handing in the next round and looking at what it comes to with reading its files.
func (c *city) rehearsing() (pair, error) {
	return pair{
		floor: "reading the files with base/sheet",
		base:  func(*testing.B) error { return readPapers(c.rounds[c.taken]) },
		ours: func(*testing.B) error {
			if err := c.handIn(); err != nil {
				return err
			}
			p, err := c.People.Preview(c.b.ctx, access.NewProgram(by), c.upload)
			if err == nil && (p.Nothing || p.Stop != "") {
				err = errors.New("nothing to apply: " + p.Stop)
			}
			return shown(err)
		},
	}, nil
}

// applying compares applying the next round, from the confirmation on, with reading its files and inserting the rows that it
// has stated.
func (c *city) applying() (pair, error) {
	bare, err := c.b.open(c.DB.Engine(), c.Library.Offered())
	if err != nil {
		return pair{}, err
	}
	round := c.rounds[c.taken]
	return pair{
		floor: "reading the files, then the same rows bare, one transaction",
		base: func(tb *testing.B) error {
			tables, err := c.stated()
			if err != nil {
				return err
			}
			tb.ResetTimer()
			if err := readPapers(round); err != nil {
				return err
			}
			return bare.DB.Update(c.b.ctx, func(tx *db.Tx) error {
				for table, rows := range tables {
					if err := insertBare(c.b.ctx, tx, table, rows); err != nil {
						return err
					}
				}
				return nil
			})
		},
		ours: func(tb *testing.B) error {
			if err := c.handIn(); err != nil {
				return err
			}
			tb.ResetTimer()
			err := c.apply()
			tb.StopTimer()
			return errors.Join(err, c.Log.Settle(c.b.ctx))
		},
	}, nil
}

// stated is the rows that the last round has stated, by table.
func (c *city) stated() (map[string][][]any, error) {
	tables := map[string][][]any{}
	return tables, c.DB.View(c.b.ctx, func(r db.Reader) error {
		for _, t := range org.Audited() {
			if t.Name() == org.Batches.Name() {
				continue
			}
			if err := db.Raw(c.b.ctx, r, `select * from `+t.Name()+` where batch = $1`, []any{c.upload}, func(row []any) error {
				tables[t.Name()] = append(tables[t.Name()], slices.Clone(row))
				return nil
			}); err != nil {
				return err
			}
		}
		return nil
	})
}

func readPapers(round minato.Round) error {
	for _, f := range round.Files {
		open, err := sheet.Open(bytes.NewReader(f.Data), int64(len(f.Data)), sheet.Limits{})
		if err != nil {
			return err
		}
		for _, err := range open.Rows("") {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// known is what is known today, and by which roles.
func (c *city) known(r db.Reader) (org.View, []org.Rules, error) {
	now := c.DB.Now()
	set, err := c.Library.InForce(c.b.ctx, r, jpdate.Today(now))
	return org.View{On: jpdate.Today(now), Now: db.At(now)}, set.OrgRules(), err
}

// charting compares reading who holds which role everywhere with reading the rows that decide it.
func (c *city) charting() (pair, error) {
	var v org.View
	var rules []org.Rules
	if err := c.DB.View(c.b.ctx, func(r db.Reader) (err error) {
		v, rules, err = c.known(r)
		return err
	}); err != nil {
		return pair{}, err
	}
	return pair{
		floor: "reading units, systems, designations and heads with their names",
		base: c.reading(func(int) []query {
			return []query{
				{text: `select * from org_unit`},
				{text: `select * from org_system`},
				{text: `select * from org_post`},
				{text: `select * from org_designation`},
				{text: `select * from org_deputy`},
				{text: `select person, unit, post, manner, from_on, until_on from org_assignment where post in (select post from org_post where head)`},
				{text: `select person, number, name from org_person
					where person in (select person from org_assignment where post in (select post from org_post where head))`},
			}
		}),
		ours: each(func() error {
			return c.DB.View(c.b.ctx, func(r db.Reader) error {
				chart, err := org.LoadChart(c.b.ctx, r, v, rules)
				if err == nil && len(chart.Vacancies()) == 0 {
					err = errors.New("no seat is vacant")
				}
				return err
			})
		}),
	}, nil
}

// query is one statement.
type query struct {
	text string
	args []any
}

// reading is the work of running queries in a snapshot, others for each i.
func (c *city) reading(queries func(i int) []query) work {
	i := 0
	return each(func() error {
		i++
		return c.DB.View(c.b.ctx, func(r db.Reader) error {
			for _, q := range queries(i) {
				if err := db.Raw(c.b.ctx, r, q.text, q.args, func([]any) error { return nil }); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// seats lists the holders of a role that the heads of sections have.
func (c *city) seats() (held []org.Holding, err error) {
	err = c.DB.View(c.b.ctx, func(r db.Reader) error {
		v, rules, err := c.known(r)
		if err != nil {
			return err
		}
		chart, err := org.LoadChart(c.b.ctx, r, v, rules)
		if err != nil {
			return err
		}
		held = nil
		for _, role := range rules[0].Roles {
			if role.Scope != org.ScopeSection || role.HeldBy.HeadOf == "" || len(held) > 0 {
				continue
			}
			for _, h := range chart.All(rules[0].Regime, role.ID) {
				if !h.Vacant() && strings.HasPrefix(h.Home, "u:") {
					held = append(held, h)
				}
			}
		}
		if len(held) == 0 {
			return errors.New("no section has a head")
		}
		return nil
	})
	return held, err
}

// holding compares asking who holds a role in a section, the chart being known, with reading its head.
func (c *city) holding() (pair, error) {
	held, err := c.seats()
	if err != nil {
		return pair{}, err
	}
	charts, i := &org.Charts{}, 0
	return pair{
		floor: "an indexed select of the head",
		base: c.reading(func(i int) []query {
			unit, _ := org.UnitOf(held[i%len(held)].Home)
			return []query{{`select a.*, p.number, p.name from org_assignment a join org_post o on o.post = a.post join org_person p on p.person = a.person
				where a.unit = $1 and o.head`, []any{unit}}}
		}),
		ours: each(func() error {
			i++
			h := held[i%len(held)]
			return c.DB.View(c.b.ctx, func(r db.Reader) error {
				v, rules, err := c.known(r)
				if err != nil {
					return err
				}
				chart, err := charts.At(c.b.ctx, r, v, rules)
				if err == nil && len(chart.Holders(h.Regime, h.Role.ID, h.Home)) == 0 {
					err = errors.New("nobody holds it")
				}
				return err
			})
		}),
	}, nil
}

// standing compares asking who somebody is and what he may do with reading his rows.
func (c *city) standing() (pair, error) {
	held, err := c.seats()
	if err != nil {
		return pair{}, err
	}
	charts, i := &org.Charts{}, 0
	return pair{
		floor: "an indexed select of the person's rows",
		base: c.reading(func(i int) []query {
			return []query{{`select * from org_person p join org_assignment a on a.person = p.person where p.person = $1`, []any{held[i%len(held)].Person.ID}}}
		}),
		ours: each(func() error {
			i++
			who := held[i%len(held)].Person.ID
			return c.DB.View(c.b.ctx, func(r db.Reader) error {
				v, rules, err := c.known(r)
				if err != nil {
					return err
				}
				s, err := charts.Standing(c.b.ctx, r, v, rules, who)
				if err == nil && len(s.Authorities) == 0 {
					err = errors.New("a head may do nothing")
				}
				return err
			})
		}),
	}, nil
}
