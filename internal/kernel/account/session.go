package account

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
)

// How is the door by which somebody came in.
type How string

// The doors.
const (
	ByPassword    How = "password"
	ByOIDC        How = "oidc"
	ByProxy       How = "proxy"       // a header of a named proxy
	ByCertificate How = "certificate" // of the client, checked by a named proxy
	ByTerminal    How = "terminal"    // of a place, with the number of the day
)

// Title is the door in words.
func (h How) Title() string {
	return map[How]string{ //nolint:gosec // words
		ByPassword: "パスワード", ByOIDC: "庁内の認証基盤（OIDC）", ByProxy: "庁内の認証基盤（中継）", ByCertificate: "証明書", ByTerminal: "所属端末",
	}[h]
}

// Pending is what somebody who has come in has to do before anything else.
type Pending string

// What may be left, in the order in which it is done.
const (
	GiveFactor     Pending = "factor" // the second factor that he has
	ChangePassword Pending = "change" // a temporary password, or one that is too old
	EnrolFactor    Pending = "enrol"  // a second factor, because his role asks for one
)

// Session is that somebody is signed in, or was.
type Session struct {
	ID       id.ID   `db:"id"`
	Account  id.ID   `db:"account"`
	Terminal id.ID   `db:"terminal"` // of a place, "" else
	How      How     `db:"how"`
	Pending  string  `db:"pending"` // with spaces between
	Factor   bool    `db:"factor"`  // the second factor was given
	Failed   int64   `db:"failed"`  // tries with a wrong password or second factor since the sign-in before
	Address  string  `db:"address"`
	Net      string  `db:"net"`
	Agent    string  `db:"agent"`
	MadeAt   db.Time `db:"made_at"`
	UsedAt   db.Time `db:"used_at"` // to the minute
	Idle     int64   `db:"idle"`    // seconds
	UntilAt  db.Time `db:"until_at"`
	EndedAt  string  `db:"ended_at"` // db.Time, "" while nobody has ended it
	Why      Why     `db:"why"`
}

// Why is why a session has ended.
type Why string

// The reasons.
const (
	WhyOut        Why = "out"        // signed out
	WhyEverywhere Why = "everywhere" // signed out everywhere, from another session
	WhyAgain      Why = "again"      // the same browser signed in anew
	WhyPassword   Why = "password"   // the password was changed in another session
	WhyReset      Why = "reset"      // somebody gave a new password
	WhyStopped    Why = "stopped"    // the account was suspended, closed or renewed
	WhyAdmin      Why = "admin"      // ended by who manages accounts
	WhyIdle       Why = "idle"       // was not used
	WhyTime       Why = "time"       // was as long as a session may be
)

// Title is the reason in words, as lists show it.
func (w Why) Title() string {
	return map[Why]string{ //nolint:gosec // words
		WhyOut: "サインアウト", WhyEverywhere: "全端末でサインアウト", WhyAgain: "サインインし直し", WhyPassword: "パスワード変更",
		WhyReset: "パスワード再発行", WhyStopped: "利用者の停止・廃止", WhyAdmin: "管理者による終了", WhyIdle: "無操作", WhyTime: "時間の上限",
	}[w]
}

// Next is what is left to do first, "" for nothing.
func (s Session) Next() Pending {
	for _, p := range []Pending{GiveFactor, ChangePassword, EnrolFactor} {
		if s.Left(p) {
			return p
		}
	}
	return ""
}

// Left says whether something is left to do.
func (s Session) Left(p Pending) bool { return slices.Contains(strings.Fields(s.Pending), string(p)) }

func (s *Session) done(p Pending) {
	s.Pending = strings.Join(slices.DeleteFunc(strings.Fields(s.Pending), func(x string) bool { return x == string(p) }), " ")
}

// End is when and why the session ended, as of a moment; "" while it has not.
func (s Session) End(now db.Time) (db.Time, Why) {
	idle := db.At(s.UsedAt.Time().Add(time.Duration(s.Idle) * time.Second))
	switch {
	case s.EndedAt != "":
		return db.Time(s.EndedAt), s.Why
	case min(idle, s.UntilAt) > now:
		return "", ""
	case idle < s.UntilAt:
		return idle, WhyIdle
	}
	return s.UntilAt, WhyTime
}

// Resolve finds who is signed in by what his browser keeps, with one query, and writes nothing. Unauthenticated where nobody is,
// with words that say why. Whether the person still works here the caller finds out with his authorities: who has no assignment
// may do nothing (Life says more).
func (s *Service) Resolve(ctx context.Context, r db.Reader, token string) (Session, Account, error) {
	x, a, err := sessionBy(ctx, r, hexSum(token))
	switch {
	case errors.Is(err, db.ErrNotFound):
		return Session{}, Account{}, errs.Wrap(err, errs.Unauthenticated, "サインインしてください。")
	case err != nil:
		return Session{}, Account{}, err
	}
	if _, why := x.End(db.At(s.d.Now())); why != "" {
		return Session{}, Account{}, signedOut(why)
	}
	if a.State != Active || a.OutAt > string(x.MadeAt) {
		return Session{}, Account{}, signedOut(WhyStopped)
	}
	return x, a, nil
}

// signedOut tells why somebody is signed in no longer.
func signedOut(why Why) error {
	text := map[Why]string{ //nolint:gosec // words
		WhyIdle:       "しばらく操作がなかったため、サインアウトしました。続けるには、もう一度サインインしてください。",
		WhyTime:       "サインインから時間がたったため、サインアウトしました。続けるには、もう一度サインインしてください。",
		WhyEverywhere: "ほかの端末の操作でサインアウトしました。心当たりがないときは、パスワードを変え、所属長に知らせてください。",
		WhyPassword:   "ほかの端末でパスワードが変更されたため、サインアウトしました。心当たりがないときは、すぐに所属長に知らせてください。",
		WhyReset:      "パスワードが再発行されたため、サインアウトしました。新しいパスワードでサインインしてください。",
		WhyStopped:    "この利用者のサインインは取り消されました。もう一度サインインできないときは、所属長か運用管理者に尋ねてください。",
		WhyAdmin:      "管理者の操作でサインアウトしました。もう一度サインインしてください。",
	}[why]
	if text == "" {
		text = "サインアウトしました。続けるには、もう一度サインインしてください。"
	}
	return errs.New(errs.Unauthenticated, "%s", text)
}

// Touch notes that a session is used, at most once a minute.
func (s *Service) Touch(ctx context.Context, x Session) error {
	if s.d.Now().Sub(x.UsedAt.Time()) < time.Minute {
		return nil
	}
	return s.d.Update(ctx, func(tx *db.Tx) error { return touchSession(ctx, tx, x.ID, db.At(tx.Now)) })
}

// SignOut ends the session of a token; it does not matter whether there is one.
func (s *Service) SignOut(ctx context.Context, token string) error {
	return s.d.Update(ctx, func(tx *db.Tx) error { return endToken(ctx, tx, hexSum(token), WhyOut, db.At(tx.Now)) })
}

// SignOutEverywhere ends all sessions of whoever is signed in but this one.
func (s *Service) SignOutEverywhere(ctx context.Context, x Session) error {
	return s.d.Update(ctx, func(tx *db.Tx) error { return endSessions(ctx, tx, x.Account, x.ID, WhyEverywhere, db.At(tx.Now)) })
}

// rise changes what a session may do and gives it a new token: whoever knew the old one, knows nothing any more. Unauthenticated
// where the session has ended or changed in the meantime.
func (s *Service) rise(ctx context.Context, tx *db.Tx, x Session, change func(*Session)) (token string, err error) {
	before := x
	change(&x)
	x.UsedAt = db.At(tx.Now)
	token = newToken()
	ok, err := moveSession(ctx, tx, before, x, hexSum(token))
	if err == nil && !ok {
		err = signedOut(WhyAgain)
	}
	return token, err
}

// GiveFactor takes a second factor of whoever is signed in, and gives his browser a new token. Errors as of Factors.Verify.
func (s *Service) GiveFactor(ctx context.Context, x Session, kind FactorKind, input string) (token string, err error) {
	if s.options.Factors == nil {
		return "", ErrWrong
	}
	err = s.options.Factors.Verify(ctx, x.try(kind, input), s.given(ctx, x, &token))
	return token, err
}

// GiveTwo is GiveFactor by two codes that follow each other, of a token whose clock has gone wrong (Factors.Resync).
func (s *Service) GiveTwo(ctx context.Context, by *access.Actor, x Session, first, second string) (token string, err error) {
	if s.options.Factors == nil {
		return "", ErrWrong
	}
	err = s.options.Factors.Resync(ctx, by, x.try(TOTP, first), second, s.given(ctx, x, &token))
	return token, err
}

func (s Session) try(kind FactorKind, input string) Try {
	return Try{Account: s.Account, Session: string(s.ID), Net: s.Net, Kind: kind, Input: input}
}

// given lets a session rise by a second factor.
func (s *Service) given(ctx context.Context, x Session, token *string) func(tx *db.Tx, h Held) error {
	return func(tx *db.Tx, h Held) (err error) {
		*token, err = s.rise(ctx, tx, x, func(x *Session) {
			x.done(GiveFactor)
			x.Factor = true
			x.Failed += h.Wrong
		})
		return err
	}
}

// Enrolled goes on after a second factor was enrolled in a session that had to: who has shown that he can give it, has given it.
// The browser gets a new token. Conflict where there is none that can be given.
func (s *Service) Enrolled(ctx context.Context, x Session) (token string, err error) {
	err = s.d.Update(ctx, func(tx *db.Tx) error {
		a, err := Get(ctx, tx, x.Account)
		if err != nil {
			return err
		}
		has, err := s.enrolled(ctx, tx, a)
		if err != nil {
			return err
		}
		if !has || x.Left(GiveFactor) {
			return errs.New(errs.Conflict, "本人確認の手段が、まだ登録されていません。")
		}
		token, err = s.rise(ctx, tx, x, func(x *Session) {
			x.done(EnrolFactor)
			x.Factor = true
		})
		return err
	})
	return token, err
}

// Before is the sign-in before a session: what its owner compares with what he remembers (kobe-city/standard:8.2.5).
type Before struct {
	Session        // the zero value where there was none
	Out     string // db.Time when it ended, "" while it has not
	OutWhy  Why
}

// Before finds the sign-in before a session.
func (s *Service) Before(ctx context.Context, r db.Reader, x Session) (Before, error) {
	list, err := sessionsOf(ctx, r, x.Account, x.MadeAt, 1)
	if err != nil || len(list) == 0 {
		return Before{}, err
	}
	b := Before{Session: list[0]}
	end, why := b.End(db.At(s.d.Now()))
	b.Out, b.OutWhy = string(end), why
	return b, nil
}

// Sessions lists the sessions of an account, newest first, at most limit: those that have ended among them.
func (s *Service) Sessions(ctx context.Context, r db.Reader, account id.ID, limit int) ([]Session, error) {
	return sessionsOf(ctx, r, account, "", limit)
}

// Open lists the sessions of an account that have not ended, newest first.
func (s *Service) Open(ctx context.Context, r db.Reader, account id.ID) ([]Session, error) {
	now := db.At(s.d.Now())
	list, err := openSessions(ctx, r, account, now)
	return slices.DeleteFunc(list, func(x Session) bool { _, why := x.End(now); return why != "" }), err
}

// kept is for how long sessions and what went wrong are remembered, in months: a year of sign-ins and the month in which it is
// looked at.
const kept = 13

// Sweep removes sessions and counters that are too old; to be done once a day. It says how many sessions went.
func (s *Service) Sweep(ctx context.Context) (gone int64, err error) {
	const batch = 2000 // so that nobody waits for it
	for n := int64(batch); n == batch; gone += n {
		if err := s.d.Update(ctx, func(tx *db.Tx) (err error) {
			n, err = sweepSessions(ctx, tx, db.At(tx.Now.AddDate(0, -kept, 0)), batch)
			return err
		}); err != nil {
			return gone, err
		}
	}
	return gone, s.d.Update(ctx, func(tx *db.Tx) error {
		_, err := sweepTries(ctx, tx, tx.Now, db.At(tx.Now.AddDate(0, -kept, 0)))
		return err
	})
}
