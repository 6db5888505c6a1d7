package ui

import (
	"fmt"
	"strconv"
)

// Steps says where the reader is in a flow of several pages. At is the step under way,
// counted from 0; after the last one it is len(Names).
type Steps struct {
	Label string // "取込の手順"
	Names []string
	At    int
}

// Progress is how far a long work has come. A Total of 0 is not known yet. A page that
// refreshes itself (web.Page.Refresh) shows it as it grows.
type Progress struct {
	Label string // "名簿の取込"
	Unit  string // 件 if empty
	Done  int
	Total int
}

// Percent is 100 only when all is done.
func (p Progress) Percent() int {
	if p.Total <= 0 {
		return 0
	}
	return max(0, min(p.Done, p.Total)) * 100 / p.Total
}

// Words is the progress in words.
func (p Progress) Words() string {
	if p.Total <= 0 {
		return "準備しています。"
	}
	unit := p.Unit
	if unit == "" {
		unit = "件"
	}
	return fmt.Sprintf("%s%sのうち%s%s（%d%%）", Figure(p.Total), unit, Figure(p.Done), unit, p.Percent())
}

// Say is what is said aloud as it grows: at every tenth, so that it does not talk all the time.
func (p Progress) Say() string {
	if p.Total <= 0 || p.Percent() < 10 {
		return ""
	}
	return fmt.Sprintf("%s %d%%", p.Label, p.Percent()/10*10)
}

// Pager leads through a long list by its keys: there are no page numbers, so that nothing is
// skipped or shown twice when the list grows. Previous and Next are addresses, "" at the ends.
type Pager struct {
	Label    string // "職員の一覧"
	Swap     string // the id of the element that the links replace
	Count    string // see Count
	Previous string
	Next     string
}

// Count says how many there are, where counting stopped at limit: 37件, 1,000件以上.
func Count(n, limit int) string {
	if n >= limit {
		return Figure(limit) + "件以上"
	}
	return Figure(n) + "件"
}

// Figure writes a whole number as an office does: 1,208.
func Figure(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Stats are a few numbers that lead on.
type Stats struct{ Items []Stat }

// Stat is one number with what it counts.
type Stat struct {
	Number string
	Unit   string
	Label  string
	Href   string
	Badge  Badge
}
