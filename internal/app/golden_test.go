package app_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/testkit"
	"sekimori/internal/web"
	packs "sekimori/regime"
)

func shipped(t *testing.T) *regime.Set {
	t.Helper()
	set, err := app.LoadRegimes("")
	if err != nil {
		t.Fatal(errs.Message(err))
	}
	return set
}

// TestExpandedKinds shows in review what a change under common/ does to each edition.
func TestExpandedKinds(t *testing.T) {
	t.Parallel()
	for _, p := range shipped(t).Packs {
		for sort, ids := range p.Kinds() {
			for _, id := range ids {
				shown, err := p.Show(sort, id, true)
				if err != nil {
					t.Fatal(err)
				}
				testkit.Golden(t, filepath.Join(testkit.Root(t), "doc", "kinds", p.ID+"@"+p.Edition, sort+"-"+id+".yaml"), []byte(shown))
			}
		}
	}
}

// TestRoutes writes down every route and operation with the permission it asks for.
func TestRoutes(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Routes\n\nA test writes this list.\n\n| route | permission | page | view |\n|---|---|---|---|\n")
	for _, m := range app.Assemble(nil, nil, shipped(t)).Modules() {
		for _, r := range m.Part.Routes {
			fmt.Fprintf(&b, "| `%s %s` | %s | %s/%s | %s |\n", r.Method, r.Pattern, r.Permission, m.Name, r.Page, r.View.Name())
		}
		for _, o := range m.Part.Operations {
			fmt.Fprintf(&b, "| `%s %s%s` | %s | %s, JSON | %s |\n", o.Method, web.API, o.Path, o.Permission, m.Name, o.Output.Name())
		}
	}
	testkit.Golden(t, filepath.Join(testkit.Root(t), "doc", "routes.md"), []byte(b.String()))
}

// TestOpenAPI writes down the description of the JSON API: what others build upon changes in review alone.
func TestOpenAPI(t *testing.T) {
	t.Parallel()
	var parts []web.Part
	for _, m := range app.Assemble(nil, nil, shipped(t)).Modules() {
		parts = append(parts, m.Part)
	}
	description, err := web.OpenAPI(parts...)
	if err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, filepath.Join(testkit.Root(t), "doc", "openapi.json"), description)
}

// TestSchema keeps one golden schema for each engine.
func TestSchema(t *testing.T) {
	t.Parallel()
	testkit.Each(t, app.Schemas(), func(t *testing.T, d *db.DB) {
		testkit.Golden(t, filepath.Join(testkit.Root(t), "doc", "schema."+string(d.Engine())+".sql"), []byte(testkit.Schema(t, d)))
	})
}

// TestNoShippedPackIsEmpty guards the embedding: a folder that is left out fails no other test.
func TestNoShippedPackIsEmpty(t *testing.T) {
	t.Parallel()
	folders, err := fs.Glob(packs.FS(), "*/*/regime.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := len(shipped(t).Packs); got != len(folders) || got < 2 {
		t.Errorf("%d packs of %d folders", got, len(folders))
	}
	for _, p := range shipped(t).Packs {
		if len(p.Duties) == 0 || len(p.Clauses) == 0 {
			t.Errorf("%s@%s: %d duties, %d clauses", p.ID, p.Edition, len(p.Duties), len(p.Clauses))
		}
	}
}
