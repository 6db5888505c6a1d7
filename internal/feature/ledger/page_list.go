package ledger

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// listView lists the entries of a register.
type listView struct {
	web.Page
	Form    ui.SearchForm
	Links   []ui.Link
	Clauses []ui.Link // that ask for the register
	Results listResults
}

type listResults struct {
	Count  string
	Papers papers
	Table  ui.Table
	Pager  ui.Pager
}

// perPage is how many entries one page of a list shows.
const perPage = 50

// conditions are what a list is narrowed to and sorted by, as its address says.
type conditions struct {
	register.Query
	words  string
	values url.Values // those that narrow or sort, to be carried on
}

func (p pages) list(ctx context.Context, r *web.Request) (listView, error) {
	var v listView
	err := p.view(ctx, r, func(d *register.Desk) error {
		v = listView{Page: r.Page(d.Kind.Title, ui.Link{Text: "台帳", Href: "/ledger"})}
		c, form := asked(d, r)
		v.Kicker, v.Links, v.Clauses = d.Policy, links(d, c), clauses(d)
		v.Form = form
		if len(form.Faults()) > 0 {
			v.Results.Table = ui.Table{Caption: d.Kind.Title, Columns: columns(d, shown(d))}
			return nil
		}
		v.Results.Papers = p.listPapers(d, c)
		c.Limit = perPage
		var entries []register.Entry
		var next url.Values
		var err error
		if c.words != "" {
			entries, next, err = found(d, r, c)
		} else {
			entries, next, err = listed(d, r, c, &v)
		}
		if c.words != "" && errs.KindOf(err) == errs.Unavailable { // the rest of the list is there
			v.Form.Fields[0].Error, err = errs.Message(err), nil
		}
		if err != nil {
			return err
		}
		if v.Results.Table, err = table(d, entries); err != nil {
			return err
		}
		if next != nil {
			v.Results.Pager = ui.Pager{Label: d.Kind.Title, Swap: "results", Next: href(d.Book) + "?" + next.Encode()}
		}
		return nil
	})
	return v, err
}

// clauses lead to what asks for the register, each once.
func clauses(d *register.Desk) []ui.Link {
	var list []ui.Link
	for _, a := range d.Asked {
		parts := strings.Split(a.Full, "/")
		for i, p := range parts {
			parts[i] = url.PathEscape(p)
		}
		one := ui.Link{Text: a.Name, Href: "/clause/" + strings.Join(parts, "/")}
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// listed is a page in the order that was asked for.
func listed(d *register.Desk, r *web.Request, c conditions, v *listView) ([]register.Entry, url.Values, error) {
	if after := r.Query("after"); after != "" {
		at, err := d.CursorOf(id.ID(after), c.Query)
		if err != nil {
			return nil, nil, err
		}
		c.After = at
	}
	n, err := d.Count(c.Query)
	if err != nil {
		return nil, nil, err
	}
	v.Results.Count = ui.Count(n, register.CountLimit)
	entries, more, err := d.List(c.Query)
	if err != nil || more == nil {
		return entries, nil, err
	}
	return entries, c.with("after", string(more.ID)), nil
}

// found is a page of what holds words.
func found(d *register.Desk, r *web.Request, c conditions) ([]register.Entry, url.Values, error) {
	var after search.Cursor
	if seq, err := strconv.ParseInt(r.Query("seq"), 10, 64); err == nil {
		after = search.Cursor{Kind: d.Name, Seq: seq}
	}
	entries, more, err := d.Search(c.words, c.Query, after)
	if err != nil || more == (search.Cursor{}) {
		return entries, nil, err
	}
	return entries, c.with("seq", strconv.FormatInt(more.Seq, 10)), nil
}

func (c conditions) with(name, value string) url.Values {
	all := url.Values{name: {value}}
	for k, v := range c.values {
		all[k] = v
	}
	return all
}

// asked reads what a list is narrowed to, and makes the form that asks for it.
func asked(d *register.Desk, r *web.Request) (conditions, ui.SearchForm) {
	c := conditions{values: url.Values{}}
	take := func(name string) string {
		value := r.Query(name)
		if value != "" {
			c.values.Set(name, value)
		}
		return value
	}
	form := ui.SearchForm{Action: href(d.Book), Swap: "results", Submit: "表示"}
	c.words = take("q")
	words := ui.Field{Name: "q", Label: "ことば", Help: "番号や、さがせる項目の一部", Value: c.words}
	if err := search.Check(c.words); err != nil {
		words.Error = errs.Message(err)
	}
	form.Fields = append(form.Fields, words)
	if len(d.States) > 0 {
		c.State = take("state")
		in := ui.Field{Name: "state", Label: "状態", Value: c.State, Options: []ui.Option{{Text: "すべて"}}}
		for _, s := range d.States {
			in.Options = append(in.Options, ui.Option{Value: s.ID, Text: s.Title})
		}
		form.Fields = append(form.Fields, in)
	}
	for _, f := range narrowing(d) {
		in := filterField(d, f)
		if in.Value = take(in.Name); in.Value != "" {
			by, problem := d.FilterBy(f, in.Value)
			if in.Error = problem; problem == "" {
				c.Filters = append(c.Filters, by)
			}
		}
		form.Fields = append(form.Fields, in)
	}
	if d.Volume != register.Log {
		form.Fields = append(form.Fields, c.sorting(d, take("sort")))
	}
	if len(c.values) > 0 {
		form.Clear = href(d.Book)
	}
	return c, form
}

// narrowing are the fields by which a list is narrowed: those that the kind names, else all that are listed. Words in texts are what
// the search is for.
func narrowing(d *register.Desk) []register.Field {
	all := slices.DeleteFunc(slices.Clone(d.Fields), func(f register.Field) bool { return !f.Sorted() || f.Type == register.TypeText })
	if named := slices.DeleteFunc(slices.Clone(all), func(f register.Field) bool { return !f.Filter }); len(named) > 0 {
		return named
	}
	return all
}

func filterField(d *register.Desk, f register.Field) ui.Field {
	in := ui.Field{Name: "by." + f.ID, Label: f.Title}
	choose := func(options ...ui.Option) {
		in.Options = slices.Concat([]ui.Option{{Text: "すべて"}}, options)
		if !f.Required {
			in.Options = append(in.Options, ui.Option{Value: "-", Text: "未記入"})
		}
	}
	switch f.Type { //nolint:exhaustive // the others are written
	case register.TypeChoice, register.TypeYesNo:
		choose(options(f)...)
	case register.TypeClass:
		var list []ui.Option
		if o := d.Overall; o != nil {
			for _, x := range level(o.ID, o.Title, o.Levels) {
				list = append(list, ui.Option{Value: x.ID, Text: x.Title})
			}
		}
		for _, a := range d.Axes {
			for _, x := range level(a.ID, a.Title, a.Levels) {
				list = append(list, ui.Option{Value: x.ID, Text: x.Title})
			}
		}
		choose(list...)
		for i, o := range in.Options {
			if o.Value == "-" {
				in.Options[i].Text = "未分類"
			}
		}
	case register.TypeDate, register.TypeDatetime, register.TypePeriod:
		in.Help = "例：R8.4.1〜R9.3.31"
	case register.TypeNumber:
		in.Help = "例：10〜20"
	case register.TypeUnit, register.TypeScope:
		in.Help = "コードか名称"
	case register.TypePerson:
		in.Help = "職員番号"
	}
	return in
}

// sorting asks by what the list is sorted; sort is FIELD or FIELD:down.
func (c *conditions) sorting(d *register.Desk, sort string) ui.Field {
	in := ui.Field{Name: "sort", Label: "並べ方", Value: sort, Options: []ui.Option{{Text: "新しい順"}}}
	field, down := strings.CutSuffix(sort, ":down")
	for _, f := range d.Fields {
		if !f.Sorted() {
			continue
		}
		switch f.Type { //nolint:exhaustive // ids and many options have no order that people know
		case register.TypeScope, register.TypeUnit, register.TypePerson, register.TypeRef, register.TypeRoleHolder:
			continue
		case register.TypeChoice:
			if f.Many {
				continue
			}
		}
		in.Options = append(in.Options, ui.Option{Value: f.ID, Text: f.Title + "の順"}, ui.Option{Value: f.ID + ":down", Text: f.Title + "の逆順"})
		if f.ID == field {
			c.Sort, c.Down = field, down
		}
	}
	if sort != "" && c.Sort == "" {
		in.Error = "その項目では並べられません。"
	}
	return in
}

// shown are the fields that a list shows, beside number and state.
func shown(d *register.Desk) []register.Field {
	return slices.DeleteFunc(slices.Clone(d.Fields), func(f register.Field) bool { return !f.List || f.Restricted })
}

// columns are those of a list of some fields.
func columns(d *register.Desk, fields []register.Field) []ui.Column {
	list := []ui.Column{{Title: "番号", Head: true, Keep: true}}
	if d.Volume == register.Log {
		list = append(list, ui.Column{Title: "あった日時", Keep: true})
	}
	for i, f := range fields {
		list = append(list, ui.Column{Title: f.Title, Number: f.Type == register.TypeNumber, Keep: f.Type == register.TypeClass || f.Type == register.TypeDate, Wide: i == 0})
	}
	if len(d.States) > 0 {
		list = append(list, ui.Column{Title: "状態", Keep: true})
	}
	return list
}

// table lists entries as the reader may read them.
func table(d *register.Desk, entries []register.Entry) (ui.Table, error) {
	t := ui.Table{Caption: d.Kind.Title, Stack: true, Empty: "条件に合う" + d.Entry + "はありません。"}
	said := make([]register.Data, len(entries))
	for i, e := range entries {
		data, err := e.Read()
		if err != nil {
			return t, err
		}
		said[i] = data
	}
	if err := d.Known(said...); err != nil {
		return t, err
	}
	fields := telling(d, said)
	if _, one := oneHome(d, entries); one && !slices.ContainsFunc(fields, func(f register.Field) bool { return f.ID == d.Owner }) {
		owner, _ := d.Field(d.Owner)
		t.Caption += "（" + d.Say(owner, said[0]) + "）"
	}
	t.Columns = columns(d, fields)
	when := d.Volume != register.Log && slices.ContainsFunc(entries, d.Apart) // a log has it always
	if when {
		t.Columns = slices.Insert(t.Columns, 1, ui.Column{Title: "あった日時", Keep: true})
	}
	for i, e := range entries {
		number := e.Number
		if number == "" {
			number = "番号なし"
		}
		cells := []ui.Cell{ui.Anchor(number, entryHref(d.Book, e))}
		if when || d.Volume == register.Log {
			cells = append(cells, ui.Text(feature.Moment(e.Happened)))
		}
		for _, f := range fields {
			cells = append(cells, cell(d, f, said[i]))
		}
		if len(d.States) > 0 {
			cells = append(cells, stateCell(d, e))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t, nil
}

// telling are the fields of a list that tell these entries apart: without those that none of them has filled in, and without the
// owner where it is one.
func telling(d *register.Desk, said []register.Data) []register.Field {
	if len(said) == 0 {
		return shown(d)
	}
	return slices.DeleteFunc(shown(d), func(f register.Field) bool {
		if f.ID == d.Owner {
			return len(said) > 1 && !slices.ContainsFunc(said, func(x register.Data) bool { return x.Text(f.ID) != said[0].Text(f.ID) })
		}
		return f.Type != register.TypeClass && !f.Required && !slices.ContainsFunc(said, func(x register.Data) bool { return x[f.ID] != nil })
	})
}

// cell is a field of an entry.
func cell(d *register.Desk, f register.Field, data register.Data) ui.Cell {
	words := d.Say(f, data)
	if f.Type == register.TypeClass {
		return classCell(d, data.Class(f.ID))
	}
	return ui.Text(slices.DeleteFunc(strings.Split(words, "\n"), func(s string) bool { return s == "" })...)
}

// classCell is a class, what follows from all axes first, one axis a line.
func classCell(d *register.Desk, class register.Class) ui.Cell {
	if len(class) == 0 {
		return ui.Cell{{Text: "未分類", Tone: ui.Warn}}
	}
	var c ui.Cell
	reached := d.Reached(class)
	if reached != "" {
		c = append(c, ui.Item{Text: d.Overall.Title + reached})
	}
	for _, a := range d.Axes {
		c = append(c, ui.Item{Text: a.Title + class[a.ID], Quiet: reached != ""})
	}
	return c
}

func stateCell(d *register.Desk, e register.Entry) ui.Cell {
	tone := ui.Neutral
	if d.Live(e.State) {
		tone = ui.Good
	}
	return ui.Cell{{Text: d.State(e.State), Tone: tone}}
}

// links lead to what the reader may do with the register, and with what the list is narrowed to.
func links(d *register.Desk, c conditions) []ui.Link {
	var list []ui.Link
	for _, i := range doings(d) {
		list = append(list, ui.Link{Text: i.Text, Href: i.Href})
	}
	list = append(list, downloadLink(d, c))
	if !d.Writing().Empty() {
		list = append(list, ui.Link{Text: "ファイルから取り込む", Href: href(d.Book) + "/import"})
	}
	if scope := d.Writing(); scope.Every() || len(scope.Units()) > 1 {
		list = append(list, ui.Link{Text: "配布・回収", Href: href(d.Book) + "/handouts"})
	}
	if c.words == "" && d.Volume != register.Log && !d.Changing().Empty() {
		list = append(list, ui.Link{Text: "まとめて直す", Href: href(d.Book) + "/bulk?" + c.values.Encode()})
	}
	return slices.Concat(list, moveLinks(d), disposalLinks(d))
}
