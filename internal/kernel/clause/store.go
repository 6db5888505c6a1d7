package clause

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// Edition is one imported text.
type Edition struct {
	Edition    string  `db:"edition"`
	Sum        string  `db:"sha256"` // SHA-256 of the file, hex
	ImportedAt db.Time `db:"imported_at"`
}

// Editions lists the imported texts of a regime, the first imported first.
func Editions(ctx context.Context, r db.Reader, regime string) ([]Edition, error) {
	return db.List[Edition](ctx, r, `select edition, sha256, imported_at from clause_source where regime = $1 order by imported_at, edition`, regime)
}

// Sum is the SHA-256 of the imported text of an edition in hex, "" where none has been imported.
func Sum(ctx context.Context, r db.Reader, regime, edition string) (string, error) {
	sum, err := db.Get[string](ctx, r, `select sha256 from clause_source where regime = $1 and edition = $2`, regime, edition)
	if errors.Is(err, db.ErrNotFound) {
		return "", nil
	}
	return sum, err
}

func sumOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// edition is the key that all rows of a text begin with.
type edition struct {
	Regime  string `db:"regime" trail:"key"`
	Edition string `db:"edition" trail:"key"`
}

type sourceRow struct {
	edition
	trail.Row
	Sum        string  `db:"sha256"`
	Content    []byte  `db:"content"`
	ImportedAt db.Time `db:"imported_at"`
}

type documentRow struct {
	edition
	ID string `db:"document" trail:"key"`
	trail.Row
	Position  int         `db:"position"`
	Title     string      `db:"title"`
	Main      bool        `db:"main"`
	Printed   string      `db:"printed"`
	Number    string      `db:"number"`
	Enacted   jpdate.Date `db:"enacted"`
	Revised   jpdate.Date `db:"revised"`
	Effective jpdate.Date `db:"effective"`
	Decided   jpdate.Date `db:"decided"`
	Line      int         `db:"line"`
	First     int         `db:"first_byte"`
	Last      int         `db:"last_byte"`
}

type revisionRow struct {
	edition
	Document string `db:"document" trail:"key"`
	Position int    `db:"position" trail:"key"`
	trail.Row
	Printed   string      `db:"printed"`
	Effective jpdate.Date `db:"effective"`
	Decided   jpdate.Date `db:"decided"`
	Why       string      `db:"why"`
	Line      int         `db:"line"`
}

type clauseRow struct {
	edition
	Document string `db:"document" trail:"key"`
	ID       string `db:"clause" trail:"key"`
	trail.Row
	Position int    `db:"position"`
	Heading  string `db:"heading"`
	Body     string `db:"body"`
	Cells    string `db:"cells"`
	Line     int    `db:"line"`
	First    int    `db:"first_byte"`
	Last     int    `db:"last_byte"`
}

type defectRow struct {
	edition
	Position int `db:"position" trail:"key"`
	trail.Row
	Line   int    `db:"line"`
	Kind   Kind   `db:"kind"`
	Clause string `db:"clause"`
	Words  string `db:"words"`
	Note   string `db:"note"`
}

var (
	sources   = trail.NewTable[sourceRow]("clause_source", "text")
	documents = trail.NewTable[documentRow]("clause_document", "document")
	revisions = trail.NewTable[revisionRow]("clause_revision", "revision")
	clauses   = trail.NewTable[clauseRow]("clause_clause", "clause")
	defects   = trail.NewTable[defectRow]("clause_defect", "defect")
)

// Audited lists the tables of this package.
func Audited() []trail.Audited {
	return []trail.Audited{sources, documents, revisions, clauses, defects}
}

// Load reads an imported text back: just what Parse gave when it was imported. NotFound where none has been.
func Load(ctx context.Context, r db.Reader, regime, edition string) (*Text, error) {
	content, err := db.Get[[]byte](ctx, r, `select content from clause_source where regime = $1 and edition = $2`, regime, edition)
	if errors.Is(err, db.ErrNotFound) {
		return nil, errs.Wrap(err, errs.NotFound, "%s の第%s版の本文は取り込まれていません。", regime, edition)
	}
	documentRows, err1 := db.List[documentRow](ctx, r, `select `+documents.Columns()+` from clause_document where regime = $1 and edition = $2 order by position`, regime, edition)
	revisionRows, err2 := db.List[revisionRow](ctx, r, `select `+revisions.Columns()+` from clause_revision where regime = $1 and edition = $2 order by document, position`, regime, edition)
	clauseRows, err3 := db.List[clauseRow](ctx, r, `select `+clauses.Columns()+` from clause_clause where regime = $1 and edition = $2 order by document, position`, regime, edition)
	defectRows, err4 := db.List[defectRow](ctx, r, `select `+defects.Columns()+` from clause_defect where regime = $1 and edition = $2 order by position`, regime, edition)
	if err := errors.Join(err, err1, err2, err3, err4); err != nil {
		return nil, fmt.Errorf("load %s@%s: %w", regime, edition, err)
	}
	t := &Text{}
	for _, row := range documentRows {
		d := Document{
			ID: row.ID, Title: row.Title, Main: row.Main, Edition: row.Printed, Number: row.Number, Line: row.Line,
			Enacted: row.Enacted, Revised: row.Revised, Effective: row.Effective, Decided: row.Decided, Front: content[row.First:row.Last],
		}
		for _, x := range revisionRows {
			if x.Document == d.ID {
				d.Revisions = append(d.Revisions, Revision{x.Printed, x.Effective, x.Decided, x.Why, x.Line})
			}
		}
		for _, x := range clauseRows {
			if x.Document != d.ID {
				continue
			}
			c, err := x.clause(content)
			if err != nil {
				return nil, err
			}
			d.Clauses = append(d.Clauses, c)
		}
		t.Documents = append(t.Documents, d)
	}
	for _, x := range defectRows {
		t.Defects = append(t.Defects, Defect{x.Line, x.Kind, x.Clause, x.Words, x.Note})
	}
	return t, nil
}

func (x clauseRow) clause(content []byte) (Clause, error) {
	c := Clause{ID: x.ID, Document: x.Document, Heading: x.Heading, Line: x.Line, Original: string(content[x.First:x.Last])}
	c.Parent = Parent(x.ID)
	c.say(x.Body)
	if x.Cells != "" {
		if err := json.Unmarshal([]byte(x.Cells), &c.Table); err != nil {
			return Clause{}, fmt.Errorf("table of %s:%s: %w", x.Document, x.ID, err)
		}
	}
	return c, nil
}

// save writes a text and what was read from it.
func save(ctx context.Context, tx *trail.Tx, key edition, data []byte, t *Text) error {
	row := trail.Row{Home: trail.Body}
	var (
		documentRows []documentRow
		revisionRows []revisionRow
		clauseRows   []clauseRow
		defectRows   []defectRow
	)
	at := 0
	for i, d := range t.Documents {
		documentRows = append(documentRows, documentRow{key, d.ID, row, i, d.Title, d.Main, d.Edition, d.Number, d.Enacted, d.Revised, d.Effective, d.Decided, d.Line, at, at + len(d.Front)})
		at += len(d.Front)
		for j, r := range d.Revisions {
			revisionRows = append(revisionRows, revisionRow{key, d.ID, j, row, r.Edition, r.Effective, r.Decided, r.Why, r.Line})
		}
		for j, c := range d.Clauses {
			clauseRows = append(clauseRows, clauseRow{key, d.ID, c.ID, row, j, c.Heading, c.Text, tableText(c.Table), c.Line, at, at + len(c.Original)})
			at += len(c.Original)
		}
	}
	for i, d := range t.Defects {
		defectRows = append(defectRows, defectRow{key, i, row, d.Line, d.Kind, d.Clause, d.Text, d.Note})
	}
	if err := sources.Put(ctx, tx, sourceRow{key, row, sumOf(data), data, db.At(tx.Now)}); err != nil {
		return err
	}
	if err := documents.Put(ctx, tx, documentRows...); err != nil {
		return err
	}
	if err := revisions.Put(ctx, tx, revisionRows...); err != nil {
		return err
	}
	if err := clauses.Put(ctx, tx, clauseRows...); err != nil {
		return err
	}
	return defects.Put(ctx, tx, defectRows...)
}

// tableText is a table as it is stored.
func tableText(table [][]string) string {
	if table == nil {
		return ""
	}
	b, err := json.Marshal(table)
	if err != nil {
		panic(err) //nolint:forbidigo // strings always marshal
	}
	return string(b)
}
