package paper

import (
	"cmp"

	"github.com/boombuler/barcode/qr"

	"sekimori/internal/base/errs"
)

// Sheet is a kind of A4 label paper, in millimetres.
type Sheet struct {
	Columns, Rows int
	Width, Height float64 // of a label
	Left, Top     float64 // from the edges of the paper to the first label
	GapX, GapY    float64 // between labels
}

// Label is what is printed on one.
type Label struct {
	Mark  string // in a box above, for example the classification; "" for none
	Lines []Line
	QR    string // what a reader of codes reads; "" for none
}

// Line is a line of a label. Its size in points (9 where it is 0) is the most: what is somewhat too long becomes smaller, what is longer wraps.
type Line struct {
	Text string
	Size float64
	Bold bool
}

// Sheet24 is 3 × 8 labels of 66.0 × 33.9 mm (A-one 24面).
func Sheet24() Sheet {
	return Sheet{Columns: 3, Rows: 8, Width: 66, Height: 33.9, Left: 6, Top: 12.9}
}

// Sheet12 is 2 × 6 labels of 86.4 × 42.3 mm (A-one 12面).
func Sheet12() Sheet {
	return Sheet{Columns: 2, Rows: 6, Width: 86.4, Height: 42.3, Left: 18.6, Top: 21.6}
}

// Sheet10 is 2 × 5 labels of 86.4 × 50.8 mm (A-one 10面).
func Sheet10() Sheet {
	return Sheet{Columns: 2, Rows: 5, Width: 86.4, Height: 50.8, Left: 18.6, Top: 21.5}
}

const (
	labelPad     = 2.5 * mm // a printer is seldom truer than 2 mm
	labelGap     = 1 * mm   // between mark, lines and code
	labelLeading = 1.25
	markPad      = 1.5 * mm
	markSize     = 9
	mostOfMark   = 0.25     // size of the mark by the height of a label
	mostShrink   = 0.7      // of a line; one that would need more wraps
	quiet        = 4        // modules of white around a QR code (ISO/IEC 18004)
	mostOfCode   = 0.4      // of the width of a label
	leastModule  = 0.3 * mm // that an ordinary reader reads
)

// check finds what no A4 paper can be; a tenth of a millimetre is forgiven.
func (s Sheet) check() error {
	width := s.Left + float64(s.Columns)*(s.Width+s.GapX) - s.GapX
	height := s.Top + float64(s.Rows)*(s.Height+s.GapY) - s.GapY
	const leastWidth, leastHeight, forgiven = 20, 10, 0.1
	switch {
	case s.Columns < 1 || s.Rows < 1 || s.Left < 0 || s.Top < 0 || s.GapX < 0 || s.GapY < 0:
		return errs.New(errs.Invalid, "ラベル用紙の面数と余白を確かめてください。")
	case s.Width < leastWidth || s.Height < leastHeight:
		return errs.New(errs.Invalid, "ラベルが小さすぎます（幅%.1f・高さ%.1f mm）。幅%d・高さ%d mm 以上にしてください。", s.Width, s.Height, leastWidth, leastHeight)
	case width > 210+forgiven || height > 297+forgiven:
		return errs.New(errs.Invalid, "ラベルが A4 に収まりません（右端 %.1f mm、下端 %.1f mm）。", width, height)
	default:
		return nil
	}
}

// Labels adds sheets of labels, line by line, from the label start (1 is the first) of a sheet that is partly used. Its pages
// are A4 portrait, so a landscape document refuses them, and have no head and foot; what comes after begins a new page. What
// cannot be printed legibly is errs.Invalid.
func (d *Document) Labels(sheet Sheet, start int, labels []Label) {
	each := sheet.Columns * sheet.Rows
	switch err := sheet.check(); {
	case err != nil:
		d.fail(err)
		return
	case start < 1 || start > each:
		d.fail(errs.New(errs.Invalid, "開始位置は1から%dまでです（%d）。", each, start))
		return
	case d.setup.Landscape:
		d.fail(errs.New(errs.Invalid, "ラベルは縦向きの用紙に印刷します。"))
		return
	}
	if len(d.held) > 0 {
		d.need(0)
	}
	d.labelled = (sheet.Top + float64(sheet.Rows)*(sheet.Height+sheet.GapY) - sheet.GapY) * mm
	for i, label := range labels {
		at := (start - 1 + i) % each
		if i == 0 || at == 0 {
			d.canvas.page()
			d.bare[d.Pages()] = true
			d.y = d.bottom
		}
		x := (sheet.Left + float64(at%sheet.Columns)*(sheet.Width+sheet.GapX)) * mm
		y := (sheet.Top + float64(at/sheet.Columns)*(sheet.Height+sheet.GapY)) * mm
		if err := d.label(x+labelPad, y+labelPad, sheet.Width*mm-2*labelPad, sheet.Height*mm-2*labelPad, label); err != nil {
			d.fail(err)
			return
		}
	}
}

// marginNote sets a text into the lower margin of a sheet of labels, if that is the last page and has the room.
func (d *Document) marginNote(text string) bool {
	const untilEdge = 6 * mm // where a printer reaches
	lines := d.canvas.wrap(receiptStyle, text, d.right-d.left)
	from := d.canvas.height - untilEdge - d.lineHeight(receiptStyle)*float64(len(lines))
	if !d.bare[d.Pages()] || len(d.held) > 0 || from < d.labelled {
		return false
	}
	d.y = from
	for _, line := range lines {
		d.line(d.left, receiptStyle, line)
	}
	return true
}

// label draws inside a rectangle: the code on the right, the mark above on the left, the lines below it.
func (d *Document) label(x, y, width, height float64, l Label) error {
	if l.QR != "" {
		side := min(height, width*mostOfCode)
		if err := d.canvas.qr(x+width-side, y+(height-side)/2, side, l.QR); err != nil {
			return err
		}
		width -= side + labelGap
	}
	if mark := d.printable(style{bold: true}, l.Mark); mark != "" {
		s := style{min(markSize, height*mostOfMark), true}
		s.size *= min(1, (width-2*markPad)/d.canvas.measure(s, mark))
		high := s.size * 1.4
		d.canvas.frame(x, y, d.canvas.measure(s, mark)+2*markPad, high)
		d.canvas.text(x+markPad, y+(high-s.size)/2+s.size*ascent, s, mark)
		y, height = y+high+labelGap, height-high-labelGap
	}
	d.shrink(x, y, width, height, l.Lines)
	return nil
}

// shrink makes all lines smaller until they fit into the rectangle, and centres them in its height. It ends, since a text at
// half the size needs a quarter of the room.
func (d *Document) shrink(x, y, width, height float64, lines []Line) {
	for scale := 1.0; ; scale *= 0.95 {
		var set []setLines
		sum := 0.0
		for _, l := range lines {
			s := style{cmp.Or(l.Size, tableSize) * scale, l.Bold}
			text := d.printable(s, l.Text)
			if fit := width / d.canvas.measure(s, text); fit < 1 && fit > mostShrink {
				s.size *= fit * (1 - slack)
			}
			p := setLines{style: s, lines: d.canvas.wrap(s, text, width)}
			set = append(set, p)
			sum += labelLeading * s.size * float64(len(p.lines))
		}
		if sum > height {
			continue
		}
		y += (height - sum) / 2
		for _, p := range set {
			for _, line := range p.lines {
				d.canvas.text(x, y+p.style.size*((labelLeading-1)/2+ascent), p.style, line)
				y += labelLeading * p.style.size
			}
		}
		return
	}
}

// qr draws a code and the white around it in a square.
func (c *canvas) qr(x, y, side float64, content string) error {
	code, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "QRコードにできない内容です（%d文字）。短くしてください。", len([]rune(content)))
	}
	n := code.Bounds().Dx()
	dot := side / float64(n+2*quiet)
	if dot < leastModule {
		return errs.New(errs.Invalid, "QRコードが細かくなりすぎます（%d文字）。内容を短くするか、大きいラベルにしてください。", len([]rune(content)))
	}
	black := func(x, y int) bool { r, _, _, _ := code.At(x, y).RGBA(); return r == 0 }
	for row := range n {
		for column := 0; column < n; column++ {
			from := column
			for column < n && black(column, row) {
				column++
			}
			if column > from {
				c.fill(x+dot*float64(from+quiet), y+dot*float64(row+quiet), dot*float64(column-from), dot, 0)
			}
		}
	}
	return nil
}
