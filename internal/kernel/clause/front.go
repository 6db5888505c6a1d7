package clause

import (
	"regexp"
	"strings"
	"unicode"

	"sekimori/internal/base/jpdate"
)

var (
	documentNumber = regexp.MustCompile(`^[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)+$`)
	editionCell    = regexp.MustCompile(`^第\s*([0-9]+(?:\.[0-9]+)*)\s*版$`)
	decidedCell    = regexp.MustCompile(`[（(]([^（()）]*日)\s*決裁[)）]`)
)

// readFront reads the lines before the first clause (R2), which begins at the byte first: dates, number, revisions.
func (d *draft) readFront(lines []line, first int) {
	for _, l := range lines {
		switch {
		case l.start >= first:
		case l.rule():
			d.report(l.number, StrayRule, "", head(l.text), "")
		case len(l.cells) >= 2:
			d.revision(l)
		case documentNumber.MatchString(l.text):
			d.Number = l.text
		default:
			d.date(l.text)
		}
	}
	if len(d.Revisions) > 0 {
		last := d.Revisions[len(d.Revisions)-1]
		d.Edition, d.Decided = last.Edition, last.Decided
	}
}

// revision reads a row of the table of revisions: date, edition, and why with the date of the decision.
func (d *draft) revision(l line) {
	if withoutSpace(l.cells[0]) == "年月日" {
		d.report(l.number, EmptyRevisionRow, "", "", "空の改訂履歴")
		return
	}
	edition := editionCell.FindStringSubmatch(l.cells[1])
	effective, err := jpdate.Parse(l.cells[0])
	if edition == nil || err != nil {
		return
	}
	r := Revision{Edition: edition[1], Effective: effective, Why: strings.Join(l.cells[2:], " "), Line: l.number}
	if m := decidedCell.FindStringSubmatch(r.Why); m != nil {
		r.Decided, _ = jpdate.Parse(m[1]) // unreadable is unknown
	}
	d.Revisions = append(d.Revisions, r)
}

// date reads 制定日：平成 15 年 1 月 27 日 and its like; what is no date is left alone.
func (d *draft) date(text string) {
	label, value, ok := strings.Cut(strings.Replace(text, ":", "：", 1), "：")
	if !ok {
		return
	}
	at, err := jpdate.Parse(strings.TrimSpace(value))
	if err != nil {
		return
	}
	switch strings.TrimSuffix(withoutSpace(label), "日") {
	case "制定":
		d.Enacted = at
	case "改正", "改訂", "改定":
		d.Revised = at
	case "施行":
		d.Effective = at
	}
}

// withoutSpace removes all white space.
func withoutSpace(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}
