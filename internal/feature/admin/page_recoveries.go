package admin

import (
	"context"
	"net/url"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

const recoveriesHref = "/admin/recoveries"

func recoveryHref(of id.ID) string { return recoveriesHref + "/" + url.PathEscape(string(of)) }

func (p pages) recoveries(ctx context.Context, r *web.Request) (board, error) {
	v := board{Page: r.Page("本人確認の再登録", home())}
	v.Lead = "二つ目の確認をなくした人の再登録です。求めた人と本人のほかの人が、本人に会って確かめ、認めるか断ります。1日で期限が切れます。"
	err := p.o.read(ctx, func(reader db.Reader) error {
		list, of, called, err := p.o.recoveries(ctx, reader, r.Actor())
		if err != nil {
			return err
		}
		names, err := p.who(ctx, reader, askers(list)...)
		if err != nil {
			return err
		}
		t := ui.Table{Caption: "決めるのを待つもの", Stack: true, Empty: "いまはありません。", Columns: []ui.Column{{Title: "だれの", Head: true}, {Title: "求めた人"}, {Title: "理由"}, {Title: "期限", Keep: true}}}
		for _, x := range list {
			who := ui.Anchor(called[x.Account]+"（"+of[x.Account].Login+"）", recoveryHref(x.ID))
			if !confirms(r.Actor(), x, of[x.Account]) {
				who = append(who, ui.Item{Text: "ほかの人が決めます", Quiet: true})
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{who, ui.Text(names[x.AskedBy], feature.Moment(x.AskedAt)), ui.Text(x.Reason), ui.Text(feature.Moment(x.Expires))}})
		}
		v.Parts = []part{{Table: t}}
		return nil
	})
	return v, err
}

// recovery is one open request.
func (p pages) recovery(ctx context.Context, r *web.Request) (v board, err error) {
	err = p.o.read(ctx, func(reader db.Reader) error {
		list, of, called, err := p.o.recoveries(ctx, reader, r.Actor())
		if err != nil {
			return err
		}
		for _, x := range list {
			if string(x.ID) != r.Path("recovery") {
				continue
			}
			names, err := p.who(ctx, reader, x.AskedBy)
			if err != nil {
				return err
			}
			a := of[x.Account]
			v = board{Page: r.Page(called[a.ID]+"の再登録", home(), ui.Link{Text: "本人確認の再登録", Href: recoveriesHref})}
			v.Facts.Items = []ui.Description{
				{Term: "氏名", Cell: ui.Text(called[a.ID])},
				{Term: "利用者ID", Cell: ui.Text(a.Login)},
				{Term: "理由", Cell: ui.Text(x.Reason)},
				{Term: "求めた人", Cell: ui.Text(names[x.AskedBy], feature.Moment(x.AskedAt))},
				{Term: "期限", Cell: ui.Text(feature.Moment(x.Expires))},
			}
			var doings []doing
			if confirms(r.Actor(), x, a) {
				doings = append(doings, doing{
					Title: "認める", Words: "登録されている二つ目の確認がすべて取り消され、サインイン中の画面が終わり、仮パスワードが一度だけ表示されます。",
					Form: r.Form(confirmRecoveryForm(x.ID)),
				})
			} else {
				v.Notices = []ui.Notice{{Tone: ui.Info, Title: "認めるのは、求めた人と本人のほかの人です", Lines: []string{"ほかの担当者に頼んでください。"}}}
			}
			doings = append(doings, doing{Title: "断る", Form: r.Form(ui.Form{Action: recoveryHref(x.ID) + "/refuse", Buttons: act("断る", ui.Bad)})})
			v.Parts = []part{{Doings: doings}}
			return nil
		}
		return db.ErrNotFound
	})
	return v, err
}

func confirmRecoveryForm(of id.ID) ui.Form {
	return ui.Form{Action: recoveryHref(of) + "/confirm", Fields: []ui.Field{ui.Sure("本人に会うか、本人と分かる方法で、本人の求めであることを確かめました")}, Buttons: act("認めて仮パスワードを発行する", ui.Bad)}
}

func (p pages) confirmPage(_ context.Context, r *web.Request) (slipView, error) {
	v := slipView{Page: r.Page("再登録を認める", home(), ui.Link{Text: "本人確認の再登録", Href: recoveriesHref})}
	v.Form = r.Form(confirmRecoveryForm(id.ID(r.Path("recovery"))))
	return v, nil
}

type confirmForm struct {
	Sure bool `form:"sure,required"`
}

func (p pages) confirm(ctx context.Context, r *web.Request, _ confirmForm) (slipView, error) {
	v := slipView{Page: r.Page("仮パスワード", home(), ui.Link{Text: "本人確認の再登録", Href: recoveriesHref})}
	var of id.ID
	err := p.o.read(ctx, func(reader db.Reader) error {
		list, err := p.o.Factors.Recoveries(ctx, reader, r.Actor())
		for _, x := range list {
			if string(x.ID) == r.Path("recovery") {
				of = x.Account
			}
		}
		return err
	})
	if err != nil {
		return v, err
	}
	password, err := p.o.Factors.ConfirmRecovery(ctx, r.Actor(), id.ID(r.Path("recovery")))
	if err != nil {
		return v, err
	}
	one, err := p.temporary(ctx, of, password)
	one.Steps = append(one.Steps, "二つ目の確認（認証アプリなど）を、もう一度登録します。")
	v.Notice, v.Slips = once(ui.Link{Text: "一覧へ戻る", Href: recoveriesHref}), []slip{one}
	return v, err
}

func (p pages) refuse(ctx context.Context, r *web.Request, _ none) (web.Next, error) {
	return web.Next{Href: recoveriesHref, Said: "断りました。"}, p.o.Factors.RefuseRecovery(ctx, r.Actor(), id.ID(r.Path("recovery")))
}
