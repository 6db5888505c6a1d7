package testkit

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
)

// Schema writes down the tables and indexes of a database in one fixed form, to be compared with a golden. What base/db and
// goose keep for themselves is left out.
func Schema(t testing.TB, d *db.DB) string {
	t.Helper()
	var parts []string
	err := d.View(t.Context(), func(r db.Reader) (err error) {
		if r.Engine() == db.SQLite {
			parts, err = db.List[string](t.Context(), r, `select sql || ';' from sqlite_master
				where sql is not null and tbl_name not in (select name from pragma_table_list where type = 'shadow') and tbl_name not in ('goose_db_version', 'schema_failure', 'sqlite_sequence') order by tbl_name, type desc, name`)
			return err
		}
		parts, err = postgresSchema(t, r)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(parts, "\n\n") + "\n"
}

func postgresSchema(t testing.TB, r db.Reader) ([]string, error) {
	t.Helper()
	type line struct {
		Table string `db:"tab"`
		Text  string `db:"line"`
	}
	columns, err := db.List[line](t.Context(), r, `
		select c.relname as tab, format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod))
			|| case when a.attidentity <> '' then ' generated as identity' else '' end
			|| case when a.attnotnull then ' not null' else '' end
			|| case when a.attgenerated = 's' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored' else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') end as line
		from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
			left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
		where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relname not in ('goose_db_version', 'schema_failure')
		order by c.relname, a.attnum`)
	if err != nil {
		return nil, err
	}
	rules, err := db.List[line](t.Context(), r, `
		select c.relname as tab, format('constraint %I ', k.conname) || pg_get_constraintdef(k.oid) as line
		from pg_constraint k join pg_class c on c.oid = k.conrelid where c.relnamespace = 'public'::regnamespace and k.contype <> 'n' order by c.relname, k.conname`)
	if err != nil {
		return nil, err
	}
	others, err := db.List[line](t.Context(), r, `
		select tablename as tab, indexdef || ';' as line from pg_indexes
		where schemaname = 'public' and indexname not in (select conname from pg_constraint)
		union all select c.relname, pg_get_triggerdef(g.oid) || ';' from pg_trigger g join pg_class c on c.oid = g.tgrelid where not g.tgisinternal
		order by 1, 2`)
	if err != nil {
		return nil, err
	}
	var tables []string
	inside, after := map[string][]string{}, map[string][]string{}
	for _, l := range append(columns, rules...) {
		if inside[l.Table] == nil {
			tables = append(tables, l.Table)
		}
		inside[l.Table] = append(inside[l.Table], "\t"+l.Text)
	}
	for _, l := range others {
		after[l.Table] = append(after[l.Table], l.Text)
	}
	var parts []string
	for _, table := range slices.Compact(tables) {
		if strings.HasPrefix(table, "goose_") || table == "schema_failure" {
			continue
		}
		parts = append(parts, fmt.Sprintf("create table %s (\n%s\n);", table, strings.Join(inside[table], ",\n")))
		parts = append(parts, after[table]...)
	}
	return parts, nil
}
