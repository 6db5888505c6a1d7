package arch

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"testing"
)

// docs: what is exported has a comment that begins the declaration, its group, or ends its line.
func docs(s source) []string {
	if s.test() {
		return nil
	}
	var found []string
	need := func(p token.Pos, name string, comments ...*ast.CommentGroup) {
		if ast.IsExported(name) && !slices.ContainsFunc(comments, func(c *ast.CommentGroup) bool { return c.Text() != "" }) {
			found = append(found, s.at(p, "%s is exported and has no comment", name))
		}
	}
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || ast.IsExported(receiver(d)) {
				need(d.Pos(), d.Name.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					need(spec.Pos(), spec.Name.Name, d.Doc, spec.Doc, spec.Comment)
				case *ast.ValueSpec:
					need(spec.Pos(), exported(spec.Names), d.Doc, spec.Doc, spec.Comment)
				}
			}
		}
	}
	return found
}

func exported(names []*ast.Ident) string {
	for _, n := range names {
		if n.IsExported() {
			return n.Name
		}
	}
	return ""
}

func receiver(f *ast.FuncDecl) string {
	e := f.Recv.List[0].Type
	for {
		switch x := e.(type) {
		case *ast.StarExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.IndexListExpr:
			e = x.X
		default:
			return ident(e)
		}
	}
}

var opening = regexp.MustCompile(`^(Package|Command) \w+ `)

// TestPackageComments: exactly one file of each package says what it is. A package of tests only says it in one of them.
func TestPackageComments(t *testing.T) {
	t.Parallel()
	type tally struct{ code, test []source }
	packages := map[string]*tally{}
	for _, s := range sources(t) {
		p := packages[s.pkg()]
		if p == nil {
			p = &tally{}
			packages[s.pkg()] = p
		}
		if s.test() {
			p.test = append(p.test, s)
		} else {
			p.code = append(p.code, s)
		}
	}
	for name, p := range packages {
		if p.code == nil {
			p.code = p.test
		}
		report(t, packageComments(name, p.code))
	}
}

func packageComments(name string, files []source) []string {
	var found []string
	have := 0
	for _, s := range files {
		if s.ast.Doc.Text() == "" {
			continue
		}
		have++
		if !opening.MatchString(s.ast.Doc.Text()) {
			found = append(found, s.at(s.ast.Doc.Pos(), "the package comment begins with “Package %s ” (“Command” for a main)", s.ast.Name.Name))
		}
	}
	if have != 1 {
		found = append(found, fmt.Sprintf("%s: %d files have a package comment, want exactly one", name, have))
	}
	return found
}
