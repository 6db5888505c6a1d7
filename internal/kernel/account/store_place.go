package account

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// seedOf reads what the numbers of a place follow from; NotFound.
func seedOf(ctx context.Context, r db.Reader, account id.ID) (Seed, error) {
	return db.Get[Seed](ctx, r, `select `+Seeds.Columns()+` from account_place where account = $1`, account)
}

// terminalOf reads a terminal; NotFound.
func terminalOf(ctx context.Context, r db.Reader, terminal id.ID) (Terminal, error) {
	return db.Get[Terminal](ctx, r, `select `+Terminals.Columns()+` from account_terminal where id = $1`, terminal)
}

// terminalBy reads the terminal of a code or token; NotFound.
func terminalBy(ctx context.Context, r db.Reader, secret []byte) (Terminal, error) {
	return db.Get[Terminal](ctx, r, `select `+Terminals.Columns()+` from account_terminal where secret = $1`, secret)
}

func terminalsOf(ctx context.Context, r db.Reader, account id.ID) ([]Terminal, error) {
	return db.List[Terminal](ctx, r, `select `+Terminals.Columns()+` from account_terminal where account = $1 order by id desc`, account)
}
