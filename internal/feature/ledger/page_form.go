package ledger

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"sekimori/internal/base/id"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// formView adds or changes an entry.
type formView struct {
	web.Page
	Form ui.Form
}

type entryForm struct {
	Fields  map[string][]string   `form:"f.*"`
	Files   map[string][]web.File `form:"file.*"`
	When    string                `form:"happened-at"`
	Source  string                `form:"entered-from"`
	For     string                `form:"for-person"`
	Note    string                `form:"note"`
	Version int                   `form:"version"`
}

func (p pages) adding(ctx context.Context, r *web.Request) (formView, error) {
	var v formView
	err := p.view(ctx, r, func(d *register.Desk) error {
		if d.Adding().Empty() {
			return d.Refused("加える")
		}
		v = formView{Page: r.Page(d.Entry+"を加える", way(d)...)}
		v.Kicker = d.Kind.Title
		data := fresh(d, r.Actor())
		if name := r.Query("example"); name != "" {
			data = example(d, name, data)
		}
		if from := r.Query("from"); from != "" {
			e, err := d.Get(id.ID(from))
			if err != nil {
				return err
			}
			if data, err = copied(d, e, r.Query("as")); err != nil {
				return err
			}
			v.Lead = d.Book.Title(e) + "の写しとして加えます。違うところを直してください。"
		}
		form, err := entryFields(r, d, data, nil)
		if err != nil {
			return err
		}
		form.Buttons = ui.Buttons("加える", href(d.Book))
		v.Form = r.Form(form)
		return nil
	})
	return v, err
}

// copied is what a copy of an entry says at first: the same, and of what it is a copy.
func copied(d *register.Desk, e register.Entry, as string) (register.Data, error) {
	data, err := e.Read()
	if err != nil {
		return nil, err
	}
	data = data.Clone()
	for _, f := range d.Fields {
		if f.Type == register.TypeFile || f.Restricted {
			delete(data, f.ID)
		}
		if f.ID == as && f.Type == register.TypeRef && f.To == d.Kind.ID && !f.Many {
			data[f.ID] = string(e.ID)
		}
	}
	return data, nil
}

// entryFields is the form of an entry over what it says; e is nil for a new one.
func entryFields(r *web.Request, d *register.Desk, data register.Data, e *register.Entry) (ui.Form, error) {
	s := sheet{Desk: d, data: data, typed: r.Typed(written)}
	fields, err := s.fields()
	return ui.Form{Fields: append(fields, s.beside(e)...)}, err
}

func (p pages) add(ctx context.Context, r *web.Request, in entryForm) (web.Next, error) {
	var d *register.Desk
	if err := p.view(ctx, r, func(x *register.Desk) error { d = x; return nil }); err != nil {
		return web.Next{}, err
	}
	with, err := p.entering(ctx, d, in)
	if err != nil {
		return web.Next{}, err
	}
	e, err := p.s.Add(ctx, r.Actor(), d.Regime, d.Kind.ID, input(d, in.Fields), with)
	if err != nil {
		return web.Next{}, at(d.Form, err)
	}
	return web.Next{Href: entryHref(d.Book, e), Said: d.Entry + "を加えました（" + e.Number + "）。"}, nil
}

// entering keeps the files that were sent, and says from where the entry comes.
func (p pages) entering(ctx context.Context, d *register.Desk, in entryForm) (register.Entering, error) {
	with := register.Entering{When: in.When, For: in.For, Note: in.Note, Uploads: map[string][]register.Data{}}
	if in.Source == self || register.ByProxy(in.Source) { // nobody may say that it came from elsewhere
		with.Source = in.Source
	}
	for _, f := range d.Fields {
		for _, file := range in.Files[f.ID] {
			content := io.NewSectionReader(file, 0, file.Size)
			head := make([]byte, 512)
			n, err := io.ReadFull(content, head)
			if err != nil && n == 0 {
				return with, err
			}
			if _, err := content.Seek(0, io.SeekStart); err != nil {
				return with, err
			}
			kept, err := p.s.Keep(ctx, file.Name, http.DetectContentType(head[:n]), content)
			if err != nil {
				return with, err
			}
			with.Uploads[f.ID] = append(with.Uploads[f.ID], kept)
		}
	}
	return with, nil
}

func (p pages) changing(ctx context.Context, r *web.Request) (formView, error) {
	var v formView
	err := p.view(ctx, r, func(d *register.Desk) error {
		e, err := d.Get(id.ID(r.Path("entry")))
		if err != nil {
			return err
		}
		data, err := e.Read()
		if err != nil {
			return err
		}
		if may, err := d.May(d.Edition.Change, e.Home); err != nil || !may {
			if err == nil {
				err = d.Refused("直す")
			}
			return err
		}
		v = formView{Page: r.Page("直す", append(way(d), ui.Link{Text: d.Call(data, e), Href: entryHref(d.Book, e)})...)}
		v.Kicker = d.Book.Title(e)
		form, err := entryFields(r, d, data, &e)
		if err != nil {
			return err
		}
		form.Fields = append(form.Fields, ui.Field{Name: "note", Label: "直した理由", Help: "書かなくてもかまいません", Wide: true}, version(e))
		form.Buttons = ui.Buttons("保存する", entryHref(d.Book, e))
		v.Form = r.Form(form)
		return nil
	})
	return v, err
}

func (p pages) change(ctx context.Context, r *web.Request, in entryForm) (web.Next, error) {
	var d *register.Desk
	if err := p.view(ctx, r, func(x *register.Desk) error { d = x; return nil }); err != nil {
		return web.Next{}, err
	}
	with, err := p.entering(ctx, d, in)
	if err != nil {
		return web.Next{}, err
	}
	entry := id.ID(r.Path("entry"))
	if _, err := p.s.Change(ctx, r.Actor(), d.Regime, d.Kind.ID, entry, int64(in.Version), input(d, in.Fields), with); err != nil {
		return web.Next{}, at(d.Form, err)
	}
	return web.Next{Href: entryHref(d.Book, register.Entry{ID: entry}), Said: "保存しました。"}, nil
}

// file gives an attached file, always as one to be kept: it is never shown in the browser.
func (p pages) file(ctx context.Context, r *web.Request) (web.Attachment, error) {
	found, open, err := p.s.File(ctx, r.Actor(), r.Path("regime"), r.Path("book"), id.ID(r.Path("entry")), r.Path("sum"))
	if err != nil {
		return web.Attachment{}, err
	}
	return web.Attachment{Name: found.Text(register.FileName), Media: "application/octet-stream", Write: func(w io.Writer) error {
		content, err := open()
		if err != nil {
			return err
		}
		defer content.Close()
		_, err = io.Copy(w, content)
		return err
	}}, nil
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

// back is the address of a page of the register that the request names.
func bookHref(r *web.Request) string {
	return "/ledger/" + url.PathEscape(r.Path("regime")) + "/" + url.PathEscape(r.Path("book"))
}
