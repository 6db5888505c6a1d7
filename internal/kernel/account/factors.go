package account

import (
	"context"
	"slices"

	"github.com/go-webauthn/webauthn/webauthn"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// FactorOptions is what the body decides about second factors, and where they are used.
type FactorOptions struct {
	Key    []byte // of the store (trail.Store.Secret); without it generators can be neither enrolled nor used
	Issuer string // what apps show beside the login: みなと市 関守
	// Site is the host under which browsers know the program, Origins the addresses that they show for it (https://HOST[:PORT]).
	// Without them there are no passkeys. What was registered for a site counts for it alone.
	Site    string
	Origins []string
	// Allowed lists the kinds that count; nil for all.
	Allowed func(ctx context.Context, r db.Reader) ([]FactorKind, error)
	// Reissue ends the sessions of an account and gives it a temporary password.
	Reissue func(ctx context.Context, tx *trail.Tx, a Account) (password string, err error)
}

// Factors holds the use cases of second factors. It is safe for concurrent use.
type Factors struct {
	log     *trail.Log
	sealer  sealer
	site    *webauthn.WebAuthn // nil without a site
	options FactorOptions
	hasher  *hasher
}

// NewFactors makes the service. Invalid where the site or its origins cannot be those of a program.
func NewFactors(log *trail.Log, o FactorOptions) (*Factors, error) {
	s := &Factors{log: log, options: o, hasher: newHasher(costNow)}
	var err error
	if s.sealer, err = newSealer(o.Key); err != nil {
		return nil, err
	}
	if o.Site == "" && len(o.Origins) == 0 {
		return s, nil
	}
	s.site, err = newSite(o)
	return s, err
}

// Allowed lists the kinds that count here and now.
func (s *Factors) Allowed(ctx context.Context, r db.Reader) ([]FactorKind, error) {
	kinds := FactorKinds()
	if s.options.Allowed != nil {
		var err error
		if kinds, err = s.options.Allowed(ctx, r); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(kinds), func(k FactorKind) bool {
		return k == Passkey && s.site == nil || k == TOTP && s.sealer.aead == nil
	}), nil
}

func (s *Factors) allow(ctx context.Context, r db.Reader, kind FactorKind) error {
	kinds, err := s.Allowed(ctx, r)
	if err == nil && !slices.Contains(kinds, kind) {
		err = errs.New(errs.Forbidden, "「%s」は、ここでは使えません。", kind.Title())
	}
	return err
}

// List gives the factors of an account that have not been withdrawn, also those of a kind that is not allowed any more, to its
// owner and to who manages accounts there.
func (s *Factors) List(ctx context.Context, r db.Reader, by *access.Actor, account id.ID) ([]Held, error) {
	a, err := Get(ctx, r, account)
	if err != nil {
		return nil, err
	}
	if !owns(by, a) {
		if _, err := by.Require(ctx, r, access.AccountManage, a.Home); err != nil {
			return nil, err
		}
	}
	return s.list(ctx, r, account)
}

func (s *Factors) list(ctx context.Context, r db.Reader, account id.ID) ([]Held, error) {
	all, err := factorsOf(ctx, r, account)
	list := make([]Held, len(all))
	for i, h := range all {
		list[i] = s.held(h)
	}
	return list, err
}

// Usable lists the kinds that somebody can give now: what he holds and what is allowed.
func (s *Factors) Usable(ctx context.Context, r db.Reader, account id.ID) ([]FactorKind, error) {
	allowed, err := s.Allowed(ctx, r)
	if err != nil {
		return nil, err
	}
	list, err := s.list(ctx, r, account)
	return slices.DeleteFunc(allowed, func(k FactorKind) bool {
		return !slices.ContainsFunc(list, func(h Held) bool { return h.Kind == k && h.usable() })
	}), err
}

func (h Held) usable() bool { return !h.Lost && (h.Kind != Printed || h.Left > 0) }

func (s *Factors) held(h holding) Held {
	return Held{
		ID: h.ID, Kind: h.Kind, Label: h.Label, AddedAt: h.AddedAt, UsedAt: h.use.UsedAt,
		Left: left(h), Lost: h.Kind == TOTP && !s.sealer.can(h.Secret),
	}
}

// owns says whether somebody acts for himself, or the program for everybody.
func owns(by *access.Actor, a Account) bool {
	return by.Class == access.Program || by.Class == access.Person && a.Kind == Person && a.Person == by.Person.Person
}

// own reads the account of somebody who changes his own second factors. Who has any must have given one; who has none may be on
// his way in.
func (s *Factors) own(ctx context.Context, r db.Reader, by *access.Actor, account id.ID) (Account, error) {
	a, err := factorOwner(ctx, r, account)
	if err != nil {
		return a, err
	}
	if !owns(by, a) {
		return a, db.ErrNotFound
	}
	if by.Class == access.Program || by.Can(access.Self) {
		return a, nil
	}
	list, err := s.list(ctx, r, account)
	if err == nil && (len(list) > 0 || !by.Can(access.Entering)) {
		err = errs.New(errs.Forbidden, "先に、登録してある手段で本人確認をしてください。使えないときは、所属長か運用管理者に再登録を頼んでください。")
	}
	return a, err
}

// FactorRequired says whether somebody has to have a second factor: whoever holds a role that its regime marks as privileged, or
// acts for its holder (kobe-city/standard:8.2.6, kobe-school/standard:7.2.9).
func FactorRequired(a *access.Actor) bool {
	return slices.ContainsFunc(a.Authorities, func(h org.Holding) bool { return h.Role.Privileged })
}

// factorOwner reads the account of a person who may come in: only those have second factors.
func factorOwner(ctx context.Context, r db.Reader, account id.ID) (Account, error) {
	a, err := Get(ctx, r, account)
	if err == nil && (a.Kind != Person || a.State != Active) {
		err = errs.New(errs.Conflict, "この利用者は、いま使えません。")
	}
	return a, err
}

// Try is somebody giving a second factor.
type Try struct {
	Account id.ID
	Session string // for a passkey: the session that asked for the challenge
	Net     string // where it comes from, as it is counted (Session.Net)
	Kind    FactorKind
	Input   string // the code; for a passkey the browser's answer as JSON
}

// Verify takes a second factor. What then does is committed together with its use, so that nothing is opened twice by it; then
// may be nil, and may run more than once. ErrWrong where it is not right; TooMany where it was wrong too often and one has to
// wait, a minute at most.
func (s *Factors) Verify(ctx context.Context, try Try, then func(tx *db.Tx, h Held) error) error {
	checked, err := s.judge(ctx, try)
	if err != nil {
		return err
	}
	return s.log.DB().Update(ctx, func(tx *db.Tx) error {
		all, err := s.counting(ctx, tx, try.Account, try.Kind)
		if err != nil {
			return err
		}
		h, use, err := checked(tx, all)
		if err != nil {
			return err
		}
		if moved, err := moveUse(ctx, tx, h.use, use); err != nil || !moved {
			return wrongOr(err)
		}
		given := s.held(h)
		if given.Wrong, err = paid(ctx, tx, try.Account); err != nil || then == nil {
			return err
		}
		return then(tx, given)
	})
}

// checker finds the factor that was given among some, and how far it is used then. ErrWrong.
type checker func(tx *db.Tx, all []holding) (holding, factorUse, error)

// judge books the try and does what takes long before the transaction.
func (s *Factors) judge(ctx context.Context, try Try) (checker, error) {
	var begun ceremony
	if err := s.log.DB().Update(ctx, func(tx *db.Tx) (err error) {
		if err := s.allow(ctx, tx, try.Kind); err != nil {
			return err
		}
		if _, err := factorOwner(ctx, tx, try.Account); err != nil {
			return err
		}
		if try.Kind == Passkey { // the challenge is used whatever comes of it
			if begun, err = ceremonyOf(ctx, tx, try.Session, toGive, try.Account, db.At(tx.Now)); err != nil {
				return err
			}
			if taken, err := takeCeremony(ctx, tx, begun); err != nil || !taken {
				return wrongOr(err)
			}
		}
		return book(ctx, tx, try)
	}); err != nil {
		return nil, err
	}
	switch try.Kind {
	case TOTP:
		return s.checkCode(digits(try.Input)), nil
	case Printed:
		return s.checkPrinted(ctx, try.Account, digits(try.Input))
	case Passkey:
		return s.checkPasskey(ctx, try.Account, begun.Data, try.Input)
	}
	return nil, ErrWrong
}

// counting lists the factors of one kind that can be given.
func (s *Factors) counting(ctx context.Context, r db.Reader, account id.ID, kind FactorKind) ([]holding, error) {
	all, err := factorsOf(ctx, r, account)
	return slices.DeleteFunc(all, func(h holding) bool { return h.Kind != kind || !s.held(h).usable() }), err
}

func notFoundOr(err error) error {
	if err == nil {
		return db.ErrNotFound
	}
	return err
}

func wrongOr(err error) error {
	if err == nil {
		return ErrWrong
	}
	return err
}

// Withdraw ends a factor of its owner. Who has to have one keeps the last that can be given.
func (s *Factors) Withdraw(ctx context.Context, by *access.Actor, account, factor id.ID) error {
	return s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.factor.withdraw"}, func(tx *trail.Tx) error {
		if _, err := s.own(ctx, tx, by, account); err != nil {
			return err
		}
		f, err := factorOf(ctx, tx, factor)
		if err != nil {
			return err
		}
		if f.Account != account || f.WithdrawnAt != "" {
			return db.ErrNotFound
		}
		allowed, err := s.Allowed(ctx, tx)
		if err != nil {
			return err
		}
		all, err := factorsOf(ctx, tx, account)
		if err != nil {
			return err
		}
		other := slices.ContainsFunc(all, func(h holding) bool {
			return h.ID != factor && slices.Contains(allowed, h.Kind) && s.held(h).usable()
		})
		if FactorRequired(by) && !other {
			return errs.New(errs.Conflict, "あなたの役割では、パスワードのほかに二つ目の確認が要ります。先に別のものを登録してください。")
		}
		return withdraw(ctx, tx, f)
	})
}

// withdraw ends factors and leaves nothing of their secrets.
func withdraw(ctx context.Context, tx *trail.Tx, list ...Factor) error {
	for i := range list {
		list[i].WithdrawnAt, list[i].Secret = string(db.At(tx.Now)), []byte{}
	}
	return factors.Put(ctx, tx, list...)
}

// add enrols a factor of an account.
func (s *Factors) add(ctx context.Context, tx *trail.Tx, a Account, f Factor, use factorUse) (Held, error) {
	f.Account, f.Row, f.AddedAt, use.Factor = a.ID, trail.Row{Home: a.home()}, db.At(tx.Now), f.ID
	if err := factors.Put(ctx, tx, f); err != nil {
		return Held{}, err
	}
	return s.held(holding{f, use}), insertUse(ctx, tx.Plain(), use)
}
