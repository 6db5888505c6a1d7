package trail

import (
	"context"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
)

// feedSize is how many entries a follower gets at once.
const feedSize = 1000

// Feed is an entry as followers get it.
type Feed struct {
	Seq      int64   `db:"seq"`
	Act      id.ID   `db:"act"`
	At       db.Time `db:"at"`
	Actor    string  `db:"actor"`
	Name     string  `db:"name"` // of the act
	Seal     string  `db:"seal"`
	Opens    db.Time // "" for an act without a seal
	Kind     string  `db:"kind"`
	Thing    string  `db:"thing"`
	Version  int64   `db:"version"`
	Home     string  `db:"home"`
	Gone     bool    `db:"gone"`
	Public   string  `db:"public"`   // canonical JSON
	Personal string  `db:"personal"` // canonical JSON, "" also when it was erased
}

// Row reads the row back from an entry as a follower gets it, also of a thing that is gone. ok is false where its personal part
// was erased. Columns that were added to the table later are zero. Rows with bytes cannot be read back.
func (t Table[T]) Row(e Feed) (row T, ok bool, err error) {
	if e.Personal == "" && slices.ContainsFunc(t.columns, func(c column) bool { return c.personal }) {
		return row, false, nil
	}
	row, err = t.decode(entryRow{Kind: e.Kind, Thing: e.Thing, Version: e.Version, Home: e.Home, Public: e.Public, Personal: e.Personal}, true)
	return row, err == nil, err
}

// Follower makes something of the log that can be made again: what is derived from rows is written by one, never beside the row.
type Follower struct {
	Name string
	// Apply takes in the next entries, in the order of their numbers. What it writes by tx is committed together with the
	// place it has come to. It meets every entry, and after Rebuild or a restored backup all of them again, from number 0 on: it
	// must not matter that it was here before.
	// On PostgreSQL each statement of tx sees what is committed.
	Apply func(ctx context.Context, tx *db.Tx, entries []Feed) error
}

// following is a follower of a running log.
type following struct {
	Follower
	wake chan struct{} // holds one token when the log has grown
}

// Follow adds followers, before the log runs.
func (l *Log) Follow(followers ...Follower) *Log {
	for _, f := range followers {
		l.followers = append(l.followers, following{f, make(chan struct{}, 1)})
	}
	return l
}

// Rebuild sends a follower back to the beginning of the log. It is NotFound if nobody has that name.
func (l *Log) Rebuild(ctx context.Context, name string) error {
	for _, f := range l.followers {
		if f.Name == name {
			return l.alone(ctx, f.lock(), l.patience.own, func(tx *db.Tx) error {
				tx.AfterCommit(func() { nudge(f.wake) })
				return moveFollower(ctx, tx, name, 0)
			})
		}
	}
	return errs.New(errs.NotFound, "「%s」という、証跡から作るものはありません。", name)
}

// Following says how many entries a follower has taken in, and how many it has not yet, with a number or without: the latter up to
// most.
func Following(ctx context.Context, r db.Reader, follower string, most int64) (taken, behind int64, err error) {
	if taken, err = followerAt(ctx, r, follower); err != nil {
		return 0, 0, err
	}
	head, err := headOf(ctx, r)
	if behind = head.Size - taken; err != nil || behind >= most {
		return taken, most, err
	}
	waiting, err := pendingUpTo(ctx, r, most)
	return taken, min(most, behind+waiting), err
}

// Untaken is the time of the oldest entry that a follower has not taken in, with a number or without; "" where it has all.
func Untaken(ctx context.Context, r db.Reader, follower string) (db.Time, error) {
	at, err := followerAt(ctx, r, follower)
	if err != nil {
		return "", err
	}
	oldest, err := numberedAt(ctx, r, at)
	if err == nil && oldest == "" {
		_, oldest, err = backlog(ctx, r)
	}
	return oldest, err
}

// lock is the name under which one process at a time lets it follow.
func (f following) lock() string { return "trail follower " + f.Name }

// catchUp lets a follower take in everything that has a number.
func (l *Log) catchUp(ctx context.Context, f following) error {
	for behind := true; behind; {
		if err := l.db.View(ctx, func(r db.Reader) error {
			at, err := followerAt(ctx, r, f.Name)
			if err != nil {
				return err
			}
			head, err := headOf(ctx, r)
			behind = at < head.Size
			return err
		}); err != nil || !behind {
			return err // having waited for nobody
		}
		if err := l.alone(ctx, f.lock(), l.patience.own, func(tx *db.Tx) error {
			at, err := followerAt(ctx, tx, f.Name)
			if err != nil {
				return err
			}
			entries, err := feed(ctx, tx, at, feedSize)
			if err != nil || len(entries) == 0 {
				return err
			}
			if err := f.Apply(ctx, tx, entries); err != nil {
				return err
			}
			return moveFollower(ctx, tx, f.Name, entries[len(entries)-1].Seq+1)
		}); err != nil {
			return err
		}
	}
	return nil
}
