package arch

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// state names the variables that do change while the program runs, with the reason.
var state = map[string]string{
	"internal/base/id.clock": "ids of a process must be monotone, whoever asks",
}

// declarations: a package-level variable is a table, a pattern or an error: it has its value where it is declared, and that
// value is not made to be filled. Embedded files and assertions (var _ T = …) are free.
func declarations(s source) []string {
	if s.free() {
		return nil
	}
	var found []string
	for _, d := range s.ast.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.VAR {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			if strings.Contains(comment(g.Doc)+comment(v.Doc), "//go:embed ") {
				continue
			}
			for i, name := range v.Names {
				if _, known := state[s.pkg()+"."+name.Name]; name.Name == "_" || known {
					continue
				}
				if len(v.Values) == 0 || len(v.Values) == len(v.Names) && fillable(v.Values[i]) {
					found = append(found, s.at(name.Pos(), "var %s is state of the package: pass it, or list it in internal/arch with its reason", name.Name))
				}
			}
		}
	}
	return found
}

func comment(c *ast.CommentGroup) string {
	var b strings.Builder
	if c != nil {
		for _, line := range c.List {
			b.WriteString(line.Text + "\n")
		}
	}
	return b.String()
}

// fillable: make, new, an empty map or list, and values of sync and atomic.
func fillable(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.CallExpr:
		name := ident(e.Fun)
		return name == "make" || name == "new"
	case *ast.UnaryExpr:
		return e.Op == token.AND && fillable(e.X)
	case *ast.CompositeLit:
		if sel, ok := e.Type.(*ast.SelectorExpr); ok && (ident(sel.X) == "sync" || ident(sel.X) == "atomic") {
			return true
		}
		switch e.Type.(type) {
		case *ast.MapType, *ast.ArrayType:
			return len(e.Elts) == 0
		}
	}
	return false
}

// TestVariablesAreNotWritten looks at assignments: a package-level variable stands on the left of none, nor is it counted
// up, emptied or deleted from.
func TestVariablesAreNotWritten(t *testing.T) {
	t.Parallel()
	byPackage := map[string][]source{}
	for _, s := range sources(t) {
		if !s.free() {
			byPackage[s.pkg()] = append(byPackage[s.pkg()], s)
		}
	}
	for _, group := range byPackage {
		report(t, writes(group))
	}
}

func writes(group []source) []string {
	vars := map[string]bool{}
	for _, s := range group {
		for _, d := range s.ast.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.VAR {
				for _, spec := range g.Specs {
					for _, name := range spec.(*ast.ValueSpec).Names {
						_, known := state[s.pkg()+"."+name.Name]
						vars[name.Name] = !known
					}
				}
			}
		}
	}
	var found []string
	for _, s := range group {
		check := func(e ast.Expr) {
			if id := target(e); id != nil && vars[id.Name] && !local(id, s.ast) {
				found = append(found, s.at(id.Pos(), "the package-level variable %s is written", id.Name))
			}
		}
		ast.Inspect(s.ast, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, e := range n.Lhs {
						check(e)
					}
				}
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					check(n.Key)
					check(n.Value)
				}
			case *ast.IncDecStmt:
				check(n.X)
			case *ast.CallExpr:
				if f := ident(n.Fun); (f == "delete" || f == "clear") && len(n.Args) > 0 {
					check(n.Args[0])
				}
			}
			return true
		})
	}
	return found
}

// target is the variable that an assignment to e changes.
func target(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// local says whether the parser found the name declared inside a function. It resolves names within one file, which is all
// that is needed here and spares loading the types of the whole tree.
func local(id *ast.Ident, file *ast.File) bool {
	return id.Obj != nil && file.Scope.Lookup(id.Name) != id.Obj
}
