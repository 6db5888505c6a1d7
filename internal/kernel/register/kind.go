// Package register knows what a register (台帳), a log (記録簿) or the form of a request is:
// its fields, their types, states and who may see and change it, as a pack declares them.
// It guarantees that a Kind is complete and consistent once a pack is loaded. It does not
// know routes and decisions (package approval), duties, or any particular register.
package register

import "sekimori/internal/kernel/cond"

// Kind is one declared register or log.
type Kind struct {
	ID    string
	Title string // of the whole, 情報資産台帳
	Entry string // of one entry, 情報資産
	Form
	Owner   string  // the scope field that says whose entry it is
	States  []State // the first is the state of a new entry
	Access  Access
	Confirm *Confirm // periodic confirmation (棚卸), if any
	Keep    *Keep
}

// Form is what registers, logs and requests have in common: fields and the common keys of
// packs.md section 3.
type Form struct {
	Number   string // word in the human number: 令和8-資産-000123
	Fields   []Field
	Source   string // where rows come from: typed, import, survey, generated
	Volume   string // register or log
	Record   *Record
	Proxy    bool   // may be entered for another, from paper
	Place    bool   // may be entered from a place account
	Decision string // light: decided here; formal: drafted for the body's own 決裁 system
}

// The volumes of a kind.
const (
	Register = "register"
	Log      = "log" // grows to ten million rows, and an entry of it is never edited
)

// State is one state of an entry.
type State struct{ ID, Title string }

// Access names who may see, add and change entries within the owner's scope.
type Access struct{ See, Add, Change []string }

// Confirm is the periodic confirmation of all entries of an owner.
type Confirm struct {
	Every string   // setting
	By    []string // roles
}

// Keep says how long entries stay.
type Keep struct {
	For  string // setting
	From string // state, or closed
}

// Record is the public-record side of a kind (公文書).
type Record struct {
	Class     string
	Retention string // setting
	From      string
	Disposal  string // reviewed: erased by decision only
}

// Field is one field of a form.
type Field struct {
	ID         string
	Title      string
	Type       Type
	Required   bool
	When       *cond.Condition // asked, stored and shown only where it holds
	List       bool            // a column of the list: filters, sorts, has an index
	Filter     bool
	Search     bool
	Many       bool
	Help       string
	Example    string
	Suggest    string // name of a list of suggestions
	Unit       string // of a number
	Min, Max   *int
	Options    []cond.Option
	To         string // kind that a reference points to
	Floor      string // reference field: the class is not below the highest class of what it names
	Fields     []Field
	Disclosure string // what 開示用出力 masks: public, personal, corporate, security, administrative
	Restricted bool   // 要閲覧記録: reading it is recorded
	Due        bool   // a day by which something is to be done: once it is past, somebody should look
	Label      bool   // stands on labels and in marks beside the class, as restrictions of handling do
	Derived    *Derived
}

// Derived says how the program works a value out that nobody enters. One of its members is set.
type Derived struct {
	Add   []string     // the sum of numbers beside it; empty until all are there
	Count string       // how many rows, values or files a field holds
	MaxOf string       // FIELD.COLUMN: the highest value of a column of rows
	Table []DerivedRow // the highest row that any field reaches, as the overall level follows from the axes
}

// DerivedRow is one row of a table: reached when any of the fields has at least its value.
type DerivedRow struct {
	Value string
	From  map[string]string // by field beside it
}

// Type is the type of a field.
type Type string

// The field types of packs.md section 3.
const (
	TypeText            Type = "text"
	TypeLong            Type = "long"
	TypeNumber          Type = "number"
	TypeDate            Type = "date"
	TypeDatetime        Type = "datetime"
	TypePeriod          Type = "period"
	TypeChoice          Type = "choice"
	TypeYesNo           Type = "yes-no"
	TypePerson          Type = "person"
	TypeUnit            Type = "unit"
	TypeScope           Type = "scope"
	TypeRoleHolder      Type = "role-holder"
	TypeRef             Type = "ref"
	TypeClass           Type = "class"
	TypeFile            Type = "file"
	TypeRows            Type = "rows"
	TypeNetworkAddress  Type = "network-address"
	TypeEmail           Type = "e-mail"
	TypeURL             Type = "url"
	TypePhone           Type = "phone"
	TypeCorporateNumber Type = "corporate-number"
)

// Types lists the field types in the order in which errors name them.
func Types() []Type {
	return []Type{
		TypeText, TypeLong, TypeNumber, TypeDate, TypeDatetime, TypePeriod, TypeChoice, TypeYesNo, TypePerson, TypeUnit, TypeScope,
		TypeRoleHolder, TypeRef, TypeClass, TypeFile, TypeRows, TypeNetworkAddress, TypeEmail, TypeURL, TypePhone, TypeCorporateNumber,
	}
}

// Sort says how conditions may compare values of the field.
func (f Field) Sort() cond.Sort {
	switch f.Type {
	case TypeNumber:
		return cond.Number
	case TypeDate, TypeDatetime:
		return cond.Date
	case TypeChoice:
		if f.Many {
			return cond.Many
		}
		return cond.Choice
	case TypeYesNo:
		return cond.Choice
	case TypeText, TypeLong, TypeEmail, TypeURL, TypePhone, TypeCorporateNumber, TypeNetworkAddress, TypePerson, TypeUnit, TypeScope, TypeRoleHolder:
		return cond.Text
	case TypePeriod, TypeRef, TypeClass, TypeFile, TypeRows:
		return cond.Other
	}
	return cond.Other
}

// Field returns the field with this id.
func (f Form) Field(id string) (Field, bool) {
	for _, x := range f.Fields {
		if x.ID == id {
			return x, true
		}
	}
	return Field{}, false
}

// HasClass reports whether entries carry a class.
func (f Form) HasClass() bool {
	for _, x := range f.Fields {
		if x.Type == TypeClass {
			return true
		}
	}
	return false
}
