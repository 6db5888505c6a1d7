package trail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/testkit"
)

// open gives the log of a database that has begun, with its store in a folder of its own.
func open(t testing.TB, d *db.DB, dir string) *Log {
	t.Helper()
	s, err := OpenStore(t.Context(), d, dir)
	if err != nil {
		t.Fatal(err)
	}
	l := New(d).With(s)
	if err := l.Begin(t.Context(), "cli:test"); err != nil {
		t.Fatal(err)
	}
	return l
}

// more commits n entries and gives them their numbers.
func more(t testing.TB, l *Log, n int) {
	t.Helper()
	entries := make([]version, n)
	for i := range entries {
		entries[i] = version{"thing", string(id.New(l.db.Now())), 1}
	}
	enter(t, l, id.New(l.db.Now()), entries...)
	if err := l.sequenceAll(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func sign(t testing.TB, l *Log) Checkpoint {
	t.Helper()
	if err := l.Sign(t.Context()); err != nil {
		t.Fatal(err)
	}
	return status(t, l).Checkpoint
}

func status(t testing.TB, l *Log) Status {
	t.Helper()
	s, err := l.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func execute(t testing.TB, d *db.DB, queries ...string) {
	t.Helper()
	if err := d.Update(t.Context(), func(tx *db.Tx) error {
		for _, query := range queries {
			if _, err := tx.Exec(t.Context(), query); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func epochs(t testing.TB, d *db.DB) (list []Epoch) {
	t.Helper()
	if err := d.View(t.Context(), func(r db.Reader) (err error) {
		list, err = db.List[Epoch](t.Context(), r, `select `+Epochs.Columns()+` from trail_epoch order by number`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// signed checks that a checkpoint is signed by the key of its epoch as the database tells it.
func signed(t testing.TB, d *db.DB, c Checkpoint) {
	t.Helper()
	e := epochs(t, d)[c.Epoch-1]
	v, err := note.NewVerifier(e.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open([]byte(c.Note), note.VerifierList(v))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := parseCheckpoint(n.Text); err != nil || got.Origin != v.Name() || int64(got.Size) != c.Size {
		t.Errorf("checkpoint %+v (%v), want origin %s", got, err, v.Name())
	}
}

func TestBeginAndSign(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		more(t, New(d), 2) // before there was a store
		dir := filepath.Join(t.TempDir(), "test.store")
		l := open(t, d, dir)
		first := status(t, l)
		e := epochs(t, d)
		if first.Size != 3 || first.Epoch != 1 || len(e) != 1 || e[0].Number != 1 || e[0].Version != 1 || e[0].Size != 2 || e[0].Why == "" || e[0].Lost != "" {
			t.Errorf("%+v, epochs %+v", first, e)
		}
		if c := first.Checkpoint; c.Size != 3 || !strings.HasPrefix(c.Note, "sekimori/"+l.store.ID()+"/1\n3\n"+first.Root.String()+"\ntime "+string(c.At)+"\n\n— sekimori/") {
			t.Errorf("the first checkpoint is %+v", c)
		}
		signed(t, d, first.Checkpoint)

		more(t, l, 300)
		c := sign(t, l)
		if c.Size != 303 {
			t.Errorf("signed %d entries", c.Size)
		}
		signed(t, d, c)
		if again := sign(t, l); again != c {
			t.Errorf("signed again: %+v", again)
		}
		tree(t, d)

		// The store is found again, by another process too; what it does not need may lie there.
		if err := os.WriteFile(filepath.Join(dir, "head.1.new"), []byte("half a he"), 0o600); err != nil {
			t.Fatal(err)
		}
		l = open(t, d, dir)
		more(t, l, 1)
		signed(t, d, sign(t, l))
		if len(epochs(t, d)) != 1 {
			t.Error("another epoch began")
		}
		for _, name := range []string{"key", "head", "store.id"} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %v %v", name, info, err)
			}
		}
		// A crash between the head in the store and its row: it is signed again.
		more(t, l, 1)
		c = sign(t, l)
		execute(t, d, `delete from trail_checkpoint where size = 305`)
		tree, _, _ := strings.Cut(c.Note, "time ")
		if again := sign(t, l); again.Size != 305 || !strings.HasPrefix(again.Note, tree+"time "+string(again.At)+"\n") {
			t.Errorf("%+v, want %+v", again, c)
		}
	})
}

// copied is the database as it was when copied: an old dump.
type copied struct {
	head  Head
	tiles map[place][]byte
}

func copyOf(t testing.TB, d *db.DB) copied {
	t.Helper()
	c := copied{tiles: map[place][]byte{}}
	if err := d.View(t.Context(), func(r db.Reader) (err error) {
		c.head, err = headOf(t.Context(), r)
		for level := range int64(3) {
			for number := range int64(8) {
				err = errors.Join(err, readTiles(t.Context(), r, []place{{level, number}}, c.tiles))
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c copied) restore(t testing.TB, d *db.DB) {
	t.Helper()
	if err := d.Update(t.Context(), func(tx *db.Tx) error {
		for _, query := range []string{
			`delete from trail_act where id in (select act from trail_entry where seq >= $1)`,
			`delete from trail_entry where seq >= $1`, `delete from trail_checkpoint where size > $1`,
		} {
			if _, err := tx.Exec(t.Context(), query, c.head.Size); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(t.Context(), `delete from trail_tile`); err != nil {
			return err
		}
		head, err := headOf(t.Context(), tx)
		if err != nil {
			return err
		}
		return errors.Join(moveHead(t.Context(), tx, head, c.head), writeTiles(t.Context(), tx, c.tiles))
	}); err != nil {
		t.Fatal(err)
	}
}

// TestMadeUpCheckpointsDoNotStopTheSigner: what the database says of heads to come is not believed.
func TestMadeUpCheckpointsDoNotStopTheSigner(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		l := open(t, d, t.TempDir())
		execute(t, d, `insert into trail_checkpoint (epoch, size, root, at, note) values (1, 6, 'x', '2026-04-01T00:00:00.000000Z', 'x')`)
		more(t, l, 5)
		c := sign(t, l)
		signed(t, d, c)
		if head, err := l.store.read(headFile); err != nil || c.Size != 6 || head != c.Note {
			t.Errorf("%+v, the store has %q (%v)", c, head, err)
		}
	})
}

// TestAnEmptiedDatabaseIsNoFirstStart: the store keeps what it has signed, so that verify finds it there.
func TestAnEmptiedDatabaseIsNoFirstStart(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		last := status(t, open(t, d, dir)).Checkpoint
		execute(t, d, `delete from trail_act`, `delete from trail_entry`, `delete from trail_epoch`, `delete from trail_checkpoint`, `delete from trail_tile`,
			`update trail_head set size = 0, epoch = 0, root = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'`)
		store, err := OpenStore(t.Context(), d, dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := New(d).With(store).Begin(t.Context(), "system:test"); !errors.Is(err, ErrRewound) {
			t.Errorf("began anew: %v", err)
		}
		if head, err := store.read(headFile); err != nil || head != last.Note {
			t.Errorf("the last signed head is now %q (%v)", head, err)
		}
	})
}

func TestAnOlderOrOtherTreeIsNotSigned(t *testing.T) {
	t.Parallel()
	for _, then := range []int{0, 5, 10, 300} {
		t.Run(fmt.Sprint(then), func(t *testing.T) {
			t.Parallel()
			testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
				dir := t.TempDir()
				l := open(t, d, dir)
				more(t, l, 249)
				sign(t, l)
				old := copyOf(t, d)
				more(t, l, 10) // beyond a whole tile
				last := sign(t, l)
				old.restore(t, d)
				if then > 0 {
					more(t, l, then)
				}
				was, _ := os.ReadFile(filepath.Join(dir, "head"))
				if err := l.Sign(t.Context()); then > 0 && (!errors.Is(err, ErrRewound) || errs.KindOf(err) != errs.Conflict) {
					t.Errorf("signed another tree: %v", err)
				}
				if err := New(d).With(l.store).Begin(t.Context(), "cli:test"); !errors.Is(err, ErrRewound) {
					t.Errorf("began with another tree: %v", err)
				}
				if is, _ := os.ReadFile(filepath.Join(dir, "head")); string(is) != string(was) {
					t.Error("the last signed head was replaced")
				}

				e, err := l.OpenEpoch(t.Context(), "cli:test", "控えから戻した", "")
				if err != nil {
					t.Fatal(err)
				}
				if e.Number != 2 || e.Size != int64(250+then) || e.Lost != last.Note {
					t.Errorf("%+v, want the lost head %q", e, last.Note)
				}
				s := status(t, l)
				if s.Epoch != 2 || s.Size != e.Size+1 || s.Checkpoint.Size != s.Size || s.Checkpoint.Epoch != 2 {
					t.Errorf("%+v", s)
				}
				signed(t, d, s.Checkpoint)
				more(t, l, 5)
				signed(t, d, sign(t, l))
				tree(t, d)
				if all := epochs(t, d); len(all) != 2 || keyOf(all[0]) != keyOf(all[1]) || all[0].PublicKey == all[1].PublicKey {
					t.Errorf("epochs %+v: want one key under two origins", all)
				}
			})
		})
	}
}

// keyOf is the key without the name and its hash.
func keyOf(e Epoch) string {
	parts := strings.SplitN(e.PublicKey, "+", 3)
	return parts[len(parts)-1]
}

func TestAnEpochThatNothingWasLostBefore(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		l := open(t, d, t.TempDir())
		more(t, l, 10)
		sign(t, l)
		enter(t, l, id.New(d.Now()), version{"thing", "waits", 1})
		e, err := l.OpenEpoch(t.Context(), "cli:test", "鍵を改める", "")
		if err != nil || e.Size != 12 || e.Lost != "" {
			t.Errorf("%+v %v, want all before the epoch and nothing lost", e, err)
		}
		tree(t, d)
		if _, err := l.OpenEpoch(t.Context(), "cli:test", "また", "no checkpoint"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a lost head of another form: %v", err)
		}
	})
}

// TestADamagedStore takes or damages a file of the store each time; nothing is signed then but in a new epoch.
func TestADamagedStore(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, own()), own())
	dir := t.TempDir()
	l := open(t, d, dir)
	more(t, l, 5)
	sign(t, l)
	more(t, l, 1)
	for name, bit := range map[string]byte{"head": 4, "key": 1, "key.pub": 1} { // the two lowest bits of a signature's last letter mean nothing
		whole, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		write := func(text []byte) {
			if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		refused := func(what string) {
			t.Helper()
			if err := l.Sign(t.Context()); errs.KindOf(err) != errs.Invalid && !errors.Is(err, ErrRewound) {
				t.Errorf("%s %s: %v", name, what, err)
			}
			if s := status(t, l); s.Checkpoint.Size != 6 {
				t.Fatalf("%s %s: signed %d", name, what, s.Checkpoint.Size)
			}
		}
		for n := range len(whole) - 1 { // without the last byte, a line's end, it means the same
			write(whole[:n])
			refused(fmt.Sprintf("of %d bytes", n))
		}
		for n := range len(whole) - 1 {
			changed := slices.Clone(whole)
			changed[n] ^= bit
			write(changed)
			refused(fmt.Sprintf("with byte %d changed", n))
		}
		write(whole)
	}
	sign(t, l)
	if err := os.Remove(filepath.Join(dir, "key")); err != nil {
		t.Fatal(err)
	}
	more(t, l, 1)
	if err := l.Sign(t.Context()); errs.KindOf(err) != errs.Invalid {
		t.Errorf("without a key: %v", err)
	}
	if _, err := l.OpenEpoch(t.Context(), "cli:test", "鍵を失った", ""); err != nil {
		t.Fatal(err)
	}
	all := epochs(t, d)
	if len(all) != 2 || keyOf(all[0]) == keyOf(all[1]) || all[1].Lost != "" {
		t.Errorf("epochs %+v: want another key, and nothing lost", all)
	}
	signed(t, d, status(t, l).Checkpoint)

	// Who can write the database alone does not begin an epoch.
	execute(t, d, `update trail_head set epoch = 3`)
	if err := l.Sign(t.Context()); !errors.Is(err, ErrRewound) {
		t.Errorf("signed for an epoch that the store does not know: %v", err)
	}
}

func TestStoreAndDatabaseBelongTogether(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		other := testkit.Open(t, testkit.DSN(t, db.SQLite, own()), own())
		refused := func(d *db.DB, dir string) {
			t.Helper()
			if _, err := OpenStore(ctx, d, dir); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "--store") {
				t.Errorf("%v, want a refusal", err)
			}
		}
		dir := filepath.Join(t.TempDir(), "a", "store")
		l := open(t, d, dir)
		refused(other, dir) // it has none yet, but this one has signed for another
		if _, err := OpenStore(ctx, other, t.TempDir()); err != nil {
			t.Fatal(err)
		}
		refused(other, dir)
		refused(d, t.TempDir())
		if s, err := OpenStore(ctx, d, dir); err != nil || s.ID() != l.store.ID() || s.Dir() != dir {
			t.Errorf("%+v %v", s, err)
		}

		// Stopped between folder and database: the next start takes the id that is there.
		third := testkit.Open(t, testkit.DSN(t, db.SQLite, own()), own())
		half := t.TempDir()
		if err := os.WriteFile(filepath.Join(half, "store.id"), []byte("half\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := OpenStore(ctx, third, half); err != nil || s.ID() != "half" {
			t.Errorf("%+v %v", s, err)
		}

		// The folder is lost.
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
		refused(d, dir)
		s, err := ReplaceStore(ctx, d, dir)
		if err != nil || s.ID() != l.store.ID() {
			t.Fatalf("%+v %v", s, err)
		}
		l = New(d).With(s)
		last := status(t, l).Checkpoint
		if err := l.Begin(ctx, "cli:test"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("began without a key: %v", err)
		}
		e, err := l.OpenEpoch(ctx, "cli:test", "置き場を失った", last.Note)
		if err != nil || e.Lost != last.Note {
			t.Errorf("%+v %v", e, err)
		}
		signed(t, d, status(t, l).Checkpoint)
	})
}

func TestStatusTellsWhatWaits(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		clock := testkit.NewClock(t, "2026-04-01T09:00:00+09:00")
		d.Now = clock.Now
		l := New(d).Follow(Follower{"idle", func(context.Context, *db.Tx, []Feed) error { return nil }})
		more(t, l, 3)
		enter(t, l, id.New(d.Now()), version{"thing", "a", 1}, version{"thing", "b", 1})
		clock.Add(late)
		enter(t, l, id.New(d.Now()), version{"thing", "c", 1})
		s := status(t, l)
		if s.Size != 3 || s.Pending != 3 || s.Oldest != "2026-04-01T00:00:00.000000Z" || s.Late || len(s.Followers) != 1 || s.Followers[0] != (FollowerStatus{"idle", 0, 3}) {
			t.Errorf("%+v", s)
		}
		clock.Add(late)
		if s := status(t, l); !s.Late {
			t.Errorf("no alarm: %+v", s)
		}
		if err := l.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s := status(t, l); s.Size != 6 || s.Pending != 0 || s.Oldest != "" || s.Late || s.Followers[0] != (FollowerStatus{"idle", 6, 0}) {
			t.Errorf("%+v", s)
		}
	})
}
