package job

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/testkit"
)

// modules are the jobs and a table of their effects.
func modules() []db.Schema {
	effect := fstest.MapFS{"0900_effect.sql": {Data: []byte(`create table effect (id text not null primary key, payload text not null, worker text not null)`)}}
	return []db.Schema{{Module: "job", FS: Schema()}, {Module: "effect", FS: effect}}
}

// quick gives jobs that are impatient.
func quick(d *db.DB, kinds ...Kind) *Queue {
	q := New(d, kinds...)
	q.lease, q.tick = 300*time.Millisecond, 20*time.Millisecond
	q.pause = func(int64) time.Duration { return 0 }
	return q
}

func add(t *testing.T, q *Queue, kind, payload string) (job id.ID) {
	t.Helper()
	if err := q.db.Update(t.Context(), func(tx *db.Tx) (err error) {
		job, err = q.Enqueue(t.Context(), tx, kind, payload)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return job
}

// affect writes an effect without committing it.
func affect(ctx context.Context, tx *db.Tx, h *Handle, worker string) error {
	_, err := tx.Exec(ctx, `insert into effect (id, payload, worker) values ($1, $2, $3)`, id.New(tx.Now), h.Payload, worker)
	return err
}

// effects is who has had which effect, sorted.
func effects(t *testing.T, d *db.DB) (list []string) {
	t.Helper()
	if err := d.View(t.Context(), func(r db.Reader) (err error) {
		list, err = db.List[string](t.Context(), r, `select payload || ' by ' || worker from effect order by 1`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

func see(t *testing.T, q *Queue, job id.ID) (j Job) {
	t.Helper()
	if err := q.db.View(t.Context(), func(r db.Reader) (err error) {
		j, err = q.Get(t.Context(), r, job)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return j
}

// effect is a kind whose effect says which worker had it.
func effect(d *db.DB, worker string) Kind {
	return Kind{Name: "effect", Title: "効果", Run: func(ctx context.Context, h *Handle) error {
		return d.Update(ctx, func(tx *db.Tx) error { return errors.Join(affect(ctx, tx, h, worker), h.Finish(ctx, tx)) })
	}}
}

func TestAJobIsThereIfItsCauseIs(t *testing.T) {
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		q := quick(d, effect(d, "a"))
		undone := errors.New("undone")
		if err := d.Update(t.Context(), func(tx *db.Tx) error {
			_, err := q.Enqueue(t.Context(), tx, "effect", "never")
			return errors.Join(err, undone)
		}); !errors.Is(err, undone) {
			t.Fatal(err)
		}
		job := add(t, q, "effect", "x")
		if err := q.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := effects(t, d); !slices.Equal(got, []string{"x by a"}) {
			t.Errorf("effects %v", got)
		}
		if j := see(t, q, job); j.State != Done || j.Title != "効果" || j.Payload != "x" || j.Tries != 1 || j.EndedAt == "" || j.Error != "" {
			t.Errorf("%+v", j)
		}
		for payload, kind := range map[string]string{"x": "unknown", strings.Repeat("x", 201): "effect"} {
			if err := d.Update(t.Context(), func(tx *db.Tx) error { _, err := q.Enqueue(t.Context(), tx, kind, payload); return err }); err == nil {
				t.Errorf("%s %s was added", kind, payload)
			}
		}
	})
}

// TestManyWorkers has two processes' worth of workers share jobs; each has its effect once.
func TestManyWorkers(t *testing.T) {
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		const n = 60
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var left atomic.Int64
		left.Store(n)
		kind := Kind{Name: "effect", Run: func(ctx context.Context, h *Handle) error {
			err := d.Update(ctx, func(tx *db.Tx) error { return errors.Join(affect(ctx, tx, h, "one"), h.Finish(ctx, tx)) })
			if err == nil && left.Add(-1) == 0 {
				stop()
			}
			return err
		}}
		a, b := quick(d, kind), quick(d, kind)
		a.lease, b.lease = time.Minute, time.Minute
		var group sync.WaitGroup
		group.Go(func() { a.Run(ctx, 3) })
		group.Go(func() { b.Run(ctx, 3) })
		var want []string
		for i := range n {
			add(t, a, "effect", fmt.Sprintf("%03d", i))
			want = append(want, fmt.Sprintf("%03d by one", i))
		}
		group.Wait()
		if got := effects(t, d); !slices.Equal(got, want) {
			t.Errorf("%d effects of %d jobs: %v", len(got), n, got)
		}
	})
}

// TestALostLease has a worker fall silent in the middle; another takes over and ends the job; the first one's effect is not
// committed, whether its transaction began before that or after.
func TestALostLease(t *testing.T) {
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		for _, during := range []bool{false, true} {
			if during && d.Engine() == db.SQLite {
				continue // there is one writer: nobody can take over while it writes
			}
			payload := fmt.Sprintf("during %v", during)
			other := quick(d, effect(d, "other"))
			takeOver := func() {
				for deadline := time.Now().Add(10 * time.Second); !slices.Contains(effects(t, d), payload+" by other") && time.Now().Before(deadline); {
					if err := other.RunDue(t.Context()); err != nil {
						t.Error(err)
					}
					time.Sleep(10 * time.Millisecond)
				}
			}
			var ends []error
			silent := quick(d, Kind{Name: "effect", Run: func(ctx context.Context, h *Handle) error {
				ctx = context.WithoutCancel(ctx) // as if it did not hear
				var once sync.Once
				if !during {
					takeOver()
				}
				err := d.Update(ctx, func(tx *db.Tx) error {
					if err := affect(ctx, tx, h, "silent"); err != nil {
						return err
					}
					if during {
						once.Do(takeOver)
					}
					return h.Finish(ctx, tx)
				})
				ends = append(ends, err)
				return err
			}})
			silent.tick = time.Hour // no sign of life
			job := add(t, silent, "effect", payload)
			if some, err := silent.next(t.Context()); !some || err != nil {
				t.Fatal(some, err)
			}
			if len(ends) != 1 || !errors.Is(ends[0], ErrLost) || errs.KindOf(ends[0]) != errs.Conflict {
				t.Errorf("during %v: the silent one ended with %v, want ErrLost", during, ends)
			}
			if j := see(t, other, job); j.State != Done || j.Tries != 2 || j.Error != "" {
				t.Errorf("during %v: %+v", during, j)
			}
			if got := effects(t, d); slices.Contains(got, payload+" by silent") || !slices.Contains(got, payload+" by other") {
				t.Errorf("during %v: effects %v", during, got)
			}
		}
	})
}

// TestSignsOfLife: work that takes several leases is not taken over, on SQLite also while it writes, and can be watched.
func TestSignsOfLife(t *testing.T) {
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		other := quick(d, effect(d, "other"))
		begun, seen := make(chan struct{}), make(chan struct{})
		runs := 0
		q := quick(d, Kind{Name: "effect", Run: func(ctx context.Context, h *Handle) error {
			runs++
			h.Progress(1, 3, "準備")
			close(begun)
			<-seen
			time.Sleep(4 * other.lease)
			return d.Update(ctx, func(tx *db.Tx) error {
				err := affect(ctx, tx, h, "first")
				h.Progress(2, 3, "書き込み")
				time.Sleep(4 * other.lease) // on SQLite nobody can write now
				if now, err := q2(t, d, h); err != nil || now != 2 && d.Engine() == db.Postgres {
					t.Errorf("others see %d while it writes: %v", now, err)
				}
				return errors.Join(err, h.Finish(ctx, tx))
			})
		}})
		job := add(t, q, "effect", "x")
		var group sync.WaitGroup
		group.Go(func() { q.Run(ctx, 2) })
		<-begun
		group.Go(func() { other.Run(ctx, 1) })
		eventually(t, "others see the progress", func() bool { return see(t, other, job).Progress == Progress{1, 3, "準備"} })
		if j := see(t, q, job); j.State != Running || j.Progress != (Progress{1, 3, "準備"}) {
			t.Errorf("%+v", j)
		}
		close(seen)
		eventually(t, "the process itself sees the progress", func() bool { return see(t, q, job).Note == "書き込み" })
		eventually(t, "the end", func() bool { return see(t, q, job).State == Done })
		stop()
		group.Wait()
		if got := effects(t, d); !slices.Equal(got, []string{"x by first"}) || runs != 1 {
			t.Errorf("effects %v after %d runs", got, runs)
		}
		if j := see(t, other, job); j.Progress != (Progress{2, 3, "書き込み"}) {
			t.Errorf("at the end others see %+v", j)
		}
	})
}

// q2 is what another process sees of a job's progress.
func q2(t *testing.T, d *db.DB, h *Handle) (int64, error) {
	t.Helper()
	var j Job
	err := d.View(t.Context(), func(r db.Reader) (err error) {
		j, err = one(t.Context(), r, h.Job)
		return err
	})
	return j.Done, err
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

func TestFailures(t *testing.T) {
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		fails := map[string]func(try int) error{
			"twice": func(try int) error {
				return map[bool]error{true: errs.New(errs.Unavailable, "混んでいます。")}[try < 3]
			},
			"always":  func(int) error { return errors.New("secret") },
			"invalid": func(int) error { return errs.New(errs.Invalid, "3行目が読めません。") },
			"panic":   func(try int) error { panic(try) },
		}
		runs := map[string]int{}
		q := quick(d, Kind{Name: "effect", Run: func(_ context.Context, h *Handle) error {
			runs[h.Payload]++
			return fails[h.Payload](runs[h.Payload])
		}})
		jobs := map[string]id.ID{}
		for payload := range fails {
			jobs[payload] = add(t, q, "effect", payload)
		}
		if err := q.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		for payload, want := range map[string]struct {
			state State
			runs  int
			error string
		}{
			"twice": {Done, 3, ""}, "always": {Stopped, 5, "内部エラーが発生しました。ログを確認してください。"},
			"invalid": {Stopped, 1, "3行目が読めません。"}, "panic": {Stopped, 5, "内部エラーが発生しました。ログを確認してください。"},
		} {
			if j := see(t, q, jobs[payload]); j.State != want.state || j.Error != want.error || runs[payload] != want.runs || j.EndedAt == "" {
				t.Errorf("%s: %+v after %d runs", payload, j, runs[payload])
			}
		}
		var stopped []Job
		if err := d.View(t.Context(), func(r db.Reader) (err error) {
			stopped, err = q.List(t.Context(), r, Stopped)
			return err
		}); err != nil || len(stopped) != 3 {
			t.Errorf("%d stopped: %v", len(stopped), err)
		}

		fails["always"] = func(int) error { return nil }
		again := func(payload string) error {
			return d.Update(t.Context(), func(tx *db.Tx) error { return q.Retry(t.Context(), tx, jobs[payload]) })
		}
		if err := again("twice"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a done job begins anew: %v", err)
		}
		if err := errors.Join(again("always"), q.RunDue(t.Context())); err != nil {
			t.Fatal(err)
		}
		if j := see(t, q, jobs["always"]); j.State != Done || j.Tries != 1 {
			t.Errorf("after the retry: %+v", j)
		}
	})
}

func TestPauses(t *testing.T) {
	t.Parallel()
	clock := testkit.NewClock(t, "2026-04-01T09:00:00+09:00")
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, modules()), modules())
	d.Now = clock.Now
	q := New(d, Kind{Name: "effect", Run: func(context.Context, *Handle) error { return errors.New("no") }})
	job := add(t, q, "effect", "x")
	for _, want := range []time.Duration{2 * time.Second, 10 * time.Second, 50 * time.Second, 250 * time.Second} {
		if err := q.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		j := see(t, q, job)
		if got := j.DueAt.Time().Sub(clock.Now()); got != want || j.State != Waiting {
			t.Errorf("%s in %s, want %s", j.State, got, want)
		}
		clock.Add(want)
	}
	if got := pauseAfter(100); got != 10*time.Minute {
		t.Errorf("%s at most", got)
	}
}

func TestStoppingIsNotAFailure(t *testing.T) {
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		ctx, stop := context.WithCancel(t.Context())
		q := quick(d, Kind{Name: "effect", Run: func(ctx context.Context, _ *Handle) error {
			stop()
			<-ctx.Done()
			return ctx.Err()
		}})
		q.lease = time.Hour
		job := add(t, q, "effect", "x")
		q.Run(ctx, 1)
		if j := see(t, q, job); j.State != Waiting || j.Tries != 0 || j.Error != "" {
			t.Errorf("%+v", j)
		}
	})
}

// TestAKilledWorker kills a process in the middle of its effect; another finishes the job. A job that kills its process every
// time stops.
func TestAKilledWorker(t *testing.T) {
	if dsn := os.Getenv("JOB_TEST_DSN"); dsn != "" {
		other(t, dsn)
		return
	}
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, modules())
			d := testkit.Open(t, dsn, modules())
			q := quick(d, effect(d, "second"))
			q.tries = 3
			job := add(t, q, "effect", "x")
			kill(t, dsn)
			if j := see(t, q, job); j.State != Running || len(effects(t, d)) != 0 {
				t.Errorf("after the kill: %+v", j)
			}
			eventually(t, "another finishes", func() bool {
				if err := q.RunDue(t.Context()); err != nil {
					t.Fatal(err)
				}
				return see(t, q, job).State == Done
			})
			if got := effects(t, d); !slices.Equal(got, []string{"x by second"}) {
				t.Errorf("effects %v", got)
			}

			job = add(t, q, "effect", "y")
			for range q.tries {
				kill(t, dsn)
			}
			eventually(t, "it stops", func() bool {
				if err := q.RunDue(t.Context()); err != nil {
					t.Fatal(err)
				}
				return see(t, q, job).State == Stopped
			})
			if j := see(t, q, job); j.Error != "処理の途中でプログラムが3回止まったので、停止しました。" || len(effects(t, d)) != 1 {
				t.Errorf("%+v, effects %v", j, effects(t, d))
			}
		})
	}
}

// kill runs a worker in another process until it is in the middle of an effect.
func kill(t *testing.T, dsn string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestAKilledWorker$") // killed below
	cmd.Env = append(os.Environ(), "JOB_TEST_DSN="+dsn)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if line != "in the middle\n" {
		t.Fatalf("the other process says %q", line)
	}
}

func other(t *testing.T, dsn string) {
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := quick(d, Kind{Name: "effect", Run: func(ctx context.Context, h *Handle) error {
		return d.Update(ctx, func(tx *db.Tx) error {
			err := affect(ctx, tx, h, "first")
			fmt.Println("in the middle")
			time.Sleep(time.Hour)
			return err
		})
	}})
	q.Run(t.Context(), 1)
}
