package cond

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/jpdate"
)

// Facts is the thing of which a condition is asked.
type Facts struct {
	// Value gives what a path holds: nothing where it is empty, one value, or several of a choice of many. Dates and times are
	// written as 2026-04-01 and 2026-04-01T09:30, numbers in figures.
	Value func(path string) []string
	State string
	Today jpdate.Date
	// Back is the day that lies before Today by a setting. Where it is not known (the setting is not decided), a comparison with it
	// is false, as with an empty field.
	Back func(setting string) jpdate.Date
}

// Holds says whether a condition that Check finds nothing wrong with is true of a thing. It is two-valued: a comparison with an
// empty field is false, so not of it is true.
func (v Vocabulary) Holds(c Condition, f Facts) bool {
	is := func(part Condition) bool { return v.Holds(part, f) }
	switch {
	case len(c.All) > 0:
		return !slices.ContainsFunc(c.All, func(part Condition) bool { return !is(part) })
	case len(c.Any) > 0:
		return slices.ContainsFunc(c.Any, is)
	case c.Not != nil:
		return !is(*c.Not)
	case c.State != "":
		return f.State == c.State
	case c.Term != "":
		return is(v.Terms[c.Term])
	}
	values := f.Value(c.Field)
	if c.Op == Empty {
		return (len(values) == 0) == c.Value.Empty
	}
	field, right := v.Fields[c.Field], c.Value.against(f)
	return slices.ContainsFunc(values, func(value string) bool { return field.compare(c.Op, value, right) })
}

// against is the right side of a comparison, today in figures.
func (v Value) against(f Facts) []string {
	switch {
	case v.Minus != "":
		return []string{f.Back(v.Minus).String()}
	case v.Today:
		return []string{f.Today.String()}
	}
	return v.Literals
}

// compare compares one value of the field with what stands on the right: with several, whether it is so with any.
func (f Field) compare(op Op, value string, right []string) bool {
	return slices.ContainsFunc(right, func(r string) bool {
		order, ok := f.order(value, r)
		switch op {
		case Is, In, Has:
			return ok && order == 0
		case AtLeast:
			return ok && order >= 0
		case AtMost:
			return ok && order <= 0
		case Before:
			return ok && order < 0
		case After:
			return ok && order > 0
		case Empty:
		}
		return false
	})
}

// order is negative where a value comes before another, 0 where they are the same. Not ok are two of which that cannot be said:
// a level that is no option any more, a day that is not known.
func (f Field) order(a, b string) (order int, ok bool) {
	switch f.Sort {
	case Number: // fields and literals of numbers are whole numbers
		x, err := strconv.ParseInt(a, 10, 64)
		y, err2 := strconv.ParseInt(b, 10, 64)
		return cmp.Compare(x, y), err == nil && err2 == nil
	case Level:
		place := func(id string) int { return slices.IndexFunc(f.Options, func(o Option) bool { return o.ID == id }) }
		x, y := place(a), place(b)
		return x - y, x >= 0 && y >= 0
	case Date: // by days: a time of a day is that day
		x, err := day(a)
		y, err2 := day(b)
		return x.Compare(y), err == nil && err2 == nil
	case Text, Choice, Many, Other:
	}
	return strings.Compare(a, b), true
}

// day is the day of a date, in every spelling that Check takes for one, or of a time.
func day(s string) (jpdate.Date, error) {
	if d, err := jpdate.Parse(s); err == nil {
		return d, nil
	}
	date, _, _ := strings.Cut(s, "T")
	return jpdate.Parse(date)
}
