package ui

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

// Field is one input with its label. With Options it is a list to choose from.
type Field struct {
	Name    string // the parameter, and the anchor of the input
	Label   string
	Help    string
	Error   string // what is wrong with Value, "" if nothing is
	Value   string
	Options []Option
	Wide    bool // free text, for which there is never enough room
}

// Option is one choice of a Field.
type Option struct {
	Value string
	Text  string
}

// Faults are the fields with an error, in order.
func (f SearchForm) Faults() []Field {
	var faults []Field
	for _, field := range f.Fields {
		if field.Error != "" {
			faults = append(faults, field)
		}
	}
	return faults
}

// Button is what the button says.
func (f SearchForm) Button() string {
	if f.Submit == "" {
		return "検索"
	}
	return f.Submit
}

// Described is the ids of the texts that explain the input, "" if there are none.
func (f Field) Described() string {
	switch {
	case f.Help != "" && f.Error != "":
		return f.Name + "-help " + f.Name + "-error"
	case f.Help != "":
		return f.Name + "-help"
	case f.Error != "":
		return f.Name + "-error"
	}
	return ""
}
