package people

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// maxUpload is how many bytes of files one form takes: the largest files twice.
const maxUpload = 2 * maxFile

// importSteps says where an import is.
func importSteps(at int) ui.Steps {
	return ui.Steps{Label: "人事異動の手順", Names: []string{"ファイルを送る", "確かめる", "取り込む", "保留を片付ける"}, At: at}
}

// importsView takes in files, and lists what has been taken in.
type importsView struct {
	web.Page
	Steps ui.Steps
	Form  ui.Form
	First []ui.Field // what is always asked
	More  []ui.Field // what is seldom asked
	Open  bool       // something is wrong there
	Forms ui.Table
	List  ui.Table
}

func (p pages) imports(ctx context.Context, r *web.Request) (importsView, error) {
	v := importsView{Page: r.Page("人事異動"), Steps: importSteps(0)}
	v.Lead = "人事から受け取ったファイルをまとめて送ります。種類は見出しで見分けるので、ファイルを分けたり名前を変えたりする必要はありません。"
	v.Form = r.Form(uploadForm())
	v.First, v.More = v.Form.Fields[:2], v.Form.Fields[2:]
	v.Open = slices.ContainsFunc(v.More, func(f ui.Field) bool { return f.Error != "" })
	v.Forms = formTable()
	list, err1 := p.s.List(ctx, r.Actor())
	var by []string
	for _, u := range list {
		by = append(by, u.By)
	}
	calls, err2 := p.s.call(ctx, by...)
	v.List = uploadTable(list, calls)
	return v, errors.Join(err1, err2)
}

func uploadForm() ui.Form {
	return ui.Form{Action: "/people/import", Buttons: ui.Buttons("送って確かめる", ""), Fields: []ui.Field{
		{Type: ui.Upload, Name: "files", Label: "ファイル", Help: "Excel（.xlsx）かCSV。いくつでも一度に選べます。送っただけでは何も変わりません。", Many: true, Accept: ".csv,.xlsx", Required: true},
		{Name: "title", Label: "件名", Help: "空けておくと、ファイルの名前になります", Wide: true},
		{Type: ui.Date, Name: "opens_on", Label: "公表する日", Help: "空けておくと、最初の発令日の午前0時（過ぎていれば、すぐ）"},
		{Name: "opens_at", Label: "公表する時刻", Help: "例：0:00、8:30", Value: "0:00"},
		{Type: ui.Area, Name: "operators", Label: "公表前に見てよい人", Help: "職員番号を1行に1人。送った本人は書かなくても見られます"},
		{Type: ui.Check, Name: "whole", Label: "誤りのある行が1行でもあれば、取り込まない"},
		{Type: ui.Number, Name: "held_limit", Label: "保留の上限（％）", Help: "誤りのある行がこれより多ければ、取り込まない", Value: "2"},
		{Type: ui.Date, Name: "roster_on", Label: "名簿の基準日", Help: "基準日の列がない名簿のとき"},
		{Name: "covers", Label: "名簿の範囲", Help: "名簿が一部の組織だけのとき、その組織コード"},
	}}
}

// formTable says which files are understood.
func formTable() ui.Table {
	t := ui.Table{Caption: "受け取れるファイルと、その列", Stack: true, Columns: []ui.Column{{Title: "種類", Head: true, Keep: true}, {Title: "必ず要る列"}, {Title: "あってもよい列"}}}
	for _, f := range Forms() {
		var must, may []string
		for _, c := range f.Columns() {
			if c.Required {
				must = append(must, c.Titles[0])
			} else {
				may = append(may, c.Titles[0])
			}
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Text(f.Title()), ui.Text(strings.Join(must, "、")), ui.Text(strings.Join(may, "、"))}})
	}
	return t
}

func uploadTable(list []Listed, calls map[string]called) ui.Table {
	t := ui.Table{Caption: "これまでの人事異動（新しい順）", Stack: true, Empty: "まだ何も取り込まれていません。", Columns: []ui.Column{
		{Title: "件名", Head: true}, {Title: "状態", Keep: true}, {Title: "公表"}, {Title: "行", Number: true}, {Title: "保留", Number: true}, {Title: "受付"},
	}}
	for _, u := range list {
		held := some(u.Held)
		if u.Held > 0 {
			held[0].Tone = ui.Warn
		}
		opens := ui.Text(inWords("opens", u.Opens))
		if u.Opens == "" {
			opens = nil
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{
			ui.Anchor(u.Title, uploadHref(u.ID)), {stateItem(u.State)}, opens, ui.Text(ui.Figure(u.Rows)), held, {{Text: inJapan(u.At)}, {Text: calls[u.By].words, Quiet: true}},
		}})
	}
	return t
}

func uploadHref(upload id.ID) string { return "/people/import/" + string(upload) }

// stateItem is a state as a badge.
func stateItem(s State) ui.Item {
	tone := ui.Neutral
	switch s {
	case Ready:
		tone = ui.Warn
	case Queued, Undoing:
		tone = ui.Info
	case Applied:
		tone = ui.Good
	case Undone, Corrected, Dropped:
	}
	return ui.Item{Text: s.Title(), Tone: tone}
}

// uploadInput is what the form sends.
type uploadInput struct {
	Files     []web.File  `form:"files,required"`
	Title     string      `form:"title"`
	OpensOn   jpdate.Date `form:"opens_on"`
	OpensAt   string      `form:"opens_at"`
	Operators string      `form:"operators"`
	Whole     bool        `form:"whole"`
	HeldLimit int         `form:"held_limit"`
	RosterOn  jpdate.Date `form:"roster_on"`
	Covers    string      `form:"covers"`
}

func (in uploadInput) options() (Options, error) {
	var faults errs.Faults
	o := Options{Title: in.Title, RosterOn: in.RosterOn, Covers: in.Covers, HeldLimit: in.HeldLimit, Whole: in.Whole, Operators: actors(in.Operators)}
	if in.HeldLimit < 0 || in.HeldLimit > 100 {
		faults.Add("held_limit", "0から100までにしてください。")
	}
	clock, err := time.Parse("15:04", text.Fold(in.OpensAt))
	switch {
	case in.OpensOn.IsZero():
	case in.OpensAt == "":
		o.Opens = db.At(in.OpensOn.Start())
	case err != nil:
		faults.Add("opens_at", "「%s」は時刻として読めません。8:30 のように書いてください。", in.OpensAt)
	default:
		o.Opens = db.At(in.OpensOn.Start().Add(time.Duration(clock.Hour())*time.Hour + time.Duration(clock.Minute())*time.Minute))
	}
	return o, faults.Err("入力に誤りがあります。")
}

// actors are the names in a text, however they are set apart.
func actors(words string) []string {
	return strings.FieldsFunc(words, func(r rune) bool { return strings.ContainsRune(" 　\t\r\n,、，", r) })
}

func (p pages) upload(ctx context.Context, r *web.Request, in uploadInput) (web.Next, error) {
	o, err := in.options()
	if err != nil {
		return web.Next{}, err
	}
	var sources []Source
	for _, f := range in.Files {
		sources = append(sources, Source{Name: f.Name, Data: io.NewSectionReader(f, 0, f.Size)})
	}
	upload, err := p.s.Upload(ctx, r.Actor(), sources, o)
	return web.Next{Href: uploadHref(upload), Said: "ファイルを受け付けました。まだ何も変わっていません。"}, err
}
