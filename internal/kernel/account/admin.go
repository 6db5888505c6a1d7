package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Invitation asks for the account of a person.
type Invitation struct {
	Person   id.ID
	Login    string // "" for the person's number (職員番号)
	Password bool   // give a temporary password; not where people come in by another door
}

// Invited is an account that was made or opened again. Its password is shown once, to be handed over in person.
type Invited struct {
	Account  Account
	Password string  // "" for none
	Until    db.Time // for so long it can be used
}

// Invite makes the accounts of people in one act, or opens closed ones again. It may be some days before they begin to work here;
// then they can come in from the first day on. Conflict where somebody has an account already or his login is taken; Invalid
// where he does not work here and will not. Hashing takes some 35 ms for each password, so a large list comes in parts.
func (s *Service) Invite(ctx context.Context, by *access.Actor, list ...Invitation) (done []Invited, err error) {
	secrets := make([][]byte, len(list))
	passwords := make([]string, len(list))
	for i, x := range list {
		if x.Password {
			passwords[i] = s.rule.temporary()
			if secrets[i], err = s.hasher.hash(ctx, passwords[i]); err != nil {
				return nil, err
			}
		}
	}
	return done, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.invite"}, func(tx *trail.Tx) error {
		done = nil
		st, err := s.terms(ctx, tx)
		if err != nil {
			return err
		}
		for i, x := range list {
			if err := by.Authorize(ctx, tx, access.AccountManage, org.PersonHome(x.Person)); err != nil {
				return err
			}
			a, l, err := s.invited(ctx, tx, x, st)
			if err != nil {
				return err
			}
			one := Invited{Account: a, Password: passwords[i]}
			if x.Password {
				from := tx.Now
				if l.State == Ahead {
					from = l.Until.Start()
				}
				one.Until = db.At(from.Add(st.Temporary))
				if err := s.issue(ctx, tx, a, secrets[i], one.Until.Time()); err != nil {
					return err
				}
			}
			done = append(done, one)
		}
		return nil
	})
}

// invited makes one account.
func (s *Service) invited(ctx context.Context, tx *trail.Tx, x Invitation, st Terms) (Account, Life, error) {
	a, err := OfPerson(ctx, tx, x.Person)
	if errors.Is(err, db.ErrNotFound) {
		a, err = Account{Kind: Person, Person: x.Person, MadeAt: db.At(tx.Now)}, nil
	}
	if err != nil {
		return a, Life{}, err
	}
	if a.ID != "" && a.State != Closed {
		return a, Life{}, errs.New(errs.Conflict, "この人の利用者（%s）は、もう登録されています。", a.Login)
	}
	l, err := life(ctx, tx, view(tx.Now), a, st.Grace)
	if err != nil {
		return a, l, err
	}
	if l.State != Live && l.State != Ahead {
		return a, l, errs.New(errs.Invalid, "どこにも所属していない人は登録できません。先に発令を取り込んでください。")
	}
	login := strings.TrimSpace(x.Login)
	if login == "" {
		v := view(tx.Now)
		if l.State == Ahead {
			v.On = l.Until
		}
		p, err := v.Person(ctx, tx, x.Person)
		if err != nil {
			return a, l, err
		}
		login = p.Number
	}
	if err := checkLogin(login); err != nil {
		return a, l, err
	}
	a, err = s.open(ctx, tx, a, login)
	return a, l, err
}

func checkLogin(login string) error {
	var faults errs.Faults
	if n := text.Len(login); n == 0 || n > 60 || strings.ContainsAny(login, " \t\r\n　") || fold(login) == "" {
		faults.Add("login", "60文字までで、空白を入れずに書いてください。")
	}
	return faults.Err("利用者IDを確かめてください。")
}

// change is one act of who manages accounts on one of them: fn gives the account as it is after that.
func (s *Service) change(ctx context.Context, by *access.Actor, act trail.Act, account id.ID, fn func(tx *trail.Tx, a Account) error) error {
	act.Actor = by.Name
	return s.log.Do(ctx, act, func(tx *trail.Tx) error {
		a, err := Get(ctx, tx, account)
		if err != nil {
			return err
		}
		if err := by.Authorize(ctx, tx, permission(a), a.home()); err != nil {
			return err
		}
		return fn(tx, a)
	})
}

// permission is that of who manages an account.
func permission(a Account) access.Permission {
	if a.Kind == Place {
		return access.PlaceManage
	}
	return access.AccountManage
}

// notClosed is a Conflict where an account is closed.
func notClosed(a Account) error {
	if a.State == Closed {
		return errs.New(errs.Conflict, "この利用者は廃止されています。使うには、もう一度登録してください。")
	}
	return nil
}

// Suspend stops an account until it is resumed, and ends its sessions. why is for the trail, in the actor's own words.
func (s *Service) Suspend(ctx context.Context, by *access.Actor, account id.ID, why string) error {
	return s.change(ctx, by, trail.Act{Name: "account.suspend", Note: why}, account, func(tx *trail.Tx, a Account) error {
		if a.State != Active {
			return errs.New(errs.Conflict, "この利用者は、いま使われていません。")
		}
		if by.Class == access.Person && by.Person.Person == a.Person {
			return errs.New(errs.Conflict, "自分自身は停止できません。ほかの管理者に頼んでください。")
		}
		_, err := s.shut(ctx, tx, a, Suspended, WhyStopped)
		return err
	})
}

// Resume lets a suspended account be used again.
func (s *Service) Resume(ctx context.Context, by *access.Actor, account id.ID, why string) error {
	return s.change(ctx, by, trail.Act{Name: "account.resume", Note: why}, account, func(tx *trail.Tx, a Account) error {
		if a.State != Suspended {
			return errs.New(errs.Conflict, "この利用者は停止されていません。")
		}
		a.State = Active
		return Accounts.Put(ctx, tx, a)
	})
}

// Close ends an account and its sessions. Its login is free again.
func (s *Service) Close(ctx context.Context, by *access.Actor, account id.ID, why string) error {
	return s.change(ctx, by, trail.Act{Name: "account.close", Note: why}, account, func(tx *trail.Tx, a Account) error {
		if err := notClosed(a); err != nil {
			return err
		}
		if by.Class == access.Person && by.Person.Person == a.Person {
			return errs.New(errs.Conflict, "自分自身は廃止できません。ほかの管理者に頼んでください。")
		}
		_, err := s.shut(ctx, tx, a, Closed, WhyStopped)
		return err
	})
}

// ResetPassword gives an account a temporary password, which is shown once, and ends its sessions. Second factors stay: who has
// lost one as well asks for a recovery.
func (s *Service) ResetPassword(ctx context.Context, by *access.Actor, account id.ID, why string) (password string, err error) {
	return password, s.change(ctx, by, trail.Act{Name: "account.reset", Note: why}, account, func(tx *trail.Tx, a Account) error {
		if err := notClosed(a); err != nil {
			return err
		}
		if a.Kind != Person {
			return errs.New(errs.Conflict, "所属端末にはパスワードがありません。番号を変えるには、所属端末の番号を新しくしてください。")
		}
		var err error
		password, err = s.Reissue(ctx, tx, a)
		return err
	})
}

// Rename gives an account another login.
func (s *Service) Rename(ctx context.Context, by *access.Actor, account id.ID, login string) error {
	login = strings.TrimSpace(login)
	if err := checkLogin(login); err != nil {
		return err
	}
	return s.change(ctx, by, trail.Act{Name: "account.rename"}, account, func(tx *trail.Tx, a Account) error {
		if err := notClosed(a); err != nil {
			return err
		}
		if err := freeLogin(ctx, tx, a.ID, login); err != nil || a.Login == login {
			return err
		}
		a.Login, a.Folded = login, fold(login)
		return Accounts.Put(ctx, tx, a)
	})
}

// EndSessions ends all sessions of an account, which may go on signing in.
func (s *Service) EndSessions(ctx context.Context, by *access.Actor, account id.ID, why string) error {
	return s.change(ctx, by, trail.Act{Name: "account.sessions", Note: why}, account, func(tx *trail.Tx, a Account) error {
		_, err := s.shut(ctx, tx, a, a.State, WhyAdmin)
		return err
	})
}

// Query asks for accounts.
type Query struct {
	State State  // "" for all
	Kind  Kind   // "" for both
	Find  string // in the login; people are found by their names elsewhere (OfPeople)
	After string // Cursor of the page before, "" for the first
	Limit int
}

// List reads a page of the accounts that somebody manages, by login, and where the next begins; "" after the last.
func (s *Service) List(ctx context.Context, r db.Reader, by *access.Actor, q Query) ([]Account, string, error) {
	list, err := accountsBy(ctx, r, by, q)
	if err != nil || len(list) <= q.Limit {
		return list, "", err
	}
	last := list[q.Limit-1]
	return list[:q.Limit], string(last.ID) + " " + last.Folded, nil
}

// Managed reads an account that somebody manages. NotFound where it is out of his scope.
func (s *Service) Managed(ctx context.Context, r db.Reader, by *access.Actor, account id.ID) (Account, error) {
	a, err := Get(ctx, r, account)
	if err == nil {
		_, err = by.Require(ctx, r, permission(a), a.home())
	}
	return a, err
}

// PasswordState is what pages may know of an account's password.
type PasswordState struct {
	Has, Temporary bool
	MadeAt         db.Time
	Expires        string      // db.Time of a temporary one
	Due            jpdate.Date // last day before it has to be changed; zero for never
}

// Password tells about the password of an account.
func (s *Service) Password(ctx context.Context, r db.Reader, a Account) (PasswordState, error) {
	p, err := passwordOf(ctx, r, a.ID)
	if errors.Is(err, db.ErrNotFound) {
		return PasswordState{}, nil
	}
	if err != nil {
		return PasswordState{}, err
	}
	x := PasswordState{Has: true, Temporary: p.Temporary, MadeAt: p.MadeAt, Expires: p.Expires}
	high, err1 := s.privileged(ctx, r, a)
	st, err2 := s.terms(ctx, r)
	if high && st.Interval > 0 && !p.Temporary {
		x.Due = jpdate.Today(p.MadeAt.Time().AddDate(0, st.Interval, 0).Add(-time.Microsecond))
	}
	return x, errors.Join(err1, err2)
}
