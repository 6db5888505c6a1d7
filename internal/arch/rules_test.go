package arch

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRulesFind breaks every rule in a made-up file and shows one that keeps it. A rule that finds nothing is no rule.
func TestRulesFind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rule, path, text string
		want             []string // line and a word of each breach
	}{
		{"imports", "internal/feature/a/a.go", "package a\nimport \"sekimori/internal/feature/b\"", []string{"2 feature/b"}},
		{"imports", "internal/feature/a/a.go", "package a\nimport (\n\"fmt\"\n\"sekimori/internal/kernel/org\"\n\"sekimori/internal/feature\"\n)", nil},
		{"imports", "internal/kernel/org/a.go", "package a\nimport \"sekimori/internal/kernel/access\"", []string{"2 kernel/access"}},
		{"imports", "internal/kernel/access/a.go", "package a\nimport \"sekimori/internal/kernel/org\"", nil},
		{"imports", "internal/kernel/org/a.go", "package a\nimport \"sekimori/internal/web\"", []string{"2 internal/web"}},
		{"imports", "internal/kernel/regime/a.go", "package a\nimport \"github.com/goccy/go-yaml/ast\"", nil},
		{"imports", "internal/kernel/duty/a.go", "package a\nimport \"github.com/goccy/go-yaml\"", []string{"2 go-yaml"}},
		{"imports", "internal/kernel/duty/a_test.go", "package a\nimport (\n\"github.com/goccy/go-yaml\"\n\"sekimori/internal/testkit\"\n)", nil},
		{"imports", "internal/kernel/duty/a.go", "package a\nimport \"sekimori/internal/testkit\"", []string{"2 testkit"}},
		{"imports", "internal/kernel/duty/a.go", "package a\nimport \"sekimori/regime\"", []string{"2 sekimori/regime"}},
		{"imports", "internal/feature/a/a.go", "package a\nimport \"sekimori/internal/web/webtest\"", []string{"2 webtest"}},
		{"imports", "internal/testkit/town/a.go", "package a\nimport (\n\"sekimori/internal/app\"\n\"sekimori/internal/testkit\"\n\"sekimori/regime\"\n\"golang.org/x/net/html\"\n)", nil},
		{"imports", "internal/app/a_test.go", "package app_test\nimport (\n\"sekimori/internal/app\"\n\"sekimori/internal/web/webtest\"\n)", nil},
		{"imports", "internal/kernel/new/a.go", "package a\nimport \"fmt\"", []string{"1 no band"}},
		{"imports", "internal/other/a.go", "package a", []string{"1 no band"}},
		{"imports", "internal/kernel/org/deep/a.go", "package a", []string{"1 no band"}},
		{"imports", "internal/base/errs/a.go", "package a\nimport \"sekimori/internal/base/id\"", []string{"2 base/id"}},
		{"imports", "internal/base/db/a.go", "package a\nimport (\n\"github.com/jackc/pgx/v5/stdlib\"\n\"github.com/jackc/pgx\"\n)", []string{"4 jackc/pgx"}},
		{"imports", "cmd/sekimori/main.go", "package main\nimport \"sekimori/internal/kernel/org\"", []string{"2 kernel/org"}},

		{"sql", "internal/feature/a/service.go", "package a\nimport d \"sekimori/internal/base/db\"\nvar x = d.Get[int]\nvar y = tx.Exec(1)", []string{"3 Get", "4 Exec"}},
		{"sql", "internal/feature/a/store_x.go", "package a\nimport \"sekimori/internal/base/db\"\nvar x = db.Get[int]\nvar y = tx.Exec(1)", nil},
		{"sql", "internal/feature/a/service.go", "package a\nimport \"syscall\"\nvar x = syscall.Exec\nvar y = db.Get", nil},
		{"sql", "internal/feature/a/a.go", "package a\nimport \"database/sql\"", []string{"2 base/db"}},

		{"http", "internal/feature/a/service.go", "package a\nimport \"net/http\"", []string{"2 net/http"}},
		{"http", "internal/kernel/a/page.go", "package a\nimport \"net/http/httputil\"", []string{"2 net/http"}},
		{"http", "internal/feature/a/page_list.go", "package a\nimport \"net/http\"", nil},
		{"http", "internal/app/app.go", "package a\nimport \"net/http\"", []string{"2 serve.go"}},
		{"http", "internal/web/ui/a.go", "package a\nimport \"net/http\"", nil},

		{"clock", "internal/kernel/a/a.go", "package a\nimport t \"time\"\nvar x = t.Now()\nvar y = t.Since(x)", []string{"3 time.Now", "4 time.Since"}},
		{"clock", "internal/base/a/a.go", "package a\nimport \"time\"\nvar x = time.Now()", nil},
		{"clock", "internal/kernel/a/a.go", "package a\nvar x = time.Now()", nil},

		{"init", "internal/a/a.go", "package a\nfunc init() {}\nfunc (x X) init() {}", []string{"2 init"}},
		{"package", "internal/base/util/a.go", "package a", []string{"1 util"}},
		{"package", "internal/base/a/a.go", "package helpers_test", []string{"1 helpers"}},

		{"docs", "internal/a/a.go", "package a\nfunc F() {}\ntype T int\nconst (\nA = 1\nB = 2 // b\n)\nfunc (t *T) M() {}\nfunc (u u[K]) M() {}", []string{"2 F", "3 T", "5 A", "8 M"}},
		{"docs", "internal/a/a.go", "package a\n// F is.\nfunc F() {}\n// The kinds.\nconst (\nA = 1\nB\n)\ntype (\n// T is.\nT int\nu int\n)", nil},

		{"declaration", "internal/a/a.go", "package a\nvar x int\nvar m = map[string]int{}\nvar c = make(chan int)\nvar l = []int{}\nvar p = &sync.Mutex{}", []string{"2 x", "3 m", "4 c", "5 l", "6 p"}},
		{"declaration", "internal/a/a.go", "package a\n//go:embed *.css\nvar f embed.FS\nvar _ T\nvar m = map[string]int{\"a\": 1}\nvar e = errors.New(\"x\")\nvar a, b = two()", nil},
		{"declaration", "internal/base/id/id.go", "package id\nvar clock atomic.Uint64\nvar other atomic.Uint64", []string{"3 other"}},
	} {
		s, err := parse(c.path, []byte(c.text))
		if err != nil {
			t.Fatal(err)
		}
		breaches(t, c.rule+": "+c.text, perFile[c.rule](s), c.want)
	}
}

// breaches compares what a rule found with "line word" of each.
func breaches(t *testing.T, label string, got, want []string) {
	t.Helper()
	ok := len(got) == len(want)
	for i := 0; ok && i < len(want); i++ {
		line, word, _ := strings.Cut(want[i], " ")
		ok = strings.Contains(got[i], ":"+line+": ") && strings.Contains(got[i], word)
	}
	if !ok {
		t.Errorf("%s\nfound %q, want %q", label, got, want)
	}
}

func TestWritesFind(t *testing.T) {
	t.Parallel()
	one, err := parse("internal/a/one.go", []byte("package a\nvar table = map[string]int{\"a\": 1}\nvar n = 1\nvar free = 1\nfunc f() {\ntable[\"a\"] = 2\nn++\nfree := 2\nfree = 3\n}"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := parse("internal/a/two.go", []byte("package a\nfunc g() {\ndelete(table, \"a\")\n(*n).x = 1\nfor n = range 3 {}\n}\nfunc h(table map[string]int) { table[\"a\"] = 1 }"))
	if err != nil {
		t.Fatal(err)
	}
	breaches(t, "writes", writes([]source{one, two}), []string{"6 table", "7 n", "3 table", "4 n", "5 n"})
}

func TestPackageCommentsFind(t *testing.T) {
	t.Parallel()
	var files []source
	for _, text := range []string{"// Package a is.\npackage a", "package a", "// A is.\npackage a"} {
		s, err := parse("internal/a/a.go", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, s)
	}
	for i, want := range []int{0, 1, 1} { // one good comment; none; one that begins otherwise
		if got := packageComments("a", files[i:i+1]); len(got) != want {
			t.Errorf("file %d: %q", i, got)
		}
	}
	if got := packageComments("a", slices.Concat(files[:1], files[:1])); len(got) != 1 {
		t.Errorf("two comments: %q", got)
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	got := map[string]bool{}
	for _, pkg := range []string{"a", "a/b", "a/b/c", "ab"} {
		for _, pattern := range []string{"a", "a/*", "a/**"} {
			got[pattern+" "+pkg] = match(pattern, pkg)
		}
	}
	want := map[string]bool{
		"a a": true, "a a/b": false, "a a/b/c": false, "a ab": false,
		"a/* a": false, "a/* a/b": true, "a/* a/b/c": false, "a/* ab": false,
		"a/** a": true, "a/** a/b": true, "a/** a/b/c": true, "a/** ab": false,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
