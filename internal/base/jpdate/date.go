// Package jpdate holds dates and fiscal years (年度) as a Japanese office writes and counts them.
// It guarantees that a Date is a day that exists, that input of people is refused rather than guessed at (平成31年5月1日 is
// not quietly 令和元年5月1日), and that day and night are those of Japan on every machine, with or without tzdata.
// It does not know holidays and working days (they are data), nor times of day.
package jpdate

import (
	"cmp"
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar, from 0001-01-01 to 9999-12-31. The zero value is "unknown" and comes before all.
// Dates compare with ==.
type Date struct {
	days int32 // 1 is 0001-01-01
}

const (
	unixDay = 719163  // Date.days of 1970-01-01
	maxDay  = 3652059 // Date.days of 9999-12-31
	iso     = "2006-01-02"
)

// jst needs no tzdata: Japan has had no summer time since 1952, before anything that is recorded here.
var jst = time.FixedZone("JST", 9*60*60)

func fromDays(days int64) Date {
	if days < 1 || days > maxDay {
		return Date{}
	}
	return Date{int32(days)}
}

// New counts as time.Date does: New(2026, 2, 29) is 1 March. It is for dates the program computes; what people write goes
// through Parse, which refuses. Outside the years 1 to 9999 the result is the zero Date.
func New(year int, month time.Month, day int) Date {
	return fromDays(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix()/(24*60*60) + unixDay)
}

// Today is the date in Japan at the moment now.
func Today(now time.Time) Date {
	return New(now.In(jst).Date())
}

// Start is the first moment of the day in Japan. What was due on d is late from d.AddDays(1).Start().
func (d Date) Start() time.Time {
	year, month, day := d.utc().Date()
	return time.Date(year, month, day, 0, 0, 0, 0, jst)
}

func (d Date) utc() time.Time { return time.Unix((int64(d.days)-unixDay)*24*60*60, 0).UTC() }

// IsZero says whether the date is unknown.
func (d Date) IsZero() bool { return d == Date{} }

// Equal is ==, for go-cmp.
func (d Date) Equal(o Date) bool { return d == o }

// Compare is -1, 0 or 1 in order of time, for sorting.
func (d Date) Compare(o Date) int { return cmp.Compare(d.days, o.days) }

// Before says whether d is an earlier day than o.
func (d Date) Before(o Date) bool { return d.days < o.days }

// After says whether d is a later day than o.
func (d Date) After(o Date) bool { return d.days > o.days }

// Sub is the number of days from o to d.
func (d Date) Sub(o Date) int { return int(d.days - o.days) }

// Civil gives the parts of a known date.
func (d Date) Civil() (year int, month time.Month, day int) { return d.utc().Date() }

// Weekday is the day of the week of a known date.
func (d Date) Weekday() time.Weekday { return d.utc().Weekday() }

// AddDays counts n days on; an unknown date stays unknown.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return d
	}
	return fromDays(int64(d.days) + int64(n))
}

// AddMonths counts n months on; where the month is too short it is its last day (民法143条2項): 8月31日 + 6 = 2月末日.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() {
		return d
	}
	year, month, day := d.utc().Date()
	return New(year, month+time.Month(n), min(day, lastDay(year, month+time.Month(n))))
}

// lastDay is the number of days of a month; months outside 1 to 12 run into other years.
func lastDay(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// String is ISO 8601, "" when unknown; as text it sorts in order of time.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.utc().Format(iso)
}

// Wareki is 令和4年4月1日, 令和元年5月1日; "" when unknown. Days before 明治6年 belong to the lunar calendar and come as 1872年12月31日.
func (d Date) Wareki() string {
	if d.IsZero() {
		return ""
	}
	_, month, day := d.utc().Date()
	return fmt.Sprintf("%s年%d月%d日", d.eraYear(), month, day)
}

// Moment is a time of day in Japan as an office reads it: 令和8年4月1日 9:05; "" for the zero time.
func Moment(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(jst)
	return fmt.Sprintf("%s %d:%02d", Today(at).Wareki(), at.Hour(), at.Minute())
}

// MarshalText writes String.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText writes and nothing else.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	t, err := time.Parse(iso, string(text))
	if err != nil || t.Year() < 1 {
		return unreadable(string(text))
	}
	*d = New(t.Date())
	return nil
}

// Value stores String in a database.
func (d Date) Value() (driver.Value, error) { return d.String(), nil }

// Scan reads what Value stored; NULL is unknown.
func (d *Date) Scan(stored any) error {
	switch s := stored.(type) {
	case nil:
		*d = Date{}
		return nil
	case string:
		return d.UnmarshalText([]byte(s))
	case []byte:
		return d.UnmarshalText(s)
	default:
		return fmt.Errorf("jpdate: a date is not stored as %T", stored)
	}
}
