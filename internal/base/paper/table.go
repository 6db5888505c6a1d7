package paper

import (
	"cmp"
	"math"
	"slices"

	"sekimori/internal/base/errs"
)

// Table is rows under a heading that every page repeats. A row stays on one page unless it is taller than a page.
type Table struct {
	Columns []Column
	Rows    [][]string // cells by column; a short row ends in empty cells, a long one is errs.Invalid
	Size    float64    // of the text in points; 9 where it is 0
	Empty   string     // what a table without rows says; 該当なし where it is ""
}

// Column is a column of a table.
type Column struct {
	Title string
	Share float64 // of the width that columns without a share leave; 0: as wide as its contents need, as far as there is room
	Right bool    // set against the right edge, as numbers are
	Keep  bool    // without a share: has what it needs before the others, since a number that breaks is hard to read
}

// Particular is a name and what it is here: 所管課, 情報政策課.
type Particular struct {
	Name, Value string
}

const (
	tableSize    = 9
	cellX, cellY = 1.2 * mm, 0.7 * mm // between line and text
	shade        = 0.92               // behind headings and names
	mostOfName   = 1.0 / 3            // of the width of particulars
	fewestChars  = 2                  // that a column must hold side by side
	easyChars    = 3                  // that it holds wherever there is the room
	fewestLines  = 3                  // of a row that goes on overleaf
)

// Table adds a table over the whole width.
func (d *Document) Table(t Table) {
	if len(t.Columns) == 0 {
		d.fail(errs.New(errs.Invalid, "表に列がありません。"))
		return
	}
	for i, cells := range t.Rows {
		if len(cells) > len(t.Columns) {
			d.fail(errs.New(errs.Invalid, "表の%d行目に列より多い値があります（%d個、列は%d）。", i+1, len(cells), len(t.Columns)))
			return
		}
	}
	plain := style{size: cmp.Or(t.Size, tableSize)}
	bold := style{size: plain.size, bold: true}
	titles := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		titles[i] = d.printable(bold, c.Title)
	}
	rows := make([][]string, len(t.Rows))
	for i, cells := range t.Rows {
		rows[i] = d.printableAll(plain, cells)
	}
	natural := make([]float64, len(t.Columns))
	d.measure(natural, bold, titles)
	for _, cells := range rows {
		d.measure(natural, plain, cells)
	}
	for i := range natural { // one that holds a single character is no narrower than another
		natural[i] = max(natural[i], fewestChars*plain.size+2*cellX+slack)
	}
	g := d.grid(t.Columns, columnWidths(t.Columns, natural, d.right-d.left, easyChars*plain.size+2*cellX))
	if g.narrowest() < fewestChars*plain.size {
		d.fail(errs.New(errs.Invalid, "表の列が多すぎて紙に入りません（%d列）。列を減らすか、横向きにしてください。", len(t.Columns)))
		return
	}
	head := g.row(bold, titles)
	g.head = &head
	if g.page() < g.height(bold, fewestLines) {
		d.fail(errs.New(errs.Invalid, "表の見出しが長すぎて紙に入りません。"))
		return
	}
	for _, cells := range rows {
		g.add(g.row(plain, cells))
	}
	if len(rows) == 0 {
		g.room(g.height(plain, 1))
		g.close()
		g.columns, g.edges = []Column{{}}, []float64{d.left, d.right}
		g.draw(g.row(plain, d.printableAll(plain, []string{cmp.Or(t.Empty, "該当なし")})))
	}
	g.close()
}

// Particulars adds a list of two columns, names on the left.
func (d *Document) Particulars(list ...Particular) {
	s := style{size: tableSize}
	rows := make([][]string, len(list))
	natural := make([]float64, 2)
	for i, p := range list {
		rows[i] = d.printableAll(s, []string{p.Name, p.Value})
		d.measure(natural, s, rows[i])
	}
	whole := d.right - d.left
	name := min(natural[0], whole*mostOfName)
	g := d.grid(make([]Column, 2), []float64{name, whole - name})
	g.named = true
	for _, cells := range rows {
		g.add(g.row(s, cells))
	}
	g.close()
}

// measure widens each column to what its cell needs.
func (d *Document) measure(natural []float64, s style, cells []string) {
	for i, cell := range cells {
		natural[i] = max(natural[i], d.canvas.measure(s, cell)+2*cellX+slack)
	}
}

// columnWidths divides the width of a table. Columns without a share come first, the narrowest before the others: one that
// needs no more than half as much again as an equal part of what is left has what it needs. When none does, each has half a
// part, and the rest of these parts is divided by the square root of the need, since it matters less to a long text than to
// a short one to wrap once more. What is left goes to the columns with a share, or, where there are none, to all by width.
// No column becomes narrower than least for the sake of another, as far as there is the room for that.
func columnWidths(columns []Column, natural []float64, whole, least float64) []float64 {
	least = min(least, whole/float64(len(columns)))
	widths := make([]float64, len(columns))
	var open []int // columns without a share that have no width yet
	shares, left := 0.0, whole
	for i, c := range columns {
		shares += max(0, c.Share)
		if c.Share <= 0 {
			open = append(open, i)
		}
	}
	sharing := len(columns) - len(open)
	keeps := func(i int) int { // 0 for those that come first
		if columns[i].Keep {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(open, func(a, b int) int { return cmp.Or(keeps(a)-keeps(b), cmp.Compare(natural[a], natural[b])) })
	const generous = 1.5
	for len(open) > 0 {
		i, part := open[0], left/float64(len(open)+sharing)
		if natural[i] > part*generous && !columns[i].Keep || left-natural[i] < least*float64(len(open)-1+sharing)-slack {
			break
		}
		widths[i], left, open = natural[i], left-natural[i], open[1:]
	}
	roots := 0.0
	for _, i := range open {
		roots += math.Sqrt(natural[i])
	}
	part := left / float64(max(1, len(open)+sharing))
	sure := max(part/2, min(part, least))
	for _, i := range open {
		widths[i] = sure + (part-sure)*float64(len(open))*math.Sqrt(natural[i])/roots
		left -= widths[i]
	}
	used := whole - left
	for i, c := range columns {
		switch {
		case c.Share > 0:
			widths[i] = left * c.Share / shares
		case sharing == 0 && used > 0:
			widths[i] += left * widths[i] / used
		}
	}
	return widths
}
