package admin

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// home is the way to the pages of this feature.
func home() ui.Link { return ui.Link{Text: "管理", Href: "/admin"} }

// board is a page of lists, facts and things to do.
type board struct {
	web.Page
	Notices []ui.Notice
	Stats   ui.Stats
	Search  ui.SearchForm
	Facts   ui.DescriptionList
	Parts   []part
	Pager   ui.Pager
	Links   []ui.Link
}

// part is one part of a board.
type part struct {
	ID, Title string
	Words     []string
	Table     ui.Table
	Doings    []doing
}

// doing is one thing that can be done: with a Title its form opens under it.
type doing struct {
	Title, Words string
	Form         ui.Form
}

// Refused says that the form was just refused, so that it has to be seen.
func (d doing) Refused() bool { return d.Form.Message != "" }

// slipView shows secrets once: each slip is cut off and handed to whom it is for.
type slipView struct {
	web.Page
	Notice ui.Notice
	Slips  []slip
	Words  []string // above the form
	Form   ui.Form
}

type slip struct {
	Title string
	Items []slipItem
	Steps []string
}

type slipItem struct {
	Term, Text string
	Secret     bool // in letters that cannot be taken for others
}

// none is a form without fields.
type none struct{}

// why is a field for the reason of an act, for the trail.
func why(name string) ui.Field {
	return ui.Field{Name: name, Label: "理由", Help: "証跡に残ります", Required: true, Wide: true}
}

// act is a row of one button.
func act(text string, tone ui.Tone) ui.ButtonRow {
	return ui.ButtonRow{Buttons: []ui.Button{{Text: text, Tone: tone, Quiet: tone == ui.None}}}
}

// once warns that what a page shows is shown this once.
func once(back ui.Link) ui.Notice {
	return ui.Notice{Tone: ui.Warn, Title: "仮パスワードは、二度と表示されません", Lines: []string{
		"この画面を印刷し、本人であることを確かめて、一人ずつ手渡してください。メールや電話では伝えません。",
		"渡す前になくしたときは、仮パスワードをもう一度発行してください。前のものは使えなくなります。",
	}, Links: []ui.Link{back}}
}

// handed is the slip of somebody with a temporary password, or without one.
func handed(name, login, password string, until db.Time) slip {
	s := slip{Title: name, Items: []slipItem{{Term: "利用者ID", Text: login, Secret: true}}}
	if password == "" {
		s.Steps = []string{"庁内の職員認証で、関守にサインインしてください。パスワードは要りません。"}
		return s
	}
	s.Items = append(s.Items, slipItem{Term: "仮パスワード", Text: password, Secret: true}, slipItem{Term: "使える期限", Text: feature.Moment(until)})
	s.Steps = []string{
		"関守のサインインの画面で、利用者IDと仮パスワードを入れます。",
		"続けて、自分だけが知るパスワードに変えます。仮パスワードは、そこで使えなくなります。",
		"この紙は、変えたあとに細断してください。人に見せたり、写したりしないでください。",
	}
	return s
}

// temporary is the slip of an account to which a temporary password was just given.
func (p pages) temporary(ctx context.Context, of id.ID, password string) (s slip, err error) {
	err = p.o.read(ctx, func(r db.Reader) error {
		a, err := account.Get(ctx, r, of)
		if err != nil {
			return err
		}
		state, err := p.o.Accounts.Password(ctx, r, a)
		if err != nil {
			return err
		}
		called, err := p.o.called(ctx, r, a)
		s = handed(called[a.ID], a.Login, password, db.Time(state.Expires))
		return err
	})
	return s, err
}

// index leads to what its reader may open.
func (p pages) index(_ context.Context, r *web.Request) (board, error) {
	v := board{Page: r.Page("管理")}
	v.Lead = "関守を団体のために動かす人の画面です。権限のあるものだけが並びます。"
	t := ui.Table{Caption: "管理の画面", Stack: true, Columns: []ui.Column{{Title: "画面", Head: true}, {Title: "できること"}}}
	for _, x := range areas() {
		if r.Actor().Can(x.permission) {
			t.Rows = append(t.Rows, ui.Row{Cells: []ui.Cell{ui.Anchor(x.title, x.href), ui.Text(x.words)}})
		}
	}
	v.Parts = []part{{Table: t}}
	return v, nil
}

// area is one part of the administration.
type area struct {
	permission         access.Permission
	title, href, words string
}

// areas lists the parts of the administration.
func areas() []area {
	return []area{
		{access.AccountManage, "利用者", accountsHref, "利用者の登録、停止、廃止、仮パスワードの発行、サインインの終了"},
		{access.AccountConfirm, "本人確認の再登録", recoveriesHref, "二つ目の確認をなくした人の再登録を、求めた人とは別の人が認める"},
		{access.PlaceManage, "所属端末", placesHref, "今日の番号、何人かで使う端末の登録と取消し"},
		{access.JobManage, "自動処理", jobsHref, "裏で行う処理の様子と、停止したもののやり直し"},
		{access.PolicyRead, "規程の版", packsHref, "適用中の規程の版とその決裁、版の違い、新しい版の適用"},
		{access.PolicyRead, "標準運用値", settingsHref, "規程が定めていない値と、その決裁"},
	}
}
