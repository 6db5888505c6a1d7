package trail_test

import (
	"crypto/sha256"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// BenchmarkVerify compares Verify of the log, and of the log with the records, with reading the same rows and hashing them.
func BenchmarkVerify(b *testing.B) {
	const n, alone = 100_000, 20_000 // entries, and how many of them have an act of their own
	for _, engine := range testkit.Engines {
		b.Run(string(engine), func(b *testing.B) {
			dsn := testkit.DSN(b, engine, world())
			l := begin(b, testkit.Open(b, dsn, world()))
			put := func(n int) {
				if err := l.Do(b.Context(), trail.Act{Actor: "person:0190b5a0", Authority: "role@u:1", Name: "thing.import", Note: "取り込み"}, func(tx *trail.Tx) error {
					rows := make([]thing, n)
					for i := range rows {
						rows[i] = thing{ID: id.New(tx.Now), Row: trail.Row{Home: "u:3100"}, Name: "情報資産管理台帳の一行", Owner: "髙橋 一郎", Big: true, Count: i}
					}
					return things.Put(b.Context(), tx, rows...)
				}); err != nil {
					b.Fatal(err)
				}
			}
			for range alone {
				put(1)
			}
			for range (n - alone) / 1000 {
				put(1000)
			}
			settle(b, l)
			driver, address := "pgx", dsn
			if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
				driver, address = "sqlite", path
			}
			pool, err := sql.Open(driver, address)
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = pool.Close() }()
			if engine == db.Postgres {
				if _, err := pool.ExecContext(b.Context(), `analyze`); err != nil {
					b.Fatal(err)
				}
			}
			floor := func(tables ...string) func(*testing.B) {
				return func(b *testing.B) {
					for b.Loop() {
						for _, table := range tables {
							hashRows(b, pool, table)
						}
					}
				}
			}
			verify := func(verify func() (trail.Report, error)) func(*testing.B) {
				return func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if report, err := verify(); err != nil || !report.OK || report.Size != n+1 {
							b.Fatal(err, report.Findings)
						}
					}
				}
			}
			b.Run("log/floor", floor("trail_entry order by seq", "trail_act order by id"))
			b.Run("log/verify", verify(func() (trail.Report, error) { return l.VerifyLog(b.Context()) }))
			b.Run("records/floor", floor("trail_entry order by seq", "trail_act order by id", "made_thing order by id", "trail_thing order by kind, thing"))
			b.Run("records/verify", verify(func() (trail.Report, error) { return l.Verify(b.Context(), audited(), trail.Anchors{}) }))
		})
	}
}

// hashRows reads a table and hashes each row.
func hashRows(b testing.TB, pool *sql.DB, table string) {
	b.Helper()
	rows, err := pool.QueryContext(b.Context(), `select * from `+table)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		b.Fatal(err)
	}
	row, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		into[i] = &row[i]
	}
	var text []byte
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			b.Fatal(err)
		}
		text = text[:0]
		for _, value := range row {
			if s, ok := value.(string); ok {
				text = append(text, s...)
			} else {
				text = fmt.Append(text, value)
			}
		}
		sha256.Sum256(text)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
}
