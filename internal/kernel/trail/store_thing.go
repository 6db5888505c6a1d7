package trail

import (
	"context"
	"slices"

	"sekimori/internal/base/db"
)

// upsertThings writes where things are; what is newer than an entry stays.
func upsertThings(ctx context.Context, tx *db.Tx, entries []Feed) error {
	const columns = 7
	for chunk := range slices.Chunk(entries, chunkOf(columns)) {
		args := make([]any, 0, columns*len(chunk))
		for _, e := range chunk {
			args = append(args, e.Kind, e.Thing, e.Version, e.Home, e.Gone, e.Seq, e.At)
		}
		if _, err := tx.Exec(ctx, `insert into trail_thing (kind, thing, version, home, gone, seq, at) values `+places(len(chunk), columns)+`
			on conflict (kind, thing) do update set version = excluded.version, home = excluded.home, gone = excluded.gone, seq = excluded.seq, at = excluded.at
			where excluded.version > trail_thing.version`, args...); err != nil {
			return err
		}
	}
	return nil
}
