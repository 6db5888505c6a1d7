package account

import (
	"context"
	"errors"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// factorUse is how far a factor was used.
type factorUse struct {
	Factor id.ID  `db:"factor"`
	Step   int64  `db:"step"`    // of a generator: the last of which a code was taken
	Signs  int64  `db:"signs"`   // of a passkey: its counter
	Used   int64  `db:"used"`    // of a printed list: one bit for each code
	UsedAt string `db:"used_at"` // db.Time, or "" for never
}

// holding is a factor with its use.
type holding struct {
	Factor
	use factorUse
}

// factorsOf lists the factors of an account that count, oldest first.
func factorsOf(ctx context.Context, r db.Reader, account id.ID) ([]holding, error) {
	list, err := db.List[Factor](ctx, r, `select `+factors.Columns()+` from account_factor where account = $1 and withdrawn_at = '' order by id`, account)
	if err != nil {
		return nil, err
	}
	uses, err := db.List[factorUse](ctx, r, `select u.factor, u.step, u.signs, u.used, u.used_at from account_factor_use u
		join account_factor f on f.id = u.factor where f.account = $1 and f.withdrawn_at = ''`, account)
	if err != nil {
		return nil, err
	}
	by := map[id.ID]factorUse{}
	for _, u := range uses {
		by[u.Factor] = u
	}
	all := make([]holding, len(list))
	for i, f := range list {
		all[i] = holding{f, by[f.ID]}
	}
	return all, nil
}

// factorOf reads one factor; NotFound.
func factorOf(ctx context.Context, r db.Reader, factor id.ID) (Factor, error) {
	return db.Get[Factor](ctx, r, `select `+factors.Columns()+` from account_factor where id = $1`, factor)
}

func insertUse(ctx context.Context, tx *db.Tx, u factorUse) error {
	_, err := tx.Exec(ctx, `insert into account_factor_use (factor, step, signs, used, used_at) values ($1, $2, $3, $4, $5)`, u.Factor, u.Step, u.Signs, u.Used, u.UsedAt)
	return err
}

// moveUse takes a factor from one use to the next; false where another was there before, and then nothing is written.
func moveUse(ctx context.Context, tx *db.Tx, from, to factorUse) (bool, error) {
	done, err := db.List[id.ID](ctx, tx, `update account_factor_use set step = $1, signs = $2, used = $3, used_at = $4
		where factor = $5 and step = $6 and signs = $7 and used = $8 returning factor`,
		to.Step, to.Signs, to.Used, tx.Now, from.Factor, from.Step, from.Signs, from.Used)
	return len(done) == 1, err
}

// dropDebts forgets counters of one kind for a subject, and of its parts.
func dropDebts(ctx context.Context, tx *db.Tx, kind, subject string) error {
	_, err := tx.Exec(ctx, `delete from account_try where kind = $1 and (subject = $2 or subject like $2 || ' %')`, kind, subject)
	return err
}

// purpose is what a ceremony is for.
type purpose string

const (
	toRegister purpose = "register" // a passkey
	toGive     purpose = "give"     // a passkey
	toConfirm  purpose = "confirm"  // a generator
)

// ceremony is what a session has begun.
type ceremony struct {
	Session string  `db:"session"`
	Purpose purpose `db:"purpose"`
	Account id.ID   `db:"account"`
	Factor  id.ID   `db:"factor"` // that will come of it; "" for none
	Data    []byte  `db:"data"`
	Expires db.Time `db:"expires_at"`
}

// beginCeremony keeps a ceremony in the place of what the session began before, and clears away what is too old.
func beginCeremony(ctx context.Context, tx *db.Tx, p ceremony) error {
	if _, err := tx.Exec(ctx, `delete from account_ceremony where expires_at < $1 or session = $2 and purpose = $3`, tx.Now, p.Session, p.Purpose); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `insert into account_ceremony (session, purpose, account, factor, data, expires_at) values ($1, $2, $3, $4, $5, $6)`,
		p.Session, p.Purpose, p.Account, p.Factor, p.Data, p.Expires)
	return err
}

// ceremonyOf reads what a session has begun for an account; errCeremony where there is nothing or its time is over.
func ceremonyOf(ctx context.Context, r db.Reader, session string, what purpose, account id.ID, now db.Time) (ceremony, error) {
	p, err := db.Get[ceremony](ctx, r, `select session, purpose, account, factor, data, expires_at from account_ceremony
		where session = $1 and purpose = $2 and account = $3 and expires_at >= $4`, session, what, account, now)
	if errors.Is(err, db.ErrNotFound) {
		err = errCeremony
	}
	return p, err
}

// takeCeremony is ceremonyOf for once; false where somebody has taken it in the meantime.
func takeCeremony(ctx context.Context, tx *db.Tx, p ceremony) (bool, error) {
	done, err := db.List[string](ctx, tx, `delete from account_ceremony where session = $1 and purpose = $2 and expires_at = $3 returning session`, p.Session, p.Purpose, p.Expires)
	return len(done) == 1, err
}

// dropCeremonies forgets all that is begun for an account.
func dropCeremonies(ctx context.Context, tx *db.Tx, account id.ID) error {
	_, err := tx.Exec(ctx, `delete from account_ceremony where account = $1`, account)
	return err
}

// Bare reads the accounts, of some people's, that can be used and have no second factor.
func Bare(ctx context.Context, r db.Reader, people ...id.ID) ([]Account, error) {
	var args []any
	return db.List[Account](ctx, r, `select `+Accounts.Columns()+` from account where person <> '' and person in `+db.In(&args, people)+`
		and state = 'active' and not exists (select 1 from account_factor f where f.account = account.id and f.withdrawn_at = '') order by folded, id`, args...)
}
