package app_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sekimori/internal/app"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"sekimori": func() { os.Exit(app.Main(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) },
	})
}

// TestCommands runs the command line as people and outside checks run it.
func TestCommands(t *testing.T) {
	t.Parallel()
	tiny, err := filepath.Abs("../testkit/tiny")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(e *testscript.Env) error {
			e.Setenv("TINY", filepath.Join(tiny, "regimes"))
			e.Setenv("TEXT", filepath.Join(tiny, "kodama.txt"))
			e.Setenv("DOC", filepath.Join(tiny, "../../../doc"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "tamper": tamper, "cut": cut, "ask": ask},
	})
}

// exits runs a command and compares its exit status: exits STATUS COMMAND.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if err != nil || neg {
		ts.Fatalf("usage: exits STATUS COMMAND…")
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		got = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d\n%s", got, want, ts.ReadFile("stderr"))
	}
}

// tamper runs SQL on a database behind the program's back: tamper FILE SQL.
func tamper(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: tamper FILE SQL")
	}
	pool, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer pool.Close() //nolint:errcheck // what was written is written
	result, err := pool.ExecContext(context.Background(), args[1])
	ts.Check(err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("nothing was changed: %v", err)
	}
}

// ask puts what an SQL query gives into a variable: ask NAME FILE SQL.
func ask(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: ask NAME FILE SQL")
	}
	pool, err := sql.Open("sqlite", ts.MkAbs(args[1]))
	ts.Check(err)
	defer pool.Close() //nolint:errcheck // it was only read
	var value string
	ts.Check(pool.QueryRowContext(context.Background(), args[2]).Scan(&value))
	ts.Setenv(args[0], value)
}

// cut takes the last third of a file away.
func cut(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: cut FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(os.Truncate(ts.MkAbs(args[0]), info.Size()*2/3))
}
