package app_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/japanese"

	"sekimori/internal/app"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/clause"
	regimes "sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/testkit"
)

// texts are the official texts by regime: their file names begin so.
var texts = map[string]string{"kobe-city": "000", "kobe-school": "004"}

// command runs one command line in this process.
func command(t *testing.T, args ...string) (status int, out, messages string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	status = app.Main(t.Context(), args, &stdout, &stderr)
	return status, stdout.String(), stderr.String()
}

// official writes a text, changed by edit, where a command can read it.
func official(t *testing.T, regime string, edit func([]byte) []byte) string {
	t.Helper()
	data := testkit.PolicyText(t, texts[regime])
	if edit != nil {
		data = edit(data)
	}
	name := filepath.Join(t.TempDir(), regime+".txt")
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestChaptersAreComplete: every clause of these chapters that states a duty has its duties,
// or a reason for having none; and as many state one as a reader of clauses.md expects.
func TestChaptersAreComplete(t *testing.T) {
	t.Parallel()
	for regime, want := range map[string]int{"kobe-city": 55, "kobe-school": 65} {
		file := official(t, regime, nil)
		for _, chapter := range []string{"3", "4"} {
			status, out, messages := command(t, "regime", "check", "--text", file, "--document", "standard", "--chapter", chapter, "--json")
			if status != 0 || !strings.Contains(out, `"open":[]`) {
				t.Errorf("%s chapter %s: status %d\n%s%s", regime, chapter, status, out, messages)
			}
		}
		p, err := shipped(t).Find(regime)
		if err != nil {
			t.Fatal(err)
		}
		text, err := clause.Parse(testkit.PolicyText(t, texts[regime]), p.Specs())
		if err != nil {
			t.Fatal(err)
		}
		states := 0
		for _, d := range text.Documents {
			for _, c := range d.Clauses {
				if chapter := regimes.Chapter(c.ID); d.ID == "standard" && c.StatesDuty && (chapter == "3" || chapter == "4") {
					states++
				}
			}
		}
		if states != want {
			t.Errorf("%s: %d clauses of chapters 3 and 4 state a duty, want %d", regime, states, want)
		}
	}
}

// TestEveryDeclaredDefectStandsInItsClause: a pack that declares what the text does not hold
// is out of date.
func TestEveryDeclaredDefectStandsInItsClause(t *testing.T) {
	t.Parallel()
	for _, p := range shipped(t).Packs {
		text, err := clause.Parse(testkit.PolicyText(t, texts[p.ID]), p.Specs())
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range clause.Find(text, p.Defects) {
			if d.Kind == clause.KnownDefectAbsent {
				t.Errorf("%s: %s %q", p.ID, d.Clause, d.Text)
			}
		}
	}
}

func TestTheOutlineOfATextIsThePacksClauses(t *testing.T) {
	t.Parallel()
	for _, p := range shipped(t).Packs {
		status, out, messages := command(t, "policy", "outline", "--regime", p.ID, official(t, p.ID, nil))
		if status != 0 {
			t.Fatal(messages)
		}
		testkit.Golden(t, filepath.Join(testkit.Root(t), "regime", p.ID, p.Edition, "clauses.yaml"), []byte(out))
	}
}

// TestWhatIsRefusedChangesNothing imports each text, then copies of it that are broken in
// every way in which a file arrives broken.
func TestWhatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	for regime := range texts {
		dsn := "sqlite:" + filepath.Join(t.TempDir(), "sekimori.db")
		if status, _, messages := command(t, "--db", dsn, "policy", "import", "--regime", regime, official(t, regime, nil)); status != 0 {
			t.Fatal(messages)
		}
		list := func() string {
			_, out, _ := command(t, "--db", dsn, "policy", "clauses", "--regime", regime, "--json")
			return out
		}
		before := list()
		for name, c := range map[string]struct {
			edit func([]byte) []byte
			want string
		}{
			"truncated": {func(b []byte) []byte { return bytes.ToValidUTF8(b[:len(b)*61/100], nil) }, "行"},
			"shuffled":  {reversed, "行"},
			"UTF-16":    {utf16LE, "UTF-16"},
			"CP932":     {cp932, "CP932"},
			"one letter": {func(b []byte) []byte {
				return bytes.Replace(b, []byte("速やかに報告を行い"), []byte("緩やかに報告を行い"), 1)
			}, "3.2.4"},
		} {
			status, out, messages := command(t, "--db", dsn, "policy", "import", "--json", "--regime", regime, official(t, regime, c.edit))
			if status != 2 || out != "" || !strings.Contains(messages, c.want) {
				t.Errorf("%s, %s: status %d, %q\n%.600s", regime, name, status, out, messages)
			}
			if after := list(); after != before {
				t.Errorf("%s, %s: the database has changed", regime, name)
			}
		}
	}
}

func reversed(b []byte) []byte {
	lines := bytes.SplitAfter(b, []byte("\n"))
	for i, j := 0, len(lines)-1; i < j; i, j = i+1, j-1 {
		lines[i], lines[j] = lines[j], lines[i]
	}
	return bytes.Join(lines, nil)
}

func utf16LE(b []byte) []byte {
	out := []byte{0xFF, 0xFE}
	for _, r := range string(b) {
		out = append(out, byte(r), byte(r>>8))
	}
	return out
}

func cp932(b []byte) []byte {
	var out []byte
	for _, r := range string(b) {
		if e, err := japanese.ShiftJIS.NewEncoder().Bytes([]byte(string(r))); err == nil {
			out = append(out, e...)
		}
	}
	return out
}

// TestClausesAboutTheProgramsSettings: a pack may say which clause speaks of a setting of the program; there must be one.
func TestClausesAboutTheProgramsSettings(t *testing.T) {
	t.Parallel()
	own := account.Settings()
	for _, p := range shipped(t).Packs {
		if len(p.Bases) == 0 {
			t.Errorf("%s says nothing about the program's settings", p.ID)
		}
		for _, b := range p.Bases {
			if _, ok := setting.Find(own, setting.Program+"."+b.Program); !ok {
				t.Errorf("%s: there is no setting %s", p.ID, b.Program)
			}
		}
	}
	for _, d := range shipped(t).Settings(own) {
		if got, err := d.Parse(d.Proposal); err != nil || got != d.Proposal {
			t.Errorf("%s: the proposal %q is no value: %v", d.Key(), d.Proposal, err)
		}
	}
}
