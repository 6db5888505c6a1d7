package register

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/trail"
)

// attachedFollower is the name of Attached.
const attachedFollower = "attached"

// Attached is the follower that knows which thing names which file, and deletes the files of entries that are gone and that nothing else
// names. files may be nil where none are to be deleted.
//
// A file is deleted only after the act that destroyed its entry is committed and numbered. A process that dies between leaves the file
// in register_file_left, and SweepFiles of the next one deletes it. Where an older backup brings entries and files back, the entries
// are erased again; this follower, which begins anew there, meets that and deletes the files again.
func Attached(shelves Shelves, d *db.DB, files *file.Store) trail.Follower {
	return trail.Follower{Name: attachedFollower, Apply: func(ctx context.Context, tx *db.Tx, entries []trail.Feed) error {
		if entries[0].Seq == 0 {
			if err := clearFiles(ctx, tx); err != nil {
				return err
			}
		}
		shelf, err := shelves(ctx, tx, jpdate.Today(tx.Now))
		if err != nil {
			return err
		}
		left := false
		for _, e := range entries {
			if _, ours := shelf.Ever(e.Kind); e.Gone && ours {
				had, err := leaveFiles(ctx, tx, e.Kind, e.Thing)
				if err != nil {
					return err
				}
				left = left || had
				continue
			}
			if err := nameFiles(ctx, tx, e.Kind, e.Thing, sumsIn(e.Public+" "+e.Personal)); err != nil {
				return err
			}
		}
		if left && files != nil {
			tx.AfterCommit(func() {
				if _, err := SweepFiles(context.WithoutCancel(ctx), d, files); err != nil {
					slog.ErrorContext(ctx, "delete the files of destroyed records", slog.Any("error", err))
				}
			})
		}
		return nil
	}}
}

// sumIn is a member of an entry that may name a file. A pack is named by a sum, too, by every entry.
var sumIn = regexp.MustCompile(`"([^"\\]*)":"([0-9a-f]{64})"`)

// sumsIn are what may be the names of files in the state of a thing of whatever kind. One that is none does no harm.
func sumsIn(state string) []string {
	var sums []string
	for _, m := range sumIn.FindAllStringSubmatch(state, -1) {
		if m[1] != "pack" && !slices.Contains(sums, m[2]) {
			sums = append(sums, m[2])
		}
	}
	return sums
}

const (
	// settled is how old a file must be to be deleted, and how far the follower may be behind: a form or an import that has just put
	// the file again has named it by then.
	settled     = time.Hour
	sweptAtOnce = 1000
)

// SweepFiles deletes the files of what was destroyed that nothing names any more. It is done when the program starts, once a day, and
// after entries were destroyed; it gives how many files are gone.
func SweepFiles(ctx context.Context, d *db.DB, files *file.Store) (n int, err error) {
	var left []leftFile
	before := d.Now().Add(-settled)
	if err := d.View(ctx, func(r db.Reader) error {
		left = nil
		oldest, err := trail.Untaken(ctx, r, attachedFollower)
		if err != nil || oldest != "" && oldest.Time().Before(before) { // something may name the file, and this is not known yet
			return err
		}
		left, err = leftFiles(ctx, r, sweptAtOnce)
		return err
	}); err != nil {
		return 0, err
	}
	var done []string
	for _, f := range left {
		gone := f.Named
		if !f.Named {
			if gone, err = files.Remove(f.Sum, before); err != nil {
				return n, err
			}
			if gone {
				n++
			}
		}
		if gone {
			done = append(done, f.Sum)
		}
	}
	if len(done) == 0 {
		return n, nil
	}
	return n, d.Update(ctx, func(tx *db.Tx) error { return forgetLeft(ctx, tx, done) })
}
