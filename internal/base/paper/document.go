package paper

import (
	"fmt"
	"io"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
)

// Setup is what stands on every page of a document.
type Setup struct {
	Title     string    // above; also the name that a reader shows in its window
	Mark      string    // the classification, in a box above on the right; "" for none
	Landscape bool      // A4 broad instead of high
	Printed   time.Time // below on the left, as Japan's clock had it, and the PDF's date; the zero time for none
	Receipt   string    // below in small type, any length; "" for none
}

// Document is pages in the making: what is added flows from one to the next. The first fault in what is added comes out of
// Write, which then writes nothing. It is not safe for concurrent use.
type Document struct {
	canvas *canvas
	font   *Font
	setup  Setup
	stock  stock
	err    error // the first
	done   bool

	left, right float64      // edges of the text
	top, bottom float64      // edges of the text, between head and foot
	head, foot  []string     // lines of the title and of the receipt
	y           float64      // where the next thing goes
	bare        map[int]bool // pages without head and foot
	labelled    float64      // lower edge of the last labels
	held        []setLines   // headings that wait for what they stand above
}

// setLines is a text that has all but its place.
type setLines struct {
	style style
	lines []string
}

// The look. Lengths are in points, as everywhere inside.
const (
	a4Short, a4Long = 210 * mm, 297 * mm

	side      = 18 * mm // margin on the left and right
	headTop   = 10 * mm // from the upper edge
	footEnd   = 9 * mm  // from the lower edge
	footGap   = 4 * mm  // between text and foot
	aboveHead = 5 * mm  // above a heading
	belowHead = 1.5 * mm
	leading   = 1.5  // height of a line by size
	ascent    = 0.88 // of the font: from the upper edge of a character to the baseline
	thin      = 0.4  // lines
	thick     = 0.8  // frames of marks
	slack     = 0.01 // of what is computed in two ways
)

var (
	titleStyle   = style{size: 10.5, bold: true}
	headingStyle = style{size: 12, bold: true}
	textStyle    = style{size: 10.5}
	noteStyle    = style{size: 8}
	receiptStyle = style{size: 6.5}
)

// New begins a document.
func New(font *Font, setup Setup) *Document {
	width, height := float64(a4Short), float64(a4Long)
	if setup.Landscape {
		width, height = height, width
	}
	d := &Document{canvas: newCanvas(font, width, height), font: font, setup: setup, bare: map[int]bool{}}
	d.left, d.right = side, width-side
	d.setup.Mark = d.printable(titleStyle, setup.Mark)
	d.head = d.canvas.wrap(titleStyle, d.printable(titleStyle, setup.Title), d.right-d.left-d.markWidth()-5*mm)
	d.top = headTop + d.lineHeight(titleStyle)*float64(len(d.head)) + 6*mm
	if setup.Receipt != "" {
		d.foot = d.canvas.wrap(receiptStyle, d.printable(receiptStyle, setup.Receipt), d.right-d.left)
	}
	d.bottom = height - footEnd - d.lineHeight(noteStyle) - d.lineHeight(receiptStyle)*float64(len(d.foot)) - footGap
	d.y = d.bottom // the first thing begins the first page
	return d
}

// Heading stands above what follows and never alone at the end of a page.
func (d *Document) Heading(text string) {
	lines := d.canvas.wrap(headingStyle, d.printable(headingStyle, text), d.right-d.left)
	d.held = append(d.held, setLines{headingStyle, lines})
}

// Paragraph is running text; a newline in it begins a new line.
func (d *Document) Paragraph(text string) { d.paragraph(textStyle, d.printable(textStyle, text)) }

// paragraph sets what is printable. Neither its first nor its last line stands alone on a page.
func (d *Document) paragraph(s style, text string) {
	lines := d.canvas.wrap(s, text, d.right-d.left)
	height := d.lineHeight(s)
	d.gap(2 * mm)
	first := min(2, len(lines))
	if len(lines) == 3 { // which cannot be divided
		first = 3
	}
	d.need(height * float64(first))
	for i, line := range lines {
		if rest := len(lines) - i; rest == 2 && i > 0 {
			d.need(2 * height)
		} else {
			d.need(height)
		}
		d.line(d.left, s, line)
	}
}

// Break goes to a new page; at the beginning of one it does nothing.
func (d *Document) Break() {
	if d.Pages() > 0 && d.y > d.top {
		d.y = d.bottom
	}
}

// Pages is the number of pages begun so far.
func (d *Document) Pages() int { return len(d.canvas.pages) }

// Write finishes the document and gives it to w, once. It returns what the font lacks, in the order of its first appearance;
// the document names it too, at its end. Faults of what was added are errs.Invalid; errors of w come as they are.
func (d *Document) Write(w io.Writer) ([]Missing, error) {
	if d.done {
		return nil, errs.New(errs.Internal, "この PDF は書き出し済みです。")
	}
	d.done = true
	if text := d.stock.sentence(); text != "" && !d.marginNote(text) {
		d.paragraph(noteStyle, text)
	}
	if len(d.held) > 0 || d.Pages() == 0 {
		d.need(0)
	}
	if d.err != nil {
		return nil, d.err
	}
	for page := 1; page <= d.Pages(); page++ {
		if !d.bare[page] {
			d.canvas.turn(page)
			d.drawFoot(page)
		}
	}
	return d.stock.missing, d.canvas.write(w, d.setup.Title, d.setup.Printed, d.font)
}

func (d *Document) fail(err error) {
	if d.err == nil {
		d.err = err
	}
}

func (d *Document) printable(s style, text string) string {
	return d.stock.printable(text, d.canvas.weight(s).face)
}

func (d *Document) printableAll(s style, texts []string) []string {
	out := make([]string, len(texts))
	for i, text := range texts {
		out[i] = d.printable(s, text)
	}
	return out
}

func (d *Document) lineHeight(s style) float64 { return s.size * leading }

// line sets one line at the place that is next.
func (d *Document) line(x float64, s style, text string) {
	d.canvas.text(x, d.y+baseline(s), s, text)
	d.y += d.lineHeight(s)
}

// baseline is where the characters stand, from the upper edge of their line.
func baseline(s style) float64 { return s.size * ((leading-1)/2 + ascent) }

// gap leaves room above the next thing, except at the top of a page or below a heading.
func (d *Document) gap(height float64) {
	if d.y > d.top && len(d.held) == 0 {
		d.y += height
	}
}

// need begins a new page unless the headings that wait and height points go on this one, then sets the headings.
func (d *Document) need(height float64) {
	held := d.held
	d.held = nil
	for _, h := range held {
		height += aboveHead + d.lineHeight(h.style)*float64(len(h.lines)) + belowHead
	}
	if d.Pages() == 0 || d.y > d.top && d.y+height > d.bottom+slack {
		d.newPage()
	}
	for _, h := range held {
		if d.y > d.top {
			d.y += aboveHead
		}
		for _, line := range h.lines {
			d.line(d.left, h.style, line)
		}
		d.y += belowHead
	}
}

func (d *Document) newPage() {
	d.canvas.page()
	d.y = headTop
	if d.setup.Mark != "" {
		x, height := d.right-d.markWidth(), d.lineHeight(titleStyle)
		d.canvas.frame(x, d.y, d.markWidth(), height)
		d.canvas.text(x+2*mm, d.y+baseline(titleStyle), titleStyle, d.setup.Mark)
	}
	for _, line := range d.head {
		d.line(d.left, titleStyle, line)
	}
	d.canvas.line(d.left, d.y+1.5*mm, d.right, d.y+1.5*mm)
	d.y = d.top
}

func (d *Document) markWidth() float64 {
	if d.setup.Mark == "" {
		return 0
	}
	return d.canvas.measure(titleStyle, d.setup.Mark) + 4*mm
}

func (d *Document) drawFoot(page int) {
	d.y = d.bottom + footGap
	number := fmt.Sprintf("%d / %d", page, d.Pages())
	d.canvas.text((d.canvas.width-d.canvas.measure(noteStyle, number))/2, d.y+baseline(noteStyle), noteStyle, number)
	printed := ""
	if !d.setup.Printed.IsZero() {
		printed = jpdate.Moment(d.setup.Printed) + " 印刷"
	}
	d.line(d.left, noteStyle, printed)
	for _, line := range d.foot {
		d.line(d.left, receiptStyle, line)
	}
}
