// Package testkit is the ground that tests stand on: databases of both engines, goldens, a clock, the official texts, and a
// browser (testkit/browser). It guarantees that what it makes ends with the test, or with the test process however that ends.
// Its databases are real ones; it fakes nothing of our own. It is imported by tests only and knows no feature.
package testkit

import (
	"flag"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite goldens")

// Golden compares got with the file at path (from the folder of the test). With -update it writes the file instead.
func Golden[S string | []byte](t *testing.T, path string, got S) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: go test with -update writes it", err)
	}
	if string(want) != string(got) {
		t.Errorf("%s is another (-want +got); go test with -update accepts it:\n%s", path, cmp.Diff(string(want), string(got)))
	}
}

// Root is the folder of go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	t.Fatalf("no go.mod above %s: %v", dir, err)
	return ""
}

// PolicyText is the official text whose file name begins with prefix: "000" is the city's, "004" the schools'. The texts are no
// part of the repository: they lie in SEKIMORI_POLICY_DIR, else in ../shared/policy beside the repository. Where there is no
// such folder the test is left out, and fails on CI.
func PolicyText(t testing.TB, prefix string) []byte {
	t.Helper()
	dir := os.Getenv("SEKIMORI_POLICY_DIR")
	if dir == "" {
		dir = filepath.Join(Root(t), "..", "shared", "policy")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no official texts: %v", err)
		}
		t.Skip("no official texts: set SEKIMORI_POLICY_DIR to their folder")
	}
	files, err := filepath.Glob(filepath.Join(dir, prefix+"*.txt"))
	if err != nil || len(files) != 1 {
		t.Fatalf("%d texts %s*.txt, want one: %v", len(files), prefix, err)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Clock is a time of day that a test moves by hand. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock stands at a time in RFC 3339, "2026-04-01T09:00:00+09:00".
func NewClock(t testing.TB, at string) *Clock {
	t.Helper()
	c := &Clock{}
	c.Set(t, at)
	return c
}

// Now is where the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Set moves the clock to a time in RFC 3339.
func (c *Clock) Set(t testing.TB, at string) {
	t.Helper()
	now, err := time.Parse(time.RFC3339, at)
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Add moves the clock on.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}
