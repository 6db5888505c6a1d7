package db_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/testkit"
)

// subset holds one probe for each rule of doc/sql.md that a query can show: the same text gives the same rows on both engines.
var subset = []struct {
	rule, query string
	args        []any
	want        []string
}{
	{"$2 before $1", `select $2 || '-' || $1`, []any{"a", "b"}, []string{"b-a"}},
	{"$1 twice", `select cast($1 as text) || cast($1 as text)`, []any{"a"}, []string{"aa"}},
	{"keyset by row value", `select id from thing where (grade, id) > ($1, $2) order by grade, id limit 2`, []any{"1", "b"}, []string{"c", "a"}},
	{"nulls last", `select id from thing order by note nulls last, id`, nil, []string{"d", "a", "b", "c"}},
	{"nulls last, falling", `select id from thing order by note desc nulls last, id`, nil, []string{"a", "d", "b", "c"}},
	{"order is by code point", `with v (x) as (values ('い'), ('a'), ('B'), ('ア'), ('亜'), ('_'), ('一'), ('𠮷'), ('﨑')) select x from v order by x`, nil, []string{"B", "_", "a", "い", "ア", "一", "亜", "﨑", "𠮷"}},
	{"is not distinct from", `select id from thing where note is not distinct from null order by id`, nil, []string{"b", "c"}},
	{"common table expression", `with recursive up (n) as (values (1) union all select n + 1 from up where n < 3) select cast(n as text) from up`, nil, []string{"1", "2", "3"}},
	{"window function", `select id || row_number() over (partition by grade order by id) from thing order by id`, nil, []string{"a1", "b1", "c2", "d2"}},
	{"filter", `select cast(count(*) filter (where ready) as text) from thing`, nil, []string{"2"}},
	{"boolean columns", `select id from thing where ready and not (ready = false) order by id`, nil, []string{"a", "c"}},
	{"boolean arguments", `select id from thing where ready = $1 order by id`, []any{false}, []string{"b", "d"}},
	{"string_agg", `select string_agg(id, ',' order by id desc) from thing`, nil, []string{"d,c,b,a"}},
	{"JSON keeps its text", `select data from thing where id = 'a'`, nil, []string{`{"size":1,"color":"red"}`}},
	{"escaped like", `select id from thing where data like $1 escape '!'`, []any{"%!_%"}, []string{"b"}},
	{"length counts characters", `select cast(length($1) as text)`, []any{"𠮷野"}, []string{"2"}},
	{"substr", `select substr($1, 2, 1)`, []any{"𠮷野家"}, []string{"野"}},
	{"coalesce and nullif", `select coalesce(nullif($1, ''), 'none')`, []any{""}, []string{"none"}},
	{"exists", `select id from thing t where exists (select 1 from thing o where o.grade = t.grade and o.id < t.id) order by id`, nil, []string{"c", "d"}},
	{"whole division", `select cast(7 / 2 as text)`, nil, []string{"3"}},
	{"insert, returning", `insert into thing (id, grade) values ($1, $2) returning id || grade`, []any{"e", "3"}, []string{"e3"}},
	{"on conflict do nothing", `insert into thing (id, grade) values ('a', '9') on conflict do nothing returning id`, nil, nil},
	{"on conflict do update", `insert into thing (id, grade) values ('a', '9') on conflict (id) do update set grade = excluded.grade || thing.grade returning grade`, nil, []string{"92"}},
	{"several rows of values", `insert into thing (id, grade) values ('f', '4'), ('g', '4') returning id`, nil, []string{"f", "g"}},
	{"insert from select", `insert into thing (id, grade) select id || '2', grade from thing where id = 'b' returning id`, nil, []string{"b2"}},
	{"update from", `update thing set note = o.note from thing o where o.id = 'a' and thing.id = 'b' returning thing.note`, nil, []string{"x"}},
	{"delete, returning", `delete from thing where grade = '1' returning id`, nil, []string{"b", "c"}},
}

// differences holds what runs on one engine only, or means something else there: the "never" column of doc/sql.md. A test that
// finds them equal tells that a rule has become void.
var differences = []struct{ query, sqlite, postgres string }{
	{`select id from thing where id = any(array['a'])`, "error", "a"},
	{`select id from thing where id ilike 'A'`, "error", "a"},
	{`select id from thing where id like 'A'`, "a", ""},
	{`select id from thing where id = 'a' for update`, "error", "a"},
	{`select 1::text`, "error", "1"},
	{`select x from (values ('a')) as v (x)`, "error", "a"},
	{`select group_concat(id) from thing where id = 'a'`, "a", "error"},
	{`select data ->> 'color' from thing where id = 'a'`, "red", "error"},
	{`select id from thing where rowid = 1`, "a", "error"},
	{`select id from thing order by note, id limit 1`, "b", "d"},
	{`select upper('ü')`, "ü", "Ü"},
	{`select min(ready) from thing`, "0", "error"},
	{`select id from thing where grade = 2 and id = 'a'`, "a", "error"},
	{`update thing set ready = 'often' where id = 'a' returning id`, "a", "error"},
}

var things = []db.Schema{{Module: "thing", FS: folder("0001_thing.sql", `
	create table thing (id text primary key, grade text not null, ready boolean not null default false, note text, data text);
	create unique index thing__note on thing (note) where note is not null and ready;
	create index thing__both on thing (grade, id);
	insert into thing (id, grade, ready, note, data) values
		('a', '2', true, 'x', '{"size":1,"color":"red"}'), ('b', '1', false, null, '{"a_b":1}'), ('c', '1', true, null, null), ('d', '2', false, 'w', null);`)}}

// try runs a query and undoes it.
func try(t *testing.T, d *db.DB, query string, args []any) (rows []string, err error) {
	t.Helper()
	undo := errors.New("undo")
	if e := d.Update(t.Context(), func(tx *db.Tx) error {
		rows, err = db.List[string](t.Context(), tx, query, args...)
		return undo
	}); !errors.Is(e, undo) {
		t.Fatal(e)
	}
	return rows, err
}

func TestSubset(t *testing.T) {
	testkit.Each(t, things, func(t *testing.T, d *db.DB) {
		for _, c := range subset {
			got, err := try(t, d, c.query, c.args)
			if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
				t.Errorf("%s: %s\n%v\n-want +got:\n%s", c.rule, c.query, err, diff)
			}
		}
		if err := d.Update(t.Context(), func(tx *db.Tx) error { _, err := tx.Exec(t.Context(), `analyze`); return err }); err != nil {
			t.Error(err)
		}
	})
}

func TestDifferences(t *testing.T) {
	testkit.Each(t, things, func(t *testing.T, d *db.DB) {
		for _, c := range differences {
			want := map[db.Engine]string{db.SQLite: c.sqlite, db.Postgres: c.postgres}[d.Engine()]
			rows, err := try(t, d, c.query, nil)
			got := strings.Join(rows, ",")
			if err != nil {
				got = "error"
			}
			if got != want {
				t.Errorf("%s\ngives %q, want %q (%v)", c.query, got, want, err)
			}
		}
	})
}
