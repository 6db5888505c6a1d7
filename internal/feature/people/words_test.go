package people

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
)

// TestEveryThingHasWords: each audited table of this feature and of kernel/org has a name, and each word is for a column that is
// there.
func TestEveryThingHasWords(t *testing.T) {
	t.Parallel()
	w := words(&regime.Set{})
	columns := ""
	for _, schema := range []fs.FS{Schema(), org.Schema()} {
		files, err := fs.Glob(schema, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			data, err := fs.ReadFile(schema, name)
			if err != nil {
				t.Fatal(err)
			}
			columns += strings.Join(strings.Fields(string(data)), " ")
		}
	}
	for _, table := range slices.Concat(Tables(), org.Audited()) {
		x := w.Kinds[table.Kind()]
		if x.Title == "" {
			t.Errorf("%s has no name", table.Kind())
		}
		for column := range x.Columns {
			if !strings.Contains(columns, " "+column+" text") && !strings.Contains(columns, " "+column+" bigint") && !strings.Contains(columns, " "+column+" boolean") {
				t.Errorf("%s has no column %s", table.Kind(), column)
			}
		}
	}
}

func TestValuesAreReadAsWords(t *testing.T) {
	t.Parallel()
	for _, tt := range [][3]string{
		{"until_on", "9999-12-31", "定めなし"},
		{"from_on", "2026-04-01", "令和8年4月1日"},
		{"from_on", "", ""},
		{"closes", string(org.Forever), "定めなし"},
		{"opens", "2026-03-31T15:00:00.000000Z", "令和8年4月1日0時00分"},
		{"kind", "school", "学校園"},
		{"kind", "nix", "nix"},
		{"manner", "acting", "事務取扱"},
		{"employment", "annual", "会計年度任用"},
		{"state", "ready", "確認待ち"},
		{"state", "dropped", "取り下げ"},
		{"scope", "b:", "団体全体"},
		{"name", "kind", "kind"},
	} {
		if got := inWords(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%s %s: %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

// TestEveryActHasWords looks for the names of acts in the code of the services.
func TestEveryActHasWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("service*.go")
	if err != nil {
		t.Fatal(err)
	}
	acts := words(&regime.Set{}).Acts
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, act := range regexp.MustCompile(`"((?:people|deputy)\.[a-z.]+)"`).FindAllStringSubmatch(string(data), -1) {
			found++
			if act[1] != "people.rehearse" && acts[act[1]] == "" { // that one is never committed
				t.Errorf("%s: %s has no words", name, act[1])
			}
		}
	}
	if found < len(acts) {
		t.Errorf("%d acts in the code, words for %d", found, len(acts))
	}
}
