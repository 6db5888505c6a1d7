package people

import (
	"context"
	"embed"
	"errors"
	"io/fs"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// The audited tables of this package.
var (
	uploads = trail.NewTable[Upload]("people_upload", "people-upload")
	holds   = trail.NewTable[Hold]("people_hold", "people-hold")
)

// Tables lists the audited tables of this package.
func Tables() []trail.Audited { return []trail.Audited{uploads, holds} }

// readState reads everything about the organisation that has not been replaced by now.
func readState(ctx context.Context, r db.Reader, now db.Time) (*state, error) {
	s := &state{}
	err := errors.Join(
		unreplaced(ctx, r, org.Units, now, &s.units), unreplaced(ctx, r, org.Codes, now, &s.codes), unreplaced(ctx, r, org.Systems, now, &s.systems),
		unreplaced(ctx, r, org.Posts, now, &s.posts), unreplaced(ctx, r, org.People, now, &s.people),
		unreplaced(ctx, r, org.Assignments, now, &s.assignments), unreplaced(ctx, r, org.Designations, now, &s.designations),
	)
	return s, err
}

func unreplaced[T any](ctx context.Context, r db.Reader, t org.Table[T], now db.Time, into *[]T) (err error) {
	*into, err = org.Unreplaced(ctx, r, t, now)
	return err
}

func readUpload(ctx context.Context, r db.Reader, upload id.ID) (Upload, error) {
	return db.Get[Upload](ctx, r, `select `+uploads.Columns()+` from people_upload where id = $1`, upload)
}

func allUploads(ctx context.Context, r db.Reader) ([]Upload, error) {
	return db.List[Upload](ctx, r, `select `+uploads.Columns()+` from people_upload order by at desc, id desc`)
}

func readHold(ctx context.Context, r db.Reader, hold id.ID) (Hold, error) {
	return db.Get[Hold](ctx, r, `select `+holds.Columns()+` from people_hold where id = $1`, hold)
}

func holdsOf(ctx context.Context, r db.Reader, upload id.ID) ([]Hold, error) {
	return db.List[Hold](ctx, r, `select `+holds.Columns()+` from people_hold where upload = $1 order by id`, upload)
}

func openHolds(ctx context.Context, r db.Reader) (map[id.ID]int, error) {
	type row struct {
		Upload id.ID `db:"upload"`
		N      int   `db:"n"`
	}
	rows, err := db.List[row](ctx, r, `select upload, count(*) as n from people_hold where state = $1 group by upload`, HoldOpen)
	open := map[id.ID]int{}
	for _, x := range rows {
		open[x.Upload] = x.N
	}
	return open, err
}
