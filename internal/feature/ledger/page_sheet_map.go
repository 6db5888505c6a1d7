package ledger

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// How the rows of files get their owner that do not say it.
const (
	byColumn = ""
	byChoice = "given"
	byCell   = "cell"
	byName   = "name"
)

// columnInput begins the names of the inputs that say which column of the files a leaf is.
const (
	columnInput = "column."
	leaveOut    = "-"
)

// mappingForm asks how files are to be read: what is missing first, the rest behind.
func mappingForm(d *register.Desk, u Upload, m register.Mapping, s *shownPreview) (ui.Form, error) {
	f := ui.Form{Action: importHref(u) + "/map", Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "この読み方で確かめ直す", Quiet: true}}}}
	owners, err := ownerFields(d, m)
	if err != nil {
		return f, err
	}
	f.Fields = append(f.Fields, owners...)
	f.Fields = append(f.Fields, keyField(d, m))
	titles, missing := s.titles()
	for _, c := range d.SheetColumns() {
		switch c.Path {
		case register.PathEntry, register.PathVersion, register.PathLine:
			continue
		}
		title, mapped := m.Columns[c.Path]
		in := ui.Field{Name: columnInput + c.Path, Label: c.Title, Value: title, Options: []ui.Option{{Text: "同じ名前の列"}, {Value: leaveOut, Text: "取り込まない"}}}
		if mapped && title == "" {
			in.Value = leaveOut
		}
		known := title == ""
		for _, t := range titles {
			in.Options = append(in.Options, ui.Option{Value: t, Text: t})
			known = known || t == title
		}
		if !known {
			in.Options = append(in.Options, ui.Option{Value: title, Text: title})
		}
		in.More = !slices.Contains(missing, c.Title)
		f.Fields = append(f.Fields, in)
	}
	f.Fields = append(f.Fields,
		ui.Field{Name: "sheet", Label: "シートの名前", Help: "空けておくと、いちばん多くの列があるシート", Value: m.Sheet, More: true},
		ui.Field{Type: ui.Check, Name: "overwrite", Label: "書き出したあとに台帳で変わったところも、ファイルの内容にする", Value: ticked(m.Overwrite), More: true},
	)
	return f, nil
}

func ticked(on bool) string {
	if on {
		return "1"
	}
	return ""
}

// titles are those of the columns that files have and that are missing.
func (s *shownPreview) titles() (titles, missing []string) {
	if s == nil {
		return nil, nil
	}
	for _, f := range s.Forms {
		for _, h := range f.Headings {
			if !slices.Contains(titles, h.Title) {
				titles = append(titles, h.Title)
			}
		}
		missing = append(missing, f.Missing...)
	}
	return titles, missing
}

func ownerFields(d *register.Desk, m register.Mapping) ([]ui.Field, error) {
	f, ok := d.Field(d.Owner)
	if !ok {
		return nil, nil
	}
	how := ui.Field{Type: ui.Radio, Name: "how", Label: f.Title + "の列がない行は、だれのものか", Value: byColumn, Options: []ui.Option{
		{Value: byColumn, Text: f.Title + "の列で決める"},
		{Value: byChoice, Text: "次の" + f.Title + "とする"},
		{Value: byCell, Text: "見出しより上のセルで決める"},
		{Value: byName, Text: "ファイルかフォルダーの名前で決める"},
	}}
	switch {
	case m.OwnerCell != "":
		how.Value = byCell
	case m.OwnerName:
		how.Value = byName
	case m.Owner != "":
		how.Value = byChoice
	}
	words := m.Owner
	choice, err := sheet{Desk: d}.ownerChoice(words)
	if err != nil {
		return nil, err
	}
	choice[0].Required = false
	if len(choice[0].Options) == 0 && words != "" {
		choice[0].Value = d.Written(f, words)
	} else if len(choice[0].Options) > 0 {
		choice[0].Options = slices.Concat([]ui.Option{{Text: "選んでください"}}, choice[0].Options)
	}
	return append([]ui.Field{how}, choice[0], ui.Field{Name: "cell", Label: "セル", Help: "例：B2（「所属：総務課」のように書いてあるセル）", Value: m.OwnerCell}), nil
}

func keyField(d *register.Desk, m register.Mapping) ui.Field {
	in := ui.Field{Name: "key", Label: "すでにある" + d.Entry + "を見分ける項目", Help: "番号も記録のIDもない行に使います", Value: m.Key, Options: []ui.Option{{Text: "見分けない（すべて新しく加える）"}}}
	for _, f := range d.Keys() {
		in.Options = append(in.Options, ui.Option{Value: f.ID, Text: f.Title})
	}
	return in
}

type mapForm struct {
	How       string              `form:"how"`
	Owner     string              `form:"owner"`
	Cell      string              `form:"cell"`
	Key       string              `form:"key"`
	Sheet     string              `form:"sheet"`
	Overwrite bool                `form:"overwrite"`
	Columns   map[string][]string `form:"column.*"`
}

// mapping is what the form says.
func (in mapForm) mapping(d *register.Desk) (register.Mapping, error) {
	m := register.Mapping{Sheet: in.Sheet, Key: in.Key, Overwrite: in.Overwrite}
	var faults errs.Faults
	switch in.How {
	case byChoice:
		home, err := d.HomeOf(in.Owner)
		if err != nil || in.Owner == "" {
			faults.Add("owner", "所管を選んでください。組織コードか、正式な名称で書くこともできます。")
		}
		m.Owner = home
	case byCell:
		m.OwnerCell = strings.ToUpper(text.Fold(in.Cell))
		if m.OwnerCell == "" {
			faults.Add("cell", "セルを B2 のように書いてください。")
		}
	case byName:
		m.OwnerName = true
	}
	for path, words := range in.Columns {
		switch title := strings.Join(words, ""); title {
		case "":
		case leaveOut:
			title = ""
			fallthrough
		default:
			if m.Columns == nil {
				m.Columns = map[string]string{}
			}
			m.Columns[path] = title
		}
	}
	return m, faults.Err("読み方を確かめてください。")
}

func (p pages) mapUpload(ctx context.Context, r *web.Request, in mapForm) (web.Next, error) {
	u, err := p.named(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	var m register.Mapping
	if err := p.view(ctx, r, func(d *register.Desk) error {
		m, err = in.mapping(d)
		return err
	}); err != nil {
		return web.Next{}, err
	}
	return web.Next{Href: importHref(u), Said: "読み方を変えて、確かめています。"}, p.sheets.Check(ctx, r.Actor(), u.ID, &m)
}

// mappingOf is how the files of a preview were read.
func mappingOf(kept string) (m register.Mapping) {
	if json.Unmarshal([]byte(kept), &m) != nil {
		return register.Mapping{} // it was never worked out
	}
	return m
}
