package id

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"sekimori/internal/base/errs"
)

func TestNewHoldsTheTime(t *testing.T) {
	at := time.Date(2090, 4, 1, 0, 0, 0, 500_000, time.UTC) // later than any other test's, so that the clock follows it
	got := string(New(at))
	want := fmt.Sprintf("%012x", at.UnixMilli())
	if got[:8]+got[9:13] != want || got[14:18] != "7800" { // half a millisecond is 0x800 of 0x1000
		t.Errorf("New(%v) = %s, want the time %s and the fraction 7800", at, got, want)
	}
	if _, err := Parse(got); err != nil {
		t.Errorf("Parse(%s): %v", got, err)
	}
}

func TestLaterIDsSortLater(t *testing.T) {
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	last := New(now)
	for i := range 10_000 {
		next := New(now.Add(-time.Duration(i) * time.Second))
		if next <= last {
			t.Fatalf("id %d: %s does not sort after %s", i, next, last)
		}
		last = next
	}
}

func TestIDsOfManyGoroutinesDiffer(t *testing.T) {
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	var (
		group sync.WaitGroup
		lock  sync.Mutex
		seen  = map[ID]bool{}
	)
	for range 8 {
		group.Go(func() {
			last := ID("")
			for range 1000 {
				next := New(now)
				if next <= last {
					t.Errorf("%s does not sort after %s", next, last)
				}
				last = next
				lock.Lock()
				if seen[next] {
					t.Errorf("%s was made twice", next)
				}
				seen[next] = true
				lock.Unlock()
			}
		})
	}
	group.Wait()
}

func TestParseRefusesOtherSpellings(t *testing.T) {
	for _, s := range []string{
		"",
		"019d4a3c-0000-4000-8000-000000000000",  // version 4
		"019D4A3C-0000-7000-8000-00000000000A",  // upper case
		"019d4a3c-0000-7000-c000-000000000000",  // variant
		"019d4a3c000070008000000000000000",      // no hyphens
		"019d4a3c-0000-7000-8000-000000000000 ", // space
		"019d4a3c-0000-7000-8000-000000000000\n",
	} {
		if got, err := Parse(s); err == nil || errs.KindOf(err) != errs.Invalid {
			t.Errorf("Parse(%q) = %q, %v; want errs.Invalid", s, got, err)
		}
	}
}
