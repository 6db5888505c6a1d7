package setting

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"sync"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
)

// Value is what a setting is on a day, and whether the body has decided it.
type Value struct {
	Declaration
	Text  string // as Parse gives it
	State State
	// Decision is the decision that Text comes from; of what is Outdated, the one that cannot be read any more.
	Decision Decided
}

// State says where a value comes from.
type State string

// The states.
const (
	Proposed State = "proposed" // ours, nothing has been decided
	InForce  State = "decided"
	// Outdated is decided in a way in which the setting is not measured any more, since another edition declares it: so the
	// value is ours again until the body decides anew.
	Outdated State = "outdated"
)

// Decided says whether the value is the body's.
func (v Value) Decided() bool { return v.State == InForce }

// Int is the value of a whole number, 0 of others.
func (v Value) Int() int {
	n, _ := strconv.Atoi(v.Text) // what Parse gives
	return n
}

// List is the options or lines of the value.
func (v Value) List() []string { return split(v.Text) }

// Has says whether an option was chosen, or a line stands in the value.
func (v Value) Has(option string) bool { return slices.Contains(v.List(), option) }

// String is the value in words.
func (v Value) String() string { return v.Words(v.Text) }

// Values are all decisions about all settings. The zero value has none. It is not changed once it was made.
type Values struct{ by map[string][]Decided } // by key; the last first

func newValues(rows []Decided) Values {
	v := Values{map[string][]Decided{}}
	for _, row := range rows {
		v.by[row.key()] = append(v.by[row.key()], row)
	}
	for _, rows := range v.by {
		slices.SortFunc(rows, func(a, b Decided) int {
			return -cmp.Or(a.From.Compare(b.From), a.On.Compare(b.On), cmp.Compare(a.ID, b.ID))
		})
	}
	return v
}

// At gives what a setting is on a day: the value decided last of those in force, else the proposal.
func (v Values) At(d Declaration, on jpdate.Date) Value {
	for _, row := range v.by[d.Key()] {
		if row.From.After(on) {
			continue
		}
		if d.fits(row.Unit, row.Value) {
			return Value{d, row.Value, InForce, row}
		}
		return Value{d, d.Proposal, Outdated, row}
	}
	return Value{d, d.Proposal, Proposed, Decided{}}
}

// Coming gives what was decided about a setting and is in force only after a day, the first first.
func (v Values) Coming(d Declaration, on jpdate.Date) []Decided {
	var list []Decided
	for _, row := range v.by[d.Key()] {
		if row.From.After(on) && d.fits(row.Unit, row.Value) {
			list = append(list, row)
		}
	}
	slices.Reverse(list)
	return list
}

// last is the decision about a setting that was entered last, whenever it is in force.
func (v Values) last(key string) Decided {
	rows := v.by[key]
	if len(rows) == 0 {
		return Decided{}
	}
	return slices.MaxFunc(rows, func(a, b Decided) int { return cmp.Compare(a.ID, b.ID) })
}

// At reads what one setting is on a day. Where several are asked for, or often, see Memory.
func At(ctx context.Context, r db.Reader, d Declaration, on jpdate.Date) (Value, error) {
	v, err := Load(ctx, r)
	return v.At(d, on), err
}

// Memory remembers what was decided for as long as nothing else is: what is asked for with each request costs one small query. The
// zero value is ready; it is safe for concurrent use.
type Memory struct {
	mu     sync.Mutex
	stamp  stamp
	values Values
}

// Values gives all decisions.
func (m *Memory) Values(ctx context.Context, r db.Reader) (Values, error) {
	now, err := stampOf(ctx, r)
	if err != nil {
		return Values{}, err
	}
	if v, ok := m.recall(now); ok {
		return v, nil
	}
	values, err := Load(ctx, r)
	if err != nil {
		return Values{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stamp, m.values = now, values
	return values, nil
}

func (m *Memory) recall(now stamp) (Values, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values, m.values.by != nil && m.stamp == now
}
