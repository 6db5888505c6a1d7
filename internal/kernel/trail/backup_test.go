package trail_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// memory keeps files. What kernel/file does with them is tested there.
type memory map[string]string

func (m memory) Walk(fn func(sum string, size int64) error) error {
	for sum, content := range m {
		if err := fn(sum, int64(len(content))); err != nil {
			return err
		}
	}
	return nil
}

func (m memory) Open(sum string) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(m[sum])), nil
}

func (m memory) Put(_ context.Context, r io.Reader, _ int64) (string, int64, error) {
	content, err := io.ReadAll(r)
	sum := sha256.Sum256(content)
	m[hex.EncodeToString(sum[:])] = string(content)
	return hex.EncodeToString(sum[:]), int64(len(content)), err
}

func attached(t *testing.T) memory {
	t.Helper()
	files := memory{}
	for _, content := range []string{"添付", strings.Repeat("長い", 10_000), ""} {
		if _, _, err := files.Put(t.Context(), strings.NewReader(content), 0); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// beside does something when the first byte is written.
type beside struct {
	bytes.Buffer
	do func()
}

func (b *beside) Write(p []byte) (int, error) {
	if b.do != nil {
		do := b.do
		b.do = nil
		do()
	}
	return b.Buffer.Write(p)
}

func backup(t testing.TB, l *trail.Log, files trail.Files) (trail.BackedUp, []byte) {
	t.Helper()
	var out bytes.Buffer
	done, err := l.Backup(context.WithoutCancel(t.Context()), files, &out)
	if err != nil || len(done.Damaged) > 0 {
		t.Fatalf("%v, damaged %v", err, done.Damaged)
	}
	return done, out.Bytes()
}

// target is an empty database with a store.
func target(t testing.TB, engine db.Engine, dir string) trail.Target {
	t.Helper()
	return trail.Target{DB: testkit.Open(t, testkit.DSN(t, engine, nil), nil), Schemas: world(), Tables: func(context.Context) ([]trail.Audited, error) { return audited(), nil }, Dir: dir, Files: memory{}, Actor: "cli:test"}
}

func restore(t testing.TB, to trail.Target, archive []byte) trail.Restored {
	t.Helper()
	done, err := to.Restore(context.WithoutCancel(t.Context()), bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// started begins the log of a new database with a store of its own.
func started(t testing.TB, d *db.DB) (l *trail.Log, dir string) {
	t.Helper()
	dir = t.TempDir()
	l, err := restarted(t, d, dir)
	if err != nil {
		t.Fatal(err)
	}
	return l, dir
}

// restarted opens a database with its store as the program does when it starts.
func restarted(t testing.TB, d *db.DB, dir string) (*trail.Log, error) {
	t.Helper()
	store, err := trail.OpenStore(t.Context(), d, dir)
	if err != nil {
		return nil, err
	}
	l := trail.New(d).With(store).Follow(trail.Things())
	return l, l.Begin(t.Context(), "cli:test")
}

func makeThing(t testing.TB, l *trail.Log, name string) thing {
	t.Helper()
	made := thing{ID: id.New(l.DB().Now()), Row: trail.Row{Home: "b:"}, Name: name, Owner: "髙橋"}
	if err := l.Do(t.Context(), trail.Act{Actor: "cli:test", Name: "thing.make", Note: "覚え"}, func(tx *trail.Tx) error { return things.Put(t.Context(), tx, made) }); err != nil {
		t.Fatal(err)
	}
	return made
}

func countThings(t testing.TB, d *db.DB, where string) (n int) {
	t.Helper()
	if err := d.View(t.Context(), func(r db.Reader) (err error) {
		n, err = db.Get[int](t.Context(), r, `select count(*) from made_thing where `+where)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackupAndRestore carries a body from each engine to each, into a store of its own, while somebody writes.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	for _, from := range testkit.Engines {
		for _, to := range testkit.Engines {
			t.Run(fmt.Sprintf("%s to %s", from, to), func(t *testing.T) {
				t.Parallel()
				l, dir := started(t, testkit.Open(t, testkit.DSN(t, from, world()), world()))
				live(t, l)
				makeThing(t, l, "番号のないもの")
				files := attached(t)
				out := beside{do: func() { makeThing(t, l, "そのあいだに") }}
				done, err := l.Backup(t.Context(), files, &out)
				if err != nil {
					t.Fatal(err)
				}
				if countThings(t, l.DB(), `name = 'そのあいだに'`) != 1 || done.Engine != from || done.Files != 3 || done.Size != 309 || done.Checkpoint == "" {
					t.Errorf("%+v", done)
				}
				into := target(t, to, filepath.Join(t.TempDir(), "new"))
				restored := restore(t, into, out.Bytes())
				if restored.Rows != done.Rows || restored.Root != done.Root || restored.Erased != 0 || restored.Opened.Number != 2 || restored.Opened.Size != done.Size+1 || restored.Opened.Lost != "" {
					t.Errorf("%+v", restored)
				}
				if n := countThings(t, into.DB, `name in ('番号のないもの', 'そのあいだに')`); n != 1 {
					t.Errorf("%d of the two things are in a backup between them", n)
				}
				if got := into.Files.(memory); len(got) != 3 || fmt.Sprint(got) != fmt.Sprint(files) {
					t.Errorf("%d files", len(got))
				}
				again, err := restarted(t, into.DB, into.Dir)
				if err != nil {
					t.Fatal(err)
				}
				makeThing(t, again, "あとで")
				settle(t, again)
				if report := verify(t, again, trail.Anchors{Checkpoints: []trail.Anchor{{Name: "控え", Text: done.Checkpoint}}}); !report.OK {
					t.Errorf("%v", report.Findings)
				}
				if key, err := os.ReadFile(filepath.Join(dir, "key")); err != nil || bytes.Contains(out.Bytes(), key) {
					t.Errorf("the backup contains the key (%v)", err)
				}
			})
		}
	}
}

// TestRestoreOfAnOldBackup: what was signed since is shown as lost, what was erased since is erased again, and the same backup
// can be restored once more.
func TestRestoreOfAnOldBackup(t *testing.T) {
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		l, dir := started(t, d)
		gone, noted := makeThing(t, l, "消される"), makeThing(t, l, "残る")
		settle(t, l)
		_, old := backup(t, l, memory{})
		if n, err := l.Erase(t.Context(), trail.Act{Actor: "cli:test", Name: "erase"}, audited(),
			trail.Erasure{Kind: "thing", Thing: string(gone.ID), Part: trail.PartPersonal, Ground: "請求", Clause: "9:1"}); n != 1 || err != nil {
			t.Fatalf("%d erased: %v", n, err)
		}
		settle(t, l)
		for try := range 3 {
			signed, err := os.ReadFile(filepath.Join(dir, "head"))
			if err != nil {
				t.Fatal(err)
			}
			into := target(t, d.Engine(), dir)
			done := restore(t, into, old)
			if done.Erased != 1 || done.Opened.Number != 2 || done.Opened.Lost != string(signed) || !strings.Contains(done.Opened.Why, "3 件の控え") {
				t.Errorf("try %d: %+v", try, done)
			}
			if countThings(t, into.DB, `owner = ''`) != 1 || countThings(t, into.DB, `owner <> ''`) != 1 {
				t.Error("what was erased came back, or more was erased")
			}
			again, err := restarted(t, into.DB, into.Dir)
			if err != nil {
				t.Fatalf("try %d: %v", try, err)
			}
			if report := verify(t, again, trail.Anchors{}); !report.OK {
				t.Errorf("try %d: %v", try, report.Findings)
			}
			if report := verify(t, again, trail.Anchors{Checkpoints: []trail.Anchor{{Name: "ほかの人の控え", Text: string(signed)}}}); report.OK {
				t.Errorf("try %d: a lost checkpoint is not missed", try)
			}
			makeThing(t, again, noted.Name)
			settle(t, again)
		}
	})
}

// TestACopyIsNotARestore starts the program on an older copy of the database, with the store as it is.
func TestACopyIsNotARestore(t *testing.T) {
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		l, dir := started(t, d)
		makeThing(t, l, "一")
		settle(t, l)
		copied := testkit.Open(t, testkit.DSN(t, d.Engine(), world()), world())
		copyRows(t, d, copied)
		if _, err := restarted(t, copied, dir); err != nil {
			t.Fatalf("a copy of the same moment: %v", err)
		}
		makeThing(t, l, "二")
		settle(t, l)
		_, err := restarted(t, copied, dir)
		if !errors.Is(err, trail.ErrRewound) || errs.KindOf(err) != errs.Conflict || !strings.Contains(errs.Message(err), "古い控えに戻された") {
			t.Errorf("%v, want ErrRewound", err)
		}
	})
}

func copyRows(t *testing.T, from, to *db.DB) {
	t.Helper()
	ctx := t.Context()
	if err := from.View(ctx, func(r db.Reader) error {
		tables, err := db.Tables(ctx, r)
		if err != nil {
			return err
		}
		return to.Update(ctx, func(tx *db.Tx) error {
			return db.LoadTables(ctx, tx, tables, func() error {
				for _, table := range tables {
					var rows bytes.Buffer
					_, err := table.Dump(ctx, r, &rows)
					if err == nil {
						_, err = table.Load(ctx, tx, &rows)
					}
					if err != nil {
						return err
					}
				}
				return nil
			})
		})
	}); err != nil {
		t.Fatal(err)
	}
}

func TestRestoreRefuses(t *testing.T) {
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		l := begin(t, d)
		makeThing(t, l, "一")
		settle(t, l)
		done, archive := backup(t, l, attached(t))
		for name, c := range map[string]struct {
			change func(*trail.Target)
			kind   errs.Kind
			want   string
		}{
			"a database that is used": {func(to *trail.Target) { to.DB = d }, errs.Conflict, "空ではありません"},
			"one that is migrated":    {func(to *trail.Target) { to.DB = testkit.Open(t, testkit.DSN(t, d.Engine(), world()), world()) }, errs.Conflict, "空ではありません"},
			"another's store": {func(to *trail.Target) {
				_, to.Dir = started(t, testkit.Open(t, testkit.DSN(t, d.Engine(), world()), world()))
			}, errs.Invalid, "この控えのデータベース（" + done.Store + "）のものではありません"},
			"an old program":    {func(to *trail.Target) { to.Schemas = modules() }, errs.Unavailable, "新しい版の関守"},
			"another's program": {func(to *trail.Target) { to.Schemas = append(modules(), other("0901_share.sql")) }, errs.Invalid, "控えを取った版の関守"},
		} {
			to := target(t, d.Engine(), t.TempDir())
			c.change(&to)
			_, err := to.Restore(ctx, bytes.NewReader(archive))
			if err == nil || errs.KindOf(err) != c.kind && c.want != "" || !strings.Contains(errs.Message(err), c.want) {
				t.Errorf("%s: %v", name, err)
			}
			if len(to.Files.(memory)) > 0 {
				t.Errorf("%s: files were restored", name)
			}
		}
	})
}

func other(name string) db.Schema {
	return db.Schema{Module: "other", FS: fstest.MapFS{name: {Data: []byte(`create table made_other (id text primary key);`)}}}
}

// TestRestoreIntoANewerProgram: the backup's schema first, then that of the program.
func TestRestoreIntoANewerProgram(t *testing.T) {
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		l := begin(t, d)
		live(t, l)
		_, archive := backup(t, l, memory{})
		to := target(t, d.Engine(), t.TempDir())
		to.Schemas = append(world(), db.Schema{Module: "later", FS: fstest.MapFS{"0902_later.sql": {Data: []byte(`create table made_later (id text primary key, name text);
			insert into made_later (id, name) select id, name from made_thing;`)}}})
		restore(t, to, archive)
		again, err := restarted(t, to.DB, to.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if report := verify(t, again, trail.Anchors{}); !report.OK {
			t.Errorf("%v", report.Findings)
		}
		if err := to.DB.View(t.Context(), func(r db.Reader) error {
			n, err := db.Get[int](t.Context(), r, `select count(*) from made_later`)
			if want := countThings(t, to.DB, `id = id`); n != want {
				t.Errorf("%d of %d rows were there for the later step", n, want)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// TestDamagedBackups changes bytes and cuts: each is refused before anything is written.
func TestDamagedBackups(t *testing.T) {
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		l := begin(t, d)
		live(t, l)
		_, archive := backup(t, l, attached(t))
		to := target(t, d.Engine(), t.TempDir())
		broken := map[string][]byte{"empty": {}, "no archive": []byte(strings.Repeat("控え", 1000)), "behind the end": append(bytes.Clone(archive[:len(archive)-1024]), archive...)[1:]}
		for _, at := range spots(t, archive) {
			changed := bytes.Clone(archive)
			changed[at] ^= 1
			broken[fmt.Sprintf("byte %d of %d", at, len(archive))] = changed
			broken[fmt.Sprintf("cut at %d of %d", at, len(archive))] = archive[:at]
		}
		for name, archive := range broken {
			if _, err := to.Restore(t.Context(), bytes.NewReader(archive)); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		left, err := os.ReadDir(to.Dir)
		if err != nil || len(left) > 0 || len(to.Files.(memory)) > 0 {
			t.Errorf("%v was left in the store (%v)", left, err)
		}
		restore(t, to, archive) // the database is still empty
	})
}

// spots are places in all members of an archive, in their headers and contents: not in the zeros between.
func spots(t *testing.T, archive []byte) (list []int) {
	t.Helper()
	from := bytes.NewReader(archive)
	for in, start := tar.NewReader(from), 0; ; {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		data := len(archive) - from.Len()
		list = append(list, start+1, data-400)
		if size := int(h.Size); size > 0 {
			list = append(list, data, data+size/2, data+size-1)
		}
		start = data + (int(h.Size)+511)/512*512
	}
}

// TestUnfinishedRestore fails after the rows are in: no store fits such a database.
func TestUnfinishedRestore(t *testing.T) {
	testkit.Each(t, world(), func(t *testing.T, d *db.DB) {
		l, dir := started(t, d)
		made := makeThing(t, l, "一")
		settle(t, l)
		_, archive := backup(t, l, memory{})
		if _, err := l.Erase(t.Context(), trail.Act{Actor: "cli:test", Name: "erase"}, audited(),
			trail.Erasure{Kind: "thing", Thing: string(made.ID), Part: trail.PartPersonal, Ground: "請求", Clause: "9:1"}); err != nil {
			t.Fatal(err)
		}
		to := target(t, d.Engine(), dir)
		to.Tables = nil // so that it cannot be erased again
		if _, err := to.Restore(t.Context(), bytes.NewReader(archive)); errs.KindOf(err) != errs.Invalid {
			t.Fatalf("%v", err)
		}
		for _, dir := range []string{dir, t.TempDir()} {
			if _, err := restarted(t, to.DB, dir); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "復元し直してください") {
				t.Errorf("started on half a restore: %v", err)
			}
		}
		to = target(t, d.Engine(), dir)
		if done := restore(t, to, archive); done.Erased != 1 {
			t.Errorf("%+v", done)
		}
		if again, err := restarted(t, to.DB, to.Dir); err != nil || !verify(t, again, trail.Anchors{}).OK {
			t.Errorf("the next try: %v", err)
		}
	})
}

// BenchmarkBackup is of 100,000 entries with their rows.
func BenchmarkBackup(b *testing.B) {
	for _, engine := range testkit.Engines {
		b.Run(string(engine), func(b *testing.B) {
			ctx := context.WithoutCancel(b.Context())
			l := begin(b, testkit.Open(b, testkit.DSN(b, engine, world()), world()))
			var made []thing
			for i := range 100_000 {
				made = append(made, thing{ID: id.New(l.DB().Now()), Row: trail.Row{Home: fmt.Sprintf("u:%d", i%1855)}, Name: strings.Repeat("台帳", 20), Owner: "髙橋 一郎", Count: i})
			}
			for rows := range slices.Chunk(made, 10_000) {
				if err := l.Do(ctx, trail.Act{Actor: "cli:test", Name: "thing.import"}, func(tx *trail.Tx) error { return things.Put(ctx, tx, rows...) }); err != nil {
					b.Fatal(err)
				}
			}
			settle(b, l)
			for b.Loop() {
				began := time.Now()
				done, archive := backup(b, l, memory{})
				b.ReportMetric(time.Since(began).Seconds(), "backup-s")
				b.ReportMetric(float64(len(archive))/1e6, "MB")
				for _, to := range testkit.Engines {
					into := target(b, to, b.TempDir())
					began = time.Now()
					if got := restore(b, into, archive); got.Rows != done.Rows {
						b.Fatal(got)
					}
					b.ReportMetric(time.Since(began).Seconds(), "to-"+string(to)+"-s")
				}
			}
		})
	}
}
