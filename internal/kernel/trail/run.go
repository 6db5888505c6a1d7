package trail

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	gatherPause = 50 * time.Millisecond  // after some entries have got their numbers, until the next get theirs: many cost little more than one
	lookPause   = 250 * time.Millisecond // between two looks for what other processes have done
	signPause   = time.Second            // between two checkpoints
	errorPause  = 5 * time.Second        // after an error
)

// Run keeps the log up until ctx ends: it numbers entries, signs at most one checkpoint a second if the log has a store, and
// lets followers follow. What fails is logged and tried again. Any number of processes may run a log; they share the work.
func (l *Log) Run(ctx context.Context) {
	var tasks sync.WaitGroup
	tasks.Go(func() { keep(ctx, "sequence", gatherPause, l.wake, l.sequenceAll) })
	for _, f := range l.followers {
		tasks.Go(func() {
			keep(ctx, "follow "+f.Name, 0, f.wake, func(ctx context.Context) error { return l.catchUp(ctx, f) })
		})
	}
	if l.store != nil {
		tasks.Go(func() { keep(ctx, "sign", signPause, nil, l.Sign) })
	}
	tasks.Wait()
}

// keep does a task again and again: when woken, and whenever it is time to look; never again before the pause is over.
func keep(ctx context.Context, task string, pause time.Duration, wake <-chan struct{}, do func(context.Context) error) {
	for {
		pause := pause
		if err := do(ctx); err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "keep up the trail", slog.String("task", task), slog.Any("error", err))
			pause = errorPause
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-time.After(lookPause):
		}
	}
}

// Settle brings the log up to date and signs it, if it has a store: for a command before it ends.
func (l *Log) Settle(ctx context.Context) error {
	if err := l.sequenceAll(ctx); err != nil {
		return err
	}
	for _, f := range l.followers {
		if err := l.catchUp(ctx, f); err != nil {
			return fmt.Errorf("trail: follower %s: %w", f.Name, err)
		}
	}
	if l.store == nil {
		return nil
	}
	return l.Sign(ctx)
}

// Wake tells the sequencer of this process that entries wait for their numbers.
func (l *Log) Wake() { nudge(l.wake) }

func nudge(wake chan struct{}) {
	select {
	case wake <- struct{}{}:
	default: // it knows already
	}
}
