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
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS {
	sub, err := fs.Sub(schema, "schema")
	if err != nil {
		panic(err) //nolint:forbidigo // the folder is embedded above
	}
	return sub
}

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

type documentRow struct {
	ID        string      `db:"document"`
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
	Document  string      `db:"document"`
	Printed   string      `db:"printed"`
	Effective jpdate.Date `db:"effective"`
	Decided   jpdate.Date `db:"decided"`
	Why       string      `db:"why"`
	Line      int         `db:"line"`
}

type clauseRow struct {
	Document string `db:"document"`
	ID       string `db:"clause"`
	Heading  string `db:"heading"`
	Body     string `db:"body"`
	Cells    string `db:"cells"`
	Line     int    `db:"line"`
	First    int    `db:"first_byte"`
	Last     int    `db:"last_byte"`
}

type defectRow struct {
	Line   int    `db:"line"`
	Kind   Kind   `db:"kind"`
	Clause string `db:"clause"`
	Words  string `db:"words"`
	Note   string `db:"note"`
}

// Load reads an imported text back: just what Parse gave when it was imported. NotFound where none has been.
func Load(ctx context.Context, r db.Reader, regime, edition string) (*Text, error) {
	content, err := db.Get[[]byte](ctx, r, `select content from clause_source where regime = $1 and edition = $2`, regime, edition)
	if errors.Is(err, db.ErrNotFound) {
		return nil, errs.Wrap(err, errs.NotFound, "%s の第%s版の本文は取り込まれていません。", regime, edition)
	}
	documents, err1 := db.List[documentRow](ctx, r, `select document, title, main, printed, number, enacted, revised, effective, decided, line, first_byte, last_byte
		from clause_document where regime = $1 and edition = $2 order by position`, regime, edition)
	revisions, err2 := db.List[revisionRow](ctx, r, `select document, printed, effective, decided, why, line
		from clause_revision where regime = $1 and edition = $2 order by document, position`, regime, edition)
	clauses, err3 := db.List[clauseRow](ctx, r, `select document, clause, heading, body, cells, line, first_byte, last_byte
		from clause_clause where regime = $1 and edition = $2 order by document, position`, regime, edition)
	defects, err4 := db.List[defectRow](ctx, r, `select line, kind, clause, words, note
		from clause_defect where regime = $1 and edition = $2 order by position`, regime, edition)
	if err := errors.Join(err, err1, err2, err3, err4); err != nil {
		return nil, fmt.Errorf("load %s@%s: %w", regime, edition, err)
	}
	t := &Text{}
	for _, row := range documents {
		d := Document{
			ID: row.ID, Title: row.Title, Main: row.Main, Edition: row.Printed, Number: row.Number, Line: row.Line,
			Enacted: row.Enacted, Revised: row.Revised, Effective: row.Effective, Decided: row.Decided, Front: content[row.First:row.Last],
		}
		for _, x := range revisions {
			if x.Document == d.ID {
				d.Revisions = append(d.Revisions, Revision{x.Printed, x.Effective, x.Decided, x.Why, x.Line})
			}
		}
		for _, x := range clauses {
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
	for _, x := range defects {
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
func save(ctx context.Context, tx *db.Tx, regime, edition string, data []byte, t *Text) error {
	var err error
	insert := func(query string, values ...any) { // until the first error
		if err == nil {
			_, err = tx.Exec(ctx, query, append([]any{regime, edition}, values...)...)
		}
	}
	insert(`insert into clause_source (regime, edition, sha256, content, imported_at) values ($1, $2, $3, $4, $5)`, sumOf(data), data, tx.Now)
	at := 0
	for i, d := range t.Documents {
		insert(`insert into clause_document (regime, edition, document, position, title, main, printed, number, enacted, revised, effective, decided, line, first_byte, last_byte)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			d.ID, i, d.Title, d.Main, d.Edition, d.Number, d.Enacted, d.Revised, d.Effective, d.Decided, d.Line, at, at+len(d.Front))
		at += len(d.Front)
		for j, r := range d.Revisions {
			insert(`insert into clause_revision (regime, edition, document, position, printed, effective, decided, why, line) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
				d.ID, j, r.Edition, r.Effective, r.Decided, r.Why, r.Line)
		}
		for j, c := range d.Clauses {
			insert(`insert into clause_clause (regime, edition, document, position, clause, heading, body, cells, line, first_byte, last_byte)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, d.ID, j, c.ID, c.Heading, c.Text, tableText(c.Table), c.Line, at, at+len(c.Original))
			at += len(c.Original)
		}
	}
	for i, d := range t.Defects {
		insert(`insert into clause_defect (regime, edition, position, line, kind, clause, words, note) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
			i, d.Line, d.Kind, d.Clause, d.Text, d.Note)
	}
	return err
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
