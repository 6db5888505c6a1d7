package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// merges are the merged cells of a sheet that reach over several rows, by their leftmost column, from the top. Excel keeps their
// text in the first row; to people it stands in all of them.
type merges map[int][]span

// span is from the first row of merged cells to the last.
type span struct{ first, last int }

// mostMerges is how many merged cells are read: they stay in memory.
const mostMerges = 1 << 19

// above says whether a cell belongs to merged cells that begin in a row above.
func (m merges) above(row, column int) bool {
	list := m[column]
	i := sort.Search(len(list), func(i int) bool { return list[i].first >= row })
	return i > 0 && list[i-1].last >= row
}

// merges reads the merged cells of a sheet. They stand behind its rows, which are passed over without being understood: reading
// them costs a small part of what reading the rows does.
func (f *File) merges(sheet string) (merges, error) {
	if f.book == nil {
		return nil, nil //nolint:nilnil // a CSV has no merged cells, and a map that is nil is empty
	}
	s, err := f.book.sheet(sheet)
	if err != nil {
		return nil, err
	}
	r, err := f.book.open(s.part, f.book.limits.Unpacked)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	rest, err := behindRows(r)
	if err != nil || rest == nil {
		return nil, broken(err)
	}
	found, count := merges{}, 0
	one := &pieceReader{r: rest}
	for d := xml.NewDecoder(one); ; {
		one.n = 0
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, broken(err)
		}
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "mergeCell" {
			if count++; count > mostMerges {
				return nil, tooBig()
			}
			found.add(e)
		}
	}
	for column := range found {
		slices.SortFunc(found[column], func(a, b span) int { return a.first - b.first })
	}
	return found, nil
}

// add notes <mergeCell ref="B3:B7"/>; one that cannot be read merges nothing.
func (m merges) add(e xml.StartElement) {
	for _, a := range e.Attr {
		first, last, ok := strings.Cut(a.Value, ":")
		if a.Name.Local != "ref" || !ok {
			continue
		}
		column, x := columnOf(first), span{rowOf(first), rowOf(last)}
		if column >= 0 && x.first > 0 && x.last > x.first && x.last <= excelRows {
			m[column] = append(m[column], x)
		}
	}
}

// rowOf gives 12 for B12, 0 for what names no row.
func rowOf(ref string) int {
	n, err := strconv.Atoi(strings.TrimLeft(ref, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
	if err != nil {
		return 0
	}
	return n
}

// behindRows gives what stands behind the end of the rows, nil where they do not end.
func behindRows(r io.Reader) (io.Reader, error) {
	end := []byte("sheetData>")
	const most = 64 // bytes of "</", a prefix and the word, which may lie in two pieces
	piece := make([]byte, 64<<10)
	kept := 0
	for {
		n, err := r.Read(piece[kept:])
		have := piece[:kept+n]
		for from := 0; ; {
			at := bytes.Index(have[from:], end)
			if at < 0 {
				break
			}
			at += from
			if open := bytes.LastIndexByte(have[:at], '<'); open >= 0 && open+1 < len(have) && have[open+1] == '/' {
				return io.MultiReader(bytes.NewReader(bytes.Clone(have[at+len(end):])), r), nil
			}
			from = at + len(end)
		}
		if errors.Is(err, io.EOF) {
			return nil, nil //nolint:nilnil // there is nothing behind what has no end
		}
		if err != nil {
			return nil, err
		}
		kept = copy(piece, have[max(0, len(have)-most):])
	}
}
