package account

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

func keyOf(ctx context.Context, r db.Reader, key id.ID) (Key, error) {
	return db.Get[Key](ctx, r, `select `+keys.Columns()+` from account_key where id = $1`, key)
}

const heldKeys = ` , coalesce(u.used_at, '') as used_at from account_key k left join account_key_use u on u.key_id = k.id
	where k.withdrawn_at = '' and k.expires_at > $2 and `

func keysOf(ctx context.Context, r db.Reader, account id.ID, now db.Time) ([]HeldKey, error) {
	return db.List[HeldKey](ctx, r, `select `+keys.ColumnsOf("k")+heldKeys+`k.account = $1 order by k.made_at, k.id`, account, now)
}

func keyBySum(ctx context.Context, r db.Reader, sum []byte, now db.Time) (HeldKey, error) {
	return db.Get[HeldKey](ctx, r, `select `+keys.ColumnsOf("k")+heldKeys+`k.secret = $1`, sum, now)
}

func useKey(ctx context.Context, tx *db.Tx, key id.ID, now db.Time) error {
	_, err := tx.Exec(ctx, `insert into account_key_use (key_id, used_at) values ($1, $2) on conflict (key_id) do update set used_at = excluded.used_at`, key, now)
	return err
}
