// Package cond holds the conditions of the packs: when a field is asked, when a step of a
// route is taken, when a duty applies. A condition is data with at most four levels; it is
// checked against the vocabulary of its kind when a pack is loaded and can be read as a
// Japanese sentence. The package has no expression language, makes no SQL, and knows neither
// registers nor roles: whoever has fields gives it a Vocabulary.
package cond

import "encoding/json"

// MaxDepth is how deep conditions may be nested.
const MaxDepth = 4

// Condition is exactly one of: All, Any, Not, a comparison of Field, State or Term.
type Condition struct {
	All   []Condition
	Any   []Condition
	Not   *Condition
	State string // the thing is in this state
	Term  string // the thing's class falls under this term of the edition

	Field string // path: a field, class.<axis>, class.<overall> or subject.<field>
	Op    Op
	Value Value
}

// Op is the operator of a comparison.
type Op string

// The operators. A comparison with an empty field is false, and its negation true.
const (
	Is      Op = "is"
	In      Op = "in"
	Has     Op = "has" // a choice of many holds this option
	AtLeast Op = "at-least"
	AtMost  Op = "at-most"
	Before  Op = "before"
	After   Op = "after"
	Empty   Op = "empty"
)

// Ops lists the operators in the order in which errors name them.
func Ops() []Op { return []Op{Is, In, Has, AtLeast, AtMost, Before, After, Empty} }

// Value is the right side of a comparison.
type Value struct {
	Literals []string // one, or several for In
	Today    bool     // the day of the evaluation
	Minus    string   // with Today: earlier by this setting
	Empty    bool     // for Empty: whether the field shall be empty
}

// MarshalJSON writes the condition as it stands in a pack.
func (c Condition) MarshalJSON() ([]byte, error) {
	switch {
	case c.All != nil:
		return json.Marshal(map[string]any{"all": c.All})
	case c.Any != nil:
		return json.Marshal(map[string]any{"any": c.Any})
	case c.Not != nil:
		return json.Marshal(map[string]any{"not": c.Not})
	case c.State != "":
		return json.Marshal(map[string]any{"state": c.State})
	case c.Term != "":
		return json.Marshal(map[string]any{"term": c.Term})
	}
	return json.Marshal(map[string]any{"field": c.Field, string(c.Op): c.Value.plain(c.Op)})
}

func (v Value) plain(op Op) any {
	switch {
	case v.Minus != "":
		return map[string]any{"today-minus": map[string]any{"setting": v.Minus}}
	case v.Today:
		return "today"
	case op == Empty:
		return v.Empty
	case op == In:
		return v.Literals
	}
	return v.Literals[0]
}
