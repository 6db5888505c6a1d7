package jpdate

import (
	"regexp"
	"strings"
	"time"

	"sekimori/internal/base/errs"
)

// FiscalYear is a 年度, named by the Western year in which it begins: 4月1日 to 3月31日. Zero is "unknown".
type FiscalYear int

// FiscalYearOf is the 年度 in which the day lies; of an unknown day it is unknown.
func FiscalYearOf(d Date) FiscalYear {
	if d.IsZero() {
		return 0
	}
	year, month, _ := d.utc().Date()
	if month < time.April {
		year--
	}
	return FiscalYear(year)
}

// First is 4月1日.
func (f FiscalYear) First() Date { return New(int(f), time.April, 1) }

// Last is 3月31日 of the next year.
func (f FiscalYear) Last() Date { return New(int(f)+1, time.March, 31) }

// Wareki is 令和8年度; "" when unknown. The year that began as 平成31年 is 令和元年度 throughout (改元に伴う元号による年表示の取扱いについて,
// 関係省庁連絡会議申合せ 2019-04-01); no other change of era fell into April.
func (f FiscalYear) Wareki() string {
	if f == 0 {
		return ""
	}
	return New(int(f), time.May, 1).eraYear() + "年度"
}

var fiscal = regexp.MustCompile(`^(令和|平成|昭和|大正|明治|[RHSTM])? *(元|[0-9]{1,4}) *(?:年度)?$`)

// ParseFiscalYear reads 令和8年度, R8, 2026年度, 2026, in full or half width. The error is errs.Invalid.
func ParseFiscalYear(s string) (FiscalYear, error) {
	m := fiscal.FindStringSubmatch(narrow(s))
	if m == nil || m[1] == "" && len(m[2]) != 4 || m[1] != "" && atoi(m[2]) == 0 {
		return 0, errs.New(errs.Invalid, "「%s」は年度として読めません。令和8年度、R8、2026 のように書いてください。", shorten(s))
	}
	e := eraNamed(m[1])
	f := FiscalYear(e.offset + atoi(m[2]))
	switch {
	case f < 1 || f > 9998: // 9998 is the last that ends within the calendar of Date
		return 0, errs.New(errs.Invalid, "「%s」という年度は扱えません。", shorten(s))
	case !f.hasDaysOf(e):
		return 0, errs.New(errs.Invalid, "「%s」という年度はありません。%sではありませんか。", shorten(s), f.Wareki())
	}
	return f, nil
}

// hasDaysOf says whether any day of the year lies in the era, so that 平成31年度 is read beside 令和元年度.
func (f FiscalYear) hasDaysOf(e era) bool {
	return e.name == "" || strings.HasPrefix(f.First().eraYear(), e.name) || strings.HasPrefix(f.Last().eraYear(), e.name)
}
