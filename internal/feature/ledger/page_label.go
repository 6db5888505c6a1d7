package ledger

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// labelView is how one entry is labelled: its file, its header and footer, its document and its medium.
type labelView struct {
	web.Page
	Notes  []ui.Notice
	Copies []copyText
	Stamps []stamp
	Lack   string  // why labels cannot be printed as PDF
	Form   ui.Form // a label on label paper
}

// copyText is a text to be taken over somewhere else.
type copyText struct {
	ID, Label, Help, Text string
	Lines                 int // 0 for one that is written in a line
}

func (p pages) label(ctx context.Context, r *web.Request) (labelView, error) {
	var v labelView
	err := p.view(ctx, r, func(d *register.Desk) error {
		e, err := d.Get(id.ID(r.Path("entry")))
		if err != nil {
			return err
		}
		all, err := readAll(d, []register.Entry{e})
		if err != nil {
			return err
		}
		t := tagOf(d, e, all[0])
		v = labelView{Page: r.Page("表示（ラベル）", append(way(d), ui.Link{Text: t.Name, Href: entryHref(d.Book, e)})...)}
		v.Kicker = d.Book.Title(e)
		if v.Lead = "欄を選んで写してください。印刷すると、文書に貼る表示が紙に出ます。"; t.Mark != "" {
			v.Lead = "ファイルの名前、文書、媒体に付ける分類の表示です。" + v.Lead
		}
		if t.Mark == unclassified {
			v.Notes = append(v.Notes, ui.Notice{Tone: ui.Warn, Title: "分類が決まっていません。", Lines: []string{"決めてから表示を付けてください。"}})
		}
		v.Copies, v.Stamps = copies(d, t), stamps(t)
		font, err := p.fonts()
		if err != nil {
			v.Lack = errs.Message(err)
			return nil
		}
		v.Notes = append(v.Notes, lacking(missing(font, []tag{t}))...)
		v.Form = r.Form(ui.Form{
			Action: href(d.Book) + "/labels", Buttons: ui.Buttons("ラベルを PDF にする", ""),
			Fields: append([]ui.Field{{Type: ui.Hidden, Name: "chosen", Value: string(e.ID)}}, labelFields()...),
		})
		return nil
	})
	return v, err
}

// lacking says what a PDF will not print as it is written.
func lacking(missing []string) []ui.Notice {
	if len(missing) == 0 {
		return nil
	}
	return []ui.Notice{{Tone: ui.Warn, Title: "PDF の書体にない文字があります。ラベルでは 〓 か、もとの字になります。", Lines: missing}}
}

// copies are the texts of an entry's label to be taken over.
func copies(d *register.Desk, t tag) []copyText {
	plain, limited := strings.Join(t.lines(false), "\n"), strings.Join(t.lines(true), "\n")
	head := t.Mark
	if head != "" {
		head = "【" + head + "】"
	}
	foot := strings.Join(slices.Compact(slices.DeleteFunc([]string{t.Number, t.Name, t.Owner}, func(s string) bool { return s == "" })), "　")
	list := []copyText{{ID: "file-name", Label: "ファイルの名前", Help: "日付は今日です。Windows で使えない文字は全角にしました。", Text: fileName(t.Mark, t.Name, d.Today)}}
	if len(t.Limits) > 0 {
		list = append(list, copyText{ID: "file-name-limits", Label: "ファイルの名前（取扱いの制限も）", Text: fileName(t.Mark, t.Name, d.Today, t.limits()...)})
	}
	if head != "" {
		list = append(list, copyText{ID: "header", Label: "ヘッダー", Help: "文書の各ページの上、表計算のシートの上に", Text: head})
	}
	if len(t.Limits) > 0 {
		var words []string
		for _, l := range t.Limits {
			words = append(words, l.String())
		}
		list = append(list, copyText{ID: "header-limits", Label: "ヘッダー（取扱いの制限も）", Text: strings.TrimSpace(head + "　" + strings.Join(words, "　"))})
	}
	list = append(list, copyText{ID: "footer", Label: "フッター", Text: foot}, copyText{ID: "medium", Label: "媒体のラベル", Help: "手で書くか、ラベルの印刷機に写すとき", Text: plain, Lines: strings.Count(plain, "\n") + 1})
	if len(t.Limits) > 0 {
		list = append(list, copyText{ID: "medium-limits", Label: "媒体のラベル（取扱いの制限も）", Text: limited, Lines: strings.Count(limited, "\n") + 1})
	}
	return list
}

// stamp is a mark for the corner of a document, in tenths of a millimetre.
type stamp struct {
	Label         string
	Width, Height int
	Lines         []stampLine
}

type stampLine struct {
	Text   string
	X, Y   int // the middle of the line, and its baseline
	Size   int
	Length int // as which it is set, whatever font the browser has
}

// Millimetres is how broad it is printed.
func (s stamp) Millimetres() int { return s.Width / 10 }

// InnerWidth is that of its frame.
func (s stamp) InnerWidth() int { return s.Width - 8 }

// InnerHeight is that of its frame.
func (s stamp) InnerHeight() int { return s.Height - 8 }

// stamps are the marks of an entry: its class alone, and with its restrictions. Without a class there is none.
func stamps(t tag) []stamp {
	if t.Mark == "" {
		return nil
	}
	list := []stamp{stampOf(t.Mark)}
	if len(t.Limits) > 0 {
		lines := []string{t.Mark}
		for _, l := range t.Limits {
			lines = append(lines, l.String())
		}
		list = append(list, stampOf(lines...))
	}
	return list
}

// stampOf sets lines below each other in a frame: the first large.
func stampOf(lines ...string) stamp {
	const large, small, pad, leading = 60, 34, 30, 14
	s := stamp{Label: strings.Join(lines, "、"), Height: pad}
	for i, text := range lines {
		l := stampLine{Text: text, Size: large}
		if i > 0 {
			l.Size = small
		}
		l.Length = widthOf(text) * l.Size / 2
		l.Y = s.Height + l.Size*88/100
		s.Height += l.Size + leading
		s.Width = max(s.Width, l.Length+2*pad)
		s.Lines = append(s.Lines, l)
	}
	s.Height += pad - leading
	for i := range s.Lines {
		s.Lines[i].X = s.Width / 2
	}
	return s
}

// widthOf is the width of a text in halves of its size.
func widthOf(text string) int {
	n := 0
	for _, r := range text {
		if n++; r > 0x2ff {
			n++
		}
	}
	return n
}

// labelsView chooses entries for sheets of labels.
type labelsView struct {
	web.Page
	Ask   ui.SearchForm
	Notes []ui.Notice
	Form  ui.Form
}

func (p pages) labels(ctx context.Context, r *web.Request) (labelsView, error) {
	var v labelsView
	err := p.printing(ctx, r, func(_ db.Reader, d *register.Desk) error {
		v = labelsView{Page: r.Page("ラベルを印刷する", way(d)...)}
		v.Kicker, v.Lead = d.Kind.Title, "条件に合うものから選び、ラベル用紙の PDF にします。"
		c, form := asked(d, r)
		v.Ask = ui.SearchForm{Action: href(d.Book) + "/labels", Submit: "条件に合うものを並べる", Fields: form.Fields}
		if len(c.values) > 0 {
			v.Ask.Clear = href(d.Book) + "/labels"
		}
		font, err := p.fonts()
		if err != nil {
			v.Notes = []ui.Notice{{Tone: ui.Warn, Title: "ラベルの PDF を作れません。", Lines: []string{errs.Message(err), "一件ずつのラベルの文は、それぞれの画面の「表示（ラベル）」から印刷できます。"}}}
			return nil
		}
		if len(form.Faults()) > 0 {
			return nil
		}
		entries, more, err := selected(d, c, mostLabels)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			v.Notes = []ui.Notice{{Tone: ui.Info, Title: "条件に合う" + d.Entry + "はありません。"}}
			return nil
		}
		if more {
			v.Notes = append(v.Notes, ui.Notice{Tone: ui.Warn, Title: fmt.Sprintf("%d件より多くあります。", mostLabels), Lines: []string{fmt.Sprintf("はじめの%d件を並べました。ほかのものは、条件を加えて並べてください。", mostLabels)}})
		}
		data, err := readAll(d, entries)
		if err != nil {
			return err
		}
		tags := make([]tag, len(entries))
		in := ui.Field{Type: ui.Checks, Name: "chosen", Label: "ラベルを作るもの", Required: true}
		for i, e := range entries {
			tags[i] = tagOf(d, e, data[i])
			in.Options = append(in.Options, ui.Option{Value: string(e.ID), Text: strings.Join(tags[i].lines(false), "　")})
			in.Values = append(in.Values, string(e.ID))
		}
		v.Notes = append(v.Notes, unmarked(tags)...)
		v.Notes = append(v.Notes, lacking(missing(font, tags))...)
		v.Form = r.Form(ui.Form{
			Action: href(d.Book) + "/labels?" + c.values.Encode(), Buttons: ui.Buttons("PDF にする", href(d.Book)),
			Fields: append([]ui.Field{in}, labelFields()...),
		})
		return nil
	})
	return v, err
}

// unmarked says that some labels would bear no class.
func unmarked(tags []tag) []ui.Notice {
	n := 0
	for _, t := range tags {
		if t.Mark == unclassified {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return []ui.Notice{{Tone: ui.Warn, Title: fmt.Sprintf("分類が決まっていないものが%d件あります。", n), Lines: []string{"ラベルには「未分類」と出ます。決めてから印刷してください。"}}}
}

// labelFields ask how labels shall be.
func labelFields() []ui.Field {
	sheet := ui.Field{Type: ui.Radio, Name: "sheet", Label: "用紙", Beside: true, Required: true, Value: labelSheets()[0].name}
	for _, s := range labelSheets() {
		sheet.Options = append(sheet.Options, ui.Option{Value: s.name, Text: s.title})
	}
	return []ui.Field{
		sheet,
		{Type: ui.Number, Name: "start", Label: "はじめの面", Help: "使いかけの用紙では、左上から数えて空いている最初の面", Value: "1", Required: true},
		{Type: ui.Check, Name: "code", Label: "QRコードを付ける（記録の場所と番号）", Value: "1"},
		{Type: ui.Check, Name: "limits", Label: "取扱いの制限も書く", Value: "1"},
	}
}

type labelsForm struct {
	Chosen []string `form:"chosen"`
	Sheet  string   `form:"sheet"`
	Start  int      `form:"start"`
	Code   bool     `form:"code"`
	Limits bool     `form:"limits"`
}

// chooseLabels leads to the PDF of what was chosen. Nothing is written.
func (p pages) chooseLabels(_ context.Context, r *web.Request, in labelsForm) (web.Next, error) {
	o, err := order(in.Chosen, in.Sheet, in.Start, in.Code, in.Limits)
	if err != nil {
		return web.Next{}, err
	}
	return web.Next{Href: bookHref(r) + "/labels/pdf?" + url.Values(o.values()).Encode()}, nil
}
