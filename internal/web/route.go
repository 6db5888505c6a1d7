package web

import (
	"context"
	"io/fs"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web/ui"
)

// Part is what one feature brings to the site: routes, and the files page/*.html they name, and operations of the API.
type Part struct {
	Pages      fs.FS
	Routes     []Route
	Operations []Operation
}

// Route is one page as data: where it is, which permission it asks for, the file that shows
// it (page/<Page>.html) and the type that file is checked against. A Post has also the type of
// its form and the bytes it takes, a Download has no Page.
type Route struct {
	Method     string
	Pattern    string // as http.ServeMux reads it, without the method
	Permission access.Permission
	Page       string
	View       reflect.Type
	Form       reflect.Type
	Limit      int64

	load func(context.Context, *Request) (any, error)
	do   func(context.Context, *Request, *posted) (Next, any, error)
	open func(context.Context, *Request) (Attachment, error)
	lead func(context.Context, *Request) (Next, error)
	fail func(context.Context, *Request, *errs.Error) (any, error)
}

// Get makes the route of a page that only reads. V embeds Page; load fills it.
func Get[V any](pattern string, permission access.Permission, page string,
	load func(context.Context, *Request) (V, error),
) Route {
	return Route{
		Method: http.MethodGet, Pattern: pattern, Permission: permission, Page: page,
		View: reflect.TypeFor[V](),
		load: func(ctx context.Context, r *Request) (any, error) { return load(ctx, r) },
	}
}

// Request is what a page may know of the request it answers.
type Request struct {
	http  *http.Request
	query url.Values
	site  *site
	actor *access.Actor

	posted  *posted     // of a Post
	refused *errs.Error // why it is shown again, nil if it is not
	shown   bool        // a form says why
}

// Actor is who asks.
func (r *Request) Actor() *access.Actor { return r.actor }

// Agent is what the browser calls itself, at most 200 characters.
func (r *Request) Agent() string {
	words := []rune(strings.ToValidUTF8(r.http.UserAgent(), "?"))
	return string(words[:min(len(words), 200)])
}

// Cookie is the value of a cookie, "" if it is not there.
func (r *Request) Cookie(name string) string {
	c, err := r.http.Cookie(name)
	if err != nil {
		return ""
	}
	return c.Value
}

// Path is the part of the address that the pattern calls name.
func (r *Request) Path(name string) string { return r.http.PathValue(name) }

// Query is the first value of a parameter without the space around it, "" if it is not there.
func (r *Request) Query(name string) string { return strings.TrimSpace(r.query.Get(name)) }

// Page starts the page that answers: its title, and the way to it without itself.
func (r *Request) Page(title string, path ...ui.Link) Page {
	p := r.site.page(r.http.URL.Path, r.actor, title, path...)
	if p.Failed = r.refused != nil; !p.Failed {
		p.Said = r.site.hear(r.http)
	}
	p.address = *r.http.URL
	return p
}

// Page is what every page has; views embed it.
type Page struct {
	Title   string // the one h1
	Kicker  string // what the title belongs to, above it
	Lead    string // one sentence below it
	Path    ui.Breadcrumbs
	Menu    ui.Menu
	Product string
	Body    string // the public body this site belongs to
	Me      Me     // who reads it
	Said    string // what was just done
	Failed  bool   // a form of this page was just refused

	// Refresh lets the page show itself anew after so many seconds, 0 for never. The element
	// that changes has an id, a template "#id" and {{with .Every}}data-refresh="{{.}}"{{end}};
	// without scripts the whole page is loaded again. The reader can stop it.
	Refresh int

	address url.URL
}

// Me is who reads a page, as its head says; the zero value of nobody in particular.
type Me struct {
	Name    string
	Note    string // where he works, or for whom he acts
	Account string // the page of his account
	SignOut string // where a form to sign out is sent
}

// MenuLink is a link of the menu, shown to those who have its permission.
type MenuLink struct {
	ui.Link
	Permission access.Permission
}

// MenuOf makes links of the menu that have one permission.
func MenuOf(p access.Permission, links ...ui.Link) []MenuLink {
	list := make([]MenuLink, len(links))
	for i, l := range links {
		list[i] = MenuLink{l, p}
	}
	return list
}

// Every is Refresh unless the reader has stopped it.
func (p Page) Every() int {
	if p.address.Query().Has(still) {
		return 0
	}
	return p.Refresh
}

// Pause stops Refresh or starts it again.
func (p Page) Pause() ui.Link {
	link, query := ui.Link{Text: "自動更新を止める"}, p.address.Query()
	if query.Has(still) {
		link.Text = "自動更新を再び始める"
		query.Del(still)
	} else {
		query.Set(still, "1")
	}
	link.Href = "?" + query.Encode()
	return link
}

// still is the parameter of a page that shall not refresh itself.
const still = "still"

// Done is the message about what was just done.
func (p Page) Done() ui.Notice { return ui.Notice{Tone: ui.Good, Title: p.Said} }

// Head is the title of the browser's window: this page, then the site.
func (p Page) Head() string {
	var words []string
	if p.Failed {
		words = append(words, "エラー")
	}
	for _, w := range []string{p.Title, p.Kicker, p.Product} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, "｜")
}

func (s *site) page(at string, actor *access.Actor, title string, path ...ui.Link) Page {
	p := Page{Title: title, Path: ui.Breadcrumbs{Links: path}, Product: s.Product, Body: s.Body}
	var menu []ui.Link
	for _, m := range s.Menu {
		if actor.Can(m.Permission) && m.Permission != access.Anyone {
			menu = append(menu, m.Link)
		}
	}
	p.Menu = ui.Menu{Links: current(menu, at)}
	if s.Me != nil {
		p.Me = s.Me(actor)
	}
	return p
}

// current marks the link whose address is the longest beginning of at.
func current(menu []ui.Link, at string) []ui.Link {
	links, best := make([]ui.Link, len(menu)), -1
	for i, l := range menu {
		links[i] = ui.Link{Text: l.Text, Href: l.Href}
		if at != l.Href && !strings.HasPrefix(at, strings.TrimSuffix(l.Href, "/")+"/") {
			continue
		}
		if l.Href == "/" && at != "/" {
			continue
		}
		if best < 0 || len(l.Href) > len(menu[best].Href) {
			best = i
		}
	}
	if best >= 0 {
		links[best].Current = true
	}
	return links
}
