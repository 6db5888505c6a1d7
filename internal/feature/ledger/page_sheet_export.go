package ledger

import (
	"context"
	"io"
	"net/url"

	"sekimori/internal/base/errs"
	sheets "sekimori/internal/base/sheet"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// downloadsView offers a list as files.
type downloadsView struct {
	web.Page
	Form  ui.SearchForm
	Count string
	Lost  ui.Notice
	Cells ui.Table // that have characters which Shift_JIS lacks
	Table ui.Table
}

// fileFormat is a kind of file in which a list can be had.
type fileFormat struct {
	id, title, about, extension, media string
	format                             sheets.Format
}

func fileFormats() []fileFormat {
	return []fileFormat{
		{"xlsx", "Excel", "文字はすべて残ります", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheets.Excel},
		{"csv", "CSV（UTF-8）", "文字はすべて残ります", "csv", "text/csv; charset=utf-8", sheets.UTF8BOM},
		{"sjis", "CSV（Shift_JIS）", "古いシステムに渡すとき。使えない文字は 〓 になります", "csv", "text/csv; charset=Shift_JIS", sheets.CP932},
	}
}

// styles are the ways in which a file can write what entries say.
func styles() []ui.Option {
	return []ui.Option{{Value: string(register.StyleData), Text: "データ（2026-04-01）"}, {Value: string(register.StyleWareki), Text: "和暦"}, {Value: string(register.StyleForm), Text: "様式（印刷用）"}}
}

// downloads offers what the conditions of the list select as files, and says what Shift_JIS would lose of it.
func (p pages) downloads(ctx context.Context, r *web.Request) (downloadsView, error) {
	var v downloadsView
	err := p.view(ctx, r, func(d *register.Desk) error {
		v = downloadsView{Page: r.Page("Excel・CSV", way(d)...)}
		v.Kicker, v.Lead = d.Kind.Title, "どの形のファイルも、直してから「ファイルから取り込む」で戻せます。閲覧を記録する項目は入りません。"
		c, form := asked(d, r)
		form.Action, form.Swap, form.Clear = href(d.Book)+"/download", "", href(d.Book)+"/download"
		if len(c.values) == 0 {
			form.Clear = ""
		}
		if v.Form = form; len(form.Faults()) > 0 {
			return nil
		}
		if c.words == "" {
			n, err := d.Count(c.Query)
			if err != nil {
				return err
			}
			v.Count = ui.Count(n, register.CountLimit)
		}
		query := ""
		if len(c.values) > 0 {
			query = "?" + c.values.Encode()
		}
		v.Table = downloadTable(d, query)
		if r.Query("check") == "" {
			v.Lost = ui.Notice{
				Tone: ui.Info, Title: "Shift_JIS にない文字は 〓 になります", Lines: []string{"どこのどの文字がそうなるかを、先に調べられます。"},
				Links: []ui.Link{{Text: "Shift_JIS にない文字を調べる", Href: href(d.Book) + "/download?" + c.with("check", "1").Encode()}},
			}
			return nil
		}
		made, err := export(d, io.Discard, sheets.CP932, register.StyleData, c)
		if err != nil {
			return err
		}
		v.Lost, v.Cells = lost(made)
		return nil
	})
	return v, err
}

func downloadTable(d *register.Desk, query string) ui.Table {
	t := ui.Table{Caption: "ファイルの形", Stack: true, Columns: []ui.Column{{Title: "形", Head: true}}}
	for _, s := range styles() {
		t.Columns = append(t.Columns, ui.Column{Title: s.Text})
	}
	for _, f := range fileFormats() {
		row := ui.Row{Cells: []ui.Cell{{{Text: f.title}, {Text: f.about, Quiet: true}}}}
		for _, s := range styles() {
			if f.format != sheets.Excel && s.Value == string(register.StyleForm) { // there are no lines to be drawn
				row.Cells = append(row.Cells, nil)
				continue
			}
			row.Cells = append(row.Cells, ui.Anchor(f.title+"・"+s.Text, href(d.Book)+"/download/"+f.id+"/"+s.Value+query))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// lost says what a file in Shift_JIS would not have.
func lost(made register.Exported) (ui.Notice, ui.Table) {
	if len(made.Lost) == 0 {
		return ui.Notice{Tone: ui.Good, Title: "Shift_JIS にない文字はありません", Lines: []string{ui.Figure(made.Entries) + "件を調べました。"}}, ui.Table{}
	}
	t := ui.Table{Caption: "〓 になるところ", Stack: true, Columns: []ui.Column{{Title: "ところ", Head: true}, {Title: "文字"}}}
	for _, f := range made.Lost[:min(len(made.Lost), mostFaults)] {
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(f.Where), ui.Text(f.Message)}})
	}
	return ui.Notice{Tone: ui.Warn, Title: "Shift_JIS にない文字が" + ui.Figure(len(made.Lost)) + "か所あります", Lines: []string{"残したいときは、Excel か CSV（UTF-8）にしてください。"}}, cutOff(t, len(made.Lost))
}

// cutOff says in a table that the rest of its rows is left out.
func cutOff(t ui.Table, all int) ui.Table {
	if all > len(t.Rows) {
		t.Caption += "（" + ui.Figure(all) + "件のうち、先頭の" + ui.Figure(len(t.Rows)) + "件）"
	}
	return t
}

// export writes what the conditions of a list select.
func export(d *register.Desk, w io.Writer, format sheets.Format, style register.Style, c conditions) (register.Exported, error) {
	if c.words != "" {
		return d.ExportFound(w, format, style, c.words, c.Query)
	}
	return d.Export(w, format, style, c.Query)
}

// download gives what the conditions of the list select as a file. Its name bears the highest class in it, as that of every file does.
//
// Asked for by kobe-city/standard:4.2/イ, kobe-school/standard:4.2.2.
func (p pages) download(ctx context.Context, r *web.Request) (web.Attachment, error) {
	var format fileFormat
	for _, f := range fileFormats() {
		if f.id == r.Path("format") {
			format = f
		}
	}
	style := ""
	for _, s := range styles() {
		if s.Value == r.Path("style") {
			style = s.Value
		}
	}
	if format.id == "" || style == "" {
		return web.Attachment{}, errs.New(errs.NotFound, "この形式はありません。")
	}
	name := ""
	if err := p.view(ctx, r, func(d *register.Desk) error {
		c, form := asked(d, r)
		if err := wrong(form); err != nil {
			return err
		}
		class, err := highestSelected(d, c)
		name = fileName(class, d.Kind.Title, d.Today)
		return err
	}); err != nil {
		return web.Attachment{}, err
	}
	return web.Attachment{Name: name + "." + format.extension, Media: format.media, Write: func(w io.Writer) error {
		return p.view(ctx, r, func(d *register.Desk) error {
			c, _ := asked(d, r)
			_, err := export(d, w, format.format, register.Style(style), c)
			return err
		})
	}}, nil
}

// highestSelected is the mark of a file with all that the conditions of a list select; "" where entries bear no class.
func highestSelected(d *register.Desk, c conditions) (string, error) {
	field := classField(d)
	if field == "" {
		return "", nil
	}
	highest, some, unknown := register.Class{}, false, false
	take := func(entries []register.Entry) error {
		for _, e := range entries {
			data, err := e.Read()
			if err != nil {
				return err
			}
			class := data.Class(field)
			if some = true; len(class) == 0 {
				unknown = true
				continue
			}
			highest = d.Highest(highest, class)
		}
		return nil
	}
	if err := eachSelected(d, c, take); err != nil || !some {
		return "", err
	}
	words := mark(d.Classes, highest)
	if unknown && words != unclassified {
		words += "（未分類を含む）"
	}
	return words, nil
}

// eachSelected gives all that the conditions of a list select, some at a time.
func eachSelected(d *register.Desk, c conditions, fn func([]register.Entry) error) error {
	q := c.Query
	q.Limit, q.After = searchedAtOnce, nil
	var after search.Cursor
	for {
		var entries []register.Entry
		var err error
		var more bool
		if c.words != "" {
			entries, after, err = d.Search(c.words, q, after)
			more = after != search.Cursor{}
		} else {
			entries, q.After, err = d.List(q)
			more = q.After != nil
		}
		if err == nil {
			err = fn(entries)
		}
		if err != nil || !more {
			return err
		}
	}
}

// downloadLink leads from a list to its files, with what it is narrowed to.
func downloadLink(d *register.Desk, c conditions) ui.Link {
	to := url.URL{Path: href(d.Book) + "/download", RawQuery: c.values.Encode()}
	return ui.Link{Text: "Excel・CSV", Href: to.String()}
}
