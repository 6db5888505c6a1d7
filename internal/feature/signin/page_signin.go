package signin

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// pages answers requests.
type pages struct{ d *Doors }

// enterView is the door: a password, or another way in that the office has.
type enterView struct {
	web.Page
	Why   ui.Notice
	Form  ui.Form
	Known ui.Form   // for whom a named proxy vouches
	Other []ui.Link // the office's identity provider
}

func (p pages) enter(ctx context.Context, r *web.Request) (enterView, error) {
	v := enterView{Page: r.Page("サインイン")}
	if p.token(r) != "" { // he was signed in, and is no longer
		if _, err := p.session(ctx, r); errs.KindOf(err) == errs.Unauthenticated {
			v.Why = ui.Notice{Tone: ui.Info, Title: errs.Message(err)}
		}
	}
	next := inside(r.Query("next"))
	hidden := ui.Field{Type: ui.Hidden, Name: "next", Value: next}
	v.Form = r.Form(ui.Form{
		Action: "/signin",
		Fields: []ui.Field{
			{Name: "login", Label: "利用者ID", Help: "職員番号です。別の利用者IDを知らされている人は、それを入れます。", Required: true, Fill: "username"},
			{Type: ui.Secret, Name: "password", Label: "パスワード", Required: true, Fill: "current-password"},
			hidden,
		},
		Buttons: ui.Buttons("サインインする", ""),
	})
	if who := r.Client().Identity; who != "" {
		v.Known = r.Form(ui.Form{Action: "/signin/known", Fields: []ui.Field{hidden}, Buttons: ui.Buttons("職員番号 "+who+" としてサインインする", "")})
	}
	if p.d.Provider != nil {
		v.Other = append(v.Other, ui.Link{Text: p.d.Provider.Title(), Href: pathAway + "?" + url.Values{"next": {next}}.Encode()})
	}
	return v, nil
}

// inside is an address of this site to go on to, "/" for any other.
func inside(next string) string {
	to, err := url.Parse(next)
	if err != nil || to.Scheme != "" || to.Host != "" || !strings.HasPrefix(to.Path, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n") {
		return "/"
	}
	return to.RequestURI()
}

type enterForm struct {
	Login    string `form:"login,required"`
	Password string `form:"password,required"`
	Next     string `form:"next"`
}

func (p pages) signIn(ctx context.Context, r *web.Request, in enterForm) (web.Next, error) {
	signed, err := p.d.Accounts.SignIn(ctx, account.Credentials{Login: in.Login, Password: in.Password, Visit: p.visit(r)})
	if err != nil {
		return web.Next{}, err
	}
	return p.greeted(ctx, r, signed, in.Next)
}

type knownForm struct {
	Next string `form:"next"`
}

// signInKnown lets in for whom a named proxy vouches.
func (p pages) signInKnown(ctx context.Context, r *web.Request, in knownForm) (web.Next, error) {
	client := r.Client()
	if client.Identity == "" {
		return web.Next{}, errs.New(errs.Unauthenticated, "どなたかを確かめられませんでした。利用者IDとパスワードでサインインしてください。")
	}
	signed, err := p.d.Accounts.SignInKnown(ctx, account.Known{Number: client.Identity, How: account.ByProxy, Visit: p.visit(r)})
	if err != nil {
		return web.Next{}, err
	}
	return p.greeted(ctx, r, signed, in.Next)
}

// away leads to the office's identity provider.
func (p pages) away(ctx context.Context, r *web.Request) (web.Next, error) {
	if p.d.Provider == nil {
		return web.Next{}, errs.New(errs.NotFound, "この入り口は使われていません。")
	}
	return p.d.Provider.Away(ctx, r)
}

// back lets in whom the provider names.
func (p pages) back(ctx context.Context, r *web.Request) (web.Next, error) {
	if p.d.Provider == nil {
		return web.Next{}, errs.New(errs.NotFound, "この入り口は使われていません。")
	}
	return p.d.Provider.Back(ctx, r, func(ctx context.Context, k Known) (web.Next, error) {
		signed, err := p.d.Accounts.SignInKnown(ctx, account.Known{Number: k.Number, How: account.ByOIDC, Factor: k.Factor, Visit: p.visit(r)})
		if err != nil {
			return web.Next{}, err
		}
		return p.greeted(ctx, r, signed, k.Next)
	})
}

// failed says why somebody did not come in by another door, and shows this one.
func (p pages) failed(ctx context.Context, r *web.Request, why *errs.Error) (enterView, error) {
	v, err := p.enter(ctx, r)
	v.Why = ui.Notice{Tone: ui.Bad, Title: "サインインできませんでした", Lines: []string{why.Message}}
	return v, err
}

// in gives the browser the new token and leads on; where something is left to do, the next request is led there.
func (p pages) in(r *web.Request, token, next string) web.Next {
	return web.Next{Href: inside(next), Cookies: []*http.Cookie{cookie(r.Client(), token)}}
}

// greeted lets in, and tells on the next page when he was here before (kobe-city/standard:8.2.5).
func (p pages) greeted(ctx context.Context, r *web.Request, in account.Signed, next string) (web.Next, error) {
	to, s := p.in(r, in.Token, next), in.Session
	err := p.d.log.DB().View(ctx, func(reader db.Reader) error {
		last, err := p.d.Accounts.Before(ctx, reader, s)
		if err != nil || last.ID == "" {
			return err
		}
		to.Said = "前回のサインインは " + feature.Moment(last.MadeAt) + " でした。"
		if s.Failed > 0 {
			to.Said += "その後に失敗が" + ui.Figure(int(s.Failed)) + "回あります。心当たりがなければ、パスワードを変更し、所属長に知らせてください。"
		}
		return nil
	})
	return to, err
}

// leave ends the session.
func (p pages) leave(ctx context.Context, r *web.Request, _ empty) (web.Next, error) {
	return web.Next{Href: "/signin", Said: "サインアウトしました。", Cookies: []*http.Cookie{gone(r)}}, p.d.Accounts.SignOut(ctx, p.token(r))
}

// gone takes the cookie back.
func gone(r *web.Request) *http.Cookie {
	c := cookie(r.Client(), "") //nolint:gosec // as of cookie
	c.MaxAge = -1
	return c
}
