package admin

import (
	"context"
	"errors"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// lastSessions is how many sessions the page of an account lists.
const lastSessions = 20

func (p pages) account(ctx context.Context, r *web.Request) (v board, err error) {
	err = p.o.read(ctx, func(reader db.Reader) error {
		a, err := p.o.Accounts.Managed(ctx, reader, r.Actor(), id.ID(r.Path("account")))
		if err != nil {
			return err
		}
		if a.Kind != account.Person {
			return db.ErrNotFound
		}
		called, err1 := p.o.called(ctx, reader, a)
		life, err2 := p.o.Accounts.Life(ctx, reader, a, p.s.today())
		password, err3 := p.o.Accounts.Password(ctx, reader, a)
		held, err4 := p.o.Factors.List(ctx, reader, r.Actor(), a.ID)
		sessions, err5 := p.o.Accounts.Sessions(ctx, reader, a.ID, lastSessions)
		keys, err6 := p.o.Keys.List(ctx, reader, a.ID)
		asked, err7 := p.o.Factors.RecoveriesOf(ctx, reader, r.Actor(), a.ID)
		if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
			return err
		}
		v = board{Page: r.Page(called[a.ID]+"（"+a.Login+"）", home(), accountsLink())}
		v.Kicker = "利用者"
		v.Facts = accountFacts(a, called[a.ID], life, password)
		v.Parts = []part{
			{Title: "行うこと", Doings: p.doings(r, a, asked)},
			{Table: heldTable(held)},
			{Table: sessionsTable(sessions, p.o.now())},
			{Table: keysTable(keys)},
		}
		if len(asked) > 0 {
			names, err := p.who(ctx, reader, askers(asked)...)
			if err != nil {
				return err
			}
			v.Parts = append(v.Parts, part{Table: askedTable(asked, names, p.o.now())})
		}
		if r.Actor().Can(access.TrailRead) {
			v.Links = []ui.Link{{Text: "この利用者の記録（証跡）", Href: "/trail/thing/" + account.Accounts.Kind() + "/" + string(a.ID)}}
		}
		return nil
	})
	return v, err
}

func accountFacts(a account.Account, name string, life account.Life, password account.PasswordState) ui.DescriptionList {
	works := ui.Text("在籍中")
	switch life.State {
	case account.Live:
	case account.Ahead:
		works = ui.Cell{{Text: life.Until.Wareki() + "から在籍", Tone: ui.Info}}
	case account.Grace:
		works = ui.Cell{{Text: "所属なし（猶予中）", Tone: ui.Warn}, {Text: life.Last.Wareki() + "まで在籍、" + life.Until.Wareki() + "まで猶予", Quiet: true}}
	case account.Ended:
		works = ui.Cell{{Text: "所属なし", Tone: ui.Bad}, {Text: life.Last.Wareki() + "まで在籍。廃止の対象です", Quiet: true}}
	}
	secret := ui.Text("なし（ほかの職員認証で入る人）")
	switch {
	case password.Temporary:
		secret = ui.Cell{{Text: "仮パスワード", Tone: ui.Warn}, {Text: feature.Moment(password.Expires) + "まで使えます", Quiet: true}}
	case password.Has:
		secret = ui.Text("本人が" + feature.Moment(password.MadeAt) + "に設定")
		if !password.Due.IsZero() {
			secret = append(secret, ui.Item{Text: password.Due.Wareki() + "までに変更", Quiet: true})
		}
	}
	return ui.DescriptionList{Items: []ui.Description{
		{Term: "氏名", Cell: ui.Anchor(name, "/people/"+string(a.Person))},
		{Term: "利用者ID", Cell: ui.Text(a.Login)},
		{Term: "状態", Cell: ui.Cell{accountState(a.State)}},
		{Term: "在籍", Cell: works},
		{Term: "パスワード", Cell: secret},
		{Term: "登録", Cell: ui.Text(feature.Moment(a.MadeAt))},
	}}
}

// doings are what can be done to an account now.
func (p pages) doings(r *web.Request, a account.Account, asked []account.Recovery) []doing {
	at := accountHref(a.ID)
	own := r.Actor().Name == a.Actor()
	var list []doing
	add := func(title, words, path string, buttons ui.ButtonRow, fields ...ui.Field) {
		list = append(list, doing{Title: title, Words: words, Form: r.Form(ui.Form{Action: at + "/" + path, Fields: fields, Buttons: buttons})})
	}
	if a.State == account.Closed {
		return []doing{{Form: ui.Form{Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "もう一度登録する", Href: accountsHref + "/new"}}}}}}
	}
	add("仮パスワードを発行する", "いまのパスワードは使えなくなり、サインイン中の画面は終わります。", "reset", act("発行する", ui.Info), why("reset_why"))
	add("サインイン中の画面を終わらせる", "利用者は、もう一度サインインできます。", "end", act("終わらせる", ui.Info), why("end_why"))
	add("利用者IDを変える", "", "rename", act("変える", ui.Info), ui.Field{Name: "login", Label: "利用者ID", Value: a.Login, Required: true})
	if a.State == account.Suspended {
		add("停止を解く", "", "resume", act("停止を解く", ui.Info), why("resume_why"))
	}
	if own {
		return list
	}
	if a.State == account.Active {
		add("停止する", "解くまでサインインできません。サインイン中の画面は終わります。", "suspend", act("停止する", ui.Bad), why("suspend_why"))
	}
	add("廃止する", "サインインできなくなり、利用者IDはほかの人が使えるようになります。この人の記録は残ります。", "close", act("廃止する", ui.Bad), why("close_why"))
	waits := len(asked) > 0 && asked[0].At(p.o.now()) == account.Asked
	if a.State == account.Active && !waits {
		add("二つ目の確認の再登録を求める", "なくした・壊れたときに。別の人が認めると、登録されている二つ目の確認がすべて取り消され、仮パスワードが発行されます。", "recovery", act("求める", ui.Info),
			ui.Field{Name: "reason", Label: "何が使えなくなったか、どうやって本人から聞いたか", Required: true, Wide: true})
	}
	return list
}

func heldTable(held []account.Held) ui.Table {
	t := ui.Table{Caption: "二つ目の確認", Stack: true, Empty: "登録されていません。", Columns: []ui.Column{{Title: "種類", Head: true}, {Title: "名前"}, {Title: "登録", Keep: true}, {Title: "最後に使った時", Keep: true}}}
	for _, h := range held {
		kind := ui.Text(h.Kind.Title())
		if h.Lost {
			kind = append(kind, ui.Item{Text: "登録し直しが必要", Tone: ui.Warn})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{kind, ui.Text(h.Label), ui.Text(feature.Moment(h.AddedAt)), ui.Text(feature.Moment(h.UsedAt))}})
	}
	return t
}

// sessionsTable lists sessions, those that go on first.
func sessionsTable(sessions []account.Session, now db.Time) ui.Table {
	t := ui.Table{Caption: "サインイン（新しいものから" + ui.Figure(lastSessions) + "件まで）", Stack: true, Empty: "まだありません。", Columns: []ui.Column{
		{Title: "始まり", Head: true, Keep: true}, {Title: "どこから"}, {Title: "方法", Keep: true}, {Title: "終わり", Keep: true},
	}}
	for _, open := range []bool{true, false} {
		for _, s := range sessions {
			at, because := s.End(now)
			if (because == "") != open {
				continue
			}
			end := ui.Cell{{Text: "サインイン中", Tone: ui.Info}, {Text: "最後の操作 " + feature.Moment(s.UsedAt), Quiet: true}}
			if !open {
				end = ui.Cell{{Text: feature.Moment(at)}, {Text: because.Title(), Quiet: true}}
			}
			how := ui.Text(s.How.Title())
			if s.Factor {
				how = append(how, ui.Item{Text: "二つ目の確認あり", Quiet: true})
			}
			from := ui.Cell{{Text: s.Address}, {Text: s.Agent, Quiet: true}}
			if s.Failed > 0 {
				from = append(from, ui.Item{Text: "前の失敗 " + ui.Figure(int(s.Failed)) + "回", Tone: ui.Warn})
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(feature.Moment(s.MadeAt)), from, how, end}})
		}
	}
	return t
}

func keysTable(keys []account.HeldKey) ui.Table {
	t := ui.Table{Caption: "APIのキー", Stack: true, Empty: "ありません。", Columns: []ui.Column{{Title: "名前", Head: true}, {Title: "できること"}, {Title: "期限", Keep: true}, {Title: "最後に使った時", Keep: true}}}
	for _, k := range keys {
		var can []string
		for _, x := range k.Permissions() {
			can = append(can, x.Title())
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(k.Label), ui.Text(can...), ui.Text(feature.Moment(k.ExpiresAt)), ui.Text(feature.Moment(k.UsedAt))}})
	}
	return t
}

func askers(list []account.Recovery) []string {
	var names []string
	for _, x := range list {
		names = append(names, x.AskedBy)
		if x.DecidedBy != "" {
			names = append(names, x.DecidedBy)
		}
	}
	return names
}

func askedTable(list []account.Recovery, names map[string]string, now db.Time) ui.Table {
	t := ui.Table{Caption: "二つ目の確認の再登録", Stack: true, Columns: []ui.Column{{Title: "求めた時", Head: true, Keep: true}, {Title: "求めた人"}, {Title: "理由"}, {Title: "状態", Keep: true}, {Title: "決めた人"}}}
	for _, x := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Text(feature.Moment(x.AskedAt)), ui.Text(names[x.AskedBy]), ui.Text(x.Reason), ui.Text(x.At(now).Title()), ui.Text(names[x.DecidedBy], feature.Moment(x.DecidedAt)),
		}})
	}
	return t
}
