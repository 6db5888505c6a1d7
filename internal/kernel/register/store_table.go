package register

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Define makes the tables of the registers of a shelf, and adds the columns that they lack. Where what lists compare has changed
// since before (nil where nobody knows), it is worked out anew for all entries: it stands in no version, so nothing is recorded.
func Define(ctx context.Context, tx *db.Tx, before, now *Shelf) error {
	for _, b := range now.books {
		made, err := b.define(ctx, tx)
		if err != nil {
			return err
		}
		old := (*Book)(nil)
		if before != nil {
			old, _ = before.Ever(b.Name)
		}
		if made || old != nil && !old.sortsAs(b) {
			if err := b.rekey(ctx, tx); err != nil {
				return err
			}
		}
	}
	return nil
}

// Declared makes, empty, the table of a register as a backup has it; the rest comes with Define. Other tables are passed over: a
// backup can hold what no program of today knows.
func Declared(ctx context.Context, tx *db.Tx, table db.Table) error {
	if !strings.HasPrefix(table.Name, TableName("")) || !tableNamed.MatchString(table.Name) {
		return nil
	}
	if _, err := tx.Exec(ctx, base(table.Name)); err != nil {
		return err
	}
	for _, c := range table.Columns {
		if (strings.HasPrefix(c.Name, keyPrefix) || slices.Contains(later(), c.Name)) && tableNamed.MatchString(c.Name) {
			if _, err := tx.Exec(ctx, addColumn(table.Name, c.Name)); err != nil {
				return err
			}
		}
	}
	return nil
}

// tableNamed is what names of tables and columns look like.
var tableNamed = regexp.MustCompile(`^[a-z][a-z0-9_]{1,62}$`)

func addColumn(table, column string) string {
	return `alter table ` + table + ` add column ` + column + ` text not null default ''`
}

// later are the columns that tables of registers have got since the first were made: a backup from before has none of them.
func later() []string { return []string{"for_person", "ended_on"} }

// base is the definition of a table without what lists compare and what came later.
func base(table string) string {
	return `create table if not exists ` + table + ` (
	id text not null primary key,
	version bigint not null,
	home text not null,
	number text not null,
	state text not null,
	pack text not null,
	happened_at text not null,
	entered_at text not null,
	confirmed_on text not null,
	source text not null,
	data text not null,
	personal text not null
)`
}

// define makes the table or what it lacks; made says that columns were added that lists compare.
func (b *Book) define(ctx context.Context, tx *db.Tx) (made bool, err error) {
	table := b.Table.Name()
	if _, err := tx.Exec(ctx, base(table)); err != nil {
		return false, err
	}
	there, err := columnsOf(ctx, tx, table)
	if err != nil {
		return false, err
	}
	for _, column := range later() {
		if there[column] {
			continue
		}
		if _, err := tx.Exec(ctx, addColumn(table, column)); err != nil {
			return false, err
		}
	}
	for _, c := range b.columns {
		if there[c.name] {
			continue
		}
		made = true
		if _, err := tx.Exec(ctx, addColumn(table, c.name)); err != nil {
			return false, err
		}
	}
	for _, columns := range b.indexes() {
		kind := `index`
		if columns == "number" {
			kind = `unique index`
		}
		where := ``
		if columns == "number" {
			where = ` where number <> ''`
		}
		if _, err := tx.Exec(ctx, `create `+kind+` if not exists `+indexName(table, columns)+` on `+table+` (`+columns+`)`+where); err != nil {
			return false, err
		}
	}
	return made, nil
}

// indexes are the columns of each index. A log has what it is read by and no more: it grows to ten million rows.
func (b *Book) indexes() []string {
	last := b.past[len(b.past)-1]
	if last.Volume == Log {
		return []string{"home, happened_at, id", "happened_at, id", "number"}
	}
	all := []string{"home, id", "number", "home, state, id", "state, id"}
	for _, c := range b.columns {
		all = append(all, "home, "+c.name+", id", c.name+", id")
	}
	return all
}

// indexName is a name that both engines take, at most 63 characters.
func indexName(table, columns string) string {
	name := table + "__" + strings.ReplaceAll(columns, ", ", "_")
	if len(name) <= 63 {
		return name
	}
	sum := sha256.Sum256([]byte(name))
	return name[:52] + "_" + hex.EncodeToString(sum[:5])
}

func columnsOf(ctx context.Context, r db.Reader, table string) (map[string]bool, error) {
	query := `select name from pragma_table_info($1)`
	if r.Engine() == db.Postgres {
		query = `select attname as name from pg_attribute where attrelid = cast($1 as regclass) and attnum > 0 and not attisdropped`
	}
	names, err := db.List[string](ctx, r, query, table)
	there := map[string]bool{}
	for _, n := range names {
		there[n] = true
	}
	return there, err
}

// sortsAs says whether two compare entries alike.
func (b *Book) sortsAs(other *Book) bool {
	if len(b.columns) != len(other.columns) {
		return false
	}
	for i, c := range b.columns {
		o := other.columns[i]
		if c.name != o.name || c.field.Type != o.field.Type || !reflect.DeepEqual(c.field.Options, o.field.Options) ||
			c.field.Type == TypeClass && !reflect.DeepEqual(c.of.Classes, o.of.Classes) {
			return false
		}
	}
	return true
}

// atOnce is how many entries are in memory while all are gone through.
const atOnce = 500

// rekey writes what lists compare anew, where it differs.
func (b *Book) rekey(ctx context.Context, tx *db.Tx) error {
	table, after := b.Table.Name(), id.ID("")
	for {
		entries, err := db.List[Entry](ctx, tx, `select `+b.Table.Columns()+` from `+table+` where id > $1 order by id limit $2`, after, atOnce)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			args := []any{e.ID}
			var sets, differ []string
			for i, key := range b.keys(e) {
				args = append(args, key)
				sets = append(sets, fmt.Sprintf("%s = $%d", b.columns[i].name, len(args)))
				differ = append(differ, fmt.Sprintf("%s <> $%d", b.columns[i].name, len(args)))
			}
			if _, err := tx.Exec(ctx, `update `+table+` set `+strings.Join(sets, ", ")+` where id = $1 and (`+strings.Join(differ, " or ")+`)`, args...); err != nil {
				return err
			}
		}
		after = entries[len(entries)-1].ID
	}
}
