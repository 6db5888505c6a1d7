package setting

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/text"
)

// Program is the owner of what the program itself leaves to the body. Every other owner is a regime.
const Program = "sekimori"

// Declaration is one setting: what is asked, in which range, and what we propose.
type Declaration struct {
	Owner  string // a regime, or Program
	Policy string // what people call the owner
	ID     string // within its owner
	Title  string
	Note   string
	Unit   Unit
	// Min and Max bound whole numbers. Of Many, Min is how many must be chosen at least.
	Min, Max int
	Options  []Option                          // of Many
	Read     func(line string) (string, error) // of Lines: one line in its one spelling; its error is for people
	Proposal string                            // ours, as Parse gives it
	Basis    []Basis
}

// Basis is a clause that leaves the value open.
type Basis struct {
	Clause string // in full: REGIME/DOCUMENT:CLAUSE
	Text   string // as people read it
	Note   string
}

// Option is one of the values of a setting of the unit Many.
type Option struct{ ID, Title string }

// Unit is what a value is measured in, or that it is a list.
type Unit string

// The units. All but the last two are of whole numbers.
const (
	Minutes Unit = "minutes"
	Hours   Unit = "hours"
	Days    Unit = "days"
	Months  Unit = "months"
	Years   Unit = "years"
	Count   Unit = "count"
	Many    Unit = "many"  // some of the options
	Lines   Unit = "lines" // any number of lines
)

// Units lists the units.
func Units() []Unit { return []Unit{Minutes, Hours, Days, Months, Years, Count, Many, Lines} }

// Whole says whether values are whole numbers.
func (u Unit) Whole() bool { return u != Many && u != Lines }

// Title is the unit as it stands behind a number, "" where it is none.
func (u Unit) Title() string {
	return map[Unit]string{Minutes: "分", Hours: "時間", Days: "日", Months: "か月", Years: "年", Count: "件"}[u]
}

// Longest is the greatest whole number that makes sense where a declaration says nothing: a hundred years, or a million.
func (u Unit) Longest() int {
	return map[Unit]int{Minutes: 52_596_000, Hours: 876_600, Days: 36_525, Months: 1_200, Years: 100, Count: 1_000_000}[u]
}

// Key names the setting among those of all owners: OWNER.ID.
func (d Declaration) Key() string { return d.Owner + "." + d.ID }

// Parse reads a value as somebody has written or chosen it and gives its one spelling: a number, or lines. The error is Invalid and
// says what is wrong.
func (d Declaration) Parse(written ...string) (string, error) {
	switch d.Unit {
	case Many:
		return d.parseMany(written)
	case Lines:
		return d.parseLines(written)
	default:
		return d.parseWhole(written)
	}
}

func (d Declaration) parseWhole(written []string) (string, error) {
	s := strings.TrimSpace(text.Fold(strings.Join(written, " ")))
	n, err := strconv.Atoi(strings.ReplaceAll(strings.TrimSuffix(s, d.Unit.Title()), ",", ""))
	switch {
	case s == "":
		return "", errs.New(errs.Invalid, "値を入力してください。")
	case err != nil:
		return "", errs.New(errs.Invalid, "整数で書いてください（単位は%s）。", d.Unit.Title())
	case n < d.Min || n > d.Max:
		return "", errs.New(errs.Invalid, "%sから%sまでにしてください。", d.Words(strconv.Itoa(d.Min)), d.Words(strconv.Itoa(d.Max)))
	}
	return strconv.Itoa(n), nil
}

func (d Declaration) parseMany(written []string) (string, error) {
	var chosen []string
	for _, s := range written {
		chosen = append(chosen, strings.Fields(strings.ReplaceAll(s, ",", " "))...)
	}
	for _, s := range chosen {
		if !slices.ContainsFunc(d.Options, func(o Option) bool { return o.ID == s }) {
			return "", errs.New(errs.Invalid, "「%s」は選べません。", s)
		}
	}
	var value []string
	for _, o := range d.Options {
		if slices.Contains(chosen, o.ID) {
			value = append(value, o.ID)
		}
	}
	if len(value) < d.Min {
		return "", errs.New(errs.Invalid, "%sを選んでください。", d.Range())
	}
	return strings.Join(value, "\n"), nil
}

func (d Declaration) parseLines(written []string) (string, error) {
	var value, wrong []string
	for line := range strings.Lines(strings.Join(written, "\n")) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if d.Read != nil {
			read, err := d.Read(line)
			if err != nil {
				wrong = append(wrong, "「"+line+"」: "+errs.Message(err))
				continue
			}
			line = read
		}
		if !slices.Contains(value, line) {
			value = append(value, line)
		}
	}
	if len(wrong) > 0 {
		return "", errs.New(errs.Invalid, "%s", strings.Join(wrong, " "))
	}
	return strings.Join(value, "\n"), nil
}

// Range says in words which values there are, "" where any will do.
func (d Declaration) Range() string {
	switch {
	case d.Unit == Many && d.Min > 0:
		return fmt.Sprintf("%d個以上", d.Min)
	case !d.Unit.Whole(), d.Min == 0 && d.Max == d.Unit.Longest():
		return ""
	case d.Max == d.Unit.Longest():
		return d.Words(strconv.Itoa(d.Min)) + "以上"
	}
	return d.Words(strconv.Itoa(d.Min)) + "から" + d.Words(strconv.Itoa(d.Max)) + "まで"
}

// Words is a value as people read it.
func (d Declaration) Words(value string) string {
	if d.Unit.Whole() {
		return value + d.Unit.Title()
	}
	words := split(value)
	for i, w := range words {
		if at := slices.IndexFunc(d.Options, func(o Option) bool { return o.ID == w }); at >= 0 {
			words[i] = d.Options[at].Title
		}
	}
	return cmp.Or(strings.Join(words, "、"), "なし")
}

// fits says whether a value that was decided under a unit is one of the setting as it is declared now.
func (d Declaration) fits(unit Unit, value string) bool {
	if unit != d.Unit {
		return false
	}
	read, err := d.Parse(value)
	return err == nil && read == value
}

// split gives the lines of a value.
func split(value string) []string {
	if value == "" {
		return nil
	}
	return strings.Split(value, "\n")
}

// Find gives the declaration with a key.
func Find(declared []Declaration, key string) (Declaration, bool) {
	i := slices.IndexFunc(declared, func(d Declaration) bool { return d.Key() == key })
	if i < 0 {
		return Declaration{}, false
	}
	return declared[i], true
}
