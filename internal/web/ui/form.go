package ui

import (
	"slices"
	"strconv"
)

// Form asks for what is to be changed. Without an Action it is sent to the address of its
// page; web.Request.Form fills in the rest when it is shown again.
type Form struct {
	Action  string
	Message string   // what is wrong as a whole
	Errors  []string // what is wrong beside the fields
	Fields  []Field
	Buttons ButtonRow
}

// SearchForm asks what to look for; the answer is the same page with the values in its
// address. Swap, if set, is the id of the element that the answer replaces. Clear is where
// the page stands without conditions.
type SearchForm struct {
	Action string
	Swap   string
	Fields []Field
	Submit string
	Clear  string
}

// Input is the kind of a Field.
type Input string

// The kinds of fields. Plain is a line of text or, with Options, a list to choose from.
const (
	Plain  Input = ""
	Date   Input = "date"   // a line of text that jpdate.Parse reads
	Number Input = "number" // a line of text that holds a whole number
	Area   Input = "area"   // several lines
	Radio  Input = "radio"  // one of the Options, all of them seen
	Checks Input = "checks" // any of the Options
	Check  Input = "check"  // one box; its Value is "1" when ticked
	Upload Input = "upload"
	Hidden Input = "hidden"
	Secret Input = "secret" // a password: it is not shown, and not put back
	Code   Input = "code"   // figures that somebody reads off: a one-time code, a PIN
	Grid   Input = "grid"   // a table whose cells are fields
)

// Field is one input with its label.
type Field struct {
	Heading  string // above it, where a part of a long form begins
	Type     Input
	Name     string // the parameter, and the anchor of the input
	Label    string
	Help     string
	Error    string // what is wrong with Value, "" if nothing is
	Value    string
	Values   []string // of Checks
	Options  []Option
	Required bool
	Wide     bool   // free text, for which there is never enough room
	Many     bool   // several files
	Accept   string // the kinds of files offered first: ".csv,.xlsx"
	Fill     string // what the browser may fill in: username, current-password, new-password, one-time-code; "" for nothing

	More        bool     // not asked at first: it stands with others behind "くわしく記入する"
	Suggestions []string // offered while a line of text is typed
	Beside      bool     // Radio and Checks: the options stand beside each other
	Rows        []GridRow
}

// GridRow is one row of a Grid: the fields of its cells, in the order of the columns.
type GridRow struct {
	Label string // 1行目
	Cells []Field
}

// Heads are the columns of a grid: the labels of its first row.
func (f Field) Heads() []Field {
	if len(f.Rows) == 0 {
		return nil
	}
	return f.Rows[0].Cells
}

// Each calls fn with each field of some, and of the cells of grids among them.
func Each(fields []Field, fn func(*Field)) {
	for i := range fields {
		fn(&fields[i])
		for r := range fields[i].Rows {
			Each(fields[i].Rows[r].Cells, fn)
		}
	}
}

// Copy is some fields that can be changed without changing these.
func Copy(fields []Field) []Field {
	made := slices.Clone(fields)
	for i := range made {
		made[i].Rows = slices.Clone(made[i].Rows)
		for r := range made[i].Rows {
			made[i].Rows[r].Cells = Copy(made[i].Rows[r].Cells)
		}
	}
	return made
}

// First are the fields that are asked at once.
func (f Form) First() []Field {
	return slices.DeleteFunc(slices.Clone(f.Fields), func(x Field) bool { return x.More })
}

// More are the others.
func (f Form) More() []Field {
	return slices.DeleteFunc(slices.Clone(f.Fields), func(x Field) bool { return !x.More })
}

// Opened says that something stands among the others, or is wrong there, so that they are to be seen.
func (f Form) Opened() bool {
	opened := false
	Each(Copy(f.More()), func(x *Field) {
		opened = opened || x.Error != "" || x.Type != Grid && (x.Value != "" || len(x.Values) > 0)
	})
	return opened
}

// Sure is the box before an act that cannot be taken back: words say what was made sure of.
// The form struct has it as a bool: `form:"sure,required"`.
func Sure(words string) Field {
	return Field{Type: Check, Name: "sure", Label: words, Required: true}
}

// Option is one choice of a Field.
type Option struct {
	Value string
	Text  string
}

// Choice is one Option of Radio or Checks as an input.
type Choice struct {
	Option
	ID     string
	Chosen bool
}

// Choices are the inputs of the options; the first has the anchor of the field.
func (f Field) Choices() []Choice {
	var all []Choice
	for i, o := range f.Options {
		c := Choice{Option: o, ID: f.Name, Chosen: f.Type == Radio && o.Value == f.Value || slices.Contains(f.Values, o.Value)}
		if i > 0 {
			c.ID += "-" + strconv.Itoa(i+1)
		}
		all = append(all, c)
	}
	return all
}

// Faults is the summary above a form that was refused: each line leads to its field.
type Faults struct {
	Message string
	Links   []Link
}

// Summary is what is wrong with the form.
func (f Form) Summary() Faults {
	all := summary(f.Fields)
	for _, e := range f.Errors {
		all = append(all, Link{Text: e})
	}
	return Faults{f.Message, all}
}

// Summary is what is wrong with the conditions.
func (f SearchForm) Summary() Faults { return Faults{Links: summary(f.Faults())} }

func summary(fields []Field) []Link {
	var all []Link
	Each(Copy(fields), func(f *Field) {
		if f.Error != "" {
			all = append(all, Link{Text: f.Label + "：" + f.Error, Href: "#" + f.Name})
		}
	})
	return all
}

// Faults are the fields with an error, in order.
func (f SearchForm) Faults() []Field {
	return slices.DeleteFunc(slices.Clone(f.Fields), func(f Field) bool { return f.Error == "" })
}

// Title is the first line of the summary.
func (f Faults) Title() string {
	if f.Message == "" {
		return "入力を確認してください"
	}
	return f.Message
}

// HasFiles reports whether the form sends files, which needs an encoding of its own.
func (f Form) HasFiles() bool {
	return slices.ContainsFunc(f.Fields, func(f Field) bool { return f.Type == Upload })
}

// Button is what the button says.
func (f SearchForm) Button() string {
	if f.Submit == "" {
		return "検索"
	}
	return f.Submit
}

// Hint is the help of the field; a date without one shows how dates may be written.
func (f Field) Hint() string {
	if f.Help == "" && f.Type == Date {
		return "例：令和8年4月1日、R8.4.1、2026-04-01"
	}
	return f.Help
}

// Described is the ids of the texts that explain the input, "" if there are none.
func (f Field) Described() string {
	switch hint := f.Hint() != ""; {
	case hint && f.Error != "":
		return f.Name + "-help " + f.Name + "-error"
	case hint:
		return f.Name + "-help"
	case f.Error != "":
		return f.Name + "-error"
	}
	return ""
}

// ButtonRow ends a form: what it does first, then other ways out.
type ButtonRow struct{ Buttons []Button }

// Button sends its form, with Name and Value if they are set, or is a link if Href is set.
// Tone Bad marks what cannot be taken back, Quiet what is not the main thing to do.
type Button struct {
	Text  string
	Name  string
	Value string
	Href  string
	Tone  Tone
	Quiet bool
}

// Buttons makes a row of the button that sends the form and, if back is set, the link that
// leaves it.
func Buttons(text, back string) ButtonRow {
	row := ButtonRow{Buttons: []Button{{Text: text}}}
	if back != "" {
		row.Buttons = append(row.Buttons, Button{Text: "やめる", Href: back})
	}
	return row
}
