package trailview

import (
	"context"
	"embed"
	"io/fs"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// Check is the result of one verification.
type Check struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Actor    string  `db:"actor"`
	At       db.Time `db:"at"`
	OK       bool    `db:"ok"`
	Size     int64   `db:"size"` // of the tree
	Root     string  `db:"root"`
	Checked  int64   `db:"checked"`
	Findings string  `db:"findings"` // a JSON list of sentences
}

var checks = trail.NewTable[Check]("trailview_check", "check")

// Audited lists the tables of this package.
func Audited() []trail.Audited { return []trail.Audited{checks} }

// lastChecks are the newest results, at most n.
func lastChecks(ctx context.Context, r db.Reader, n int) ([]Check, error) {
	return db.List[Check](ctx, r, `select `+checks.Columns()+` from trailview_check order by at desc, id desc limit $1`, n)
}
