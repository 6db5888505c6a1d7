package account

import (
	"context"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// fill reads counters, each by its kind and subject; what is not there owes nothing.
func fill(ctx context.Context, r db.Reader, list ...*debt) error {
	var args []any
	kinds, subjects := make([]string, len(list)), make([]string, len(list))
	for i, d := range list {
		kinds[i], subjects[i] = d.Kind, d.Subject
	}
	rows, err := db.List[debt](ctx, r, `select kind, subject, until_at, tries, at from account_try where kind in `+db.In(&args, kinds)+` and subject in `+db.In(&args, subjects), args...)
	for _, row := range rows {
		for _, d := range list {
			if d.Kind == row.Kind && d.Subject == row.Subject {
				*d = row
			}
		}
	}
	return err
}

func putDebts(ctx context.Context, tx *db.Tx, list ...debt) error {
	for _, d := range list {
		if _, err := tx.Exec(ctx, `insert into account_try (kind, subject, until_at, tries, at) values ($1, $2, $3, $4, $5)
			on conflict (kind, subject) do update set until_at = excluded.until_at, tries = excluded.tries, at = excluded.at`,
			d.Kind, d.Subject, d.Until, d.Tries, d.At); err != nil {
			return err
		}
	}
	return nil
}

// knownFrom says whether an account's owner has come in from somewhere before, with nothing left to do.
func knownFrom(ctx context.Context, r db.Reader, account id.ID, net string) (bool, error) {
	return db.Get[bool](ctx, r, `select count(*) > 0 from account_session where account = $1 and net = $2 and pending = ''`, account, net)
}

// sweepTries removes counters that say nothing any more: those that are paid off, and of accounts also no number that its owner
// is still to be told.
func sweepTries(ctx context.Context, tx *db.Tx, now time.Time, told db.Time) (int64, error) {
	return tx.Exec(ctx, `delete from account_try where until_at < $1 and (kind <> $2 or tries = 0 or subject like 'login:%' or at < $3)`, db.At(now.Add(-waitKept)), ofAccount, told)
}
