package ledger

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"sync"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/paper"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// mostPrinted is how many entries one PDF lists: some 80 pages, and a second of work.
const mostPrinted = 2000

// fonts gives the font of PDFs, or says what to install.
type fonts func() (*paper.Font, error)

// remembered finds the font once. While there is none it looks again each time, so that nothing is to be restarted once it was
// installed.
func remembered(find func() (*paper.Font, error)) fonts {
	var turn sync.Mutex
	var found *paper.Font
	return func() (*paper.Font, error) {
		turn.Lock()
		defer turn.Unlock()
		if found != nil {
			return found, nil
		}
		f, err := find()
		found = f
		return f, err
	}
}

// paperRoutes are those of what is printed.
func (p pages) paperRoutes(book, entry string) []web.Route {
	read := access.LedgerRead
	return []web.Route{
		web.Download(book+"/pdf", read, p.listPaper),
		web.Download(entry+"/pdf", read, p.entryPaper),
		web.Download(book+"/confirm/{home}/pdf", read, p.confirmPaper),
		web.Get(entry+"/label", read, "label", p.label),
		web.Get(book+"/labels", read, "labels", p.labels),
		web.Post(book+"/labels", read, "labels", p.labels, p.chooseLabels),
		web.Download(book+"/labels/pdf", read, p.labelPaper),
	}
}

// papers leads to what can be printed of a page.
type papers struct {
	Links []ui.Link
	Lack  string // why there is no PDF, and what to install; the page itself still prints
}

// papers are PDFs, which need the font, and pages, which do not.
func (p pages) papers(pdfs []ui.Link, others ...ui.Link) papers {
	if _, err := p.fonts(); err != nil {
		return papers{others, errs.Message(err)}
	}
	return papers{Links: slices.Concat(pdfs, others)}
}

// listPapers are those of a list under its conditions. A log has no labels: its lines are no things.
func (p pages) listPapers(d *register.Desk, c conditions) papers {
	query := ""
	if len(c.values) > 0 {
		query = "?" + c.values.Encode()
	}
	var others []ui.Link
	if d.Volume != register.Log {
		others = append(others, ui.Link{Text: "ラベルを印刷する", Href: href(d.Book) + "/labels" + query})
	}
	return p.papers([]ui.Link{{Text: "この一覧の PDF（" + ui.Figure(p.most) + "件まで）", Href: href(d.Book) + "/pdf" + query}}, others...)
}

func (p pages) entryPapers(d *register.Desk, e register.Entry) papers {
	var others []ui.Link
	if d.Volume != register.Log {
		others = append(others, ui.Link{Text: "表示（ラベル）", Href: entryHref(d.Book, e) + "/label"})
	}
	return p.papers([]ui.Link{{Text: "この画面の PDF", Href: entryHref(d.Book, e) + "/pdf"}}, others...)
}

func (p pages) confirmPapers(d *register.Desk, home string) papers {
	return p.papers([]ui.Link{{Text: "棚卸シートの PDF", Href: confirmHref(d, home) + "/pdf"}})
}

// printing runs fn on the register that the address names, in one read.
func (p pages) printing(ctx context.Context, r *web.Request, fn func(reader db.Reader, d *register.Desk) error) error {
	return p.log.DB().View(ctx, func(reader db.Reader) error {
		d, err := p.s.Open(ctx, reader, r.Actor(), r.Path("regime"), r.Path("book"))
		if err != nil {
			return err
		}
		return fn(reader, d)
	})
}

// print makes a PDF of what fill adds. Its name bears its class, as that of every file does.
//
// Asked for by kobe-city/standard:4.2/イ, kobe-school/standard:4.2.2.
func (p pages) print(d *register.Desk, name string, setup paper.Setup, fill func(*paper.Document)) (web.Attachment, error) {
	font, err := p.fonts()
	if err != nil {
		return web.Attachment{}, err
	}
	setup.Printed = p.log.DB().Now()
	doc := paper.New(font, setup)
	fill(doc)
	return web.Attachment{Name: fileName(setup.Mark, name, d.Today) + ".pdf", Media: "application/pdf", Write: func(w io.Writer) error {
		_, err := doc.Write(w) // what the font lacks stands at the end of the document
		return err
	}}, nil
}

// Words around a receipt. What checks one passes over them.
const (
	receiptOf      = "受領証　この版が証跡のこの場所にあったことを示します。あとで変えられれば sekimori trail verify --receipt で分かります。"
	receiptOfMany  = "受領証　印刷したときの証跡の全体を示します。それまでの記録があとで変えられれば sekimori trail verify --receipt で分かります。"
	receiptAwaited = "受領証　この版には、まだ証跡の番号がありません。1分ほど待って印刷し直すと付きます。"
	receiptLacks   = "受領証　証跡にまだ番号がないので、ありません。1分ほど待って印刷し直すと付きます。"
)

// receipt is a receipt as it stands at the foot of a paper: trail.ParseReceipt reads it from there, typed or copied.
func receipt(r trail.Receipt, err error, words, without string) (string, error) {
	if errors.Is(err, trail.ErrUnnumbered) {
		return without, nil
	}
	if err != nil {
		return "", err
	}
	return words + "\n" + strings.Join(strings.Fields(r.String()), " "), nil
}

// receiptOfHead is that of a paper that shows many entries.
func (p pages) receiptOfHead(ctx context.Context, reader db.Reader) (string, error) {
	r, err := p.log.HeadReceipt(ctx, reader)
	return receipt(r, err, receiptOfMany, receiptLacks)
}

// unclassified is what stands in place of a class that was not decided yet.
const unclassified = "未分類"

// mark is a class as it stands on papers, in names of files and on media: the overall level of an edition that has one, else the level
// on each axis.
//
// Asked for by kobe-city/standard:4.2/イ, kobe-school/standard:4.2.2.
func mark(c register.Classes, class register.Class) string {
	if level := c.Reached(class); level != "" {
		return c.Overall.Title + level
	}
	if text := c.Text(class); text != "" {
		return text
	}
	return unclassified
}

// classField is the field of which the mark is, "" where entries bear none.
func classField(d *register.Desk) string {
	if f, ok := d.Field(d.ClassField()); ok && !f.Restricted {
		return f.ID
	}
	return ""
}

// highestMark is the mark of a paper that shows some entries: the highest of their classes, and that of some the class is not known.
func highestMark(d *register.Desk, said []register.Data) string {
	field := classField(d)
	if field == "" || len(said) == 0 {
		return ""
	}
	classes, unknown := []register.Class{}, false
	for _, data := range said {
		class := data.Class(field)
		classes = append(classes, class)
		unknown = unknown || len(class) == 0
	}
	highest := mark(d.Classes, d.Highest(classes...))
	if unknown && highest != unclassified {
		return highest + "（未分類を含む）"
	}
	return highest
}

// readAll reads what entries say, and looks up at once what they name.
func readAll(d *register.Desk, entries []register.Entry) ([]register.Data, error) {
	list := make([]register.Data, len(entries))
	for i, e := range entries {
		data, err := e.Read()
		if err != nil {
			return nil, err
		}
		list[i] = data
	}
	return list, d.Known(list...)
}

// ownerName is whose something with a home is.
func ownerName(d *register.Desk, home string) string {
	return d.Names().Called(register.Field{Type: register.TypeScope}, home)
}

// ownerOf is whose an entry is; "" where the register has no owners, or the reader does not read them.
func ownerOf(d *register.Desk, data register.Data) string {
	f, _ := d.Field(d.Owner)
	return d.Say(f, data)
}

// onPaper is a table of a page as a paper has it.
func onPaper(t ui.Table, size float64) paper.Table {
	made := paper.Table{Size: size, Empty: t.Empty}
	for _, c := range t.Columns {
		made.Columns = append(made.Columns, paper.Column{Title: c.Title, Right: c.Number, Keep: c.Keep})
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row.Cells))
		for i, c := range row.Cells {
			cells[i] = cellWords(c)
		}
		made.Rows = append(made.Rows, cells)
	}
	return made
}

// cellWords are the words of a cell, each in a line.
func cellWords(c ui.Cell) string {
	lines := make([]string, len(c))
	for i, item := range c {
		lines[i] = item.Text
	}
	return strings.Join(lines, "\n")
}

// sizeFor is how large a table of so many columns is set on a sheet that lies broad.
func sizeFor(columns int) float64 {
	switch {
	case columns <= 10:
		return 8.5
	case columns <= 14:
		return 7.5
	}
	return 6.5
}
