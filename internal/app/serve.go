package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"sekimori/internal/app/minato"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/signin"
	"sekimori/internal/web"
)

// Handler is the site of a body on this machine.
func (a *App) Handler(body string) (http.Handler, error) { return a.site(body, front{}) }

// site is the site of a body behind what stands in front of it.
func (a *App) site(body string, f front) (http.Handler, error) {
	c := web.Config{
		Product: "関守", Body: body, Log: slog.Default(), Ready: a.DB.Check, Hosts: f.hosts, Front: f.Front,
		Identify: a.Doors.Identify, SignIn: "/signin", Step: signin.Step, Me: me,
	}
	for _, m := range a.Modules() {
		c.Menu = append(c.Menu, m.Menu...)
		c.Parts = append(c.Parts, m.Part)
	}
	return web.New(c)
}

type serveCommand struct {
	Listen string `env:"SEKIMORI_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDR" help:"待ち受けるアドレス"`
	Body   string `env:"SEKIMORI_BODY" placeholder:"NAME" help:"団体の名前（画面に出る）"`

	Front frontFlags `embed:""`
	OIDC  oidcFlags  `embed:"" prefix:"oidc-"`
}

// Run serves one database until it is told to stop.
func (k *serveCommand) Run(c *console) error {
	f, err := k.Front.read(k.Listen)
	if err != nil {
		return err
	}
	provider, err := k.OIDC.options()
	if err != nil {
		return err
	}
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	if err := a.furnished(k.Body, k.Listen, f, provider); err != nil {
		return err
	}
	return c.serve(a, k.Listen, k.Body, f)
}

type demoCommand struct {
	Listen string `env:"SEKIMORI_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDR" help:"待ち受けるアドレス（この端末だけ）"`
	Dir    string `placeholder:"DIR" help:"データを残すフォルダー。省くと終了時に消す"`
	Size   string `enum:"small,city" default:"small" placeholder:"SIZE" help:"町の大きさ。small（400人）か city（33,000人。作るのに1分ほどかかる）"`
	Today  string `placeholder:"DATE" help:"今日をこの日とする（省くと実際の今日）"`
}

// Run serves みなと市, a body that does not exist, until it is told to stop.
func (k *demoCommand) Run(c *console) error {
	if inside, err := local(k.Listen); err != nil {
		return err
	} else if !inside {
		return errs.New(errs.Invalid, "demo が待ち受けられるのはこの端末（127.0.0.1、[::1]）だけです: %s", k.Listen)
	}
	dir := k.Dir
	if dir == "" {
		made, err := os.MkdirTemp("", "sekimori-demo-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(made) //nolint:errcheck // what stays lies in the system's temporary folder
		dir = made
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return errs.Wrap(err, errs.Invalid, "フォルダー %s を作れません", dir)
	}
	c.flags.DB, c.flags.Store = "sqlite:"+filepath.Join(dir, "sekimori.db"), filepath.Join(dir, "sekimori.store")
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	if err := k.build(c, a, dir); err != nil {
		return err
	}
	return c.serve(a, k.Listen, "みなと市（デモ）", front{})
}

// build puts the town into a new database, and moves its clock.
func (k *demoCommand) build(c *console, a *App, dir string) error {
	if k.Today != "" {
		day, err := jpdate.Parse(k.Today)
		if err != nil {
			return errs.Wrap(err, errs.Invalid, "--today: %s", errs.Message(err))
		}
		ahead := time.Duration(day.Sub(jpdate.Today(time.Now()))) * 24 * time.Hour
		a.DB.Now = func() time.Time { return time.Now().Add(ahead) }
	}
	today := jpdate.Today(a.DB.Now())
	if k.Size != string(minato.Small) {
		c.say("町を作っています。しばらくお待ちください。")
	}
	town := minato.Options{Size: minato.Size(k.Size), Today: today, Folder: dir, Assets: 15}
	if town.Size != minato.Small {
		town.Assets = 5 // of 1,700 sections and schools
	}
	err := minato.Build(c.ctx, minato.Program{Log: a.Log, Library: a.Library, People: a.People, Ledgers: a.Ledgers}, town)
	if err != nil {
		return err
	}
	logins, err := minato.Program{Log: a.Log, Library: a.Library, People: a.People}.Welcome(c.ctx, minato.Doors{Accounts: a.Accounts, Factors: a.Doors.Factors, Gate: a.Gate}, dir)
	if err != nil {
		return err
	}
	c.say("架空の「みなと市」です（今日は%s）。次の人たちがサインインできます。", today.Wareki())
	if err := c.logins(logins); err != nil {
		return err
	}
	c.say("同じ一覧は %s にあります。確認コードは sekimori code 鍵 で出ます。", filepath.Join(dir, "accounts.json"))
	c.say("来年4月の人事異動のファイルを %s に置きました。運用管理者でサインインし、「人事異動」で試せます。", dir)
	return nil
}

// logins lists who can sign in: for people, or one JSON object a line.
func (c *console) logins(list []minato.Login) error {
	for _, l := range list {
		if c.flags.JSON {
			if err := c.json(l); err != nil {
				return err
			}
			continue
		}
		c.say("  %s  %s  %s  %s  %s", l.Login, l.Password, l.TOTP, l.Person, strings.Join(append([]string{l.UnitName}, l.Titles...), "・"))
	}
	return nil
}

// serve answers on an address until it is told to stop.
func (c *console) serve(a *App, address, body string, f front) error {
	h, err := a.site(body, f)
	if err != nil {
		return err
	}
	ln, err := listen(c.ctx, address)
	if err != nil {
		return err
	}
	var server web.Server
	if f.certificate != nil {
		server.TLS = f.certificate.config()
	}
	for _, d := range f.doubts(time.Now()) {
		c.say("注意: %s", d)
	}
	c.say("%s を開いてください。終えるには Ctrl+C を押します。", f.url(ln.Addr()))
	ctx, stop := context.WithCancel(c.ctx)
	var group sync.WaitGroup
	group.Go(func() { a.Run(ctx) })
	defer group.Wait()
	defer stop()
	return server.Serve(ctx, ln, h)
}

func listen(ctx context.Context, address string) (net.Listener, error) {
	var config net.ListenConfig
	ln, err := config.Listen(ctx, "tcp", address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, errs.Wrap(err, errs.Invalid, "%s は別のプログラムが使っています。--listen 127.0.0.1:8081 のように別の番号を指定してください", address)
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "%s で待ち受けられません", address)
	}
	return ln, nil
}
