// Command bench measures what people wait for, each against a floor in the same run: the
// least work with which anything of the kind could be done on this machine at this moment.
// It prints a table; doc/performance.md holds one run and says how cost grows. It measures
// only, and fails only where a measurement cannot be made.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"sekimori/internal/testkit/tiny"
)

// pair is one thing measured and its floor.
type pair struct {
	name  string
	floor string // what the floor does, in words
	base  func(*testing.B)
	ours  func(*testing.B)
}

func main() {
	testing.Init() // registers test.benchtime, which says how long each measurement runs
	policies := flag.String("policies", defaultPolicies(), "folder of the official texts; without them the tiny regime is measured")
	rounds := flag.Int("rounds", 3, "how often each pair is measured; the median ratio counts")
	flag.Parse()
	if err := flag.Set("test.benchtime", "300ms"); err != nil {
		log.Fatal(err)
	}
	if err := run(*policies, *rounds); err != nil {
		log.Fatal(err)
	}
}

func defaultPolicies() string {
	if dir := os.Getenv("SEKIMORI_POLICY_DIR"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "policy")
}

func run(policies string, rounds int) error {
	texts, err := officialTexts(policies)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "sekimori-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	pairs, err := pairsOf(ctx, texts, dir)
	if err != nil {
		return err
	}
	fmt.Printf("%s, %d cores\n\n| what | time | floor | ratio | allocated | the floor does |\n|---|---|---|---|---|---|\n", runtime.Version(), runtime.NumCPU())
	for _, p := range pairs {
		fmt.Println(p.measure(rounds))
	}
	return nil
}

// measure alternates floor and ours, so that both meet the same noise.
func (p pair) measure(rounds int) string {
	type result struct{ ratio, ours, floor, bytes float64 }
	var all []result
	for range rounds {
		f, o := testing.Benchmark(p.base), testing.Benchmark(p.ours)
		perFloor, per := float64(f.T.Nanoseconds())/float64(f.N), float64(o.T.Nanoseconds())/float64(o.N)
		all = append(all, result{per / perFloor, per, perFloor, float64(o.AllocedBytesPerOp())})
	}
	slices.SortFunc(all, func(a, b result) int { return int(a.ratio*1000) - int(b.ratio*1000) })
	m := all[len(all)/2]
	return fmt.Sprintf("| %s | %.2f ms | %.2f ms | %.1f | %.1f MB | %s |", p.name, m.ours/1e6, m.floor/1e6, m.ratio, m.bytes/1e6, p.floor)
}

// text is one published text and the regime that reads it.
type text struct {
	regime string
	data   []byte
}

// officialTexts reads the texts of the folder; without a folder the tiny one is all there is.
func officialTexts(folder string) ([]text, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(files) == 0 {
		return []text{{"", tiny.Text}}, err
	}
	var out []text
	for _, f := range files {
		data, err := os.ReadFile(filepath.Clean(f))
		if err != nil {
			return nil, err
		}
		out = append(out, text{filepath.Base(f), data})
	}
	return out, nil
}
