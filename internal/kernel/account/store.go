package account

import (
	"context"
	"embed"
	"io/fs"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// The tables of this package. Every write goes through them.
var (
	Accounts = trail.NewTable[Account]("account", "account")
)

// Audited lists the audited tables of this package.
func Audited() []trail.Audited { return []trail.Audited{Accounts, keys, factors, recoveries} }

// Get reads an account; NotFound.
func Get(ctx context.Context, r db.Reader, account id.ID) (Account, error) {
	return db.Get[Account](ctx, r, `select `+Accounts.Columns()+` from account where id = $1`, account)
}

// OfPerson reads the account of a person, also a closed one; NotFound.
func OfPerson(ctx context.Context, r db.Reader, person id.ID) (Account, error) {
	return db.Get[Account](ctx, r, `select `+Accounts.Columns()+` from account where person = $1 and person <> ''`, person)
}

// ByLogin reads the account that is not closed and has a login, in whatever spelling; NotFound.
func ByLogin(ctx context.Context, r db.Reader, login string) (Account, error) {
	return db.Get[Account](ctx, r, `select `+Accounts.Columns()+` from account where folded = $1 and state <> 'closed'`, fold(login))
}
