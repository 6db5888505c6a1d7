package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

// history is how many old passwords of who has privileges may not come back: five years of them at two a year
// (kobe-city/standard:8.2.6エ, kobe-school/standard:7.2.9エ).
const history = 10

// Password is a password of an account: the one that counts, or an old one that may not come back.
type Password struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Account   id.ID   `db:"account"`
	Secret    []byte  `db:"secret"` // see cost
	Temporary bool    `db:"temporary"`
	Expires   string  `db:"expires_at"` // db.Time, "" unless it is temporary
	MadeAt    db.Time `db:"made_at"`
	RetiredAt string  `db:"retired_at"` // db.Time, "" while it counts
}

// old says whether who has privileges has to change it.
func (p Password) old(now time.Time, months int) bool {
	return months > 0 && !p.Temporary && p.MadeAt < monthsAgo(now, months)
}

// own is what is known of an account's owner by everybody who wants to know: what is not to be a password.
func (s *Service) own(ctx context.Context, r db.Reader, a Account, now time.Time) ([]string, error) {
	list := []string{a.Login}
	v := view(now)
	tree, err := v.Tree(ctx, r)
	if err != nil {
		return nil, err
	}
	unit := func(unit id.ID) {
		for _, u := range tree.Path(unit) {
			list = append(list, u.Name, u.Short)
		}
	}
	unit(a.Unit)
	for _, u := range tree.Below("") { // the bodies
		list = append(list, u.Name, u.Short)
	}
	if a.Kind != Person {
		return list, nil
	}
	people, err1 := v.PersonHistory(ctx, r, a.Person)
	work, err2 := v.AssignmentHistory(ctx, r, a.Person)
	for _, p := range people {
		list = append(list, p.Number, p.Name, p.Kana)
		user, _, _ := strings.Cut(p.Mail, "@")
		list = append(list, user)
	}
	for _, w := range work {
		unit(w.Unit)
	}
	return list, errors.Join(err1, err2)
}

// ErrPassword is of kind Invalid: login and password do not belong together. It does not say which is wrong.
var ErrPassword = errs.New(errs.Invalid, "利用者IDかパスワードが違います。大文字と小文字、かな入力になっていないかを確かめてください。")

// ChangePassword gives whoever is signed in another password and a new token, and ends his other sessions. old is what he has
// now; it is not asked of who comes with a temporary one, because he has just given it. Invalid where the new one is not good,
// with the fault at the field "password"; ErrPassword and TooMany as of SignIn where the old one is wrong.
func (s *Service) ChangePassword(ctx context.Context, x Session, old, password string) (token string, err error) {
	if x.Left(GiveFactor) {
		return "", errs.New(errs.Forbidden, "先に本人確認をしてください。")
	}
	password = normal(password)
	a, current, before, err := s.proposed(ctx, x, password)
	if err != nil {
		return "", err
	}
	if !x.Left(ChangePassword) {
		if err := s.confirm(ctx, x, a, current, old); err != nil {
			return "", err
		}
	}
	for i, p := range append([]Password{current}, before...) {
		same, _, err := s.hasher.is(ctx, p.Secret, password)
		if err != nil {
			return "", err
		}
		if same {
			return "", used(i == 0)
		}
	}
	secret, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	return token, s.log.Do(ctx, trail.Act{Actor: a.Actor(), Name: "account.password"}, func(tx *trail.Tx) error {
		high, err := s.privileged(ctx, tx, a)
		if err != nil {
			return err
		}
		if now, err := passwordOf(ctx, tx, a.ID); err != nil || now.ID != current.ID || now.Version != current.Version {
			return changed(err)
		}
		if err := s.replace(ctx, tx, a, high, Password{Secret: secret}); err != nil {
			return err
		}
		if err := endSessions(ctx, tx.Plain(), a.ID, x.ID, WhyPassword, db.At(tx.Now)); err != nil {
			return err
		}
		token, err = s.rise(ctx, tx.Plain(), x, func(x *Session) { x.done(ChangePassword) })
		return err
	})
}

// proposed says what is wrong with a new password by itself, and reads those that it may not be.
func (s *Service) proposed(ctx context.Context, x Session, password string) (a Account, current Password, before []Password, err error) {
	return a, current, before, s.d.View(ctx, func(r db.Reader) error {
		if a, err = Get(ctx, r, x.Account); err != nil {
			return err
		}
		if current, err = passwordOf(ctx, r, a.ID); err != nil {
			return noPassword(err)
		}
		own, err := s.own(ctx, r, a, s.d.Now())
		if err != nil {
			return err
		}
		if err := s.rule.Check("password", password, own...); err != nil {
			return err
		}
		high, err := s.privileged(ctx, r, a)
		if err == nil && high {
			before, err = retired(ctx, r, a.ID, history)
		}
		return err
	})
}

// confirm asks whoever is signed in for his password once more; wrong ones count as at the door.
func (s *Service) confirm(ctx context.Context, x Session, a Account, current Password, password string) error {
	st, err := s.termsNow(ctx)
	if err != nil {
		return err
	}
	j, err := s.judge(ctx, from(x.Address, st.Shared), a, a.Login, current, password)
	if err != nil {
		return err
	}
	var refusal error
	if err := s.d.Update(ctx, func(tx *db.Tx) error {
		refusal = nil
		if j.same {
			return nil
		}
		t, _, err := s.weigh(ctx, tx, tx.Now, j.from, a, a.Login)
		if err != nil {
			return err
		}
		refusal = &errs.Error{Kind: errs.Invalid, Message: "いまのパスワードが違います。", Fields: []errs.Field{{Where: "old", Message: "いまのパスワードが違います。"}}}
		return t.wrong(ctx, tx)
	}); err != nil {
		return err
	}
	return refusal
}

func used(current bool) error {
	var faults errs.Faults
	if current {
		faults.Add("password", "いまと違うものにしてください。")
	} else {
		faults.Add("password", "前に使ったものは、もう一度は使えません。")
	}
	return faults.Err("このパスワードは使えません。")
}

func noPassword(err error) error {
	if errors.Is(err, db.ErrNotFound) {
		return errs.Wrap(err, errs.Conflict, "この利用者には、ここのパスワードがありません。庁内の認証基盤からサインインしてください。")
	}
	return err
}

func changed(err error) error {
	if err == nil || errors.Is(err, db.ErrNotFound) {
		return errs.New(errs.Conflict, "その間にパスワードが変わりました。もう一度サインインしてください。")
	}
	return err
}

// replace puts a password in the place of the one that counts. The old one stays where it may not come back, and else goes.
func (s *Service) replace(ctx context.Context, tx *trail.Tx, a Account, keep bool, p Password) error {
	current, err := passwordOf(ctx, tx, a.ID)
	switch {
	case errors.Is(err, db.ErrNotFound):
	case err != nil:
		return err
	case keep && !current.Temporary:
		current.RetiredAt = string(db.At(tx.Now))
		if err := Passwords.Put(ctx, tx, current); err != nil {
			return err
		}
	default:
		if err := Passwords.Remove(ctx, tx, current); err != nil {
			return err
		}
	}
	old, err := retired(ctx, tx, a.ID, 1000)
	if err != nil {
		return err
	}
	if keep {
		old = old[min(len(old), history):]
	}
	if err := Passwords.Remove(ctx, tx, old...); err != nil {
		return err
	}
	p.ID, p.Row, p.Account, p.MadeAt = id.New(tx.Now), trail.Row{Home: a.home()}, a.ID, db.At(tx.Now)
	return Passwords.Put(ctx, tx, p)
}

// issue gives an account a temporary password, which is shown once and counts for some days.
func (s *Service) issue(ctx context.Context, tx *trail.Tx, a Account, secret []byte, until time.Time) error {
	high, err := s.privileged(ctx, tx, a)
	if err != nil {
		return err
	}
	return s.replace(ctx, tx, a, high, Password{Secret: secret, Temporary: true, Expires: string(db.At(until))})
}

// Reissue ends the sessions of an account and gives it a temporary password: for FactorOptions, and ResetPassword.
func (s *Service) Reissue(ctx context.Context, tx *trail.Tx, a Account) (password string, err error) {
	password = s.rule.temporary()
	secret, err := s.hasher.hash(ctx, password)
	if err != nil {
		return "", err
	}
	st, err := s.terms(ctx, tx)
	if err != nil {
		return "", err
	}
	if a, err = s.shut(ctx, tx, a, a.State, WhyReset); err != nil {
		return "", err
	}
	return password, s.issue(ctx, tx, a, secret, tx.Now.Add(st.Temporary))
}

// rehash stores a password at today's cost, when it was given and is stored at another.
func (s *Service) rehash(ctx context.Context, a Account, p Password, password string) error {
	secret, err := s.hasher.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.log.Do(ctx, trail.Act{Actor: a.Actor(), Name: "account.rehash"}, func(tx *trail.Tx) error {
		if now, err := passwordOf(ctx, tx, a.ID); err != nil || now.ID != p.ID || now.Version != p.Version {
			return err // it has changed: nothing to do
		}
		p.Secret = secret
		return Passwords.Put(ctx, tx, p)
	})
}

// RuleInWords is the rule for passwords as the page tells it before somebody types.
func RuleInWords() string {
	return "8文字以上で、英大文字・英小文字・数字・記号のうち3種類以上を組み合わせてください。15文字以上の文や、かな・漢字を使う文なら2種類でかまいません。氏名・利用者ID・所属や地名、年月日、よく使われる言葉に数字を足しただけのものは使えません。"
}
