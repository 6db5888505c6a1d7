package trail

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Deed is one act with how much it left that the reader is shown and, where that is one entry, which.
type Deed struct {
	ID        id.ID   `db:"id"`
	At        db.Time `db:"at"`
	Actor     string  `db:"actor"`
	Authority string  `db:"authority"`
	Name      string  `db:"name"`
	Entries   int64   `db:"entries"`
	Many      bool    // there are more than Entries
	Kind      string  `db:"kind"` // of the first of them
	Thing     string  `db:"thing"`
	Public    string  `db:"public"`
	Personal  string  `db:"personal"`
}

// Acts gives acts, newest first, and where the next page begins, "" when nothing follows. Of q it looks at Actor, Actors, Name,
// From, To and Limit.
func (l *Log) Acts(ctx context.Context, r db.Reader, q Query, after id.ID, seen Seen) (list []Deed, next id.ID, err error) {
	list, err = searchActs(ctx, r, q, after, seen)
	if err != nil || len(list) <= q.Limit {
		return list, "", err
	}
	list = list[:q.Limit]
	return list, list[q.Limit-1].ID, nil
}
