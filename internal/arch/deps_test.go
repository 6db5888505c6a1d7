package arch

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	required = regexp.MustCompile(`(?m)^(?:require)?\s+([^\s()]+\.[^\s()]+) v\S+$`) // no "// indirect" at the end
	listed   = regexp.MustCompile("(?m)^\\| *`([^`]+)` *\\|")                       // the first cell of a row
)

func modules(pattern *regexp.Regexp, text string) []string {
	var list []string
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		list = append(list, m[1])
	}
	slices.Sort(list)
	return list
}

// TestDependenciesAreDecided: what go.mod requires directly is what doc/decision/dependencies.md gives reasons for. A module
// that go.mod still marks as indirect is put right by go mod tidy.
func TestDependenciesAreDecided(t *testing.T) {
	t.Parallel()
	const name = "doc/decision/dependencies.md"
	want := modules(listed, string(read(t, name)))
	got := modules(required, string(read(t, "go.mod")))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-%s +direct requirements of go.mod\n%s", name, diff)
	}
}

func TestModulesAreRead(t *testing.T) {
	t.Parallel()
	const mod = "module x\n\ngo 1.26.0\n\nrequire example.org/one v1.0.0\n\nrequire (\n\texample.org/two/v2 v2.0.0-2026\n\texample.org/far v1.0.0 // indirect\n)\n"
	const doc = "| module | if it dies |\n|---|---|\n| `example.org/two/v2` | `example.org/other` |\n| `example.org/one` | text |\n"
	want := []string{"example.org/one", "example.org/two/v2"}
	if got := modules(required, mod); !slices.Equal(got, want) {
		t.Errorf("go.mod: %s", strings.Join(got, " "))
	}
	if got := modules(listed, doc); !slices.Equal(got, want) {
		t.Errorf("list: %s", strings.Join(got, " "))
	}
}
