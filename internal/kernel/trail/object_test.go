package trail

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"sekimori/internal/base/canon"
)

// TestFixedFormsAreCanonical compares what is written member by member with what base/canon writes.
func TestFixedFormsAreCanonical(t *testing.T) {
	t.Parallel()
	e := entryRow{Act: "a", Position: 3, Kind: "thing", Thing: "x/\"\\\n\u2028髙\x01", Version: 2, Home: "u:1", Gone: true, PublicHash: "p", PersonalHash: "q"}
	want, err := canon.Marshal(map[string]any{"act": "h", "position": 3, "kind": e.Kind, "thing": e.Thing, "version": 2, "home": "u:1", "gone": true, "public": "p", "personal": "q"})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := e.leaf("h"); err != nil || string(got) != string(want) {
		t.Errorf("leaf %s, want %s (%v)", got, want, err)
	}
	a, err := Act{Actor: "cli:x", Name: "n", Note: "覚え書き", Seal: "s", Opens: "2026-04-01T00:00:00.000000Z", Detail: map[string]any{"b": 1, "a": []string{"<&>"}}}.row("id", "2026-01-01T00:00:00.000000Z")
	if err != nil {
		t.Fatal(err)
	}
	want, err = canon.Marshal(map[string]any{
		"id": "id", "at": "2026-01-01T00:00:00.000000Z", "actor": "cli:x", "authority": "", "name": "n", "seal": "s", "opens": "2026-04-01T00:00:00.000000Z",
		"detail": map[string]any{"b": 1, "a": []string{"<&>"}}, "note": a.NoteHash,
	})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(want)
	if got, err := a.hash(); err != nil || got != hex.EncodeToString(sum[:]) {
		t.Errorf("act %s, want that of %s (%v)", got, want, err)
	}
	e.Thing = "\xff"
	if _, err := e.leaf("h"); err == nil {
		t.Error("text that is not UTF-8 was accepted")
	}
}
