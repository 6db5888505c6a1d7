package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sekimori/internal/app"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// TestTheTrailSpeaksJapanese: every act that the program can record, and every kind of thing, has its word.
func TestTheTrailSpeaksJapanese(t *testing.T) {
	t.Parallel()
	acts, kinds := map[string]string{}, map[string]string{}
	for _, m := range app.Assemble(nil, nil, shipped(t)).Modules() {
		for name, word := range m.Words.Acts {
			acts[name] = word
		}
		for kind, word := range m.Words.Kinds {
			kinds[kind] = word.Title
		}
	}
	for _, table := range append(app.Audited(), trail.Tables()...) {
		if kinds[table.Kind()] == "" {
			t.Errorf("things of the kind %s (%s) have no name", table.Kind(), table.Name())
		}
	}
	made := regexp.MustCompile(`trail\.Act\{[^}]*Name:\s*"([^"]+)"|\bAct\{[^}]*Name:\s*"([^"]+)"`)
	found := 0
	root := testkit.Root(t)
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, m := range made.FindAllStringSubmatch(string(text), -1) {
			found++
			if act := m[1] + m[2]; acts[act] == "" {
				t.Errorf("%s: the act %s has no name for people", strings.TrimPrefix(name, root), act)
			}
		}
		return err
	})
	if err != nil || found < 3 {
		t.Fatalf("%d acts found: %v", found, err)
	}
}
