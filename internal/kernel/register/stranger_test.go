package register_test

import (
	"encoding/json"
	"os/exec"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/testkit"
)

// TestAStrangersVerifierReadsRegisters: the verifier that was written from doc/trail.md alone finds nothing, and what was changed by hand.
func TestAStrangersVerifierReadsRegisters(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal("Python 3 is missing: apt-get install python3 (make test does it)")
	}
	dsn := testkit.DSN(t, db.SQLite, modules())
	d := testkit.Open(t, dsn, modules())
	h := build(t, d)
	h.add("受付員", sample("giver 山田", "grade.secrecy 3", "risks x", "risks.0.what 落とす", "risks.0.harm 3", "risks.0.odds 2"))
	e := h.add("受付員", sample("marks 破損、稀少"))
	if err := h.Log.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	ask := func() (ok bool, findings string) {
		t.Helper()
		args := []string{"../trail/testdata/verify.py", strings.TrimPrefix(dsn, "sqlite:")}
		for _, table := range h.audited() {
			args = append(args, "--table", table.Kind()+"="+table.Name())
		}
		out, _ := exec.CommandContext(t.Context(), python, args...).Output() // it exits with 1 when it has found something
		var s struct {
			OK       bool
			Findings []string
		}
		if err := json.Unmarshal(out, &s); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return s.OK, strings.Join(s.Findings, "; ")
	}
	if ok, findings := ask(); !ok {
		t.Errorf("nothing was changed: %s", findings)
	}
	testkit.NewTamper(t, dsn, 1).Exec(t, `update register_kodama_sample set data = replace(data, '巻貝', '巻具') where id = ?`, string(e.ID))
	if ok, findings := ask(); ok || !strings.Contains(findings, string(e.ID)) {
		t.Errorf("what was changed: %v %s", ok, findings)
	}
}
