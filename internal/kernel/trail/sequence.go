package trail

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

const (
	sequencing = "trail sequence" // the name under which one process at a time changes the tree
	atOnce     = 4096             // entries that get their numbers in one transaction
)

// waiting is what of an entry without a number goes into its leaf.
type waiting struct {
	Act          id.ID  `db:"act"`
	Position     int64  `db:"position"`
	Kind         string `db:"kind"`
	Thing        string `db:"thing"`
	Version      int64  `db:"version"`
	Home         string `db:"home"`
	Gone         bool   `db:"gone"`
	PublicHash   string `db:"public_hash"`
	PersonalHash string `db:"personal_hash"`
}

func (w waiting) leaf(actHash string) (tlog.Hash, error) {
	record, err := entryRow{
		Position: w.Position, Kind: w.Kind, Thing: w.Thing, Version: w.Version, Home: w.Home, Gone: w.Gone,
		PublicHash: w.PublicHash, PersonalHash: w.PersonalHash,
	}.leaf(actHash)
	return tlog.RecordHash(record), err
}

// Sequence gives numbers to entries that are committed and have none, at most some thousands, and says how many. They follow
// their acts in time; those of one thing always follow its versions. Any number of processes may call it; they take turns.
func (l *Log) Sequence(ctx context.Context) (int, error) {
	n := 0
	err := l.db.View(ctx, func(r db.Reader) error {
		some, err := pendingEntries(ctx, r, 1)
		n = len(some)
		return err
	})
	if err != nil || n == 0 {
		return 0, err // having waited for nobody
	}
	err = l.treeAlone(ctx, func(tx *db.Tx) error {
		list, err := next(ctx, tx, l.batch)
		if err != nil {
			return err
		}
		n = len(list)
		tx.AfterCommit(func() {
			for _, f := range l.followers {
				nudge(f.wake)
			}
		})
		return number(ctx, tx, list)
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// next reads the first entries without a number, and with each those earlier versions of its thing that have none either.
func next(ctx context.Context, r db.Reader, limit int) ([]waiting, error) {
	list, err := pendingEntries(ctx, r, limit)
	if err != nil || len(list) < limit {
		return list, err // all that wait are here
	}
	here := map[version]bool{}
	for _, e := range list {
		here[version{e.Kind, e.Thing, e.Version}] = true
	}
	for look := list; len(look) > 0; {
		var before []version
		for _, e := range look {
			if v := (version{e.Kind, e.Thing, e.Version - 1}); v.number > 0 && !here[v] {
				here[v] = true
				before = append(before, v)
			}
		}
		if look, err = pendingVersions(ctx, r, before); err != nil {
			return nil, err
		}
		list = append(list, look...)
	}
	return list, nil
}

// version names a state of a thing.
type version struct {
	kind, thing string
	number      int64
}

// sequenceAll is Sequence until nothing waits.
func (l *Log) sequenceAll(ctx context.Context) error {
	for {
		if n, err := l.Sequence(ctx); err != nil || n == 0 {
			return err
		}
	}
}

// number puts entries into the tree behind those that are there. Only who holds the lock of sequencing may call it.
func number(ctx context.Context, tx *db.Tx, list []waiting) error {
	if len(list) == 0 {
		return nil
	}
	head, err := headOf(ctx, tx)
	if err != nil {
		return err
	}
	ascend(list)
	acts, err := actHashes(ctx, tx, list)
	if err != nil {
		return err
	}
	leaves := make([]tlog.Hash, len(list))
	for i, e := range list {
		if leaves[i], err = e.leaf(acts[e.Act]); err != nil {
			return err
		}
	}
	root, tiles, err := grow(head.Size, leaves, hashes(ctx, tx, head.Size))
	if err != nil {
		return err
	}
	if err := writeNumbers(ctx, tx, runs(list, head.Size)); err != nil {
		return err
	}
	if err := writeTiles(ctx, tx, tiles); err != nil {
		return err
	}
	return moveHead(ctx, tx, head, Head{Size: head.Size + int64(len(list)), Epoch: head.Epoch, Root: root})
}

// actHashes is the hash of the act of each entry.
func actHashes(ctx context.Context, tx *db.Tx, list []waiting) (map[id.ID]string, error) {
	found := map[id.ID]string{}
	for _, e := range list {
		found[e.Act] = ""
	}
	ids := make([]id.ID, 0, len(found))
	for act := range found {
		ids = append(ids, act)
	}
	slices.Sort(ids)
	rows, err := actsOf(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	if len(rows) != len(ids) {
		return nil, errors.New("trail: entries without their act wait for a number")
	}
	for _, row := range rows {
		if found[row.ID], err = row.hash(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// ascend gives the places that the versions of one thing have in the list to them in ascending order. Ids of acts of several
// processes are only roughly in order of time, so a version may have come before the one it follows.
func ascend(list []waiting) {
	places := map[[2]string][]int{}
	for i, e := range list {
		key := [2]string{e.Kind, e.Thing}
		places[key] = append(places[key], i)
	}
	for _, at := range places {
		versions := make([]waiting, len(at))
		for i, place := range at {
			versions[i] = list[place]
		}
		slices.SortFunc(versions, func(a, b waiting) int { return int(a.Version - b.Version) })
		for i, place := range at {
			list[place] = versions[i]
		}
	}
}

// run is entries of one act that follow each other in it and in the tree: the number of one is its position plus shift.
type run struct {
	act                id.ID
	first, last, shift int64
}

func runs(list []waiting, size int64) []run {
	var all []run
	for i, e := range list {
		shift := size + int64(i) - e.Position
		if n := len(all) - 1; n >= 0 && all[n].act == e.Act && all[n].shift == shift {
			all[n].last = e.Position
			continue
		}
		all = append(all, run{e.Act, e.Position, e.Position, shift})
	}
	return all
}
