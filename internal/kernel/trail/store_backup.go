package trail

import (
	"context"

	"sekimori/internal/base/db"
)

// renameStore gives the database another store.
func renameStore(ctx context.Context, tx *db.Tx, id string) error {
	_, err := tx.Exec(ctx, `update trail_store set id = $1`, id)
	return err
}
