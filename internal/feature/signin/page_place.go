package signin

import (
	"context"
	"net/http"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// The cookie by which a terminal is known; it outlives the sessions.
const (
	secureTerminal = "__Host-sekimori-terminal"
	openTerminal   = "sekimori-terminal"
	terminalYears  = 5
)

func terminalName(c web.Client) string {
	if c.Secure {
		return secureTerminal
	}
	return openTerminal
}

// placeView is the door of a terminal that several people use (所属端末).
type placeView struct {
	web.Page
	Open   ui.Notice // it is signed in
	Record []ui.Link // to what can be entered there
	Number ui.Form   // the number of the day
	Enrol  ui.Form   // binds the terminal
	Leave  ui.Form
}

func (p pages) place(_ context.Context, r *web.Request) (placeView, error) {
	v := placeView{Page: r.Page("所属端末")}
	if a := r.Actor(); a.Class == access.Place {
		u, _ := a.Chart.Tree.Last(a.Unit)
		v.Kicker = u.Name
		v.Open = ui.Notice{Tone: ui.Good, Title: u.Name + "の所属端末です", Lines: []string{"この端末では、所属端末に許された記録の入力だけができます。"}}
		v.Record = []ui.Link{{Text: "記録する", Href: "/place/ledger"}}
		v.Leave = ui.Form{Action: "/place/leave", Buttons: ui.Buttons("今日の利用を終える", "")}
		return v, nil
	}
	if r.Cookie(terminalName(r.Client())) != "" {
		v.Number = r.Form(ui.Form{Action: "/place", Fields: []ui.Field{
			{Type: ui.Code, Name: "number", Label: "今日の番号", Help: "6桁。所属長の画面に、その日の番号が出ています。", Required: true},
		}, Buttons: ui.Buttons("この端末を使い始める", "")})
	}
	v.Enrol = r.Form(ui.Form{Action: "/place/enrol", Fields: []ui.Field{
		{Name: "code", Label: "登録コード", Help: "この端末を初めて使うとき。所属長か運用管理者から受け取った、30分間有効なコード", Required: true},
	}, Buttons: ui.Buttons("この端末を登録する", "")})
	return v, nil
}

type enrolForm struct {
	Code string `form:"code,required"`
}

func (p pages) enrolTerminal(ctx context.Context, r *web.Request, in enrolForm) (web.Next, error) {
	token, _, err := p.d.Accounts.BindTerminal(ctx, in.Code, p.visit(r))
	if err != nil {
		return web.Next{}, atField(err, "code")
	}
	c := cookie(r.Client(), token) //nolint:gosec // as of cookie
	c.Name, c.MaxAge, c.SameSite = terminalName(r.Client()), terminalYears*366*24*60*60, http.SameSiteStrictMode
	return web.Next{Href: "/place", Said: "この端末を登録しました。今日の番号で使い始められます。", Cookies: []*http.Cookie{c}}, nil
}

type numberForm struct {
	Number string `form:"number,required"`
}

func (p pages) openPlace(ctx context.Context, r *web.Request, in numberForm) (web.Next, error) {
	token := r.Cookie(terminalName(r.Client()))
	if token == "" {
		return web.Next{}, errs.New(errs.Invalid, "この端末は登録されていません。")
	}
	signed, err := p.d.Accounts.SignInPlace(ctx, token, in.Number, p.visit(r))
	if err != nil {
		return web.Next{}, atField(err, "number")
	}
	return p.in(r, signed.Token, "/place"), nil
}

func (p pages) leavePlace(ctx context.Context, r *web.Request, _ empty) (web.Next, error) {
	return web.Next{Href: "/place", Said: "今日の利用を終えました。", Cookies: []*http.Cookie{gone(r)}}, p.d.Accounts.SignOut(ctx, p.token(r))
}
