package ledger_test

import (
	"bufio"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/feature/ledger"
	"sekimori/internal/kernel/job"
	"sekimori/internal/testkit"
	"sekimori/internal/testkit/kodama"
)

// killedRows is how many rows the import has that is killed: enough to be met in the middle.
const killedRows = 4000

// TestAKilledImport kills the process that takes a file in while it writes, once at the beginning and once later: nothing has changed
// in any table, in the trail or among the files, and the import is then done to its end.
func TestAKilledImport(t *testing.T) {
	if dsn := os.Getenv("LEDGER_TEST_DSN"); dsn != "" {
		importing(t, dsn)
		return
	}
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, modules())
			x := open(t, testkit.Open(t, dsn, modules()))
			var rows strings.Builder
			rows.WriteString("名称,受持ち,こわれやすい,覚え\n")
			for i := range killedRows {
				fmt.Fprintf(&rows, "貝%d,1100,いいえ,%s\n", i, strings.Repeat("白い", 40))
			}
			rows.WriteString("わるい貝,1100,たぶん,\n")
			at, _ := x.uploads(sent{"たくさん.csv", []byte(rows.String())})
			x.sends2(at, at, url.Values{"sure": {"1"}, "hold": {"hold"}})
			if err := x.Log.Settle(t.Context()); err != nil {
				t.Fatal(err)
			}
			before := x.everything(dsn)
			middle := 0
			for i, after := range []time.Duration{0, 300 * time.Millisecond} {
				if x.killed(dsn, after) {
					middle++
				}
				if x.get(samples, http.StatusOK); strings.Contains(x.get(at, http.StatusOK).Text(), "取り込みました") {
					break // it was done before it could be killed
				}
				if now := x.everything(dsn); !maps.Equal(before, now) {
					t.Errorf("killed after %s: was %v, is %v", after, before, now)
				}
				x.Clock.Set(t, fmt.Sprintf("2025-04-02T1%d:00:00+09:00", i)) // the lease of the dead is over
			}
			t.Logf("killed %d times while it wrote", middle)
			x.runs()
			x.shows(at, fmt.Sprintf("新規%d,000件、変更0件、保留1件", killedRows/1000))
			x.shows(samples+"/holds", "わるい貝")
			x.verified()
		})
	}
}

// everything counts the rows of each table and the files. Left out is what a try may leave: jobs, and numbers that were drawn.
func (x *desk) everything(dsn string) map[string]int {
	x.t.Helper()
	all := map[string]int{}
	tables := slices.DeleteFunc(testkit.NewTamper(x.t, dsn, 1).Tables(), func(s string) bool {
		return s == "job" || s == "job_beat" || s == "register_number" || strings.HasPrefix(s, "search_index")
	})
	x.View(func(r db.Reader) error {
		for _, table := range tables {
			n, err := db.Get[int](x.t.Context(), r, `select count(*) from `+table)
			if err != nil {
				return err
			}
			all[table] = n
		}
		return nil
	})
	if err := x.Files.Walk(func(string, int64) error { all["files"]++; return nil }); err != nil {
		x.t.Fatal(err)
	}
	return all
}

// killed has another process do the jobs, and kills it some time after it began to write what became of the rows. It says whether the
// process was still at work then.
func (x *desk) killed(dsn string, after time.Duration) bool {
	x.t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestAKilledImport$")
	cmd.Env = append(os.Environ(), "LEDGER_TEST_DSN="+dsn, "LEDGER_TEST_STORE="+x.Store, "LEDGER_TEST_AT="+x.Clock.Now().Format(time.RFC3339))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		x.t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() || lines.Text() != "ready" {
		x.t.Fatalf("the other process says %q", lines.Text())
	}
	ended := make(chan string, 1)
	go func() {
		lines.Scan()
		ended <- lines.Text()
	}()
	writing := func() bool { // the half of a file stands there from within the transaction on
		halves, err := filepath.Glob(filepath.Join(x.Store, "files", ".half-*"))
		return err == nil && len(halves) > 0
	}
	for !writing() {
		select {
		case <-ended:
			_ = cmd.Wait() // it is at its end
			return false
		case <-time.After(time.Millisecond):
		}
	}
	time.Sleep(after)
	_ = cmd.Process.Kill()
	said := <-ended
	_ = cmd.Wait() // it was killed
	halves, err := filepath.Glob(filepath.Join(x.Store, "files", ".half-*"))
	if err != nil {
		x.t.Fatal(err)
	}
	for _, half := range halves { // as the daily sweep does
		if err := os.Remove(half); err != nil {
			x.t.Fatal(err)
		}
	}
	return said == ""
}

// importing is what the other process does.
func importing(t *testing.T, dsn string) {
	d := testkit.Open(t, dsn, modules())
	x := &desk{House: kodama.Reopen(t, d, os.Getenv("LEDGER_TEST_STORE"), os.Getenv("LEDGER_TEST_AT")), t: t}
	x.sheets = ledger.NewSheets(x.Log, x.Desk, x.Files, x.actor)
	x.sheets.Jobs = job.New(d, x.sheets.Kinds()...)
	fmt.Println("ready")
	x.runs()
	fmt.Println("done")
}
