package clause

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"testing"
	"time"

	"sekimori/internal/testkit"
)

// BenchmarkParse reads the longer official text. The floor is what no importer can do without: splitting the lines and
// hashing the bytes; x-floor is how many times that the importer takes.
func BenchmarkParse(b *testing.B) {
	p := school()
	data := testkit.PolicyText(b, p.prefix)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if _, err := Parse(data, p.specs); err != nil {
			b.Fatal(err)
		}
	}
	floor := perFloor(data)
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(floor.Nanoseconds()), "x-floor")
}

// BenchmarkParseLinear reads the synthetic text made a hundred times longer: ns/B stays what it is for the text itself.
func BenchmarkParseLinear(b *testing.B) {
	for name, times := range map[string]int{"x1": 1, "x100": 100} {
		b.Run(name, func(b *testing.B) {
			data := append(synthetic(b), bytes.Repeat([]byte("水道代は、村が払\nう。1.3イ(2)を見ること。\n"), 20*times)...)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				if _, err := Parse(data, syntheticSpecs()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

var sink int

func perFloor(data []byte) time.Duration {
	const times = 200
	start := time.Now()
	for range times {
		sum := sha256.Sum256(data)
		sink += len(strings.Split(string(data), "\n")) + int(sum[0])
	}
	return time.Since(start) / times
}
