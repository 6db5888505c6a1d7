package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"
)

// row is one thing measured and its floor.
type row struct {
	name    string
	atMost  float64       // the ratio that it should keep, 0 for none
	within  time.Duration // the time that it should keep, 0 for none
	once    bool          // it takes long, or cannot be done again: one round must do
	long    time.Duration // of a measurement
	prepare func() (pair, error)
}

// pair is the two things that are compared.
type pair struct {
	floor      string // what it does, in words
	base, ours work
	end        func() error // nil where there is nothing to end
}

// work does something b.N times or while b.Loop.
type work func(b *testing.B) error

// each is work that is the same every time.
func each(fn func() error) work {
	return func(b *testing.B) error {
		for b.Loop() {
			if err := fn(); err != nil {
				return err
			}
		}
		return nil
	}
}

// result is one round.
type result struct{ ratio, ours, floor, bytes float64 }

// measure alternates ours and floor, so that both meet the same noise, and writes the line of the table.
func (r row) measure(ctx context.Context, rounds int) (string, error) {
	p, err := r.prepare()
	if err != nil {
		return "", err
	}
	if p.end != nil {
		defer p.end() //nolint:errcheck // the folder is removed
	}
	long, peak := cmp.Or(r.long, 300*time.Millisecond), ""
	if r.once {
		rounds, long = 1, time.Nanosecond
	}
	if err := flag.Set("test.benchtime", long.String()); err != nil {
		return "", err
	}
	var all []result
	for range rounds {
		var resident func() string
		if r.once {
			resident = watch()
		}
		o, err1 := bench1(p.ours)
		if r.once {
			peak = resident()
		}
		f, err2 := bench1(p.base)
		if err := errors.Join(err1, err2, ctx.Err()); err != nil {
			return "", err
		}
		perFloor, per := float64(f.T.Nanoseconds())/float64(f.N), float64(o.T.Nanoseconds())/float64(o.N)
		all = append(all, result{per / perFloor, per, perFloor, float64(o.AllocedBytesPerOp())})
	}
	slices.SortFunc(all, func(a, b result) int { return cmp.Compare(a.ratio, b.ratio) })
	m := all[len(all)/2]
	took, ratio, atMost := span(m.ours), fmt.Sprintf("%.1f", m.ratio), ""
	if r.atMost > 0 {
		atMost, ratio = fmt.Sprintf("× %g", r.atMost), marked(ratio, m.ratio > r.atMost)
	}
	if r.within > 0 {
		atMost, took = r.within.String(), marked(took, m.ours > float64(r.within))
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s | %s | %s |", r.name, took, span(m.floor), ratio, atMost, size(m.bytes), peak, p.floor), nil
}

// marked makes what is missed stand out.
func marked(s string, missed bool) string {
	if missed {
		return "**" + s + "**"
	}
	return s
}

// watch gives how much memory this process has taken since at most, "" where the system does not tell.
func watch() func() string {
	debug.FreeOSMemory()
	before := status("VmRSS")
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the peak is anew what there is
	return func() string {
		if peak := status("VmHWM"); peak > 0 {
			return size(peak - before)
		}
		return ""
	}
}

// status reads a size from what Linux tells of this process.
func status(name string) float64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(text)) {
		var kb float64
		if n, _ := fmt.Sscanf(line, name+": %f kB", &kb); n == 1 {
			return kb * 1024
		}
	}
	return 0
}

func bench1(w work) (testing.BenchmarkResult, error) {
	err := errors.New("the measurement was given up")
	r := testing.Benchmark(func(b *testing.B) {
		if err = w(b); err != nil {
			b.FailNow()
		}
	})
	return r, err
}

// span writes nanoseconds with three digits.
func span(ns float64) string {
	switch {
	case ns >= 1e9:
		return digits(ns/1e9) + " s"
	case ns >= 1e6:
		return digits(ns/1e6) + " ms"
	default:
		return digits(ns/1e3) + " µs"
	}
}

func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	default:
		return fmt.Sprintf("%.2f", x)
	}
}

func size(bytes float64) string {
	if bytes >= 1e6 {
		return digits(bytes/1e6) + " MB"
	}
	return digits(bytes/1e3) + " kB"
}
