package arch

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// module is the module's path, and the prefix of its import paths.
const module = "sekimori"

// root is the folder of go.mod, from the folder in which the tests run.
const root = "../.."

// source is one Go file of the tree.
type source struct {
	path string // from the root, with slashes
	fset *token.FileSet
	ast  *ast.File
}

func (s source) pkg() string  { return path.Dir(s.path) }
func (s source) name() string { return path.Base(s.path) }
func (s source) test() bool   { return strings.HasSuffix(s.path, "_test.go") }

// in says whether the file's package matches one of the patterns of match.
func (s source) in(patterns ...string) bool { return matchAny(patterns, s.pkg()) }

// free says whether the file serves tests: most rules are for the program.
func (s source) free() bool { return strings.HasSuffix(s.path, "_test.go") || s.in(support...) }

// at is "file:line: message".
func (s source) at(p token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s:%d: %s", s.path, s.fset.Position(p).Line, fmt.Sprintf(format, args...))
}

// match compares a package with a pattern: * is one folder, a final ** is the folder and all below it.
func match(pattern, pkg string) bool {
	if above, ok := strings.CutSuffix(pattern, "/**"); ok {
		return pkg == above || strings.HasPrefix(pkg, above+"/")
	}
	ok, _ := path.Match(pattern, pkg)
	return ok
}

func parse(name string, text []byte) (source, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	return source{name, fset, file}, err
}

// files lists the tree from the root: what is not data of a tool, of a test, or of another module (tools/).
var files = sync.OnceValues(func() ([]string, error) {
	var list []string
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil || rel == "." {
			return err
		}
		if !entry.IsDir() {
			list = append(list, filepath.ToSlash(rel))
			return nil
		}
		_, err = os.Stat(filepath.Join(name, "go.mod"))
		if b := entry.Name(); b[0] == '.' || b[0] == '_' || b == "testdata" || b == "node_modules" || err == nil {
			return filepath.SkipDir
		}
		return nil
	})
	return list, err
})

func tree(t *testing.T) []string {
	t.Helper()
	list, err := files()
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var generated = regexp.MustCompile(`(?m)^(//|/\*|<!--) Code generated .* DO NOT EDIT\.`)

// parsed gives every Go file of the module, tests included.
var parsed = sync.OnceValues(func() ([]source, error) {
	list, err := files()
	if err != nil {
		return nil, err
	}
	var all []source
	for _, name := range list {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			return nil, err
		}
		file, err := parse(name, text)
		if err != nil {
			return nil, err
		}
		all = append(all, file)
	}
	return all, nil
})

func sources(t *testing.T) []source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("%d Go files found: the walk is broken", len(all))
	}
	return all
}

// report fails the test with every breach, sorted as they come.
func report(t *testing.T, breaches []string) {
	t.Helper()
	for _, b := range breaches {
		t.Error(b)
	}
}

// imported gives the name under which a file uses an import path, "" if it does not.
func (s source) imported(importPath string) string {
	for _, spec := range s.ast.Imports {
		if importOf(spec) != importPath {
			continue
		}
		if spec.Name != nil {
			return spec.Name.Name
		}
		return path.Base(importPath)
	}
	return ""
}

func importOf(spec *ast.ImportSpec) string {
	p, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
	return p
}

// lines counts as an editor does.
func lines(text []byte) int {
	return bytes.Count(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) + 1
}
