package arch

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// perFile are the rules that one Go file can break. Each has its breaches in TestRulesFind.
var perFile = map[string]func(source) []string{
	"imports":     imports,
	"sql":         sql,
	"http":        http,
	"clock":       clock,
	"init":        inits,
	"package":     names,
	"docs":        docs,
	"declaration": declarations,
}

func TestFiles(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		for name, rule := range perFile {
			if name != "imports" { // has a test of its own
				report(t, rule(s))
			}
		}
	}
}

// sql: the database is touched in store*.go only. Calls of an Exec method are judged by their name, since the tree is
// read without types.
func sql(s source) []string {
	if s.free() || s.in("internal/base/db") || strings.HasPrefix(s.name(), "store") {
		return nil
	}
	var found []string
	for _, spec := range s.ast.Imports {
		if p := importOf(spec); p == "database/sql" {
			found = append(found, s.at(spec.Pos(), "database/sql is used through base/db"))
		}
	}
	db := s.imported(module + "/internal/base/db")
	ast.Inspect(s.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		of, name := ident(sel.X), sel.Sel.Name
		isPackage := of != "" && slices.ContainsFunc(s.ast.Imports, func(i *ast.ImportSpec) bool { return s.imported(importOf(i)) == of })
		if db != "" && of == db && slices.Contains([]string{"Get", "List", "Each", "Raw"}, name) || name == "Exec" && !isPackage {
			found = append(found, s.at(sel.Pos(), "SQL (%s) belongs in a store*.go", name))
		}
		return true
	})
	return found
}

// http: net/http is known to pages, the API, web and the server.
func http(s source) []string {
	if s.free() || s.in("internal/web/**") || s.path == "internal/app/serve.go" ||
		s.in("internal/feature/*", "internal/feature") && (strings.HasPrefix(s.name(), "page") || strings.HasPrefix(s.name(), "api")) {
		return nil
	}
	var found []string
	for _, spec := range s.ast.Imports {
		if p := importOf(spec); p == "net/http" || strings.HasPrefix(p, "net/http/") {
			found = append(found, s.at(spec.Pos(), "%s belongs in page*.go, api*.go, web or app/serve.go", p))
		}
	}
	return found
}

// clock: the time of day enters in app and base and is handed on; time.Since and time.Until read it too.
func clock(s source) []string {
	if s.free() || s.in("internal/app", "internal/base/**") {
		return nil
	}
	name := s.imported("time")
	var found []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && name != "" && ident(sel.X) == name && slices.Contains([]string{"Now", "Since", "Until"}, sel.Sel.Name) {
			found = append(found, s.at(sel.Pos(), "time.%s outside app and base: take the time as a parameter", sel.Sel.Name))
		}
		return true
	})
	return found
}

func ident(e ast.Expr) string {
	if id, ok := e.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}

func inits(s source) []string {
	var found []string
	for _, d := range s.ast.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			found = append(found, s.at(f.Pos(), "func init: what runs is listed where it is composed"))
		}
	}
	return found
}

// names: a package is called by what it holds.
func names(s source) []string {
	name := strings.TrimSuffix(s.ast.Name.Name, "_test")
	for _, bad := range strings.Fields("util utils common helper helpers model models type types misc shared") {
		if name == bad || path.Base(s.pkg()) == bad {
			return []string{s.at(s.ast.Package, "%s says nothing about what the package holds", bad)}
		}
	}
	return nil
}

// TestFileSizes: a file that a person reads ends within 600 lines.
func TestFileSizes(t *testing.T) {
	t.Parallel()
	const most = 600
	for _, name := range tree(t) {
		if !slices.Contains([]string{".go", ".html", ".css", ".js"}, path.Ext(name)) {
			continue
		}
		if text := read(t, name); lines(text) > most && !generated.Match(text) {
			t.Errorf("%s: %d lines, at most %d", name, lines(text), most)
		}
	}
}
