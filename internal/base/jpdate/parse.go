package jpdate

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"sekimori/internal/base/errs"
)

// era is a 元号. It ends where the next begins; the day of the change belongs to the new one.
type era struct {
	name, letter string
	offset       int // year 1 minus one
	first        Date
}

// eras, newest first. 明治 is read from 明治6年1月1日 only: before it Japan counted by the moon, and 明治5年11月1日 was not a 1st of November.
var eras = []era{
	{"令和", "R", 2018, New(2019, time.May, 1)},
	{"平成", "H", 1988, New(1989, time.January, 8)},
	{"昭和", "S", 1925, New(1926, time.December, 25)},
	{"大正", "T", 1911, New(1912, time.July, 30)},
	{"明治", "M", 1867, New(1873, time.January, 1)},
}

// eraYear is 令和元, 令和4, or the Western year before 明治6年.
func (d Date) eraYear() string {
	year, _, _ := d.utc().Date()
	for _, e := range eras {
		switch {
		case d.Before(e.first):
		case year == e.offset+1:
			return e.name + "元"
		default:
			return e.name + strconv.Itoa(year-e.offset)
		}
	}
	return fmt.Sprintf("%04d", year)
}

// written is a date in any accepted spelling: era, year, month, day, with a separator after each. Spaces may stand between
// the parts, as in the published policies (令和 4 年 4 月 1 日), but not inside a number.
var written = regexp.MustCompile(`^(?:(令和|平成|昭和|大正|明治|[RHSTM]) *)?(元|[0-9]{1,4}) *([-/.年]) *([0-9]{1,2}) *([-/.月]) *([0-9]{1,2}) *(日?)$`)

// separators are the consistent ones: 2022-4/1 is a slip of the hand.
const separators = " -- // .. 年月日 "

const accepted = "2022-04-01、2022/4/1、令和4年4月1日、R4.4.1 のように書いてください。"

func unreadable(s string) error {
	return errs.New(errs.Invalid, "「%s」は日付として読めません。%s", shorten(s), accepted)
}

// shorten keeps a message readable when somebody pastes a page into a date field.
func shorten(s string) string {
	r := []rune(strings.ToValidUTF8(s, "?"))
	if len(r) > 30 {
		return string(r[:30]) + "…"
	}
	return string(r)
}

// Parse reads a date as people write it: 2022-04-01, 2022/4/1, 2022.4.1, 2022年4月1日, 令和4年4月1日, 令和 元 年 9 月 1 日, R4.4.1,
// S63/1/7, h31-4-30, in full or half width. The error is errs.Invalid and says what would be accepted; days that do not
// exist, and days that an era does not have, are refused.
func Parse(s string) (Date, error) {
	m := written.FindStringSubmatch(narrow(s))
	if m == nil || !strings.Contains(separators, " "+m[3]+m[5]+m[7]+" ") {
		return Date{}, unreadable(s)
	}
	name, number := m[1], m[2]
	if name == "" && len(number) != 4 { // also 元, which is three bytes
		return Date{}, errs.New(errs.Invalid, "「%s」の年が分かりません。西暦は4桁で、和暦は元号を付けて書いてください。%s", shorten(s), accepted)
	}
	year, month, day := atoi(number), atoi(m[4]), atoi(m[6])
	e := eraNamed(name)
	if name != "" && year == 0 || e.offset+year < 1 || e.offset+year > 9999 {
		return Date{}, unreadable(s)
	}
	d, err := existing(e.offset+year, month, day)
	if err != nil {
		return Date{}, err
	}
	if name != "" && !strings.HasPrefix(d.eraYear(), e.name) {
		return Date{}, wrongEra(s, e, d)
	}
	return d, nil
}

// existing refuses months and days that there are not.
func existing(year, month, day int) (Date, error) {
	if month < 1 || month > 12 {
		return Date{}, errs.New(errs.Invalid, "%d月という月はありません。月は1から12までで書いてください。", month)
	}
	if last := lastDay(year, time.Month(month)); day < 1 || day > last {
		return Date{}, errs.New(errs.Invalid, "%d年%d月%d日という日はありません。%d年%d月は1日から%d日までです。", year, month, day, year, month, last)
	}
	return New(year, time.Month(month), day), nil
}

// wrongEra says which era the day belongs to, and leaves it to the writer whether that is what was meant.
func wrongEra(s string, e era, d Date) error {
	if d.Before(eras[len(eras)-1].first) {
		return errs.New(errs.Invalid, "「%s」は読めません。明治5年までは旧暦のため、西暦（1872-12-31 など）で書いてください。", shorten(s))
	}
	return errs.New(errs.Invalid, "「%s」という日は%sにはありません。%sではありませんか。", shorten(s), e.name, d.Wareki())
}

func eraNamed(name string) era {
	for _, e := range eras {
		if name == e.name || name == e.letter {
			return e
		}
	}
	return era{}
}

// atoi reads digits that the pattern has checked; 元 is the first year.
func atoi(digits string) int {
	if digits == "元" {
		return 1
	}
	n, _ := strconv.Atoi(digits)
	return n
}

// ligatures are the square eras of Unicode, which Japanese input methods offer.
var ligatures = strings.NewReplacer("㋿", "令和", "㍻", "平成", "㍼", "昭和", "㍽", "大正", "㍾", "明治")

// narrow turns full-width digits, letters and signs into ASCII, in capitals, and drops the spaces around the date.
func narrow(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // the full-width copy of ASCII
			r -= '！' - '!'
		}
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r == '　', r == '\u00a0', r == '\t':
			return ' '
		case strings.ContainsRune("‐−–—―ー", r): // 長音 stands for a hyphen on many keyboards
			return '-'
		default:
			return r
		}
	}, ligatures.Replace(s))
	return strings.TrimSpace(s)
}

// FromExcel reads the day number that Excel keeps for a date (1900 date system: 44652 is 2022-04-01). Excel believes in a
// 1900-02-29, number 60, which is refused with everything outside 1900 to 9999.
func FromExcel(serial int) (Date, error) {
	day := New(1899, time.December, 30)
	if serial < 60 {
		day = New(1899, time.December, 31)
	}
	d := day.AddDays(serial)
	if serial < 1 || serial == 60 || d.IsZero() {
		return Date{}, errs.New(errs.Invalid, "%d は Excel の日付の値ではありません。%s", serial, accepted)
	}
	return d, nil
}
