package job

import (
	"context"
	"sync"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Handle is what the work on a job holds: the right to end it.
type Handle struct {
	Job     id.ID
	Payload string

	kind         string
	lease, tries int64

	mu     sync.Mutex
	is     Progress
	stored Progress
}

// Finish ends the job in the transaction of its effect (trail.Tx.Plain gives it), so that both are committed or neither.
// ErrLost, and then nothing may be committed, when another worker has taken over.
func (h *Handle) Finish(ctx context.Context, tx *db.Tx) error {
	ok, err := finish(ctx, tx, h.Job, h.lease)
	if err == nil && !ok {
		err = ErrLost
	}
	return err
}

// Progress says how far the work is: total is 0 where it is not known. It is cheap and never waits, so it may be called for
// every row, also inside a transaction.
func (h *Handle) Progress(done, total int64, note string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.is = Progress{done, total, note}
}

// progress is how far the work is, and whether the database does not know it yet.
func (h *Handle) progress() (now Progress, news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.is, h.is != h.stored
}

func (h *Handle) told(p Progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stored = p
}
