package trail_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// names are the columns that a report finds of a book, sorted; with another table or thing among them it fails.
func (s *shelf) names(t testing.TB, b book) (names []string) {
	t.Helper()
	for _, f := range s.verify(t).Findings {
		if f.Table != "made_book" || f.Thing != string(b.ID) || f.Kind != "book" {
			t.Errorf("another thing: %+v", f)
		}
		names = append(names, f.Column)
	}
	slices.Sort(names)
	return names
}

// TestReportsNameWhatWasChangedByHand: the member of a JSON, the column that is no JSON any more, each column to sort by.
func TestReportsNameWhatWasChangedByHand(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, library())
			s := &shelf{Log: begin(t, testkit.Open(t, dsn, library()))}
			b := book{ID: id.New(s.DB().Now()), Row: trail.Row{Home: "u:1"}, MadeOn: jpdate.New(2026, time.April, 1), Count: 3}
			b.Data = canonical(t, values{"data_more": values{"z": 2}, "a": 1, "deep": values{"x": values{"y": "台"}}, "name": "甲"})
			b.More = canonical(t, values{"y": 3})
			b.Person = canonical(t, values{"owner": "髙橋", "kin": []values{{"name": "花"}}})
			s.put(t, "make", b)
			s.whole(t, "as it was put")
			tamper := testkit.NewTamper(t, dsn, 1)
			tamper.Exec(t, `create table kept as select * from made_book`)
			for _, c := range []struct {
				set  string
				want []string
			}{
				{`data = replace(data, '"甲"', '"乙"')`, []string{"data.name", "sort_name"}},
				{`data = replace(data, '"甲"', '"乙"'), sort_name = '乙'`, []string{"data.name"}},
				{`data = replace(data, '"台"', '"丈"')`, []string{"data.deep"}},
				{`data = replace(data, '"a":1', '"a":"1"')`, []string{"data.a"}},
				{`data = replace(data, '"a":1,', '')`, []string{"data.a"}},
				{`data = replace(data, '"a":1,', '"a":1,"b":2,')`, []string{"data.b"}},
				{`data = replace(data, '"a":1,', '"a":1,"a":1,')`, []string{"data"}},
				{`data = replace(data, '"a":1,', '"a":1, ')`, []string{"data"}},
				{`data = replace(data, '"a":1,', '"a":null,')`, []string{"data"}},
				{`data = data || ' '`, []string{"data", "sort_name"}},
				{`data = ''`, []string{"data.a", "data.data_more", "data.deep", "data.name", "sort_name"}},
				{`data = '{"a":1'`, []string{"data", "sort_name"}},
				{`data = '[]'`, []string{"data", "sort_name"}},
				{`data = 'null'`, []string{"data", "sort_name"}},
				{`data = '"x"'`, []string{"data", "sort_name"}},
				{`data = data_more, data_more = data`, []string{"data.a", "data.data_more", "data.deep", "data.name", "data.y", "data_more.a", "data_more.data_more", "data_more.deep", "data_more.name", "data_more.y", "sort_name"}},
				{`person = replace(person, '花', '子')`, []string{"person.kin"}},
				{`person = '{}'`, []string{"person.kin", "person.owner", "sort_owner"}},
				{`made_on = '2026-04-02'`, []string{"made_on", "sort_rest"}},
				{`made_on = 'いつか'`, []string{"made_on", "sort_rest"}},
				{`count = 4`, []string{"count", "sort_rest"}},
				{`big = true`, []string{"big", "sort_rest"}},
				{`home = 'u:2'`, []string{"home", "sort_rest"}},
				{`sort_name = ''`, []string{"sort_name"}},
				{`sort_owner = 'x'`, []string{"sort_owner"}},
				{`sort_rest = sort_rest || ' '`, []string{"sort_rest"}},
				{`sort_name = sort_owner, sort_owner = sort_name`, []string{"sort_name", "sort_owner"}},
				// Together these stand in an entry as data and data_more do.
				{`data = '{"a":1', data_more = '{"z":2},"deep":{"x":{"y":"台"}},"name":"甲"},"data_more":{"y":3}', sort_name = ''`, []string{"data"}},
			} {
				tamper.Exec(t, `update made_book set `+c.set)
				if diff := cmp.Diff(c.want, s.names(t, b)); diff != "" {
					t.Errorf("%s: %s", c.set, diff)
				}
				tamper.Exec(t, `delete from made_book`)
				tamper.Exec(t, `insert into made_book select * from kept`)
			}
			s.whole(t, "after all is undone")
		})
	}
}

// TestVerifyFindsEveryChangedValueOfBooks changes one value at a time, in rows with JSON and columns to sort by, and in their entries.
func TestVerifyFindsEveryChangedValueOfBooks(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, library())
			s := stock(t, testkit.Open(t, dsn, library()))
			s.whole(t, "before any change")
			seed := uint64(time.Now().UnixNano())
			tamper := testkit.NewTamper(t, dsn, seed)
			touched := map[string]int{}
			for range 200 {
				c := tamper.Flip(t, []string{"made_book", "made_book", "made_book", "made_stamp", "trail_entry"})
				touched[c.Table+"."+c.Column]++
				report := s.verify(t)
				found := slices.ContainsFunc(report.Findings, func(f trail.Finding) bool {
					column, _, _ := strings.Cut(f.Column, ".")
					return column == c.Column
				})
				if ours := c.Table != "trail_entry" && c.Column != "id" && c.Column != "version"; report.OK || !named(c, report.Findings) || ours && !found {
					t.Errorf("seed %d: %v\n%v", seed, c, report.Findings)
				}
				c.Undo(t)
			}
			s.whole(t, "after all is undone")
			t.Log(touched)
		})
	}
}

// TestVerifyFindsBooksOfAnotherType: SQLite holds in any column what is not of its type, in those to sort by as well.
func TestVerifyFindsBooksOfAnotherType(t *testing.T) {
	t.Parallel()
	dsn := testkit.DSN(t, db.SQLite, library())
	s := stock(t, testkit.Open(t, dsn, library()))
	tamper := testkit.NewTamper(t, dsn, 1)
	for _, table := range []string{"made_book", "made_stamp"} {
		columns := pick[string](t, s.Log, `select group_concat(name) from pragma_table_info('`+table+`')`)
		for column := range strings.SplitSeq(columns, ",") {
			for _, value := range []string{`cast(` + column + ` as blob)`, `2.5`} {
				if table == "made_stamp" && column == "mark" {
					value = strings.Replace(value, "blob", "text", 1)
				}
				tamper.Exec(t, `create table kept as select * from `+table)
				if n := tamper.Exec(t, `update `+table+` set `+column+` = `+value+` where rowid = (select max(rowid) from `+table+`)`); n != 1 {
					t.Fatalf("%d rows", n)
				}
				report := s.verify(t)
				if found := slices.ContainsFunc(report.Findings, func(f trail.Finding) bool { return f.Column == column }); !found && column != "id" || report.OK {
					t.Errorf("%s.%s = %s: %v", table, column, value, report.Findings)
				}
				tamper.Exec(t, `delete from `+table)
				tamper.Exec(t, `insert into `+table+` select * from kept`)
				tamper.Exec(t, `drop table kept`)
			}
		}
	}
	s.whole(t, "after all is undone")
}

// note2 and note3 are rows of later versions of the program: JSON was added, and then more.
type (
	note1 struct {
		ID id.ID `db:"id" trail:"key"`
		trail.Row
		Name string `db:"name"`
	}
	note2 struct {
		note1
		Data trail.JSON `db:"data" trail:"added"`
	}
	note3 struct {
		note2
		Fee    int        `db:"fee" trail:"added"`
		Extra  trail.JSON `db:"extra" trail:"added"`
		Person trail.JSON `db:"person" trail:"personal,added"`
	}
)

// TestJSONThatWasAdded: an entry that does not name it says that there is none, which a row may write as it likes; one that names it
// is the same after more was added.
func TestJSONThatWasAdded(t *testing.T) {
	t.Parallel()
	step := func(file, sql string) db.Schema {
		return db.Schema{Module: strings.TrimSuffix(file[5:], ".sql"), FS: fstest.MapFS{file: {Data: []byte(sql)}}}
	}
	first := append(world(), step("0905_notea.sql", `create table made_note (id text not null primary key, version bigint not null, home text not null, name text not null);`))
	second := append(slices.Clone(first), step("0906_noteb.sql", `alter table made_note add column data text not null default '';`))
	third := append(slices.Clone(second), step("0907_notec.sql", `alter table made_note add column fee bigint not null default 0;
		alter table made_note add column extra text not null default ''; alter table made_note add column person text not null default '';`))
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, first)
			s := &shelf{Log: begin(t, testkit.Open(t, dsn, first))}
			migrate := func(steps []db.Schema) {
				t.Helper()
				if err := s.DB().Migrate(t.Context(), steps); err != nil {
					t.Fatal(err)
				}
			}
			notes1, notes2, notes3 := trail.NewTable[note1]("made_note", "note"), trail.NewTable[note2]("made_note", "note"), trail.NewTable[note3]("made_note", "note")
			check := func(when string, want bool) {
				t.Helper()
				settle(t, s.Log)
				report, err := s.Verify(t.Context(), append(audited(), notes3), trail.Anchors{})
				if err != nil || report.OK != want {
					t.Errorf("%s: %v %v", when, err, report.Findings)
				}
			}
			old := note1{ID: id.New(s.DB().Now()), Row: trail.Row{Home: "b:"}, Name: "甲"}
			none, some := note2{note1: old}, note2{note1: old, Data: `{"a":1}`}
			none.ID, some.ID = id.New(s.DB().Now()), id.New(s.DB().Now())
			s.do(t, "make", func(ctx context.Context, tx *trail.Tx) error { return notes1.Put(ctx, tx, old) })
			migrate(second)
			s.do(t, "make", func(ctx context.Context, tx *trail.Tx) error { return notes2.Put(ctx, tx, none, some) })
			migrate(third)
			check("after more was added", true)
			tamper := testkit.NewTamper(t, dsn, 1)
			for _, column := range []string{"data", "extra", "person"} {
				where := ` where id <> '` + string(some.ID) + `'`
				tamper.Exec(t, `update made_note set `+column+` = '{}'`+where)
				check(column+" of braces", true)
				tamper.Exec(t, `update made_note set `+column+` = ''`+where)
				for _, thing := range []id.ID{old.ID, none.ID} {
					where := ` where id = '` + string(thing) + `'`
					tamper.Exec(t, `update made_note set `+column+` = '{"a":1}'`+where)
					check(column+" of an entry that says none", false)
					tamper.Exec(t, `update made_note set `+column+` = ''`+where)
				}
			}
			tamper.Exec(t, `update made_note set data = '' where id = '`+string(some.ID)+`'`)
			check("data that an entry names is gone", false)
			tamper.Exec(t, `update made_note set data = '{"a":1}' where id = '`+string(some.ID)+`'`)
			check("as it was", true)
			for _, thing := range []note2{{note1: old}, none, some} {
				var got note3
				if err := s.DB().View(t.Context(), func(r db.Reader) (err error) {
					got, err = notes3.At(t.Context(), r, string(thing.ID), 1)
					return err
				}); err != nil || got.Data != thing.Data || got.Fee != 0 || got.Extra != "" || got.Person != "" {
					t.Errorf("%+v, want %+v (%v)", got, thing, err)
				}
			}
		})
	}
}
