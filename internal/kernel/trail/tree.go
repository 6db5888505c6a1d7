package trail

import (
	"context"
	"encoding/hex"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"sekimori/internal/base/db"
)

// tileHeight makes tiles of 256 hashes.
const tileHeight = 8

// Head is the state of the tree (RFC 6962): a root over the entries 0 to Size-1, in an epoch.
type Head struct {
	Size  int64
	Epoch int64 // 0 before the first
	Root  tlog.Hash
}

// place is a tile without its width.
type place struct{ level, number int64 }

func placeOf(t tlog.Tile) place { return place{int64(t.L), t.N} }

// hashes reads the nodes of the tree of a size from its tiles, as r sees them. It keeps what it has read.
func hashes(ctx context.Context, r db.Reader, size int64) tlog.HashReader {
	tiles := map[place][]byte{}
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		var missing []place
		for _, index := range indexes {
			if index >= tlog.StoredHashCount(size) {
				return nil, fmt.Errorf("trail: hash %d is not in a tree of %d entries", index, size)
			}
			p := placeOf(tlog.TileForIndex(tileHeight, index))
			if _, ok := tiles[p]; !ok {
				tiles[p] = nil
				missing = append(missing, p)
			}
		}
		if err := readTiles(ctx, r, missing, tiles); err != nil {
			return nil, err
		}
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			tile := tlog.TileForIndex(tileHeight, index)
			data := tiles[placeOf(tile)]
			if len(data) < tile.W*tlog.HashSize {
				return nil, fmt.Errorf("trail: tile %d/%d holds %d bytes, less than %d hashes", tile.L, tile.N, len(data), tile.W)
			}
			var err error
			if found[i], err = tlog.HashFromTile(tile, data, index); err != nil {
				return nil, err
			}
		}
		return found, nil
	})
}

// grow appends leaves to a tree of size: the new root and the tiles that are new or wider now.
func grow(size int64, leaves []tlog.Hash, stored tlog.HashReader) (tlog.Hash, map[place][]byte, error) {
	fresh := map[int64]tlog.Hash{}
	both := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		var old, where []int64
		for i, index := range indexes {
			h, ok := fresh[index]
			if found[i] = h; !ok {
				old, where = append(old, index), append(where, int64(i))
			}
		}
		if len(old) == 0 {
			return found, nil
		}
		read, err := stored.ReadHashes(old)
		for i, h := range read {
			found[where[i]] = h
		}
		return found, err
	})
	for i, leaf := range leaves {
		n := size + int64(i)
		nodes, err := tlog.StoredHashesForRecordHash(n, leaf, both)
		if err != nil {
			return tlog.Hash{}, nil, err
		}
		for j, h := range nodes {
			fresh[tlog.StoredHashIndex(0, n)+int64(j)] = h
		}
	}
	grown := size + int64(len(leaves))
	tiles := map[place][]byte{}
	for _, tile := range tlog.NewTiles(tileHeight, size, grown) {
		data, err := tlog.ReadTileData(tile, both)
		if err != nil {
			return tlog.Hash{}, nil, err
		}
		tiles[placeOf(tile)] = data
	}
	root, err := tlog.TreeHash(grown, both)
	return root, tiles, err
}

// hexHash is a hash as the database writes it.
func hexHash(h tlog.Hash) string { return hex.EncodeToString(h[:]) }

func parseHash(s string) (h tlog.Hash, err error) {
	if n, err := hex.Decode(h[:], []byte(s)); err != nil || n != len(h) || hexHash(h) != s {
		return h, fmt.Errorf("trail: %q is no hash", s)
	}
	return h, nil
}
