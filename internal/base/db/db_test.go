package db_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/testkit"
)

// schema is a small one: a table of accounts and of transfers between them.
var schema = []db.Schema{{Module: "bank", FS: fstest.MapFS{
	"0001_account.sql": {Data: []byte(`
		create table account (id text primary key, name text unique, amount bigint not null default 0, open boolean not null default true, opened_at text, mark bytea);
		create table transfer (id bigint primary key, account text not null references account (id) on delete restrict, amount bigint not null);
		insert into account (id, amount) values ('a', 100), ('b', 100);`)},
}}}

func amount(t *testing.T, d *db.DB, id string) (n int) {
	t.Helper()
	err := d.View(t.Context(), func(r db.Reader) (err error) {
		n, err = db.Get[int](t.Context(), r, `select amount from account where id = $1`, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func add(ctx context.Context, tx *db.Tx, id string, n int) error {
	_, err := tx.Exec(ctx, `update account set amount = amount + $2 where id = $1`, id, n)
	return err
}

func TestWritersDoNotLoseEachOther(t *testing.T) {
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() {
				// Read, compute, write: an update is lost unless transactions are serial.
				err := d.Update(t.Context(), func(tx *db.Tx) error {
					n, err := db.Get[int](t.Context(), tx, `select amount from account where id = $1`, "a")
					if err != nil {
						return err
					}
					_, err = tx.Exec(t.Context(), `update account set amount = $1 where id = $2`, n+1, "a")
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if n := amount(t, d, "a"); n != 120 {
			t.Errorf("amount %d after twenty increments, want 120", n)
		}
	})
}

// TestWriteSkew has two transactions read both accounts and each take from another: one of them must see the other's result.
func TestWriteSkew(t *testing.T) {
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		var both, done sync.WaitGroup
		if d.Engine() == db.Postgres {
			both.Add(2) // let both read before either writes; on SQLite they come one by one
		}
		runs, hooks := map[string]int{}, map[string]int{}
		var mu sync.Mutex
		for _, id := range []string{"a", "b"} {
			done.Go(func() {
				err := d.Update(t.Context(), func(tx *db.Tx) error {
					sum, err := db.Get[int](t.Context(), tx, `select sum(amount) from account`)
					if err != nil {
						return err
					}
					mu.Lock()
					runs[id]++
					first := runs[id] == 1
					mu.Unlock()
					if first && d.Engine() == db.Postgres {
						both.Done()
						both.Wait()
					}
					tx.AfterCommit(func() {
						mu.Lock()
						defer mu.Unlock()
						hooks[id]++
					})
					if sum < 150 {
						return nil // not enough left
					}
					return add(t.Context(), tx, id, -100)
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		if sum := amount(t, d, "a") + amount(t, d, "b"); sum != 100 {
			t.Errorf("sum %d, want 100: both saw enough", sum)
		}
		if want := map[string]int{"a": 1, "b": 1}; !cmp.Equal(hooks, want) {
			t.Errorf("hooks ran %v, want %v", hooks, want)
		}
		want := 2
		if d.Engine() == db.Postgres {
			want = 3
		}
		if n := runs["a"] + runs["b"]; n != want {
			t.Errorf("%d runs of the two transactions, want %d", n, want)
		}
	})
}

func TestClashThatIsPassedOverIsRetried(t *testing.T) {
	d := testkit.Open(t, testkit.DSN(t, db.Postgres, schema), schema)
	runs := 0
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		runs++
		if _, err := db.Get[int](t.Context(), tx, `select amount from account where id = 'a'`); err != nil {
			return err
		}
		if runs == 1 {
			if err := d.Update(t.Context(), func(other *db.Tx) error { return add(t.Context(), other, "a", 1) }); err != nil {
				return err
			}
		}
		_ = add(t.Context(), tx, "a", 1) // the caller ignores what failed
		return nil
	})
	if err != nil || runs != 2 || amount(t, d, "a") != 102 {
		t.Errorf("%v after %d runs with amount %d, want nil, 2, 102", err, runs, amount(t, d, "a"))
	}
}

func TestUpdateGivesUp(t *testing.T) {
	d := testkit.Open(t, testkit.DSN(t, db.Postgres, schema), schema)
	runs := 0
	err := d.Update(t.Context(), func(tx *db.Tx) error {
		runs++
		if _, err := db.Get[int](t.Context(), tx, `select amount from account where id = 'a'`); err != nil {
			return err
		}
		if err := d.Update(t.Context(), func(other *db.Tx) error { return add(t.Context(), other, "a", 1) }); err != nil {
			return err
		}
		return add(t.Context(), tx, "a", 1)
	})
	if errs.KindOf(err) != errs.Unavailable || runs != 20 {
		t.Errorf("%v after %d runs, want Unavailable after 20", err, runs)
	}
}

func TestWaitingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, schema), schema)
	if err := d.Update(t.Context(), func(*db.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if err := d.Update(ctx, func(*db.Tx) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want the end of the context", err)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.Update(t.Context(), func(*db.Tx) error { return nil }); err != nil {
		t.Errorf("the turn was lost: %v", err)
	}
}

// TestAlone lets ten workers number rows under one name while others write beside them.
func TestAlone(t *testing.T) {
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		var group sync.WaitGroup
		runs := make(chan int, 100)
		for range 10 {
			group.Go(func() {
				err := d.UpdateAlone(t.Context(), "numbers", func(tx *db.Tx) error {
					runs <- 1
					last, err := db.Get[int](t.Context(), tx, `select coalesce(max(id), 0) from transfer`)
					if err != nil {
						return err
					}
					_, err = tx.Exec(t.Context(), `insert into transfer (id, account, amount) values ($1, 'a', 1)`, last+1)
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
			group.Go(func() {
				if err := d.Update(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, "a", 1) }); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if len(runs) != 10 {
			t.Errorf("%d runs for 10 pieces of work: some failed for others", len(runs))
		}
	})
}

func TestFailureUndoesEverything(t *testing.T) {
	refuse := errors.New("refused")
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			end  func(tx *db.Tx) error
			want error
		}{
			"error":                    {func(*db.Tx) error { return refuse }, refuse},
			"panic":                    {func(*db.Tx) error { panic(refuse) }, refuse},
			"statement":                {func(tx *db.Tx) error { return insert(t.Context(), tx, "a", "") }, db.ErrExists},
			"statement passed over":    {func(tx *db.Tx) error { _ = insert(t.Context(), tx, "a", ""); return nil }, db.ErrExists},
			"after a failed statement": {func(tx *db.Tx) error { _ = insert(t.Context(), tx, "a", ""); return add(t.Context(), tx, "a", 1) }, db.ErrExists},
			"bad argument passed over": {func(tx *db.Tx) error { _, _ = tx.Exec(t.Context(), `select $1`, 1.5); return nil }, nil},
		} {
			hooks := 0
			err := func() (err error) {
				defer func() {
					if p := recover(); p != nil {
						err = p.(error)
					}
				}()
				return d.Update(t.Context(), func(tx *db.Tx) error {
					tx.AfterCommit(func() { hooks++ })
					if err := add(t.Context(), tx, "a", 1); err != nil {
						return err
					}
					return c.end(tx)
				})
			}()
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
			if n := amount(t, d, "a"); n != 100 || hooks != 0 {
				t.Errorf("%s: amount %d, %d hooks; want nothing done", name, n, hooks)
			}
		}
	})
}

func insert(ctx context.Context, tx *db.Tx, id, name string) error {
	_, err := tx.Exec(ctx, `insert into account (id, name) values ($1, nullif($2, ''))`, id, name)
	return err
}

func TestViewIsOneSnapshot(t *testing.T) {
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		if err := d.View(t.Context(), func(r db.Reader) error {
			before, err := db.Get[int](t.Context(), r, `select amount from account where id = 'a'`)
			if err != nil {
				return err
			}
			if err := d.Update(t.Context(), func(tx *db.Tx) error { return add(t.Context(), tx, "a", 1) }); err != nil {
				return err
			}
			after, err := db.Get[int](t.Context(), r, `select amount from account where id = 'a'`)
			if before != after {
				t.Errorf("%d became %d within a view", before, after)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		err := d.View(t.Context(), func(r db.Reader) error {
			_, err := db.List[string](t.Context(), r, `update account set amount = 0 returning id`)
			return err
		})
		if err == nil || amount(t, d, "a") != 101 {
			t.Errorf("a view wrote (%v)", err)
		}
	})
}

func TestErrors(t *testing.T) {
	testkit.Each(t, schema, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			query string
			want  *errs.Error
		}{
			"primary key":          {`insert into account (id) values ('a')`, db.ErrExists},
			"unique":               {`update account set name = 'same'`, db.ErrExists},
			"refers to nothing":    {`insert into transfer (id, account, amount) values (2, 'z', 1)`, db.ErrInUse},
			"is referred to":       {`delete from account`, db.ErrInUse},
			"not null":             {`insert into transfer (id, account) values (3, 'a')`, nil},
			"no such column":       {`update account set colour = 'red'`, nil},
			"a name, not a string": {`update account set name = "red"`, nil},
		} {
			err := d.Update(t.Context(), func(tx *db.Tx) error {
				if _, err := tx.Exec(t.Context(), `insert into transfer (id, account, amount) values (1, 'a', 1)`); err != nil {
					return err
				}
				_, err := tx.Exec(t.Context(), c.query)
				return err
			})
			switch {
			case c.want == nil && (err == nil || errs.KindOf(err) != errs.Internal):
				t.Errorf("%s: %v, want an error of kind Internal", name, err)
			case c.want != nil && (!errors.Is(err, c.want) || errs.KindOf(err) != errs.Conflict || errs.Message(err) != c.want.Message):
				t.Errorf("%s: %v, want %v", name, err, c.want)
			}
		}
		err := d.View(t.Context(), func(r db.Reader) error {
			_, err := db.Get[string](t.Context(), r, `select id from account where id = $1`, "none")
			return err
		})
		if !errors.Is(err, db.ErrNotFound) || errs.KindOf(err) != errs.NotFound {
			t.Errorf("%v, want ErrNotFound", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := d.Update(ctx, func(*db.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want the cancelled context", err)
		}
	})
}

func TestNowIsTheClock(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, nil), nil)
	d.Now = testkit.NewClock(t, "2026-04-01T09:00:00.1234567+09:00").Now
	if err := d.Update(t.Context(), func(tx *db.Tx) error {
		if got := tx.Now.Format(time.RFC3339Nano); got != "2026-04-01T00:00:00.123456Z" {
			t.Errorf("now is %s", got)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestMessagesShowNoSQL(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, schema), schema)
	err := d.Update(t.Context(), func(tx *db.Tx) error { return insert(t.Context(), tx, "a", "") })
	if m := errs.Message(err); strings.Contains(m, "insert") || !strings.Contains(err.Error(), "insert into account") {
		t.Errorf("message %q, log %q", m, err)
	}
}
