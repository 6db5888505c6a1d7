package admin

import (
	"context"
	"errors"
	"net/url"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

const accountsHref = "/admin/accounts"

func accountHref(of id.ID) string { return accountsHref + "/" + url.PathEscape(string(of)) }

func accountsLink() ui.Link { return ui.Link{Text: "利用者", Href: accountsHref} }

// onePage is how many accounts a page lists, and how many are found by their people.
const onePage = 100

func (p pages) accounts(ctx context.Context, r *web.Request) (board, error) {
	v := board{Page: r.Page("利用者", home())}
	q := account.Query{State: account.State(r.Query("state")), Kind: account.Person, After: r.Query("after"), Limit: onePage}
	words := r.Query("q")
	v.Search = ui.SearchForm{Action: accountsHref, Clear: accountsHref, Fields: []ui.Field{
		{Name: "q", Label: "利用者ID・氏名・職員番号", Value: words},
		{Name: "state", Label: "状態", Value: string(q.State), Options: []ui.Option{
			{Text: "すべて"},
			{Value: string(account.Active), Text: account.Active.Title()},
			{Value: string(account.Suspended), Text: account.Suspended.Title()},
			{Value: string(account.Closed), Text: account.Closed.Title()},
		}},
	}}
	v.Links = []ui.Link{{Text: "利用者を登録する", Href: accountsHref + "/new"}}
	err := p.o.read(ctx, func(reader db.Reader) error {
		var list []account.Account
		var next string
		var err error
		if words == "" {
			list, next, err = p.o.Accounts.List(ctx, reader, r.Actor(), q)
		} else {
			list, err = p.found(ctx, reader, r.Actor(), words, q)
		}
		if err != nil {
			return err
		}
		called, err1 := p.o.called(ctx, reader, list...)
		lapsed, err2 := p.o.lapsed(ctx, reader, r.Actor())
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		t := ui.Table{Caption: "利用者", Stack: true, Columns: []ui.Column{{Title: "利用者ID", Head: true, Keep: true}, {Title: "氏名"}, {Title: "状態", Keep: true}, {Title: "登録", Keep: true}}}
		for _, a := range list {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(a.Login, accountHref(a.ID)), ui.Text(called[a.ID]), {accountState(a.State)}, ui.Text(feature.Moment(a.MadeAt))}})
		}
		v.Parts = []part{{Table: t}}
		v.Pager, v.Notices = ui.Pager{}, nil
		if next != "" {
			v.Pager = ui.Pager{Label: "利用者の一覧", Next: accountsHref + "?" + url.Values{"state": {string(q.State)}, "after": {next}}.Encode()}
		}
		if len(lapsed) > 0 {
			v.Notices = []ui.Notice{{
				Tone: ui.Warn, Title: "所属がなくなり、猶予も過ぎた利用者が" + ui.Figure(len(lapsed)) + "人います", Links: []ui.Link{{Text: "確かめて廃止する", Href: accountsHref + "/lapsed"}},
			}}
		}
		return nil
	})
	return v, err
}

// found reads the accounts that somebody manages by their logins and by the names and numbers of their people.
func (p pages) found(ctx context.Context, r db.Reader, by *access.Actor, words string, q account.Query) ([]account.Account, error) {
	q.Find = words
	list, _, err := p.o.Accounts.List(ctx, r, by, q)
	if err != nil {
		return nil, err
	}
	scope := by.Scope(access.AccountManage)
	people, _, err := p.o.view().People(ctx, r, org.PeopleQuery{Find: words, Limit: onePage, Where: func(args *[]any, column string) string { return scope.Where(r, args, column) }})
	if err != nil || len(people) == 0 {
		return list, err
	}
	seen, ids := map[id.ID]bool{}, make([]id.ID, len(people))
	for _, a := range list {
		seen[a.ID] = true
	}
	for i, x := range people {
		ids[i] = x.Person
	}
	more, err := account.OfPeople(ctx, r, ids...)
	for _, a := range more {
		if !seen[a.ID] && (q.State == "" || a.State == q.State) {
			list = append(list, a)
		}
	}
	return list, err
}

func accountState(s account.State) ui.Item {
	return ui.Item{Text: s.Title(), Tone: map[account.State]ui.Tone{account.Active: ui.Good, account.Suspended: ui.Warn, account.Closed: ui.Neutral}[s]}
}

// lapsedPage lists the accounts that are to be closed.
func (p pages) lapsedPage(ctx context.Context, r *web.Request) (board, error) {
	v := board{Page: r.Page("廃止する利用者", home(), accountsLink())}
	v.Lead = "最後の所属の翌日からの猶予が過ぎた人です。廃止しても、その人の記録は残ります。もう一度所属すれば、同じ人として登録し直せます。"
	err := p.o.read(ctx, func(reader db.Reader) error {
		list, err := p.o.lapsed(ctx, reader, r.Actor())
		if err != nil {
			return err
		}
		called, err := p.o.called(ctx, reader, list...)
		if err != nil {
			return err
		}
		t := ui.Table{Caption: "廃止する利用者（" + ui.Figure(len(list)) + "人）", Stack: true, Empty: "いまはいません。", Columns: []ui.Column{{Title: "利用者ID", Head: true, Keep: true}, {Title: "氏名"}, {Title: "最後の所属", Keep: true}}}
		for i, a := range list {
			if i == onePage {
				break
			}
			life, err := p.o.Accounts.Life(ctx, reader, a, p.s.today())
			if err != nil {
				return err
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(a.Login, accountHref(a.ID)), ui.Text(called[a.ID]), ui.Text(life.Last.Wareki() + "まで")}})
		}
		v.Parts = []part{{Table: t}}
		if len(list) > onePage {
			v.Parts[0].Words = []string{"初めの" + ui.Figure(onePage) + "人だけを並べています。"}
		}
		if len(list) > 0 {
			v.Parts[0].Doings = []doing{{Form: r.Form(ui.Form{Action: accountsHref + "/lapsed", Buttons: act(ui.Figure(len(list))+"人をまとめて廃止する", ui.Bad)})}}
		}
		return nil
	})
	return v, err
}

func (p pages) closeLapsed(ctx context.Context, r *web.Request, _ none) (web.Next, error) {
	closed, err := p.o.Accounts.CloseLapsed(ctx, r.Actor())
	return web.Next{Href: accountsHref, Said: ui.Figure(len(closed)) + "人の利用者を廃止しました。"}, err
}
