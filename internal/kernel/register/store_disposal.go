package register

import (
	"context"
	"fmt"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

var (
	disposals     = trail.NewTable[Disposal]("register_disposal", DisposalKind)
	disposalLines = trail.NewTable[DisposalLine]("register_disposal_line", DisposalLineKind)
	extensions    = trail.NewTable[Extension]("register_extension", ExtensionKind)
)

// due is which entries are asked for whose time is over.
type due struct {
	home   string      // "" for all
	before jpdate.Date // the day before which they must have ended
	from   jpdate.Date // of a log: when they happened; zero for no bound
	to     jpdate.Date
	after  Cursor
	limit  int
}

// dueEntries reads entries whose time is over, of a log the oldest first. It follows the index of the state, or of the time of a log.
func (b *Book) dueEntries(ctx context.Context, r db.Reader, q due) ([]Entry, error) {
	var args []any
	arg := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	where, order := ``, `id`
	if q.home != "" {
		where = `home = ` + arg(q.home) + ` and `
	}
	where += b.ended(q, arg)
	if x, _ := b.Retention(); x.From == "" {
		order = `happened_at, id`
		if q.after.ID != "" {
			where += ` and (happened_at, id) > (` + arg(q.after.Key) + `, ` + arg(q.after.ID) + `)`
		}
	} else if q.after.ID != "" {
		where += ` and id > ` + arg(q.after.ID)
	}
	return db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+` where `+where+` order by `+order+` limit `+arg(q.limit), args...)
}

// ended is the condition that the time of an entry is over.
func (b *Book) ended(q due, arg func(any) string) string {
	x, _ := b.Retention()
	if x.From != "" {
		return `state = ` + arg(x.From) + ` and (ended_on <> '' and ended_on < ` + arg(q.before) + ` or ended_on = '' and entered_at < ` + arg(db.At(q.before.Start())) + `)`
	}
	before := q.before
	if !q.to.IsZero() && q.to.Before(before) {
		before = q.to.AddDays(1)
	}
	where := `happened_at < ` + arg(db.At(before.Start()))
	if !q.from.IsZero() {
		where += ` and happened_at >= ` + arg(db.At(q.from.Start()))
	}
	return where
}

// dueHomes are those of some homes that have entries whose time is over.
func (b *Book) dueHomes(ctx context.Context, r db.Reader, homes []string, before jpdate.Date) ([]string, error) {
	if len(homes) == 0 {
		return nil, nil
	}
	var args []any
	listed := db.Listed(r, &args, homes)
	arg := func(value any) string {
		args = append(args, value)
		return fmt.Sprintf("$%d", len(args))
	}
	return db.List[string](ctx, r, `select l.value from `+listed+` l where exists (select 1 from `+b.Table.Name()+` e
		where e.home = l.value and `+b.ended(due{before: before}, arg)+`) order by 1`, args...)
}

// rowsOf reads the entries of a log that a line stands for.
func (b *Book) rowsOf(ctx context.Context, r db.Reader, l DisposalLine) ([]Entry, error) {
	return db.List[Entry](ctx, r, `select `+b.Table.Columns()+` from `+b.Table.Name()+`
		where home = $1 and (happened_at, id) >= ($2, $3) and (happened_at, id) <= ($4, $5) order by happened_at, id limit $6`,
		l.Home, l.FromAt, l.FromID, l.ToAt, l.ToID, MaxDisposedRows+1)
}

// linksToAny lists what names any of some things.
func linksToAny(ctx context.Context, r db.Reader, kind string, things []string) ([]link, error) {
	if len(things) == 0 {
		return nil, nil
	}
	args := []any{kind}
	return db.List[link](ctx, r, `select `+linkColumns+` from register_link where to_kind = $1 and to_id in `+db.Among(r, &args, things), args...)
}

// holdsOf lists the rows of sheets that would have changed some entries, in whatever state.
func holdsOf(ctx context.Context, r db.Reader, register string, entries []string) ([]Hold, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	args := []any{register}
	return db.List[Hold](ctx, r, `select `+holds.Columns()+` from register_hold where register = $1 and entry in `+db.Among(r, &args, entries)+` order by id`, args...)
}

func readDisposal(ctx context.Context, r db.Reader, register string, list id.ID) (Disposal, error) {
	return db.Get[Disposal](ctx, r, `select `+disposals.Columns()+` from register_disposal where register = $1 and id = $2`, register, list)
}

// disposalsOf lists the lists of a register that a scope reaches, the newest first; open ones only, or all.
func disposalsOf(ctx context.Context, r db.Reader, register string, scope access.Scope, open bool, most int) ([]Disposal, error) {
	args := []any{register}
	where := scope.Where(r, &args, "home")
	if open {
		where += ` and state in ('` + string(DisposalDraft) + `', '` + string(DisposalDecided) + `')`
	}
	args = append(args, most)
	return db.List[Disposal](ctx, r, `select `+disposals.Columns()+` from register_disposal where register = $1 and `+where+fmt.Sprintf(` order by id desc limit $%d`, len(args)), args...)
}

func linesOf(ctx context.Context, r db.Reader, list id.ID) ([]DisposalLine, error) {
	return db.List[DisposalLine](ctx, r, `select `+disposalLines.Columns()+` from register_disposal_line where list = $1 order by place`, list)
}

// listedAlready says which of some entries stand on a list that is not carried out yet.
func listedAlready(ctx context.Context, r db.Reader, entries []string) (map[string]bool, error) {
	already := map[string]bool{}
	if len(entries) == 0 {
		return already, nil
	}
	var args []any
	found, err := db.List[string](ctx, r, `select entry from register_disposal_line where entry in `+db.Among(r, &args, entries)+` and state = '`+lineListed+`'`, args...)
	for _, e := range found {
		already[e] = true
	}
	return already, err
}

// rangesListed lists the lines of a log at a home that stand on lists which are not carried out yet.
func rangesListed(ctx context.Context, r db.Reader, register, home string) ([]DisposalLine, error) {
	return db.List[DisposalLine](ctx, r, `select `+disposalLines.Columns()+` from register_disposal_line where register = $1 and state = '`+lineListed+`' and home = $2`, register, home)
}

// extensionsOf lists the extensions of some entries, and those of a log at a home.
func extensionsOf(ctx context.Context, r db.Reader, register, home string, entries []string) ([]Extension, error) {
	args := []any{register, home}
	where := `entry = '' and home = $2`
	if len(entries) > 0 {
		where = `(` + where + ` or entry in ` + db.Among(r, &args, entries) + `)`
	}
	return db.List[Extension](ctx, r, `select `+extensions.Columns()+` from register_extension where register = $1 and lifted = '' and `+where+` order by id`, args...)
}

func readExtension(ctx context.Context, r db.Reader, register string, extension id.ID) (Extension, error) {
	return db.Get[Extension](ctx, r, `select `+extensions.Columns()+` from register_extension where register = $1 and id = $2`, register, extension)
}

// nameFiles notes which files a thing names, beside those that it has named before: its history still shows them.
func nameFiles(ctx context.Context, tx *db.Tx, kind, thing string, sums []string) error {
	for _, sum := range sums {
		if _, err := tx.Exec(ctx, `insert into register_file (sum, kind, thing) values ($1, $2, $3) on conflict do nothing`, sum, kind, thing); err != nil {
			return err
		}
	}
	return nil
}

// leaveFiles notes that a thing is no more, and gives whether it has named files.
func leaveFiles(ctx context.Context, tx *db.Tx, kind, thing string) (bool, error) {
	if _, err := tx.Exec(ctx, `insert into register_file_left (sum) select sum from register_file where kind = $1 and thing = $2 on conflict do nothing`, kind, thing); err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `delete from register_file where kind = $1 and thing = $2`, kind, thing)
	return n > 0, err
}

func clearFiles(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, `delete from register_file`); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from register_file_left`)
	return err
}

// leftFile is a file of what was destroyed.
type leftFile struct {
	Sum   string `db:"sum"`
	Named bool   `db:"named"` // by something else
}

func leftFiles(ctx context.Context, r db.Reader, most int) ([]leftFile, error) {
	return db.List[leftFile](ctx, r, `select l.sum, exists (select 1 from register_file f where f.sum = l.sum) as named from register_file_left l order by l.sum limit $1`, most)
}

func forgetLeft(ctx context.Context, tx *db.Tx, sums []string) error {
	if len(sums) == 0 {
		return nil
	}
	var args []any
	_, err := tx.Exec(ctx, `delete from register_file_left where sum in `+db.Among(tx, &args, sums), args...)
	return err
}
