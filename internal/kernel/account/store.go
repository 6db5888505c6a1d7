package account

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// The tables of this package. Every write goes through them.
var (
	Accounts  = trail.NewTable[Account]("account", "account")
	Passwords = trail.NewTable[Password]("account_password", "password")
	Seeds     = trail.NewTable[Seed]("account_place", "place")
	Terminals = trail.NewTable[Terminal]("account_terminal", "terminal")
)

// Audited lists the audited tables of this package.
func Audited() []trail.Audited {
	return []trail.Audited{Accounts, Passwords, Seeds, Terminals, keys, factors, recoveries}
}

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

// OfPeople reads the accounts of some people, also closed ones.
func OfPeople(ctx context.Context, r db.Reader, people ...id.ID) ([]Account, error) {
	var args []any
	return db.List[Account](ctx, r, `select `+Accounts.Columns()+` from account where person <> '' and person in `+db.In(&args, people)+` order by folded, id`, args...)
}

// openAccounts lists the accounts of a kind that are not closed.
func openAccounts(ctx context.Context, r db.Reader, kind Kind) ([]Account, error) {
	return db.List[Account](ctx, r, `select `+Accounts.Columns()+` from account where kind = $1 and state <> 'closed' order by id`, kind)
}

// freeLogin is a Conflict where another account that is not closed has a login already.
func freeLogin(ctx context.Context, r db.Reader, but id.ID, login string) error {
	other, err := ByLogin(ctx, r, login)
	switch {
	case errors.Is(err, db.ErrNotFound) || err == nil && other.ID == but:
		return nil
	case err != nil:
		return err
	}
	return &errs.Error{Kind: errs.Conflict, Message: "この利用者IDは、ほかの利用者が使っています。", Fields: []errs.Field{{Where: "login", Message: "ほかの名前にしてください。"}}}
}

// accountsBy reads one account more than a page.
func accountsBy(ctx context.Context, r db.Reader, by *access.Actor, q Query) ([]Account, error) {
	last, folded, _ := strings.Cut(q.After, " ")
	args := []any{folded, last, q.Limit + 1}
	people := by.Scope(access.AccountManage).Where(r, &args, "account.home")
	places := by.Scope(access.PlaceManage).Where(r, &args, "account.home")
	where := `(folded, id) > ($1, $2) and (kind = 'person' and ` + people + ` or kind = 'place' and ` + places + `)`
	for column, value := range map[string]string{"state": string(q.State), "kind": string(q.Kind)} {
		if value != "" {
			args = append(args, value)
			where += fmt.Sprintf(` and %s = $%d`, column, len(args))
		}
	}
	if find := fold(q.Find); find != "" {
		args = append(args, "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(find)+"%")
		where += fmt.Sprintf(` and folded like $%d escape '!'`, len(args))
	}
	return db.List[Account](ctx, r, `select `+Accounts.Columns()+` from account where `+where+` order by folded, id limit $3`, args...)
}
