package account

import (
	"context"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// The limits of second factors. Whoever tries has given the password before, or come by another door.
const (
	freeTries = 10          // from one place, for one account, ten may be wrong; then one a minute
	allTries  = 100         // from all places; then one a minute from where its owner has never come in
	pause     = time.Minute // never longer: nobody can lock another out
)

// factorDebts are the counters of a try: for the account, and from where it comes.
func factorDebts(ctx context.Context, r db.Reader, try Try) (all, here debt, err error) {
	all, here = debt{Kind: ofFactor, Subject: string(try.Account)}, debt{Kind: ofFactor, Subject: string(try.Account) + " " + try.Net}
	return all, here, fill(ctx, r, &all, &here)
}

// book counts a try before it is judged, so that many at once are judged no oftener than one after the other.
func book(ctx context.Context, tx *db.Tx, try Try) error {
	all, here, err := factorDebts(ctx, tx, try)
	if err != nil {
		return err
	}
	wait := here.pause(tx.Now, freeTries)
	if more := all.pause(tx.Now, allTries); more > wait {
		known, err := knownFrom(ctx, tx, try.Account, try.Net)
		if err != nil {
			return err
		}
		if !known {
			wait = more
		}
	}
	if wait > 0 {
		return tooMany(wait, "続けて正しくなかったため、いまは受け付けません。")
	}
	return putDebts(ctx, tx, all.again(tx.Now), here.again(tx.Now))
}

// pause is how long one has to wait after so many tries.
func (d debt) pause(now time.Time, free int64) time.Duration {
	if d.Tries < free {
		return 0
	}
	return max(0, d.At.Time().Add(pause).Sub(now))
}

// again is the counter with one more try, to be forgotten in a month.
func (d debt) again(now time.Time) debt {
	d.Tries, d.At, d.Until = d.Tries+1, db.At(now), db.At(now.AddDate(0, 1, 0))
	return d
}

// paid forgets the tries of an account when one was right, and says how many before it were not.
func paid(ctx context.Context, tx *db.Tx, account id.ID) (wrong int64, err error) {
	all, _, err := factorDebts(ctx, tx, Try{Account: account})
	if err != nil {
		return 0, err
	}
	return max(0, all.Tries-1), dropDebts(ctx, tx, ofFactor, string(account))
}

// Wrong says how many second factors of an account were wrong since the last that was right.
func (s *Factors) Wrong(ctx context.Context, r db.Reader, account id.ID) (int64, error) {
	all, _, err := factorDebts(ctx, r, Try{Account: account})
	return all.Tries, err
}
