package ledger

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web/ui"
)

// Beginnings of the names of inputs: what is written, and files.
const (
	written = "f."
	sent    = "file."
)

// few is up to how many options stand beside each other, and up to how many owners are a list to choose from.
const (
	fewOptions = 6
	fewOwners  = 60
)

// sheet makes the form of a register.
type sheet struct {
	*register.Desk
	data  register.Data
	typed register.Input // of a form that was refused; nil else
	staff []ui.Option    // at a place who works there; nil else
}

// fields are the inputs of the form.
func (s sheet) fields() ([]ui.Field, error) {
	var all []ui.Field
	for _, f := range s.Fields {
		if f.Derived != nil || s.staff != nil && f.ID == s.Owner { // whose it is at a place is clear
			continue
		}
		some, err := s.field(f)
		if err != nil {
			return nil, err
		}
		for i := range some {
			some[i].More = !f.Required && f.Type != register.TypeClass
		}
		all = append(all, some...)
	}
	return all, nil
}

func (s sheet) field(f register.Field) ([]ui.Field, error) {
	base := ui.Field{Name: written + f.ID, Label: f.Title, Help: s.help(f), Required: f.Required && f.When == nil}
	if f.Restricted {
		base.Help = strings.TrimSpace(base.Help + " 内容は表示しません。書くと置き換わります。")
		base.Required = false
		s.data = nil
	}
	switch f.Type { //nolint:exhaustive // the others are one line
	case register.TypeClass:
		return s.class(f, base), nil
	case register.TypePeriod:
		return s.period(f, base), nil
	case register.TypeRows:
		return []ui.Field{s.rows(f, base)}, nil
	case register.TypeFile:
		return s.files(f, base), nil
	case register.TypeScope:
		if f.ID == s.Owner {
			return s.owner(f, base)
		}
	}
	return []ui.Field{s.one(f, base, s.data[f.ID])}, nil
}

// one is a field of one input.
func (s sheet) one(f register.Field, in ui.Field, value any) ui.Field {
	in.Value = s.Written(f, value)
	switch f.Type { //nolint:exhaustive // the others are one line of text
	case register.TypeLong:
		in.Type = ui.Area
	case register.TypeText, register.TypeURL, register.TypeRef:
		in.Wide = true
		for _, g := range s.Examples[f.Suggest] {
			in.Suggestions = append(in.Suggestions, g.Names...)
		}
	case register.TypeNumber:
		in.Type = ui.Number
	case register.TypeDate:
		in.Type = ui.Date
	case register.TypePerson:
		if s.staff != nil && !f.Many {
			in.Help = strings.TrimSpace(f.Help)
			in.Options = append([]ui.Option{{Text: "選んでください"}}, s.staff...)
			in.Value, _ = value.(string)
		}
	case register.TypeChoice, register.TypeYesNo:
		in.Options = options(f)
		switch {
		case f.Many:
			in.Type, in.Beside = ui.Checks, len(f.Options) <= fewOptions
			in.Values, _ = value.([]string)
		case len(in.Options) <= fewOptions:
			in.Type, in.Beside = ui.Radio, true
			in.Value, _ = value.(string)
			if !f.Required {
				in.Options = append(in.Options, ui.Option{Text: "未記入"})
			}
		default:
			in.Options = append([]ui.Option{{Text: "選んでください"}}, in.Options...)
			in.Value, _ = value.(string)
		}
	}
	return in
}

func options(f register.Field) []ui.Option {
	from := f.Options
	if f.Type == register.TypeYesNo {
		from = register.YesNo()
	}
	list := make([]ui.Option, len(from))
	for i, o := range from {
		list[i] = ui.Option{Value: o.ID, Text: o.Title}
	}
	return list
}

// help is what stands above an input: the pack's words, how it is written, and when it is asked.
func (s sheet) help(f register.Field) string {
	var words []string
	if when := s.Meaning(f); when != "" {
		if f.Required {
			when += "（必須）"
		}
		words = append(words, "次のとき："+when)
	}
	if f.Help != "" {
		words = append(words, f.Help)
	}
	switch f.Type { //nolint:exhaustive // the others explain themselves
	case register.TypeNumber:
		words = append(words, numberHelp(f))
	case register.TypeDatetime:
		words = append(words, "例：令和8年4月1日 9:05")
	case register.TypePerson:
		words = append(words, "職員番号")
	case register.TypeUnit, register.TypeScope:
		words = append(words, "組織コードか名称")
	case register.TypeRef:
		words = append(words, "番号（例：令和8-"+s.numberOf(f)+"-000123）")
		if f.Many {
			words = append(words, "いくつもあるときは「、」で区切る")
		}
	}
	if f.Example != "" {
		words = append(words, "例："+f.Example)
	}
	return strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), "　")
}

func (s sheet) numberOf(f register.Field) string {
	if b, ok := s.Shelf.Book(s.Regime, f.To); ok {
		return b.Kind.Number
	}
	return ""
}

func numberHelp(f register.Field) string {
	unit := ""
	if f.Unit != "" {
		unit = "単位は" + f.Unit
	}
	switch {
	case f.Min != nil && f.Max != nil:
		return strings.TrimSpace(fmt.Sprintf("%dから%dまで %s", *f.Min, *f.Max, unit))
	default:
		return unit
	}
}

// class is an input for each axis; that none of them is known is an answer too.
func (s sheet) class(f register.Field, base ui.Field) []ui.Field {
	class := s.data.Class(f.ID)
	var all []ui.Field
	for i, leaf := range f.Leaves(s.Classes) {
		in := base
		in.Name, in.Type, in.Beside, in.Value = written+leaf.Path, ui.Radio, true, class[leaf.Part]
		in.Label = leaf.Title
		if i > 0 {
			in.Help = ""
		}
		for _, o := range leaf.Field.Options {
			in.Options = append(in.Options, ui.Option{Value: o.ID, Text: o.Title})
		}
		if !f.Required {
			in.Options = append(in.Options, ui.Option{Text: "分からない"})
		}
		all = append(all, in)
	}
	return all
}

func (s sheet) period(f register.Field, base ui.Field) []ui.Field {
	var all []ui.Field
	period := s.data.Class(f.ID)
	for _, leaf := range f.Leaves(s.Classes) {
		in := s.one(leaf.Field, base, nil)
		in.Name, in.Label = written+leaf.Path, leaf.Title
		if value := period[leaf.Part]; value != "" {
			in.Value = s.Written(leaf.Field, value)
		}
		all = append(all, in)
	}
	return all
}

// rows is a table to fill in, with some rows left free.
func (s sheet) rows(f register.Field, base ui.Field) ui.Field {
	base.Type = ui.Grid
	given := s.data.Rows(f.ID)
	n := len(given) + 2
	for path := range s.typed {
		if rest, ok := strings.CutPrefix(path, f.ID+"."); ok {
			number, _, _ := strings.Cut(rest, ".")
			if i, err := strconv.Atoi(number); err == nil && i < register.MaxRows {
				n = max(n, i+2)
			}
		}
	}
	for i := range min(n, register.MaxRows) {
		row := ui.GridRow{Label: fmt.Sprintf("%d行目", i+1)}
		for _, c := range f.Fields {
			if c.Derived != nil {
				continue
			}
			in := ui.Field{Name: fmt.Sprintf("%s%s.%d.%s", written, f.ID, i, c.ID), Label: c.Title, Required: c.Required, Help: c.Title + "、" + row.Label}
			if i < len(given) {
				in.Value = s.Written(c, given[i][c.ID])
			}
			switch c.Type { //nolint:exhaustive // the others are one line
			case register.TypeLong:
				in.Type = ui.Area
			case register.TypeNumber:
				in.Type = ui.Number
				if c.Min != nil && c.Max != nil && *c.Max-*c.Min < fewOptions {
					in.Options = []ui.Option{{}}
					for x := *c.Min; x <= *c.Max; x++ {
						in.Options = append(in.Options, ui.Option{Value: strconv.Itoa(x), Text: strconv.Itoa(x) + c.Unit})
					}
				}
			case register.TypeChoice, register.TypeYesNo:
				in.Options = append([]ui.Option{{}}, options(c)...)
			}
			row.Cells = append(row.Cells, in)
		}
		base.Rows = append(base.Rows, row)
	}
	return base
}

// files are those that stay, and what is sent.
func (s sheet) files(f register.Field, base ui.Field) []ui.Field {
	var all []ui.Field
	if given := s.data.Rows(f.ID); len(given) > 0 {
		stay := base
		stay.Type, stay.Label, stay.Help, stay.Required = ui.Checks, f.Title+"（残すもの）", "印を外すと、次の版から外れます。", false
		for _, file := range given {
			sum := file.Text(register.FileSum)
			stay.Options = append(stay.Options, ui.Option{Value: sum, Text: file.Text(register.FileName)})
			stay.Values = append(stay.Values, sum)
		}
		all = append(all, stay)
	}
	base.Name, base.Type, base.Many = sent+f.ID, ui.Upload, f.Many
	base.Help = strings.TrimSpace(base.Help + fmt.Sprintf("　一つ %d MB まで。", register.MaxFile>>20))
	if len(all) > 0 {
		base.Required = false
	}
	return append(all, base)
}

// owner asks whose entry it is: of few that are possible one is chosen, where the reader works by default.
func (s sheet) owner(f register.Field, base ui.Field) ([]ui.Field, error) {
	scope, now := s.Adding(), s.data.Text(f.ID)
	homes := scope.Homes()
	if !scope.Few() || len(homes) == 0 || len(homes) > fewOwners {
		return []ui.Field{s.one(f, base, s.data[f.ID])}, nil
	}
	base.Help = strings.TrimSpace(strings.ReplaceAll(base.Help, "組織コードか名称", ""))
	if now != "" && !slices.Contains(homes, now) {
		homes = append(homes, now)
	}
	for _, home := range homes {
		unit, isUnit := org.UnitOf(home)
		if _, there := s.Chart.Tree.Unit(unit); isUnit && !there && home != now {
			continue // abolished
		}
		base.Options = append(base.Options, ui.Option{Value: home, Text: s.Names().Called(f, home)})
	}
	slices.SortFunc(base.Options, func(a, b ui.Option) int { return strings.Compare(a.Text, b.Text) })
	base.Value = now
	return []ui.Field{base}, nil
}

// ownerChoice asks for the owner alone, with what was chosen.
func (s sheet) ownerChoice(chosen string) ([]ui.Field, error) {
	f, ok := s.Field(s.Owner)
	if !ok {
		return []ui.Field{{Type: ui.Hidden, Name: "owner", Value: "-"}}, nil
	}
	list, err := s.owner(f, ui.Field{Label: f.Title})
	if err != nil {
		return nil, err
	}
	list[0].Name = "owner"
	if chosen != "" {
		list[0].Value = chosen
	}
	return list, nil
}

// fresh is what a new entry says before anybody has written: whose it is, where that is clear.
func fresh(d *register.Desk, by *access.Actor) register.Data {
	f, ok := d.Field(d.Owner)
	if !ok {
		return register.Data{}
	}
	scope := d.Adding()
	for _, a := range by.Assignments {
		for _, u := range slices.Backward(d.Chart.Tree.Path(a.Unit)) {
			if !scope.Reaches(u.Unit) || u.Kind == org.KindTeam {
				continue
			}
			if f.Type == register.TypeUnit {
				return register.Data{f.ID: string(u.Unit)}
			}
			return register.Data{f.ID: org.UnitHome(u.Unit)}
		}
	}
	return register.Data{}
}

// input is what a form of the register has answered: of what it asks, what it leaves out is empty.
func input(d *register.Desk, posted map[string][]string) register.Input {
	in := register.Input{}
	for path, words := range posted {
		in[path] = words
	}
	for _, leaf := range d.Leaves(d.Classes) {
		if _, there := in[leaf.Path]; !there && leaf.Field.Type != register.TypeFile {
			in[leaf.Path] = nil
		}
		if leaf.Field.Restricted && !answered(in, leaf) {
			delete(in, leaf.Path) // it is not shown, so leaving it out says nothing
		}
	}
	for _, f := range d.Fields {
		if _, there := in[f.ID]; f.Type == register.TypeFile && !there {
			in[f.ID] = nil
		}
	}
	return in
}

// answered says whether a form has words for a leaf, or in a table for any of its cells.
func answered(in register.Input, leaf register.Leaf) bool {
	for path, words := range in {
		cell := leaf.Field.Type == register.TypeRows && strings.HasPrefix(path, leaf.Path+".")
		if (path == leaf.Path || cell) && strings.TrimSpace(strings.Join(words, "")) != "" {
			return true
		}
	}
	return false
}

// self is what the form of a proxy says by default: nobody enters it for another.
const self = register.SourceSelf

// beside are the inputs beside the fields: when it happened, and for whom it is entered; e is nil for a new entry.
func (s sheet) beside(e *register.Entry) []ui.Field {
	var all []ui.Field
	if s.AsksWhen() {
		in := ui.Field{Name: register.AtWhen, Label: "あった日時", Help: "空けておくと、いまの日時になります。　例：令和8年4月1日 9:05"}
		if e != nil {
			in.Help, in.Value = "例：令和8年4月1日 9:05", s.SayWhen(*e)
		}
		all = append(all, in)
	}
	if !s.Proxy || s.staff != nil || e != nil && e.Source != "" && !register.ByProxy(e.Source) {
		return all // what came in from elsewhere says so
	}
	by := ui.Field{Type: ui.Radio, Name: register.AtSource, Label: "記入のしかた", Beside: true, Value: self, Options: []ui.Option{{Value: self, Text: "代わりではない"}}}
	for _, source := range []string{register.SourcePaper, register.SourceTelephone} {
		by.Options = append(by.Options, ui.Option{Value: source, Text: register.SaySource(source)})
	}
	whom := ui.Field{Name: register.AtFor, Label: "だれの分", Help: "代わりに記入するときだけ。職員番号"}
	if e != nil && e.For != "" {
		by.Value = e.Source
		whom.Value = s.Written(register.Field{Type: register.TypePerson}, string(e.For))
	}
	return append(all, by, whom)
}

// at gives the faults of a register the names of the inputs. What is beside the fields has its own.
func at(d register.Form, err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	moved := *e
	moved.Fields = slices.Clone(e.Fields)
	for i, f := range moved.Fields {
		id, _, _ := strings.Cut(f.Where, ".")
		x, ok := d.Field(id)
		switch {
		case ok && x.Type == register.TypeFile:
			moved.Fields[i].Where = sent + f.Where
		case ok:
			moved.Fields[i].Where = written + f.Where
		}
	}
	return &moved
}

// level is a level of an axis, or of what follows from all, as a choice.
func level(id, title string, levels []string) []cond.Option {
	var list []cond.Option
	for _, l := range slices.Backward(levels) {
		list = append(list, cond.Option{ID: id + "=" + l, Title: title + l})
	}
	return list
}
