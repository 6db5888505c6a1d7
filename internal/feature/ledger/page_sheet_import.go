package ledger

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// importSteps says where an import is.
func importSteps(at int) ui.Steps {
	return ui.Steps{Label: "取り込みの手順", Names: []string{"ファイルを送る", "確かめる", "取り込む", "保留を片付ける"}, At: at}
}

// importsView takes in files for a register, and lists what was sent for it.
type importsView struct {
	web.Page
	Steps ui.Steps
	Form  ui.Form
	Links []ui.Link
	List  ui.Table
	Know  ui.Table // the columns that are understood
}

func (p pages) imports(ctx context.Context, r *web.Request) (importsView, error) {
	var v importsView
	err := p.reading(ctx, r, func(reader db.Reader, d *register.Desk) error {
		v = importsView{Page: r.Page("ファイルから取り込む", way(d)...), Steps: importSteps(0)}
		v.Kicker, v.Lead = d.Kind.Title, "Excel や CSV を送ると、まず何が変わるかを示します。送っただけでは何も変わりません。"
		if d.Writing().Empty() {
			return d.Refused("取り込む")
		}
		v.Form = r.Form(ui.Form{Action: href(d.Book) + "/import", Buttons: ui.Buttons("送って確かめる", href(d.Book)), Fields: []ui.Field{
			{
				Type: ui.Upload, Name: "files", Label: "ファイル", Many: true, Accept: ".xlsx,.csv,.zip", Required: true,
				Help: fmt.Sprintf("Excel（.xlsx）、CSV、それらのフォルダーをまとめた ZIP。一度に%d個、合わせて%dMBまで（ZIP の中は5,000個まで）。配布した表も、ここから戻します。", mostSent, maxSent>>20),
			},
			{Name: "title", Label: "件名", Help: "空けておくと、ファイルの名前になります", Wide: true},
		}})
		v.Links = []ui.Link{{Text: "書き出した Excel を直して使う", Href: href(d.Book) + "/download"}, {Text: "保留の行", Href: href(d.Book) + "/holds"}, {Text: "配布・回収", Href: href(d.Book) + "/handouts"}}
		list, err := p.sheets.listed(ctx, reader, d)
		if err != nil {
			return err
		}
		names, err := actorNames(ctx, reader, d, func(yield func(string)) {
			for _, u := range list {
				yield(u.By)
			}
		})
		if err != nil {
			return err
		}
		v.List, v.Know = uploadTable(list, names), columnTable(d)
		return nil
	})
	return v, err
}

// reading runs fn on the register that the address names, in one read.
func (p pages) reading(ctx context.Context, r *web.Request, fn func(reader db.Reader, d *register.Desk) error) error {
	return p.printing(ctx, r, fn)
}

// actorNames are the names of actors by their ids, for feature.Actor.
func actorNames(ctx context.Context, r db.Reader, d *register.Desk, each func(yield func(string))) (map[string]string, error) {
	var people []string
	each(func(name string) {
		if person, ok := access.PersonOf(name); ok {
			people = append(people, string(person))
		}
	})
	if len(people) == 0 {
		return nil, nil
	}
	return d.Chart.View.Names(ctx, r, people)
}

func uploadTable(list []Upload, names map[string]string) ui.Table {
	t := ui.Table{Caption: "これまでの取り込み（新しい順）", Stack: true, Empty: "まだ何も送られていません。", Columns: []ui.Column{
		{Title: "件名", Head: true}, {Title: "状態", Keep: true}, {Title: "新規", Number: true}, {Title: "変更", Number: true}, {Title: "保留", Number: true}, {Title: "受付"},
	}}
	for _, u := range list {
		row := ui.Row{Cells: []ui.Cell{ui.Anchor(u.Title, importHref(u)), {stateItem(u.State)}, nil, nil, nil, {{Text: feature.Moment(u.At)}, {Text: feature.Actor(u.By, names), Quiet: true}}}}
		if u.State == Applied {
			row.Cells[2], row.Cells[3], row.Cells[4] = ui.Text(ui.Figure(u.New)), ui.Text(ui.Figure(u.Changed)), ui.Text(ui.Figure(u.Faulty))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// stateItem is a state as a badge.
func stateItem(s State) ui.Item {
	tone := ui.Neutral
	switch s {
	case Open:
		tone = ui.Warn
	case Queued:
		tone = ui.Info
	case Applied:
		tone = ui.Good
	case Dropped:
	}
	return ui.Item{Text: s.Title(), Tone: tone}
}

// columnTable says which columns are understood by their titles.
func columnTable(d *register.Desk) ui.Table {
	t := ui.Table{Caption: "列の名前", Stack: true, Columns: []ui.Column{{Title: "列", Head: true}, {Title: "新しい行に", Keep: true}, {Title: "書き方"}}}
	for _, c := range d.SheetColumns() {
		if c.Path == register.PathEntry || c.Path == register.PathVersion || c.Path == register.PathLine {
			continue
		}
		must := ui.Cell{}
		if c.Field.Required && c.Field.When == nil {
			must = ui.Text("必要")
		}
		var words []string
		for _, o := range c.Field.Options {
			words = append(words, o.Title)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(c.Title), must, ui.Text(cmp.Or(strings.Join(words, "、"), c.Field.Example, c.Field.Help))}})
	}
	return t
}

// bookPath is the page of the register with a name.
func bookPath(name string) string {
	regime, kind, _ := strings.Cut(name, ".")
	return "/ledger/" + url.PathEscape(regime) + "/" + url.PathEscape(kind)
}

func importHref(u Upload) string { return bookPath(u.Register) + "/import/" + string(u.ID) }

type uploadForm struct {
	Files []web.File `form:"files,required"`
	Title string     `form:"title"`
}

func (p pages) upload(ctx context.Context, r *web.Request, in uploadForm) (web.Next, error) {
	var sent []Sent
	for _, f := range in.Files {
		sent = append(sent, Sent{f.Name, f.Size, f})
	}
	upload, err := p.sheets.Upload(ctx, r.Actor(), r.Path("regime"), r.Path("book"), in.Title, sent)
	return web.Next{Href: bookHref(r) + "/import/" + string(upload), Said: "ファイルを受け付けました。まだ何も変わっていません。"}, err
}

func (p pages) dropUpload(ctx context.Context, r *web.Request, in struct {
	Why string `form:"why"`
},
) (web.Next, error) {
	u, err := p.named(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	return web.Next{Href: bookHref(r) + "/import", Said: "取り下げました。台帳は何も変わっていません。"}, p.sheets.Drop(ctx, r.Actor(), u.ID, in.Why)
}

func (p pages) againUpload(ctx context.Context, r *web.Request, _ struct{}) (web.Next, error) {
	u, err := p.named(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	return web.Next{Href: importHref(u), Said: "もう一度始めました。"}, p.sheets.Again(ctx, r.Actor(), u.ID)
}

func (p pages) checkUpload(ctx context.Context, r *web.Request, _ struct{}) (web.Next, error) {
	u, err := p.named(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	return web.Next{Href: importHref(u), Said: "もう一度確かめています。"}, p.sheets.Check(ctx, r.Actor(), u.ID, nil)
}

type confirmUpload struct {
	Hold string `form:"hold"`
	Sum  string `form:"sum"`
	Sure bool   `form:"sure,required"`
}

func (p pages) applyUpload(ctx context.Context, r *web.Request, in confirmUpload) (web.Next, error) {
	u, err := p.named(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	return web.Next{Href: importHref(u), Said: "取り込みを始めました。"}, p.sheets.Apply(ctx, r.Actor(), u.ID, in.Sum, in.Hold == holdRest)
}

// What becomes of the others where rows are faulty.
const (
	holdNone = "whole" // nothing is taken in
	holdRest = "hold"  // they are
)

// named is the upload that the address names, of the register that it names.
func (p pages) named(ctx context.Context, r *web.Request) (Upload, error) {
	u, err := p.sheets.Get(ctx, r.Actor(), id.ID(r.Path("import")))
	if book := r.Path("book"); err == nil && book != "" && u.Register != r.Path("regime")+"."+book {
		err = db.ErrNotFound
	}
	return u, err
}
