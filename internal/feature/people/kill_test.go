package people

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

var kills = flag.Int("people.kills", 4, "how often the process that imports is killed")

// place is where an import is done: a database with the folders beside it, and the time there.
type place struct {
	dsn, store, files string
	shift             time.Duration // of the clock there: it is March
}

// open opens the service there. What it opened is closed at the end of the test.
func (p place) open(t *testing.T) *office {
	t.Helper()
	d := testkit.Open(t, p.dsn, nil)
	d.Now = func() time.Time { return time.Now().Add(p.shift) }
	store, err := trail.OpenStore(t.Context(), d, p.store)
	if err != nil {
		t.Fatal(err)
	}
	log := trail.New(d).With(store)
	if err := log.Begin(t.Context(), "cli:root"); err != nil {
		t.Fatal(err)
	}
	files, err := file.In(p.files)
	if err != nil {
		t.Fatal(err)
	}
	s := New(log, files, func(context.Context, db.Reader) ([]org.Rules, error) { return rules(), nil })
	s.Jobs = job.New(d, s.Kinds()...)
	return &office{Service: s, t: t, d: d}
}

// TestAKilledImport kills the process that imports a large change at a random moment, while it and on PostgreSQL another
// process write beside it: the import is there whole or not at all, each write that was acknowledged is there, and the trail
// verifies. Every tenth time the job is then done to its end.
func TestAKilledImport(t *testing.T) {
	if dsn := os.Getenv("PEOPLE_TEST_DSN"); dsn != "" {
		shift, err := time.ParseDuration(os.Getenv("PEOPLE_TEST_SHIFT"))
		if err != nil {
			t.Fatal(err)
		}
		place{dsn, os.Getenv("PEOPLE_TEST_STORE"), os.Getenv("PEOPLE_TEST_FILES"), shift}.work(t)
		return
	}
	few := *kills <= 10
	if few {
		t.Parallel()
	}
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			if few {
				t.Parallel()
			}
			first, upload, total := prepared(t, engine)
			once := first.copied(t, engine)
			said, takes := once.kill(t, 0) // how long it takes
			if !once.examine(t, upload, total, said, false) {
				t.Fatal("the import was not done in peace")
			}
			whole := 0
			for i := range *kills {
				t.Run(fmt.Sprint(i), func(t *testing.T) {
					// The moments are spread over the time that it takes, and a little beyond.
					after := time.Duration((float64(i) + rand.Float64()) / float64(*kills) * 1.1 * float64(takes))
					at := first.copied(t, engine)
					said, _ := at.kill(t, after)
					if at.examine(t, upload, total, said, i%10 == 0) {
						whole++
					}
				})
			}
			t.Logf("%s: killed %d times within %.1f s, in %d of them the import was whole", engine, *kills, takes.Seconds(), whole)
		})
	}
}

// prepared makes a place in which a city is, and its change of 1 April is confirmed. total is how many rows it writes.
func prepared(t *testing.T, engine db.Engine) (p place, upload id.ID, total int) {
	t.Helper()
	p = place{dsn: testkit.DSN(t, engine, modules()), store: t.TempDir(), files: t.TempDir()}
	p.shift = time.Until(time.Date(2026, 3, 24, 0, 0, 0, 0, time.UTC))
	t.Run("prepared", func(t *testing.T) {
		o := p.open(t)
		o.imports("cli:root", Options{}, city(*cityRows)...)
		var err error
		if upload, err = o.Upload(t.Context(), access.NewProgram("person:hr"), []Source{cityApril(*cityRows)}, Options{}); err != nil {
			t.Fatal(err)
		}
		if err := o.Apply(t.Context(), access.NewProgram("person:hr"), upload, Choice{}); err != nil {
			t.Fatal(errs.Message(err))
		}
		u, err := o.Get(t.Context(), access.NewProgram("person:hr"), upload)
		if err != nil {
			t.Fatal(err)
		}
		lines, _, err := o.lines(u)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.d.View(t.Context(), func(r db.Reader) error {
			plan, err := o.plan(t.Context(), r, o.now(), "person:hr", u, nil, lines)
			if err == nil {
				total = plan.writes(upload, "").size()
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := o.log.Settle(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	return p, upload, total
}

// copied is the same place once more. Nobody has it open.
func (p place) copied(t *testing.T, engine db.Engine) place {
	t.Helper()
	c := p
	c.store = t.TempDir()
	if err := os.CopyFS(c.store, os.DirFS(p.store)); err != nil {
		t.Fatal(err)
	}
	if engine == db.Postgres {
		at, err := url.Parse(p.dsn)
		if err != nil {
			t.Fatal(err)
		}
		c.dsn = testkit.PostgresWith(t, "template "+strings.TrimPrefix(at.Path, "/")+" strategy file_copy")
		return c
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	data, err := os.ReadFile(strings.TrimPrefix(p.dsn, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	c.dsn = "sqlite:" + path
	return c
}

// kill has another process import and kills it after a while, never if that is 0. It tells what was acknowledged and how long
// the process was at work.
func (p place) kill(t *testing.T, after time.Duration) (said []string, took time.Duration) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestAKilledImport$")
	cmd.Env = append(os.Environ(), "PEOPLE_TEST_DSN="+p.dsn, "PEOPLE_TEST_STORE="+p.store, "PEOPLE_TEST_FILES="+p.files, "PEOPLE_TEST_SHIFT="+p.shift.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var writing sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	beside := make(chan string, 1<<20)
	if strings.HasPrefix(p.dsn, "postgres:") {
		o := p.open(t)
		writing.Go(func() { o.write(ctx, "beside", func(line string) { beside <- line }) })
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		t.Fatalf("the other process says %q", lines.Text())
	}
	began := time.Now()
	if after > 0 {
		time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	}
	for lines.Scan() {
		said = append(said, lines.Text())
	}
	took = time.Since(began)
	_ = cmd.Wait() // it was killed
	stop()
	writing.Wait()
	close(beside)
	for line := range beside {
		said = append(said, line)
	}
	return said, took
}

// work is what the other process does: it imports, and writes beside that.
func (p place) work(t *testing.T) {
	o := p.open(t)
	ctx, stop := context.WithCancel(t.Context())
	var mu sync.Mutex
	say := func(line string) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Println(line)
	}
	say("ready")
	var group sync.WaitGroup
	group.Go(func() { o.log.Run(ctx) })
	group.Go(func() { o.write(ctx, "within", say) })
	if err := o.Jobs.RunDue(ctx); err != nil {
		t.Error(err)
	}
	stop()
	group.Wait()
}

// write keeps writing what has nothing to do with the import and, now and then, what it must not lose in kernel/org, and says
// what was acknowledged.
func (o *office) write(ctx context.Context, actor string, say func(string)) {
	for n := 0; ctx.Err() == nil; n++ {
		var made id.ID
		what := "upload"
		err := o.log.Do(ctx, trail.Act{Actor: "cli:" + actor, Name: "test.write"}, func(tx *trail.Tx) error {
			made = id.New(tx.Now)
			if n%5 == 4 {
				what = "deputy"
				d := org.Deputy{Statement: org.AtOnce(tx).State(org.BodyHome, firstApril, org.Open()), Regime: "tiny", Role: "chief", Scope: org.BodyHome, Giver: made, Person: made}
				made = d.ID
				return org.Deputies.Put(ctx, tx, d)
			}
			u := Upload{ID: made, Row: trail.Row{Home: org.BodyHome}, Title: "x", State: Dropped, Files: "[]", At: db.At(tx.Now), By: actor}
			return uploads.Put(ctx, tx, u)
		})
		if err == nil {
			say(what + " " + string(made))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// examine compares what is there with what was acknowledged.
func (p place) examine(t *testing.T, upload id.ID, total int, said []string, finish bool) (whole bool) {
	t.Helper()
	o := p.open(t)
	read := func() (state State, written int) {
		if err := o.d.View(t.Context(), func(r db.Reader) error {
			u, err := readUpload(t.Context(), r, upload)
			if err != nil {
				return err
			}
			state = u.State
			written, err = rowsOf(t.Context(), r, upload)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return state, written
	}
	state, written := read()
	switch {
	case state == Queued && written == 0:
	case state == Applied && written == total:
		whole = true
	default:
		t.Errorf("the upload is %s and %d of %d rows are written", state, written, total)
	}
	writes := 0
	if err := o.d.View(t.Context(), func(r db.Reader) error {
		for _, line := range said {
			what, made, ok := strings.Cut(line, " ")
			if !ok || what != "upload" && what != "deputy" {
				continue // the last words of the test binary
			}
			writes++
			if err := thereIs(t.Context(), r, what, made); err != nil {
				t.Errorf("acknowledged and lost: %s: %v", line, err)
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if finish {
		o.d.Now = func() time.Time { return time.Now().Add(p.shift + time.Minute) } // the lease of the dead is over
		o.work()
		if state, written := read(); state != Applied || written != total {
			t.Errorf("done to its end, the upload is %s and %d of %d rows are written", state, written, total)
		}
	}
	o.verify()
	t.Logf("%s, %d writes beside it", state, writes)
	return whole
}

func rowsOf(ctx context.Context, r db.Reader, batch id.ID) (int, error) {
	var sum []string
	for _, table := range []string{"org_unit", "org_code", "org_system", "org_post", "org_person", "org_assignment", "org_designation"} {
		sum = append(sum, `(select count(*) from `+table+` where batch = $1 or closed_by = $1)`)
	}
	return db.Get[int](ctx, r, `select `+strings.Join(sum, " + "), batch)
}

func thereIs(ctx context.Context, r db.Reader, what, made string) error {
	table := map[string]string{"upload": "people_upload", "deputy": "org_deputy"}[what]
	_, err := db.Get[string](ctx, r, `select id from `+table+` where id = $1`, made)
	return err
}
