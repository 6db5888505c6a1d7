package paper

// grid is a table on its way onto pages.
type grid struct {
	*Document
	columns []Column
	edges   []float64 // of the columns, one more than these
	head    *row      // repeated on each page; nil for none
	named   bool      // the first column holds names
	begun   bool
	from    float64 // upper edge of what has no vertical lines yet
}

// row is cells, wrapped.
type row struct {
	style style
	cells [][]string
	lines int // of the highest cell
}

func (d *Document) grid(columns []Column, widths []float64) *grid {
	g := &grid{Document: d, columns: columns, edges: []float64{d.left}}
	for _, w := range widths {
		g.edges = append(g.edges, g.edges[len(g.edges)-1]+w)
	}
	return g
}

// inner is the width of a column that text can have.
func (g *grid) inner(column int) float64 { return g.edges[column+1] - g.edges[column] - 2*cellX }

func (g *grid) narrowest() float64 {
	least := g.right - g.left
	for i := range g.columns {
		least = min(least, g.inner(i))
	}
	return least
}

// row wraps what is printable.
func (g *grid) row(s style, cells []string) row {
	r := row{style: s, cells: make([][]string, len(cells)), lines: 1}
	for i, cell := range cells {
		r.cells[i] = g.canvas.wrap(s, cell, g.inner(i))
		r.lines = max(r.lines, len(r.cells[i]))
	}
	return r
}

func (g *grid) height(s style, lines int) float64 { return float64(lines)*g.lineHeight(s) + 2*cellY }

func (g *grid) headHeight() float64 {
	if g.head == nil {
		return 0
	}
	return g.height(g.head.style, g.head.lines)
}

// page is the height that rows can have on one.
func (g *grid) page() float64 { return g.bottom - g.top - g.headHeight() }

// add sets a row on this page or the next. One that no page holds goes on from page to page.
func (g *grid) add(r row) {
	for g.height(r.style, r.lines) > g.page()+slack {
		g.room(g.height(r.style, fewestLines))
		n := int((g.bottom + slack - g.y - 2*cellY) / g.lineHeight(r.style))
		first, rest := r.split(n)
		g.draw(first)
		r = rest
	}
	g.room(g.height(r.style, r.lines))
	g.draw(r)
}

// split divides a row below its first n lines.
func (r row) split(n int) (first, rest row) {
	first, rest = row{style: r.style, lines: n}, row{style: r.style, lines: r.lines - n}
	for _, lines := range r.cells {
		at := min(n, len(lines))
		first.cells = append(first.cells, lines[:at])
		rest.cells = append(rest.cells, lines[at:])
	}
	return first, rest
}

// room makes sure that the next row can be that high. A page that begins with it begins with the heading.
func (g *grid) room(height float64) {
	if g.begun && g.y+height <= g.bottom+slack {
		return
	}
	if g.begun {
		g.close()
	} else {
		g.gap(3 * mm)
	}
	g.need(g.headHeight() + height)
	g.begun, g.from = true, g.y
	g.canvas.line(g.edges[0], g.y, g.edges[len(g.edges)-1], g.y)
	if g.head != nil {
		g.shade(len(g.columns), *g.head)
		g.draw(*g.head)
	}
}

// shade paints behind the first columns of the row that comes next.
func (g *grid) shade(columns int, r row) {
	g.canvas.fill(g.edges[0], g.y, g.edges[columns]-g.edges[0], g.height(r.style, r.lines), shade)
	g.canvas.line(g.edges[0], g.y, g.edges[columns], g.y) // which the paint covers
}

// draw sets a row where the page is, and the line below.
func (g *grid) draw(r row) {
	if g.named {
		g.shade(1, r)
	}
	for i, lines := range r.cells {
		y := g.y + cellY + baseline(r.style)
		for _, line := range lines {
			x := g.edges[i] + cellX
			if g.columns[i].Right {
				x = g.edges[i+1] - cellX - g.canvas.measure(r.style, line)
			}
			g.canvas.text(x, y, r.style, line)
			y += g.lineHeight(r.style)
		}
	}
	g.y += g.height(r.style, r.lines)
	g.canvas.line(g.edges[0], g.y, g.edges[len(g.edges)-1], g.y)
}

// close draws the lines between the columns of what this page has.
func (g *grid) close() {
	if g.y > g.from && g.begun {
		for _, x := range g.edges {
			g.canvas.line(x, g.from, x, g.y)
		}
	}
	g.from = g.y
}
