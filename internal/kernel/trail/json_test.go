package trail_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// book says its contents as JSON, as an entry of a declared register does. What it is sorted by follows from columns of all sorts.
type book struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Data   trail.JSON  `db:"data"`
	More   trail.JSON  `db:"data_more"` // stands beside data in an entry
	MadeOn jpdate.Date `db:"made_on"`
	Count  int         `db:"count"`
	Big    bool        `db:"big"`
	Person trail.JSON  `db:"person" trail:"personal"`
}

var books = trail.NewTable[book]("made_book", "book").Sorted([]string{"sort_name", "sort_owner", "sort_rest"}, func(b book) []string {
	return []string{member(b.Data, "name"), member(b.Person, "owner"), fmt.Sprintf("%s %05d %v %s", b.MadeOn, b.Count, b.Big, b.Home)}
})

// stamp has bytes, and is sorted by them.
type stamp struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Mark []byte `db:"mark"`
}

var stamps = trail.NewTable[stamp]("made_stamp", "stamp").Sorted([]string{"sort_mark"}, func(s stamp) []string { return []string{fmt.Sprintf("%x", s.Mark)} })

// member is a text in a JSON. It takes no JSON that is broken: nobody shall hand it one.
func member(j trail.JSON, name string) string {
	if j == "" {
		return ""
	}
	members := map[string]any{}
	if err := json.Unmarshal([]byte(j), &members); err != nil {
		return "broken: " + string(j)
	}
	text, _ := members[name].(string)
	return text
}

func canonical(t testing.TB, v any) trail.JSON {
	t.Helper()
	text, err := canon.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return trail.JSON(text)
}

type values = map[string]any

func library() []db.Schema {
	made := fstest.MapFS{"0904_book.sql": {Data: []byte(`create table made_book (id text not null primary key, version bigint not null, home text not null,
		data text not null, data_more text not null, made_on text not null, count bigint not null, big boolean not null, person text not null,
		sort_name text not null, sort_owner text not null, sort_rest text not null);
		create table made_stamp (id text not null primary key, version bigint not null, home text not null, mark bytea not null, sort_mark text not null);`)}}
	return append(world(), db.Schema{Module: "book", FS: made})
}

// shelf is a log with audited tables of JSON.
type shelf struct {
	*trail.Log
	books []book
}

func (s *shelf) tables() []trail.Audited { return append(audited(), books, stamps) }

func (s *shelf) do(t testing.TB, name string, fn func(ctx context.Context, tx *trail.Tx) error) {
	t.Helper()
	if err := s.Do(t.Context(), trail.Act{Actor: "cli:test", Name: name}, func(tx *trail.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

func (s *shelf) put(t testing.TB, name string, list ...book) {
	t.Helper()
	s.do(t, name, func(ctx context.Context, tx *trail.Tx) error { return books.Put(ctx, tx, list...) })
}

func (s *shelf) verify(t testing.TB) trail.Report {
	t.Helper()
	report, err := s.Verify(t.Context(), s.tables(), trail.Anchors{})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// whole fails where something is found.
func (s *shelf) whole(t testing.TB, when string) {
	t.Helper()
	settle(t, s.Log)
	if report := s.verify(t); !report.OK {
		t.Errorf("%s: %v", when, report.Findings)
	}
}

// sorts are the columns to sort by, as the database holds them.
func (s *shelf) sorts(t testing.TB, b book) string {
	t.Helper()
	return pick[string](t, s.Log, `select sort_name || '|' || sort_owner || '|' || sort_rest from made_book where id = '`+string(b.ID)+`'`)
}

// stock puts many books in one act: more than go into one statement. Some are changed, removed and erased afterwards.
func stock(t testing.TB, d *db.DB) *shelf {
	t.Helper()
	s := &shelf{Log: begin(t, d)}
	for i := range 90 {
		b := book{ID: id.New(d.Now()), Row: trail.Row{Home: fmt.Sprintf("u:%d", i%3)}, MadeOn: jpdate.New(2026, time.April, i%30), Count: i, Big: i%2 == 0}
		if i%4 > 0 {
			b.Data = canonical(t, values{"name": fmt.Sprintf("台帳 \"%d\"\t", i), "size": i, "open": i%3 == 0, "rows": []values{{"at": "<棚>&", "n": i}}, "deep": values{"data_more": "x", "a": []int{}}})
			b.Person = canonical(t, values{"owner": fmt.Sprintf("髙橋%d", i), "age": i})
		}
		if i%5 == 0 {
			b.More = "{}"
		} else {
			b.More = canonical(t, values{"y": i})
		}
		s.books = append(s.books, b)
	}
	s.put(t, "book.import", s.books...)
	for i := range s.books {
		s.books[i].Version = 1
	}
	for i := range 40 {
		s.books[i].Data, s.books[i].Count = canonical(t, values{"name": fmt.Sprintf("改めた名%d", i)}), 1000+i
	}
	s.put(t, "book.change", s.books[:40]...)
	for i := range 40 {
		s.books[i].Version = 2
	}
	s.do(t, "book.remove", func(ctx context.Context, tx *trail.Tx) error { return books.Remove(ctx, tx, s.books[0], s.books[50]) })
	s.do(t, "stamp.make", func(ctx context.Context, tx *trail.Tx) error {
		return stamps.Put(ctx, tx, stamp{ID: id.New(tx.Now), Row: trail.Row{Home: "b:"}, Mark: []byte{1, 2}}, stamp{ID: id.New(tx.Now), Row: trail.Row{Home: "b:"}, Mark: []byte{3}})
	})
	s.erase(t, s.books[1], 1)
	settle(t, s.Log)
	return s
}

func (s *shelf) erase(t testing.TB, b book, want int) {
	t.Helper()
	if n, err := s.Erase(t.Context(), trail.Act{Actor: "cli:test", Name: "erase"}, s.tables(),
		trail.Erasure{Kind: "book", Thing: string(b.ID), Part: trail.PartPersonal, Ground: "訂正請求", Clause: "9:1"}); err != nil || n != want {
		t.Fatalf("%d erased, want %d: %v", n, want, err)
	}
}

// TestSortsFollowEachRow of many in one act, and again when they change; what is made is what Verify makes again.
func TestSortsFollowEachRow(t *testing.T) {
	t.Parallel()
	testkit.Each(t, library(), func(t *testing.T, d *db.DB) {
		s := stock(t, d)
		s.whole(t, "as it was put")
		for i, b := range s.books {
			if i == 0 || i == 1 || i == 50 {
				continue
			}
			want := fmt.Sprintf("%s|%s|%s %05d %v u:%d", member(b.Data, "name"), member(b.Person, "owner"), b.MadeOn, b.Count, b.Big, i%3)
			if got := s.sorts(t, b); got != want {
				t.Errorf("book %d is sorted by %s, want %s", i, got, want)
			}
		}
		if got := pick[string](t, s.Log, `select max(sort_mark) from made_stamp`); got != "03" {
			t.Errorf("the stamp is sorted by %s", got)
		}
	})
}

// TestJSONChangesByItsMembers in the history, and is read back whole from row, version and entry; it is erased with what follows from it.
func TestJSONChangesByItsMembers(t *testing.T) {
	t.Parallel()
	testkit.Each(t, library(), func(t *testing.T, d *db.DB) {
		ctx, s := t.Context(), &shelf{Log: begin(t, d)}
		var versions []book
		row := book{ID: id.New(d.Now()), Row: trail.Row{Home: "u:1"}}
		put := func(change func()) {
			t.Helper()
			change()
			s.put(t, "change", row)
			row.Version++
			versions = append(versions, row)
		}
		put(func() {
			row.Data = canonical(t, values{"name": "甲 <&>\u2028", "size": 3, "open": true, "rows": []values{{"z": 1, "a": "x"}}})
			row.Person = canonical(t, values{"owner": "髙橋", "home": values{"zip": "6500001"}})
		})
		put(func() {
			row.Data = canonical(t, values{"name": "乙", "size": 3, "rows": []values{{"z": 2, "a": "x"}}, "deep": values{"b": values{"c": "d"}, "a": []string{"e"}}})
		})
		put(func() {
			row.Person, row.MadeOn = canonical(t, values{"owner": "佐藤", "home": values{"zip": "6500001"}}), jpdate.New(2026, time.April, 1)
		})
		put(func() { row.Data, row.More, row.Big = "", "{}", true })
		s.whole(t, "before the erasure")

		if err := d.View(ctx, func(r db.Reader) error {
			list, err := s.History(ctx, r, "book", string(row.ID), 0, 9, trail.Seen{Pending: true})
			if err != nil {
				return err
			}
			want := []string{
				`4 change: big false→true data.deep {"a":["e"],"b":{"c":"d"}}→<nil> data.name 乙→<nil> data.rows [{"a":"x","z":2}]→<nil> data.size 3→<nil>`,
				`3 change: made_on →2026-04-01 person.owner* 髙橋→佐藤`,
				`2 change: data.deep <nil>→{"a":["e"],"b":{"c":"d"}} data.name 甲 <&>` + "\u2028" + `→乙 data.open true→<nil> data.rows [{"a":"x","z":1}]→[{"a":"x","z":2}]`,
				`1 change: big <nil>→false count <nil>→0 data.name <nil>→甲 <&>` + "\u2028" + ` data.open <nil>→true data.rows <nil>→[{"a":"x","z":1}] data.size <nil>→3 home <nil>→u:1 made_on <nil>→ person.home* <nil>→{"zip":"6500001"} person.owner* <nil>→髙橋`,
			}
			if diff := cmp.Diff(want, changed(list)); diff != "" {
				t.Error(diff)
			}
			for _, want := range versions {
				want.More = "" // {} is none
				if got, err := books.At(ctx, r, string(row.ID), want.Version); err != nil || got != want {
					t.Errorf("%+v, want %+v (%v)", got, want, err)
				}
			}
			got, err := db.List[book](ctx, r, `select `+books.Columns()+` from made_book`)
			if err != nil || !cmp.Equal(got, versions[3:]) {
				t.Errorf("the row is %+v, want %+v", got, versions[3])
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		var fed []book
		follower := trail.Follower{Name: "books", Apply: func(_ context.Context, _ *db.Tx, entries []trail.Feed) error {
			for _, e := range entries {
				if e.Kind == "book" {
					b, ok, err := books.Row(e)
					if err != nil || !ok {
						return fmt.Errorf("%v: %w", ok, err)
					}
					fed = append(fed, b)
				}
			}
			return nil
		}}
		if err := trail.New(d).Follow(follower).Settle(ctx); err != nil || len(fed) != 4 || fed[1] != versions[1] {
			t.Errorf("followers get %+v (%v)", fed, err)
		}
		erasePerson(t, s, row)
	})
}

// erasePerson erases what a book says of its owner.
func erasePerson(t *testing.T, s *shelf, row book) {
	t.Helper()
	if got := s.sorts(t, row); got != "|佐藤|2026-04-01 00000 true u:1" {
		t.Errorf("it is sorted by %s", got)
	}
	var found trail.Erasable
	if err := s.DB().View(t.Context(), func(r db.Reader) (err error) {
		found, err = s.Erasable(t.Context(), r, s.tables(), trail.Erasure{Kind: "book", Thing: string(row.ID), Part: trail.PartPersonal, Ground: "訂正請求", Clause: "9:1"}, trail.Seen{Pending: true})
		return err
	}); err != nil || found.Versions != 4 || !cmp.Equal(found.Personal, values{"person.owner": "佐藤", "person.home": `{"zip":"6500001"}`}) {
		t.Errorf("to be erased: %+v (%v)", found, err)
	}
	s.erase(t, row, 1)
	if got := s.sorts(t, row); got != "||2026-04-01 00000 true u:1" {
		t.Errorf("after the erasure it is sorted by %s", got)
	}
	left := pick[string](t, s.Log, `select (select string_agg(public || personal, '') from trail_entry where kind = 'book') || (select person || sort_owner || sort_name || sort_rest from made_book)`)
	for _, gone := range []string{"髙橋", "佐藤", "6500001"} {
		if strings.Contains(left, gone) {
			t.Errorf("%s is still there: %s", gone, left)
		}
	}
	s.whole(t, "after the erasure")
	s.erase(t, row, 0)
	s.whole(t, "erased again")
}

// TestNoJSONAndEmptyJSONAreTheSame to Verify, in all columns of JSON.
func TestNoJSONAndEmptyJSONAreTheSame(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, library())
			s := &shelf{Log: begin(t, testkit.Open(t, dsn, library()))}
			none := book{ID: id.New(s.DB().Now()), Row: trail.Row{Home: "b:"}}
			braces := none
			braces.ID, braces.Data, braces.More, braces.Person = id.New(s.DB().Now()), "{}", "{}", "{}"
			s.put(t, "make", none, braces)
			s.whole(t, "as it was put")
			if n := pick[int](t, s.Log, `select count(distinct public || personal) from trail_entry where kind = 'book'`); n != 1 {
				t.Errorf("the entries say %d things", n)
			}
			tamper := testkit.NewTamper(t, dsn, 1)
			for _, c := range []string{"data", "data_more", "person"} {
				tamper.Exec(t, `update made_book set `+c+` = case `+c+` when '' then '{}' else '' end`)
				s.whole(t, c+" the other way round")
			}
			s.erase(t, none, 0) // neither says anything of a person
			s.erase(t, braces, 0)
		})
	}
}

// TestPutRefusesWhatIsNotCanonical: Verify would find it as a forgery.
func TestPutRefusesWhatIsNotCanonical(t *testing.T) {
	t.Parallel()
	testkit.Each(t, library(), func(t *testing.T, d *db.DB) {
		s := &shelf{Log: begin(t, d)}
		for _, text := range []trail.JSON{
			`{"b":1,"a":2}`, `{"a": 1}`, ` {}`, "{}\n", `[1]`, `"x"`, `1`, `null`, `{"a":null}`, `{"a":1.5}`, `{"a":9007199254740992}`, `{"a":1,"a":2}`, `{`, `{"a":1}{}`, `{"a":"\u00e9"}`, "{\"a\":\"\xff\"}", `x`,
		} {
			for _, set := range []func(b *book){func(b *book) { b.Data = text }, func(b *book) { b.Person = text }} {
				b := book{ID: id.New(d.Now()), Row: trail.Row{Home: "b:"}}
				set(&b)
				if err := s.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "make"}, func(tx *trail.Tx) error { return books.Put(t.Context(), tx, b) }); err == nil {
					t.Errorf("%s was put", text)
				}
			}
		}
		if n := pick[int](t, s.Log, `select count(*) from made_book`); n != 0 {
			t.Errorf("%d rows", n)
		}
		s.whole(t, "afterwards")
		if _, err := s.Erase(t.Context(), trail.Act{Actor: "cli:test", Name: "erase"}, s.tables(), trail.Erasure{Kind: "book", Thing: "x", Part: trail.PartNote, Ground: "x", Clause: "x"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a note of a book: %v", err)
		}
	})
	type tag struct {
		ID trail.JSON `db:"id" trail:"key"`
		trail.Row
	}
	if err := trail.NewTable[tag]("made_tag", "tag").Check(); err == nil {
		t.Error("a JSON is a key")
	}
}
