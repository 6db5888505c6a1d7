package register

import (
	"context"
	"fmt"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
)

// ownerRow is what the table says of one owner.
type ownerRow struct {
	Home         string      `db:"home"`
	Entries      int         `db:"entries"`
	Due          int         `db:"due"`
	Oldest       jpdate.Date `db:"oldest"`
	Unclassified int         `db:"unclassified"`
}

// owners counts the entries that are kept up, by owner.
func (b *Book) owners(ctx context.Context, r db.Reader, scope access.Scope, since jpdate.Date) ([]ownerRow, error) {
	args := []any{since}
	unclassified := `0`
	if c, ok := b.column(b.classField()); ok {
		unclassified = `sum(case when ` + c.name + ` = '' then 1 else 0 end)`
	}
	live := ``
	if b.Keep != nil {
		args = append(args, b.Keep.From)
		live = fmt.Sprintf(` and state <> $%d`, len(args))
	}
	x := list{Book: b, Query: Query{Scope: scope}, r: r}
	return db.List[ownerRow](ctx, r, `select home, count(*) as entries, sum(case when confirmed_on < $1 then 1 else 0 end) as due,
			min(confirmed_on) as oldest, `+unclassified+` as unclassified
		from `+b.Table.Name()+` where `+x.scope(&args)+live+` group by home`, args...)
}

// ofHome reads all entries of an owner, the oldest first.
func (b *Book) ofHome(ctx context.Context, r db.Reader, home string) ([]Entry, error) {
	return db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where home = $1 order by id`, home)
}
