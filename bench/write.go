package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// writeRows are about writing one row in a transaction of its own, by some clients at once.
func (b *bench) writeRows(engine db.Engine) []row {
	var rows []row
	for _, clients := range []int{1, 4, 8} {
		rows = append(rows, row{
			name: fmt.Sprintf("write with entry, clients: %d", clients) + on(engine), atMost: 3, long: time.Second,
			prepare: func() (pair, error) { return b.writing(engine, clients) },
		})
	}
	return rows
}

// writing compares a row put with its entry, until all have their numbers and are signed, with inserting the row.
func (b *bench) writing(engine db.Engine, n int) (pair, error) {
	a, err := b.open(engine, b.set)
	if err != nil {
		return pair{}, err
	}
	bare, err := b.open(engine, b.set)
	if err != nil {
		return pair{}, err
	}
	people := org.People.Beside(nil) // without the stamp of kernel/org, which is a row more
	return pair{
		floor: "the bare insert of the row",
		base: clients(n, func() error {
			return bare.DB.Update(b.ctx, func(tx *db.Tx) error { return insertPerson(b.ctx, tx, person(tx.Now, "")) })
		}),
		ours: func(tb *testing.B) error {
			return b.running(a, func() error {
				tb.ResetTimer()
				if err := clients(n, func() error {
					return a.Log.Do(b.ctx, trail.Act{Actor: by, Name: "bench"}, func(tx *trail.Tx) error { return people.Put(b.ctx, tx, person(tx.Now, "")) })
				})(tb); err != nil {
					return err
				}
				err := a.Log.Settle(b.ctx)
				tb.StopTimer()
				return err
			})
		},
		end: func() error { return errors.Join(a.DB.Close(), bare.DB.Close()) },
	}, nil
}

// clients is work of several at once.
func clients(n int, fn func() error) work {
	return func(b *testing.B) error { return together(n, b.N, fn) }
}

// together does something many times, by several at once.
func together(clients, times int, fn func() error) error {
	var left atomic.Int64
	left.Store(int64(times))
	var group sync.WaitGroup
	errs := make([]error, clients)
	for i := range clients {
		group.Go(func() {
			for errs[i] == nil && left.Add(-1) >= 0 {
				errs[i] = fn()
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// person is a person as an import states one.
func person(now time.Time, number string) org.Person {
	p := org.Person{
		Statement: org.Statement{ID: id.New(now), Row: trail.Row{Home: org.BodyHome}, Dated: org.Dated{From: jpdate.New(2026, 4, 1), Until: org.Open(), Opens: db.At(now), Closes: org.Forever}},
		Person:    id.New(now), Number: number, Employment: "regular", Name: "髙橋 一郎", Kana: "タカハシ イチロウ", Mail: "takahashi-i@city.minato.example.jp",
	}
	if number == "" {
		p.Number = string(p.Person[:8])
	}
	p.Find = org.FindText(p.Number, p.Name, p.Kana)
	return p
}

func insertPerson(ctx context.Context, tx *db.Tx, p org.Person) error {
	_, err := tx.Exec(ctx, `insert into org_person (id, version, home, from_on, until_on, opens, closes, batch, closed_by, person, number, employment, name, kana, mail, find)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		p.ID, 1, p.Home, p.From, p.Until, p.Opens, p.Closes, p.Batch, p.ClosedBy, p.Person, p.Number, p.Employment, p.Name, p.Kana, p.Mail, p.Find)
	return err
}

// insertBare inserts rows into a table of their shape.
func insertBare(ctx context.Context, tx *db.Tx, table string, rows [][]any) error {
	for some := range slices.Chunk(rows, max(1, 500/len(rows[0]))) {
		var args []any
		places := make([]string, len(some))
		for i, row := range some {
			places[i] = db.In(&args, row)
		}
		if _, err := tx.Exec(ctx, `insert into `+table+` values `+strings.Join(places, ", "), args...); err != nil {
			return err
		}
	}
	return nil
}
