package register

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"io"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/access"
)

// Source is a file that somebody has sent. It is opened while it is read, so a folder of thousands is no thousands of open files.
type Source struct {
	Name string // with its folders, as people know it
	Size int64
	Open func() (io.ReaderAt, io.Closer, error)
}

// FromBytes is a file that is in memory.
func FromBytes(name string, data []byte) Source {
	return Source{name, int64(len(data)), func() (io.ReaderAt, io.Closer, error) {
		return bytes.NewReader(data), io.NopCloser(nil), nil
	}}
}

// Mapping says how files of one form are read. The zero value reads what Export has written, and whatever has the same titles. It can
// be kept as JSON, to be used again for the files of the next year.
type Mapping struct {
	Sheet string `json:"sheet,omitempty"` // "" for the one that has most of the columns
	// Columns gives leaves (SheetColumn.Path) the titles of their columns, where these are others; "" leaves a column out.
	Columns map[string]string `json:"columns,omitempty"`
	// Key is a field of the list by which rows that name neither entry nor number find their entry, among those of their owner; "" for
	// rows that are all new.
	Key string `json:"key,omitempty"`
	// Whose the rows are that do not say so: the home; or what the file says in a cell above the heading (B2); or what is in its name.
	Owner     string `json:"owner,omitempty"`
	OwnerCell string `json:"owner-cell,omitempty"`
	OwnerName bool   `json:"owner-name,omitempty"`
	// Overwrite has the rows of an old export win where somebody has changed the same field since.
	Overwrite bool `json:"overwrite,omitempty"`
}

// Outcome is what becomes of a row.
type Outcome string

// The outcomes.
const (
	RowNew     Outcome = "new"
	RowChanged Outcome = "changed"
	RowSame    Outcome = "same"
	RowFaulty  Outcome = "faulty" // it is held, where others are taken in
)

// Title is the outcome in words.
func (o Outcome) Title() string {
	switch o {
	case RowNew:
		return "新規"
	case RowChanged:
		return "変更"
	case RowSame:
		return "同じ"
	case RowFaulty:
		return "保留"
	}
	return string(o)
}

// Line is a row with what becomes of it.
type Line struct {
	N       int    // counts the rows of all files from 1
	File    string // "" where there is one file only
	Where   string // the row as people know it
	Outcome Outcome
	Entry   id.ID  // that it changes
	Number  string // of the entry; of a new one once it is imported
	Title   string
	Changes []FieldChange
	Faults  []errs.Field // by cell
	Notes   []errs.Field // what is not taken in, by cell

	headings, cells []string
}

// FieldChange is a field that says something else. Given is what it said in the version that the row was exported from, where this is
// another than the one of today.
type FieldChange struct{ Title, Given, Old, New string }

// Heading is a column of a file, with the leaf that it is read as.
type Heading struct{ Title, Where, Path string }

// SheetFile is what was found in a file.
type SheetFile struct {
	Name, Sheet                      string
	Headings                         []Heading
	Missing                          []string // titles of columns that new entries need and that are not there
	Owner                            string   // the home of rows that do not say whose they are, "" for none
	OwnerCalled                      string
	Rows, New, Changed, Same, Faulty int
	Notes                            []errs.Field // what somebody should look at: 外字, rows that are left out
	Fault                            string       // why the file is not read at all, "" where it is
	Handout                          id.ID        // of a workbook that was given out
	Untouched                        bool         // it comes back as it was given out
	Gone                             []string     // entries that were given out with it and are no longer in it; nothing is done to them
}

// Preview is what files come to.
type Preview struct {
	Files                            []SheetFile
	Rows, New, Changed, Same, Faulty int
	Faults                           []errs.Field // of all rows, by cell; the first MostFaults
	MoreFaults                       int
	// Sum is the same as long as the files, how they are read, the entries that they change and what becomes of each row are the same.
	Sum string
}

// MostFaults is how many faults a Preview lists.
const MostFaults = 10_000

// Confirmed is a preview that somebody has confirmed.
type Confirmed struct {
	Sum                  string
	New, Changed, Faulty int
}

// Confirmed is what is to be kept of a preview until it is imported.
func (p *Preview) Confirmed() Confirmed { return Confirmed{p.Sum, p.New, p.Changed, p.Faulty} }

// Preview works out what files come to, and writes nothing. each, if there is one, is given every row, with what it changes.
func (s *Service) Preview(ctx context.Context, by *access.Actor, regime, kind string, sources []Source, m Mapping, each func(Line) error) (*Preview, error) {
	var out *Preview
	err := s.log.DB().View(ctx, func(r db.Reader) error {
		d, err := s.Open(ctx, r, by, regime, kind)
		if err != nil {
			return err
		}
		x, err := d.intake(m, len(sources))
		if err != nil {
			return err
		}
		x.each = each
		out, err = x.run(sources)
		return err
	})
	return out, err
}

// intake is the reading of files for a register.
type intake struct {
	*Desk
	Mapping
	say     saying
	columns []SheetColumn
	ask     []sheet.Column
	key     column
	within  []*Field // tables inside entries
	adding  access.Scope
	may     map[string]bool     // what was asked about homes
	placed  map[id.ID]string    // where an entry stands already
	keyed   map[string]string   // where a new entry with a key stands already
	several bool                // files
	each    func(Line) error    // nil for nobody
	take    func(l *line) error // what is done with a row, nil for nothing
	n       int
	sum     hash.Hash
	out     *Preview
}

// atOnceRead is how many rows are in memory while files are read.
const atOnceRead = 500

func (d *Desk) intake(m Mapping, files int) (*intake, error) {
	x := &intake{
		Desk: d, Mapping: m, say: saying{d, d.sheetNames(), false}, adding: d.Adding(), may: map[string]bool{}, placed: map[id.ID]string{}, keyed: map[string]string{},
		several: files > 1, sum: sha256.New(), out: &Preview{},
	}
	rows := map[string]int{}
	for _, f := range d.tables() {
		rows[f.ID] = MaxRows
		x.within = append(x.within, &f)
	}
	x.columns = d.mainColumns(rows)
	if len(rows) > 0 {
		x.columns = append([]SheetColumn{{Path: PathLine, Title: "No."}}, x.columns...)
	}
	for _, f := range d.Fields { // what nobody may read in a sheet can still come in with something new
		if f.Restricted && f.Derived == nil && f.Type != TypeRows {
			x.columns = append(x.columns, d.leafColumns(f)...)
		}
	}
	if err := x.asked(); err != nil {
		return nil, err
	}
	if m.Key != "" {
		c, ok := d.column(m.Key)
		if f, there := d.Field(m.Key); !there || !ok || !f.tells() {
			return nil, errs.New(errs.Invalid, "「%s」では記録を見分けられません。一覧に出る、一つの値の項目を選んでください。", m.Key)
		}
		x.key = c
	}
	kept, err := json.Marshal(m)
	if err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	x.note("%s %s %s", d.Name, d.Pack, kept)
	return x, nil
}

// Keys are the fields that Mapping.Key can name.
func (d *Desk) Keys() []Field {
	return slices.DeleteFunc(slices.Clone(d.Fields), func(f Field) bool {
		_, ok := d.column(f.ID)
		return !ok || !f.tells()
	})
}

// tells says whether entries can be told apart by the field.
func (f Field) tells() bool {
	return !f.Many && f.Type != TypeClass && f.Type != TypePeriod && f.Derived == nil && !f.Restricted
}

// note adds to the sum of the preview.
func (x *intake) note(format string, args ...any) {
	_, _ = fmt.Fprintf(x.sum, format+"\n", args...) // a hash takes everything
}

// asked are the columns that files are asked for. A title belongs to one column: one that the mapping names to none else, then the
// titles that exports have, then the others.
func (x *intake) asked() error {
	used := map[string]bool{"": true}
	var faults errs.Faults
	known := map[string]bool{}
	for _, c := range x.columns {
		known[c.Path] = true
	}
	for path, title := range x.Columns {
		if !known[path] {
			faults.Add(path, "この項目は台帳にありません。")
		}
		used[titleKey(title)] = true
	}
	byPath := map[string]*sheet.Column{}
	x.ask = make([]sheet.Column, len(x.columns))
	for i, c := range x.columns {
		x.ask[i] = sheet.Column{ID: c.Path, Required: c.Field.Required && c.Field.When == nil && c.table == ""}
		if title, mapped := x.Columns[c.Path]; mapped && title != "" {
			x.ask[i].Titles = []string{title}
		}
		byPath[c.Path] = &x.ask[i]
	}
	add := func(c SheetColumn, title string) {
		if _, mapped := x.Columns[c.Path]; mapped || used[titleKey(title)] {
			return
		}
		used[titleKey(title)] = true
		byPath[c.Path].Titles = append(byPath[c.Path].Titles, title)
	}
	for _, c := range x.columns {
		add(c, c.Title)
	}
	for _, c := range x.columns {
		for _, title := range c.titles {
			add(c, title)
		}
	}
	x.ask = slices.DeleteFunc(x.ask, func(c sheet.Column) bool { return len(c.Titles) == 0 })
	return faults.Err("列の対応を確認してください。")
}

// run reads files one after the other.
func (x *intake) run(sources []Source) (*Preview, error) {
	if len(sources) == 0 {
		return nil, errs.New(errs.Invalid, "ファイルを選んでください。")
	}
	for _, s := range sources {
		x.out.Files = append(x.out.Files, SheetFile{Name: s.Name})
		f := &x.out.Files[len(x.out.Files)-1]
		if err := x.file(s, f); err != nil {
			if k := errs.KindOf(err); k != errs.Invalid {
				return nil, err
			}
			f.Fault = errs.Message(err)
			x.fault(errs.Field{Where: s.Name, Message: f.Fault})
		}
		if f.Fault != "" {
			x.out.Faulty++
			f.Faulty++
			x.note("unread")
		}
	}
	x.out.Sum = hex.EncodeToString(x.sum.Sum(nil))
	return x.out, x.names.err
}

func (x *intake) fault(f errs.Field) {
	if len(x.out.Faults) == MostFaults {
		x.out.MoreFaults++
		return
	}
	x.out.Faults = append(x.out.Faults, f)
}

// mayAdd says whether the reader may add entries of a home.
func (x *intake) mayAdd(home string) (bool, error) {
	return x.asks("add "+home, func() (bool, error) { return x.adding.Has(x.ctx, x.r, home) })
}

// mayChange says whether the reader may change entries of a home.
func (x *intake) mayChange(home string) (bool, error) {
	return x.asks("change "+home, func() (bool, error) { return x.May(x.Edition.Change, home) })
}

func (x *intake) asks(key string, ask func() (bool, error)) (bool, error) {
	if ok, known := x.may[key]; known {
		return ok, nil
	}
	ok, err := ask()
	x.may[key] = ok
	return ok, err
}
