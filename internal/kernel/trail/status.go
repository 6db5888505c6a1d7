package trail

import (
	"context"
	"time"

	"sekimori/internal/base/db"
)

// late is the age from which an entry without a number is an alarm: nobody runs the log, or nobody can.
const late = time.Minute

// Status is how the log stands.
type Status struct {
	Head
	Pending    int64            // entries without a number
	Oldest     db.Time          // the time of the oldest of them, "" where there is none
	Late       bool             // the oldest has waited too long
	Checkpoint Checkpoint       // the last that was signed; Size 0 where there is none
	Followers  []FollowerStatus // in the order in which they were added
}

// Checkpoint is a head that was signed.
type Checkpoint struct {
	Epoch int64   `db:"epoch"`
	Size  int64   `db:"size"`
	At    db.Time `db:"at"`
	Note  string  `db:"note"` // as others are given it
}

// FollowerStatus is how far a follower has come.
type FollowerStatus struct {
	Name     string
	Position int64 // entries taken in
	Behind   int64 // entries it has not taken in, though they have their numbers
}

// Status reads how the log stands.
func (l *Log) Status(ctx context.Context) (Status, error) {
	var s Status
	err := l.db.View(ctx, func(r db.Reader) (err error) {
		s = Status{}
		if s.Head, err = headOf(ctx, r); err != nil {
			return err
		}
		if s.Pending, s.Oldest, err = backlog(ctx, r); err != nil {
			return err
		}
		s.Late = s.Pending > 0 && l.db.Now().Sub(s.Oldest.Time()) > late
		if s.Checkpoint, err = lastCheckpoint(ctx, r); err != nil {
			return err
		}
		for _, f := range l.followers {
			at, err := followerAt(ctx, r, f.Name)
			if err != nil {
				return err
			}
			s.Followers = append(s.Followers, FollowerStatus{f.Name, at, s.Size - at})
		}
		return nil
	})
	return s, err
}
