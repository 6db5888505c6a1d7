package ledger

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/paper"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
)

// tag is what stands on a label of an entry.
//
// Asked for by kobe-city/standard:4.2/イ, kobe-school/standard:4.2.2.
type tag struct {
	Mark   string // its class, 未分類 where there is none yet; "" where entries of the register have no class
	Name   string
	Number string
	Owner  string
	Limits []limit // what the declaration puts on labels beside the class
	Code   string  // what a QR code says: where the entry is, and its number
}

// limit is a field that stands on labels.
type limit struct{ Title, Text string }

func (l limit) String() string { return l.Title + "：" + l.Text }

// tagOf reads an entry for its label. What is to be read under record stands on none.
func tagOf(d *register.Desk, e register.Entry, data register.Data) tag {
	t := tag{Name: d.Call(data, e), Number: e.Number, Owner: ownerOf(d, data), Code: strings.TrimSpace(entryHref(d.Book, e) + " " + e.Number)}
	if field := classField(d); field != "" {
		t.Mark = mark(d.Classes, data.Class(field))
	}
	for _, f := range d.Fields {
		if !f.Label || !d.Shows(f, data, e.State) {
			continue
		}
		if words := d.Say(f, data); words != "" { // nothing is said of what is restricted
			t.Limits = append(t.Limits, limit{f.Title, words})
		}
	}
	return t
}

// limits are the words of the restrictions, as names of files have them.
func (t tag) limits() []string {
	var list []string
	for _, l := range t.Limits {
		list = append(list, strings.ReplaceAll(l.Text, "、", "・"))
	}
	return list
}

// lines are the label as text, a line each.
func (t tag) lines(limits bool) []string {
	var list []string
	if t.Mark != "" {
		list = append(list, "【"+t.Mark+"】")
	}
	list = append(list, t.Name)
	if t.Number != t.Name {
		list = append(list, t.Number)
	}
	list = append(list, t.Owner)
	if limits {
		for _, l := range t.Limits {
			list = append(list, l.String())
		}
	}
	return slices.DeleteFunc(list, func(s string) bool { return s == "" })
}

// Sizes of what stands on a label, in points.
const (
	nameSize = 11
	noteSize = 8
)

// label is the label on paper.
func (t tag) label(code, limits bool) paper.Label {
	l := paper.Label{Mark: t.Mark, Lines: []paper.Line{{Text: t.Name, Size: nameSize, Bold: true}}}
	if code {
		l.QR = t.Code
	}
	without := t
	without.Mark = ""
	for _, words := range without.lines(limits)[1:] {
		l.Lines = append(l.Lines, paper.Line{Text: words, Size: noteSize})
	}
	return l
}

// missing names what the font lacks for some labels, each with the label on which it stands first.
func missing(font *paper.Font, tags []tag) []string {
	var texts, list []string
	for _, t := range tags {
		texts = append(texts, t.lines(true)...)
	}
	for _, m := range font.Missing(texts...) {
		list = append(list, m.String()+"　"+m.In)
	}
	return list
}

// labelSheet is a kind of label paper, by how many labels it has.
type labelSheet struct {
	name, title string
	paper       paper.Sheet
}

func labelSheets() []labelSheet {
	return []labelSheet{
		{"24", "24面（66.0 × 33.9 mm）", paper.Sheet24()},
		{"12", "12面（86.4 × 42.3 mm）", paper.Sheet12()},
		{"10", "10面（86.4 × 50.8 mm）", paper.Sheet10()},
	}
}

// mostLabels is how many labels are printed at once: five sheets of the smallest, and as many as an address holds.
const mostLabels = 120

// labelOrder is what somebody wants printed.
type labelOrder struct {
	entries []string
	sheet   labelSheet
	start   int
	code    bool
	limits  bool
}

// order reads an order. Its faults bear the names of the inputs of labelsForm.
func order(entries []string, sheet string, start int, code, limits bool) (labelOrder, error) {
	var faults errs.Faults
	o := labelOrder{entries: entries, start: start, code: code, limits: limits}
	i := slices.IndexFunc(labelSheets(), func(s labelSheet) bool { return s.name == sheet })
	if i < 0 {
		faults.Add("sheet", "用紙を選んでください。")
	} else {
		o.sheet = labelSheets()[i]
		if most := o.sheet.paper.Columns * o.sheet.paper.Rows; start < 1 || start > most {
			faults.Add("start", "この用紙の面は1から%dまでです。", most)
		}
	}
	switch n := len(entries); {
	case n == 0:
		faults.Add("chosen", "一つ以上選んでください。")
	case n > mostLabels:
		faults.Add("chosen", "多すぎます（%d件）。一度に印刷できるのは%d件までです。", n, mostLabels)
	}
	return o, faults.Err("ラベルの指定を確認してください。")
}

// between stands between the ids of an order in an address.
const between = "."

// brief is an id in 22 characters, so that an address has room for all. What is no id stays, and is found nowhere.
func brief(entry string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(entry, "-", ""))
	if err != nil || len(b) != 16 {
		return entry
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// whole is the id that brief made short.
func whole(short string) string {
	b, err := base64.RawURLEncoding.DecodeString(short)
	if err != nil || len(b) != 16 {
		return short
	}
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// values is the order as an address has it.
func (o labelOrder) values() map[string][]string {
	short := make([]string, len(o.entries))
	for i, e := range o.entries {
		short[i] = brief(e)
	}
	v := map[string][]string{"e": {strings.Join(short, between)}, "sheet": {o.sheet.name}, "start": {strconv.Itoa(o.start)}}
	if o.code {
		v["code"] = []string{"1"}
	}
	if o.limits {
		v["limits"] = []string{"1"}
	}
	return v
}

// inOne is an error whose faults have no form to stand in.
func inOne(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return err
	}
	words := e.Message
	for _, f := range e.Fields {
		words += f.Message
	}
	return errs.New(e.Kind, "%s", words)
}

// labelPaper is sheets of labels.
func (p pages) labelPaper(ctx context.Context, r *web.Request) (web.Attachment, error) {
	start, _ := strconv.Atoi(r.Query("start")) // what is no number is no place
	entries := slices.DeleteFunc(strings.Split(r.Query("e"), between), func(s string) bool { return s == "" })
	var made web.Attachment
	err := p.printing(ctx, r, func(_ db.Reader, d *register.Desk) error {
		o, err := order(entries, r.Query("sheet"), start, r.Query("code") == "1", r.Query("limits") == "1")
		if err != nil {
			return inOne(err)
		}
		var chosen []register.Entry
		for _, x := range o.entries {
			e, err := d.Get(id.ID(whole(x)))
			if err != nil {
				return err
			}
			chosen = append(chosen, e)
		}
		data, err := readAll(d, chosen)
		if err != nil {
			return err
		}
		labels := make([]paper.Label, len(chosen))
		for i, e := range chosen {
			labels[i] = tagOf(d, e, data[i]).label(o.code, o.limits)
		}
		setup := paper.Setup{Title: d.Kind.Title + "のラベル", Mark: highestMark(d, data)}
		made, err = p.print(d, setup.Title, setup, func(doc *paper.Document) { doc.Labels(o.sheet.paper, o.start, labels) })
		return err
	})
	return made, err
}
