package account

import (
	"context"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

const sessionColumns = `id, account, terminal, how, pending, factor, failed, address, net, agent, made_at, used_at, idle, until_at, ended_at, why`

// owner is an account beside something of its own.
type owner struct {
	Owner   id.ID   `db:"a_id"`
	Version int64   `db:"a_version"`
	Home    string  `db:"a_home"`
	Kind    Kind    `db:"a_kind"`
	Person  id.ID   `db:"a_person"`
	Unit    id.ID   `db:"a_unit"`
	Login   string  `db:"a_login"`
	Folded  string  `db:"a_folded"`
	State   State   `db:"a_state"`
	Made    db.Time `db:"a_made_at"`
	Out     string  `db:"a_out_at"`
}

func (o owner) account() Account {
	return Account{
		ID: o.Owner, Row: trail.Row{Version: o.Version, Home: o.Home}, Kind: o.Kind, Person: o.Person, Unit: o.Unit,
		Login: o.Login, Folded: o.Folded, State: o.State, MadeAt: o.Made, OutAt: o.Out,
	}
}

// ownerColumns are the account's, with names of their own.
const ownerColumns = `a.id as a_id, a.version as a_version, a.home as a_home, a.kind as a_kind, a.person as a_person, a.unit as a_unit,
	a.login as a_login, a.folded as a_folded, a.state as a_state, a.made_at as a_made_at, a.out_at as a_out_at`

// sessionBy reads the session of a token and its account; NotFound.
func sessionBy(ctx context.Context, r db.Reader, token string) (Session, Account, error) {
	type row struct {
		Session
		owner
	}
	f, err := db.Get[row](ctx, r, `select s.`+strings.ReplaceAll(sessionColumns, ", ", ", s.")+`, `+ownerColumns+`
		from account_session s join account a on a.id = s.account where s.token = $1`, token)
	return f.Session, f.account(), err
}

func insertSession(ctx context.Context, tx *db.Tx, s Session, token string) error {
	_, err := tx.Exec(ctx, `insert into account_session (`+sessionColumns+`, token) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		s.ID, s.Account, s.Terminal, s.How, s.Pending, s.Factor, s.Failed, s.Address, s.Net, s.Agent, s.MadeAt, s.UsedAt, s.Idle, s.UntilAt, s.EndedAt, s.Why, token)
	return err
}

// moveSession gives a session another state and token; false where it is not as it was before.
func moveSession(ctx context.Context, tx *db.Tx, before, after Session, token string) (bool, error) {
	done, err := db.List[id.ID](ctx, tx, `update account_session set token = $1, pending = $2, factor = $3, used_at = $4, failed = $5
		where id = $6 and pending = $7 and factor = $8 and ended_at = '' returning id`,
		token, after.Pending, after.Factor, after.UsedAt, after.Failed, before.ID, before.Pending, before.Factor)
	return len(done) == 1, err
}

func touchSession(ctx context.Context, tx *db.Tx, session id.ID, now db.Time) error {
	_, err := tx.Exec(ctx, `update account_session set used_at = $1 where id = $2 and used_at < $1 and ended_at = ''`, now, session)
	return err
}

func endToken(ctx context.Context, tx *db.Tx, token string, why Why, now db.Time) error {
	_, err := tx.Exec(ctx, `update account_session set ended_at = $1, why = $2 where token = $3 and ended_at = ''`, now, why, token)
	return err
}

// endSessions ends all sessions of an account but one.
func endSessions(ctx context.Context, tx *db.Tx, account, but id.ID, why Why, now db.Time) error {
	_, err := tx.Exec(ctx, `update account_session set ended_at = $1, why = $2 where account = $3 and id <> $4 and ended_at = '' and until_at > $1`, now, why, account, but)
	return err
}

// endTerminal ends the sessions of a terminal.
func endTerminal(ctx context.Context, tx *db.Tx, account, terminal id.ID, why Why, now db.Time) error {
	_, err := tx.Exec(ctx, `update account_session set ended_at = $1, why = $2 where account = $3 and terminal = $4 and ended_at = ''`, now, why, account, terminal)
	return err
}

// sessionsOf lists sessions that were made before a moment ("" for all), newest first.
func sessionsOf(ctx context.Context, r db.Reader, account id.ID, before db.Time, limit int) ([]Session, error) {
	if before == "" {
		before = "9999"
	}
	return db.List[Session](ctx, r, `select `+sessionColumns+` from account_session where account = $1 and made_at < $2 order by made_at desc, id desc limit $3`, account, before, limit)
}

// openSessions lists the sessions that nobody has ended and whose time is not over.
func openSessions(ctx context.Context, r db.Reader, account id.ID, now db.Time) ([]Session, error) {
	return db.List[Session](ctx, r, `select `+sessionColumns+` from account_session where account = $1 and ended_at = '' and until_at > $2 order by made_at desc, id desc`, account, now)
}

// sweepSessions removes the oldest of those that were made before a moment.
func sweepSessions(ctx context.Context, tx *db.Tx, before db.Time, limit int) (int64, error) {
	return tx.Exec(ctx, `delete from account_session where id in (select id from account_session where made_at < $1 order by made_at, id limit $2)`, before, limit)
}
