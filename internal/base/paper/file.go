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

	"github.com/signintech/gopdf"
)

// A file is the library's document, which has the fonts and no pages, and an update of it (ISO 32000-1, 7.5.6), which has the
// pages. The library would keep each text as an object of 300 bytes until the end, has a character above U+FFFF copied as
// another one, and makes lists of characters that are longer than readers must accept; the update spares the first and puts
// the others right.

// The library begins every document with these objects.
const (
	catalogID   = 1
	pagesID     = 2
	resourcesID = 4 // names the fonts /F1, /F2
)

// write gives the document out. Errors of w come as they are.
func (c *canvas) write(w io.Writer, title string, made time.Time, font *Font) error {
	c.seal()
	out := &counted{to: bufio.NewWriter(w)} // which keeps the error of w that the library passes over
	unicodeIDs, next, err := c.writeFonts(out, font)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "PDF を作れません。")
	}
	u, err := newUpdate(out, next)
	if err != nil {
		return errs.Wrap(err, errs.Internal, "PDF を作れません。")
	}
	for i, id := range unicodeIDs {
		u.stream(id, "", []byte(c.weights[i].toUnicode()))
	}
	var kids strings.Builder
	for _, parts := range c.pages {
		var contents strings.Builder
		for _, part := range parts {
			fmt.Fprintf(&contents, "%d 0 R ", u.stream(0, "/Filter /FlateDecode ", part))
		}
		page := u.object(0, fmt.Sprintf("<</Type /Page /Parent %d 0 R /Resources %d 0 R /Contents [%s]>>", pagesID, resourcesID, contents.String()))
		fmt.Fprintf(&kids, "%d 0 R\n", page)
	}
	u.object(pagesID, fmt.Sprintf("<</Type /Pages /Count %d /MediaBox [0 0 %.2f %.2f] /Kids [%s]>>", len(c.pages), c.width, c.height, kids.String()))
	u.object(catalogID, fmt.Sprintf("<</Type /Catalog /Pages %d 0 R /Lang (ja) /ViewerPreferences <</DisplayDocTitle true>>>>", pagesID))
	date := ""
	if !made.IsZero() {
		date = made.UTC().Format(" /CreationDate (D:20060102150405Z)")
	}
	u.finish(u.object(0, fmt.Sprintf("<</Title <FEFF%X>%s>>", utf16be(title), date)))
	return out.to.Flush()
}

// writeFonts lets the library write what the pages use of the fonts. It returns the objects that say which character each
// shape is, and the first number that is free.
func (c *canvas) writeFonts(out io.Writer, font *Font) (unicodeIDs []int, next int, err error) {
	var pdf gopdf.GoPdf
	pdf.Start(gopdf.Config{})
	for _, f := range c.weights {
		unicodeIDs = append(unicodeIDs, pdf.GetNextObjectID()) // the first of those that a font is made of
		if err := pdf.AddTTFFontFromFontContainer(f.name, &font.parsed); err != nil {
			return nil, 0, err
		}
		if err := pdf.SetFont(f.name, "", 1); err != nil {
			return nil, 0, err
		}
		if _, err := pdf.MeasureTextWidth(string(slices.Sorted(maps.Keys(f.used)))); err != nil { // takes the shapes in
			return nil, 0, err
		}
	}
	next = pdf.GetNextObjectID()
	_, err = pdf.WriteTo(out)
	return unicodeIDs, next, err
}

// toUnicode says which character each shape is that has been used.
func (f *weight) toUnicode() string {
	characters := map[uint16]rune{}
	for r := range f.used {
		glyph := f.face.shape(r).glyph
		characters[glyph] = max(characters[glyph], r) // two that share a shape are copied as one of them, always the same
	}
	var b strings.Builder
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	const most = 100 // in one list
	for list := range slices.Chunk(slices.Sorted(maps.Keys(characters)), most) {
		fmt.Fprintf(&b, "%d beginbfchar\n", len(list))
		for _, glyph := range list {
			fmt.Fprintf(&b, "<%04X><%X>\n", glyph, utf16be(string(characters[glyph])))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
	return b.String()
}

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
		return nil, err
	}
	return u, nil
}

// object writes a new version of an object, or, for 0, a new object. It returns its number.
func (u *update) object(id int, body string) int {
	if id == 0 {
		id = u.next
		u.next++
	}
	u.at[id] = u.w.n
	fmt.Fprintf(u.w, "%d 0 obj\n%s\nendobj\n", id, body)
	return id
}

func (u *update) stream(id int, filter string, data []byte) int {
	return u.object(id, fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", filter, len(data), data))
}

// finish lists the new objects.
func (u *update) finish(info int) {
	start := u.w.n
	fmt.Fprint(u.w, "xref\n")
	ids := slices.Sorted(maps.Keys(u.at))
	for len(ids) > 0 {
		n := 1 // that follow each other
		for n < len(ids) && ids[n] == ids[0]+n {
			n++
		}
		fmt.Fprintf(u.w, "%d %d\n", ids[0], n)
		for _, id := range ids[:n] {
			fmt.Fprintf(u.w, "%010d 00000 n \n", u.at[id])
		}
		ids = ids[n:]
	}
	fmt.Fprintf(u.w, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /Prev %d>>\nstartxref\n%d\n%%%%EOF\n", u.next, catalogID, info, u.previous, start)
}
