package file_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// TestFilesInABackup: files go along; one that is damaged is named, and the others are kept.
func TestFilesInABackup(t *testing.T) {
	schemas := []db.Schema{{Module: "trail", FS: trail.Schema()}}
	testkit.Each(t, schemas, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		dir, files := open(t)
		store, err := trail.OpenStore(ctx, d, dir)
		if err != nil {
			t.Fatal(err)
		}
		l := trail.New(d).With(store)
		if err := l.Begin(ctx, "cli:test"); err != nil {
			t.Fatal(err)
		}
		whole, damaged := put(t, files, "一"), put(t, files, "二")
		if err := os.WriteFile(filepath.Join(dir, "files", damaged[:2], damaged), []byte("ニ"), 0o600); err != nil {
			t.Fatal(err)
		}
		var archive bytes.Buffer
		done, err := l.Backup(ctx, files, &archive)
		if err != nil || done.Files != 1 || !slices.Equal(done.Damaged, []string{damaged}) {
			t.Fatalf("%d files, damaged %v: %v", done.Files, done.Damaged, err)
		}
		fresh := filepath.Join(t.TempDir(), "store")
		into, err := file.In(fresh)
		if err != nil {
			t.Fatal(err)
		}
		to := trail.Target{DB: testkit.Open(t, testkit.DSN(t, d.Engine(), nil), nil), Schemas: schemas, Dir: fresh, Files: into, Actor: "cli:test"}
		restored, err := to.Restore(ctx, bytes.NewReader(archive.Bytes()))
		if err != nil || !slices.Equal(restored.Damaged, []string{damaged}) {
			t.Fatalf("damaged %v: %v", restored.Damaged, err)
		}
		if content, err := get(into, whole); err != nil || content != "一" {
			t.Errorf("%q: %v", content, err)
		}
		if kept, _ := list(t, filepath.Join(fresh, "files"), into); len(kept) != 1 {
			t.Errorf("%v", kept)
		}
	})
}
