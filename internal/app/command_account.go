package app

import (
	"errors"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
)

type accountAddCommand struct {
	Numbers  []string `arg:"" name:"number" placeholder:"NUMBER" help:"職員番号"`
	External bool     `help:"仮のパスワードを出さない（職員認証やプロキシだけで入る）"`
}

type accountRow struct {
	Login    string `json:"login"`
	Number   string `json:"number"`
	State    string `json:"state"`
	Password string `json:"password,omitempty"`
	Until    string `json:"until,omitempty"`
}

// Run makes accounts of people, and writes their temporary passwords once.
func (k *accountAddCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	var list []account.Invitation
	var faults errs.Faults
	err = a.DB.View(c.ctx, func(r db.Reader) error {
		for _, number := range k.Numbers {
			person, err := numbered(c, a, r, number)
			if errs.KindOf(err) == errs.NotFound {
				faults.Add(number, "この職員番号の人は登録されていません")
				continue
			}
			if err != nil {
				return err
			}
			list = append(list, account.Invitation{Person: person, Password: !k.External})
		}
		return faults.Err("利用者を登録できません。何も書いていません。")
	})
	if err != nil {
		return err
	}
	made, err := a.Accounts.Invite(c.ctx, c.actor(), list...)
	if err != nil {
		return err
	}
	rows := []accountRow{}
	for i, x := range made {
		row := accountRow{Login: x.Account.Login, Number: k.Numbers[i], State: string(x.Account.State), Password: x.Password}
		if x.Password != "" {
			row.Until = jpdate.Moment(x.Until.Time())
		}
		rows = append(rows, row)
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, r := range rows {
		c.line("%s\t%s\t%s", r.Login, r.Password, r.Until)
	}
	if !k.External {
		c.say("仮のパスワードは、二度と表示されません。本人に直接渡してください。最初のサインインで変更します。")
	}
	return nil
}

// numbered finds the person who has a number today, or will.
func numbered(c *console, a *App, r db.Reader, number string) (id.ID, error) {
	now := a.DB.Now()
	list, err := org.View{On: jpdate.Today(now), Now: db.At(now)}.Numbered(c.ctx, r, number)
	if err == nil && len(list) != 1 {
		err = db.ErrNotFound
	}
	if err != nil {
		return "", err
	}
	return list[0].Person, nil
}

type accountChangeCommand struct {
	Login string `arg:"" placeholder:"LOGIN" help:"利用者ID"`
	Why   string `required:"" placeholder:"TEXT" help:"理由"`
}

type (
	accountSuspendCommand struct {
		accountChangeCommand `embed:""`
	}
	accountResumeCommand struct {
		accountChangeCommand `embed:""`
	}
	accountCloseCommand struct {
		accountChangeCommand `embed:""`
	}
	accountResetCommand struct {
		accountChangeCommand `embed:""`
	}
)

// Run keeps somebody out until he is let in again.
func (k *accountSuspendCommand) Run(c *console) error {
	return k.change(c, func(a *App, x account.Account) error {
		return a.Accounts.Suspend(c.ctx, c.actor(), x.ID, k.Why)
	}, "停止しました。サインイン中の画面も、次の操作から使えません。")
}

// Run lets somebody in again.
func (k *accountResumeCommand) Run(c *console) error {
	return k.change(c, func(a *App, x account.Account) error {
		return a.Accounts.Resume(c.ctx, c.actor(), x.ID, k.Why)
	}, "再開しました。")
}

// Run ends an account.
func (k *accountCloseCommand) Run(c *console) error {
	return k.change(c, func(a *App, x account.Account) error {
		return a.Accounts.Close(c.ctx, c.actor(), x.ID, k.Why)
	}, "廃止しました。")
}

// Run gives an account a temporary password.
func (k *accountResetCommand) Run(c *console) error {
	return k.change(c, func(a *App, x account.Account) error {
		password, err := a.Accounts.ResetPassword(c.ctx, c.actor(), x.ID, k.Why)
		if err == nil {
			c.line("%s", password)
		}
		return err
	}, "仮のパスワードは、二度と表示されません。最初のサインインで変更します。")
}

func (k accountChangeCommand) change(c *console, do func(*App, account.Account) error, said string) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	var x account.Account
	err = a.DB.View(c.ctx, func(r db.Reader) error {
		x, err = account.ByLogin(c.ctx, r, k.Login)
		return err
	})
	if errors.Is(err, db.ErrNotFound) {
		return errs.New(errs.NotFound, "利用者「%s」はありません", k.Login)
	}
	if err != nil {
		return err
	}
	if err := do(a, x); err != nil {
		return err
	}
	c.say("%s", said)
	return nil
}

type codeCommand struct {
	Key string `arg:"" placeholder:"KEY" help:"認証アプリの鍵（demo の一覧にあるもの）"`
}

// Run shows what an app with a key shows now, for who looks at the demo without one.
func (k *codeCommand) Run(c *console) error {
	code, err := account.Token{Key: k.Key}.Code(time.Now())
	if err != nil {
		return err
	}
	c.line("%s", code)
	return nil
}
