package account

import (
	"context"
	"time"
	"unicode/utf8"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// deciding is how long a request to recover can be decided.
const deciding = 24 * time.Hour

// RecoveryState is where a request is in its life.
type RecoveryState string

// The states. Only what is asked changes.
const (
	Asked     RecoveryState = "asked"
	Confirmed RecoveryState = "confirmed"
	Refused   RecoveryState = "refused"
	Expired   RecoveryState = "expired" // nobody has decided in time
)

// Title is the state in words.
func (s RecoveryState) Title() string {
	return map[RecoveryState]string{Asked: "確認待ち", Confirmed: "認めた", Refused: "断った", Expired: "期限切れ"}[s]
}

// Recovery lets somebody in again who has lost what he shows beside the password. One asks for it and another confirms, who
// has made sure that it is he; neither is he himself.
type Recovery struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Account   id.ID         `db:"account"`
	Reason    string        `db:"reason" trail:"personal"`
	AskedBy   string        `db:"asked_by"` // as the trail names actors
	AskedAt   db.Time       `db:"asked_at"`
	Expires   db.Time       `db:"expires_at"`
	State     RecoveryState `db:"state"` // see At
	DecidedBy string        `db:"decided_by"`
	DecidedAt string        `db:"decided_at"` // db.Time, or "" while it is asked
}

// recoveries is the table of requests.
var recoveries = trail.NewTable[Recovery]("account_recovery", "recovery")

// At is the state at a moment: a request expires by itself.
func (r Recovery) At(now db.Time) RecoveryState {
	if r.State == Asked && now >= r.Expires {
		return Expired
	}
	return r.State
}

// AskRecovery asks that the second factors of somebody else's account be withdrawn. Another has a day to confirm it.
func (s *Factors) AskRecovery(ctx context.Context, by *access.Actor, account id.ID, reason string) (Recovery, error) {
	if n := utf8.RuneCountInString(reason); n == 0 || n > 400 {
		var faults errs.Faults
		faults.Add("reason", "何が使えなくなったか、どうやって本人から聞いたかを、400文字までで書いてください。")
		return Recovery{}, faults.Err("理由を確かめてください。")
	}
	var asked Recovery
	return asked, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.recovery.ask"}, func(tx *trail.Tx) error {
		a, err := Get(ctx, tx, account)
		if err != nil {
			return err
		}
		if err := by.Authorize(ctx, tx, access.AccountManage, a.Home); err != nil {
			return err
		}
		if _, err := factorOwner(ctx, tx, account); err != nil {
			return err
		}
		if by.Name == a.Actor() {
			return errs.New(errs.Forbidden, "自分の再登録は、自分では求められません。ほかの担当者に頼んでください。")
		}
		now := db.At(tx.Now)
		before, err := recoveriesOf(ctx, tx, account)
		if err != nil {
			return err
		}
		for _, r := range before {
			switch {
			case r.At(now) == Asked:
				return errs.New(errs.Conflict, "この利用者の再登録は、もう求められています。別の人が認めるか断るまで、待ってください。")
			case r.State == Asked:
				r.State = Expired
				if err := recoveries.Put(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		asked = Recovery{
			ID: id.New(tx.Now), Row: trail.Row{Home: a.Home}, Account: account, Reason: reason, AskedBy: by.Name, AskedAt: now,
			Expires: db.At(tx.Now.Add(deciding)), State: Asked,
		}
		return recoveries.Put(ctx, tx, asked)
	})
}

// ConfirmRecovery does what was asked: in one act the account's factors are withdrawn, its sessions end, and it gets a temporary
// password, which is shown once, to be handed over in person. Who confirms is neither the owner nor who asked. Conflict where it
// was decided already or nobody has in time.
func (s *Factors) ConfirmRecovery(ctx context.Context, by *access.Actor, recovery id.ID) (password string, err error) {
	return password, s.decide(ctx, by, trail.Act{Actor: by.Name, Name: "account.recovery.confirm"}, recovery, Confirmed, func(tx *trail.Tx, a Account) error {
		if _, err := factorOwner(ctx, tx, a.ID); err != nil {
			return err
		}
		all, err := factorsOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		for _, h := range all {
			if err := withdraw(ctx, tx, h.Factor); err != nil {
				return err
			}
		}
		if err := dropCeremonies(ctx, tx.Plain(), a.ID); err != nil {
			return err
		}
		if err := dropDebts(ctx, tx.Plain(), ofFactor, string(a.ID)); err != nil {
			return err
		}
		password, err = s.options.Reissue(ctx, tx, a)
		return err
	})
}

// RefuseRecovery ends a request without effect. The owner may, whom it shows that somebody asked, and who asked.
func (s *Factors) RefuseRecovery(ctx context.Context, by *access.Actor, recovery id.ID) error {
	return s.decide(ctx, by, trail.Act{Actor: by.Name, Name: "account.recovery.refuse"}, recovery, Refused, func(*trail.Tx, Account) error { return nil })
}

func (s *Factors) decide(ctx context.Context, by *access.Actor, act trail.Act, recovery id.ID, as RecoveryState, effect func(tx *trail.Tx, a Account) error) error {
	return s.log.Do(ctx, act, func(tx *trail.Tx) error {
		r, err := recoveryOf(ctx, tx, recovery)
		if err != nil {
			return err
		}
		a, err := Get(ctx, tx, r.Account)
		if err != nil {
			return err
		}
		if self := by.Name == a.Actor(); !self || as == Confirmed {
			if err := mayDecide(ctx, tx, by, a.Home); err != nil {
				return err
			}
			if as == Confirmed && (self || by.Name == r.AskedBy) {
				return errs.New(errs.Forbidden, "求めた人と本人のほかの人が認めます。")
			}
		}
		now := db.At(tx.Now)
		if is := r.At(now); is != Asked {
			return errs.New(errs.Conflict, "この再登録は、もう決まっています（%s）。必要なときは、改めて求めてください。", is.Title())
		}
		r.State, r.DecidedBy, r.DecidedAt = as, by.Name, string(now)
		if err := recoveries.Put(ctx, tx, r); err != nil {
			return err
		}
		return effect(tx, a)
	})
}

// mayDecide asks for one of the permissions on which requests are decided.
func mayDecide(ctx context.Context, tx *trail.Tx, by *access.Actor, home string) error {
	err := by.Authorize(ctx, tx, access.AccountConfirm, home)
	if err == nil || errs.KindOf(err) != errs.Forbidden && errs.KindOf(err) != errs.NotFound {
		return err
	}
	other := by.Authorize(ctx, tx, access.AccountManage, home)
	if errs.KindOf(other) == errs.Forbidden {
		return err
	}
	return other
}

// Recoveries lists the requests that somebody can decide or has asked for, oldest first.
func (s *Factors) Recoveries(ctx context.Context, r db.Reader, by *access.Actor) ([]Recovery, error) {
	return openRecoveries(ctx, r, by, db.At(s.log.DB().Now()))
}

// RecoveriesOf lists the requests for an account, newest first, to its owner and to who manages accounts there.
func (s *Factors) RecoveriesOf(ctx context.Context, r db.Reader, by *access.Actor, account id.ID) ([]Recovery, error) {
	a, err := Get(ctx, r, account)
	if err != nil {
		return nil, err
	}
	if !owns(by, a) {
		if _, err := by.Require(ctx, r, access.AccountManage, a.Home); err != nil {
			return nil, err
		}
	}
	return recoveriesOf(ctx, r, account)
}
