package paper

import (
	"bytes"
	"compress/zlib"
	"strconv"
)

// mm is a millimetre in points. Inside this package lengths are points, from the upper left corner of the page.
const mm = 72 / 25.4

// style is how a text is set.
type style struct {
	size float64 // in points
	bold bool
}

// canvas draws on pages. It keeps them compressed, a few kB each. What it is given to print, the font has.
type canvas struct {
	width, height float64 // of the paper
	weights       [2]weight
	pages         [][][]byte // of each its content, compressed, in one or more parts
	at            int        // the page that is drawn on
	part          bytes.Buffer
	zip           *zlib.Writer

	grey, pen float64 // as the page has them now; -1 where unknown
}

// weight is a weight of the font, as far as this document uses it.
type weight struct {
	name string // in the library
	key  string // on the pages
	face *face
	used map[rune]bool
}

func newCanvas(font *Font, width, height float64) *canvas {
	return &canvas{width: width, height: height, zip: zlib.NewWriter(nil), weights: [2]weight{
		{name: regularName, key: "F1", face: font.regular, used: map[rune]bool{}},
		{name: boldName, key: "F2", face: font.bold, used: map[rune]bool{}},
	}}
}

// page begins one.
func (c *canvas) page() {
	c.pages = append(c.pages, nil)
	c.turn(len(c.pages))
}

// turn goes to a page, from 1; what is drawn then comes on top.
func (c *canvas) turn(page int) {
	c.seal()
	c.at = page - 1
	c.grey, c.pen = -1, -1
}

// seal compresses what was drawn since the last turn. Writing to memory does not fail.
func (c *canvas) seal() {
	if c.part.Len() == 0 {
		return
	}
	var b bytes.Buffer
	c.zip.Reset(&b)
	_, _ = c.part.WriteTo(c.zip)
	_ = c.zip.Close()
	c.pages[c.at] = append(c.pages[c.at], bytes.Clone(b.Bytes()))
}

// op writes an operator of PDF behind its operands.
func (c *canvas) op(operator string, operands ...float64) {
	b := c.part.AvailableBuffer()
	for _, n := range operands {
		b = append(strconv.AppendFloat(b, n, 'f', 2, 64), ' ')
	}
	c.part.Write(append(append(b, operator...), '\n'))
}

// ink sets the brightness of texts and areas, from 0 (black) to 1.
func (c *canvas) ink(grey float64) {
	if c.grey != grey {
		c.op("g", grey)
		c.grey = grey
	}
}

// text stands on the baseline y.
func (c *canvas) text(x, y float64, s style, text string) {
	if text == "" {
		return
	}
	f := c.weight(s)
	c.ink(0)
	c.part.WriteString("BT\n/" + f.key + " ")
	c.op("Tf", s.size)
	c.op("Td", x, c.height-y)
	b := append(c.part.AvailableBuffer(), '<')
	for _, r := range text {
		f.used[r] = true
		const digits = "0123456789ABCDEF"
		glyph := f.face.shape(r).glyph
		b = append(b, digits[glyph>>12], digits[glyph>>8&15], digits[glyph>>4&15], digits[glyph&15])
	}
	c.part.Write(append(b, "> Tj\nET\n"...))
}

func (c *canvas) weight(s style) *weight {
	if s.bold {
		return &c.weights[1]
	}
	return &c.weights[0]
}

// measure is the width of the longest line of a text.
func (c *canvas) measure(s style, text string) float64 {
	return float64(widest(text, c.weight(s).face)) * s.size / 1000
}

// wrap breaks a text into lines that are at most width wide.
func (c *canvas) wrap(s style, text string, width float64) []string {
	return wrap(text, c.weight(s).face, int(width*1000/s.size))
}

// fill paints an area.
func (c *canvas) fill(x, y, width, height, grey float64) {
	c.ink(grey)
	c.op("re f", x, c.height-y-height, width, height)
}

// line is thin.
func (c *canvas) line(x1, y1, x2, y2 float64) {
	c.thickness(thin)
	c.op("m", x1, c.height-y1)
	c.op("l S", x2, c.height-y2)
}

// frame is a rectangle of thick lines.
func (c *canvas) frame(x, y, width, height float64) {
	c.thickness(thick)
	c.op("re S", x, c.height-y-height, width, height)
}

func (c *canvas) thickness(pen float64) {
	if c.pen != pen {
		c.op("w", pen)
		c.pen = pen
	}
}
