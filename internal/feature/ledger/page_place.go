package ledger

import (
	"context"
	"net/url"

	"sekimori/internal/base/db"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// Addresses of the pages of places.
const (
	atPlace   = "/place/ledger"
	placeBook = atPlace + "/{regime}/{book}"
)

// placesView lists the registers in which a place may write.
type placesView struct {
	web.Page
	Links []ui.Link
	None  ui.Notice
}

func (p pages) places(ctx context.Context, r *web.Request) (placesView, error) {
	v := placesView{Page: r.Page("記録する", placeWay()...)}
	err := p.log.DB().View(ctx, func(reader db.Reader) error {
		v.Links = nil
		if !r.Actor().Can(access.Terminal) {
			return access.Refused(access.Terminal)
		}
		shelf, err := p.s.Shelf(ctx, reader)
		if err != nil {
			return err
		}
		v.Kicker = unitOf(r.Actor())
		for _, b := range shelf.Books() {
			if b.AtPlaces() {
				v.Links = append(v.Links, ui.Link{Text: b.Entry + "（" + b.Kind.Title + "）", Href: placeHref(b)})
			}
		}
		return nil
	})
	if len(v.Links) == 0 {
		v.None = ui.Notice{Tone: ui.Info, Title: "この端末から記入できる台帳は、いまありません。"}
	}
	return v, err
}

func placeWay() []ui.Link { return []ui.Link{{Text: "所属端末", Href: "/place"}} }

func placeHref(b *register.Book) string {
	return atPlace + "/" + url.PathEscape(b.Regime) + "/" + url.PathEscape(b.Kind.ID)
}

// unitOf is what the unit of a place is called.
func unitOf(a *access.Actor) string {
	u, _ := a.Chart.Tree.Last(a.Unit)
	return u.Name
}

// placeView is the form of one register at a place, and what was added there today.
type placeView struct {
	web.Page
	Form  ui.Form
	Today ui.Table
}

// viewAtPlace runs fn on the register that the address names, as a place has it, in one read.
func (p pages) viewAtPlace(ctx context.Context, r *web.Request, fn func(d *register.Desk) error) error {
	return p.log.DB().View(ctx, func(reader db.Reader) error {
		d, err := p.s.AtPlace(ctx, reader, r.Actor(), r.Path("regime"), r.Path("book"))
		if err != nil {
			return err
		}
		return fn(d)
	})
}

func (p pages) addingAtPlace(ctx context.Context, r *web.Request) (placeView, error) {
	var v placeView
	err := p.viewAtPlace(ctx, r, func(d *register.Desk) error {
		v = placeView{Page: r.Page(d.Entry+"を記録する", append(placeWay(), ui.Link{Text: "記録する", Href: atPlace})...)}
		v.Kicker, v.Lead = unitOf(r.Actor())+"　"+d.Kind.Title, "記入する人を選び、内容を書いて「記録する」を押してください。"
		people, err := d.Working()
		if err != nil {
			return err
		}
		s := sheet{Desk: d, data: register.Data{}, typed: r.Typed(written), staff: []ui.Option{}}
		for _, x := range people {
			s.staff = append(s.staff, ui.Option{Value: string(x.Person), Text: x.Name + "（" + x.Number + "）"})
		}
		fields, err := s.fields()
		if err != nil {
			return err
		}
		whom := ui.Field{Name: register.AtFor, Label: "記入する人", Required: true, Options: append([]ui.Option{{Text: "選んでください"}}, s.staff...)}
		v.Form = r.Form(ui.Form{Fields: append(append([]ui.Field{whom}, fields...), s.beside(nil)...), Buttons: ui.Buttons("記録する", atPlace)})
		v.Today, err = addedToday(d)
		return err
	})
	return v, err
}

// addedToday lists what was added at the place today, without a way to it: a place opens nothing.
func addedToday(d *register.Desk) (ui.Table, error) {
	t := ui.Table{Caption: "今日この端末で記録したもの", Stack: true, Empty: "まだありません。", Columns: []ui.Column{
		{Title: "番号", Head: true, Keep: true}, {Title: "あった日時", Keep: true}, {Title: "記入した人"}, {Title: d.Entry},
	}}
	entries, err := d.AddedHere()
	if err != nil {
		return t, err
	}
	for _, e := range entries {
		data, err := e.Read()
		if err != nil {
			return t, err
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Text(e.Number), ui.Text(feature.Moment(e.Happened)), ui.Text(d.Names().Called(register.Field{Type: register.TypePerson}, string(e.For))), ui.Text(d.Call(data, e)),
		}})
	}
	return t, nil
}

func (p pages) addAtPlace(ctx context.Context, r *web.Request, in entryForm) (web.Next, error) {
	var d *register.Desk
	if err := p.viewAtPlace(ctx, r, func(x *register.Desk) error { d = x; return nil }); err != nil {
		return web.Next{}, err
	}
	with, err := p.entering(ctx, d, entryForm{Files: in.Files, When: in.When, For: in.For})
	if err != nil {
		return web.Next{}, err
	}
	e, err := p.s.AddAtPlace(ctx, r.Actor(), d.Regime, d.Kind.ID, input(d, in.Fields), with)
	if err != nil {
		return web.Next{}, at(d.Form, err)
	}
	return web.Next{Href: placeHref(d.Book), Said: "記録しました（" + e.Number + "）。続けて次を記録できます。"}, nil
}
