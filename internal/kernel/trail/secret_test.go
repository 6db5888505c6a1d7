package trail

import (
	"bytes"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"sekimori/internal/base/errs"
)

func TestSecretIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := &Store{dir: t.TempDir()}
	var group sync.WaitGroup
	made := make([][]byte, 8)
	for i := range made {
		group.Go(func() {
			var err error
			if made[i], err = s.Secret("some.key"); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for _, one := range made {
		if len(one) != 32 || !bytes.Equal(one, made[0]) {
			t.Errorf("%x and %x", one, made[0])
		}
	}
	if other, err := s.Secret("other.key"); err != nil || bytes.Equal(other, made[0]) {
		t.Errorf("two secrets are one, or %v", err)
	}
	files, err := os.ReadDir(s.dir)
	if err != nil || len(files) != 2 {
		t.Errorf("%d files: %v", len(files), err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s can be read by others: %v", f.Name(), err)
		}
	}
	if err := os.WriteFile(filepath.Join(s.dir, "some.key"), []byte("no key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Secret("some.key"); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a file that is no key: %v", err)
	}
}
