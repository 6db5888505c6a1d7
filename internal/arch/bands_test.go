package arch

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// band says what a package may import of this module and of others; the standard library is free.
type band struct {
	who   string   // pattern of packages; the first band that matches decides
	may   []string // patterns of packages it may import
	order []string // it may also import those of its list that stand before it, and must stand in the list
	third []string // modules of others
}

// base and kernel, from the ground up.
var (
	base = under("internal/base/", "errs id canon jpdate text db sheet paper")

	kernel = under("internal/kernel/", "trail org access setting calendar file job notify search account cond clause register approval duty regime")
)

// bands is the one table of imports: cmd → app → feature → web → kernel → base. What stands in no band fails.
var bands = []band{
	{who: "cmd/*", may: []string{"internal/app"}},
	{who: "internal/app", may: []string{"internal/app/minato", "internal/feature", "internal/feature/*", "internal/web", "internal/web/*", "internal/kernel/*", "internal/base/*", "regime"}, third: []string{"github.com/alecthomas/kong"}},
	{who: "internal/app/minato", may: []string{"internal/feature", "internal/feature/*", "internal/kernel/*", "internal/base/*"}},
	{who: "internal/feature", may: []string{"internal/web", "internal/web/*", "internal/kernel/*", "internal/base/*"}},
	{who: "internal/feature/signin", may: []string{"internal/feature", "internal/web", "internal/web/*", "internal/kernel/*", "internal/base/*"}, third: []string{"github.com/coreos/go-oidc/v3", "golang.org/x/oauth2"}},
	{who: "internal/feature/*", may: []string{"internal/feature", "internal/web", "internal/web/*", "internal/kernel/*", "internal/base/*"}},
	{who: "internal/web", may: []string{"internal/web/*", "internal/kernel/*", "internal/base/*"}, third: []string{"github.com/danielgtaylor/huma/v2"}},
	{who: "internal/web/webtest", may: []string{"internal/web", "internal/web/*", "internal/kernel/*", "internal/base/*"}, third: []string{"*"}},
	{who: "internal/web/*", may: []string{"internal/kernel/*", "internal/base/*"}},
	{who: "internal/kernel/trail", may: []string{"internal/base/*"}, order: kernel, third: []string{"golang.org/x/mod", "github.com/transparency-dev/formats"}},
	{who: "internal/kernel/account", may: []string{"internal/base/*"}, order: kernel, third: []string{"golang.org/x/crypto", "github.com/trustelem/zxcvbn", "github.com/pquerna/otp", "github.com/go-webauthn/webauthn", "github.com/boombuler/barcode"}},
	{who: "internal/kernel/regime", may: []string{"internal/base/*"}, order: kernel, third: []string{"github.com/goccy/go-yaml"}},
	{who: "internal/kernel/*", may: []string{"internal/base/*"}, order: kernel},
	{who: "internal/base/db", order: base, third: []string{"modernc.org/sqlite", "github.com/jackc/pgx/v5", "github.com/pressly/goose/v3"}},
	{who: "internal/base/text", order: base, third: []string{"golang.org/x/text"}},
	{who: "internal/base/sheet", order: base, third: []string{"golang.org/x/text"}},
	{who: "internal/base/paper", order: base, third: []string{"github.com/signintech/gopdf", "github.com/boombuler/barcode", "golang.org/x/text"}},
	{who: "internal/base/*", order: base},
	{who: "regime"},
	{who: "internal/arch"},
	{who: "internal/testkit/**", may: []string{"internal/**"}, third: []string{"*"}},
	{who: "e2e/**", may: []string{"internal/**"}, third: []string{"*"}},
	{who: "bench/**", may: []string{"internal/**"}, third: []string{"*"}},
}

// support are packages for tests. They are imported by _test.go files and by each other, whatever the bands say.
var support = []string{"internal/testkit/**", "internal/web/webtest", "e2e/**", "bench/**"}

func under(folder, names string) []string {
	list := strings.Fields(names)
	for i := range list {
		list[i] = folder + list[i]
	}
	return list
}

// allows says whether the band's package pkg may import path; test is whether a _test.go file asks.
func (b band) allows(pkg, path string, test bool) bool {
	own, ours := strings.CutPrefix(path, module+"/")
	if !ours {
		return test || slices.ContainsFunc(b.third, func(m string) bool {
			return m == "*" || path == m || strings.HasPrefix(path, m+"/")
		})
	}
	test = test || matchAny(support, pkg)
	if matchAny(support, own) || own == pkg {
		return test
	}
	if i := slices.Index(b.order, own); i >= 0 && i < slices.Index(b.order, pkg) {
		return true
	}
	above := match("internal/kernel/*", own) && match("internal/kernel/*", pkg) // a test may look at its package from above
	return matchAny(b.may, own) || test && (own == "regime" || above)
}

func matchAny(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return match(p, pkg) })
}

func bandOf(pkg string) (band, bool) {
	for _, b := range bands {
		if match(b.who, pkg) {
			return b, b.order == nil || slices.Contains(b.order, pkg)
		}
	}
	return band{}, false
}

// imports finds what a file imports against its band.
func imports(s source) []string {
	b, ok := bandOf(s.pkg())
	if !ok {
		return []string{s.at(s.ast.Package, "package %s stands in no band of internal/arch/bands_test.go", s.pkg())}
	}
	var found []string
	for _, spec := range s.ast.Imports {
		path := importOf(spec)
		first, _, _ := strings.Cut(path, "/")
		if std := first != module && !strings.Contains(first, "."); !std && !b.allows(s.pkg(), path, s.test()) {
			found = append(found, s.at(spec.Pos(), "%s may not import %s", s.pkg(), path))
		}
	}
	return found
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		report(t, imports(s))
	}
}

// kin prints a list of packages without the folder that all of them share with the reader.
func kin(list []string) string {
	if len(list) == 0 {
		return "–"
	}
	var short []string
	for _, p := range list {
		short = append(short, "`"+cmp.Or(strings.TrimPrefix(strings.TrimPrefix(p, "internal/"), "**"), p)+"`")
	}
	return strings.Join(short, " ")
}

// table is what doc/architecture.md shows between its markers.
func table() string {
	var b strings.Builder
	b.WriteString("| package | may import | modules of others |\n|---|---|---|\n")
	for _, band := range bands {
		may := kin(band.may)
		if band.order != nil {
			may = strings.TrimPrefix(may+", and those before it in its order", "–, and ")
		}
		fmt.Fprintf(&b, "| %s | %s | %s |\n", kin([]string{band.who}), may, strings.ReplaceAll(kin(band.third), "`*`", "any"))
	}
	fmt.Fprintf(&b, "\nOrder of base: %s.\nOrder of kernel: %s.\nThe first row that matches decides; what matches none is refused. Tests may also import %s, `regime` and any module, those of the kernel all of the kernel; nobody else may import those.\n",
		strings.ReplaceAll(kin(base), "base/", ""), strings.ReplaceAll(kin(kernel), "kernel/", ""), kin(support))
	return b.String()
}

var update = flag.Bool("update", false, "rewrite the table in doc/architecture.md")

func TestArchitectureShowsTheBands(t *testing.T) {
	const name, from, to = "doc/architecture.md", "<!-- bands -->\n", "<!-- /bands -->"
	text := string(read(t, name))
	before, rest, ok1 := strings.Cut(text, from)
	shown, after, ok2 := strings.Cut(rest, to)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the markers %q and %q", name, from, to)
	}
	if shown == table() {
		return
	}
	if !*update {
		t.Fatalf("%s shows another table of imports than the one enforced: run go test ./internal/arch -update. Want:\n%s", name, table())
	}
	if err := os.WriteFile(filepath.Join(root, name), []byte(before+from+table()+to+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
