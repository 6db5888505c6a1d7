package trail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/testkit"
)

// watched is the schema with a table in which a follower counts how often it met each entry.
func watched() []db.Schema {
	return append(own(), db.Schema{Module: "seen", FS: fstest.MapFS{"0902_seen.sql": {Data: []byte(
		`create table made_seen (seq bigint not null primary key, thing text not null, times bigint not null);`)}}})
}

func count(ctx context.Context, tx *db.Tx, entries []Feed) error {
	for chunk := range slices.Chunk(entries, 500) {
		var args []any
		for _, e := range chunk {
			args = append(args, e.Seq, e.Thing, 1)
		}
		if _, err := tx.Exec(ctx, `insert into made_seen (seq, thing, times) values `+places(len(chunk), 3)+` on conflict (seq) do update set times = made_seen.times + 1`, args...); err != nil {
			return err
		}
	}
	return nil
}

// seen checks that the follower has met each of size entries so often.
func seen(t testing.TB, d *db.DB, size, times int64) {
	t.Helper()
	if err := d.View(t.Context(), func(r db.Reader) error {
		n, err := db.Get[int64](t.Context(), r, `select count(*) from made_seen s join trail_entry e on e.seq = s.seq and e.thing = s.thing where s.times = $1`, times)
		if n != size {
			t.Errorf("%d entries were met %d times, want %d", n, times, size)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestFollowersMeetEachEntryOnce(t *testing.T) {
	t.Parallel()
	testkit.Each(t, watched(), func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(t.Context())
		var running, writing sync.WaitGroup
		broken := Follower{"broken", func(context.Context, *db.Tx, []Feed) error { return errors.New("broken") }}
		var logs []*Log
		for range 3 { // as three processes would
			l := New(d).Follow(broken, Follower{"count", count})
			logs = append(logs, l)
			running.Go(func() { l.Run(ctx) })
		}
		for i := range 8 {
			writing.Go(func() {
				for j := range 30 {
					act := id.New(d.Now())
					if j%4 == 3 {
						time.Sleep(time.Millisecond)
					}
					var entries []version
					for k := range 1 + j%5*3 {
						entries = append(entries, version{"thing", fmt.Sprintf("%d/%d", i, k), int64(count5(j, k))})
					}
					enter(t, logs[i%2], act, entries...)
				}
			})
		}
		writing.Wait()
		l := New(d).Follow(Follower{"count", count})
		if err := l.Settle(t.Context()); err != nil {
			t.Error(err)
		}
		stop()
		running.Wait()
		size := tree(t, d).Size
		seen(t, d, size, 1)

		if err := l.Rebuild(t.Context(), "count"); err != nil {
			t.Fatal(err)
		}
		if s := status(t, l); s.Followers[0].Behind != size {
			t.Errorf("%+v, want all behind", s)
		}
		if err := l.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		seen(t, d, size, 2)
		if err := l.Rebuild(t.Context(), "nobody"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("rebuilt nobody: %v", err)
		}
	})
}

// count5 is the version that thing k has in act j: each act has 1 + j%5*3 things.
func count5(j, k int) (n int) {
	for i := range j + 1 {
		if k < 1+i%5*3 {
			n++
		}
	}
	return n
}

// TestAFollowerThatFails writes something before it fails: nothing of it stays, and it has moved nowhere.
func TestAFollowerThatFails(t *testing.T) {
	t.Parallel()
	testkit.Each(t, watched(), func(t *testing.T, d *db.DB) {
		refuse := errors.New("refused")
		l := New(d).Follow(Follower{"count", func(ctx context.Context, tx *db.Tx, entries []Feed) error {
			if err := count(ctx, tx, entries); err != nil || entries[0].Seq == 0 {
				return err
			}
			return refuse
		}})
		more(t, l, feedSize+500)
		if err := l.Settle(t.Context()); !errors.Is(err, refuse) {
			t.Errorf("%v, want %v", err, refuse)
		}
		seen(t, d, feedSize, 1)
		if s := status(t, l); s.Followers[0] != (FollowerStatus{"count", feedSize, 500}) {
			t.Errorf("%+v", s)
		}
	})
}

// TestFeedTellsTheWholeEntry compares what a follower gets with what was written.
func TestFeedTellsTheWholeEntry(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		var got []Feed
		l := New(d).Follow(Follower{"take", func(_ context.Context, _ *db.Tx, entries []Feed) error {
			got = append(got, entries...)
			return nil
		}})
		var act id.ID
		if err := l.Do(t.Context(), Act{Actor: "cli:test", Name: "made", Seal: "s", Opens: "2026-04-01T00:00:00.000000Z"}, func(tx *Tx) error {
			act = tx.Act
			return Epochs.Put(t.Context(), tx, Epoch{Number: 7, Row: Row{Home: Body}, At: db.At(tx.Now), Why: "試し"})
		}); err != nil {
			t.Fatal(err)
		}
		enter(t, l, id.New(d.Now()), version{"thing", "a", 1})
		if err := l.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(got) != 2 {
			t.Fatalf("%d entries", len(got))
		}
		at := got[0].At
		want := Feed{
			0, act, at, "cli:test", "made", "s", "2026-04-01T00:00:00.000000Z", "epoch", "7", 1, Body, false,
			`{"at":"` + string(at) + `","lost":"","public_key":"","size":0,"why":"試し"}`, "",
		}
		if got[0] != want || at == "" || got[1].Opens != "" || got[1].Seq != 1 {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	})
}
