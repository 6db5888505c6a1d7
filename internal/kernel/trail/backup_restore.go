package trail

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

// Target is where a backup is restored to.
type Target struct {
	DB      *db.DB                                       // without any table
	Schemas []db.Schema                                  // of the program, which may be newer than the backup
	Tables  func(ctx context.Context) ([]Audited, error) // all there are, once the rows are there; nil for none
	// Declared makes, empty, a table that no step of the schema makes: of what the body has declared. It may be nil; it passes over
	// tables that it does not know.
	Declared func(ctx context.Context, tx *db.Tx, table db.Table) error
	Dir      string // the store: the one that the database had, or an empty folder where it was lost
	Files    Files  // in the store
	Actor    string
}

// Restored is what was restored.
type Restored struct {
	Manifest
	Rows    int64
	Damaged []string // files that the backup lacked
	Erased  int      // erasures that were done again
	Opened  Epoch
}

// unfinished stands in place of the store's id in a database whose restoring has not come to its end, so that no store fits it.
const unfinished = "復元の途中で止まったデータベース。新しい空のデータベースへ復元し直してください"

// Restore puts a backup into an empty database, brings it to the schema of the program, opens an epoch, and erases again what
// was erased since; what followers have made is made again. Before anything is written the whole archive is checked; a database that is not empty and a store of
// another database are refused. If it fails later, the database is empty or refused by every store. The key is the store's, or
// a new one: a backup has none.
func (t Target) Restore(ctx context.Context, from io.ReadSeeker) (Restored, error) {
	m, c, err := checkArchive(from)
	if err != nil {
		return Restored{}, err
	}
	if err := t.fits(ctx, m); err != nil {
		return Restored{}, err
	}
	if err := t.DB.MigrateTo(ctx, t.Schemas, m.Schema); err != nil {
		return Restored{}, err
	}
	store := &Store{dir: t.Dir, id: m.Store}
	if err := os.MkdirAll(t.Dir, 0o700); err != nil {
		return Restored{}, errs.Wrap(err, errs.Invalid, "フォルダ %s を作れません。パスと権限を確かめてください。", t.Dir)
	}
	if err := store.write(idFile, m.Store+"\n"); err != nil {
		return Restored{}, err
	}
	done := Restored{Manifest: m, Damaged: c.Damaged}
	erased, err := t.load(ctx, m, c, from)
	if err != nil {
		return done, err
	}
	listed, err := store.read(erasuresFile)
	if err != nil {
		return done, err
	}
	if err := store.write(erasuresFile, listed+erased); err != nil { // what stands there twice KeepErasures removes
		return done, err
	}
	for _, n := range c.Rows {
		done.Rows += n
	}
	if err := t.DB.Migrate(ctx, t.Schemas); err != nil {
		return done, err
	}
	log := New(t.DB).With(store)
	if done.Opened, err = log.OpenEpoch(ctx, t.Actor, fmt.Sprintf("%s に取った %d 件の控えからの復元", m.At, m.Size), ""); err != nil {
		return done, err
	}
	if done.Erased, err = t.eraseAgain(ctx, log); err != nil {
		return done, err
	}
	if err := log.Settle(ctx); err != nil {
		return done, err
	}
	return done, t.DB.Update(ctx, func(tx *db.Tx) error { return renameStore(ctx, tx, m.Store) })
}

// fits refuses a target that holds something, and the store of another database.
func (t Target) fits(ctx context.Context, m Manifest) error {
	here, err := (&Store{dir: t.Dir}).read(idFile)
	if here = strings.TrimSpace(here); err == nil && here != "" && here != m.Store {
		err = errs.New(errs.Invalid, "フォルダ %s（%s）は、この控えのデータベース（%s）のものではありません。そのデータベースのものか、空のフォルダを --store で指定してください。", t.Dir, here, m.Store)
	}
	if err != nil {
		return err
	}
	return t.DB.View(ctx, func(r db.Reader) error {
		version, err := db.Version(ctx, r)
		if err != nil {
			return err
		}
		tables, err := db.Tables(ctx, r)
		if err == nil && (version > 0 || len(tables) > 0) {
			err = errs.New(errs.Conflict, "復元先のデータベースが空ではありません。新しい空のデータベースを指定してください。")
		}
		return err
	})
}

// load puts the rows into the database, in one transaction, and the files into the store, and gives the list of erasures.
func (t Target) load(ctx context.Context, m Manifest, c contents, from io.ReadSeeker) (erased string, err error) {
	err = t.DB.UpdateAlone(ctx, "restore", func(tx *db.Tx) error {
		if err := t.declare(ctx, tx, m.Tables); err != nil {
			return err
		}
		here, err := db.Tables(ctx, tx)
		if err != nil {
			return err
		}
		tables, rows := map[string]db.Table{}, map[string]int64{}
		for _, table := range m.Tables {
			tables[table.Name], rows[table.Name] = table, 0
		}
		if !slices.Equal(columnsOf(here), columnsOf(m.Tables)) {
			return errs.Wrap(errors.New("trail: the backup has other tables or columns than its schema"), errs.Invalid, "控えの表の形が、この版の関守の第%d号の形と違います。控えを取った版の関守で復元してください。", m.Schema)
		}
		if err := db.LoadTables(ctx, tx, here, func() error {
			if _, err := from.Seek(0, io.SeekStart); err != nil {
				return err
			}
			_, err := readArchive(from, func(name string, size int64, body io.Reader) error {
				switch part := tableMember.FindStringSubmatch(name); {
				case part != nil:
					n, err := tables[part[1]].Load(ctx, tx, body)
					rows[part[1]] += n
					return err
				case name == erasuresFile:
					text, err := io.ReadAll(body)
					erased = string(text)
					return err
				case ofFile.MatchString(name):
					return t.putFile(ctx, name, size, body)
				}
				return nil
			})
			return err
		}); err != nil {
			return err
		}
		if !maps.Equal(rows, c.Rows) {
			return damagedBackup(fmt.Errorf("rows %v, written %v", rows, c.Rows))
		}
		if err := forgetFollowers(ctx, tx); err != nil { // indexes for full text are in no backup
			return err
		}
		return renameStore(ctx, tx, unfinished)
	})
	return erased, err
}

// declare makes the tables of a backup that the schema has not made.
func (t Target) declare(ctx context.Context, tx *db.Tx, tables []db.Table) error {
	if t.Declared == nil {
		return nil
	}
	here, err := db.Tables(ctx, tx)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if slices.ContainsFunc(here, func(h db.Table) bool { return h.Name == table.Name }) {
			continue
		}
		if err := t.Declared(ctx, tx, table); err != nil {
			return err
		}
	}
	return nil
}

// columnsOf is all columns of tables in one order.
func columnsOf(tables []db.Table) []string {
	var all []string
	for _, t := range tables {
		for _, c := range t.Columns {
			all = append(all, t.Name+"."+c.Name+" "+c.Type)
		}
	}
	slices.Sort(all)
	return all
}

func (t Target) putFile(ctx context.Context, name string, size int64, body io.Reader) error {
	sum, _, err := t.Files.Put(ctx, body, size)
	if err == nil && fileMember(sum) != name {
		err = damagedBackup(fmt.Errorf("%s holds %s", name, sum))
	}
	return err
}

// epoch is the last for which the store has signed, 0 where it has for none or does not know.
func (s *Store) epoch() (int64, error) {
	public, err := s.read(publicFile)
	return epochIn(public), err
}

// epochIn is the epoch of a public key, 0 where there is none in it.
func epochIn(public string) int64 {
	origin, _, _ := strings.Cut(public, "+")
	n, _ := strconv.ParseInt(origin[strings.LastIndex(origin, "/")+1:], 10, 64) // 0 for what is no number
	return n
}

// forget removes files of the store.
func (s *Store) forget(names ...string) error {
	for _, name := range names {
		if err := os.Remove(filepath.Join(s.dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return errs.Wrap(err, errs.Unavailable, "フォルダ %s の %s を消せません。権限を確かめてください。", s.dir, name)
		}
	}
	return nil
}

// eraseAgain erases what the list of the store names and the backup does not: it was erased after the backup was taken.
func (t Target) eraseAgain(ctx context.Context, log *Log) (int, error) {
	list, err := log.store.Erasures()
	if err != nil {
		return 0, err
	}
	if err := t.DB.View(ctx, func(r db.Reader) error {
		done, err := allErasures(ctx, r)
		list = slices.DeleteFunc(list, func(e Erasure) bool { return slices.Contains(done, e) })
		return err
	}); err != nil {
		return 0, err
	}
	var tables []Audited
	if t.Tables != nil {
		if tables, err = t.Tables(ctx); err != nil {
			return 0, err
		}
	}
	n, err := log.Erase(ctx, Act{Actor: t.Actor, Name: "trail.restore"}, tables, list...)
	return n, errors.Join(err, log.KeepErasures(ctx))
}
