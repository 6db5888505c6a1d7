package trail

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Seen says what a reader is shown: of acts that bear a seal, and of things. The zero value shows nothing under a seal, and else
// everything.
type Seen struct {
	Now   db.Time  // acts that opened up to this moment are shown
	Seals []string // and those whose seal the reader holds
	// Withheld are seals that open to nobody else, whatever hour they bear: what they close was taken back before it.
	Withheld []string

	// Where narrows to the things that the reader may see by where they are now, since history moves with its thing: a condition
	// on a column that holds homes. nil for no narrowing. What has no number yet is where nobody knows.
	Where func(args *[]any, column string) string
	// Few is, beside Where, a query for the homes of all those things, for readers who may see few.
	Few func(args *[]any) string
	// Pending shows what has no number yet where its entry says that it is: for who sees all but what is closed.
	Pending bool
}

// Entry is one entry of the trail with its act, as far as both were not erased.
type Entry struct {
	Seq       *int64  `db:"seq"` // place in the tree, nil while it waits for one
	Act       id.ID   `db:"act"`
	At        db.Time `db:"at"`
	Actor     string  `db:"actor"`
	Authority string  `db:"authority"`
	Name      string  `db:"name"`
	Detail    string  `db:"detail"`
	Note      string  `db:"note"`
	Kind      string  `db:"kind"`
	Thing     string  `db:"thing"`
	Version   int64   `db:"version"`
	Home      string  `db:"home"`
	Gone      bool    `db:"gone"`
	Public    string  `db:"public"`
	Personal  string  `db:"personal"`

	NoteErased     bool `db:"note_erased"`
	PersonalErased bool `db:"personal_erased"`
}

// Version is one state of a thing and what was changed to reach it.
type Version struct {
	Entry
	Changes []Change // against the version before it that the reader may see; public columns first, by name
}

// Change is one column that has another value: a string, an int64 or a bool; nil where there was none or it was erased.
type Change struct {
	Column   string
	Personal bool
	Old, New any
}

// History gives the versions of a thing, newest first: at most limit of those before a version, 0 for all up to the newest.
func (l *Log) History(ctx context.Context, r db.Reader, kind, thing string, before int64, limit int, seen Seen) ([]Version, error) {
	entries, err := versionsOf(ctx, r, kind, thing, before, limit+1, seen) // one more to compare the last with
	if err != nil {
		return nil, err
	}
	states := make([][2]map[string]any, len(entries))
	for i, e := range entries {
		if states[i], err = e.state(); err != nil {
			return nil, err
		}
	}
	versions := make([]Version, min(limit, len(entries)))
	for i := range versions {
		var before [2]map[string]any
		if i+1 < len(states) {
			before = states[i+1]
		}
		versions[i] = Version{entries[i], append(changes(before[0], states[i][0], false), changes(before[1], states[i][1], true)...)}
	}
	return versions, nil
}

// state is the columns of an entry, public and personal.
func (e Entry) state() (state [2]map[string]any, err error) {
	for i, part := range []string{e.Public, e.Personal} {
		if state[i], err = columnsIn(part); err != nil {
			return state, fmt.Errorf("trail: %s %s version %d: %w", e.Kind, e.Thing, e.Version, err)
		}
	}
	state[0]["home"] = e.Home
	return state, nil
}

// columnsIn reads a part of an entry, the members of a JSON as COLUMN.MEMBER; one that was erased has no columns.
func columnsIn(part string) (_ map[string]any, err error) {
	columns := map[string]any{}
	if part == "" {
		return columns, nil
	}
	d := json.NewDecoder(bytes.NewReader([]byte(part)))
	d.UseNumber()
	if err := d.Decode(&columns); err != nil {
		return nil, err
	}
	if columns == nil {
		return nil, errors.New("null is no part")
	}
	flat := map[string]any{}
	for name, value := range columns {
		object, is := value.(map[string]any)
		if !is {
			object, name = map[string]any{name: value}, ""
		}
		for member, value := range object {
			if name != "" {
				member = name + "." + member
			}
			if flat[member], err = single(value); err != nil {
				return nil, fmt.Errorf("%s is no value of a column: %w", member, err)
			}
		}
	}
	return flat, nil
}

// single is a value that can be compared: what holds others is its canonical JSON.
func single(value any) (any, error) {
	switch value := value.(type) {
	case string, bool:
		return value, nil
	case json.Number:
		return value.Int64()
	case map[string]any, []any:
		text, err := canon.Marshal(value)
		return string(text), err
	}
	return nil, errors.New("null")
}

// changes compares a part of two states, by column.
func changes(before, after map[string]any, personal bool) []Change {
	both := map[string]any{}
	maps.Copy(both, before)
	maps.Copy(both, after)
	var list []Change
	for _, name := range slices.Sorted(maps.Keys(both)) {
		if before[name] != after[name] {
			list = append(list, Change{name, personal, before[name], after[name]})
		}
	}
	return list
}

// Query says which entries Search gives. What is "" does not narrow it.
type Query struct {
	Kind, Thing string
	Act         id.ID
	Actor, Name string   // of the act
	Actors      []string // of the act: one of these; nil for all
	Home        string   // the thing's at the time of the entry
	From, To    db.Time  // at From or later and before To
	After       int64    // what the page before gave as next, 0 for the first page
	Limit       int
}

// Search gives entries that have their number, newest first, and where the next page begins, 0 when nothing follows.
func (l *Log) Search(ctx context.Context, r db.Reader, q Query, seen Seen) (list []Entry, next int64, err error) {
	list, err = searchEntries(ctx, r, q, seen)
	if err != nil || len(list) <= q.Limit {
		return list, 0, err
	}
	list = list[:q.Limit]
	return list, *list[q.Limit-1].Seq, nil
}
