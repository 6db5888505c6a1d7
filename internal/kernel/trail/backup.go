package trail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

// Files are the files to which a database refers, by the SHA-256 of their content (kernel/file). Put has written a file when
// it returns; Open gives an error for one that is not what was put.
type Files interface {
	Walk(fn func(sum string, size int64) error) error
	Open(sum string) (io.ReadCloser, error)
	Put(ctx context.Context, r io.Reader, limit int64) (sum string, size int64, err error)
}

// Manifest says what a backup is of. It is the first member of the archive.
type Manifest struct {
	Format     string     `json:"format"`
	Schema     int64      `json:"schema"` // the last step of the schema
	Engine     db.Engine  `json:"engine"` // from which it was taken; it fits both
	Store      string     `json:"store"`
	At         db.Time    `json:"at"`
	Epoch      int64      `json:"epoch"`
	Size       int64      `json:"size"` // of the tree
	Root       string     `json:"root"`
	Checkpoint string     `json:"checkpoint"` // the last signed head, "" where there is none
	Tables     []db.Table `json:"tables"`
}

// BackedUp is what a backup contains.
type BackedUp struct {
	Manifest
	Rows    int64
	Files   int64
	Damaged []string // files that are not what was put, or cannot be read: they are missing
}

// Backup writes everything of a database and its store but the key into one archive, as it was at one moment: all tables,
// all files and the list of erasures. Writers go on meanwhile, and it needs memory for some megabytes. The archive is of no
// engine: it can be restored into either. Files that are damaged are left out and named; it is still a backup of the rest.
func (l *Log) Backup(ctx context.Context, files Files, w io.Writer) (BackedUp, error) {
	if l.store == nil {
		return BackedUp{}, errors.New("trail: a backup without a store")
	}
	if err := l.KeepErasures(ctx); err != nil {
		return BackedUp{}, err
	}
	var done BackedUp
	err := l.db.View(ctx, func(r db.Reader) error {
		m, err := l.manifest(ctx, r)
		if err != nil {
			return err
		}
		a := newArchive(w, m.At)
		if err := a.addJSON(manifestName, m); err != nil {
			return err
		}
		for _, t := range m.Tables {
			p := pages{archive: a, table: t.Name}
			n, err := t.Dump(ctx, r, &p)
			if err := errors.Join(err, p.flush()); err != nil {
				return err
			}
			a.contents.Rows[t.Name] = n
			done.Rows += n
		}
		erased, err := l.store.read(erasuresFile)
		if err != nil {
			return err
		}
		if err := a.add(erasuresFile, int64(len(erased)), strings.NewReader(erased)); err != nil {
			return err
		}
		if done.Files, err = a.addFiles(ctx, files); err != nil { // a file was put before the snapshot if a row of it refers to it
			return err
		}
		done.Manifest, done.Damaged = m, a.contents.Damaged
		return a.close()
	})
	return done, err
}

func (l *Log) manifest(ctx context.Context, r db.Reader) (Manifest, error) {
	m := Manifest{Format: backupFormat, Engine: r.Engine(), At: db.At(l.db.Now()), Store: l.store.id}
	var err error
	if m.Schema, err = db.Version(ctx, r); err != nil {
		return m, err
	}
	if m.Tables, err = db.Tables(ctx, r); err != nil {
		return m, err
	}
	head, err := headOf(ctx, r)
	if err != nil {
		return m, err
	}
	m.Epoch, m.Size, m.Root = head.Epoch, head.Size, hexHash(head.Root)
	last, err := lastCheckpoint(ctx, r)
	m.Checkpoint = last.Note
	return m, err
}

// pageBytes is about how large the members are into which a table falls: an archive says how long each is before it comes.
const pageBytes = 4 << 20

// pages cuts the lines of a table into members.
type pages struct {
	archive *archive
	table   string
	number  int
	lines   bytes.Buffer
}

// Write takes one line.
func (p *pages) Write(line []byte) (int, error) {
	if p.lines.Len()+len(line) > pageBytes {
		if err := p.flush(); err != nil {
			return 0, err
		}
	}
	return p.lines.Write(line)
}

func (p *pages) flush() error {
	if p.lines.Len() == 0 {
		return nil
	}
	p.number++
	err := p.archive.add(fmt.Sprintf("tables/%s.%06d.jsonl", p.table, p.number), int64(p.lines.Len()), &p.lines)
	p.lines.Reset()
	return err
}

// addFiles adds all files that are whole. Each is read twice: what has begun to be written cannot be taken back.
func (a *archive) addFiles(ctx context.Context, files Files) (n int64, err error) {
	err = files.Walk(func(sum string, size int64) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := readFile(files, sum, func(r io.Reader) error {
			read, err := io.Copy(io.Discard, r)
			if err == nil && read != size {
				err = fmt.Errorf("trail: file %s has %d bytes and then %d", sum, size, read)
			}
			return err
		}); err != nil {
			a.contents.Damaged = append(a.contents.Damaged, sum)
			return nil //nolint:nilerr // named in what the backup says
		}
		n++
		return readFile(files, sum, func(r io.Reader) error { return a.add(fileMember(sum), size, r) })
	})
	return n, err
}

func readFile(files Files, sum string, fn func(io.Reader) error) error {
	r, err := files.Open(sum)
	if err != nil {
		return err
	}
	return errors.Join(fn(r), r.Close())
}

func damagedBackup(cause error) error {
	return errs.Wrap(cause, errs.Invalid, "控えのファイルが壊れているか、途中で切れています。別の控えを使ってください。")
}
