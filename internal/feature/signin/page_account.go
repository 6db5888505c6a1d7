package signin

import (
	"context"
	"errors"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// accountView is everything that is somebody's own about coming in.
type accountView struct {
	web.Page
	Facts    ui.DescriptionList
	Links    []ui.Link
	Factors  ui.Table
	Withdraw ui.Form
	Sessions ui.Table
	End      ui.Form
	Keys     ui.Table
	Drop     ui.Form
	NewKey   ui.Form
}

func (p pages) account(ctx context.Context, r *web.Request) (accountView, error) {
	v := accountView{Page: r.Page("私のアカウント")}
	v.Links = []ui.Link{{Text: "パスワードを変更する", Href: "/account/password"}, {Text: "二つ目の確認を登録する", Href: "/signin/enroll"}}
	actor := r.Actor()
	err := p.d.log.DB().View(ctx, func(reader db.Reader) error {
		s, a, err := p.d.Accounts.Resolve(ctx, reader, p.token(r))
		if err != nil {
			return err
		}
		last, err2 := p.d.Accounts.Before(ctx, reader, s)
		held, err3 := p.d.Factors.List(ctx, reader, actor, actor.Account)
		sessions, err4 := p.d.Accounts.Open(ctx, reader, actor.Account)
		keys, err5 := p.d.Keys.List(ctx, reader, actor.Account)
		if err := errors.Join(err2, err3, err4, err5); err != nil {
			return err
		}
		v.Facts = facts(actor, a, s, last)
		v.Factors, v.Withdraw = factorTable(held)
		v.Sessions, v.End = sessionTable(actor.Session, sessions)
		v.Keys, v.Drop = keyTable(keys)
		v.Withdraw, v.End, v.Drop = r.Form(v.Withdraw), r.Form(v.End), r.Form(v.Drop)
		v.NewKey = r.Form(keyForm(actor))
		return nil
	})
	return v, err
}

func facts(actor *access.Actor, a account.Account, s account.Session, last account.Before) ui.DescriptionList {
	l := ui.DescriptionList{Items: []ui.Description{
		{Term: "氏名", Cell: ui.Text(actor.Person.Name)}, {Term: "利用者ID", Cell: ui.Text(a.Login)}, {Term: "職員番号", Cell: ui.Text(actor.Person.Number)},
	}}
	before := ui.Text("これが最初です")
	if last.ID != "" {
		before = ui.Cell{{Text: feature.Moment(last.MadeAt)}, {Text: last.Address, Quiet: true}}
		if last.Out != "" {
			before = append(before, ui.Item{Text: feature.Moment(last.Out) + " に終了（" + last.OutWhy.Title() + "）", Quiet: true})
		}
	}
	l.Items = append(l.Items, ui.Description{Term: "前回のサインイン", Cell: before})
	if s.Failed > 0 {
		l.Items = append(l.Items, ui.Description{Term: "このサインインの前の失敗", Cell: ui.Cell{{Text: ui.Figure(int(s.Failed)) + "回", Tone: ui.Warn}, {Text: "心当たりがなければ、パスワードを変更し、所属長に知らせてください。", Quiet: true}}})
	}
	return l
}

func factorTable(held []account.Held) (ui.Table, ui.Form) {
	t := ui.Table{Caption: "二つ目の確認", Stack: true, Empty: "登録されていません。", Columns: []ui.Column{{Title: "名前", Head: true}, {Title: "種類"}, {Title: "登録", Keep: true}, {Title: "最後に使った時", Keep: true}, {Title: "残り", Number: true}}}
	f := ui.Form{Action: "/account/factors/withdraw", Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "選んだものの登録を消す", Quiet: true}}}}
	choice := ui.Field{Type: ui.Radio, Name: "factor", Label: "登録を消すもの", Required: true}
	for _, h := range held {
		left, used := "", ""
		if h.Kind == account.Printed {
			left = ui.Figure(h.Left)
		}
		if h.UsedAt != "" {
			used = feature.Moment(h.UsedAt)
		}
		name := ui.Text(h.Label)
		if h.Lost {
			name = append(name, ui.Item{Text: "登録し直しが必要", Tone: ui.Warn})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{name, ui.Text(h.Kind.Title()), ui.Text(feature.Moment(h.AddedAt)), ui.Text(used), ui.Text(left)}})
		choice.Options = append(choice.Options, ui.Option{Value: string(h.ID), Text: h.Label})
	}
	if len(held) == 0 {
		return t, ui.Form{}
	}
	f.Fields = []ui.Field{choice}
	return t, f
}

func sessionTable(own id.ID, sessions []account.Session) (ui.Table, ui.Form) {
	t := ui.Table{Caption: "いまサインインしている所", Stack: true, Columns: []ui.Column{{Title: "始まり", Keep: true, Head: true}, {Title: "どこから"}, {Title: "方法", Keep: true}, {Title: "最後に使った時", Keep: true}}}
	for _, s := range sessions {
		at := ui.Text(feature.Moment(s.MadeAt))
		if s.ID == own {
			at = append(at, ui.Item{Text: "この画面", Tone: ui.Info})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{at, {{Text: s.Address}, {Text: s.Agent, Quiet: true}}, ui.Text(s.How.Title()), ui.Text(feature.Moment(s.UsedAt))}})
	}
	return t, ui.Form{Action: "/account/sessions/end", Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "この画面のほかのすべてでサインアウトする", Quiet: true}}}}
}

func keyTable(keys []account.HeldKey) (ui.Table, ui.Form) {
	t := ui.Table{Caption: "APIのキー", Stack: true, Empty: "キーはありません。", Columns: []ui.Column{{Title: "名前", Head: true}, {Title: "できること"}, {Title: "期限", Keep: true}, {Title: "最後に使った時", Keep: true}}}
	choice := ui.Field{Type: ui.Radio, Name: "key", Label: "取り消すキー", Required: true}
	for _, k := range keys {
		if k.WithdrawnAt != "" {
			continue
		}
		var can ui.Cell
		for _, p := range k.Permissions() {
			can = append(can, ui.Item{Text: p.Title()})
		}
		used := ""
		if k.UsedAt != "" {
			used = feature.Moment(k.UsedAt)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(k.Label), can, ui.Text(feature.Moment(k.ExpiresAt)), ui.Text(used)}})
		choice.Options = append(choice.Options, ui.Option{Value: string(k.ID), Text: k.Label})
	}
	if len(choice.Options) == 0 {
		return t, ui.Form{}
	}
	return t, ui.Form{Action: "/account/keys/withdraw", Fields: []ui.Field{choice}, Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "選んだキーを取り消す", Quiet: true}}}}
}

// keyForm offers the permissions that somebody has.
func keyForm(actor *access.Actor) ui.Form {
	can := ui.Field{Type: ui.Checks, Name: "scope", Label: "できること", Required: true}
	for _, p := range access.Permissions() {
		if actor.Can(p) {
			can.Options = append(can.Options, ui.Option{Value: string(p), Text: p.Title()})
		}
	}
	return ui.Form{Action: "/account/keys", Fields: []ui.Field{
		{Name: "label", Label: "名前", Help: "何に使うか", Required: true},
		can,
		{Type: ui.Date, Name: "until", Label: "期限", Help: "1年以内。例：R9.3.31", Required: true},
	}, Buttons: ui.Buttons("キーを作る", "")}
}

type withdrawForm struct {
	Factor string `form:"factor,required"`
}

func (p pages) withdrawFactor(ctx context.Context, r *web.Request, in withdrawForm) (web.Next, error) {
	err := p.d.Factors.Withdraw(ctx, r.Actor(), r.Actor().Account, id.ID(in.Factor))
	return web.Next{Href: "/account", Said: "登録を消しました。"}, err
}

func (p pages) endSessions(ctx context.Context, r *web.Request, _ empty) (web.Next, error) {
	s, err := p.session(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	return web.Next{Href: "/account", Said: "ほかのすべての所でサインアウトしました。"}, p.d.Accounts.SignOutEverywhere(ctx, s)
}

type newKey struct {
	Label string      `form:"label,required"`
	Can   []string    `form:"scope,required"`
	Until jpdate.Date `form:"until,required"`
}

// keyView shows a key, once.
type keyView struct {
	web.Page
	Notice ui.Notice
	Key    string
	Form   ui.Form
}

func (p pages) keyPage(_ context.Context, r *web.Request) (keyView, error) {
	v := keyView{Page: r.Page("APIのキー", ui.Link{Text: "私のアカウント", Href: "/account"})}
	v.Form = r.Form(keyForm(r.Actor()))
	return v, nil
}

func (p pages) makeKey(ctx context.Context, r *web.Request, in newKey) (keyView, error) {
	v, err := p.keyPage(ctx, r)
	if err != nil {
		return v, err
	}
	var can []access.Permission
	for _, word := range in.Can {
		can = append(can, access.Permission(word))
	}
	v.Key, err = p.d.Keys.Make(ctx, r.Actor(), in.Label, can, in.Until)
	v.Form = ui.Form{}
	v.Notice = ui.Notice{Tone: ui.Warn, Title: "このキーは、二度と表示されません", Lines: []string{"いま写して、プログラムの設定に入れてください。人に渡さず、要らなくなったら取り消します。"}, Links: []ui.Link{{Text: "私のアカウントへ戻る", Href: "/account"}}}
	return v, err
}

type dropKey struct {
	Key string `form:"key,required"`
}

func (p pages) withdrawKey(ctx context.Context, r *web.Request, in dropKey) (web.Next, error) {
	return web.Next{Href: "/account", Said: "キーを取り消しました。"}, p.d.Keys.Withdraw(ctx, r.Actor(), id.ID(in.Key))
}

// endedView tells somebody who works nowhere what to do.
type endedView struct {
	web.Page
	Notice ui.Notice
}

func (p pages) ended(_ context.Context, r *web.Request) (endedView, error) {
	v := endedView{Page: r.Page("いまは利用できません")}
	v.Notice = ui.Notice{Tone: ui.Info, Title: "今日の日付で、あなたの所属が登録されていません", Lines: []string{
		"異動や任用の手続きが反映されていないことがあります。新しい所属の人事担当か、関守の運用管理者に連絡してください。",
		"所属が登録されると、次に画面を開いたときから使えます。",
	}}
	return v, nil
}

func asInvalid(err error) (*errs.Error, bool) {
	e, ok := errors.AsType[*errs.Error](err)
	return e, ok && e.Kind == errs.Invalid
}
