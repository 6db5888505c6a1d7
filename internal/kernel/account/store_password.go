package account

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// passwordOf reads the password of an account that counts; NotFound.
func passwordOf(ctx context.Context, r db.Reader, account id.ID) (Password, error) {
	return db.Get[Password](ctx, r, `select `+Passwords.Columns()+` from account_password where account = $1 and retired_at = ''`, account)
}

// retired lists old passwords of an account, the latest first.
func retired(ctx context.Context, r db.Reader, account id.ID, limit int) ([]Password, error) {
	return db.List[Password](ctx, r, `select `+Passwords.Columns()+` from account_password where account = $1 and retired_at <> '' order by made_at desc, id desc limit $2`, account, limit)
}
