package signin

import (
	"context"
	"html/template"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/account"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// factorView asks for a second factor.
type factorView struct {
	web.Page
	Forms   []ui.Form
	Drift   ui.Form // of a token whose clock goes wrong
	Passkey passkeyView
	Lost    ui.Notice
}

// passkeyView is what the browser is to do with a passkey; the script of the page does it, and sends its answer with the form.
type passkeyView struct {
	Do      string // get or create, "" for nothing
	Options string // as JSON
	Begin   ui.Form
	Form    ui.Form
}

func (p pages) factor(ctx context.Context, r *web.Request) (factorView, error) {
	v := factorView{Page: r.Page("二つ目の確認")}
	v.Lead = "あなたの役割では、パスワードのほかに二つ目の確認が要ります。"
	var kinds []account.FactorKind
	err := p.d.log.DB().View(ctx, func(reader db.Reader) (err error) {
		kinds, err = p.d.Factors.Usable(ctx, reader, r.Actor().Account)
		return err
	})
	next := ui.Field{Type: ui.Hidden, Name: "next", Value: inside(r.Query("next"))}
	for _, k := range kinds {
		kind := ui.Field{Type: ui.Hidden, Name: "kind", Value: string(k)}
		f := ui.Form{Action: "/signin/factor", Buttons: ui.Buttons("確かめる", "")}
		switch k {
		case account.TOTP:
			f.Fields = []ui.Field{{Type: ui.Code, Name: "code", Label: "ワンタイムパスワード", Help: "認証アプリかトークンに出ている数字", Required: true, Fill: "one-time-code"}, kind, next}
			v.Drift = r.Form(ui.Form{Action: "/signin/factor/two", Fields: []ui.Field{
				{Type: ui.Code, Name: "first", Label: "いま出ている数字", Required: true}, {Type: ui.Code, Name: "second", Label: "その次に出た数字", Required: true}, next,
			}, Buttons: ui.Buttons("二つの数字で確かめる", "")})
		case account.Printed:
			f.Fields = []ui.Field{{Type: ui.Code, Name: "printed", Label: "番号表の番号", Help: "印刷した番号表から、まだ使っていない番号を一つ。使った番号には線を引いてください。", Required: true}, kind, next}
		case account.Passkey:
			v.Passkey.Begin = r.Form(ui.Form{Action: "/signin/factor/passkey", Fields: []ui.Field{next}, Buttons: ui.Buttons("パスキー・FIDOキーで確かめる", "")})
			continue
		}
		v.Forms = append(v.Forms, r.Form(f))
	}
	v.Lost = ui.Notice{Tone: ui.Info, Title: "どれも手元にないとき", Lines: []string{"運用管理者か情報システムの担当に連絡してください。二人が確かめたうえで、登録し直せるようになります。"}}
	return v, err
}

type factorForm struct {
	Kind    string `form:"kind,required"`
	Code    string `form:"code"`
	Printed string `form:"printed"`
	Answer  string `form:"answer"`
	Next    string `form:"next"`
}

// giveFactor takes a second factor and gives the browser another token, with the rights that it opens.
func (p pages) giveFactor(ctx context.Context, r *web.Request, in factorForm) (web.Next, error) {
	s, err := p.session(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	kind := account.FactorKind(in.Kind)
	token, err := p.d.Accounts.GiveFactor(ctx, s, kind, in.Code+in.Printed+in.Answer)
	if err != nil {
		return web.Next{}, atField(err, map[account.FactorKind]string{account.TOTP: "code", account.Printed: "printed", account.Passkey: "answer"}[kind])
	}
	return p.greeted(ctx, r, account.Signed{Token: token, Session: s}, in.Next)
}

type twoForm struct {
	First  string `form:"first,required"`
	Second string `form:"second,required"`
	Next   string `form:"next"`
}

// giveTwo takes two codes that follow each other, of a token whose clock has gone wrong.
func (p pages) giveTwo(ctx context.Context, r *web.Request, in twoForm) (web.Next, error) {
	s, err := p.session(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	token, err := p.d.Accounts.GiveTwo(ctx, r.Actor(), s, in.First, in.Second)
	if err != nil {
		return web.Next{}, atField(err, "second")
	}
	return p.greeted(ctx, r, account.Signed{Token: token, Session: s}, in.Next)
}

type beginForm struct {
	Next string `form:"next"`
}

// askPasskey begins with the passkey that the browser knows.
func (p pages) askPasskey(ctx context.Context, r *web.Request, in beginForm) (factorView, error) {
	v, err := p.factor(ctx, r)
	if err != nil {
		return v, err
	}
	options, err := p.d.Factors.AskPasskey(ctx, r.Actor().Account, string(r.Actor().Session))
	v.Passkey.Do, v.Passkey.Options = "get", string(options)
	v.Passkey.Form = ui.Form{Action: "/signin/factor", Fields: []ui.Field{
		{Type: ui.Hidden, Name: "kind", Value: string(account.Passkey)}, {Type: ui.Hidden, Name: "answer"}, {Type: ui.Hidden, Name: "next", Value: inside(in.Next)},
	}, Buttons: ui.Buttons("もう一度確かめる", "")}
	return v, err
}

// enrollView offers the kinds of second factors.
type enrollView struct {
	web.Page
	Need  ui.Notice
	Kinds []enrollKind
}

type enrollKind struct {
	Title string
	Words string
	Form  ui.Form
}

func (p pages) enroll(ctx context.Context, r *web.Request) (enrollView, error) {
	v := enrollView{Page: r.Page("二つ目の確認の登録")}
	if r.Actor().Pending == string(account.EnrolFactor) {
		v.Need = ui.Notice{Tone: ui.Info, Title: "あなたの役割では、パスワードのほかに二つ目の確認が要ります", Lines: []string{"どれか一つを登録すると先へ進めます。予備にもう一つ登録しておくと、なくしたときに困りません。"}}
	}
	if err := mayEnroll(r); err != nil {
		return v, err
	}
	var kinds []account.FactorKind
	err := p.d.log.DB().View(ctx, func(reader db.Reader) (err error) {
		kinds, err = p.d.Factors.Allowed(ctx, reader)
		return err
	})
	label := func(words string) ui.Field {
		return ui.Field{Name: "label", Label: "名前", Help: "あとで見分けるため", Value: words, Required: true}
	}
	for _, k := range kinds {
		x := enrollKind{Title: k.Title()}
		switch k {
		case account.Passkey:
			x.Words = "指紋や顔、PINで確かめる端末やUSBキーです。盗み見や偽のサイトに最も強い方法です。"
			x.Form = r.Form(ui.Form{Action: "/account/factors/passkey", Buttons: ui.Buttons("パスキー・FIDOキーを登録する", "")})
		case account.TOTP:
			x.Words = "スマートフォンの認証アプリや、配られたトークンに出る6桁の数字です。"
			x.Form = r.Form(ui.Form{Action: "/account/factors/totp", Fields: []ui.Field{
				{Name: "key", Label: "トークンの鍵", Help: "配られたトークンだけ。認証アプリでは空のままにします。"},
			}, Buttons: ui.Buttons("アプリかトークンを登録する", "")})
		case account.Printed:
			x.Words = "20個の番号を印刷して持ち、1回に1つ使います。スマートフォンがなくても使えます。前の番号表は使えなくなります。"
			x.Form = r.Form(ui.Form{Action: "/account/factors/printed", Fields: []ui.Field{label("番号表")}, Buttons: ui.Buttons("番号表を作る", "")})
		}
		v.Kinds = append(v.Kinds, x)
	}
	return v, err
}

// mayEnroll lets nobody who has a second factor make another before he has given it.
func mayEnroll(r *web.Request) error {
	if pending := account.Pending(r.Actor().Pending); pending != "" && pending != account.EnrolFactor {
		return errs.New(errs.Forbidden, "先にサインインを終えてください。")
	}
	return nil
}

// offerView ends an enrolment.
type offerView struct {
	web.Page
	Picture template.HTML // a QR code, drawn by us
	Key     string
	Codes   []string // of a printed list
	Notice  ui.Notice
	Form    ui.Form
	Passkey passkeyView
}

func (p pages) offerPage(_ context.Context, r *web.Request) (offerView, error) {
	v := offerView{Page: r.Page("二つ目の確認の登録", ui.Link{Text: "選び直す", Href: "/signin/enroll"})}
	v.Form = r.Form(totpForm(false))
	return v, mayEnroll(r)
}

func totpForm(two bool) ui.Form {
	f := ui.Form{Action: "/account/factors/totp/confirm", Fields: []ui.Field{
		{Name: "label", Label: "名前", Help: "あとで見分けるため", Value: "認証アプリ", Required: true},
		{Type: ui.Code, Name: "code", Label: "いま出ている数字", Required: true, Fill: "one-time-code"},
	}, Buttons: ui.Buttons("登録する", "/signin/enroll")}
	if two {
		f.Fields[0].Value = "トークン"
		f.Fields = append(f.Fields, ui.Field{Type: ui.Code, Name: "second", Label: "次に出た数字", Help: "トークンの時計のずれを合わせるため、続けて出る数字も入れます。", Required: true})
	}
	return f
}

type totpBegin struct {
	Key string `form:"key"`
}

// beginTOTP makes a key and shows it once.
func (p pages) beginTOTP(ctx context.Context, r *web.Request, in totpBegin) (offerView, error) {
	v, err := p.offerPage(ctx, r)
	if err != nil {
		return v, err
	}
	var token *account.Token
	if in.Key != "" {
		token = &account.Token{Key: in.Key}
	}
	offer, err := p.d.Factors.BeginTOTP(ctx, r.Actor(), r.Actor().Account, string(r.Actor().Session), token)
	if err != nil {
		return v, err
	}
	v.Form = totpForm(token != nil)
	if token == nil {
		v.Lead = "認証アプリでこの図を読み取り、出てきた数字を入れてください。"
		v.Picture = template.HTML(offer.QR.SVG("認証アプリで読み取る図")) //nolint:gosec // our own drawing; its words are escaped
		v.Key = offer.Key
	}
	return v, nil
}

type totpConfirm struct {
	Label  string `form:"label,required"`
	Code   string `form:"code,required"`
	Second string `form:"second"`
}

func (p pages) confirmTOTP(ctx context.Context, r *web.Request, in totpConfirm) (web.Next, error) {
	codes := []string{in.Code}
	if in.Second != "" {
		codes = append(codes, in.Second)
	}
	if err := mayEnroll(r); err != nil {
		return web.Next{}, err
	}
	_, err := p.d.Factors.ConfirmTOTP(ctx, r.Actor(), r.Actor().Account, string(r.Actor().Session), in.Label, codes...)
	if err != nil {
		return web.Next{}, atField(err, "code")
	}
	return p.enrolled(ctx, r)
}

// enrolled goes on after an enrolment: whoever had to make it has given it thereby.
func (p pages) enrolled(ctx context.Context, r *web.Request) (web.Next, error) {
	if r.Actor().Pending != string(account.EnrolFactor) {
		return web.Next{Href: "/account", Said: "登録しました。"}, nil
	}
	s, err := p.session(ctx, r)
	if err != nil {
		return web.Next{}, err
	}
	token, err := p.d.Accounts.Enrolled(ctx, s)
	next := p.in(r, token, "/")
	next.Said = "登録しました。"
	return next, err
}

type labelForm struct {
	Label string `form:"label,required"`
}

// printList makes a list of codes and shows it once. Whoever had to make one gives a code of it next.
func (p pages) printList(ctx context.Context, r *web.Request, in labelForm) (offerView, error) {
	v, err := p.offerPage(ctx, r)
	if err != nil {
		return v, err
	}
	list, err := p.d.Factors.PrintList(ctx, r.Actor(), r.Actor().Account, in.Label)
	if err != nil {
		return v, err
	}
	v.Page = r.Page("番号表")
	v.Form, v.Codes = ui.Form{}, list.Codes
	v.Notice = ui.Notice{Tone: ui.Warn, Title: "この番号は、二度と表示されません", Lines: []string{"この画面を印刷し、施錠できる所に保管してください。使った番号には線を引きます。"}, Links: []ui.Link{{Text: "印刷したので先へ進む", Href: "/"}}}
	return v, nil
}

type empty struct{}

// beginPasskey has the browser make a passkey.
func (p pages) beginPasskey(ctx context.Context, r *web.Request, _ empty) (offerView, error) {
	v, err := p.offerPage(ctx, r)
	if err != nil {
		return v, err
	}
	options, err := p.d.Factors.BeginPasskey(ctx, r.Actor(), r.Actor().Account, string(r.Actor().Session))
	v.Form = ui.Form{}
	v.Passkey = passkeyView{Do: "create", Options: string(options), Form: ui.Form{Action: "/account/factors/passkey/confirm", Fields: []ui.Field{
		{Name: "label", Label: "名前", Help: "あとで見分けるため", Value: "パスキー", Required: true}, {Type: ui.Hidden, Name: "answer"},
	}, Buttons: ui.Buttons("登録する", "/signin/enroll")}}
	return v, err
}

type passkeyForm struct {
	Label  string `form:"label,required"`
	Answer string `form:"answer,required"`
}

func (p pages) confirmPasskey(ctx context.Context, r *web.Request, in passkeyForm) (web.Next, error) {
	if err := mayEnroll(r); err != nil {
		return web.Next{}, err
	}
	if _, err := p.d.Factors.ConfirmPasskey(ctx, r.Actor(), r.Actor().Account, string(r.Actor().Session), in.Label, in.Answer); err != nil {
		return web.Next{}, err
	}
	return p.enrolled(ctx, r)
}

// atField puts a fault without a place at a field.
func atField(err error, field string) error {
	e, ok := asInvalid(err)
	if !ok || len(e.Fields) > 0 {
		return err
	}
	var faults errs.Faults
	faults.Add(field, "%s", e.Message)
	return faults.Err("入力を確認してください。")
}
