package setting

import (
	"context"
	"embed"
	"io/fs"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// Decided is what the body has decided about one setting.
type Decided struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Owner   string      `db:"owner"`
	Setting string      `db:"setting"`
	From    jpdate.Date `db:"from_on"`
	Unit    Unit        `db:"unit"` // when it was decided
	Value   string      `db:"value"`
	Number  string      `db:"decision"`
	On      jpdate.Date `db:"decided_on"`
	Draft   id.ID       `db:"draft"`
}

func (d Decided) key() string { return d.Owner + "." + d.Setting }

var (
	values = trail.NewTable[Decided]("setting_value", "setting-value")
	drafts = trail.NewTable[Draft]("setting_draft", DraftKind)
)

// DraftKind is the kind of drafts in the trail.
const DraftKind = "setting-draft"

// Audited lists the tables of this package.
func Audited() []trail.Audited { return []trail.Audited{values, drafts} }

// Load reads every decision.
func Load(ctx context.Context, r db.Reader) (Values, error) {
	rows, err := db.List[Decided](ctx, r, `select `+values.Columns()+` from setting_value order by id`)
	return newValues(rows), err
}

// stamp tells one state of the decisions from every other: they are only ever added to, so a state of as many rows with the same
// newest one is the same state, and a transaction that is undone leaves an id that never comes back.
type stamp struct {
	Rows   int    `db:"total"`
	Newest string `db:"newest"`
}

func stampOf(ctx context.Context, r db.Reader) (stamp, error) {
	return db.Get[stamp](ctx, r, `select count(*) as total, coalesce(max(id), '') as newest from setting_value`)
}

// Drafts lists all drafts, the newest first.
func Drafts(ctx context.Context, r db.Reader) ([]Draft, error) {
	return db.List[Draft](ctx, r, `select `+drafts.Columns()+` from setting_draft order by id desc`)
}

// DraftOf reads a draft. NotFound where there is none.
func DraftOf(ctx context.Context, r db.Reader, draft id.ID) (Draft, error) {
	return db.Get[Draft](ctx, r, `select `+drafts.Columns()+` from setting_draft where id = $1`, draft)
}
