package paper

import (
	"bufio"
	"io"
	"time"

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
	pdf  gopdf.GoPdf
	font *Font
	err  error // the first that the library gave

	grey, pen float64 // of the page as it is now; -1 where unknown
}

func newCanvas(font *Font, width, height float64) *canvas {
	c := &canvas{font: font}
	c.pdf.Start(gopdf.Config{PageSize: gopdf.Rect{W: width, H: height}})
	for _, name := range []string{regularName, boldName} {
		c.keep(c.pdf.AddTTFFontFromFontContainer(name, &font.parsed))
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
	name := regularName
	if s.bold {
		name = boldName
	}
	c.ink(0)
	c.keep(c.pdf.SetFont(name, "", s.size))
	c.pdf.SetXY(x, y)
	c.keep(c.pdf.Text(text))
}

func (c *canvas) width(s style, text string) float64 {
	return float64(c.font.face(s.bold).width(text)) * s.size / 1000
}

// wrap breaks a text into lines that are at most width wide.
func (c *canvas) wrap(s style, text string, width float64) []string {
	return wrap(text, c.font.face(s.bold), int(width*1000/s.size))
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

// write gives the document out, once.
func (c *canvas) write(w io.Writer, title string, made time.Time) error {
	if c.err != nil {
		return c.err
	}
	c.pdf.SetInfo(gopdf.PdfInfo{Title: title, CreationDate: made})
	out := bufio.NewWriter(w) // keeps the error of w, which the library passes over
	if _, err := c.pdf.WriteTo(out); err != nil {
		return errs.Wrap(err, errs.Internal, "PDF を作れません。")
	}
	return out.Flush()
}
