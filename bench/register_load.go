package main

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/trail"
)

const (
	firstEntries = 10_000 // are put like any others, with their versions in the trail; the rest are copies of them
	atOnce       = 1000   // of them are put, or taken into the index
	commonWord   = "台帳"   // stands in the name of every eighth entry
)

// words are what names of entries are made of.
func words() (what, about []string) {
	return []string{"申請書綴り", commonWord, "契約書", "決裁文書", "名簿", "調査票", "設計書", "議事録"},
		[]string{"税務", "福祉", "防災", "港湾", "水道", "学校", "給付", "工事", "戸籍", "選挙", "健診", "図書館", "区画整理", "人事", "監査", "広報"}
}

// said is what an entry of a home says, by the types of its fields.
func (l *ledger) said(random *rand.Rand, home string) register.Data {
	data := register.Data{}
	what, about := words()
	for _, f := range l.book.Fields {
		if f.When != nil || !f.Required && !f.List && random.IntN(3) > 0 {
			continue
		}
		switch f.Type { //nolint:exhaustive // the others stay empty
		case register.TypeText:
			data[f.ID] = fmt.Sprintf("令和%d年度 %s%s（%s%d）", 1+random.IntN(8), about[random.IntN(len(about))], what[random.IntN(len(what))], about[random.IntN(len(about))], random.IntN(1000))
		case register.TypeLong:
			data[f.ID] = strings.Repeat("規程の定めるところにより取り扱う。", 1+random.IntN(3))
		case register.TypeScope:
			data[f.ID] = home
		case register.TypeDate:
			data[f.ID] = jpdate.New(2026, 4, 1).AddDays(random.IntN(3650)).String()
		case register.TypeChoice:
			first := f.Options[0].ID
			if random.IntN(3) == 0 {
				first = f.Options[random.IntN(len(f.Options))].ID
			}
			if data[f.ID] = first; f.Many {
				data[f.ID] = []string{first}
			}
		case register.TypeClass:
			data[f.ID] = l.classified(random)
		}
	}
	return data
}

// classified is a class: the highest of all axes has one entry in a thousand.
func (l *ledger) classified(random *rand.Rand) register.Class {
	class, highest := register.Class{}, random.IntN(1000) == 0
	for i, a := range l.book.Axes {
		level := random.IntN(len(a.Levels))
		if highest {
			level = len(a.Levels) - 1
		} else if i == 0 {
			level = random.IntN(len(a.Levels) - 1)
		}
		class[a.ID] = a.Levels[level]
	}
	return class
}

// grow makes the table as large as is said.
func (l *ledger) grow(size int) error {
	if l.size >= size {
		return nil
	}
	if l.size == 0 {
		if err := l.begin(); err != nil {
			return err
		}
	}
	if size > l.size {
		if err := l.copies(size); err != nil {
			return err
		}
	}
	return l.settled()
}

// numbers is how the numbers of entries begin that are made here: no others have as many digits.
func (l *ledger) numbers() string { return "令和8-" + l.book.Kind.Number + "-" }

// begin puts the first entries, in acts of a thousand.
func (l *ledger) begin() error {
	random := rand.New(rand.NewPCG(7, 7)) // the same entries every time
	for range firstEntries / atOnce {
		if err := l.Log.Do(l.b.ctx, trail.Act{Actor: by, Name: "bench"}, func(tx *trail.Tx) error {
			put := make([]register.Entry, atOnce)
			for i := range put {
				home := l.homes[random.IntN(len(l.homes))]
				said, err := canon.Marshal(l.said(random, home))
				if err != nil {
					return err
				}
				put[i] = register.Entry{
					ID: id.New(tx.Now), Row: trail.Row{Home: home}, Number: fmt.Sprintf("%s000%05d", l.numbers(), l.size+i), Pack: l.book.Pack,
					Happened: db.At(tx.Now.Add(time.Duration(i) * time.Second)), Entered: db.At(tx.Now), Source: "import", Data: trail.JSON(said),
				}
				if len(l.book.States) > 0 {
					put[i].State = l.book.States[0].ID
				}
			}
			if l.size == 0 {
				l.bounds[0] = put[0].ID
			}
			l.bounds[1] = put[atOnce-1].ID
			return l.book.Table.Put(l.b.ctx, tx, put...)
		}); err != nil {
			return err
		}
		l.size += atOnce
	}
	return l.Log.Settle(l.b.ctx)
}

// copies inserts copies of the first entries until there are size: each time all of them move on to other homes. Their rows and what
// the search finds of them are as if they had been put; in the trail they do not stand.
func (l *ledger) copies(size int) error {
	if err := l.dropIndexes(); err != nil {
		return err
	}
	if err := l.housed(); err != nil {
		return err
	}
	columns, values := l.copied()
	for l.size < size {
		if err := l.DB.Update(l.b.ctx, func(tx *db.Tx) error {
			for range 20 {
				if l.size >= size {
					break
				}
				k := l.size / firstEntries
				at := time.Now().AddDate(0, 0, -k)
				args := []any{fmt.Sprintf("%08x", at.UnixMilli()>>16), fmt.Sprintf("%s%03d", l.numbers(), k), k * 37, len(l.homes), l.bounds[0], l.bounds[1]}
				if l.book.Volume == register.Log {
					args = append(args, at.UTC().Format("2006-01-02"))
				}
				n, err := tx.Exec(l.b.ctx, `insert into `+l.book.Table.Name()+` (`+columns+`) select `+values+` from `+l.book.Table.Name()+` t
					join bench_home a on a.home = t.home join bench_home b on b.n = (a.n + cast($3 as bigint)) % cast($4 as bigint)
					where t.id >= $5 and t.id <= $6`, args...)
				if err != nil {
					return err
				}
				if l.size += int(n); n != firstEntries {
					return fmt.Errorf("%d copies of %d entries", n, firstEntries)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if err := l.Library.Define(l.b.ctx, l.DB); err != nil {
		return err
	}
	if l.book.Volume == register.Log {
		return nil // nobody looks for its rows here
	}
	return l.index()
}

// housed lists the homes in a table, so that entries can move from one to another.
func (l *ledger) housed() error {
	return l.DB.Update(l.b.ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(l.b.ctx, `create table if not exists bench_home (n bigint not null primary key, home text not null)`); err != nil {
			return err
		}
		for n, home := range l.homes {
			if _, err := tx.Exec(l.b.ctx, `insert into bench_home (n, home) values ($1, $2) on conflict do nothing`, n, home); err != nil {
				return err
			}
		}
		return nil
	})
}

// copied is the columns of the table and what a copy has in them: $1 to $7 see copies.
func (l *ledger) copied() (columns, values string) {
	var from []string
	names := slices.Concat(strings.Split(l.book.Table.Columns(), ", "), l.keys())
	for _, name := range names {
		value := "t." + name
		switch {
		case name == "id":
			value = `cast($1 as text) || substr(t.id, 9)`
		case name == "home" || name == "k_"+l.book.Owner:
			value = `b.home`
		case name == "number":
			value = fmt.Sprintf(`cast($2 as text) || substr(t.number, %d)`, utf8.RuneCountInString(l.numbers())+4)
		case name == "data":
			value = `replace(t.data, a.home, b.home)`
		case name == "happened_at" && l.book.Volume == register.Log:
			value = `cast($7 as text) || substr(t.happened_at, 11)`
		}
		from = append(from, value)
	}
	return strings.Join(names, ", "), strings.Join(from, ", ")
}

// keys are the columns that lists compare.
func (l *ledger) keys() []string {
	var names []string
	for _, f := range l.book.Fields {
		if f.Sorted() {
			names = append(names, "k_"+f.ID)
		}
	}
	return names
}

func (l *ledger) dropIndexes() error {
	return l.DB.Update(l.b.ctx, func(tx *db.Tx) error {
		query := `select name from sqlite_master where type = 'index' and tbl_name = $1 and sql is not null`
		if tx.Engine() == db.Postgres {
			query = `select indexname as name from pg_indexes where tablename = $1 and indexname not like '%_pkey'`
		}
		names, err := db.List[string](l.b.ctx, tx, query, l.book.Table.Name())
		for _, name := range names {
			if _, err := tx.Exec(l.b.ctx, `drop index `+name); err != nil {
				return err
			}
		}
		return err
	})
}

// index lets the search take in the copies that it does not have, with numbers far beyond those of the trail.
func (l *ledger) index() error {
	const beyond = 1 << 40
	index := search.New().Beside(register.Found(l.Library.Shelf, l.DB.Now)).Follower()
	var next int64
	if err := l.DB.View(l.b.ctx, func(r db.Reader) (err error) {
		next, err = db.Get[int64](l.b.ctx, r, `select coalesce(max(seq), 0) from search_document`)
		return err
	}); err != nil {
		return err
	}
	next = max(next, beyond)
	for after := id.ID(""); ; {
		var entries []register.Entry
		if err := l.DB.View(l.b.ctx, func(r db.Reader) (err error) {
			entries, err = db.List[register.Entry](l.b.ctx, r, `select `+l.book.Table.Columns()+` from `+l.book.Table.Name()+` t where id > $1
				and not exists (select 1 from search_document d where d.kind = $2 and d.thing = t.id) order by id limit $3`, after, l.book.Name, atOnce)
			return err
		}); err != nil || len(entries) == 0 {
			return err
		}
		feed := make([]trail.Feed, len(entries))
		for i, e := range entries {
			next++
			said, err := canon.Marshal(map[string]any{
				"number": e.Number, "state": e.State, "pack": e.Pack, "happened_at": string(e.Happened), "entered_at": string(e.Entered),
				"confirmed_on": e.Confirmed.String(), "source": e.Source, "data": e.Data,
			})
			if err != nil {
				return err
			}
			feed[i] = trail.Feed{Seq: next, Kind: l.book.Name, Thing: string(e.ID), Version: 1, Home: e.Home, Public: string(said), Personal: `{"personal":{}}`}
		}
		after = entries[len(entries)-1].ID
		if err := l.DB.UpdateAlone(l.b.ctx, "bench", func(tx *db.Tx) error { return index.Apply(l.b.ctx, tx, feed) }); err != nil {
			return err
		}
	}
}

// settled brings what the planners know up to date, as an import does and the vacuum of PostgreSQL in its time.
func (l *ledger) settled() error {
	if l.DB.Engine() == db.SQLite {
		return l.DB.Update(l.b.ctx, func(tx *db.Tx) error { _, err := tx.Exec(l.b.ctx, `analyze`); return err })
	}
	pool, err := sql.Open("pgx", l.at)
	if err != nil {
		return err
	}
	defer pool.Close() //nolint:errcheck // nothing was written
	_, err = pool.ExecContext(l.b.ctx, `vacuum (analyze)`)
	return err
}
