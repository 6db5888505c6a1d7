package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// enrolling is how long an enrolment of a generator may take.
const enrolling = 15 * time.Minute

// Offer is a generator that does not count yet: its key has to be brought into an app, and a code of it confirmed.
type Offer struct {
	Key string // in groups, to be typed; "" for a token, which has its key
	URI string // otpauth://…
	QR  QR     // of the URI
}

// BeginTOTP begins the enrolment of a generator: of an app with a new key, or of a token with the key that its maker gave.
func (s *Factors) BeginTOTP(ctx context.Context, by *access.Actor, account id.ID, session string, token *Token) (Offer, error) {
	g, err := Token{Key: strings.Repeat("0", 2*keyBytes), Hex: true}.generator()
	if token != nil {
		g, err = token.generator()
	}
	if err != nil {
		return Offer{}, err
	}
	var offer Offer
	return offer, s.log.DB().Update(ctx, func(tx *db.Tx) error {
		if err := s.allow(ctx, tx, TOTP); err != nil {
			return err
		}
		owner, err := s.own(ctx, tx, by, account)
		if err != nil {
			return err
		}
		if token == nil {
			if offer, g.Key, err = s.offer(owner); err != nil {
				return err
			}
		}
		plain, err := g.bytes()
		if err != nil {
			return err
		}
		p := ceremony{Session: session, Purpose: toConfirm, Account: account, Factor: id.New(tx.Now), Expires: db.At(tx.Now.Add(enrolling))}
		if p.Data, err = s.sealer.seal(plain, string(p.Factor)); err != nil {
			return err
		}
		return beginCeremony(ctx, tx, p)
	})
}

// offer makes a key for an app.
func (s *Factors) offer(owner Account) (Offer, []byte, error) {
	key, err := totp.Generate(totp.GenerateOpts{Issuer: s.options.Issuer, AccountName: owner.Login, SecretSize: keyBytes, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return Offer{}, nil, err
	}
	g, err := Token{Key: key.Secret()}.generator()
	if err != nil {
		return Offer{}, nil, err
	}
	var groups []string
	for group := range slices.Chunk([]byte(key.Secret()), 4) {
		groups = append(groups, string(group))
	}
	picture, err := newQR(key.URL())
	return Offer{Key: strings.Join(groups, " "), URI: key.URL(), QR: picture}, g.Key, err
}

// ConfirmTOTP ends the enrolment by a code of the generator, or two that follow each other where a token's clock may go wrong. Until
// then it does not count. ErrWrong leaves it begun.
func (s *Factors) ConfirmTOTP(ctx context.Context, by *access.Actor, account id.ID, session, label string, codes ...string) (Held, error) {
	if err := labelled(label); err != nil {
		return Held{}, err
	}
	var done Held
	return done, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.factor.add"}, func(tx *trail.Tx) error {
		if err := s.allow(ctx, tx, TOTP); err != nil {
			return err
		}
		a, err := s.own(ctx, tx, by, account)
		if err != nil {
			return err
		}
		p, err := ceremonyOf(ctx, tx, session, toConfirm, account, db.At(tx.Now))
		if err != nil {
			return err
		}
		plain, err := s.sealer.open(p.Data, string(p.Factor))
		if errors.Is(err, errOtherKey) {
			return errCeremony
		} else if err != nil {
			return err
		}
		g, err := readGenerator(plain)
		if err != nil {
			return err
		}
		now := g.step(tx.Now)
		step, found, err := g.given(codes, now, 0, now-far-1)
		if err != nil || !found {
			return wrongOr(err)
		}
		if taken, err := takeCeremony(ctx, tx.Plain(), p); err != nil || !taken {
			return wrongOr(err)
		}
		f := Factor{ID: p.Factor, Kind: TOTP, Label: label, Secret: p.Data, Drift: step - now}
		if len(codes) == 1 { // one code says nothing about the clock: it may be that of the step before
			f.Drift = 0
		}
		done, err = s.add(ctx, tx, a, f, factorUse{Step: step})
		return err
	})
}

// given gives the step of one code near what is expected, or of the second of two that follow each other, farther away.
func (g generator) given(codes []string, now, drift, last int64) (step int64, found bool, err error) {
	switch len(codes) {
	case 1:
		return g.find(digits(codes[0]), now+drift, near, last)
	case 2:
		return g.findTwo(digits(codes[0]), digits(codes[1]), now+drift, last)
	}
	return 0, false, nil
}

// checkCode is a checker for a code of a generator.
func (s *Factors) checkCode(codes ...string) checker {
	return func(tx *db.Tx, all []holding) (holding, factorUse, error) {
		for _, h := range all {
			plain, err := s.sealer.open(h.Secret, string(h.ID))
			if err != nil {
				return h, h.use, err
			}
			g, err := readGenerator(plain)
			if err != nil {
				return h, h.use, err
			}
			step, found, err := g.given(codes, g.step(tx.Now), h.Drift, h.use.Step)
			if err != nil {
				return h, h.use, err
			}
			if found {
				use := h.use
				use.Step = step
				h.Drift = step - g.step(tx.Now) // only Resync keeps it
				return h, use, nil
			}
		}
		return holding{}, factorUse{}, ErrWrong
	}
}

// Resync takes two codes that follow each other, from a token whose clock has gone wrong by at most ten minutes, and remembers how
// wrong it goes: try.Input is the first. It is a try like Verify, with the same then: two codes show more than one.
func (s *Factors) Resync(ctx context.Context, by *access.Actor, try Try, second string, then func(tx *db.Tx, h Held) error) error {
	if err := s.log.DB().Update(ctx, func(tx *db.Tx) error {
		if err := s.allow(ctx, tx, TOTP); err != nil {
			return err
		}
		return book(ctx, tx, try)
	}); err != nil {
		return err
	}
	return s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.factor.resync"}, func(tx *trail.Tx) error {
		if a, err := factorOwner(ctx, tx, try.Account); err != nil || !owns(by, a) {
			return notFoundOr(err)
		}
		all, err := s.counting(ctx, tx, try.Account, TOTP)
		if err != nil {
			return err
		}
		h, use, err := s.checkCode(try.Input, second)(tx.Plain(), all)
		if err != nil {
			return err
		}
		if moved, err := moveUse(ctx, tx.Plain(), h.use, use); err != nil || !moved {
			return wrongOr(err)
		}
		if err := factors.Put(ctx, tx, h.Factor); err != nil {
			return err
		}
		given := s.held(h)
		if given.Wrong, err = paid(ctx, tx.Plain(), try.Account); err != nil || then == nil {
			return err
		}
		return then(tx.Plain(), given)
	})
}
