package file_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/file"
)

const limit = 1 << 20

func open(t *testing.T) (dir string, s *file.Store) {
	t.Helper()
	dir = t.TempDir()
	s, err := file.In(dir)
	if err != nil {
		t.Fatal(err)
	}
	return dir, s
}

func put(t *testing.T, s *file.Store, content string) file.Sum {
	t.Helper()
	sum, size, err := s.Put(t.Context(), strings.NewReader(content), limit)
	if want := sha256.Sum256([]byte(content)); err != nil || size != int64(len(content)) || string(sum) != hex.EncodeToString(want[:]) {
		t.Fatalf("put %s of %d bytes: %v", sum, size, err)
	}
	return sum
}

func get(s *file.Store, sum file.Sum) (string, error) {
	r, err := s.Open(sum)
	if err != nil {
		return "", err
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	return string(content), err
}

// list is what Walk gives, and what lies in the folder besides.
func list(t *testing.T, dir string, s *file.Store) (kept map[file.Sum]int64, others []string) {
	t.Helper()
	kept = map[file.Sum]int64{}
	if err := s.Walk(func(sum file.Sum, size int64) error { kept[sum] = size; return nil }); err != nil {
		t.Fatal(err)
	}
	if err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && kept[file.Sum(entry.Name())] == 0 {
			others = append(others, path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return kept, others
}

func TestPutAndOpen(t *testing.T) {
	t.Parallel()
	dir, s := open(t)
	for _, content := range []string{"一", "二", "一", strings.Repeat("長い", 100_000)} {
		sum := put(t, s, content)
		if got, err := get(s, sum); err != nil || got != content {
			t.Errorf("%d bytes came back of %d: %v", len(got), len(content), err)
		}
	}
	kept, others := list(t, dir, s)
	if len(kept) != 3 || len(others) != 0 {
		t.Errorf("%v and %v, want three files and nothing else", kept, others)
	}
	if sum := put(t, s, ""); sum != "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" {
		t.Errorf("nothing is kept as %s", sum)
	}
	for _, sum := range []file.Sum{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", ""} {
		if content, err := get(s, sum); content != "" || (err == nil) != (sum != "") {
			t.Errorf("%q: %q %v", sum, content, err)
		}
	}
	if _, err := get(s, file.Sum(strings.Repeat("0", 64))); errs.KindOf(err) != errs.NotFound {
		t.Errorf("what is not there: %v", err)
	}
	if _, err := get(s, "../../../../etc/passwd"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("what is no sum: %v", err)
	}
}

func TestWhatCannotBePutLeavesNothing(t *testing.T) {
	t.Parallel()
	dir, s := open(t)
	broken := errors.New("connection lost")
	ended, end := context.WithCancel(t.Context())
	end()
	for name, c := range map[string]struct {
		ctx  context.Context
		from io.Reader
		want func(error) bool
	}{
		"too large": {t.Context(), bytes.NewReader(make([]byte, limit+1)), func(err error) bool { return errs.KindOf(err) == errs.Invalid }},
		"broken":    {t.Context(), io.MultiReader(strings.NewReader("x"), failing{broken}), func(err error) bool { return errors.Is(err, broken) }},
		"ended":     {ended, strings.NewReader("x"), func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		if _, _, err := s.Put(c.ctx, c.from, limit); !c.want(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if kept, others := list(t, dir, s); len(kept)+len(others) != 0 {
		t.Errorf("left %v %v", kept, others)
	}
	if _, _, err := s.Put(t.Context(), bytes.NewReader(make([]byte, limit)), limit); err != nil {
		t.Errorf("just small enough: %v", err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestAChangedByteIsFound(t *testing.T) {
	t.Parallel()
	dir, s := open(t)
	content := make([]byte, 200_000)
	rand.Read(content)
	sum := put(t, s, string(content))
	path := filepath.Join(dir, "files", string(sum[:2]), string(sum))
	for name, damaged := range map[string][]byte{
		"first": flipped(content, 0), "middle": flipped(content, 100_000), "last": flipped(content, len(content)-1),
		"cut": content[:len(content)-1], "longer": append(bytes.Clone(content), 0), "empty": {},
	} {
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := get(s, sum)
		if err == nil || len(got) > 0 && len(got) >= len(damaged) {
			t.Errorf("%s: %d bytes of %d and %v: taken for whole", name, len(got), len(damaged), err)
		}
		if _, err := s.OpenWhole(sum); err == nil {
			t.Errorf("%s: it is opened as whole", name)
		}
	}
	put(t, s, string(content)) // heals it
	whole, err := s.OpenWhole(sum)
	if err != nil {
		t.Fatal(err)
	}
	end := make([]byte, 10)
	if _, err := whole.ReadAt(end, whole.Size-10); err != nil || whole.Size != int64(len(content)) || !bytes.Equal(end, content[len(content)-10:]) {
		t.Errorf("%d bytes that end with %q: %v", whole.Size, end, err)
	}
	if err := whole.Close(); err != nil {
		t.Error(err)
	}
	if got, err := get(s, sum); err != nil || got != string(content) {
		t.Errorf("still damaged: %v", err)
	}
}

func flipped(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 1
	return b
}

func TestPutsBesideEachOther(t *testing.T) {
	t.Parallel()
	dir, s := open(t)
	var group sync.WaitGroup
	for i := range 40 {
		group.Go(func() {
			content := strings.Repeat(fmt.Sprint(i%4), 50_000)
			sum, _, err := s.Put(t.Context(), strings.NewReader(content), limit)
			if err != nil {
				t.Error(err)
				return
			}
			if got, err := get(s, sum); err != nil || got != content {
				t.Errorf("%d bytes: %v", len(got), err)
			}
		})
	}
	group.Wait()
	if kept, others := list(t, dir, s); len(kept) != 4 || len(others) != 0 {
		t.Errorf("%v %v, want four files", kept, others)
	}
}

// TestHalfAFile kills a process while it puts.
func TestHalfAFile(t *testing.T) {
	if dir := os.Getenv("FILE_TEST_DIR"); dir != "" {
		s, err := file.In(dir)
		if err == nil {
			_, _, err = s.Put(t.Context(), io.MultiReader(strings.NewReader(strings.Repeat("x", 50_000)), os.Stdin), limit) // never ends
		}
		t.Fatal(err)
	}
	t.Parallel()
	dir, s := open(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestHalfAFile$") // killed below
	cmd.Env = append(os.Environ(), "FILE_TEST_DIR="+dir)
	if _, err := cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; time.Sleep(time.Millisecond) {
		if left, _ := filepath.Glob(filepath.Join(dir, "files", ".half-*")); len(left) == 1 {
			if info, err := os.Stat(left[0]); err == nil && info.Size() == 50_000 {
				break
			}
		}
		if time.Since(began) > 30*time.Second {
			t.Fatal("the other process does not write")
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	kept, others := list(t, dir, s)
	if len(kept) != 0 || len(others) != 1 {
		t.Errorf("%v %v, want no file but a half", kept, others)
	}
	if err := s.Sweep(time.Now().Add(-time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, others = list(t, dir, s); len(others) != 1 {
		t.Error("swept too early")
	}
	if err := s.Sweep(time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, others = list(t, dir, s); len(others) != 0 {
		t.Errorf("left %v", others)
	}
	put(t, s, strings.Repeat("x", 50_000))
}
