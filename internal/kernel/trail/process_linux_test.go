package trail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/testkit"
)

const shared = 5 // things that all processes change

// process is another process of the log, that does what a function of parts says.
type process struct {
	cmd  *exec.Cmd
	says *bufio.Scanner
}

// TestPart is the other process; alone it has nothing to do.
func TestPart(t *testing.T) {
	part, dsn, dir := os.Getenv("TRAIL_TEST_PART"), os.Getenv("TRAIL_TEST_DSN"), os.Getenv("TRAIL_TEST_DIR")
	if part == "" {
		return
	}
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	d.Now = func() time.Time { return time.Now().Add(-2 * time.Second) } // its clock is not ours
	l := New(d)
	l.patience.own = time.Second
	switch part {
	case "write and sign":
		l = open(t, d, dir)
		var group sync.WaitGroup
		for range 3 {
			group.Go(func() { change(t.Context(), l, -1) })
		}
		for {
			if _, err := l.Sequence(t.Context()); err != nil {
				t.Error(err)
			}
			if err := l.Sign(t.Context()); err != nil {
				t.Error(err)
			}
		}
	case "stop before the commit":
		err := l.treeAlone(t.Context(), func(tx *db.Tx) error {
			list, err := next(t.Context(), tx, l.batch)
			if err == nil {
				err = number(t.Context(), tx, list)
			}
			stop()
			return err
		})
		fmt.Println("went on:", err != nil)
	case "stop while it reads":
		err := l.treeAlone(t.Context(), func(tx *db.Tx) error {
			stopped := false
			return db.Each(t.Context(), tx, `select repeat('x', 100000) from generate_series(1, 1000)`, nil, func(string) error {
				if !stopped {
					stopped = true
					stop()
				}
				return nil
			})
		})
		fmt.Println("went on:", err != nil)
	}
	l.Run(t.Context())
}

// stop is the process's own end for the time being.
func stop() {
	fmt.Println("stops")
	_ = syscall.Kill(os.Getpid(), syscall.SIGSTOP)
	time.Sleep(time.Second) // another thread may take the signal, and this one would go on for a while
}

// change goes through the shared things n times, or for ever, and says which act is committed.
func change(ctx context.Context, l *Log, n int) {
	for i := 0; i != n && ctx.Err() == nil; i++ {
		thing := fmt.Sprint(rand.IntN(shared))
		var act id.ID
		err := l.db.Update(ctx, func(tx *db.Tx) error {
			last, err := db.Get[int64](ctx, tx, `select coalesce(max(version), 0) from trail_entry where kind = 'shared' and thing = $1`, thing)
			if err != nil {
				return err
			}
			inner := &Tx{Reader: tx, Now: tx.Now, Act: id.New(tx.Now), inner: tx}
			act = inner.Act
			e := entryRow{Kind: "shared", Thing: thing, Version: last + 1, Home: Body, Public: "{}"}
			e.PublicSalt, e.PublicHash = salted(e.Public)
			row, err := Act{Actor: "cli:test", Name: "made"}.row(act, db.At(tx.Now))
			if err != nil {
				return err
			}
			tx.AfterCommit(l.Wake)
			return errors.Join(inner.record(ctx, e), inner.flush(ctx), insertAct(ctx, tx, row))
		})
		if err == nil {
			fmt.Println("committed", act)
		}
	}
}

func start(t *testing.T, part, dsn, dir string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestPart$") // killed by end
	cmd.Env = append(os.Environ(), "TRAIL_TEST_PART="+part, "TRAIL_TEST_DSN="+dsn, "TRAIL_TEST_DIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it does not outlive this one
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{cmd, bufio.NewScanner(out)}
	t.Cleanup(p.end)
	return p
}

// hear waits until the process has said a line, for at most a minute, and gives what it said before.
func (p *process) hear(t *testing.T, line string) (before []string) {
	t.Helper()
	late := time.AfterFunc(time.Minute, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	for p.says.Scan() {
		if p.says.Text() == line {
			return before
		}
		before = append(before, p.says.Text())
	}
	t.Fatalf("the other process ended without %q: %q", line, before)
	return nil
}

// stopped waits until the process stands still: it says that it stops before it does, and a signal to go on that came between
// would be lost.
func (p *process) stopped(t *testing.T) {
	t.Helper()
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
		if err != nil || time.Now().After(end) {
			t.Fatalf("the other process does not stop: %v", err)
		}
		if strings.HasPrefix(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " T") {
			return
		}
	}
}

// end kills the process (SIGKILL).
func (p *process) end() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// TestAStoppedProcessIsPassedOver stops a process that holds the lock of sequencing, in the two ways in which the server can
// wait for it: the others number on, and when it wakes up nothing of its work comes through.
func TestAStoppedProcessIsPassedOver(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"stop before the commit", "stop while it reads"} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, db.Postgres, own())
			d := testkit.Open(t, dsn, own())
			l := New(d)
			l.patience.own = time.Second
			more(t, l, 300)
			change(t.Context(), l, 50)
			other := start(t, part, dsn, "")
			other.hear(t, "stops")
			ctx, end := context.WithTimeout(t.Context(), 30*time.Second)
			defer end()
			change(ctx, l, 50)
			if err := l.sequenceAll(ctx); err != nil {
				t.Fatal(err)
			}
			if head := tree(t, d); head.Size != 400 {
				t.Errorf("%d entries have their numbers, want 400", head.Size)
			}
			other.stopped(t)
			if err := other.cmd.Process.Signal(syscall.SIGCONT); err != nil {
				t.Fatal(err)
			}
			other.hear(t, "went on: true") // into an error
			change(ctx, l, 50)
			for status(t, l).Pending > 0 && ctx.Err() == nil { // it has found back to its work
				time.Sleep(20 * time.Millisecond)
			}
			if head := tree(t, d); head.Size != 450 {
				t.Errorf("%d entries have their numbers, want 450", head.Size)
			}
		})
	}
}

// TestASlowProcessIsNotPassedOver has one at work for longer than the others' patience: they wait. One that says nothing to the
// database meanwhile is not waited for so long at the log's own work, but it is at acts.
func TestASlowProcessIsNotPassedOver(t *testing.T) {
	t.Parallel()
	sleep := func(ctx context.Context, tx *db.Tx) error {
		_, err := db.List[string](ctx, tx, `select cast(pg_sleep(1) as text)`)
		return err
	}
	think := func(ctx context.Context, tx *db.Tx) error {
		time.Sleep(time.Second)
		_, err := db.Get[int](ctx, tx, `select 1`)
		return err
	}
	for name, c := range map[string]struct {
		alone func(l *Log, fn work) error
		slow  work
		waits bool
	}{
		"own work in the database": {ownWork, sleep, true},
		"own work beside it":       {ownWork, think, false},
		"an act beside it":         {oneAct, think, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := testkit.Open(t, testkit.DSN(t, db.Postgres, own()), own())
			l := New(d)
			l.patience.own = 100 * time.Millisecond
			holds, done := make(chan struct{}), atomic.Bool{}
			var group sync.WaitGroup
			group.Go(func() {
				first := sync.OnceFunc(func() { close(holds) })
				if err := c.alone(l, func(ctx context.Context, tx *db.Tx) error {
					first()
					err := c.slow(ctx, tx)
					done.Store(err == nil)
					return err
				}); (err == nil) != c.waits {
					t.Errorf("the slow one: %v", err)
				}
			})
			<-holds
			if err := c.alone(l, func(context.Context, *db.Tx) error {
				if done.Load() != c.waits {
					t.Errorf("the slow one was done: %v", done.Load())
				}
				return nil
			}); err != nil {
				t.Error(err)
			}
			group.Wait()
		})
	}
}

type work func(ctx context.Context, tx *db.Tx) error

func ownWork(l *Log, fn work) error {
	ctx := context.Background()
	return l.alone(ctx, "slow", l.patience.own, func(tx *db.Tx) error { return fn(ctx, tx) })
}

func oneAct(l *Log, fn work) error {
	ctx := context.Background()
	return l.DoAlone(ctx, "slow", Act{Actor: "cli:test", Name: "slow"}, func(tx *Tx) error { return fn(ctx, tx.inner) })
}

// TestKilledProcesses kills a process that writes, numbers and signs all the time: whatever moment that was, what it had
// acknowledged is there, the tree is one, and signing goes on.
func TestKilledProcesses(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn, dir := testkit.DSN(t, engine, own()), filepath.Join(t.TempDir(), "store")
			var acknowledged []string
			for range 12 {
				p := start(t, "write and sign", dsn, dir)
				for range rand.IntN(60) {
					p.says.Scan()
					acknowledged = append(acknowledged, p.says.Text())
				}
				_ = p.cmd.Process.Kill()
				for p.says.Scan() { // said before the end
					acknowledged = append(acknowledged, p.says.Text())
				}
				p.end()
				survived(t, engine, dsn, dir, acknowledged)
			}
		})
	}
}

// survived checks the database after a kill. A last line may have been cut off.
func survived(t *testing.T, engine db.Engine, dsn, dir string, acknowledged []string) {
	t.Helper()
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	l := open(t, d, dir)
	if err := l.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := status(t, l)
	if head := tree(t, d); s.Pending > 0 || s.Checkpoint.Size != head.Size {
		t.Errorf("%s: head %d, status %+v", engine, head.Size, s)
	}
	signed(t, d, s.Checkpoint)
	var acts []id.ID
	for _, line := range acknowledged {
		if act, err := id.Parse(strings.TrimPrefix(line, "committed ")); err == nil {
			acts = append(acts, act)
		}
	}
	if err := d.View(t.Context(), func(r db.Reader) error {
		rows, err := actsOf(t.Context(), r, acts)
		if len(rows) != len(acts) || len(acknowledged)-len(acts) > 12 {
			t.Errorf("%d of %d acknowledged acts are there, %d lines", len(rows), len(acts), len(acknowledged))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
