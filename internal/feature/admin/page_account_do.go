package admin

import (
	"context"
	"fmt"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// at is the account that a page is about.
func at(r *web.Request) id.ID { return id.ID(r.Path("account")) }

func (p pages) back(r *web.Request, said string, err error) (web.Next, error) {
	return web.Next{Href: accountHref(at(r)), Said: said}, err
}

type suspendForm struct {
	Why string `form:"suspend_why,required"`
}

func (p pages) suspend(ctx context.Context, r *web.Request, in suspendForm) (web.Next, error) {
	return p.back(r, "停止しました。", p.o.Accounts.Suspend(ctx, r.Actor(), at(r), in.Why))
}

type resumeForm struct {
	Why string `form:"resume_why,required"`
}

func (p pages) resume(ctx context.Context, r *web.Request, in resumeForm) (web.Next, error) {
	return p.back(r, "停止を解きました。", p.o.Accounts.Resume(ctx, r.Actor(), at(r), in.Why))
}

type closeForm struct {
	Why string `form:"close_why,required"`
}

func (p pages) close(ctx context.Context, r *web.Request, in closeForm) (web.Next, error) {
	return p.back(r, "廃止しました。", p.o.Accounts.Close(ctx, r.Actor(), at(r), in.Why))
}

type renameForm struct {
	Login string `form:"login,required"`
}

func (p pages) rename(ctx context.Context, r *web.Request, in renameForm) (web.Next, error) {
	return p.back(r, "利用者IDを変えました。本人に知らせてください。", p.o.Accounts.Rename(ctx, r.Actor(), at(r), in.Login))
}

type endForm struct {
	Why string `form:"end_why,required"`
}

func (p pages) endSessions(ctx context.Context, r *web.Request, in endForm) (web.Next, error) {
	return p.back(r, "サインイン中の画面を終わらせました。", p.o.Accounts.EndSessions(ctx, r.Actor(), at(r), in.Why))
}

type recoveryForm struct {
	Reason string `form:"reason,required"`
}

func (p pages) askRecovery(ctx context.Context, r *web.Request, in recoveryForm) (web.Next, error) {
	_, err := p.o.Factors.AskRecovery(ctx, r.Actor(), at(r), in.Reason)
	return p.back(r, "再登録を求めました。1日以内に、別の人が認めます。", err)
}

// resetPage asks again for the reason, where it was refused.
func (p pages) resetPage(_ context.Context, r *web.Request) (slipView, error) {
	v := slipView{Page: r.Page("仮パスワードの発行", home(), accountsLink(), ui.Link{Text: "この利用者", Href: accountHref(at(r))})}
	v.Form = r.Form(ui.Form{Action: accountHref(at(r)) + "/reset", Fields: []ui.Field{why("reset_why")}, Buttons: ui.Buttons("発行する", accountHref(at(r)))})
	return v, nil
}

type resetForm struct {
	Why string `form:"reset_why,required"`
}

func (p pages) reset(ctx context.Context, r *web.Request, in resetForm) (slipView, error) {
	v := slipView{Page: r.Page("仮パスワード", home(), accountsLink(), ui.Link{Text: "この利用者", Href: accountHref(at(r))})}
	password, err := p.o.Accounts.ResetPassword(ctx, r.Actor(), at(r), in.Why)
	if err != nil {
		return v, err
	}
	one, err := p.temporary(ctx, at(r), password)
	v.Notice, v.Slips = once(ui.Link{Text: "利用者の画面へ戻る", Href: accountHref(at(r))}), []slip{one}
	return v, err
}

// manyAtOnce is how many people are invited at once: each password takes some time.
const manyAtOnce = 100

func (p pages) invitePage(_ context.Context, r *web.Request) (slipView, error) {
	v := slipView{Page: r.Page("利用者を登録する", home(), accountsLink())}
	v.Words = []string{"職員として登録され、いま所属しているか、これから所属する人を登録できます。廃止した利用者も、ここでもう一度登録します。"}
	v.Form = r.Form(ui.Form{Action: accountsHref + "/new", Fields: []ui.Field{
		{Type: ui.Area, Name: "numbers", Label: "職員番号", Help: "1行に一人、" + ui.Figure(manyAtOnce) + "人まで", Required: true},
		{Type: ui.Radio, Name: "password", Label: "入り方", Value: "yes", Required: true, Options: []ui.Option{
			{Value: "yes", Text: "仮パスワードを発行し、紙で手渡す"}, {Value: "no", Text: "パスワードなし（庁内の職員認証で入る）"},
		}},
	}, Buttons: ui.Buttons("登録する", accountsHref)})
	return v, nil
}

type inviteForm struct {
	Numbers  string `form:"numbers,required"`
	Password string `form:"password,required"`
}

func (p pages) invite(ctx context.Context, r *web.Request, in inviteForm) (slipView, error) {
	v := slipView{Page: r.Page("登録した利用者", home(), accountsLink())}
	list, names, err := p.invitations(ctx, r.Actor(), in)
	if err != nil {
		return v, err
	}
	done, err := p.o.Accounts.Invite(ctx, r.Actor(), list...)
	if err != nil {
		return v, err
	}
	for i, x := range done {
		v.Slips = append(v.Slips, handed(names[i], x.Account.Login, x.Password, x.Until))
	}
	back := ui.Link{Text: "利用者の一覧へ", Href: accountsHref}
	v.Notice = ui.Notice{Tone: ui.Good, Title: ui.Figure(len(done)) + "人を登録しました", Links: []ui.Link{back}}
	if in.Password == "yes" {
		v.Notice = once(back)
	}
	return v, nil
}

// invitations are those of the people whose numbers somebody has typed. Invalid with every line that is wrong.
func (p pages) invitations(ctx context.Context, by *access.Actor, in inviteForm) (list []account.Invitation, names []string, err error) {
	lines := strings.Fields(in.Numbers)
	var faults errs.Faults
	wrong := 0
	fault := func(format string, args ...any) {
		if wrong++; wrong <= 10 {
			faults.Add("numbers", "%s", fmt.Sprintf(format, args...))
		}
	}
	if len(lines) > manyAtOnce {
		faults.Add("numbers", "%d人あります。%d人までに分けてください。", len(lines), manyAtOnce)
		return nil, nil, faults.Err("職員番号を確かめてください。")
	}
	err = p.o.read(ctx, func(r db.Reader) error {
		list, names, faults, wrong = nil, nil, errs.Faults{}, 0
		seen := map[id.ID]bool{}
		for _, number := range lines {
			person, err := p.invited(ctx, r, by, number)
			if kind := errs.KindOf(err); err != nil && kind != errs.Invalid && kind != errs.Conflict {
				return err
			}
			switch {
			case err != nil:
				fault("%s：%s", number, errs.Message(err))
			case seen[person.Person]:
				fault("%s：2回書かれています。", number)
			}
			seen[person.Person] = true
			list, names = append(list, account.Invitation{Person: person.Person, Password: in.Password == "yes"}), append(names, person.Name)
		}
		return nil
	})
	if err == nil {
		err = faults.Err("職員番号を確かめてください。だれも登録していません。")
	}
	return list, names, err
}

// invited finds who has a number and may be invited: Invalid or Conflict where he cannot be.
func (p pages) invited(ctx context.Context, r db.Reader, by *access.Actor, number string) (org.Person, error) {
	people, err := p.o.view().Numbered(ctx, r, number)
	if err != nil {
		return org.Person{}, err
	}
	if len(people) == 0 {
		return org.Person{}, errs.New(errs.Invalid, "この職員番号の人は、あなたの管理する範囲にいません。")
	}
	x := people[0]
	if _, err := by.Require(ctx, r, access.AccountManage, org.PersonHome(x.Person)); errs.KindOf(err) == errs.NotFound {
		return x, errs.New(errs.Invalid, "この職員番号の人は、あなたの管理する範囲にいません。")
	} else if err != nil {
		return x, err
	}
	a, err := account.OfPerson(ctx, r, x.Person)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return x, err
	}
	if err == nil && a.State != account.Closed {
		return x, errs.New(errs.Conflict, "もう登録されています。")
	}
	life, err := p.o.Accounts.Life(ctx, r, account.Account{Kind: account.Person, Person: x.Person, MadeAt: p.o.now()}, p.s.today())
	if err == nil && life.State != account.Live && life.State != account.Ahead {
		err = errs.New(errs.Invalid, "どこにも所属していません。先に発令を取り込んでください。")
	}
	return x, err
}
