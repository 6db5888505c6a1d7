package paper

import (
	"sekimori/internal/base/errs"

	"github.com/signintech/gopdf"
)

// mm is a millimetre in points. Inside this package lengths are points, from the upper left corner of the page.
const mm = 72 / 25.4

// style is how a text is set.
type style struct {
	size float64 // in points
	bold bool
}

// canvas draws on pages; it is all that knows the library. What it is given to print, the font has.
type canvas struct {
	pdf     gopdf.GoPdf
	weights [2]weight // regular, bold
	err     error     // the first that the library gave

	grey, pen float64 // of the page as it is now; -1 where unknown
}

// weight is a weight of the font, as far as this document uses it.
type weight struct {
	name      string
	face      *face
	used      map[rune]bool
	unicodeID int // the object that says which characters its glyphs are
}

func newCanvas(font *Font, width, height float64) *canvas {
	c := &canvas{weights: [2]weight{{name: regularName, face: font.regular}, {name: boldName, face: font.bold}}}
	c.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: width, H: height}})
	for i := range c.weights {
		c.weights[i].used = map[rune]bool{}
		c.weights[i].unicodeID = c.pdf.GetNextObjectID() // the first of those that a font is made of
		c.keep(c.pdf.AddTTFFontFromFontContainer(c.weights[i].name, &font.parsed))
	}
	return c
}

func (c *canvas) keep(err error) {
	if c.err == nil && err != nil {
		c.err = errs.Wrap(err, errs.Internal, "PDF を作れません。")
	}
}

// page begins one.
func (c *canvas) page() {
	c.pdf.AddPage()
	c.grey, c.pen = -1, thin
	c.pdf.SetLineWidth(thin) // revisit finds pages on which something is drawn
}

// revisit goes back to a page, from 1.
func (c *canvas) revisit(page int) {
	c.keep(c.pdf.SetPage(page))
	c.grey, c.pen = -1, -1
}

// ink sets the brightness of texts and areas, from 0 (black) to 1.
func (c *canvas) ink(grey float64) {
	if c.grey != grey {
		c.pdf.SetGrayFill(grey)
		c.grey = grey
	}
}

// text stands on the baseline y.
func (c *canvas) text(x, y float64, s style, text string) {
	if text == "" {
		return
	}
	f := c.weight(s)
	for _, r := range text {
		f.used[r] = true
	}
	c.ink(0)
	c.keep(c.pdf.SetFont(f.name, "", s.size))
	c.pdf.SetXY(x, y)
	c.keep(c.pdf.Text(text))
}

func (c *canvas) weight(s style) *weight {
	if s.bold {
		return &c.weights[1]
	}
	return &c.weights[0]
}

// width is that of the longest line.
func (c *canvas) width(s style, text string) float64 {
	return float64(widest(text, c.weight(s).face)) * s.size / 1000
}

// wrap breaks a text into lines that are at most width wide.
func (c *canvas) wrap(s style, text string, width float64) []string {
	return wrap(text, c.weight(s).face, int(width*1000/s.size))
}

// fill paints an area.
func (c *canvas) fill(x, y, width, height, grey float64) {
	c.ink(grey)
	c.pdf.RectFromUpperLeftWithStyle(x, y, width, height, "F")
}

// line is of the thickness pen.
func (c *canvas) line(x1, y1, x2, y2, pen float64) {
	if c.pen != pen {
		c.pdf.SetLineWidth(pen)
		c.pen = pen
	}
	c.pdf.Line(x1, y1, x2, y2)
}

// frame is a rectangle of lines.
func (c *canvas) frame(x, y, width, height, pen float64) {
	for _, l := range [][4]float64{{x, y, x + width, y}, {x, y + height, x + width, y + height}, {x, y, x, y + height}, {x + width, y, x + width, y + height}} {
		c.line(l[0], l[1], l[2], l[3], pen)
	}
}
