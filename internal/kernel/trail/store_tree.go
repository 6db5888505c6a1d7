package trail

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// headOf reads the head of the tree.
func headOf(ctx context.Context, r db.Reader) (Head, error) {
	row, err := db.Get[struct {
		Size  int64  `db:"size"`
		Epoch int64  `db:"epoch"`
		Root  string `db:"root"`
	}](ctx, r, `select size, epoch, root from trail_head`)
	if err != nil {
		return Head{}, err
	}
	root, err := parseHash(row.Root)
	return Head{row.Size, row.Epoch, root}, err
}

// moveHead replaces the head that was read.
func moveHead(ctx context.Context, tx *db.Tx, from, to Head) error {
	n, err := tx.Exec(ctx, `update trail_head set size = $1, epoch = $2, root = $3 where size = $4 and epoch = $5 and root = $6`,
		to.Size, to.Epoch, hexHash(to.Root), from.Size, from.Epoch, hexHash(from.Root))
	if err == nil && n != 1 {
		err = errors.New("trail: the head of the tree was changed by somebody who does not hold its lock")
	}
	return err
}

func readTiles(ctx context.Context, r db.Reader, places []place, into map[place][]byte) error {
	type tile struct {
		Level  int64  `db:"level"`
		Number int64  `db:"number"`
		Hashes []byte `db:"hashes"`
	}
	for chunk := range slices.Chunk(places, chunkOf(2)) {
		args := make([]any, 0, 2*len(chunk))
		for _, p := range chunk {
			args = append(args, p.level, p.number)
		}
		rows, err := db.List[tile](ctx, r, `with v (level, number) as (values `+values(len(chunk), "bigint", "bigint")+`)
			select t.level, t.number, t.hashes from v join trail_tile t on t.level = v.level and t.number = v.number`, args...)
		if err != nil {
			return err
		}
		for _, row := range rows {
			into[place{row.Level, row.Number}] = row.Hashes
		}
	}
	return nil
}

func writeTiles(ctx context.Context, tx *db.Tx, tiles map[place][]byte) error {
	args := make([]any, 0, 3*len(tiles))
	for p, data := range tiles {
		args = append(args, p.level, p.number, data)
	}
	_, err := tx.Exec(ctx, `insert into trail_tile (level, number, hashes) values `+places(len(tiles), 3)+`
		on conflict (level, number) do update set hashes = excluded.hashes`, args...)
	return err
}

const waitingColumns = `e.act, e.position, e.kind, e.thing, e.version, e.home, e.gone, e.public_hash, e.personal_hash`

// pendingEntries reads the first entries without a number.
func pendingEntries(ctx context.Context, r db.Reader, limit int) ([]waiting, error) {
	return db.List[waiting](ctx, r, `select `+waitingColumns+` from trail_entry e where e.seq is null order by e.act, e.position limit $1`, limit)
}

// pendingVersions reads which of some versions have no number.
func pendingVersions(ctx context.Context, r db.Reader, which []version) ([]waiting, error) {
	var list []waiting
	for chunk := range slices.Chunk(which, chunkOf(3)) {
		args := make([]any, 0, 3*len(chunk))
		for _, v := range chunk {
			args = append(args, v.kind, v.thing, v.number)
		}
		some, err := db.List[waiting](ctx, r, `with v (kind, thing, version) as (values `+values(len(chunk), "text", "text", "bigint")+`)
			select `+waitingColumns+` from v join trail_entry e on e.kind = v.kind and e.thing = v.thing and e.version = v.version
			where e.seq is null order by e.act, e.position`, args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

// entriesOfAct reads the entries of an act, none of which has a number.
func entriesOfAct(ctx context.Context, r db.Reader, act id.ID) ([]waiting, error) {
	return db.List[waiting](ctx, r, `select `+waitingColumns+` from trail_entry e where e.act = $1 order by e.position`, act)
}

func actsOf(ctx context.Context, r db.Reader, ids []id.ID) ([]actRow, error) {
	var list []actRow
	for chunk := range slices.Chunk(ids, chunkOf(1)) {
		var args []any
		some, err := db.List[actRow](ctx, r, `select id, at, actor, authority, name, seal, opens, detail, note, note_salt, note_hash
			from trail_act where id in `+db.In(&args, chunk), args...)
		if err != nil {
			return nil, err
		}
		list = append(list, some...)
	}
	return list, nil
}

func writeNumbers(ctx context.Context, tx *db.Tx, all []run) error {
	for chunk := range slices.Chunk(all, chunkOf(4)) {
		args, want := make([]any, 0, 4*len(chunk)), int64(0)
		for _, r := range chunk {
			args = append(args, r.act, r.first, r.last, r.shift)
			want += r.last - r.first + 1
		}
		n, err := tx.Exec(ctx, `with v (act, first, last, shift) as (values `+values(len(chunk), "text", "bigint", "bigint", "bigint")+`)
			update trail_entry set seq = trail_entry.position + v.shift from v
			where trail_entry.act = v.act and trail_entry.position between v.first and v.last`, args...)
		if err != nil {
			return err
		}
		if n != want {
			return fmt.Errorf("trail: %d of %d entries took their number", n, want)
		}
	}
	return nil
}

// hasCheckpoint says whether a head was signed.
func hasCheckpoint(ctx context.Context, r db.Reader, h Head) (bool, error) {
	return db.Get[bool](ctx, r, `select exists (select 1 from trail_checkpoint where epoch = $1 and size = $2)`, h.Epoch, h.Size)
}

func hasCheckpoints(ctx context.Context, r db.Reader, epoch int64) (bool, error) {
	return db.Get[bool](ctx, r, `select exists (select 1 from trail_checkpoint where epoch = $1)`, epoch)
}

// putCheckpoint keeps a checkpoint. One that is there in its place is none of the store's.
func putCheckpoint(ctx context.Context, tx *db.Tx, h Head, note string) error {
	_, err := tx.Exec(ctx, `insert into trail_checkpoint (epoch, size, root, at, note) values ($1, $2, $3, $4, $5)
		on conflict (epoch, size) do update set root = excluded.root, at = excluded.at, note = excluded.note`, h.Epoch, h.Size, hexHash(h.Root), tx.Now, note)
	return err
}

// lastCheckpoint is the last head that was signed; one of size 0 where there is none.
func lastCheckpoint(ctx context.Context, r db.Reader) (Checkpoint, error) {
	list, err := db.List[Checkpoint](ctx, r, `select epoch, size, at, note from trail_checkpoint order by epoch desc, size desc limit 1`)
	if err != nil || len(list) == 0 {
		return Checkpoint{}, err
	}
	return list[0], nil
}

// backlog counts the entries without a number, and tells the time of the first.
func backlog(ctx context.Context, r db.Reader) (n int64, oldest db.Time, err error) {
	if n, err = db.Get[int64](ctx, r, `select count(*) from trail_entry where seq is null`); err != nil || n == 0 {
		return 0, "", err
	}
	oldest, err = db.Get[db.Time](ctx, r, `select a.at from trail_entry e join trail_act a on a.id = e.act where e.seq is null order by e.act, e.position limit 1`)
	return n, oldest, err
}

// pendingUpTo counts the entries without a number, but no more than most. In their order PostgreSQL finds them by their index,
// whatever it believes of how many there are.
func pendingUpTo(ctx context.Context, r db.Reader, most int64) (int64, error) {
	return db.Get[int64](ctx, r, `select count(*) from (select e.act from trail_entry e where e.seq is null order by e.act, e.position limit $1) w`, most)
}

// followerAt is how many entries a follower has taken in.
func followerAt(ctx context.Context, r db.Reader, name string) (int64, error) {
	return db.Get[int64](ctx, r, `select coalesce((select position from trail_follower where name = $1), 0)`, name)
}

// numberedAt is the time of the entry with a number, "" where there is none yet.
func numberedAt(ctx context.Context, r db.Reader, seq int64) (db.Time, error) {
	at, err := db.List[db.Time](ctx, r, `select a.at from trail_entry e join trail_act a on a.id = e.act where e.seq = $1`, seq)
	if err != nil || len(at) == 0 {
		return "", err
	}
	return at[0], nil
}

func moveFollower(ctx context.Context, tx *db.Tx, name string, position int64) error {
	_, err := tx.Exec(ctx, `insert into trail_follower (name, position) values ($1, $2) on conflict (name) do update set position = excluded.position`, name, position)
	return err
}

// forgetFollowers sends all of them back to the beginning.
func forgetFollowers(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, `delete from trail_follower`)
	return err
}

func feed(ctx context.Context, r db.Reader, from int64, limit int) ([]Feed, error) {
	rows, err := db.List[struct {
		Feed
		Opens string `db:"opens"`
	}](ctx, r, `select e.seq, e.act, a.at, a.actor, a.name, a.seal, a.opens, e.kind, e.thing, e.version, e.home, e.gone, e.public, e.personal
		from trail_entry e join trail_act a on a.id = e.act where e.seq >= $1 order by e.seq limit $2`, from, limit)
	list := make([]Feed, len(rows))
	for i, row := range rows {
		list[i] = row.Feed
		list[i].Opens = db.Time(row.Opens)
	}
	return list, err
}

// storeOf is the id of the store to which the database belongs, "" before the first.
func storeOf(ctx context.Context, r db.Reader) (string, error) {
	return db.Get[string](ctx, r, `select coalesce((select id from trail_store), '')`)
}

func insertStore(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `insert into trail_store (id) values ($1)`, id)
	return err
}

// values is n rows of parameters for a `with`, of which PostgreSQL has to know the types.
func values(n int, types ...string) string {
	first := make([]string, len(types))
	for i, t := range types {
		first[i] = fmt.Sprintf("cast($%d as %s)", i+1, t)
	}
	_, rest, more := strings.Cut(places(n, len(types)), "), (")
	if !more {
		return "(" + strings.Join(first, ", ") + ")"
	}
	return "(" + strings.Join(first, ", ") + "), (" + rest
}

// treeAlone is alone for what changes the tree. PostgreSQL joins by index there, whatever it takes the number of acts and of
// entries for: these are never known, and reading the whole table for a few entries must not depend on a guess. What is off
// counts as so dear that even one row would be worth compiling (jit), which takes 50 ms.
func (l *Log) treeAlone(ctx context.Context, fn func(tx *db.Tx) error) error {
	return l.alone(ctx, sequencing, l.patience.own, func(tx *db.Tx) error {
		if tx.Engine() == db.Postgres {
			if _, err := tx.Exec(ctx, `select set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)`); err != nil {
				return err
			}
		}
		return fn(tx)
	})
}

// alone is UpdateAlone that does not wait for ever on PostgreSQL for a process which was stopped, or whose machine was lost,
// in its turn: where the server has waited for that process for as long as patience, its transaction is ended. Nothing is lost
// by that but what it had not committed.
func (l *Log) alone(ctx context.Context, name string, patience time.Duration, fn func(tx *db.Tx) error) error {
	if l.db.Engine() != db.Postgres {
		return l.db.UpdateAlone(ctx, name, fn)
	}
	for {
		waiting, cancel := context.WithCancel(ctx)
		timer := time.AfterFunc(patience, cancel)
		err := l.db.UpdateAlone(waiting, name, func(tx *db.Tx) error {
			timer.Stop()
			return fn(tx)
		})
		gaveUp := waiting.Err() != nil && ctx.Err() == nil
		timer.Stop()
		cancel()
		if !gaveUp {
			return err
		}
		if err := l.release(ctx, name, patience); err != nil {
			return err
		}
	}
}

// release ends the transaction that holds the lock of UpdateAlone and has not been heard of.
func (l *Log) release(ctx context.Context, name string, patience time.Duration) error {
	return l.db.View(ctx, func(r db.Reader) error {
		_, err := db.List[bool](ctx, r, `select pg_terminate_backend(a.pid) from pg_locks k join pg_stat_activity a on a.pid = k.pid
			where k.locktype = 'advisory' and k.granted and k.objsubid = 1 and a.datname = current_database()
			and (cast(k.classid as bigint) << 32) + cast(k.objid as bigint) = hashtextextended($1, 0)
			and a.wait_event_type = 'Client' and a.state_change < clock_timestamp() - make_interval(secs => cast($2 as bigint) / 1000.0)`,
			name, patience.Milliseconds())
		return err
	})
}
