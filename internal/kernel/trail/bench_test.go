package trail_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// BenchmarkWrite compares one row put with its entry, while the sequencer runs, with the bare insert of the row.
func BenchmarkWrite(b *testing.B) {
	for _, engine := range testkit.Engines {
		for _, writers := range []int{1, 4} {
			for _, how := range []string{"bare", "entry"} {
				b.Run(fmt.Sprintf("%s/%d/%s", engine, writers, how), func(b *testing.B) {
					d := testkit.Open(b, testkit.DSN(b, engine, modules()), modules())
					l := trail.New(d)
					write := func(ctx context.Context) error {
						return d.Update(ctx, func(tx *db.Tx) error {
							_, err := tx.Exec(ctx, `insert into made_thing (id, version, home, name, owner, big, count) values ($1, 1, 'b:', $2, $3, true, 3)`,
								id.New(tx.Now), "情報資産管理台帳の一行", "髙橋")
							return err
						})
					}
					if how == "entry" {
						act := trail.Act{Actor: "cli:test", Name: "thing.make"}
						write = func(ctx context.Context) error {
							return l.Do(ctx, act, func(tx *trail.Tx) error {
								return things.Put(ctx, tx, thing{ID: id.New(tx.Now), Row: trail.Row{Home: "b:"}, Name: "情報資産管理台帳の一行", Owner: "髙橋", Big: true, Count: 3})
							})
						}
						ctx, stop := context.WithCancel(b.Context())
						var running sync.WaitGroup
						running.Go(func() { l.Run(ctx) })
						defer running.Wait()
						defer stop()
					}
					var left atomic.Int64
					left.Store(int64(b.N))
					var group sync.WaitGroup
					b.ResetTimer()
					for range writers {
						group.Go(func() {
							for left.Add(-1) >= 0 {
								if err := write(b.Context()); err != nil {
									b.Error(err)
									return
								}
							}
						})
					}
					group.Wait()
					b.StopTimer()
					b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
				})
			}
		}
	}
}

// BenchmarkSequence gives numbers to ten thousand entries: of one act, and of as many acts.
func BenchmarkSequence(b *testing.B) {
	const n = 10_000
	for _, engine := range testkit.Engines {
		for _, acts := range []int{1, n} {
			b.Run(fmt.Sprintf("%s/%d", engine, acts), func(b *testing.B) {
				d := testkit.Open(b, testkit.DSN(b, engine, modules()), modules())
				l := trail.New(d)
				for b.Loop() {
					b.StopTimer()
					fill(b, l, acts, n/acts)
					b.StartTimer()
					for {
						some, err := l.Sequence(b.Context())
						if err != nil {
							b.Fatal(err)
						}
						if some == 0 {
							break
						}
					}
				}
				b.ReportMetric(float64(b.N)*n/b.Elapsed().Seconds(), "entries/s")
			})
		}
	}
}

// fill commits acts of entries each.
func fill(b *testing.B, l *trail.Log, acts, entries int) {
	b.Helper()
	var group sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(acts))
	for range 8 {
		group.Go(func() {
			for left.Add(-1) >= 0 {
				if err := l.Do(b.Context(), trail.Act{Actor: "cli:test", Name: "thing.make"}, func(tx *trail.Tx) error {
					rows := make([]thing, entries)
					for i := range rows {
						rows[i] = thing{ID: id.New(tx.Now), Row: trail.Row{Home: "b:"}, Name: "情報資産管理台帳の一行", Owner: "髙橋"}
					}
					return things.Put(b.Context(), tx, rows...)
				}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}
