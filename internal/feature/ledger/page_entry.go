package ledger

import (
	"context"
	"net/url"
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// entryView is one entry.
type entryView struct {
	web.Page
	Facts  ui.DescriptionList
	Rows   []ui.Table // tables inside the entry
	Links  []ui.Link
	Back   ui.Table // what refers to it
	Papers papers
	State  ui.Form            // brings it into another state
	Look   ui.Form            // shows what is to be read under record
	Looked ui.DescriptionList // that, once
	Extend ui.Form            // keeps it beyond its time
	Lift   ui.Form            // ends that
}

func (p pages) entry(ctx context.Context, r *web.Request) (entryView, error) {
	var v entryView
	err := p.view(ctx, r, func(d *register.Desk) error {
		e, err := d.Get(id.ID(r.Path("entry")))
		if err != nil {
			return err
		}
		data, err := e.Read()
		if err != nil {
			return err
		}
		if err := d.Known(data); err != nil {
			return err
		}
		v = entryView{Page: r.Page(d.Call(data, e), way(d)...)}
		v.Kicker = strings.TrimSpace(d.Kind.Title + "　" + e.Number)
		v.Facts.Items = facts(d, e, data)
		v.Rows = rows(d, data)
		if v.Back, err = back(d, e); err != nil {
			return err
		}
		may, err := d.May(d.Edition.Change, e.Home)
		if err != nil {
			return err
		}
		if may && d.Volume != register.Log {
			v.Links = append(v.Links, ui.Link{Text: "直す", Href: entryHref(d.Book, e) + "/edit"})
			if copies, ok := original(d); ok {
				v.Links = append(v.Links, ui.Link{Text: "写しを加える", Href: href(d.Book) + "/new?" + url.Values{"from": {string(e.ID)}, "as": {copies}}.Encode()})
			}
			form, err := stateForm(r, d, e, data)
			if err != nil {
				return err
			}
			v.State = r.Form(form)
		}
		keeps, err := d.Keeps(e.Home)
		if err != nil {
			return err
		}
		if keeps && len(d.Hidden(data, e.State)) > 0 {
			v.Look = r.Form(lookForm(d, e))
		}
		if v.Facts.Items, err = p.written(d, e, v.Facts.Items); err != nil {
			return err
		}
		if err := v.keeping(d, r, e); err != nil {
			return err
		}
		v.Papers = p.entryPapers(d, e)
		v.Links = append(v.Links, ui.Link{Text: "これまでの変更", Href: entryHref(d.Book, e) + "/history"})
		return nil
	})
	return v, err
}

// original is the field by which an entry refers to the one of which it is a copy: the first to its own register.
func original(d *register.Desk) (string, bool) {
	for _, f := range d.Fields {
		if f.Type == register.TypeRef && f.To == d.Kind.ID && !f.Many {
			return f.ID, true
		}
	}
	return "", false
}

// facts are what an entry says, in the order of its form; what its conditions leave out is not there.
func facts(d *register.Desk, e register.Entry, data register.Data) []ui.Description {
	var list []ui.Description
	if len(d.States) > 0 {
		list = append(list, ui.Description{Term: "状態", Cell: stateCell(d, e)})
	}
	for _, f := range d.Fields {
		value := data[f.ID]
		switch {
		case f.Type == register.TypeRows && !f.Restricted, !d.Shows(f, data, e.State):
		case f.Restricted:
			words := ui.Item{Text: "未記入", Quiet: true}
			if value != nil {
				words = ui.Item{Text: "記入あり（要閲覧記録）", Quiet: true}
			}
			list = append(list, ui.Description{Term: f.Title, Cell: ui.Cell{words}})
		case f.Type == register.TypeFile:
			list = append(list, ui.Description{Term: f.Title, Cell: fileCell(d, e, data.Rows(f.ID))})
		case f.Type == register.TypeRef:
			list = append(list, ui.Description{Term: f.Title, Cell: refCell(d, f, data)})
		case value == nil && f.Type != register.TypeClass:
			list = append(list, ui.Description{Term: f.Title, Cell: ui.Cell{{Text: "未記入", Quiet: true}}})
		default:
			list = append(list, ui.Description{Term: f.Title, Cell: cell(d, f, data)})
		}
	}
	if d.Kind.Confirm != nil {
		confirmed := ui.Cell{{Text: "まだ", Tone: ui.Warn}}
		if !e.Confirmed.IsZero() {
			confirmed = ui.Text(e.Confirmed.Wareki())
		}
		list = append(list, ui.Description{Term: "棚卸で確かめた日", Cell: confirmed})
	}
	if e.For != "" {
		list = append(list, ui.Description{Term: "だれの分", Cell: ui.Text(d.Names().Called(register.Field{Type: register.TypePerson}, string(e.For)))})
	}
	if e.Source != "" {
		list = append(list, ui.Description{Term: "記入の元", Cell: ui.Text(register.SaySource(e.Source))})
	}
	if d.Apart(e) {
		list = append(list, ui.Description{Term: "あった日時", Cell: ui.Text(d.SayWhen(e))})
	}
	return append(list, ui.Description{Term: "記録の日時", Cell: ui.Text(feature.Moment(e.Entered))})
}

// written adds who has entered an entry for another, or at which place.
func (p pages) written(d *register.Desk, e register.Entry, list []ui.Description) ([]ui.Description, error) {
	if e.For == "" {
		return list, nil
	}
	versions, err := d.History(p.log, e.ID, versionsShown)
	if err != nil {
		return nil, err
	}
	names, err := d.Actors(versions)
	if err != nil {
		return nil, err
	}
	if who := register.Writer(versions); who != "" {
		list = append(list, ui.Description{Term: "記入した人", Cell: ui.Text(feature.Actor(who, names))})
	}
	return list, nil
}

func fileCell(d *register.Desk, e register.Entry, files []register.Data) ui.Cell {
	if len(files) == 0 {
		return ui.Cell{{Text: "未記入", Quiet: true}}
	}
	var c ui.Cell
	for _, f := range files {
		c = append(c, ui.Item{Text: f.Text(register.FileName), Href: entryHref(d.Book, e) + "/file/" + url.PathEscape(f.Text(register.FileSum))})
	}
	return c
}

func refCell(d *register.Desk, f register.Field, data register.Data) ui.Cell {
	var c ui.Cell
	to, there := d.Shelf.Book(d.Regime, f.To)
	for _, x := range data.List(f.ID) {
		item := ui.Item{Text: d.Names().Called(f, x)}
		if there && item.Text != register.Hidden {
			item.Href = entryHref(to, register.Entry{ID: id.ID(x)})
		}
		c = append(c, item)
	}
	if c == nil {
		c = ui.Cell{{Text: "未記入", Quiet: true}}
	}
	return c
}

// rows are the tables inside an entry.
func rows(d *register.Desk, data register.Data) []ui.Table {
	var list []ui.Table
	for _, f := range d.Fields {
		if f.Type != register.TypeRows || f.Restricted || len(data.Rows(f.ID)) == 0 {
			continue
		}
		t := ui.Table{Caption: f.Title, Stack: true}
		for i, c := range f.Fields {
			t.Columns = append(t.Columns, ui.Column{Title: c.Title, Head: i == 0, Number: c.Type == register.TypeNumber})
		}
		for _, row := range data.Rows(f.ID) {
			var cells []ui.Cell
			for _, c := range f.Fields {
				cells = append(cells, ui.Text(d.Say(c, row)))
			}
			t.Rows = append(t.Rows, ui.Row{Cells: cells})
		}
		list = append(list, t)
	}
	return list
}

// back lists the entries that refer to one, of those that the reader may see.
func back(d *register.Desk, e register.Entry) (ui.Table, error) {
	list, err := d.Referring(e.ID)
	if err != nil || len(list) == 0 {
		return ui.Table{}, err
	}
	t := ui.Table{Caption: "ここを指している記録", Stack: true, Columns: []ui.Column{{Title: "記録", Head: true}, {Title: "項目"}, {Title: "台帳"}}}
	for _, x := range list {
		f, _ := x.Book.Field(x.Field)
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(x.Book.Title(x.Entry), entryHref(x.Book, x.Entry)), ui.Text(f.Title), ui.Text(x.Book.Kind.Title)}})
	}
	return t, nil
}

// stateForm asks for the state into which the entry comes, and for what is asked first in any of those.
func stateForm(r *web.Request, d *register.Desk, e register.Entry, data register.Data) (ui.Form, error) {
	f := ui.Form{Action: entryHref(d.Book, e) + "/state", Buttons: ui.Buttons("状態を変える", "")}
	var options []ui.Option
	for _, s := range d.States {
		if s.ID != e.State {
			options = append(options, ui.Option{Value: s.ID, Text: s.Title})
		}
	}
	if options == nil {
		return ui.Form{}, nil
	}
	f.Fields = []ui.Field{{Type: ui.Radio, Name: "state", Label: "新しい状態", Beside: true, Required: true, Options: options}}
	s, asked := sheet{Desk: d, data: data, typed: r.Typed(written)}, map[string]bool{}
	for _, o := range options {
		for _, x := range d.Arriving(data, e.State, o.Value) {
			if asked[x.ID] {
				continue
			}
			asked[x.ID] = true
			some, err := s.field(x)
			if err != nil {
				return f, err
			}
			f.Fields = append(f.Fields, some...)
		}
	}
	f.Fields = append(f.Fields, ui.Field{Name: "note", Label: "理由", Wide: true}, version(e))
	return f, nil
}

type moveForm struct {
	State   string                `form:"state"`
	Fields  map[string][]string   `form:"f.*"`
	Files   map[string][]web.File `form:"file.*"`
	Note    string                `form:"note"`
	Version int                   `form:"version"`
}

func (p pages) move(ctx context.Context, r *web.Request, in moveForm) (web.Next, error) {
	var d *register.Desk
	if err := p.view(ctx, r, func(x *register.Desk) error { d = x; return nil }); err != nil {
		return web.Next{}, err
	}
	with, err := p.entering(ctx, d, entryForm{Files: in.Files, Note: in.Note})
	if err != nil {
		return web.Next{}, err
	}
	with.Fields = input(d, in.Fields)
	err = at(d.Form, p.s.Move(ctx, r.Actor(), d.Regime, d.Kind.ID, id.ID(r.Path("entry")), int64(in.Version), in.State, with))
	return web.Next{Href: thisEntry(r), Said: "状態を変えました。"}, err
}

// version holds a form to the version that was seen.
func version(e register.Entry) ui.Field {
	return ui.Field{Type: ui.Hidden, Name: "version", Value: decimal(e.Version)}
}
