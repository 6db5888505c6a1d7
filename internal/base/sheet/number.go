package sheet

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// numberFormat is what a format says about a number.
type numberFormat struct {
	day, clock bool // it shows parts of a date, of a time
	elapsed    bool // hours go on after 24
	zeros      int  // it is so many zeros and nothing else
}

// builtIn are the formats that a file names by number only; 27 to 58 are those of Japanese Excel.
func builtIn(id int) numberFormat {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id >= 34 && id <= 36, id >= 50 && id <= 58:
		return numberFormat{day: true}
	case id >= 18 && id <= 21, id == 32, id == 33, id == 45, id == 47:
		return numberFormat{clock: true}
	case id == 22:
		return numberFormat{day: true, clock: true}
	case id == 46:
		return numberFormat{clock: true, elapsed: true}
	default:
		return numberFormat{}
	}
}

var (
	elapsedPart = regexp.MustCompile(`(?i)\[(h+|m+|s+)\]`)
	noDate      = regexp.MustCompile(`(?i)"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|general|g/標準|e[+-]`) // text, colours, locales, 1.2E+3
	onlyZeros   = regexp.MustCompile(`^(?:\[[^\]]*\])?(0+)(?:_.)?(?:;|$)`)
)

// parseFormat reads the format for positive numbers: the first of those between semicolons.
func parseFormat(code string) numberFormat {
	zeros, elapsed := onlyZeros.FindStringSubmatch(code), elapsedPart.MatchString(code)
	code = strings.ToLower(noDate.ReplaceAllString(code, ""))
	code, _, _ = strings.Cut(code, ";")
	f := numberFormat{clock: elapsed || strings.ContainsAny(code, "hs"), elapsed: elapsed}
	f.day = strings.ContainsAny(code, "ydgeab") || !f.clock && strings.Contains(code, "m") // a and b: days of the week, Buddhist years
	if zeros != nil {
		f.zeros = len(zeros[1])
	}
	return f
}

func (b *book) readStyles(part string) error {
	var s struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := b.parse(part, &s); err != nil {
		return err
	}
	own := map[int]numberFormat{}
	for _, f := range s.Formats {
		own[f.ID] = parseFormat(f.Code)
	}
	b.formats = make([]numberFormat, len(s.Cells))
	for i, c := range s.Cells {
		f, ok := own[c.Format]
		if !ok {
			f = builtIn(c.Format)
		}
		b.formats[i] = f
	}
	return nil
}

// number is a number as a person reads it; what is none stays as it is.
func (b *book) number(v string, style int) string {
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
		return v
	}
	var f numberFormat
	if style >= 0 && style < len(b.formats) {
		f = b.formats[style]
	}
	if f.day || f.clock {
		if s, ok := b.date(x, f); ok {
			return s
		}
	}
	s := v
	if strings.ContainsAny(v, ".eE") {
		x, _ = strconv.ParseFloat(strconv.FormatFloat(x, 'e', 14, 64), 64) // the 15 digits that Excel keeps
		s = strconv.FormatFloat(x, 'f', -1, 64)
	}
	if missing := f.zeros - len(s); missing > 0 && x >= 0 && !strings.Contains(s, ".") {
		s = strings.Repeat("0", missing) + s
	}
	return s
}

const (
	lastDay    = 2958465 // 9999-12-31
	secondsDay = 24 * 60 * 60
)

// date reads a count of days. Excel holds 1900 for a leap year: its day 60 did not exist, and what it calls 0 is no day.
func (b *book) date(x float64, f numberFormat) (string, bool) {
	seconds := int64(math.Round(x * secondsDay))
	days, rest := seconds/secondsDay, seconds%secondsDay
	if x < 0 || days > lastDay {
		return "", false
	}
	clock := func(s int64) string { return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60) }
	switch {
	case f.elapsed && !f.day:
		return clock(seconds), true
	case f.clock && !f.day && days == 0:
		return clock(rest), true
	case !b.from1904 && (days == 0 || days == 60):
		return "", false
	}
	first := time.Date(1899, time.December, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case b.from1904:
		first = time.Date(1904, time.January, 1, 0, 0, 0, 0, time.UTC)
	case days < 60:
		first = first.AddDate(0, 0, 1)
	}
	day := first.AddDate(0, 0, int(days)).Format("2006-01-02")
	if !f.clock || rest == 0 {
		return day, true
	}
	return day + "T" + clock(rest), true
}
