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
		gone, err := db.List[int64](ctx, tx, `delete from search_document where kind = $1 and thing in `+db.In(&args, chunk)+` returning seq`, args...)
		if err != nil {
			return err
		}
		args = nil
		if _, err := tx.Exec(ctx, `delete from search_index where `+key+` in `+db.In(&args, gone), args...); err != nil {
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
			args = append(args, d.seq, d.kind, d.thing, d.home, d.find)
			rows = append(rows, fmt.Sprintf(`($%d, $%d, $%d, $%d, $%d)`, 5*i+1, 5*i+2, 5*i+3, 5*i+4, 5*i+5))
			indexed = append(indexed, d.seq, d.toks)
			tokens = append(tokens, fmt.Sprintf(row, 2*i+1, 2*i+2))
		}
		if _, err := tx.Exec(ctx, `insert into search_document (seq, kind, thing, home, find) values `+strings.Join(rows, ", "), args...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, into+strings.Join(tokens, ", "), indexed...); err != nil {
			return err
		}
	}
	return nil
}

// tidy ends a round of changes. PostgreSQL gathers what is new in a list that every search reads; it is put in its place. Where
// something was erased SQLite writes its index anew, in which it would stay until it happened to be met; with PostgreSQL
// vacuum does so in its own time, as with every table.
//
// grown says that the tables have become much larger: PostgreSQL looks at them, since until it does it reads whole tables.
func tidy(ctx context.Context, tx *db.Tx, erased, grown bool) error {
	var err error
	switch {
	case tx.Engine() == db.Postgres:
		_, err = tx.Exec(ctx, `select gin_clean_pending_list('search_index__tokens')`)
		if err == nil && grown {
			_, err = tx.Exec(ctx, `analyze search_document, search_index`)
		}
	case erased:
		_, err = tx.Exec(ctx, `insert into search_index (search_index) values ('optimize')`)
	}
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
	return where + ` and coalesce(` + s.scope.Where(r, args, "d.home") + `, false)` // no reason to begin with homes, which would be many
}

// before is the condition that a document is older than the cursor; alias is "" or that of the table with its dot.
func (s sought) before(args *[]any, alias string) string {
	if s.from == nil {
		return ``
	}
	return ` and ` + alias + `seq < ` + place(args, s.from.Seq)
}

const hitColumns = `d.kind, d.thing, d.home, d.seq`

// newest ends a query for hits.
func newest(args *[]any, limit int) string { return ` order by d.seq desc limit ` + place(args, limit) }

// some reads what is sought in no order, at most limit.
func some(ctx context.Context, r db.Reader, s sought, limit int) ([]Hit, error) {
	var args []any
	from, where := indexed(r, &args, s.ask)
	return db.List[Hit](ctx, r, `select `+hitColumns+` from `+from+` where `+where+` and `+s.holds(r, &args)+` limit `+place(&args, limit), args...)
}

// proposed counts what the index proposes, up to limit.
func proposed(ctx context.Context, r db.Reader, a ask, limit int) (int, error) {
	query := `select count(*) from (select 1 from search_index where search_index match $1 limit $2)`
	if r.Engine() == db.Postgres {
		query = `select count(*) from (select 1 from search_index where tokens @@ cast($1 as tsquery) limit $2) x`
	}
	return db.Get[int](ctx, r, query, a.query(r.Engine()), limit)
}

// proposals is a query for the things that the index proposes.
func proposals(r db.Reader, args *[]any, s sought) string {
	from, where := indexed(r, args, s.ask)
	return `select d.thing as value from ` + from + ` where ` + where + ` and d.kind = ` + place(args, s.kind)
}

// matched reads the newest of what the index proposes and holds. FTS5 gives them in their order, so it reads no more than it must.
func matched(ctx context.Context, r db.Reader, s sought, limit int) ([]Hit, error) {
	var args []any
	from, where := indexed(r, &args, s.ask)
	where += ` and ` + s.holds(r, &args) + s.before(&args, "d.")
	if r.Engine() == db.SQLite {
		if s.from != nil {
			where += ` and search_index.rowid < ` + place(&args, s.from.Seq)
		}
		return db.List[Hit](ctx, r, `select `+hitColumns+` from `+from+` where `+where+` order by search_index.rowid desc limit `+place(&args, limit), args...)
	}
	return db.List[Hit](ctx, r, `select `+hitColumns+` from `+from+` where `+where+newest(&args, limit), args...)
}

// ofPeople says whether there are documents of the kind whose home is a person's.
func ofPeople(ctx context.Context, r db.Reader, kind string) (bool, error) {
	return db.Get[bool](ctx, r, `select exists (select 1 from search_document where kind = $1 and home > 'p:' and home < 'p;')`, kind)
}

// lying counts the documents of the kind in homes, up to limit.
func lying(ctx context.Context, r db.Reader, kind string, homes []string, limit int) (int, error) {
	args := []any{kind}
	return db.Get[int](ctx, r, `select count(*) from (select 1 from search_document where kind = $1 and home in `+db.In(&args, homes)+` limit `+place(&args, limit)+`) x`, args...)
}

// scanned looks through all documents of the kind in homes.
func scanned(ctx context.Context, r db.Reader, s sought, homes []string, limit int) ([]Hit, error) {
	var args []any
	where := s.holds(r, &args) + ` and d.home in ` + db.In(&args, homes) + s.before(&args, "d.")
	table := `search_document d`
	if r.Engine() == db.SQLite {
		table += ` indexed by search_document__kind_home_seq`
	}
	return db.List[Hit](ctx, r, `select `+hitColumns+` from `+table+` where `+where+newest(&args, limit), args...)
}

// walked looks through the next documents of the kind from the newest on, but no more than most.
func walked(ctx context.Context, r db.Reader, s sought, limit, most int) ([]Hit, error) {
	args := []any{s.kind}
	next := `select seq, kind, thing, home, find from search_document where kind = $1` + s.before(&args, "") + ` order by seq desc limit ` + place(&args, most)
	return db.List[Hit](ctx, r, `select `+hitColumns+` from (`+next+`) d where `+s.holds(r, &args)+newest(&args, limit), args...)
}

// cursorOf reads where a document stands.
func cursorOf(ctx context.Context, r db.Reader, kind, thing string) ([]Cursor, error) {
	return db.List[Cursor](ctx, r, `select kind, seq from search_document where kind = $1 and thing = $2`, kind, thing)
}
