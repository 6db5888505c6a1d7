package clause

import (
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
)

// section is one document of the file before it is read.
type section struct {
	Spec
	start, end int    // its bytes; those of the first document start with the file
	title      int    // line of the title
	cover      []line // what stands before the title; only the first document has any
	lines      []line // what stands after it
}

// locate cuts the file into documents, in the order of the file (R1). A title that is not there exactly once as a whole
// line is a fault.
func locate(file string, specs []Spec, f *errs.Faults) []section {
	lines := splitLines(file)
	found := map[string][]int{} // title to indexes of lines
	for _, s := range specs {
		found[s.Title] = nil
	}
	for i, l := range lines {
		if at, wanted := found[l.text]; wanted && strings.TrimSpace(file[l.start:l.at]) == "" { // trimmed, not an item
			found[l.text] = append(at, i)
		}
	}
	for i, s := range specs {
		switch at := found[s.Title]; {
		case len(at) == 0:
			f.Add(lineName(len(lines)), "題名「%s」の行がありません。%sから、ここ（ファイルの終わり）までにあるはずです", s.Title, origin(lines, specs[:i], found))
		case len(at) > 1:
			f.Add(lineName(lines[at[1]].number), "題名「%s」の行が複数あります（%s）。1つだけのはずです", s.Title, lineNames(lines, at))
		}
	}
	if f.Len() > 0 {
		return nil
	}
	specs = slices.SortedFunc(slices.Values(specs), func(a, b Spec) int { return found[a.Title][0] - found[b.Title][0] })
	out := make([]section, len(specs))
	for i, s := range specs {
		at, until, end := found[s.Title][0], len(lines), len(file)
		if i+1 < len(specs) {
			until = found[specs[i+1].Title][0]
			end = lines[until].start
		}
		out[i] = section{Spec: s, start: lines[at].start, end: end, title: lines[at].number, lines: lines[at+1 : until]}
		if i == 0 {
			out[i].start, out[i].cover = 0, lines[:at]
		}
	}
	return out
}

// origin says from where on a missing title was expected: the last document before it that is there.
func origin(lines []line, before []Spec, found map[string][]int) string {
	for _, s := range slices.Backward(before) {
		if at := found[s.Title]; len(at) > 0 {
			return fmt.Sprintf("%s（「%s」）", lineName(lines[at[0]].number), s.Title)
		}
	}
	return lineName(1)
}

func lineNames(lines []line, at []int) string {
	names := make([]string, len(at))
	for i, index := range at {
		names[i] = lineName(lines[index].number)
	}
	return strings.Join(names, "、")
}

// lineName names a line for people.
func lineName(number int) string { return fmt.Sprintf("%d行目", number) }
