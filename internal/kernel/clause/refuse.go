package clause

import (
	"slices"
	"strings"

	"sekimori/internal/base/errs"
)

// gap is a clause of the pack that the text lacks, and the last clause of the pack before it that the text has.
type gap struct {
	ref   string
	after string
	line  int // of after, else of the document's title
}

func missing(t *Text, p Package) []gap {
	places := map[string]gap{} // of what the text has
	last := map[string]gap{}   // of each document
	for i := range t.Documents {
		d := &t.Documents[i]
		last[d.ID] = gap{line: d.Line}
		for _, c := range d.Clauses {
			places[d.ID+":"+c.ID] = gap{after: d.Ref(c.ID), line: c.Line}
		}
	}
	var out []gap
	for _, id := range p.Clauses {
		document, clause, _ := strings.Cut(id, ":")
		at, there := places[id]
		if there {
			last[document] = at
			continue
		}
		g := last[document]
		i := slices.IndexFunc(p.Specs, func(s Spec) bool { return s.ID == document })
		if g.ref = id; i >= 0 && p.Specs[i].Main {
			g.ref = clause
		}
		out = append(out, g)
	}
	return out
}

// tooFew reports whether a text cannot be what it claims: one of the pack's edition has every clause of the pack, and a later
// or earlier one has most of them, however much was renumbered.
func tooFew(p Package, r Result) bool {
	if r.Edition == p.Edition {
		return len(r.Missing) > 0
	}
	return len(r.Missing)*2 > len(p.Clauses)
}

// incomplete names every clause that is missing, where it was expected, and where the text ends.
func incomplete(t *Text, p Package, lines int) error {
	var f errs.Faults
	for _, g := range missing(t, p) {
		if g.after == "" {
			f.Add(lineName(g.line), "条項 %s がありません。この題名の後にあるはずです", g.ref)
		} else {
			f.Add(lineName(g.line), "条項 %s がありません。この行の %s の後にあるはずです", g.ref, g.after)
		}
	}
	end := &t.Documents[len(t.Documents)-1]
	last := end.Clauses[len(end.Clauses)-1]
	return f.Err("本文にパック %s@%s の条項が%d件足りません。本文は%sで終わり、最後の条項は%sの %s です。公表された本文の全部を、行の順を変えずに取り込んでください",
		p.Regime, p.Edition, f.Len(), lineName(lines), lineName(last.Line), end.Ref(last.ID))
}

// differences refuses other bytes for an edition that is there, naming each piece that is not the same.
func differences(old, now *Text, r Result) error {
	var f errs.Faults
	before := map[string]printed{}
	for _, was := range pieces(old) {
		before[was.name] = was
	}
	for _, is := range pieces(now) {
		switch was, there := before[is.name]; {
		case !there:
			f.Add(lineName(is.line), "%sが加わっています", is.name)
		case was.original == is.original:
		case withoutSpace(was.original) == withoutSpace(is.original):
			f.Add(lineName(is.line), "%sの空白・改行だけが違います", is.name)
		default:
			f.Add(lineName(is.line), "%sの原文が違います", is.name)
		}
		delete(before, is.name)
	}
	for _, was := range pieces(old) {
		if _, gone := before[was.name]; gone {
			f.Add(lineName(was.line), "%sがなくなっています（行は取込み済みの本文のもの）", was.name)
		}
	}
	return f.Err("%s の第%s版は、違う内容で既に取り込まれています。改正された本文なら、改訂履歴に新しい版があるはずです", r.Regime, r.Edition)
}

// printed is one piece of the file, named for people.
type printed struct {
	name, original string
	line           int
}

func pieces(t *Text) []printed {
	var out []printed
	for i := range t.Documents {
		d := &t.Documents[i]
		out = append(out, printed{"「" + d.Title + "」の前付け", string(d.Front), d.Line})
		for _, c := range d.Clauses {
			out = append(out, printed{"条項 " + d.Ref(c.ID) + " ", c.Original, c.Line})
		}
	}
	return out
}
