// Command bench measures what people wait for, each beside a floor in the same run: the least work with which anything of
// the kind could be done on that machine at that moment, with the same durability. It prints a table; doc/performance.md holds
// one run and says how cost grows. It measures only, and fails only where a measurement cannot be made.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"

	"sekimori/internal/testkit/tiny"
)

func main() {
	testing.Init() // registers test.benchtime, which says how long each measurement runs
	policies := flag.String("policies", defaultPolicies(), "folder of the official texts; without them the tiny regime is measured")
	rounds := flag.Int("rounds", 3, "how often each row is measured; the median ratio counts")
	only := flag.String("only", "", "measure only the rows whose name matches this regular expression")
	logRows := flag.Int("log", 1_000_000, "how many rows the log has that is measured; ten million take some minutes to make")
	list := flag.Bool("list", false, "name the rows, and measure nothing")
	flag.Parse()
	wanted, err := regexp.Compile(*only)
	if err != nil {
		log.Fatal(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err = run(ctx, *policies, *rounds, *logRows, wanted, *list)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func defaultPolicies() string {
	if dir := os.Getenv("SEKIMORI_POLICY_DIR"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "policy")
}

func run(ctx context.Context, policies string, rounds, logRows int, only *regexp.Regexp, list bool) error {
	texts, err := officialTexts(policies)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "sekimori-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	b, err := newBench(ctx, dir, texts)
	if err != nil {
		return err
	}
	defer b.close()
	b.logRows = logRows
	if !list {
		fmt.Printf("%s, %d cores\n\n| what | time | floor | ratio | gate | allocated | memory taken | the floor does |\n|---|---|---|---|---|---|---|---|\n", runtime.Version(), runtime.NumCPU())
	}
	for _, r := range b.rows() {
		switch {
		case !only.MatchString(r.name):
		case list:
			fmt.Println(r.name)
		default:
			line, err := r.measure(ctx, rounds)
			if err != nil {
				return fmt.Errorf("%s: %w", r.name, err)
			}
			fmt.Println(line)
		}
	}
	return nil
}

// text is one published text, and the name of its file.
type text struct {
	name string
	data []byte
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
