package register

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/cond"
)

// Input is what somebody has written or chosen, by leaf (see Leaf). What is not in it stays as it was; a leaf without words, or with
// empty ones, is emptied. Of rows, FIELD itself says that they are answered, and FIELD.N.COLUMN what; of files, FIELD holds the sums
// of those that stay.
type Input map[string][]string

// Leaf is one place of a form that takes one answer: a field, or a part of one.
type Leaf struct {
	Path  string // FIELD, or FIELD.PART of a class or a period
	Title string
	Part  string // the axis, From or To; "" for a whole field
	Field Field  // of a class, with the levels of the axis as options
}

// Leaves are the places of a form that somebody fills in, in their order; rows and files are one leaf each.
func (f Form) Leaves(c Classes) []Leaf {
	var all []Leaf
	for _, x := range f.Fields {
		if x.Derived == nil {
			all = append(all, x.Leaves(c)...)
		}
	}
	return all
}

// Leaves are the places of one field.
func (f Field) Leaves(c Classes) []Leaf {
	var all []Leaf
	switch f.Type { //nolint:exhaustive // the others are one leaf
	case TypeClass:
		for _, a := range c.Axes {
			part := f
			part.Options = a.options()
			all = append(all, Leaf{f.ID + "." + a.ID, a.Title, a.ID, part})
		}
		return all
	case TypePeriod:
		for _, end := range [][2]string{{From, "の始め"}, {To, "の終わり"}} {
			part := f
			part.Type = TypeDate
			all = append(all, Leaf{f.ID + "." + end[0], f.Title + end[1], end[0], part})
		}
		return all
	}
	return []Leaf{{f.ID, f.Title, "", f}}
}

// Names knows what is called by an id.
type Names interface {
	// Find gives the id that words mean for a field; problem says why there is none that may be named here.
	Find(f Field, words string) (id any, problem string)
	// Called is what people call an id of a field; the id itself where nobody may know.
	Called(f Field, id string) string
	// Written is an id of a field as a form shows it, to be read back by Find.
	Written(f Field, id string) string
}

// Reading is what a form is read against.
type Reading struct {
	Old     Data   // what stood there, nil for something new
	State   string // in which it is or shall be
	Names   Names
	Today   jpdate.Date
	Back    func(setting string) jpdate.Date
	Uploads map[string][]Data // files that were sent with it, by field
}

// Read reads a form and gives what the entry then says. Everything that is wrong is in faults, by leaf.
func (e *Edition) Read(in Input, r Reading, faults *errs.Faults) Data {
	x := reading{Edition: e, Reading: r, in: in, faults: faults}
	data := r.Old.Clone()
	if data == nil {
		data = Data{}
	}
	found := make([]errs.Faults, len(e.Fields))
	for i, f := range e.Fields {
		if f.Derived == nil {
			x.faults = &found[i]
			x.field(f, f.ID, data)
		}
	}
	e.settle(data, r)
	x.faults = faults
	for i, f := range e.Fields { // what is not asked cannot be wrong: nobody would see where
		if f.When == nil || e.Holds(*f.When, data, r) {
			for _, fault := range found[i].List() {
				faults.Add(fault.Where, "%s", fault.Message)
			}
		}
	}
	x.required(e.Fields, data)
	return data
}

// settle takes out what is not asked under the conditions that hold, and works out what is derived.
func (e *Edition) settle(data Data, r Reading) {
	for _, f := range e.Fields {
		if rows := data.Rows(f.ID); f.Type == TypeRows && len(rows) > 0 {
			own := make([]Data, len(rows)) // those of what stood there stay as they are
			for i, row := range rows {
				own[i] = row.Clone()
				e.derive(f.Fields, own[i])
			}
			data[f.ID] = own
		}
	}
	for again := true; again; {
		again = false
		e.derive(e.Fields, data) // a condition may speak of what is derived
		for _, f := range e.Fields {
			if _, there := data[f.ID]; there && f.When != nil && !e.Holds(*f.When, data, r) {
				delete(data, f.ID)
				again = again || f.Derived == nil // another condition may speak of this field
			}
		}
	}
}

// Holds says whether a condition is true of what an entry says.
func (e *Edition) Holds(c cond.Condition, data Data, r Reading) bool {
	return e.Vocabulary.Holds(c, cond.Facts{State: r.State, Today: r.Today, Back: r.Back, Value: func(path string) []string { return e.value(data, path) }})
}

// value is what a path of a condition holds.
func (e *Edition) value(data Data, path string) []string {
	part, is := strings.CutPrefix(path, "class.")
	if !is {
		return data.List(path)
	}
	class := data.Class(e.classField())
	level := class[part]
	if e.Overall != nil && part == e.Overall.ID {
		level = e.Reached(class)
	}
	if level == "" {
		return nil
	}
	return []string{level}
}

// classField is the field that bears the class, "" where entries have none.
func (f Form) classField() string {
	i := slices.IndexFunc(f.Fields, func(x Field) bool { return x.Type == TypeClass })
	if i < 0 {
		return ""
	}
	return f.Fields[i].ID
}

// reading is a form that is being read.
type reading struct {
	*Edition
	Reading
	in     Input
	faults *errs.Faults
}

// field reads one field into data; at is where it stands in the form.
func (x reading) field(f Field, at string, data Data) {
	switch f.Type { //nolint:exhaustive // the others are one value
	case TypeClass, TypePeriod:
		x.parts(f, at, data)
		return
	case TypeRows:
		x.rows(f, at, data)
		return
	case TypeFile:
		x.files(f, at, data)
		return
	}
	words, answered := x.in[at]
	if !answered {
		return
	}
	delete(data, f.ID)
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return text.Fold(w) == "" })
	if len(words) == 0 {
		return
	}
	if f.Many {
		x.many(f, at, words, data)
		return
	}
	if len(words) > 1 {
		x.faults.Add(at, "一つだけ書いてください。")
		return
	}
	if value := x.one(f, at, words[0]); value != nil {
		data[f.ID] = value
	}
}

// one reads one value. What stood there as an id may stay: the thing may be out of the writer's scope, or there no longer.
func (x reading) one(f Field, at, words string) any {
	switch f.Type { //nolint:exhaustive // the others have no ids
	case TypePerson, TypeUnit, TypeScope, TypeRef:
		if id, ok := x.stood(f, at, strings.TrimSpace(words)); ok {
			return id
		}
	}
	value, problem := f.reads(words, x.Names)
	if problem != "" {
		x.faults.Add(at, "%s", problem)
		return nil
	}
	return value
}

// stood finds the id that words mean among those of a field, or of a column of rows, before.
func (x reading) stood(f Field, at, words string) (id string, ok bool) {
	field, _, inside := strings.Cut(at, ".")
	old := x.Old.List(field)
	if inside {
		old = nil
		for _, row := range x.Old.Rows(field) {
			old = append(old, row.List(f.ID)...)
		}
	}
	i := slices.IndexFunc(old, func(id string) bool { return id == words || oneWord(x.Names.Written(f, id)) == oneWord(words) })
	if i < 0 {
		return "", false
	}
	return old[i], true
}

// separates says that a character stands between several values in one cell.
func separates(r rune) bool { return strings.ContainsRune("、，,;；\n", r) }

// oneWord is a value of several without what would take it apart.
func oneWord(value string) string {
	return strings.Map(func(r rune) rune {
		if separates(r) {
			return ' '
		}
		return r
	}, value)
}

// many reads several values: of a cell, those between 、 and line ends.
func (x reading) many(f Field, at string, words []string, data Data) {
	var all []string
	for _, w := range words {
		for _, part := range strings.FieldsFunc(w, separates) {
			if strings.TrimSpace(part) == "" {
				continue
			}
			if s, ok := x.one(f, at, part).(string); ok && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	if len(all) > MaxRows {
		x.faults.Add(at, "多すぎます（%d件）。%d件までにしてください。", len(all), MaxRows)
		return
	}
	if len(f.Options) > 0 { // in the order in which they are offered, however they were chosen
		var ordered []string
		for _, o := range f.Options {
			if slices.Contains(all, o.ID) {
				ordered = append(ordered, o.ID)
			}
		}
		all = ordered
	}
	if len(all) > 0 {
		data[f.ID] = all
	}
}

// parts reads a class or a period: all of it or nothing.
func (x reading) parts(f Field, at string, data Data) {
	leaves := f.Leaves(x.Classes)
	made := Class{}
	for part, value := range data.Class(f.ID) {
		made[part] = value
	}
	answered, missing := false, ""
	for _, leaf := range leaves {
		path := at + "." + leaf.Part
		words, ok := x.in[path]
		if !ok {
			continue
		}
		answered = true
		delete(made, leaf.Part)
		if s := strings.TrimSpace(strings.Join(words, " ")); s != "" {
			if leaf.Field.Type == TypeClass {
				s = strings.TrimPrefix(s, leaf.Title)
			}
			if value, ok := x.one(leaf.Field, path, s).(string); ok {
				made[leaf.Part] = value
			}
		}
	}
	if !answered {
		return
	}
	for _, leaf := range leaves {
		if made[leaf.Part] == "" && missing == "" {
			missing = at + "." + leaf.Part
		}
	}
	delete(data, f.ID)
	switch {
	case len(made) == 0, missing != "" && x.refused(missing):
		return
	case missing != "" && f.Type == TypeClass:
		x.faults.Add(missing, "すべての観点で選ぶか、分からないときはすべて空けて（未分類）ください。")
		return
	case missing != "":
		x.faults.Add(missing, "始めと終わりの両方を書いてください。")
		return
	case f.Type == TypePeriod && made[To] < made[From]:
		x.faults.Add(at+"."+To, "終わりが始めより前です。")
	}
	data[f.ID] = made
}

// rows reads a table inside the entry; rows without words are left out.
func (x reading) rows(f Field, at string, data Data) {
	if _, answered := x.in[at]; !answered {
		return
	}
	numbers := map[int]bool{}
	for path := range x.in {
		if rest, ok := strings.CutPrefix(path, at+"."); ok {
			number, _, _ := strings.Cut(rest, ".")
			if n, err := strconv.Atoi(number); err == nil && n >= 0 {
				numbers[n] = true
			}
		}
	}
	var rows []Data
	for _, n := range sorted(numbers) {
		row, place := Data{}, fmt.Sprintf("%s.%d", at, n)
		sub := reading{x.Edition, x.Reading, Input{}, &errs.Faults{}}
		empty := true
		for path, words := range x.in {
			if strings.HasPrefix(path, place+".") {
				sub.in[path] = words
				empty = empty && strings.TrimSpace(strings.Join(words, "")) == ""
			}
		}
		if empty {
			continue
		}
		sub.faults = x.faults
		for _, c := range f.Fields {
			if c.Derived == nil {
				sub.field(c, place+"."+c.ID, row)
			}
		}
		for _, c := range f.Fields {
			if _, there := row[c.ID]; c.Required && !there && !x.refused(place+"."+c.ID) {
				x.faults.Add(place+"."+c.ID, "%sを入力してください。", c.Title)
			}
		}
		rows = append(rows, row)
	}
	delete(data, f.ID)
	if len(rows) > MaxRows {
		x.faults.Add(at, "行が多すぎます（%d行）。%d行までにしてください。", len(rows), MaxRows)
	} else if len(rows) > 0 {
		data[f.ID] = rows
	}
}

func sorted(set map[int]bool) []int {
	var list []int
	for n := range set {
		list = append(list, n)
	}
	slices.Sort(list)
	return list
}

// files keeps those of the old files that stay, and adds what was sent. A sum that was not there before is nobody's to name.
func (x reading) files(f Field, at string, data Data) {
	stay, answered := x.in[at]
	if !answered && len(x.Uploads[at]) == 0 {
		return
	}
	var files []Data
	for _, file := range x.Old.Rows(f.ID) {
		if !answered || slices.Contains(stay, file.Text(FileSum)) {
			files = append(files, file)
		}
	}
	files = append(files, x.Uploads[at]...)
	delete(data, f.ID)
	switch {
	case len(files) > 1 && !f.Many:
		x.faults.Add(at, "ファイルは一つだけです。前のファイルを外してから加えてください。")
	case len(files) > MaxRows:
		x.faults.Add(at, "ファイルが多すぎます（%d件）。%d件までにしてください。", len(files), MaxRows)
	}
	if len(files) > 0 {
		data[f.ID] = files
	}
}

// required notes what is asked, lacks and has no fault of its own yet.
func (x reading) required(fields []Field, data Data) {
	for _, f := range fields {
		if _, there := data[f.ID]; there || !f.Required || f.Derived != nil || x.refused(f.ID) {
			continue
		}
		if f.When == nil || x.Holds(*f.When, data, x.Reading) {
			x.faults.Add(f.Leaves(x.Classes)[0].Path, "%sを入力してください。", f.Title)
		}
	}
}

// refused says whether something is wrong at a place already.
func (x reading) refused(at string) bool {
	return x.faults.At(func(where string) bool { return where == at || strings.HasPrefix(where, at+".") })
}

// derive works out the fields beside each other that nobody enters, in their order.
func (e *Edition) derive(fields []Field, data Data) {
	for _, f := range fields {
		if f.Derived == nil {
			continue
		}
		delete(data, f.ID)
		if value := e.derived(f, fields, data); value != nil {
			data[f.ID] = value
		}
	}
}

func (e *Edition) derived(f Field, fields []Field, data Data) any {
	d := f.Derived
	switch {
	case d.Add != nil:
		sum := int64(0)
		for _, from := range d.Add {
			n, there := data[from].(int64)
			if !there {
				return nil
			}
			sum += n
		}
		return sum
	case d.Count != "":
		return int64(len(data.List(d.Count)))
	case d.MaxOf != "":
		return highest(fields, data, d.MaxOf)
	}
	best := -1
	for _, row := range d.Table {
		place := slices.IndexFunc(f.Options, func(o cond.Option) bool { return o.ID == row.Value })
		if place > best && reached(fields, data, row) {
			best = place
		}
	}
	if best < 0 {
		return nil
	}
	return f.Options[best].ID
}

// highest is the highest value of a column of rows: of numbers by size, of choices by the order of the options.
func highest(fields []Field, data Data, path string) any {
	field, column, _ := strings.Cut(path, ".")
	var best any
	for _, f := range fields {
		if f.ID != field {
			continue
		}
		c, _ := Form{Fields: f.Fields}.Field(column)
		for _, row := range data.Rows(field) {
			if value := row[column]; value != nil && (best == nil || rank(c, value) > rank(c, best)) {
				best = value
			}
		}
	}
	return best
}

// reached says whether any of the fields of a row has at least its value.
func reached(fields []Field, data Data, row DerivedRow) bool {
	return slices.ContainsFunc(fields, func(f Field) bool {
		least, asked := row.From[f.ID]
		value := data[f.ID]
		if !asked || value == nil {
			return false
		}
		if f.Type == TypeNumber {
			n, err := strconv.ParseInt(least, 10, 64)
			return err == nil && rank(f, value) >= n
		}
		return rank(f, value) >= rank(f, least)
	})
}

// rank orders the values of a field.
func rank(f Field, value any) int64 {
	switch v := value.(type) {
	case int64:
		return v
	case string:
		return int64(slices.IndexFunc(f.Options, func(o cond.Option) bool { return o.ID == v }))
	}
	return -1
}
