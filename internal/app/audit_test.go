package app_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// TestEveryTableIsAuditedOrSaysWhyNot walks the schema.
func TestEveryTableIsAuditedOrSaysWhyNot(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, app.Schemas()), app.Schemas())
	var tables []string
	err := d.View(t.Context(), func(r db.Reader) (err error) {
		tables, err = db.List[string](t.Context(), r, `select name from pragma_table_list where schema = 'main' and type in ('table', 'virtual') and name not like 'goose%' and name not like 'sqlite%' and name <> 'schema_failure'`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	reasons, known := app.Unaudited(), map[string]bool{}
	kinds := map[string]string{}
	for _, table := range append(app.Audited(), trail.Tables()...) {
		if err := table.Check(); err != nil {
			t.Error(err)
		}
		if other, taken := kinds[table.Kind()]; taken {
			t.Errorf("%s and %s hold things of one kind, %s", table.Name(), other, table.Kind())
		}
		known[table.Name()], kinds[table.Kind()] = true, table.Name()
		if reasons[table.Name()] != "" {
			t.Errorf("%s is audited and says why it is not", table.Name())
		}
	}
	for _, table := range tables {
		if !known[table] && reasons[table] == "" {
			t.Errorf("%s is neither audited nor on the list of those that are not", table)
		}
		delete(known, table)
		delete(reasons, table)
	}
	for table := range known {
		t.Errorf("%s is audited and does not exist", table)
	}
	for table := range reasons {
		t.Errorf("%s is on the list and does not exist", table)
	}
}

// TestNobodyWritesAuditedTablesByHand looks at every SQL text of the program: rows of audited tables are written by
// trail.Table alone, so that none goes without its entry.
func TestNobodyWritesAuditedTablesByHand(t *testing.T) {
	t.Parallel()
	var names []string
	for _, table := range app.Audited() {
		names = append(names, table.Name())
	}
	writes := regexp.MustCompile(`(?i)\b(insert\s+into|update|delete\s+from|truncate)\s+(` + strings.Join(names, "|") + `)\b`)
	if !writes.MatchString("delete from\n\torg_unit where") {
		t.Fatal("the pattern finds nothing")
	}
	root := testkit.Root(t)
	err := filepath.WalkDir(filepath.Join(root, "internal"), func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name, "testkit") {
			return err
		}
		text, err := os.ReadFile(name)
		if found := writes.Find(text); found != nil {
			t.Errorf("%s: %s", strings.TrimPrefix(name, root), found)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
