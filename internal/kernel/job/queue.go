package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
)

// Queue claims jobs and runs them. It is safe for concurrent use; any number of processes may have one on the same database.
type Queue struct {
	db    *db.DB
	kinds map[string]Kind
	wake  chan struct{} // holds one token when a job was added here

	mu   sync.Mutex
	here map[id.ID]*Handle // what this process runs

	lease time.Duration // how long a claim stands without a sign of life
	tick  time.Duration // between signs of life with news, and between looks at what others have added
	tries int64
	pause func(tries int64) time.Duration
}

// New gives the jobs of a database. Only the kinds that are named can be added and are run.
func New(d *db.DB, kinds ...Kind) *Queue {
	q := &Queue{
		db: d, kinds: map[string]Kind{}, wake: make(chan struct{}, 1), here: map[id.ID]*Handle{},
		lease: 30 * time.Second, tick: time.Second, tries: 5, pause: pauseAfter,
	}
	for _, k := range kinds {
		q.kinds[k.Name] = k
	}
	return q
}

func (q *Queue) call() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Run works on jobs, as many at once as workers, until ctx ends and those that were begun have ended. What it breaks off then
// is begun anew by the next process.
func (q *Queue) Run(ctx context.Context, workers int) {
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for ctx.Err() == nil {
				if some, err := q.next(ctx); some || err != nil && ctx.Err() != nil {
					continue
				} else if err != nil {
					slog.WarnContext(ctx, "claim a job", slog.Any("error", err))
				}
				select {
				case <-ctx.Done():
				case <-q.wake:
				case <-time.After(q.tick):
				}
			}
		})
	}
	group.Wait()
}

// RunDue works on the jobs that are due, one after another, until none is left: for commands, which end. How each came out
// is in List.
func (q *Queue) RunDue(ctx context.Context) error {
	for {
		if some, err := q.next(ctx); !some || err != nil {
			return err
		}
	}
}

// next runs one job, if one is due.
func (q *Queue) next(ctx context.Context) (bool, error) {
	h, err := q.claim(ctx)
	if h == nil || err != nil {
		return false, err
	}
	q.call() // there may be more for another worker
	q.run(ctx, h)
	return true, nil
}

// claim takes the first job that is due or whose worker has given no sign of life. Which it is is only looked at in a view; a
// comparison with the number of the lease then decides, so that no worker waits for others.
func (q *Queue) claim(ctx context.Context) (*Handle, error) {
	list, err := q.due(ctx)
	for _, c := range list {
		if q.running(c.ID) {
			continue
		}
		var h *Handle
		err = errors.Join(err, q.alone(ctx, c.ID, func(ctx context.Context, tx *db.Tx) error {
			h = nil
			if c.Tries >= q.tries {
				return fail(ctx, tx, c.ID, c.Lease, errs.New(errs.Internal, "処理の途中でプログラムが%d回止まったので、停止しました。", c.Tries))
			}
			ok, err := take(ctx, tx, c, db.At(tx.Now.Add(q.lease)))
			if ok {
				h = &Handle{Job: c.ID, Payload: c.Payload, kind: c.Kind, lease: c.Lease + 1, tries: c.Tries + 1}
			}
			return err
		}))
		if h != nil {
			return h, nil
		}
	}
	return nil, err
}

// alone runs a short transaction on a job. It does not wait for long: the one who holds the job may have been stopped.
func (q *Queue) alone(ctx context.Context, job id.ID, fn func(ctx context.Context, tx *db.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	return q.db.UpdateAlone(ctx, "job "+string(job), func(tx *db.Tx) error { return fn(ctx, tx) })
}

func (q *Queue) running(job id.ID) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.here[job] != nil
}

// run does a claimed job to its end.
func (q *Queue) run(ctx context.Context, h *Handle) {
	q.mu.Lock()
	q.here[h.Job] = h
	q.mu.Unlock()
	defer func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		delete(q.here, h.Job)
	}()
	working, end := context.WithCancelCause(ctx)
	var beats sync.WaitGroup
	beats.Go(func() { q.beat(working, end, h) })
	err := q.try(working, h)
	end(nil)
	beats.Wait()
	if err := q.settle(ctx, h, err); err != nil {
		slog.ErrorContext(ctx, "settle a job", slog.String("job", string(h.Job)), slog.Any("error", err)) // its lease will run out
	}
}

// try calls Run and makes a panic an error.
func (q *Queue) try(ctx context.Context, h *Handle) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return q.kinds[h.kind].Run(ctx, h)
}

// settle writes down how a try came out. Nothing happens where Finish was committed or the lease is lost.
func (q *Queue) settle(ctx context.Context, h *Handle, cause error) error {
	stopping := ctx.Err() != nil
	if cause != nil && !stopping {
		slog.ErrorContext(ctx, "job failed", slog.String("kind", h.kind), slog.String("job", string(h.Job)), slog.Int64("try", h.tries), slog.Any("error", cause))
	}
	return q.alone(context.WithoutCancel(ctx), h.Job, func(ctx context.Context, tx *db.Tx) error {
		last, _ := h.progress()
		_, err := live(ctx, tx, h, db.At(tx.Now), last)
		switch {
		case err != nil:
		case cause == nil:
			_, err = finish(ctx, tx, h.Job, h.lease)
		case stopping: // not the job's fault
			err = putBack(ctx, tx, h, db.At(tx.Now), h.tries-1, "")
		case h.tries >= q.tries, useless(cause):
			err = fail(ctx, tx, h.Job, h.lease, cause)
		default:
			err = putBack(ctx, tx, h, db.At(tx.Now.Add(q.pause(h.tries))), h.tries, errs.Message(cause))
		}
		return err
	})
}

// useless says whether trying again would end the same.
func useless(err error) bool {
	return slices.Contains([]errs.Kind{errs.Invalid, errs.NotFound, errs.Forbidden}, errs.KindOf(err))
}

// beat gives signs of life until ctx ends: every third of a lease, and every tick when there is news. When the lease is lost
// it ends the work.
func (q *Queue) beat(ctx context.Context, end context.CancelCauseFunc, h *Handle) {
	for since := q.tick; ; since += q.tick {
		select {
		case <-ctx.Done():
			return
		case <-time.After(q.tick):
		}
		now, news := h.progress()
		if !news && since < q.lease/3 {
			continue
		}
		held := true
		err := q.alone(ctx, h.Job, func(ctx context.Context, tx *db.Tx) (err error) {
			held, err = live(ctx, tx, h, db.At(tx.Now.Add(q.lease)), now)
			return err
		})
		switch {
		case err != nil: // on SQLite the work itself may be writing; if not, the lease runs out
		case !held:
			end(ErrLost)
			return
		default:
			since = 0
			h.told(now)
		}
	}
}
