package db_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/testkit"
)

// color reads itself from text and writes itself as text.
type color struct{ name string }

func (c color) MarshalText() ([]byte, error) { return []byte("#" + c.name), nil }

func (c *color) UnmarshalText(text []byte) error {
	name, ok := strings.CutPrefix(string(text), "#")
	if !ok {
		return fmt.Errorf("no color: %s", text)
	}
	c.name = name
	return nil
}

type name string

type stamped struct {
	At db.Time `db:"at"`
}

// everything has a field of each kind that a row may have.
type everything struct {
	stamped
	Name    name              `db:"name"`
	Maybe   *name             `db:"maybe"`
	Never   *name             `db:"never"`
	Null    sql.Null[string]  `db:"empty"`
	Count   int               `db:"number"`
	Big     int64             `db:"big"`
	Yes     bool              `db:"yes"`
	No      *bool             `db:"no"`
	Bytes   []byte            `db:"bytes"`
	Color   color             `db:"color"`
	Colored *color            `db:"colored"`
	Plain   *color            `db:"plain"`
	Late    *db.Time          `db:"late"`
	Early   sql.Null[db.Time] `db:"early"`
	JSON    string            `db:"json"`
}

func TestValuesComeBackAsTheyWere(t *testing.T) {
	testkit.Each(t, []db.Schema{{Module: "all", FS: folder("0001_all.sql", `create table everything (at text, name text, maybe text, never text, empty text,
		number integer, big bigint, yes boolean, no boolean, bytes bytea, color text, colored text, plain text, late text, early text, json text)`)}}, func(t *testing.T, d *db.DB) {
		at := time.Date(2026, 4, 1, 9, 0, 0, 123456789, time.FixedZone("JST", 9*3600))
		maybe, no, late := name("𠮷野家 'x' 葛󠄀"), false, db.At(at)
		want := everything{
			stamped: stamped{"2026-04-01T00:00:00.123456Z"}, Name: "髙﨑", Maybe: &maybe, Count: -1, Big: math.MaxInt64, Yes: true, No: &no,
			Bytes: []byte{0, 255}, Color: color{"red"}, Colored: &color{"blue"}, Late: &late, Early: sql.Null[db.Time]{V: late, Valid: true}, JSON: `{"b":1,"a":2}`,
		}
		var got everything
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			n, err := tx.Exec(t.Context(), `insert into everything (at, name, maybe, never, empty, number, big, yes, no, bytes, color, colored, plain, late, early, json)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
				at, want.Name, want.Maybe, want.Never, want.Null, uint8(0), want.Big, want.Yes, want.No, want.Bytes, want.Color, want.Colored, want.Plain, want.Late, want.Early, want.JSON)
			if err != nil || n != 1 {
				return fmt.Errorf("%d rows: %w", n, err)
			}
			if _, err := tx.Exec(t.Context(), `update everything set number = $1`, want.Count); err != nil {
				return err
			}
			got, err = db.Get[everything](t.Context(), tx, `select * from everything`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(color{}), cmp.AllowUnexported(everything{})); diff != "" {
			t.Errorf("-want +got:\n%s", diff)
		}
	})
}

// read runs a query for rows of T and forgets them.
func read[T any](ctx context.Context, d *db.DB, query string, args ...any) error {
	return d.View(ctx, func(r db.Reader) error {
		_, err := db.List[T](ctx, r, query, args...)
		return err
	})
}

func TestRowsFitExactly(t *testing.T) {
	type pair struct {
		ID     string `db:"id"`
		Amount int    `db:"amount"`
		Other  string
	}
	type twice struct {
		A string `db:"id"`
		B string `db:"id"`
	}
	type timed struct {
		At time.Time `db:"at"`
	}
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		for name, c := range map[string]struct {
			err  error
			want string // "" for no error
		}{
			"struct":           {read[pair](ctx, d, `select amount, id from account`), ""},
			"unknown column":   {read[pair](ctx, d, `select id, amount, name from account`), "no field for column name"},
			"missing column":   {read[pair](ctx, d, `select id from account`), "no column amount"},
			"column twice":     {read[pair](ctx, d, `select id, id, amount from account`), "comes twice"},
			"tag twice":        {read[twice](ctx, d, `select id from account`), "column id"},
			"scalar":           {read[string](ctx, d, `select id from account`), ""},
			"two columns":      {read[string](ctx, d, `select id, amount from account`), "2 columns"},
			"null":             {read[string](ctx, d, `select name from account`), "NULL"},
			"null in pointer":  {read[*string](ctx, d, `select name from account`), ""},
			"null for text":    {read[color](ctx, d, `select name from account`), "NULL"},
			"bad text":         {read[color](ctx, d, `select id from account`), "no color"},
			"number for text":  {read[color](ctx, d, `select amount from account`), "int64"},
			"bad time":         {read[db.Time](ctx, d, `select id from account`), "not a time"},
			"time.Time":        {read[timed](ctx, d, `select opened_at as at from account`), "db.Time"},
			"*time.Time":       {read[*time.Time](ctx, d, `select opened_at from account`), "db.Time"},
			"not a number":     {read[int](ctx, d, `select id from account`), "converting"},
			"float argument":   {read[int](ctx, d, `select amount from account where amount > $1`, 1.5), "$1: float64"},
			"huge argument":    {read[int](ctx, d, `select amount from account where amount > $1`, uint64(math.MaxUint64)), "uint64"},
			"JSON as bytes":    {read[int](ctx, d, `select amount from account where id = $1`, json.RawMessage(`"a"`)), "json.RawMessage"},
			"struct argument":  {read[int](ctx, d, `select amount from account where id = $2 and amount > $1`, 1, struct{}{}), "$2: struct"},
			"missing argument": {read[int](ctx, d, `select amount from account where id = $2 and amount > $1`, 1), "select amount"},
		} {
			switch {
			case c.want == "" && c.err != nil:
				t.Errorf("%s: %v", name, c.err)
			case c.want != "" && (c.err == nil || !strings.Contains(c.err.Error(), c.want)):
				t.Errorf("%s: %v, want …%s…", name, c.err, c.want)
			}
		}
		err := d.View(ctx, func(r db.Reader) error {
			_, err := db.Get[string](ctx, r, `select id from account`)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "more than one row") {
			t.Errorf("%v, want more than one row", err)
		}
	})
}

func TestEachStops(t *testing.T) {
	stop := errors.New("enough")
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		n := 0
		err := d.View(t.Context(), func(r db.Reader) error {
			if err := db.Each(t.Context(), r, `select id from account order by id`, nil, func(string) error { n++; return stop }); err != stop { //nolint:errorlint // the very same
				return err
			}
			_, err := db.List[string](t.Context(), r, `select id from account`) // the transaction lives
			return err
		})
		if err != nil || n != 1 {
			t.Errorf("%v after %d rows", err, n)
		}
	})
}

func TestEachReadsAlone(t *testing.T) {
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		err := d.Update(t.Context(), func(tx *db.Tx) error {
			return db.Each(t.Context(), tx, `select id from account`, nil, func(id string) error { return add(t.Context(), tx, id, 1) })
		})
		if err == nil || !strings.Contains(err.Error(), "while Each reads") {
			t.Errorf("%v, want a refusal", err)
		}
	})
}

func TestIn(t *testing.T) {
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			ids  []name
			not  string
			want []string
		}{
			{[]name{"b", "z"}, "", []string{"b"}},
			{nil, "", nil},
			{[]name{"b", "z"}, "not", []string{"a"}},
			{nil, "not", nil},
		} {
			args := []any{0}
			query := `select id from account where id ` + c.not + ` in ` + db.In(&args, c.ids) + ` and amount > $1 order by id`
			err := d.View(t.Context(), func(r db.Reader) error {
				got, err := db.List[string](t.Context(), r, query, args...)
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("%s: %s", query, diff)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 1, 9, 0, 0, 999, time.FixedZone("JST", 9*3600))
	if got := db.At(at); got != "2026-04-01T00:00:00.000000Z" || len(got) != 27 || !got.Time().Equal(at.Truncate(time.Microsecond)) {
		t.Errorf("%s is the moment %s", got, got.Time())
	}
	if !db.Time("").Time().IsZero() {
		t.Error("the zero Time is a moment")
	}
	for _, bad := range []string{"", "2026-04-01", "2026-04-01T00:00:00Z", "2026-04-01T00:00:00.000Z", "2026-04-01T00:00:00.000000+09:00", "2026-04-31T00:00:00.000000Z"} {
		if got, err := db.ParseTime(bad); err == nil {
			t.Errorf("%q was read as %s", bad, got)
		}
	}
}

func folder(file, text string) fstest.MapFS { return fstest.MapFS{file: {Data: []byte(text)}} }

// TestListed: a long list, an empty one and strange texts are what they are.
func TestListed(t *testing.T) {
	testkit.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		long := make([]string, 20)
		for i := range long {
			long[i] = strings.Repeat("x", i)
		}
		for _, values := range [][]string{nil, {}, {"a"}, {`"`, `\`, "'", "$1", "<&>", "髙𠮷", "\u2028", "\x01", ""}, long, slices.Concat(long, []string{`"`, `\`, `\"`, "{}", ",", "NULL", "髙𠮷", " "})} {
			if err := d.View(ctx, func(r db.Reader) error {
				var args []any
				list, err := db.List[string](ctx, r, `select m.value from `+db.Listed(r, &args, values)+` m`, args...)
				if len(list) != len(values) || len(values) > 0 && !slices.Equal(list, values) {
					t.Errorf("%q came back as %q", values, list)
				}
				if err != nil {
					return err
				}
				args = []any{"xxxx"}
				n, err := db.Get[int](ctx, r, `select count(*) from (select cast($1 as text) as x) q where x in `+db.Among(r, &args, values), args...)
				if (n == 1) != slices.Contains(values, "xxxx") {
					t.Errorf("xxxx among %q: %d", values, n)
				}
				for _, x := range append([]string{"xxxx"}, values...) {
					args = []any{x}
					n, err := db.Get[int](ctx, r, `select count(*) from (select cast($1 as text) as x) q where `+db.OneOf(r, &args, "x", values), args...)
					if err != nil || (n == 1) != slices.Contains(values, x) {
						t.Errorf("%q one of %q: %d %v", x, values, n, err)
					}
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
