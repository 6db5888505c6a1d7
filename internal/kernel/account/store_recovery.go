package account

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
)

// recoveryOf reads one request; NotFound.
func recoveryOf(ctx context.Context, r db.Reader, recovery id.ID) (Recovery, error) {
	return db.Get[Recovery](ctx, r, `select `+recoveries.Columns()+` from account_recovery where id = $1`, recovery)
}

// recoveriesOf lists the requests for an account, newest first.
func recoveriesOf(ctx context.Context, r db.Reader, account id.ID) ([]Recovery, error) {
	return db.List[Recovery](ctx, r, `select `+recoveries.Columns()+` from account_recovery where account = $1 order by id desc`, account)
}

// openRecoveries lists the requests that can still be decided and that somebody may see, oldest first.
func openRecoveries(ctx context.Context, r db.Reader, by *access.Actor, now db.Time) ([]Recovery, error) {
	args := []any{Asked, now}
	manage := by.Scope(access.AccountManage).Where(r, &args, "account_recovery.home")
	confirm := by.Scope(access.AccountConfirm).Where(r, &args, "account_recovery.home")
	return db.List[Recovery](ctx, r, `select `+recoveries.Columns()+` from account_recovery
		where state = $1 and expires_at > $2 and (`+manage+` or `+confirm+`) order by id`, args...)
}
