package trail

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/testkit"
)

func own() []db.Schema { return []db.Schema{{Module: "trail", FS: Schema()}} }

// enter commits one act with an entry for each of the versions, without rows.
func enter(t testing.TB, l *Log, act id.ID, entries ...version) {
	t.Helper()
	if err := l.db.Update(t.Context(), func(tx *db.Tx) error {
		row, err := Act{Actor: "cli:test", Name: "made"}.row(act, db.At(tx.Now))
		if err != nil {
			return err
		}
		rows := make([]entryRow, len(entries))
		for i, v := range entries {
			rows[i] = entryRow{Act: act, Position: int64(i), Kind: v.kind, Thing: v.thing, Version: v.number, Home: "b:", Public: "{}"}
			rows[i].PublicSalt, rows[i].PublicHash = salted("{}")
		}
		for chunk := range slices.Chunk(rows, chunkOf(entryColumns)) {
			if err := insertEntries(t.Context(), tx, chunk); err != nil {
				return err
			}
		}
		return insertAct(t.Context(), tx, row)
	}); err != nil {
		t.Fatal(err)
	}
}

// tree checks that the entries have dense numbers, that versions ascend with them, and that the head is the root over leaves
// computed from what is stored; it gives the head.
func tree(t testing.TB, d *db.DB) (head Head) {
	t.Helper()
	ctx := t.Context()
	if err := d.View(ctx, func(r db.Reader) (err error) {
		if head, err = headOf(ctx, r); err != nil {
			return err
		}
		entries, err := db.List[entryRow](ctx, r, `select act, position, seq, kind, thing, version, home, gone, public, public_salt, public_hash, personal, personal_salt, personal_hash
			from trail_entry where seq is not null order by seq`)
		if err != nil {
			return err
		}
		last := map[[2]string]int64{}
		var stored []tlog.Hash
		memory := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, _ error) {
			for _, i := range indexes {
				list = append(list, stored[i])
			}
			return list, nil
		})
		acts := map[id.ID]string{}
		for i, e := range entries {
			if *e.Seq != int64(i) {
				t.Fatalf("entry %d has number %d", i, *e.Seq)
			}
			thing := [2]string{e.Kind, e.Thing}
			if e.Version <= last[thing] {
				t.Errorf("version %d of %v has number %d, behind version %d", e.Version, thing, i, last[thing])
			}
			last[thing] = e.Version
			if acts[e.Act] == "" {
				rows, err := actsOf(ctx, r, []id.ID{e.Act})
				if err != nil || len(rows) != 1 {
					return fmt.Errorf("%d acts: %w", len(rows), err)
				}
				if acts[e.Act], err = rows[0].hash(); err != nil {
					return err
				}
			}
			leaf, err := e.leaf(acts[e.Act])
			if err != nil {
				return err
			}
			more, err := tlog.StoredHashes(int64(i), leaf, memory)
			if err != nil {
				return err
			}
			stored = append(stored, more...)
		}
		root, err := tlog.TreeHash(int64(len(entries)), memory)
		if head.Size != int64(len(entries)) || head.Root != root {
			t.Errorf("head %d %v, want %d %v", head.Size, head.Root, len(entries), root)
		}
		if len(stored) > 0 {
			every := make([]int64, len(stored))
			for i := range every {
				every[i] = int64(i)
			}
			tiles, err := hashes(ctx, r, head.Size).ReadHashes(every)
			if err != nil {
				return err
			}
			if !slices.Equal(tiles, stored) {
				t.Error("the tiles hold other hashes")
			}
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return head
}

func TestSequenceBuildsTheTree(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		l := New(d)
		l.batch = 128
		if head := tree(t, d); head.Size != 0 {
			t.Errorf("an empty trail has a head of %d", head.Size)
		}
		size := int64(0)
		for i, n := range []int{1, 2, 300, 1, 255, 0, 600} {
			entries := make([]version, n)
			for j := range entries {
				entries[j] = version{"thing", fmt.Sprintf("%d/%d", i, j), 1}
			}
			if n > 0 {
				enter(t, l, id.New(d.Now()), entries...)
			}
			if err := l.sequenceAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			size += int64(n)
			if head := tree(t, d); head.Size != size {
				t.Errorf("%d entries have numbers, want %d", head.Size, size)
			}
		}
	})
}

// TestGrow grows a tree of three levels of tiles by steps of all sizes, and compares it with the one that knows all its nodes.
func TestGrow(t *testing.T) {
	t.Parallel()
	var nodes []tlog.Hash
	all := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, _ error) {
		for _, i := range indexes {
			list = append(list, nodes[i])
		}
		return list, nil
	})
	tiles := map[place][]byte{}
	stored := tlog.HashReaderFunc(func(indexes []int64) (list []tlog.Hash, _ error) {
		for _, i := range indexes {
			tile := tlog.TileForIndex(tileHeight, i)
			h, err := tlog.HashFromTile(tile, tiles[placeOf(tile)], i)
			if err != nil {
				return nil, err
			}
			list = append(list, h)
		}
		return list, nil
	})
	size := int64(0)
	for step := 1; size < 1<<16+1000; step = step*3%8191 + 1 {
		leaves := make([]tlog.Hash, step)
		for i := range leaves {
			leaves[i] = tlog.RecordHash([]byte{byte(size), byte(step), byte(i), byte(i >> 8)})
			more, err := tlog.StoredHashesForRecordHash(size+int64(i), leaves[i], all)
			if err != nil {
				t.Fatal(err)
			}
			nodes = append(nodes, more...)
		}
		root, grown, err := grow(size, leaves, stored)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(tiles, grown)
		size += int64(step)
		if want, err := tlog.TreeHash(size, all); err != nil || root != want {
			t.Fatalf("the root of %d is %v, want %v (%v)", size, root, want, err)
		}
	}
	for i, want := range nodes {
		if got, err := stored.ReadHashes([]int64{int64(i)}); err != nil || got[0] != want {
			t.Fatalf("node %d is %v, want %v (%v)", i, got, want, err)
		}
	}
	for p, data := range tiles {
		if p.level > 2 || p.level == 2 && len(data) != tlog.HashSize*int(size>>16) {
			t.Errorf("tile %v of %d bytes in a tree of %d", p, len(data), size)
		}
	}
}

// TestVersionsAscend has acts whose ids are not in the order in which they were committed, also over the limit of a batch.
func TestVersionsAscend(t *testing.T) {
	t.Parallel()
	testkit.Each(t, own(), func(t *testing.T, d *db.DB) {
		l := New(d)
		l.batch = 64
		var acts []id.ID
		for range 6 {
			acts = append(acts, id.New(d.Now()))
		}
		enter(t, l, acts[5], version{"thing", "a", 1})
		enter(t, l, acts[3], version{"thing", "a", 2}, version{"thing", "b", 1})
		enter(t, l, acts[4], version{"thing", "a", 3}, version{"other", "a", 1})
		enter(t, l, acts[0], version{"thing", "a", 4})
		var many []version
		for i := range 2 * l.batch {
			many = append(many, version{"many", fmt.Sprint(i), 1})
		}
		enter(t, l, acts[1], many...)
		if n, err := l.Sequence(t.Context()); err != nil || n != l.batch+3 {
			t.Errorf("%d entries, want a batch and the three versions before the first (%v)", n, err)
		}
		tree(t, d)
		if err := l.sequenceAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		if head := tree(t, d); head.Size != int64(2*l.batch+6) {
			t.Errorf("%d entries", head.Size)
		}
	})
}
