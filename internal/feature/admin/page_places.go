package admin

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/text"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

const placesHref = "/admin/places"

func placeHref(of id.ID) string { return placesHref + "/" + url.PathEscape(string(of)) }

func placesLink() ui.Link { return ui.Link{Text: "所属端末", Href: placesHref} }

const (
	manyPlaces = 500 // that a page lists
	fewPlaces  = 5   // whose numbers stand above the list: those of a chief
	fewUnits   = 50  // to choose from; more are named by their code
)

func (p pages) places(ctx context.Context, r *web.Request) (board, error) {
	v := board{Page: r.Page("所属端末", home())}
	v.Lead = "一人ずつの端末がない所で、何人かが使う端末です。その日の番号は、所属長が、ここで働く人に毎朝伝えます。"
	v.Links = []ui.Link{{Text: "所属端末の利用者を登録する", Href: placesHref + "/new"}}
	err := p.o.read(ctx, func(reader db.Reader) error {
		list, _, err := p.o.Accounts.List(ctx, reader, r.Actor(), account.Query{Kind: account.Place, Limit: manyPlaces})
		if err != nil {
			return err
		}
		called, err := p.o.called(ctx, reader, list...)
		if err != nil {
			return err
		}
		t := ui.Table{Caption: "所属端末の利用者", Stack: true, Empty: "まだありません。", Columns: []ui.Column{{Title: "名前", Head: true}, {Title: "組織"}, {Title: "状態", Keep: true}, {Title: "登録", Keep: true}}}
		v.Stats = ui.Stats{}
		for _, a := range list {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(a.Login, placeHref(a.ID)), ui.Text(called[a.ID]), {accountState(a.State)}, ui.Text(feature.Moment(a.MadeAt))}})
			if len(list) > fewPlaces || a.State != account.Active {
				continue
			}
			number, err := p.o.Accounts.PIN(ctx, reader, r.Actor(), a.ID, p.s.today())
			if err != nil {
				return err
			}
			v.Stats.Items = append(v.Stats.Items, ui.Stat{Number: spaced(number), Label: a.Login + "の今日の番号", Href: placeHref(a.ID)})
		}
		v.Parts = []part{{Table: t}}
		return nil
	})
	return v, err
}

// spaced writes six digits as two groups of three, as people read them aloud.
func spaced(number string) string {
	if len(number) != 6 {
		return number
	}
	return number[:3] + " " + number[3:]
}

// managedPlace reads a place that the reader manages.
func (p pages) managedPlace(ctx context.Context, reader db.Reader, r *web.Request) (account.Account, error) {
	a, err := p.o.Accounts.Managed(ctx, reader, r.Actor(), id.ID(r.Path("place")))
	if err == nil && a.Kind != account.Place {
		err = db.ErrNotFound
	}
	return a, err
}

func (p pages) place(ctx context.Context, r *web.Request) (v board, err error) {
	err = p.o.read(ctx, func(reader db.Reader) error {
		a, err := p.managedPlace(ctx, reader, r)
		if err != nil {
			return err
		}
		called, err1 := p.o.called(ctx, reader, a)
		terminals, err2 := p.o.Accounts.Terminals(ctx, reader, a.ID)
		number, err3 := p.o.Accounts.PIN(ctx, reader, r.Actor(), a.ID, p.s.today())
		if err := errors.Join(err1, err2, err3); err != nil {
			return err
		}
		v = board{Page: r.Page(a.Login, home(), placesLink())}
		v.Kicker = "所属端末"
		v.Facts.Items = []ui.Description{{Term: "組織", Cell: ui.Text(called[a.ID])}, {Term: "状態", Cell: ui.Cell{accountState(a.State)}}, {Term: "登録", Cell: ui.Text(feature.Moment(a.MadeAt))}}
		t := ui.Table{Caption: "端末", Stack: true, Empty: "まだありません。", Columns: []ui.Column{{Title: "置いてある所", Head: true}, {Title: "状態", Keep: true}, {Title: "登録", Keep: true}}}
		choice := ui.Field{Type: ui.Radio, Name: "terminal", Label: "取り消す端末", Required: true}
		for _, x := range terminals {
			state := x.State.Title()
			if x.State == account.Waiting && x.Expires <= string(p.o.now()) {
				state = "登録コードの期限切れ"
			}
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(x.Label), ui.Text(state), ui.Text(feature.Moment(x.MadeAt))}})
			if x.State != account.Withdrawn {
				choice.Options = append(choice.Options, ui.Option{Value: string(x.ID), Text: x.Label})
			}
		}
		v.Parts = []part{{Table: t}}
		if a.State != account.Active {
			return nil
		}
		v.Stats.Items = []ui.Stat{{Number: spaced(number), Label: p.s.today().Wareki() + "の番号。日付が変わると使えなくなります"}}
		at := placeHref(a.ID)
		doings := []doing{{Title: "端末を加える", Words: "登録コードが一度だけ表示されます。30分以内に、その端末の「所属端末」の画面で入れてください。", Form: r.Form(terminalForm(a.ID))}}
		if len(choice.Options) > 0 {
			doings = append(doings, doing{Title: "端末を取り消す", Words: "その端末では使えなくなり、使用中の画面は終わります。", Form: r.Form(ui.Form{Action: at + "/withdraw", Fields: []ui.Field{choice}, Buttons: act("取り消す", ui.Bad)})})
		}
		doings = append(doings,
			doing{Title: "番号を新しくする", Words: "番号を知られてはいけない人に知られたときに。今日の番号から変わり、使用中の画面は終わります。", Form: r.Form(ui.Form{Action: at + "/renew", Buttons: act("新しくする", ui.Bad)})},
			doing{Title: "廃止する", Words: "この所属端末は使えなくなります。", Form: r.Form(ui.Form{Action: at + "/close", Fields: []ui.Field{why("close_why")}, Buttons: act("廃止する", ui.Bad)})},
		)
		v.Parts[0].Doings = doings
		return nil
	})
	return v, err
}

func terminalForm(of id.ID) ui.Form {
	return ui.Form{Action: placeHref(of) + "/terminals", Fields: []ui.Field{{Name: "label", Label: "端末を置く所", Help: "例：1階 窓口", Required: true}}, Buttons: act("登録コードを出す", ui.Info)}
}

func (p pages) terminalPage(ctx context.Context, r *web.Request) (v slipView, err error) {
	err = p.o.read(ctx, func(reader db.Reader) error {
		a, err := p.managedPlace(ctx, reader, r)
		v = slipView{Page: r.Page("端末を加える", home(), placesLink(), ui.Link{Text: a.Login, Href: placeHref(a.ID)})}
		v.Form = r.Form(terminalForm(a.ID))
		return err
	})
	return v, err
}

type terminalInput struct {
	Label string `form:"label,required"`
}

func (p pages) addTerminal(ctx context.Context, r *web.Request, in terminalInput) (slipView, error) {
	place := id.ID(r.Path("place"))
	v := slipView{Page: r.Page("登録コード", home(), placesLink())}
	code, t, err := p.o.Accounts.AddTerminal(ctx, r.Actor(), place, in.Label)
	if err != nil {
		return v, err
	}
	v.Notice = ui.Notice{Tone: ui.Warn, Title: "登録コードは、二度と表示されません", Lines: []string{"期限までに、端末で入れてください。過ぎたら、もう一度出します。"}, Links: []ui.Link{{Text: "所属端末の画面へ戻る", Href: placeHref(place)}}}
	v.Slips = []slip{{
		Title: t.Label,
		Items: []slipItem{{Term: "登録コード", Text: code[:len(code)/2] + "-" + code[len(code)/2:], Secret: true}, {Term: "使える期限", Text: feature.Moment(t.Expires)}},
		Steps: []string{"加える端末で、関守の「所属端末」の画面（/place）を開きます。", "「端末の登録」に登録コードを入れます。", "続けて、今日の番号を入れると使い始められます。"},
	}}
	return v, nil
}

type unbindInput struct {
	Terminal string `form:"terminal,required"`
}

func (p pages) withdrawTerminal(ctx context.Context, r *web.Request, in unbindInput) (web.Next, error) {
	return web.Next{Href: placeHref(id.ID(r.Path("place"))), Said: "端末を取り消しました。"}, p.o.Accounts.WithdrawTerminal(ctx, r.Actor(), id.ID(in.Terminal))
}

func (p pages) renewPlace(ctx context.Context, r *web.Request, _ none) (web.Next, error) {
	place := id.ID(r.Path("place"))
	return web.Next{Href: placeHref(place), Said: "番号を新しくしました。働く人に伝えてください。"}, p.o.Accounts.RenewPlace(ctx, r.Actor(), place)
}

func (p pages) closePlace(ctx context.Context, r *web.Request, in closeForm) (web.Next, error) {
	return web.Next{Href: placesHref, Said: "廃止しました。"}, p.o.Accounts.Close(ctx, r.Actor(), id.ID(r.Path("place")), in.Why)
}

// units are those for which somebody may make places.
func (p pages) units(ctx context.Context, r db.Reader, by *access.Actor) ([]org.Unit, error) {
	tree, err := p.o.view().Tree(ctx, r)
	if err != nil {
		return nil, err
	}
	scope := by.Scope(access.PlaceManage)
	var units []org.Unit
	for _, u := range tree.Units() {
		if scope.Reaches(u.Unit) {
			units = append(units, u)
		}
	}
	return units, nil
}

func (p pages) newPlace(ctx context.Context, r *web.Request) (v board, err error) {
	v = board{Page: r.Page("所属端末の利用者を登録する", home(), placesLink())}
	var units []org.Unit
	err = p.o.read(ctx, func(reader db.Reader) (err error) {
		units, err = p.units(ctx, reader, r.Actor())
		return err
	})
	unit := ui.Field{Name: "unit", Label: "組織", Help: "組織のコードか、正式な名前", Required: true}
	if len(units) <= fewUnits {
		unit.Help = ""
		for _, u := range units {
			unit.Options = append(unit.Options, ui.Option{Value: u.Code, Text: u.Name})
		}
	}
	v.Parts = []part{{Doings: []doing{{Form: r.Form(ui.Form{Action: placesHref + "/new", Fields: []ui.Field{
		unit, {Name: "label", Label: "名前", Help: "一覧で見分けるための名前。例：中央保育所 職員室", Required: true},
	}, Buttons: ui.Buttons("登録する", placesHref)})}}}}
	return v, err
}

type placeInput struct {
	Unit  string `form:"unit,required"`
	Label string `form:"label,required"`
}

func (p pages) invitePlace(ctx context.Context, r *web.Request, in placeInput) (web.Next, error) {
	var found []org.Unit
	err := p.o.read(ctx, func(reader db.Reader) error {
		units, err := p.units(ctx, reader, r.Actor())
		found = nil
		for _, u := range units {
			if u.Code == strings.TrimSpace(in.Unit) || text.Fold(u.Name) == text.Fold(in.Unit) {
				found = append(found, u)
			}
		}
		return err
	})
	if err == nil && len(found) != 1 {
		var faults errs.Faults
		faults.Add("unit", "あなたの管理する範囲に、この組織は%s。", map[bool]string{true: "ありません", false: "一つに決まりません。コードで書いてください"}[len(found) == 0])
		err = faults.Err("組織を確かめてください。")
	}
	if err != nil {
		return web.Next{}, err
	}
	a, err := p.o.Accounts.InvitePlace(ctx, r.Actor(), found[0].Unit, strings.TrimSpace(in.Label))
	return web.Next{Href: placeHref(a.ID), Said: "登録しました。続けて、端末を加えてください。"}, atLabel(err)
}

// atLabel puts what is said about the login of a place at the field of its name.
func atLabel(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || len(e.Fields) != 1 || e.Fields[0].Where != "login" {
		return err
	}
	return &errs.Error{Kind: e.Kind, Message: e.Message, Fields: []errs.Field{{Where: "label", Message: e.Fields[0].Message}}}
}
