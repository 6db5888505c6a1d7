package ledger

import (
	"context"
	"errors"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// holdsView lists the rows of a register that imports have left out.
type holdsView struct {
	web.Page
	Links []ui.Link
	Table ui.Table
}

// mostHolds is how many rows the list shows.
const mostHolds = 200

func (p pages) holds(ctx context.Context, r *web.Request) (holdsView, error) {
	var v holdsView
	err := p.reading(ctx, r, func(reader db.Reader, d *register.Desk) error {
		v = holdsView{Page: r.Page("保留の行", way(d)...)}
		v.Kicker, v.Lead = d.Kind.Title, "取り込みのときに誤りがあって残した行です。直すと台帳に入ります。要らないときは、理由を書いて取り下げます。"
		if d.Writing().Empty() {
			return d.Refused("取り込む")
		}
		list, err := d.HeldRows()
		if err != nil {
			return err
		}
		if of := r.Query("import"); of != "" {
			u, _, err := p.sheets.seen(ctx, reader, r.Actor(), id.ID(of))
			if err != nil {
				return notThere(err)
			}
			list = slices.DeleteFunc(list, func(h register.Hold) bool { return h.Import != u.Act })
			v.Links = []ui.Link{{Text: "すべての保留を見る", Href: href(d.Book) + "/holds"}}
		}
		v.Table, err = holdTable(d, list)
		return err
	})
	return v, err
}

func holdTable(d *register.Desk, list []register.Hold) (ui.Table, error) {
	t := ui.Table{Caption: "保留の行（古い順）", Stack: true, Empty: "保留の行はありません。", Columns: []ui.Column{{Title: "行", Head: true}, {Title: "内容"}, {Title: "誤り"}, {Title: "いつから"}}}
	for _, h := range list[:min(len(list), mostHolds)] {
		in, err := h.Input()
		if err != nil {
			return t, err
		}
		wrong, err := h.Wrong()
		if err != nil {
			return t, err
		}
		var faults ui.Cell
		for _, f := range wrong {
			faults = append(faults, ui.Item{Text: f.Where + "：" + f.Message})
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			{{Text: h.File + "　" + h.Place, Href: heldHref(d, h.ID)}}, ui.Text(rowWords(d, in)), faults, ui.Text(feature.Moment(h.At)),
		}})
	}
	return cutOff(t, len(list)), nil
}

// rowWords are the answers of a row that say most, in the order of the form. What is read under record is not among them.
func rowWords(d *register.Desk, in register.Input) string {
	var words []string
	for _, leaf := range d.Leaves(d.Classes) {
		if s := strings.TrimSpace(strings.Join(in[leaf.Path], "、")); s != "" && !leaf.Field.Restricted && leaf.Field.Type != register.TypeRows && len(words) < 6 {
			words = append(words, s)
		}
	}
	return strings.Join(words, "　")
}

func heldHref(d *register.Desk, hold id.ID) string {
	return href(d.Book) + "/holds/" + string(hold)
}

// heldView asks for what is right in a row that was left out.
type heldView struct {
	web.Page
	Notice ui.Notice
	Form   ui.Form
	Drop   ui.Form
}

func (p pages) held(ctx context.Context, r *web.Request) (heldView, error) {
	var v heldView
	err := p.view(ctx, r, func(d *register.Desk) error {
		h, err := d.Held(id.ID(r.Path("held")))
		if err != nil {
			if errors.Is(err, db.ErrNotFound) {
				err = errs.Wrap(err, errs.NotFound, "この行はないか、あなたの権限の範囲の外にあります。")
			}
			return err
		}
		v = heldView{Page: r.Page("保留の行を直す", append(way(d), ui.Link{Text: "保留の行", Href: href(d.Book) + "/holds"})...)}
		v.Kicker = h.File + "　" + h.Place
		if v.Notice, err = heldNotice(h); err != nil {
			return err
		}
		if !h.Gone {
			form, err := heldForm(r, d, h, !v.Failed)
			if err != nil {
				return err
			}
			v.Form = r.Form(form)
		}
		v.Drop = r.Form(ui.Form{
			Action: heldHref(d, h.ID) + "/drop", Fields: []ui.Field{{Name: "reason", Label: "取り込まない理由", Wide: true, Required: true}},
			Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "この行は取り込まない", Quiet: true}}},
		})
		return nil
	})
	return v, err
}

// heldNotice says what was wrong when the row was left out, by cell.
func heldNotice(h register.Held) (ui.Notice, error) {
	n := ui.Notice{Tone: ui.Warn, Title: "この行は保留されています"}
	if h.Gone {
		n.Lines = []string{"この行が直すはずの記録は、もうないか、あなたの権限の範囲の外にあります。"}
	}
	wrong, err := h.Wrong()
	for _, f := range wrong {
		n.Lines = append(n.Lines, f.Where+"："+f.Message)
	}
	return n, err
}

// heldForm is the form of the register over what the row says, with what is wrong by now at its fields. What no input can show of the
// row stands beside it.
func heldForm(r *web.Request, d *register.Desk, h register.Held, say bool) (ui.Form, error) {
	var typed register.Input
	if t := r.Typed(written); t != nil {
		typed = t
	}
	fields, err := sheet{Desk: d, data: h.Data, typed: typed}.fields()
	if err != nil {
		return ui.Form{}, err
	}
	fields = slices.DeleteFunc(fields, func(f ui.Field) bool {
		return f.Type == ui.Upload || strings.HasPrefix(f.Name, sent) || isFile(d, f.Name)
	})
	wrong := map[string]string{}
	for _, f := range h.Faults {
		wrong[written+f.Where] += f.Message
	}
	ui.Each(fields, func(f *ui.Field) {
		raw := strings.Join(h.In[strings.TrimPrefix(f.Name, written)], "、")
		if raw != "" && f.Value == "" && len(f.Values) == 0 && f.Type != ui.Grid {
			if len(f.Options) == 0 {
				f.Value = raw
			} else {
				f.Help = strings.TrimSpace(f.Help + " ファイルには「" + raw + "」とあります。")
			}
		}
		if wrong[f.Name] != "" {
			f.More = false
			if say {
				f.Error = wrong[f.Name]
			}
		}
	})
	if len(d.States) > 0 {
		in := ui.Field{Name: "state", Label: "状態", Value: h.State}
		for _, s := range d.States {
			in.Options = append(in.Options, ui.Option{Value: s.ID, Text: s.Title})
		}
		if raw := strings.Join(h.In[register.PathState], ""); raw != "" && raw != d.State(h.State) && raw != h.State {
			in.Help = "ファイルには「" + raw + "」とあります。"
		}
		if say {
			in.Error = wrong[written+register.PathState]
		}
		fields = append(fields, in)
	}
	fields = append(fields, ui.Field{Name: "note", Label: "直した理由", Help: "書かなくてもかまいません", Wide: true})
	return ui.Form{Action: heldHref(d, h.ID), Fields: fields, Buttons: ui.Buttons("直して取り込む", href(d.Book)+"/holds")}, nil
}

// isFile says whether an input keeps the files of an entry: a sheet brings none, and takes none away.
func isFile(d *register.Desk, name string) bool {
	f, ok := d.Field(strings.TrimPrefix(name, written))
	return ok && f.Type == register.TypeFile
}

type heldInput struct {
	Fields map[string][]string `form:"f.*"`
	State  string              `form:"state"`
	Note   string              `form:"note"`
}

func (p pages) fixHeld(ctx context.Context, r *web.Request, in heldInput) (web.Next, error) {
	hold := id.ID(r.Path("held"))
	var d *register.Desk
	var said register.Input
	var of id.ID
	if err := p.view(ctx, r, func(x *register.Desk) error {
		h, err := x.Held(hold)
		d, said, of = x, input(x, in.Fields), h.Import
		return err
	}); err != nil {
		return web.Next{}, err
	}
	for _, f := range d.Fields {
		if f.Type == register.TypeFile {
			delete(said, f.ID)
		}
	}
	if in.State != "" {
		said[register.PathState] = []string{in.State}
	}
	if _, err := p.s.FixHold(ctx, r.Actor(), d.Regime, d.Kind.ID, hold, said, in.Note); err != nil {
		return web.Next{}, stateAt(at(d.Form, err))
	}
	return p.nextHeld(ctx, r, hold, of, "直した行を取り込みました。")
}

// stateAt has what is wrong with the state at its input.
func stateAt(err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		for i, f := range e.Fields {
			if f.Where == written+register.PathState {
				e.Fields[i].Where = "state"
			}
		}
	}
	return err
}

func (p pages) dropHeld(ctx context.Context, r *web.Request, in struct {
	Reason string `form:"reason,required"`
},
) (web.Next, error) {
	hold := id.ID(r.Path("held"))
	var of id.ID
	if err := p.view(ctx, r, func(d *register.Desk) error {
		h, err := d.Held(hold)
		of = h.Import
		return err
	}); err != nil {
		return web.Next{}, err
	}
	if err := p.s.DropHold(ctx, r.Actor(), r.Path("regime"), r.Path("book"), hold, in.Reason); err != nil {
		return web.Next{}, err
	}
	return p.nextHeld(ctx, r, hold, of, "この行は取り込まないことにしました。")
}

// nextHeld leads on to the next row of the same import that waits, or back to the list when that was the last.
func (p pages) nextHeld(ctx context.Context, r *web.Request, hold, of id.ID, said string) (web.Next, error) {
	next := web.Next{Href: bookHref(r) + "/holds", Said: said}
	err := p.view(ctx, r, func(d *register.Desk) error {
		list, err := d.HeldRows()
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(h register.Hold) bool { return h.Import != of })
		if len(list) == 0 {
			next.Said += "この取り込みの保留は、もうありません。"
			return nil
		}
		i := max(0, slices.IndexFunc(list, func(h register.Hold) bool { return h.ID > hold }))
		next.Href = heldHref(d, list[i].ID)
		next.Said += "次の保留の行です（残り" + ui.Figure(len(list)) + "件）。"
		return nil
	})
	return next, err
}
