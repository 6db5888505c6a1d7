package trail_test

import (
	"fmt"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// BenchmarkReaders lists acts and entries of a log of 300,000 for readers who may see one, sixty or all but a few of 1,500 homes.
// 240,000 came by ten imports over all homes, the others one by one.
func BenchmarkReaders(b *testing.B) {
	for _, engine := range testkit.Engines {
		d := testkit.Open(b, testkit.DSN(b, engine, world()), world())
		longLog(b, d)
		l := trail.New(d)
		seen := func(from, to int, few bool) trail.Seen {
			var homes []string
			for i := from; i < to; i++ {
				homes = append(homes, fmt.Sprintf("u:%d", i))
			}
			s := trail.Seen{Where: func(args *[]any, column string) string {
				var in string
				_ = d.View(b.Context(), func(r db.Reader) error { in = db.OneOf(r, args, column, homes); return nil })
				return in
			}}
			if few {
				s.Few = func(args *[]any) string { return `select h.home from (select 'u:` + fmt.Sprint(from) + `' as home) h` }
			}
			return s
		}
		every := trail.Seen{Pending: true, Where: func(_ *[]any, column string) string { return column + ` not like 'c:%'` }}
		for name, s := range map[string]trail.Seen{"one": seen(700, 701, true), "sixty": seen(700, 760, false), "most": seen(0, 1400, false), "every": every, "gone": seen(5000, 5001, false)} {
			for what, q := range map[string]func(r db.Reader) (int, error){
				"acts": func(r db.Reader) (int, error) {
					list, _, err := l.Acts(b.Context(), r, trail.Query{Limit: 50}, "", s)
					return len(list), err
				},
				"acts deep": func(r db.Reader) (int, error) {
					list, _, err := l.Acts(b.Context(), r, trail.Query{Limit: 50}, id.ID(fmt.Sprintf("act-%09d", 11)), s)
					return len(list), err
				},
				"entries": func(r db.Reader) (int, error) {
					list, _, err := l.Search(b.Context(), r, trail.Query{Kind: "thing", Limit: 50}, s)
					return len(list), err
				},
			} {
				b.Run(fmt.Sprint(engine, " ", what, " of ", name), func(b *testing.B) {
					n := 0
					for b.Loop() {
						if err := d.View(b.Context(), func(r db.Reader) (err error) { n, err = q(r); return err }); err != nil {
							b.Fatal(err)
						}
					}
					b.ReportMetric(float64(n), "rows")
				})
			}
		}
	}
}

// longLog writes a long log at once, as nobody could sign it.
func longLog(b *testing.B, d *db.DB) {
	b.Helper()
	number := map[db.Engine]string{
		db.SQLite:   `with recursive n(i) as (select 0 union all select i + 1 from n where i < %d) `,
		db.Postgres: `with n(i) as (select generate_series(0, %d)) `,
	}[d.Engine()]
	pad := map[db.Engine]func(string) string{
		db.SQLite:   func(x string) string { return `printf('act-%09d', ` + x + `)` },
		db.Postgres: func(x string) string { return `'act-' || lpad(cast(` + x + ` as text), 9, '0')` },
	}[d.Engine()]
	act := `case when i < 240000 then i / 24000 else i - 239990 end`
	if err := d.Update(b.Context(), func(tx *db.Tx) error {
		for _, q := range []string{
			`insert into trail_act (id, at, actor, authority, name, seal, opens, detail, note, note_salt, note_hash) ` + fmt.Sprintf(number, 60009) +
				`select ` + pad("i") + `, '2026-04-01T00:00:00.000000Z', 'cli:test', '', 'thing.change', '', '', '{}', '', '', '' from n`,
			`insert into trail_entry (act, position, seq, kind, thing, version, home, gone, public, public_salt, public_hash, personal, personal_salt, personal_hash) ` + fmt.Sprintf(number, 299999) +
				`select ` + pad(act) + `, case when i < 240000 then i % 24000 else 0 end, i, 'thing', cast(i % 150000 as text), i / 150000 + 1, 'u:' || (i % 150000 * 7 % 1500), false, '{"name":"何か","note":"` + fmt.Sprintf("%0300d", 0) + `"}', '', '', '', '', '' from n`,
			`insert into trail_thing (kind, thing, version, home, gone, seq, at) ` + fmt.Sprintf(number, 149999) +
				`select 'thing', cast(i as text), 2, 'u:' || (i * 7 % 1500), false, i + 150000, '2026-04-01T00:00:00.000000Z' from n`,
			`update trail_head set size = 300000`, `analyze`,
		} {
			if _, err := tx.Exec(b.Context(), q); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		b.Fatal(err)
	}
}
