package account

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"sekimori/internal/base/errs"
)

// cheap is a cost at which tests do not wait.
var cheap = cost{memory: 64, passes: 1, lanes: 1}

func TestHash(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	stored, err := h.hash(t.Context(), "correct horse")
	if err != nil || !bytes.HasPrefix(stored, []byte("$argon2id$v=19$m=64,t=1,p=1$")) {
		t.Fatalf("%s, %v", stored, err)
	}
	again, _ := h.hash(t.Context(), "correct horse")
	if bytes.Equal(stored, again) {
		t.Error("one password is stored twice in one form")
	}
	other := cheap
	other.passes = 2
	for _, c := range []struct {
		password  string
		by        cost
		same, old bool
	}{
		{"correct horse", cheap, true, false},
		{"correct horse", other, true, true},
		{"correct horsE", cheap, false, false},
		{"", cheap, false, false},
	} {
		same, old, err := newHasher(c.by).is(t.Context(), stored, c.password)
		if same != c.same || old != c.old || err != nil {
			t.Errorf("%q at %+v: same %v, old %v, %v", c.password, c.by, same, old, err)
		}
	}
	if same, _, err := h.is(t.Context(), cheap.nobody(), ""); same || err != nil {
		t.Errorf("no password is one: %v", err)
	}
}

// TestTheStatedCost keeps the stored form of the real cost: its memory is what the documents say.
func TestTheStatedCost(t *testing.T) {
	t.Parallel()
	if stored := string(costNow.hash("x")); !strings.HasPrefix(stored, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Error(stored)
	}
}

// TestTheStatedMemory: many at once take no more than is stated, and the answer to who waits in vain comes at once.
func TestTheStatedMemory(t *testing.T) { //nolint:paralleltest // it looks at the memory of the process
	h := newHasher(costNow)
	var most atomic.Uint64
	see := func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > most.Load() {
			most.Store(m.HeapAlloc)
		}
	}
	runtime.GC()
	see()
	before := most.Load()
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := h.hash(t.Context(), "password"); err != nil {
				t.Error(err)
			}
			see()
		})
	}
	group.Wait()
	if took := most.Load() - before; took > HashMemory {
		t.Errorf("20 passwords took %d MiB", took>>20)
	} else {
		t.Logf("20 passwords took %d MiB", took>>20)
	}
}

func TestBrokenHashes(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{
		"", "secret", "$2a$10$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=64,t=1,p=1$YQ$YQ", "$argon2id$v=16$m=64,t=1,p=1$YQ$YQ",
		"$argon2id$v=19$m=,t=1,p=1$YQ$YQ", "$argon2id$v=19$m=64,t=1,p=1$?$YQ", "$argon2id$v=19$m=64,t=1,p=1$YQ$?",
	} {
		if same, _, err := newHasher(cheap).is(t.Context(), []byte(stored), ""); err == nil || same || strings.Contains(err.Error(), "YQ") {
			t.Errorf("%q: %v, %v", stored, same, err)
		}
	}
}

// TestNoMoreThanTheSlots: whoever comes, so many run at once, the rest waits, and who would wait too long is told so.
func TestNoMoreThanTheSlots(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	var now, most, done, busy atomic.Int64
	hold := make(chan struct{})
	var group sync.WaitGroup
	for range hashSlots + hashQueue {
		group.Go(func() {
			err := h.do(t.Context(), func() {
				if n := now.Add(1); n > most.Load() {
					most.Store(n)
				}
				<-hold
				now.Add(-1)
				done.Add(1)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for h.queue.Load() < hashSlots+hashQueue {
		time.Sleep(time.Millisecond)
	}
	for range 5 {
		if err := h.do(t.Context(), func() { t.Error("it ran") }); errs.KindOf(err) == errs.Unavailable {
			busy.Add(1)
		}
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	h.queue.Add(-1) // as if one had left
	if err := h.do(gone, func() { t.Error("it ran") }); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	h.queue.Add(1)
	close(hold)
	group.Wait()
	if most.Load() > hashSlots || done.Load() != hashSlots+hashQueue || busy.Load() != 5 || h.queue.Load() != 0 {
		t.Errorf("at most %d at once, %d done, %d refused, %d left", most.Load(), done.Load(), busy.Load(), h.queue.Load())
	}
}
