package trail

import (
	"context"

	"sekimori/internal/base/db"
)

// thingsFollower is the name of Things.
const thingsFollower = "things"

// Things is the follower that keeps trail_thing: for each thing its home now, and when it changed last. By it the trail is
// narrowed to what a reader may see, since the history of a thing moves with it.
func Things() Follower {
	return Follower{Name: thingsFollower, Apply: func(ctx context.Context, tx *db.Tx, entries []Feed) error {
		last := map[[2]string]int{}
		for i, e := range entries {
			last[[2]string{e.Kind, e.Thing}] = i // versions ascend with the numbers
		}
		var newest []Feed
		for i, e := range entries {
			if last[[2]string{e.Kind, e.Thing}] == i {
				newest = append(newest, e)
			}
		}
		return upsertThings(ctx, tx, newest)
	}}
}
