package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"time"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

const (
	entries = 100_000
	alone   = 10_000 // of the entries have an act of their own; the others came by imports
)

// verifyRows are about verifying the trail.
func (b *bench) verifyRows(engine db.Engine) []row {
	open := sync.OnceValues(func() (*app.App, error) { return b.longLog(engine) })
	verifying := func(tables []trail.Audited, floor ...string) func() (pair, error) {
		return func() (pair, error) {
			a, err := open()
			if err != nil {
				return pair{}, err
			}
			return pair{
				floor: "reading the same rows and SHA-256",
				base: each(func() error {
					return a.DB.View(b.ctx, func(r db.Reader) error { return hashed(b.ctx, r, floor) })
				}),
				ours: each(func() error {
					report, err := a.Log.Verify(b.ctx, tables, trail.Anchors{})
					if err == nil && (report.Size < entries || tables != nil && !report.OK) {
						err = fmt.Errorf("%d entries: %v", report.Size, report.FirstBad)
					}
					return err
				}),
			}, nil
		}
	}
	log := []string{"trail_entry order by seq", "trail_act order by id", "trail_thing order by kind, thing"}
	return []row{
		{name: "verify the log, 100,000 entries" + on(engine), atMost: 2, long: time.Second, prepare: verifying(nil, log...)},
		{name: "verify with records, 100,000 entries" + on(engine), atMost: 4, long: time.Second, prepare: verifying(app.Audited(), append(log, "org_person order by id")...)},
	}
}

// longLog is a database with many entries, all signed.
func (b *bench) longLog(engine db.Engine) (*app.App, error) {
	a, err := b.open(engine, b.set)
	if err != nil {
		return nil, err
	}
	put := func(n int) func() error {
		return func() error {
			return a.Log.Do(b.ctx, trail.Act{Actor: by, Name: "bench", Note: "取り込み"}, func(tx *trail.Tx) error {
				people := make([]org.Person, n)
				for i := range people {
					people[i] = person(tx.Now, "")
				}
				return org.People.Beside(nil).Put(b.ctx, tx, people...)
			})
		}
	}
	err = errors.Join(together(8, alone, put(1)), together(1, (entries-alone)/1000, put(1000)), a.Log.Settle(b.ctx))
	if err != nil {
		return nil, err
	}
	return a, a.DB.Update(b.ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(b.ctx, `analyze`)
		return err
	})
}

// hashed reads tables and hashes each row.
func hashed(ctx context.Context, r db.Reader, tables []string) error {
	var text []byte
	for _, table := range tables {
		if err := db.Raw(ctx, r, `select * from `+table, nil, func(row []any) error {
			text = text[:0]
			for _, value := range row {
				if s, ok := value.(string); ok {
					text = append(text, s...)
				} else {
					text = fmt.Append(text, value)
				}
			}
			sha256.Sum256(text)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
