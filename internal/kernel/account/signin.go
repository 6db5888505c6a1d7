package account

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/trail"
)

// Credentials are what somebody types who wants to come in.
type Credentials struct {
	Login, Password string
	Visit
}

// Visit is where somebody comes from.
type Visit struct {
	Address  string // of the client, as the server believes it
	Agent    string // what the browser calls itself
	Replaces string // the token that the browser has: that session ends; "" for none
}

// Signed is that somebody has come in.
type Signed struct {
	Token   string // for the browser; it is stored nowhere
	Session Session
	Account Account
}

// SignIn lets a person in by his password. ErrPassword where login and password do not belong together; TooMany where it was
// wrong too often; Forbidden where the password is right and the account may not be used, with words that say why; Unavailable
// where too many come at once. What is left to do stands in Session.Pending.
func (s *Service) SignIn(ctx context.Context, c Credentials) (Signed, error) {
	var st Terms
	var a Account
	var p Password
	if err := s.d.View(ctx, func(r db.Reader) (err error) {
		if st, err = s.terms(ctx, r); err != nil {
			return err
		}
		a, p, err = s.who(ctx, r, c.Login)
		return err
	}); err != nil {
		return Signed{}, err
	}
	password := normal(cut(c.Password, 4*longest))
	j, err := s.judge(ctx, from(c.Address, st.Shared), a, c.Login, p, password)
	if err != nil {
		return Signed{}, err
	}
	var out Signed
	var refusal error
	if err := s.d.Update(ctx, func(tx *db.Tx) error {
		out, refusal = Signed{}, nil
		t, _, err := s.weigh(ctx, tx, tx.Now, j.from, a, c.Login) // again: of many at once no more count than one after the other
		if err != nil {
			return err
		}
		if !j.same {
			refusal = ErrPassword
			return t.wrong(ctx, tx)
		}
		now, nowP, err := s.who(ctx, tx, c.Login)
		if err != nil {
			return err
		}
		if now.ID != a.ID || nowP.ID != p.ID {
			refusal = changed(nil)
			return nil
		}
		if refusal, err = s.refuse(ctx, tx, st, now, nowP); err != nil || refusal != nil {
			return err
		}
		if err := t.right(ctx, tx); err != nil {
			return err
		}
		out, err = s.begin(ctx, tx, st, now, nowP, Session{How: ByPassword, Failed: t.account.Tries}, j.from, c.Visit)
		return err
	}); err != nil {
		return Signed{}, err
	}
	if refusal == nil && j.old {
		if err := s.rehash(ctx, out.Account, p, password); err != nil {
			slog.WarnContext(ctx, "a password stays at its old cost", slog.Any("error", err))
		}
	}
	return out, refusal
}

// who reads the account of a person's login and its password; what is not there is zero.
func (s *Service) who(ctx context.Context, r db.Reader, login string) (a Account, p Password, err error) {
	if text.Len(login) > longest { // nobody has such a login
		return a, p, nil
	}
	a, err = ByLogin(ctx, r, login)
	if errors.Is(err, db.ErrNotFound) || err == nil && a.Kind != Person {
		return Account{}, p, nil
	}
	if err != nil {
		return a, p, err
	}
	if p, err = passwordOf(ctx, r, a.ID); errors.Is(err, db.ErrNotFound) {
		err = nil
	}
	return a, p, err
}

// judged is whether a password is right.
type judged struct {
	from      origin
	same, old bool
}

// judge asks whether somebody may try, and then compares: what is not there takes as long as what is.
func (s *Service) judge(ctx context.Context, o origin, a Account, login string, p Password, password string) (judged, error) {
	leave, err := s.enter(o.counter(subjectOf(a, login)))
	if err != nil {
		return judged{}, err
	}
	defer leave()
	var turn *debt
	if err := s.d.View(ctx, func(r db.Reader) error {
		t, book, err := s.weigh(ctx, r, s.d.Now(), o, a, login)
		if book {
			next := t.next(s.d.Now())
			turn = &next
		}
		return err
	}); err != nil {
		if turn != nil {
			if err := s.d.Update(ctx, func(tx *db.Tx) error { return putDebts(ctx, tx, *turn) }); err != nil {
				return judged{}, err
			}
		}
		return judged{}, err
	}
	stored := p.Secret
	if len(stored) == 0 {
		stored = s.hasher.cost.nobody()
	}
	j := judged{from: o}
	j.same, j.old, err = s.hasher.is(ctx, stored, password)
	j.old = j.old && j.same
	return j, err
}

// refuse says why an account whose password is right may not be used.
func (s *Service) refuse(ctx context.Context, r db.Reader, st Terms, a Account, p Password) (refusal, err error) {
	now := s.d.Now()
	l, err := life(ctx, r, view(now), a, st.Grace)
	if err != nil {
		return nil, err
	}
	if refusal = barred(a, l); refusal != nil {
		return refusal, nil
	}
	if p.Temporary && p.Expires <= string(db.At(now)) {
		return errs.New(errs.Forbidden, "仮のパスワードの期限が過ぎています。渡した人に、新しいものを出してもらってください。"), nil
	}
	return nil, nil
}

// begin makes a session: what is left to do follows from the account, its password and what it has come with.
func (s *Service) begin(ctx context.Context, tx *db.Tx, st Terms, a Account, p Password, x Session, o origin, v Visit) (Signed, error) {
	if v.Replaces != "" {
		if err := endToken(ctx, tx, hexSum(v.Replaces), WhyAgain, db.At(tx.Now)); err != nil {
			return Signed{}, err
		}
	}
	high, err1 := s.privileged(ctx, tx, a)
	has, err2 := s.enrolled(ctx, tx, a)
	if err := errors.Join(err1, err2); err != nil {
		return Signed{}, err
	}
	var pending []string
	if has && !x.Factor {
		pending = append(pending, string(GiveFactor))
	}
	if x.How == ByPassword && (p.Temporary || high && p.old(tx.Now, st.Interval)) {
		pending = append(pending, string(ChangePassword))
	}
	if high && !has && !x.Factor {
		pending = append(pending, string(EnrolFactor))
	}
	now := db.At(tx.Now)
	x.ID, x.Account, x.Pending = id.New(tx.Now), a.ID, strings.Join(pending, " ")
	x.Address, x.Net, x.Agent, x.MadeAt, x.UsedAt = o.address, o.net, cut(strings.ToValidUTF8(v.Agent, "?"), 200), now, now
	if x.UntilAt == "" {
		x.Idle, x.UntilAt = int64(st.Idle/time.Second), db.At(tx.Now.Add(st.Absolute))
	}
	token := newToken()
	return Signed{Token: token, Session: x, Account: a}, insertSession(ctx, tx, x, hexSum(token))
}

// Known is somebody whom another door has let in: it says that he is the person with a number (職員番号).
type Known struct {
	Number string
	How    How
	Factor bool // that door has asked for a second factor
	Visit
}

// SignInKnown lets a person in whom somebody else knows. Where he works here and has no account he gets one, if the settings say
// so. Forbidden, with words that tell what to do, where nobody has the number, or he works nowhere.
func (s *Service) SignInKnown(ctx context.Context, k Known) (Signed, error) {
	var st Terms
	var a Account
	var l Life
	number := strings.TrimSpace(text.NFKC(k.Number))
	join := false
	if err := s.d.View(ctx, func(r db.Reader) (err error) {
		if st, err = s.terms(ctx, r); err != nil {
			return err
		}
		a, l, err = s.numbered(ctx, r, number, st)
		if err != nil {
			return err
		}
		join = a.ID == "" || a.State == Closed
		return nil
	}); err != nil {
		return Signed{}, err
	}
	if join {
		if !st.Join {
			return Signed{}, errs.New(errs.Forbidden, "職員番号%sの利用者は、まだ登録されていません。所属長か運用管理者に登録を頼んでください。", number)
		}
		if l.State != Live {
			a.State = Active
			return Signed{}, barred(a, l)
		}
		if err := s.join(ctx, k, number, st); err != nil {
			return Signed{}, err
		}
	}
	var out Signed
	var refusal error
	err := s.d.Update(ctx, func(tx *db.Tx) error {
		out = Signed{}
		a, l, err := s.numbered(ctx, tx, number, st)
		if err != nil {
			return err
		}
		if refusal = barred(a, l); refusal != nil {
			return nil //nolint:nilerr // it goes out beside the transaction
		}
		out, err = s.begin(ctx, tx, st, a, Password{}, Session{How: k.How, Factor: k.Factor}, from(k.Address, st.Shared), k.Visit)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// numbered finds the account of the person with a number today, and his life; an account that is not there has the person only.
func (s *Service) numbered(ctx context.Context, r db.Reader, number string, st Terms) (Account, Life, error) {
	v := view(s.d.Now())
	people, err := v.Numbered(ctx, r, number)
	if err != nil {
		return Account{}, Life{}, err
	}
	if number == "" || len(people) == 0 {
		return Account{}, Life{}, errs.New(errs.Forbidden, "庁内の認証は済みましたが、職員番号「%s」の職員が関守に登録されていません。人事異動の反映前であれば、反映されてから使えます。そうでなければ、番号を添えて所属長か運用管理者に知らせてください。", cut(number, 40))
	}
	if len(people) > 1 {
		return Account{}, Life{}, errs.New(errs.Forbidden, "職員番号「%s」の職員が二人以上います。番号を添えて運用管理者に知らせてください。", number)
	}
	a, err := OfPerson(ctx, r, people[0].Person)
	if errors.Is(err, db.ErrNotFound) {
		a, err = Account{Kind: Person, Person: people[0].Person, MadeAt: db.At(s.d.Now())}, nil
	}
	if err != nil {
		return a, Life{}, err
	}
	l, err := life(ctx, r, v, a, st.Grace)
	return a, l, err
}

// join makes an account for a person who has come in by another door, or opens the one that he had.
func (s *Service) join(ctx context.Context, k Known, number string, st Terms) error {
	return s.log.Do(ctx, trail.Act{Actor: "system:" + string(k.How), Name: "account.join"}, func(tx *trail.Tx) error {
		a, _, err := s.numbered(ctx, tx, number, st)
		if err != nil || a.ID != "" && a.State != Closed {
			return err
		}
		_, err = s.open(ctx, tx, a, number)
		return err
	})
}

// open makes an account, or opens a closed one again.
func (s *Service) open(ctx context.Context, tx *trail.Tx, a Account, login string) (Account, error) {
	if err := freeLogin(ctx, tx, a.ID, login); err != nil {
		return a, err
	}
	a.State, a.Login, a.Folded = Active, login, fold(login)
	if a.ID == "" {
		a.ID, a.MadeAt = id.New(tx.Now), db.At(tx.Now)
	}
	a.Home = a.home()
	if err := Accounts.Put(ctx, tx, a); err != nil {
		return a, err
	}
	a.Version++
	return a, nil
}

// termsNow reads the settings by themselves.
func (s *Service) termsNow(ctx context.Context) (st Terms, err error) {
	err = s.d.View(ctx, func(r db.Reader) (err error) {
		st, err = s.terms(ctx, r)
		return err
	})
	return st, err
}

// Today is the day of the service's clock.
func (s *Service) Today() jpdate.Date { return jpdate.Today(s.d.Now()) }
