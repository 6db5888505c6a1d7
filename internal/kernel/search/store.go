package search

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/db"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// rowsAtOnce is how many rows go into one statement: SQLite looks for each parameter among all those before it.
const rowsAtOnce = 25

// clearAll empties the index.
func clearAll(ctx context.Context, tx *db.Tx) error {
	empty := `insert into search_index (search_index) values ('delete-all')`
	if tx.Engine() == db.Postgres {
		empty = `delete from search_index`
	}
	if _, err := tx.Exec(ctx, empty); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from search_document`)
	return err
}

// remove takes things out of the index.
func remove(ctx context.Context, tx *db.Tx, kind string, things []string) error {
	key := map[db.Engine]string{db.SQLite: "rowid", db.Postgres: "seq"}[tx.Engine()]
	for chunk := range slices.Chunk(things, 4*rowsAtOnce) {
		args := []any{kind}
		where := ` where kind = $1 and thing in ` + db.In(&args, chunk)
		if _, err := tx.Exec(ctx, `delete from search_index where `+key+` in (select seq from search_document`+where+`)`, args...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from search_document`+where, args...); err != nil {
			return err
		}
	}
	return nil
}

// insert puts documents into the index, of things that are not in it.
func insert(ctx context.Context, tx *db.Tx, docs []document) error {
	into, row := `insert into search_index (rowid, tokens) values `, `($%d, $%d)`
	if tx.Engine() == db.Postgres {
		into, row = `insert into search_index (seq, tokens) values `, `(cast($%d as bigint), array_to_tsvector(string_to_array($%d, ' ')))`
	}
	for chunk := range slices.Chunk(docs, rowsAtOnce) {
		var args, indexed []any
		var rows, tokens []string
		for i, d := range chunk {
			args = append(args, d.seq, d.kind, d.thing, d.home, d.sort, d.find)
			rows = append(rows, fmt.Sprintf(`($%d, $%d, $%d, $%d, $%d, $%d)`, 6*i+1, 6*i+2, 6*i+3, 6*i+4, 6*i+5, 6*i+6))
			indexed = append(indexed, d.seq, d.toks)
			tokens = append(tokens, fmt.Sprintf(row, 2*i+1, 2*i+2))
		}
		if _, err := tx.Exec(ctx, `insert into search_document (seq, kind, thing, home, sort, find) values `+strings.Join(rows, ", "), args...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, into+strings.Join(tokens, ", "), indexed...); err != nil {
			return err
		}
	}
	return nil
}

// purge has SQLite write its index anew without what was taken out, which it would keep until it happens to come by. PostgreSQL
// does so in its own time (vacuum), as with every table.
func purge(ctx context.Context, tx *db.Tx) error {
	if tx.Engine() == db.Postgres {
		return nil
	}
	_, err := tx.Exec(ctx, `insert into search_index (search_index) values ('optimize')`)
	return err
}

func formOf(ctx context.Context, r db.Reader) (string, error) {
	return db.Get[string](ctx, r, `select coalesce((select form from search_form), '')`)
}

func setForm(ctx context.Context, tx *db.Tx, form string) error {
	if _, err := tx.Exec(ctx, `delete from search_form`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into search_form (form) values ($1)`, form)
	return err
}

// like is what find is compared with for a word.
func like(word string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(word) + "%"
}

// place appends an argument and gives its place.
func place(args *[]any, value any) string {
	*args = append(*args, value)
	return "$" + strconv.Itoa(len(*args))
}

// indexed gives tables and condition of what the index proposes.
func indexed(r db.Reader, args *[]any, a ask) (from, where string) {
	query := place(args, a.query(r.Engine()))
	if r.Engine() == db.Postgres {
		return `search_index i join search_document d on d.seq = i.seq`, `i.tokens @@ cast(` + query + ` as tsquery)`
	}
	return `search_index cross join search_document d on d.seq = search_index.rowid`, `search_index match ` + query
}

// holds is the condition that a document is what is sought.
func (s sought) holds(r db.Reader, args *[]any) string {
	where := `d.kind = ` + place(args, s.kind)
	for _, w := range s.words {
		where += ` and d.find like ` + place(args, like(w)) + ` escape '!'`
	}
	return where + ` and ` + s.scope.Where(r, args, "d.home")
}

// after is the condition that a document comes after the cursor; alias is "" or that of the table with its dot.
func (s sought) after(args *[]any, alias string) string {
	if s.from == nil {
		return ``
	}
	return ` and (` + alias + `sort, ` + alias + `thing) > (` + place(args, s.from.Sort) + `, ` + place(args, s.from.Thing) + `)`
}

const hitColumns = `d.kind, d.thing, d.home, d.sort`

// some reads what is sought in no order, at most limit.
func some(ctx context.Context, r db.Reader, s sought, limit int) ([]Hit, error) {
	var args []any
	from, where := indexed(r, &args, s.ask)
	return db.List[Hit](ctx, r, `select `+hitColumns+` from `+from+` where `+where+` and `+s.holds(r, &args)+` limit `+place(&args, limit), args...)
}

// proposed counts what the index proposes, up to limit.
func proposed(ctx context.Context, r db.Reader, s sought, limit int) (int, error) {
	query := `select count(*) from (select 1 from search_index where search_index match $1 limit $2)`
	if r.Engine() == db.Postgres {
		query = `select count(*) from (select 1 from search_index where tokens @@ cast($1 as tsquery) limit $2) x`
	}
	return db.Get[int](ctx, r, query, s.ask.query(r.Engine()), limit)
}

// sorted reads what is sought in its order: all that the index proposes is sorted.
func sorted(ctx context.Context, r db.Reader, s sought, limit int) ([]Hit, error) {
	var args []any
	from, where := indexed(r, &args, s.ask)
	where += ` and ` + s.holds(r, &args) + s.after(&args, "d.")
	return db.List[Hit](ctx, r, `select `+hitColumns+` from `+from+` where `+where+` order by d.sort, d.thing limit `+place(&args, limit), args...)
}

// walked looks through the next documents of the kind in their order, but no more than most, for what is sought.
func walked(ctx context.Context, r db.Reader, s sought, limit, most int) ([]Hit, error) {
	args := []any{s.kind}
	next := `select kind, thing, home, sort, find from search_document where kind = $1` + s.after(&args, "") + ` order by sort, thing limit ` + place(&args, most)
	return db.List[Hit](ctx, r, `select `+hitColumns+` from (`+next+`) d where `+s.holds(r, &args)+` order by d.sort, d.thing limit `+place(&args, limit), args...)
}

// cursorOf reads where a document stands.
func cursorOf(ctx context.Context, r db.Reader, kind, thing string) ([]Cursor, error) {
	return db.List[Cursor](ctx, r, `select kind, sort, thing from search_document where kind = $1 and thing = $2`, kind, thing)
}
