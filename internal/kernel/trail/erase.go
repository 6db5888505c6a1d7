package trail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
)

// Parts of the trail that can be erased.
const (
	// PartPersonal is the personal part of a thing in all its versions.
	PartPersonal = "personal"
	// PartWhole is the thing itself: its row is removed, if it is there, and the personal part of all versions with it. What the
	// other part said stays in the trail.
	PartWhole = "whole"
	// PartNote is the note of an act; then the kind of the erasure is KindAct and the thing the id of the act.
	PartNote = "note"
	// KindAct is the kind of an erasure of a note.
	KindAct = "act"
	// KindErasure is the kind of the records of erasures.
	KindErasure = "erasure"
)

// erasuresFile is the list of erasures in the store: an Erasure in canonical JSON a line.
const erasuresFile = "erasures"

// Erasure says what is to be erased, on which ground and by which clause. Its JSON is a line of the list that backups carry,
// so that what was erased is erased again where an older backup is restored.
type Erasure struct {
	Kind   string `json:"kind"   db:"kind"`
	Thing  string `json:"thing"  db:"thing"`
	Part   string `json:"part"   db:"part"`
	Ground string `json:"ground" db:"ground"`
	Clause string `json:"clause" db:"clause"`
}

// erasure is the record of one that was done.
type erasure struct {
	ID id.ID `db:"id" trail:"key"`
	Row
	Erasure
	Through int64 `db:"through"` // the last version without its part; 0 for a note
}

var erasures = NewTable[erasure]("trail_erasure", KindErasure)

// Erase takes parts out of the trail, in one act whose entries say what and why. It writes the row of a thing anew with its
// personal columns empty (their zero value) and blanks the part in all versions before, or in all where the thing is gone;
// the hashes stay, so the log still verifies. tables are those of the program (as for Verify). What is erased already, and
// what is not there, is passed over: the count says how many had something to erase. Followers see the new version and the
// entry of kind "erasure", and erase their copies.
func (l *Log) Erase(ctx context.Context, act Act, tables []Audited, list ...Erasure) (n int, err error) {
	return l.EraseBy(ctx, act, tables, func(*Tx) ([]Erasure, error) { return list, nil })
}

// EraseBy is Erase where fn finds out what is to be erased, in the same act, and may write beside it what that act is about.
func (l *Log) EraseBy(ctx context.Context, act Act, tables []Audited, fn func(tx *Tx) ([]Erasure, error)) (n int, err error) {
	if err := l.Do(ctx, act, func(tx *Tx) error {
		n = 0
		list, err := fn(tx)
		if err != nil {
			return err
		}
		for _, e := range list {
			done, err := e.do(ctx, tx, tables)
			if err != nil {
				return err
			}
			if done {
				n++
			}
		}
		return nil
	}); err != nil || n == 0 || l.store == nil {
		return n, err
	}
	return n, l.KeepErasures(ctx)
}

// table finds the table of the thing, nil for a note. The error is Invalid for what cannot be erased.
func (e Erasure) table(tables []Audited) (Audited, error) {
	i := slices.IndexFunc(tables, func(t Audited) bool { return t.Kind() == e.Kind })
	switch {
	case e.Ground == "" || e.Clause == "":
		return nil, errs.New(errs.Invalid, "消去には、根拠と条項が要ります。")
	case e.Part == PartNote && e.Kind == KindAct:
		return nil, nil
	case e.Part != PartPersonal && e.Part != PartWhole:
		return nil, errs.New(errs.Invalid, "消せるのは、ものの個人の部分（personal）、もの全体（whole）と、操作の覚え書き（kind act の note）だけです。")
	case i < 0:
		return nil, errs.New(errs.Invalid, "種類「%s」の記録はありません。", e.Kind)
	}
	return tables[i], nil
}

func (e Erasure) do(ctx context.Context, tx *Tx, tables []Audited) (bool, error) {
	table, err := e.table(tables)
	if err != nil {
		return false, err
	}
	var through, blanked int64
	removed := false
	if table == nil {
		blanked, err = blankNote(ctx, tx, e.Thing)
	} else {
		if e.Part == PartWhole {
			removed, err = table.remove(ctx, tx, e.Thing)
		} else {
			err = table.clear(ctx, tx, e.Thing)
		}
		if err := errors.Join(err, tx.flush(ctx)); err != nil {
			return false, err
		}
		through, blanked, err = blankPersonal(ctx, tx, e.Kind, e.Thing)
	}
	if err != nil || blanked == 0 && !removed {
		return false, err
	}
	return true, erasures.Put(ctx, tx, erasure{ID: id.New(tx.Now), Row: Row{Home: Body}, Erasure: e, Through: through})
}

// Erasable is what an erasure would take, as far as a reader may see it.
type Erasable struct {
	Erasure
	Versions int            // of the thing that say something of a person; of a note 1; 0 where nothing is left
	Newest   Entry          // the last of them; where there is none, the last of all
	Personal map[string]any // what it says, by column: values as in a Change, but none that is empty
}

// Erasable says what Erase would take; it is Invalid for what that refuses, NotFound for what is not there, or for a note whose act
// has no number yet.
func (l *Log) Erasable(ctx context.Context, r db.Reader, tables []Audited, e Erasure, seen Seen) (Erasable, error) {
	found := Erasable{Erasure: e}
	table, err := e.table(tables)
	if err != nil {
		return found, err
	}
	var entries []Entry
	if table == nil {
		entries, _, err = l.Search(ctx, r, Query{Act: id.ID(e.Thing), Limit: 1}, seen)
	} else {
		entries, err = versionsOf(ctx, r, e.Kind, e.Thing, 0, math.MaxInt32, seen)
	}
	if err != nil {
		return found, err
	}
	if len(entries) == 0 {
		return found, errs.New(errs.NotFound, "%s %s の記録はありません。", e.Kind, e.Thing)
	}
	found.Newest = entries[0]
	for _, x := range entries {
		personal := map[string]any{"note": x.Note}
		if table != nil {
			state, err := x.state()
			if err != nil {
				return found, err
			}
			personal = state[1]
		}
		maps.DeleteFunc(personal, func(_ string, value any) bool { return value == "" || value == int64(0) || value == false })
		if len(personal) == 0 {
			continue
		}
		if found.Versions == 0 {
			found.Newest, found.Personal = x, personal
		}
		found.Versions++
	}
	return found, nil
}

// KeepErasures brings the list of erasures in the store up to date. Erase does it; it is also done before a backup and when
// the program starts, for erasures after which the program was killed.
func (l *Log) KeepErasures(ctx context.Context) error {
	return l.alone(ctx, "trail erasures", l.patience.own, func(tx *db.Tx) error {
		known, err := l.store.Erasures()
		if err != nil {
			return err
		}
		done, err := allErasures(ctx, tx)
		if err != nil {
			return err
		}
		var text strings.Builder
		listed := map[Erasure]bool{}
		for _, e := range append(known, done...) { // known are also those that a restored database has forgotten
			if listed[e] {
				continue
			}
			listed[e] = true
			line, err := canon.Marshal(e)
			if err != nil {
				return err
			}
			text.Write(append(line, '\n'))
		}
		if len(listed) == len(known) {
			return nil
		}
		return l.store.write(erasuresFile, text.String())
	})
}

// Erasures is the list in the store: all erasures ever done, whatever the database remembers. After an older backup was
// restored they are done again by Erase.
func (s *Store) Erasures() ([]Erasure, error) {
	text, err := s.read(erasuresFile)
	if err != nil {
		return nil, err
	}
	var list []Erasure
	for line := range strings.Lines(text) {
		var e Erasure
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "フォルダ %s の %s（消去の一覧）が壊れています。控えから戻してください。", s.dir, erasuresFile)
		}
		list = append(list, e)
	}
	return list, nil
}

// clear writes the row with its personal columns empty, if it is there and they are not.
func (t Table[T]) clear(ctx context.Context, tx *Tx, thing string) error {
	keys, err := t.keys(thing)
	if err != nil {
		return err
	}
	rows, err := t.byKey(ctx, tx, keys)
	if err != nil || len(rows) == 0 {
		return err
	}
	v := reflect.ValueOf(&rows[0]).Elem()
	full := false
	for _, c := range t.columns {
		if field := v.FieldByIndex(c.path); c.personal && !field.IsZero() {
			full = full || !c.json || field.String() != "{}"
			field.SetZero()
		}
	}
	if !full {
		return nil
	}
	return t.Put(ctx, tx, rows[0])
}

// remove removes the row, if it is there.
func (t Table[T]) remove(ctx context.Context, tx *Tx, thing string) (bool, error) {
	keys, err := t.keys(thing)
	if err != nil {
		return false, err
	}
	rows, err := t.byKey(ctx, tx, keys)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	return true, t.Remove(ctx, tx, rows[0])
}

// keys takes a thing apart into the columns of its key.
func (t Table[T]) keys(thing string) ([]any, error) {
	columns := t.keyColumns()
	parts := strings.SplitN(thing, "/", len(columns))
	if len(parts) < len(columns) {
		return nil, fmt.Errorf("trail: %q is no %s", thing, t.kind)
	}
	keys := make([]any, len(columns))
	for i, c := range columns {
		keys[i] = parts[i]
		if !c.text {
			n, err := strconv.ParseInt(parts[i], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("trail: %q is no %s: %w", thing, t.kind, err)
			}
			keys[i] = n
		}
	}
	return keys, nil
}

func (t Table[T]) keyColumns() []column {
	var keys []column
	for _, c := range t.columns {
		if c.key {
			keys = append(keys, c)
		}
	}
	return keys
}
