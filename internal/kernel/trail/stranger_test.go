package trail_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// strange is what the verifier in testdata says, which was written from doc/trail.md alone.
type strange struct {
	Size     int64    `json:"size"`
	Root     string   `json:"root"`
	OK       bool     `json:"ok"`
	Findings []string `json:"findings"`
}

// ask runs it over a database of SQLite, with what others hold.
func ask(t *testing.T, dsn string, anchors trail.Anchors) (s strange) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatal("Python 3 is missing: apt-get install python3 (make test does it)")
	}
	args := []string{"testdata/verify.py", strings.TrimPrefix(dsn, "sqlite:"), "--table", "thing=made_thing", "--table", "share=made_share"}
	for option, list := range map[string][]trail.Anchor{"--checkpoint": anchors.Checkpoints, "--receipt": anchors.Receipts} {
		for _, a := range list {
			path := filepath.Join(t.TempDir(), a.Name)
			if err := os.WriteFile(path, []byte(a.Text), 0o600); err != nil {
				t.Fatal(err)
			}
			args = append(args, option, path)
		}
	}
	var trouble strings.Builder
	cmd := exec.CommandContext(t.Context(), python, args...)
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if exit := new(exec.ExitError); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("%v\n%s", err, trouble.String())
	}
	if err := json.Unmarshal(out, &s); err != nil {
		t.Fatalf("%v\n%s%s", err, out, trouble.String())
	}
	if s.OK != (cmd.ProcessState.ExitCode() == 0) {
		t.Errorf("ok is %v and the exit status %d", s.OK, cmd.ProcessState.ExitCode())
	}
	return s
}

// TestAStrangersVerifierAgrees: what doc/trail.md says is enough, and right.
func TestAStrangersVerifierAgrees(t *testing.T) {
	t.Parallel()
	dsn := testkit.DSN(t, db.SQLite, world())
	f := &forger{Tamper: testkit.NewTamper(t, dsn, uint64(time.Now().UnixNano())), l: begin(t, testkit.Open(t, dsn, world()))}
	early, _ := held(t, f.l, "epoch", "1")
	f.save(t)
	live(t, f.l)
	checkpoint, receipt := held(t, f.l, "thing", pick[string](t, f.l, `select max(thing) from trail_entry where kind = 'thing'`))
	agree := func(what string, anchors trail.Anchors, want bool) {
		t.Helper()
		ours, theirs := verify(t, f.l, anchors), ask(t, dsn, anchors)
		if ours.OK != want || theirs.OK != want || want && (ours.Size != theirs.Size || ours.Root != theirs.Root) {
			t.Errorf("%s: ok should be %v\nwe say %+v\na stranger says %+v", what, want, ours, theirs)
		}
	}
	both := trail.Anchors{Checkpoints: []trail.Anchor{early, checkpoint}, Receipts: []trail.Anchor{receipt}}
	agree("as it is", both, true)
	tables := []string{"made_thing", "made_share", "trail_act", "trail_entry", "trail_head", "trail_tile", "trail_checkpoint", "trail_epoch", "trail_store", "trail_erasure"}
	for range 40 {
		c := f.Flip(t, tables)
		agree(c.String(), trail.Anchors{}, false)
		c.Undo(t)
	}
	agree("with a checkpoint that was changed", trail.Anchors{Checkpoints: []trail.Anchor{{Name: "x", Text: strings.Replace(checkpoint.Text, "Z\n", "z\n", 1)}}}, false)
	agree("with a receipt that was changed", trail.Anchors{Receipts: []trail.Anchor{{Name: "x", Text: strings.Replace(receipt.Text, "index ", "index 1", 1)}}}, false)
	f.Exec(t, `update trail_entry set public_salt = public_salt || substr(public, 1, 1), public = substr(public, 2) where kind = 'thing' and version = 1`)
	agree("with text that was moved into the salt", trail.Anchors{}, false)
	f.back(t)
	agree("an old copy", trail.Anchors{}, true)
	agree("an old copy, against what others hold", trail.Anchors{Checkpoints: both.Checkpoints}, false)
	agree("an old copy, against a receipt", trail.Anchors{Receipts: both.Receipts}, false)
	if _, err := f.l.OpenEpoch(t.Context(), "cli:test", "古い控えからの復元", ""); err != nil {
		t.Fatal(err)
	}
	live(t, f.l)
	agree("in a new epoch", trail.Anchors{Checkpoints: []trail.Anchor{early}}, true)
	agree("in a new epoch, against what was lost", trail.Anchors{Checkpoints: []trail.Anchor{checkpoint}}, false)
}
