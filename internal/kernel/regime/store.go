package regime

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

// packRow is a pack that was adopted.
type packRow struct {
	Sum string `db:"sum" trail:"key"`
	trail.Row
	Regime  string `db:"regime"`
	Edition string `db:"edition"`
	Files   []byte `db:"files"` // a ZIP of the YAML
}

// Activation is a decision that a pack is in force from a day on.
type Activation struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Regime    string      `db:"regime"`
	Edition   string      `db:"edition"`
	Sum       string      `db:"sum"` // of the pack
	Effective jpdate.Date `db:"effective_on"`
	Decided   jpdate.Date `db:"decided_on"`
	Decision  string      `db:"decision"` // its number
}

var (
	packs       = trail.NewTable[packRow]("regime_pack", "pack")
	activations = trail.NewTable[Activation]("regime_activation", "activation")
)

// Audited lists the tables of this package.
func Audited() []trail.Audited { return []trail.Audited{packs, activations} }

// Activations lists every decision about a regime ("" for all), the last to take effect first; of one day the one decided last.
func Activations(ctx context.Context, r db.Reader, regime string) ([]Activation, error) {
	return db.List[Activation](ctx, r, `select `+activations.Columns()+` from regime_activation
		where $1 = '' or regime = $1 order by effective_on desc, id desc`, regime)
}

func packFiles(ctx context.Context, r db.Reader, sum string) ([]byte, error) {
	return db.Get[[]byte](ctx, r, `select files from regime_pack where sum = $1`, sum)
}

func hasPack(ctx context.Context, r db.Reader, sum string) (bool, error) {
	n, err := db.Get[int](ctx, r, `select count(*) from regime_pack where sum = $1`, sum)
	return n > 0, err
}
