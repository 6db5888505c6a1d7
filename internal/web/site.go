package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
)

// Config is what a site is made of.
type Config struct {
	Product string
	Body    string // the public body, as it calls itself
	Menu    []MenuLink
	Parts   []Part

	// Identify finds out who asks; it is asked before every page and has no default. Its error is the answer.
	Identify func(*http.Request) (*access.Actor, error)

	// SignIn is the page to which somebody is led who has not signed in, with the address that he wanted as next; "" for none.
	SignIn string

	// Step is the page to which somebody is led who has to do something before anything else (Actor.Pending).
	Step func(*access.Actor) string

	// Me says what the head of each page tells about who reads it; nil for nothing.
	Me func(*access.Actor) Me

	// Ready says why the site cannot serve yet, nil if it can.
	Ready func(context.Context) error

	// Hosts are the names, without port, under which the site answers. None means this
	// machine only, so that a foreign name that resolves to it (DNS rebinding) gets nothing.
	Hosts []string

	// Front is what stands before the site: proxies, and what they are believed.
	Front Front

	Log *slog.Logger
}

type site struct {
	Config
	assets assets
	errors map[int]errorPage
	origin *http.CrossOriginProtection
	mux    *http.ServeMux
	key    []byte // seals what the next page says
	crowd  crowd
}

// New builds the site: every page is parsed and every error page rendered here, so that what
// is wrong with them stops the start and not a request.
func New(c Config) (http.Handler, error) {
	if c.Identify == nil || c.Ready == nil || c.Log == nil {
		return nil, errors.New("web: Identify, Ready and Log must be set")
	}
	if len(c.Hosts) == 0 {
		c.Hosts = thisMachine()
	}
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	base, err := parseBase(assets)
	if err != nil {
		return nil, err
	}
	s := &site{Config: c, assets: assets, origin: http.NewCrossOriginProtection(), mux: http.NewServeMux(), key: []byte(rand.Text())}
	if s.errors, err = s.renderErrors(base); err != nil {
		return nil, err
	}
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { alive(w) })
	s.mux.Handle("GET /readyz", s.adapt(s.ready))
	s.mux.Handle("GET "+staticPath, s.adapt(s.assets.serve))
	for _, part := range c.Parts {
		for _, route := range part.Routes {
			if err := s.add(base, part, route); err != nil {
				return nil, fmt.Errorf("web: %s %s: %w", route.Method, route.Pattern, err)
			}
		}
	}
	api, err := newAPI(c.Parts)
	if err != nil {
		return nil, err
	}
	for i, op := range api.operations {
		s.mux.Handle(op.Method+" "+API+op.Path, s.adapt(s.operates(op, api.described[i], api.handlers[i])))
	}
	return s, nil
}

// thisMachine are the names that nobody else has.
func thisMachine() []string { return []string{"127.0.0.1", "localhost", "::1"} }

func (s *site) add(base *template.Template, part Part, route Route) error {
	if !route.Permission.Known() && !route.Permission.Door() {
		return fmt.Errorf("unknown permission %q", route.Permission)
	}
	answer, err := s.answer(base, part, route)
	if err != nil {
		return err
	}
	s.mux.Handle(route.Method+" "+route.Pattern, s.adapt(func(w http.ResponseWriter, r *http.Request) error {
		actor, err := s.Identify(r)
		if err != nil {
			return err
		}
		if !actor.Can(route.Permission) {
			return s.turn(w, r, actor, route.Permission)
		}
		return answer(w, r, actor)
	}))
	return nil
}

// turn answers somebody who lacks the permission: he is led to where he can get it, if he can.
func (s *site) turn(w http.ResponseWriter, r *http.Request, actor *access.Actor, p access.Permission) error {
	page := r.Method == http.MethodGet && !prefersJSON(r.Header.Get("Accept"))
	switch {
	case actor.Class == access.Nobody && page && s.SignIn != "":
		return s.goTo(w, r, Next{Href: s.SignIn + "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()})
	case actor.Class == access.Nobody:
		return errs.New(errs.Unauthenticated, "サインインしてから、もう一度行ってください。")
	case actor.Pending != "" && page && s.Step != nil:
		return s.goTo(w, r, Next{Href: s.Step(actor) + "?" + url.Values{"next": {r.URL.RequestURI()}}.Encode()})
	case actor.Pending != "":
		return errs.New(errs.Forbidden, "サインインがまだ終わっていません。")
	}
	return access.Refused(p)
}

// answering answers a request of somebody who is allowed to make it.
type answering func(http.ResponseWriter, *http.Request, *access.Actor) error

// answer makes what a route does once it is allowed.
func (s *site) answer(base *template.Template, part Part, route Route) (answering, error) {
	if route.open != nil {
		return s.gives(route), nil
	}
	if f, ok := route.View.FieldByName("Page"); !ok || f.Type != reflect.TypeFor[Page]() {
		return nil, fmt.Errorf("%v does not embed web.Page", route.View)
	}
	tmpl, err := parsePage(base, part.Pages, route.Page)
	if err != nil {
		return nil, err
	}
	switch {
	case route.lead != nil:
		return s.leads(route, tmpl), nil
	case route.do == nil:
		return s.shows(route, tmpl), nil
	}
	if _, err := slots(route.Form); err != nil {
		return nil, err
	}
	return s.takes(route, tmpl), nil
}

func (s *site) request(r *http.Request, actor *access.Actor) *Request {
	return &Request{http: r, query: r.URL.Query(), site: s, actor: actor}
}

// shows answers a Get.
func (s *site) shows(route Route, tmpl *template.Template) answering {
	return func(w http.ResponseWriter, r *http.Request, actor *access.Actor) error {
		view, err := route.load(r.Context(), s.request(r, actor))
		if err != nil {
			return err
		}
		if s.hear(r) != "" {
			http.SetCookie(w, said(r, "", -1))
		}
		return render(w, r, http.StatusOK, tmpl, view)
	}
}

// ServeHTTP answers every request there is.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secure(w.Header())
	s.adapt(s.serve).ServeHTTP(w, r)
}

func (s *site) serve(w http.ResponseWriter, r *http.Request) error {
	r, err := s.arrive(w, r)
	if err != nil {
		return err
	}
	if err := s.guard(r); err != nil {
		return err
	}
	if h, pattern := s.mux.Handler(r); pattern == "" {
		return unrouted(w, r, h)
	}
	s.mux.ServeHTTP(w, r)
	return nil
}

// unrouted asks the handler of the mux for requests without a route whether the address or
// only the method is wrong.
func unrouted(w http.ResponseWriter, r *http.Request, h http.Handler) error {
	answer := &refusal{header: http.Header{}}
	h.ServeHTTP(answer, r)
	if answer.status != http.StatusMethodNotAllowed {
		return errs.New(errs.NotFound, "お探しのページはありません。アドレスを確かめるか、メニューから探してください。")
	}
	w.Header().Set("Allow", answer.header.Get("Allow"))
	return &refused{status: answer.status, message: "このアドレスでは、その操作はできません。"}
}

// refusal keeps what the mux would have said.
type refusal struct {
	header http.Header
	status int
}

func (a *refusal) Header() http.Header         { return a.header }
func (a *refusal) Write(b []byte) (int, error) { return len(b), nil }
func (a *refusal) WriteHeader(status int)      { a.status = status }

func alive(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n")) // the reader has gone; there is nobody to tell
}

func (s *site) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	if err := s.Ready(ctx); err != nil {
		return errs.Wrap(err, errs.Unavailable, "準備ができていません。")
	}
	alive(w)
	return nil
}

// render executes the page, or only the element that the reader's browser asks for, into
// memory and then sends it.
func render(w http.ResponseWriter, r *http.Request, status int, tmpl *template.Template, view any) error {
	name := "layout"
	if block := "#" + r.Header.Get("Sekimori-Swap"); tmpl.Lookup(block) != nil {
		name = block
	}
	var body bytes.Buffer
	if err := tmpl.ExecuteTemplate(&body, name, view); err != nil {
		return fmt.Errorf("web: page: %w", err)
	}
	w.Header().Set("Vary", "Sekimori-Swap")
	send(w, status, "text/html; charset=utf-8", body.Bytes())
	return nil
}

// send writes a finished answer. Pages are never kept: a shared machine shows nobody what
// somebody else has read.
func send(w http.ResponseWriter, status int, media string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(body) // the reader has gone; there is nobody to tell
}
