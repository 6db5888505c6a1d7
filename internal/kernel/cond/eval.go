package cond

import (
	"slices"
	"strconv"

	"sekimori/internal/base/jpdate"
)

// Facts is the thing of which a condition is asked.
type Facts struct {
	// Value gives what a path holds: nothing where it is empty, one value, or several of a choice of many. Dates and times are
	// written as 2026-04-01 and 2026-04-01T09:30, numbers in figures.
	Value func(path string) []string
	State string
	Today jpdate.Date
	// Back is the day that lies before Today by a setting.
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

// compare compares one value of the field.
func (f Field) compare(op Op, value string, right []string) bool {
	switch op {
	case Is, In, Has:
		return slices.ContainsFunc(right, func(r string) bool { return f.order(value, r) == 0 })
	case AtLeast:
		return f.order(value, right[0]) >= 0
	case AtMost:
		return f.order(value, right[0]) <= 0
	case Before:
		return f.order(value, right[0]) < 0
	case After:
		return f.order(value, right[0]) > 0
	case Empty:
	}
	return false
}

// order is negative where a value comes before another, 0 where they are the same.
func (f Field) order(a, b string) int {
	switch f.Sort {
	case Number:
		x, _ := strconv.ParseInt(a, 10, 64) // fields and literals of numbers are whole numbers
		y, _ := strconv.ParseInt(b, 10, 64)
		return int(min(1, max(-1, x-y)))
	case Level:
		place := func(id string) int { return slices.IndexFunc(f.Options, func(o Option) bool { return o.ID == id }) }
		return place(a) - place(b)
	case Date: // by days: a time of a day is that day
		return day(a).Compare(day(b))
	case Text, Choice, Many, Other:
	}
	if a == b {
		return 0
	}
	return 1
}

// day is the day of a date or of a time.
func day(s string) jpdate.Date {
	d, _ := jpdate.Parse(s[:min(len(s), len("2026-04-01"))]) // a literal was checked; a field holds a date
	return d
}
