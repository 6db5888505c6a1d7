package people

import (
	"io"
	"slices"
	"testing"
)

// BenchmarkPlan works out the change of 1 April of a large city in memory.
func BenchmarkPlan(b *testing.B) {
	read := func(sources ...Source) (lines []*Line) {
		for _, s := range sources {
			data, err := io.ReadAll(s.Data)
			if err != nil {
				b.Fatal(err)
			}
			some, _, err := readFile(s.Name, data)
			if err != nil {
				b.Fatal(err)
			}
			lines = slices.Concat(lines, some)
		}
		return lines
	}
	first := newPlan(day, rules(), nil, &state{}, choice{})
	first.run(read(city(33000)...))
	s := after(first, "", "2025-04-01T00:00:00.000000Z", &state{})
	b.ReportAllocs()
	for b.Loop() {
		p := newPlan(day, rules(), nil, s, choice{within: 30})
		p.run(read(cityApril(33000)))
		if len(p.held) > 0 {
			b.Fatal(p.held[0].faults)
		}
	}
}
