package paper

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/errs"
)

// What the library writes is right to look at, but a character above U+FFFF is copied as another one, its lists of characters
// are longer than readers must accept, and the language is not named. An update (ISO 32000-1, 7.5.6), which stands behind
// the document and holds new versions of a few objects, puts that right.

// counted is a writer that knows how much has passed it, and the end of it.
type counted struct {
	to  *bufio.Writer
	n   int
	end []byte // the last bytes, enough for startxref
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.to.Write(p)
	c.n += n
	const enough = 64
	c.end = append(c.end, p[max(0, len(p)-enough):]...)
	c.end = c.end[max(0, len(c.end)-enough):]
	return n, err
}

// update appends objects to a document that has passed through w.
type update struct {
	w        *counted
	previous int         // where the document lists its objects
	at       map[int]int // where each new one begins
	next     int         // the first free number
}

func newUpdate(w *counted, next int) (*update, error) {
	u := &update{w: w, at: map[int]int{}, next: next}
	_, tail, _ := bytes.Cut(w.end, []byte("startxref\n"))
	if _, err := fmt.Sscan(string(tail), &u.previous); err != nil {
		return nil, errs.Wrap(err, errs.Internal, "PDF を作れません。")
	}
	return u, nil
}

func (u *update) object(id int, body string) {
	u.at[id] = u.w.n
	u.next = max(u.next, id+1)
	fmt.Fprintf(u.w, "%d 0 obj\n%s\nendobj\n", id, body)
}

// finish lists the new objects.
func (u *update) finish(info int) {
	start := u.w.n
	fmt.Fprint(u.w, "xref\n")
	for _, id := range slices.Sorted(maps.Keys(u.at)) {
		fmt.Fprintf(u.w, "%d 1\n%010d 00000 n \n", id, u.at[id])
	}
	fmt.Fprintf(u.w, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n", u.next, catalogID, info, u.previous, start)
}

// The library begins every document with these two objects.
const (
	catalogID = 1
	pagesID   = 2
)

// write gives the document out, once.
func (c *canvas) write(w io.Writer, title string, made time.Time) error {
	out := &counted{to: bufio.NewWriter(w)} // which keeps the error of w that the library passes over
	if _, err := c.pdf.WriteTo(out); err != nil {
		return errs.Wrap(err, errs.Internal, "PDF を作れません。")
	}
	info := c.pdf.GetNextObjectID()
	u, err := newUpdate(out, info)
	if err != nil {
		return err
	}
	u.object(catalogID, fmt.Sprintf("<</Type /Catalog /Pages %d 0 R /Lang (ja) /ViewerPreferences <</DisplayDocTitle true>>>>", pagesID))
	for _, weight := range c.weights {
		text := weight.toUnicode()
		u.object(weight.unicodeID, fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(text), text))
	}
	date := ""
	if !made.IsZero() {
		date = made.UTC().Format(" /CreationDate (D:20060102150405Z)")
	}
	u.object(info, fmt.Sprintf("<</Title <FEFF%X>%s>>", utf16be(title), date))
	u.finish(info)
	return out.to.Flush()
}

// toUnicode says which character each glyph is that has been used.
func (f *weight) toUnicode() string {
	characters := map[uint]rune{}
	var glyphs []uint
	for r := range f.used {
		glyph := f.face.glyph(r)
		if _, twice := characters[glyph]; !twice {
			glyphs = append(glyphs, glyph)
		}
		characters[glyph] = max(characters[glyph], r) // two that share a shape are copied as one of them, always the same
	}
	slices.Sort(glyphs)
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	const most = 100 // in one list
	for list := range slices.Chunk(glyphs, most) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(list))
		for _, glyph := range list {
			fmt.Fprintf(&b, "<%04X><%X>\n", glyph, utf16be(string(characters[glyph])))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return b.String()
}
