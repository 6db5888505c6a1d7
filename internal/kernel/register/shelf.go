package register

import (
	"slices"
	"strings"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/trail"
)

// Edition is a kind as one edition of a policy declares it, with what the edition says around it.
type Edition struct {
	Regime, Edition string
	Policy          string // title of the policy
	Pack            string // hash: entries bear it
	Kind
	Classes
	Vocabulary cond.Vocabulary // what conditions on entries may say
	// See, Add, Change and ConfirmBy are the roles of Kind.Access and Kind.Confirm, with the members of collectives.
	See, Add, Change, ConfirmBy []string
	// Asked is what the edition asks of the register, in the order of its clauses.
	Asked []Asked
	// Examples are the lists that fields name by Suggest.
	Examples map[string][]ExampleGroup
}

// Asked is one clause for which the register shows that a duty is kept.
type Asked struct {
	Clause    string   // as packs name it
	Name      string   // as people do
	Full      string   // REGIME/DOCUMENT:CLAUSE
	Has       []string // fields that it asks for
	Confirmed bool     // it asks for entries to be looked at again
}

// Wants is the first clause that asks for a field, or with "" for entries to be looked at again; ok is false where none does.
func (e *Edition) Wants(field string) (a Asked, ok bool) {
	i := slices.IndexFunc(e.Asked, func(a Asked) bool { return field == "" && a.Confirmed || field != "" && slices.Contains(a.Has, field) })
	if i < 0 {
		return Asked{}, false
	}
	return e.Asked[i], true
}

// ExampleGroup is things that many owners have. They are offered and decide nothing (例示).
type ExampleGroup struct {
	Title  string
	Clause string // that gives them; "" where they are the pack's own
	Names  []string
	Set    Input // what an entry made of one says at first beside its name
}

// Offered is the field whose words are offered by examples, and these; ok is false where the kind has none.
func (e *Edition) Offered() (f Field, groups []ExampleGroup, ok bool) {
	for _, f := range e.Fields {
		if groups := e.Examples[f.Suggest]; f.Suggest != "" && len(groups) > 0 {
			return f, groups, true
		}
	}
	return Field{}, nil, false
}

// Span is the value of a setting that is a time: so many months and days.
type Span struct {
	Months, Days int
	Number       string // of the decision; "" where it is only proposed
}

// Book is a register through all editions that were ever adopted. It does not change, and is safe for concurrent use.
type Book struct {
	*Edition // in force on the day of the shelf

	Name  string // REGIME.KIND: the kind of its entries in the trail
	Table trail.Table[Entry]

	past    []*Edition // in the order in which they were adopted, the one in force among them
	columns []column
}

// keyPrefix begins the names of columns that lists compare.
const keyPrefix = "k_"

// column is a column that lists filter and sort by.
type column struct {
	name  string
	field Field
	of    *Edition
}

// Shelf is the registers of a body on a day.
type Shelf struct {
	books []*Book
	span  func(regime, setting string) Span
}

// With is the shelf with what the body has decided about settings.
func (s *Shelf) With(span func(regime, setting string) Span) *Shelf { return &Shelf{s.books, span} }

// Back is the day that lies before a day by a setting of the regime of a book.
func (s *Shelf) Back(b *Book, setting string, from jpdate.Date) jpdate.Date {
	if s.span == nil {
		return from
	}
	x := s.span(b.Regime, setting)
	return from.AddMonths(-x.Months).AddDays(-x.Days)
}

// NewShelf puts up the registers of editions in the order in which they were adopted; those of current are in force. A kind that the
// edition in force no longer has is not on the shelf: its entries stay in their table and in the trail.
func NewShelf(adopted []*Edition, current map[string]string) *Shelf {
	s := &Shelf{}
	byName := map[string]*Book{}
	for _, e := range adopted {
		name := e.Regime + "." + e.Kind.ID
		b := byName[name]
		if b == nil {
			b = &Book{Name: name}
			byName[name] = b
			s.books = append(s.books, b)
		}
		b.past = append(b.past, e)
		if current[e.Regime] == e.Pack {
			b.Edition = e
		}
	}
	for _, b := range s.books {
		b.lay()
	}
	return s
}

// lay works out the columns: a field that was ever listed has one, as the edition adopted last says it.
func (b *Book) lay() {
	for _, e := range slices.Backward(b.past) {
		for _, f := range e.Fields {
			if f.Sorted() && !slices.ContainsFunc(b.columns, func(c column) bool { return c.field.ID == f.ID }) {
				b.columns = append(b.columns, column{keyPrefix + f.ID, f, e})
			}
		}
	}
	slices.SortFunc(b.columns, func(x, y column) int { return strings.Compare(x.name, y.name) })
	names := make([]string, len(b.columns))
	for i, c := range b.columns {
		names[i] = c.name
	}
	b.Table = trail.NewTable[Entry](TableName(b.Name), b.Name).Sorted(names, b.keys)
}

// TableName is the table of a register.
func TableName(book string) string {
	return "register_" + strings.NewReplacer("-", "_", ".", "_").Replace(book)
}

// keys are what lists compare, by column. Of an entry that cannot be read they are empty.
func (b *Book) keys(e Entry) []string {
	data, err := e.Read()
	keys := make([]string, len(b.columns))
	if err != nil {
		return keys
	}
	for i, c := range b.columns {
		if value := data[c.field.ID]; value != nil {
			keys[i] = c.field.key(value, c.of.Classes)
		}
	}
	return keys
}

// listed finds the column of a field that the edition in force lists.
func (b *Book) listed(field string) (column, bool) {
	if f, ok := b.Field(field); !ok || !f.Sorted() {
		return column{}, false // earlier editions listed it
	}
	return b.column(field)
}

// column finds the column of a field that any edition has listed.
func (b *Book) column(field string) (column, bool) {
	i := slices.IndexFunc(b.columns, func(c column) bool { return c.field.ID == field })
	if i < 0 {
		return column{}, false
	}
	return b.columns[i], true
}

// Sorted says that lists filter and sort by the field. What is to be read under record stands in no list.
func (f Field) Sorted() bool {
	return (f.List || f.Filter) && !f.Restricted && f.Type != TypeRows && f.Type != TypeFile && f.Type != TypeLong
}

// Books are the registers in force, in the order of their editions and files.
func (s *Shelf) Books() []*Book {
	return slices.DeleteFunc(slices.Clone(s.books), func(b *Book) bool { return b.Edition == nil })
}

// Book finds a register in force.
func (s *Shelf) Book(regime, kind string) (*Book, bool) { return s.Named(regime + "." + kind) }

// Named finds a register in force by its name.
func (s *Shelf) Named(name string) (*Book, bool) {
	i := slices.IndexFunc(s.books, func(b *Book) bool { return b.Name == name && b.Edition != nil })
	if i < 0 {
		return nil, false
	}
	return s.books[i], true
}

// Ever finds a register that is or was in force, by its name, to read what entries said.
func (s *Shelf) Ever(name string) (*Book, bool) {
	i := slices.IndexFunc(s.books, func(b *Book) bool { return b.Name == name })
	if i < 0 {
		return nil, false
	}
	return s.books[i], true
}

// Under is the edition under which an entry was written, else the one adopted last.
func (b *Book) Under(pack string) *Edition {
	for _, e := range b.past {
		if e.Pack == pack {
			return e
		}
	}
	return b.past[len(b.past)-1]
}

// Audited are the tables of all registers that were ever kept.
func (s *Shelf) Audited() []trail.Audited {
	list := make([]trail.Audited, len(s.books))
	for i, b := range s.books {
		list[i] = b.Table
	}
	return list
}

// State is the title of a state, "" if the kind has none such.
func (k Kind) State(id string) string {
	for _, s := range k.States {
		if s.ID == id {
			return s.Title
		}
	}
	return ""
}
