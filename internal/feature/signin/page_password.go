package signin

import (
	"context"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// passwordView changes one's own password.
type passwordView struct {
	web.Page
	Why  ui.Notice
	Form ui.Form
}

func (p pages) password(_ context.Context, r *web.Request) (passwordView, error) {
	v, must := passwordView{Page: r.Page("パスワードの変更")}, r.Actor().Pending == string(account.ChangePassword)
	f := ui.Form{Buttons: ui.Buttons("変更する", "/account")}
	if must {
		v.Why = ui.Notice{Tone: ui.Info, Title: "パスワードを変更してください", Lines: []string{"仮のパスワードか、変更の期限を過ぎたパスワードです。変更するまで、ほかの画面は開けません。"}}
		f.Buttons = ui.Buttons("変更する", "")
	}
	if !must {
		f.Fields = append(f.Fields, ui.Field{Type: ui.Secret, Name: "old", Label: "いまのパスワード", Required: true, Fill: "current-password"})
	}
	f.Fields = append(f.Fields,
		ui.Field{Type: ui.Secret, Name: "password", Label: "新しいパスワード", Required: true, Fill: "new-password", Help: account.RuleInWords()},
		ui.Field{Type: ui.Secret, Name: "again", Label: "新しいパスワード（もう一度）", Required: true, Fill: "new-password"})
	f.Fields = append(f.Fields, ui.Field{Type: ui.Hidden, Name: "next", Value: inside(r.Query("next"))})
	v.Form = r.Form(f)
	return v, nil
}

type passwordForm struct {
	Old   string `form:"old"`
	New   string `form:"password,required"`
	Again string `form:"again,required"`
	Next  string `form:"next"`
}

func (p pages) changePassword(ctx context.Context, r *web.Request, in passwordForm) (web.Next, error) {
	if left := account.Pending(r.Actor().Pending); left != "" && left != account.ChangePassword {
		return web.Next{}, errs.New(errs.Forbidden, "先にサインインを終えてください。")
	}
	if in.New != in.Again {
		var faults errs.Faults
		faults.Add("again", "新しいパスワードと違います。")
		return web.Next{}, faults.Err("パスワードを変更できません。")
	}
	s, err := p.session(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	token, err := p.d.Accounts.ChangePassword(ctx, s, in.Old, in.New)
	if err != nil {
		return web.Next{}, atField(err, "old")
	}
	next := p.in(r, token, in.Next)
	next.Said = "パスワードを変更しました。ほかの端末のサインインは終わりました。"
	return next, nil
}
