package db

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"sekimori/internal/base/errs"
)

func TestWritersTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &DB{turn: make(chan struct{}, 1)}
		if err := d.queue(t.Context()); err != nil {
			t.Fatal(err)
		}
		var order []int
		var group sync.WaitGroup
		for i := range 50 {
			group.Go(func() {
				if err := d.queue(t.Context()); err != nil {
					t.Error(err)
				}
				order = append(order, i) // the turn guards it
				<-d.turn
			})
			synctest.Wait() // until it stands in the queue
		}
		<-d.turn
		group.Wait()
		if len(order) != 50 || !slices.IsSorted(order) {
			t.Errorf("served in the order %v", order)
		}
	})
}

func TestPatienceEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &DB{turn: make(chan struct{}, 1)}
		first, second := d.queue(t.Context()), d.queue(t.Context())
		if first != nil || errs.KindOf(second) != errs.Unavailable {
			t.Errorf("%v, %v; want the second to be Unavailable", first, second)
		}
	})
}
