package ui

import (
	"embed"
	"fmt"
	"html/template"
)

//go:embed *.html
var files embed.FS

// Add parses the templates of all components into t.
func Add(t *template.Template) (*template.Template, error) {
	t, err := t.ParseFS(files, "*.html")
	if err != nil {
		return nil, fmt.Errorf("ui: %w", err)
	}
	return t, nil
}

// Tone is the meaning behind a colour. It never stands alone: the text says it too.
type Tone string

// The tones. None is plain text where an Item may carry a badge.
const (
	None    Tone = ""
	Neutral Tone = "neutral"
	Info    Tone = "info"
	Good    Tone = "good"
	Warn    Tone = "warn"
	Bad     Tone = "bad"
)

// Link leads to a page. Current marks the page the reader is on.
type Link struct {
	Text    string
	Href    string
	Current bool
}

// Breadcrumbs is the way from the first page to this one, without this one.
type Breadcrumbs struct{ Links []Link }

// Menu is the main navigation of the site.
type Menu struct{ Links []Link }

// Tabs is the navigation between the sides of one thing: plain links in a row. Swap, if
// set, is the id of the element that they replace.
type Tabs struct {
	Label string // what is navigated, for those who cannot see the row
	Swap  string
	Links []Link
}

// Notice is a message inside a page.
type Notice struct {
	Tone  Tone
	Title string
	Lines []string
	Links []Link
}

// Kind says the tone in a word, for those who do not see the colour.
func (n Notice) Kind() string {
	switch n.Tone {
	case Good:
		return "完了"
	case Warn:
		return "注意"
	case Bad:
		return "エラー"
	case None, Neutral, Info:
	}
	return "お知らせ"
}

// Item is one thing in a cell: plain text, a link if Href is set, a badge if Tone is set,
// smaller and grey if Quiet, with the word of its Mark.
type Item struct {
	Text  string
	Href  string
	Tone  Tone
	Quiet bool
	Mark  Mark
}

// Badge is a short status in a tone.
type Badge struct {
	Text string
	Tone Tone
}

// Badge gives the item as a badge.
func (i Item) Badge() Badge { return Badge{Text: i.Text, Tone: i.Tone} }

// Cell is what stands in one place of a table or list: nothing, one item, or several below
// each other.
type Cell []Item

// Single reports whether the cell holds exactly one item.
func (c Cell) Single() bool { return len(c) == 1 }

// Text makes a cell of lines of text.
func Text(lines ...string) Cell {
	var c Cell
	for _, l := range lines {
		c = append(c, Item{Text: l})
	}
	return c
}

// Anchor makes a cell of one link.
func Anchor(text, href string) Cell { return Cell{{Text: text, Href: href}} }

// DescriptionList names and describes: the particulars of one thing.
type DescriptionList struct{ Items []Description }

// Description is one term with what is said of it.
type Description struct {
	Term string
	Cell Cell
}

// Table is a list with columns. Stack turns each row into a small card on narrow screens;
// without it the table scrolls inside its frame. Empty is said where there are no rows.
type Table struct {
	Caption string
	Columns []Column
	Rows    []Row
	Stack   bool
	Empty   string
}

// Column heads a column. Head marks the column whose cells name their row; Number sets
// figures to the right; Keep never breaks its lines; Wide has room for a name.
type Column struct {
	Title  string
	Head   bool
	Number bool
	Keep   bool
	Wide   bool
}

// Row is one row. ID, if set, is its anchor in the page.
type Row struct {
	ID    string
	Cells []Cell
}

// Column is the column at i, an empty one where a row is longer than the head.
func (t Table) Column(i int) Column {
	if i < 0 || i >= len(t.Columns) {
		return Column{}
	}
	return t.Columns[i]
}

// Nothing is what a table without rows says.
func (t Table) Nothing() string {
	if t.Empty == "" {
		return "該当するものはありません。"
	}
	return t.Empty
}
