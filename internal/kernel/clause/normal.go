package clause

import (
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// longestHeading is the most characters that a printed heading of an item has (R10).
const longestHeading = 45

// longestFragment is the most characters that a page repeats of the sentence before it (R16).
const longestFragment = 8

// paragraph is a run of lines that read as one.
type paragraph struct {
	text  string
	parts []part
}

// part is where a line of the file begins in a paragraph.
type part struct{ at, line int }

// line is the line of the file that holds a byte of the text.
func (p paragraph) line(at int) int {
	i := sort.Search(len(p.parts), func(i int) bool { return p.parts[i].at > at })
	return p.parts[max(i-1, 0)].line
}

// settle makes heading, text, table and sentences of a clause from its lines, and reports what was mended.
func (d *draft) settle(n, next *node) {
	pieces := n.pieces
	if n.item && titled(n, next) {
		n.Heading, pieces = pieces[0].text, pieces[1:]
	}
	n.paragraphs = d.heal(n.ID, pieces)
	n.Table = d.table(n.ID, pieces)
	texts := make([]string, len(n.paragraphs))
	for i, p := range n.paragraphs {
		texts[i] = p.text
	}
	n.say(strings.Join(texts, "\n"))
	d.inspect(n)
}

// titled is R10: whether the first line of an item is its heading.
func titled(n, next *node) bool {
	first := n.pieces[0].text
	if utf8.RuneCountInString(first) > longestHeading || strings.Contains(first, "。") || strings.Contains(first, "は、") {
		return false
	}
	if len(n.pieces) > 1 {
		second := n.pieces[1]
		return second.cells != nil || !second.alone && !startsWith(second.text, opens)
	}
	return next != nil && next.Parent == n.ID
}

// heal joins the lines of a clause to paragraphs (R16). A table between two texts parts them.
func (d *draft) heal(id string, pieces []piece) []paragraph {
	var out []paragraph
	var text []byte // of the paragraph that is open
	var parts []part
	finish := func() {
		if len(parts) > 0 {
			out = append(out, paragraph{string(text), parts})
		}
		text, parts = nil, nil
	}
	for _, p := range pieces {
		switch {
		case p.cells != nil, p.alone:
			finish()
		case len(parts) == 0:
		case ended(text):
			p = d.unrepeated(id, text, p)
			finish()
		default:
			p = d.joined(id, text, parts[len(parts)-1].line, p)
		}
		if p.text != "" && p.cells == nil {
			parts = append(parts, part{len(text), p.line})
			text = append(text, p.text...)
		}
		if p.alone {
			finish()
		}
	}
	finish()
	return out
}

// joined is what a line adds to the sentence that a page or a converter broke.
func (d *draft) joined(id string, before []byte, line int, p piece) piece {
	end := tailOf(string(before[max(0, len(before)-quoteLength*utf8.UTFMax):]), quoteLength)
	kind := PageBreak
	if startsWith(p.text, opens) {
		kind = BrokenBracket
	}
	d.report(p.line, kind, id, end+head(p.text), lineName(line)+"から続く")
	last, _ := utf8.DecodeLastRune(before)
	if first, size := utf8.DecodeRuneInString(p.text); first == last {
		d.report(p.line, DoubledCharacter, id, end+head(p.text), "「"+string(first)+"」を1つ除いて読む")
		p.text = p.text[size:]
	}
	return p
}

// unrepeated takes from a line the end of the sentence before it, where the page repeats that.
func (d *draft) unrepeated(id string, before []byte, p piece) piece {
	end := []rune(string(before[max(0, len(before)-longestFragment*utf8.UTFMax):]))
	for size := min(longestFragment, len(end)); size > 0; size-- {
		fragment := string(end[len(end)-size:])
		if rest, repeats := strings.CutPrefix(p.text, fragment); repeats && strings.HasSuffix(fragment, "。") {
			d.report(p.line, RepeatedFragment, id, head(p.text), "「"+fragment+"」を除いて読む")
			p.text = strings.TrimSpace(rest)
			return p
		}
	}
	return p
}

// table is the normalised table of a clause (R13): without repeated header, continued rows joined, lists one point a line.
func (d *draft) table(id string, pieces []piece) [][]string {
	var rows [][]string
	var header []string
	for _, p := range pieces {
		if p.cells == nil {
			continue
		}
		if slices.ContainsFunc(p.cells, markup.MatchString) {
			d.report(p.line, TableMarkup, id, markup.FindString(strings.Join(p.cells, " ")), "")
		}
		if len(rows) > 0 && slices.Equal(p.cells, header) {
			d.report(p.line, TableHeaderRepeated, id, head(strings.Join(p.cells, " ")), "")
			continue
		}
		row := make([]string, len(p.cells))
		for i, c := range p.cells {
			row[i] = points(c)
		}
		switch {
		case len(rows) == 0:
			header = p.cells
			rows = append(rows, row)
		case row[0] == "":
			continueRow(&rows[len(rows)-1], row)
		default:
			rows = append(rows, row)
		}
	}
	return rows
}

func continueRow(above *[]string, row []string) {
	for i, c := range row {
		switch {
		case i >= len(*above):
			*above = append(*above, c)
		case c != "":
			(*above)[i] = strings.TrimPrefix((*above)[i]+"\n"+c, "\n")
		}
	}
}

// markup is an HTML tag in a cell.
var markup = regexp.MustCompile(`</?[A-Za-z][^<>]*>`)

// point is the sign before a point of a list inside a cell.
var point = regexp.MustCompile(`\s+([・○])`)

// points writes the list in a cell as one line for each point, without markup.
func points(cell string) string {
	lines := strings.Split(point.ReplaceAllString(markup.ReplaceAllString(cell, "\n"), "\n$1"), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return strings.Join(slices.DeleteFunc(lines, func(l string) bool { return l == "" }), "\n")
}
