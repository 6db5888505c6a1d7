package ledger

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// State is where an upload is in its life.
type State string

// The states.
const (
	Open    State = "open"    // it was sent, and nothing was changed by it
	Queued  State = "queued"  // somebody has confirmed it, and a job takes it in
	Applied State = "applied" // it is in the register
	Dropped State = "dropped" // it never will be
)

// Title is the state in words.
func (s State) Title() string {
	switch s {
	case Open:
		return "確認待ち"
	case Queued:
		return "取り込み中"
	case Applied:
		return "取り込み済み"
	case Dropped:
		return "取り下げ"
	}
	return string(s)
}

// Upload is some files that somebody has sent to be taken into a register.
type Upload struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Register  string  `db:"register"` // REGIME.KIND
	Title     string  `db:"title"`
	State     State   `db:"state"`
	Files     string  `db:"files"` // JSON, see Stored
	At        db.Time `db:"at"`
	By        string  `db:"by_actor"`
	Mapping   string  `db:"mapping"`
	Sum       string  `db:"sum"`
	New       int     `db:"new_rows"`
	Changed   int     `db:"changed_rows"`
	Faulty    int     `db:"faulty_rows"`
	Hold      bool    `db:"hold"`
	Confirmed string  `db:"confirmed"` // actor
	Job       id.ID   `db:"job"`
	Trouble   string  `db:"trouble"`
	Result    string  `db:"result"` // file.Sum
	Act       id.ID   `db:"act"`
	Note      string  `db:"note"`
}

// Stored is a file of an upload.
type Stored struct {
	Name string `json:"name"`
	Sum  string `json:"sum"`
	Size int64  `json:"size"`
}

// Sources are the files as they were sent.
func (u Upload) Sources() []Stored {
	var list []Stored
	if json.Unmarshal([]byte(u.Files), &list) != nil {
		return nil // the trail finds what somebody has changed by hand
	}
	return list
}

// confirmed is what was confirmed of the preview.
func (u Upload) confirmed() register.Confirmed {
	return register.Confirmed{Sum: u.Sum, New: u.New, Changed: u.Changed, Faulty: u.Faulty}
}

// preview is what an upload comes to, as it was worked out last.
type preview struct {
	Upload  id.ID  `db:"upload"`
	By      string `db:"by_actor"`
	Mapping string `db:"mapping"`
	Job     id.ID  `db:"job"`
	At      string `db:"at"`
	Fault   string `db:"fault"`
	Shown   string `db:"shown"`
	Result  string `db:"result"`
}

// done says whether it was worked out, or cannot be.
func (p preview) done() bool { return p.At != "" }

// Batch is workbooks that somebody gives out at once.
type Batch struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Register string  `db:"register"` // REGIME.KIND
	Units    string  `db:"units"`    // JSON, ids
	Blank    int     `db:"blank"`
	Note     string  `db:"note"`
	At       db.Time `db:"at"`
	By       string  `db:"by_actor"`
	State    string  `db:"state"`
	Job      id.ID   `db:"job"`
	Batch    id.ID   `db:"batch"` // register.Handout.Batch
	File     string  `db:"file"`  // file.Sum
	Size     int64   `db:"size"`
	Trouble  string  `db:"trouble"`
}

// The states of a Batch.
const (
	BatchQueued = "queued"
	BatchGiven  = "given"
	BatchFailed = "failed"
)

// units are those that get a workbook.
func (b Batch) units() []id.ID {
	var list []id.ID
	if json.Unmarshal([]byte(b.Units), &list) != nil {
		return nil // the trail finds what somebody has changed by hand
	}
	return list
}

// The audited tables of this package.
var (
	uploads = trail.NewTable[Upload]("ledger_upload", "ledger-upload")
	batches = trail.NewTable[Batch]("ledger_batch", "ledger-batch")
)

// Audited lists the audited tables of this package.
func Audited() []trail.Audited { return []trail.Audited{uploads, batches} }

func readUpload(ctx context.Context, r db.Reader, upload id.ID) (Upload, error) {
	return db.Get[Upload](ctx, r, `select `+uploads.Columns()+` from ledger_upload where id = $1`, upload)
}

// mostListed is how many uploads, or batches, of a register are looked at for a list, the newest.
const mostListed = 300

func uploadsOf(ctx context.Context, r db.Reader, book string) ([]Upload, error) {
	return db.List[Upload](ctx, r, `select `+uploads.Columns()+` from ledger_upload where register = $1 order by at desc, id desc limit $2`, book, mostListed)
}

func readBatch(ctx context.Context, r db.Reader, batch id.ID) (Batch, error) {
	return db.Get[Batch](ctx, r, `select `+batches.Columns()+` from ledger_batch where id = $1`, batch)
}

func batchesOf(ctx context.Context, r db.Reader, book string) ([]Batch, error) {
	return db.List[Batch](ctx, r, `select `+batches.Columns()+` from ledger_batch where register = $1 order by at desc, id desc limit $2`, book, mostListed)
}

// readPreview gives the preview of an upload, the zero value where nobody has asked for one.
func readPreview(ctx context.Context, r db.Reader, upload id.ID) (preview, error) {
	list, err := db.List[preview](ctx, r, `select upload, by_actor, mapping, job, at, fault, shown, result from ledger_preview where upload = $1`, upload)
	if err != nil || len(list) == 0 {
		return preview{}, err
	}
	return list[0], nil
}

func putPreview(ctx context.Context, tx *db.Tx, p preview) error {
	_, err := tx.Exec(ctx, `insert into ledger_preview (upload, by_actor, mapping, job, at, fault, shown, result) values ($1, $2, $3, $4, $5, $6, $7, $8)
		on conflict (upload) do update set by_actor = excluded.by_actor, mapping = excluded.mapping, job = excluded.job, at = excluded.at,
			fault = excluded.fault, shown = excluded.shown, result = excluded.result`, p.Upload, p.By, p.Mapping, p.Job, p.At, p.Fault, p.Shown, p.Result)
	return err
}

// dropPreview forgets a preview: it holds what the files say of people.
func dropPreview(ctx context.Context, tx *db.Tx, upload id.ID) error {
	_, err := tx.Exec(ctx, `delete from ledger_preview where upload = $1`, upload)
	return err
}
