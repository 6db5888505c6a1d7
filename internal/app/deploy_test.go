package app

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestTheDeploymentGuideIsTrue: each command and each setting that doc/deploy.md and its files name is there.
func TestTheDeploymentGuideIsTrue(t *testing.T) {
	t.Parallel()
	parser, err := kong.New(&commands{}, kong.Name("sekimori"), kong.Writers(io.Discard, io.Discard), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, leaf := range parser.Model.Leaves(false) {
		for _, group := range leaf.AllFlags(false) {
			for _, f := range group {
				for _, name := range f.Envs {
					known[name] = true
				}
			}
		}
	}
	files, err := filepath.Glob("../../doc/deploy/sekimori*")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d files: %v", len(files), err)
	}
	commands := regexp.MustCompile(`(?m)^sekimori(?:-run)? (.+)$`)
	dates := regexp.MustCompile(`\$\(date [^)]*\)`)
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```")
	found := 0
	for _, file := range append(files, "../../doc/deploy.md") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`SEKIMORI_[A-Z_]+[A-Z]`).FindAllString(string(text), -1) {
			if !known[name] && name != "SEKIMORI_TLS" {
				t.Errorf("%s: %s is no setting", file, name)
			}
		}
		for _, block := range blocks.FindAllStringSubmatch(string(text), -1) {
			for _, m := range commands.FindAllStringSubmatch(block[1], -1) {
				line, _, _ := strings.Cut(dates.ReplaceAllString(m[1], "2026-04-01"), " > ")
				found++
				if _, err := parser.Parse(strings.Fields(line)); err != nil {
					t.Errorf("%s: sekimori %s: %v", file, line, err)
				}
			}
		}
	}
	if found < 8 {
		t.Errorf("only %d commands were found", found)
	}
}
