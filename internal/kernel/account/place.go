package account

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// codeCounts is for how long the code that binds a terminal can be entered, and codeLength how many letters it has: 50 bits.
const (
	codeCounts = 30 * time.Minute
	codeLength = 10
)

// Seed is what the numbers of a place follow from.
type Seed struct {
	Account id.ID `db:"account" trail:"key"`
	trail.Row
	Secret    []byte  `db:"secret"`
	RenewedAt db.Time `db:"renewed_at"`
}

// TerminalState is where a terminal is in its life.
type TerminalState string

// The states.
const (
	Waiting   TerminalState = "waiting" // for its code to be entered
	Bound     TerminalState = "bound"
	Withdrawn TerminalState = "withdrawn"
)

// Title is the state in words.
func (s TerminalState) Title() string {
	return map[TerminalState]string{Waiting: "登録待ち", Bound: "使用中", Withdrawn: "取消し"}[s]
}

// Terminal is a terminal of a place.
type Terminal struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Account id.ID         `db:"account"`
	Label   string        `db:"label"` // where it stands
	State   TerminalState `db:"state"`
	Secret  []byte        `db:"secret"`     // SHA-256 of the code, then of what the terminal keeps
	Expires string        `db:"expires_at"` // db.Time of the code, "" once it is bound
	MadeAt  db.Time       `db:"made_at"`
}

// InvitePlace makes the account of a place that belongs to a unit. Its label stands in lists, and must be its own.
func (s *Service) InvitePlace(ctx context.Context, by *access.Actor, unit id.ID, label string) (a Account, err error) {
	if err := named("label", label); err != nil {
		return a, err
	}
	return a, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.place"}, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, access.PlaceManage, org.UnitHome(unit)); err != nil {
			return err
		}
		a = Account{Kind: Place, Unit: unit, MadeAt: db.At(tx.Now)}
		if l, err := life(ctx, tx, view(tx.Now), a, 0); err != nil || l.State != Live {
			return noUnit(err)
		}
		var err error
		if a, err = s.open(ctx, tx, a, label); err != nil {
			return err
		}
		return Seeds.Put(ctx, tx, Seed{Account: a.ID, Row: trail.Row{Home: a.home()}, Secret: random(32), RenewedAt: db.At(tx.Now)})
	})
}

func noUnit(err error) error {
	if err == nil {
		err = errs.New(errs.Conflict, "この組織は、いまはありません。")
	}
	return err
}

func named(field, label string) error {
	var faults errs.Faults
	if n := len([]rune(strings.TrimSpace(label))); n == 0 || n > 60 {
		faults.Add(field, "60文字までで書いてください。どれのことか、あとで分かるようにするためです。")
	}
	return faults.Err("名前を確かめてください。")
}

// place reads the account of a place that may be managed by somebody.
func (s *Service) place(ctx context.Context, tx *trail.Tx, by *access.Actor, account id.ID) (Account, error) {
	a, err := Get(ctx, tx, account)
	if err != nil {
		return a, err
	}
	if err := by.Authorize(ctx, tx, access.PlaceManage, a.home()); err != nil {
		return a, err
	}
	if a.Kind != Place || a.State != Active {
		return a, errs.New(errs.Conflict, "使われている所属端末の利用者ではありません。")
	}
	return a, nil
}

// AddTerminal makes the code with which a terminal is bound to a place: it is entered there within half an hour, once.
func (s *Service) AddTerminal(ctx context.Context, by *access.Actor, account id.ID, label string) (secret string, t Terminal, err error) {
	if err := named("label", label); err != nil {
		return "", t, err
	}
	secret = code(codeLength)
	return secret, t, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.terminal"}, func(tx *trail.Tx) error {
		a, err := s.place(ctx, tx, by, account)
		if err != nil {
			return err
		}
		t = Terminal{
			ID: id.New(tx.Now), Row: trail.Row{Home: a.home()}, Account: a.ID, Label: label, State: Waiting,
			Secret: sum(secret), Expires: string(db.At(tx.Now.Add(codeCounts))), MadeAt: db.At(tx.Now),
		}
		return Terminals.Put(ctx, tx, t)
	})
}

// errCode is what is told of every code that does not bind a terminal.
var errCode = errs.New(errs.Invalid, "登録コードが違うか、期限（30分）が過ぎています。確かめても違うときは、新しいコードを出してもらってください。")

// BindTerminal takes the code on the terminal, which keeps the device's token from then on. Wrong codes count as wrong passwords
// do from there.
func (s *Service) BindTerminal(ctx context.Context, secret string, v Visit) (device string, t Terminal, err error) {
	secret = strings.ToUpper(strings.NewReplacer("-", "", " ", "", "　", "").Replace(normal(secret)))
	st, err := s.termsNow(ctx)
	if err != nil {
		return "", t, err
	}
	o := from(v.Address, st.Shared)
	device = newToken()
	var refusal error
	err = s.log.Do(ctx, trail.Act{Actor: "system:terminal", Name: "account.bind"}, func(tx *trail.Tx) error {
		refusal = nil
		counter := o.counter("terminal")
		if err := fill(ctx, tx, &counter); err != nil {
			return err
		}
		if wait := counter.wait(tx.Now, netTries, netPays); wait > 0 {
			return tooMany(wait, "続けて違ったため、ここからの登録をしばらく止めています。")
		}
		var err error
		t, err = terminalBy(ctx, tx, sum(secret))
		if err == nil && (t.State != Waiting || t.Expires <= string(db.At(tx.Now))) {
			err = db.ErrNotFound
		}
		if errors.Is(err, db.ErrNotFound) {
			refusal = errCode
			return nil
		}
		if err != nil {
			return err
		}
		t.State, t.Secret, t.Expires = Bound, sum(device), ""
		err = Terminals.Put(ctx, tx, t)
		t.Version++
		return err
	})
	if err == nil && refusal != nil {
		err = s.d.Update(ctx, func(tx *db.Tx) error {
			counter := o.counter("terminal")
			if err := fill(ctx, tx, &counter); err != nil {
				return err
			}
			return putDebts(ctx, tx, counter.more(tx.Now, netPays))
		})
	}
	if err == nil {
		err = refusal
	}
	if err != nil {
		return "", Terminal{}, err
	}
	return device, t, nil
}

// WithdrawTerminal ends a terminal and who is signed in on it.
func (s *Service) WithdrawTerminal(ctx context.Context, by *access.Actor, terminal id.ID) error {
	return s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.unbind"}, func(tx *trail.Tx) error {
		t, err := terminalOf(ctx, tx, terminal)
		if err != nil {
			return err
		}
		if _, err := s.place(ctx, tx, by, t.Account); err != nil {
			return err
		}
		if t.State == Withdrawn {
			return errs.New(errs.Conflict, "この端末は、もう取り消されています。")
		}
		t.State, t.Expires = Withdrawn, ""
		if err := Terminals.Put(ctx, tx, t); err != nil {
			return err
		}
		return endTerminal(ctx, tx.Plain(), t.Account, t.ID, WhyStopped, db.At(tx.Now))
	})
}

// RenewPlace gives a place other numbers from now on, because somebody knows them who should not, and ends who is signed in.
func (s *Service) RenewPlace(ctx context.Context, by *access.Actor, account id.ID) error {
	return s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.renew"}, func(tx *trail.Tx) error {
		a, err := s.place(ctx, tx, by, account)
		if err != nil {
			return err
		}
		seed, err := seedOf(ctx, tx, account)
		if err != nil {
			return err
		}
		seed.Secret, seed.RenewedAt = random(32), db.At(tx.Now)
		if err := Seeds.Put(ctx, tx, seed); err != nil {
			return err
		}
		return endSessions(ctx, tx.Plain(), a.ID, "", WhyStopped, db.At(tx.Now))
	})
}

// PIN is the number of a place on a day, six digits, for who manages it (the unit's chief) to tell those who work there.
func (s *Service) PIN(ctx context.Context, r db.Reader, by *access.Actor, account id.ID, on jpdate.Date) (string, error) {
	a, err := Get(ctx, r, account)
	if err != nil {
		return "", err
	}
	if _, err := by.Require(ctx, r, access.PlaceManage, a.home()); err != nil {
		return "", err
	}
	seed, err := seedOf(ctx, r, account)
	return seed.pin(on), err
}

// pin is the number of a day.
func (s Seed) pin(on jpdate.Date) string {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte(on.String())) // never fails
	return fmt.Sprintf("%06d", binary.BigEndian.Uint64(mac.Sum(nil))%1_000_000)
}

// ErrPIN is of kind Invalid: it is not today's number of the place.
var ErrPIN = errs.New(errs.Invalid, "今日の番号と違います。番号は毎日変わります。所属長に今日の番号を確かめてください。")

// SignInPlace lets those at a terminal in for the rest of the day, by what the terminal keeps and the number of the day.
func (s *Service) SignInPlace(ctx context.Context, device, number string, v Visit) (out Signed, err error) {
	var refusal error
	err = s.d.Update(ctx, func(tx *db.Tx) error {
		out, refusal = Signed{}, nil
		t, err := terminalBy(ctx, tx, sum(device))
		if errors.Is(err, db.ErrNotFound) || err == nil && t.State != Bound {
			return errs.New(errs.Forbidden, "この端末は登録されていません。所属長に登録コードを出してもらい、登録してください。")
		}
		if err != nil {
			return err
		}
		counter := debt{Kind: ofTerminal, Subject: string(t.ID)}
		if err := fill(ctx, tx, &counter); err != nil {
			return err
		}
		if wait := counter.wait(tx.Now, netTries, placePays); wait > 0 {
			return tooMany(wait, "番号が続けて違ったため、この端末をしばらく止めています。")
		}
		a, err1 := Get(ctx, tx, t.Account)
		seed, err2 := seedOf(ctx, tx, t.Account)
		st, err3 := s.terms(ctx, tx)
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		today := jpdate.Today(tx.Now)
		if subtle.ConstantTimeCompare([]byte(seed.pin(today)), []byte(digits(number))) != 1 {
			refusal = ErrPIN
			return putDebts(ctx, tx, counter.more(tx.Now, placePays))
		}
		l, err := life(ctx, tx, view(tx.Now), a, 0)
		if err != nil {
			return err
		}
		if refusal = barred(a, l); refusal != nil {
			return nil //nolint:nilerr // it goes out beside the transaction
		}
		end := today.AddDays(1).Start()
		x := Session{How: ByTerminal, Terminal: t.ID, Idle: int64(24 * time.Hour / time.Second), UntilAt: db.At(end)}
		out, err = s.begin(ctx, tx, st, a, Password{}, x, from(v.Address, st.Shared), v)
		return err
	})
	if err == nil {
		err = refusal
	}
	return out, err
}

// Terminals lists the terminals of a place, newest first.
func (s *Service) Terminals(ctx context.Context, r db.Reader, account id.ID) ([]Terminal, error) {
	return terminalsOf(ctx, r, account)
}
