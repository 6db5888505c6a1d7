package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// bulkView changes many entries alike: what is chosen in the list, then one field and what it shall say, then before and after.
type bulkView struct {
	web.Page
	Ask  ui.SearchForm
	Note ui.Notice
	Form ui.Form
}

// Parameters of the page beside the conditions of the list.
const (
	bulkField = "field"
	bulkValue = "value"
)

func (p pages) choosing(ctx context.Context, r *web.Request) (bulkView, error) {
	var v bulkView
	err := p.view(ctx, r, func(d *register.Desk) error {
		v = bulkView{Page: r.Page("まとめて直す", way(d)...)}
		v.Kicker, v.Lead = d.Kind.Title, "一覧の条件に合うものを、一つの項目についてまとめて直します。直す前と後を見てから決めます。"
		if d.Changing().Empty() {
			return d.Refused("直す")
		}
		c, form := asked(d, r)
		leaf, words := leafOf(d, r.Query(bulkField)), r.Query(bulkValue)
		v.Ask = ui.SearchForm{Action: href(d.Book) + "/bulk", Submit: "前と後を見る", Clear: href(d.Book) + "/bulk", Fields: slices.Concat(form.Fields[1:], bulkFields(d, r))}
		if leaf == nil || len(v.Ask.Faults()) > 0 {
			return nil
		}
		c.Limit = register.MaxBulk
		entries, more, err := d.List(c.Query)
		switch {
		case err != nil:
			return err
		case more != nil:
			v.Note = ui.Notice{Tone: ui.Warn, Title: fmt.Sprintf("%d件を超えています。条件を加えて、減らしてください。", register.MaxBulk)}
			return nil
		case len(entries) == 0:
			v.Note = ui.Notice{Tone: ui.Info, Title: "条件に合うものがありません。"}
			return nil
		}
		v.Note, v.Form, err = proposal(r, d, entries, *leaf, words)
		return err
	})
	return v, err
}

// bulkFields ask for the field and what it shall say.
func bulkFields(d *register.Desk, r *web.Request) []ui.Field {
	field := ui.Field{Name: bulkField, Label: "直す項目", Value: r.Query(bulkField), Options: []ui.Option{{Text: "選んでください"}}}
	for _, leaf := range d.Leaves(d.Classes) {
		if leaf.Field.Type != register.TypeRows && leaf.Field.Type != register.TypeFile && !leaf.Field.Restricted {
			field.Options = append(field.Options, ui.Option{Value: leaf.Path, Text: leaf.Title})
		}
	}
	if field.Value != "" && leafOf(d, field.Value) == nil {
		field.Error = "その項目はまとめて直せません。"
	}
	return []ui.Field{field, {Name: bulkValue, Label: "新しい内容", Help: "空けておくと、その項目を空にします", Value: r.Query(bulkValue), Wide: true}}
}

func leafOf(d *register.Desk, path string) *register.Leaf {
	for _, leaf := range d.Leaves(d.Classes) {
		if leaf.Path == path && leaf.Field.Type != register.TypeRows && leaf.Field.Type != register.TypeFile && !leaf.Field.Restricted {
			return &leaf
		}
	}
	return nil
}

// proposal shows what would become of the entries, and asks which of them.
func proposal(r *web.Request, d *register.Desk, entries []register.Entry, leaf register.Leaf, words string) (ui.Notice, ui.Form, error) {
	chosen := make([]register.Chosen, len(entries))
	for i, e := range entries {
		chosen[i] = register.Chosen{ID: e.ID, Version: e.Version}
	}
	list, err := d.Propose(chosen, register.Input{leaf.Path: {words}})
	if err != nil {
		return ui.Notice{}, ui.Form{}, err
	}
	f, _ := d.Field(strings.SplitN(leaf.Path, ".", 2)[0])
	in := ui.Field{Type: ui.Checks, Name: "chosen", Label: "直すもの", Required: true}
	note := ui.Notice{Tone: ui.Info}
	same := 0
	for _, x := range list {
		title := d.Book.Title(x.Entry)
		switch {
		case len(x.Faults) > 0:
			note.Tone = ui.Warn
			note.Lines = append(note.Lines, title+"：直せません。"+x.Faults[0].Message)
		case x.Same:
			same++
		default:
			value := string(x.ID) + ":" + decimal(x.Version)
			in.Options = append(in.Options, ui.Option{Value: value, Text: fmt.Sprintf("%s：%s → %s", title, or(d.Say(f, x.Before)), or(d.Say(f, x.After)))})
			in.Values = append(in.Values, value)
		}
	}
	note.Title = fmt.Sprintf("%d件のうち、変わるもの%d件、同じもの%d件、直せないもの%d件", len(list), len(in.Options), same, len(list)-len(in.Options)-same)
	if len(in.Options) == 0 {
		return note, ui.Form{}, nil
	}
	form := ui.Form{Action: href(d.Book) + "/bulk", Buttons: ui.Buttons("選んだものを直す", href(d.Book)), Fields: []ui.Field{
		in,
		{Name: "note", Label: "直す理由", Wide: true},
		{Type: ui.Hidden, Name: bulkField, Value: leaf.Path},
		{Type: ui.Hidden, Name: bulkValue, Value: words},
	}}
	return note, r.Form(form), nil
}

func or(words string) string {
	if words == "" {
		return "（空）"
	}
	return strings.ReplaceAll(words, "\n", " ")
}

type bulkForm struct {
	Chosen []string `form:"chosen"`
	Field  string   `form:"field"`
	Value  string   `form:"value"`
	Note   string   `form:"note"`
}

func (p pages) changeAll(ctx context.Context, r *web.Request, in bulkForm) (web.Next, error) {
	var chosen []register.Chosen
	for _, c := range in.Chosen {
		entry, version, ok := strings.Cut(c, ":")
		n, err := strconv.ParseInt(version, 10, 64)
		if !ok || err != nil {
			return web.Next{}, errs.New(errs.Invalid, "選ばれたものを読めません。画面を開き直してください。")
		}
		chosen = append(chosen, register.Chosen{ID: id.ID(entry), Version: n})
	}
	n, err := p.s.ChangeAll(ctx, r.Actor(), r.Path("regime"), r.Path("book"), chosen, register.Input{in.Field: {in.Value}}, in.Note)
	return web.Next{Href: bookHref(r), Said: fmt.Sprintf("%d件を直しました。", n)}, err
}
