package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web/ui"
)

// Next is where the browser goes after something was done, and what the page there says
// about it, once.
type Next struct {
	Href string // an address of this site
	Away string // an address of another one, in place of Href: the way in by an identity provider
	Said string // "課を加えました。"; may be empty
	// Cookies are set before: pages of the way in alone have any.
	Cookies []*http.Cookie
}

// Post makes the route of a form. F is a struct of what the form holds, see File for the
// types of its fields:
//
//	type newUnit struct {
//		Name string      `form:"name,required"`
//		From jpdate.Date `form:"from,required"`
//	}
//
// do does what was asked for and says where to go. If it, or the reading of F, ends in
// errs.Invalid or errs.Conflict, nothing is lost: load shows its page again (it is usually the
// load of a Get beside it), with status 422 or 409, and Request.Form puts into the form what
// was typed and what is wrong with it. So the Where of each fault is the name of a field.
//
// Fields that F does not know are passed over, up to a few; a form is read only after Allow.
func Post[V, F any](pattern string, permission access.Permission, page string,
	load func(context.Context, *Request) (V, error), do func(context.Context, *Request, F) (Next, error),
) Route {
	return posting(pattern, permission, page, load, func(ctx context.Context, r *Request, form F) (Next, any, error) {
		next, err := do(ctx, r, form)
		return next, nil, err
	})
}

// Answer is Post for what is shown once and never again, such as a password that was made: the answer is the page of what do
// gives, and loading it anew does the whole again.
func Answer[V, F any](pattern string, permission access.Permission, page string,
	load func(context.Context, *Request) (V, error), do func(context.Context, *Request, F) (V, error),
) Route {
	return posting(pattern, permission, page, load, func(ctx context.Context, r *Request, form F) (Next, any, error) {
		view, err := do(ctx, r, form)
		return Next{}, view, err
	})
}

func posting[V, F any](pattern string, permission access.Permission, page string,
	load func(context.Context, *Request) (V, error), do func(context.Context, *Request, F) (Next, any, error),
) Route {
	route := Get(pattern, permission, page, load)
	route.Method, route.Form, route.Limit = http.MethodPost, reflect.TypeFor[F](), maxBody
	route.do = func(ctx context.Context, r *Request, in *posted) (Next, any, error) {
		var form F
		if err := in.fill(reflect.ValueOf(&form).Elem()); err != nil {
			return Next{}, nil, err
		}
		return do(ctx, r, form)
	}
	return route
}

// UpTo is the route of a form with files of so many bytes together, where 1 MiB is not enough.
func (r Route) UpTo(bytes int64) Route {
	r.Limit = bytes
	return r
}

// Form prepares a form of the page. Without an Action it is sent to the address of the page.
// If it is the form that was just refused, it gets what was typed and what is wrong with it.
func (r *Request) Form(f ui.Form) ui.Form {
	if f.Action == "" {
		f.Action = r.http.URL.EscapedPath()
	}
	if r.refused == nil {
		return f
	}
	if to, err := url.Parse(f.Action); err != nil || to.Path != r.http.URL.Path {
		return f
	}
	r.shown = true
	f.Message, f.Errors, f.Fields = r.refused.Message, nil, ui.Copy(f.Fields)
	for _, fault := range r.refused.Fields {
		found := false
		ui.Each(f.Fields, func(field *ui.Field) {
			if field.Name == fault.Where && field.Type != ui.Hidden && !found {
				field.Error += fault.Message
				found = true
			}
		})
		if !found {
			f.Errors = append(f.Errors, fault.Message)
		}
	}
	ui.Each(f.Fields, r.keep)
	return f
}

// Typed is what was typed into the fields of a form that was just refused whose names begin so, by the rest of their names; nil
// where nothing was. A page whose fields depend on what was chosen looks here.
func (r *Request) Typed(begin string) map[string][]string {
	if r.refused == nil {
		return nil
	}
	typed := map[string][]string{}
	for name, values := range r.posted.values {
		if rest, ok := strings.CutPrefix(name, begin); ok {
			typed[rest] = values
		}
	}
	return typed
}

// keep puts back what was typed into a field.
func (r *Request) keep(f *ui.Field) {
	if f.Type == ui.Hidden && r.refused.Kind == errs.Conflict {
		return // the person has been told, so the new version of the thing is the one to change
	}
	if f.Type == ui.Secret || f.Type == ui.Code {
		return // it was typed for one try
	}
	typed := r.posted.values[f.Name]
	f.Value, f.Values = strings.Join(typed[:min(1, len(typed))], ""), typed
	if f.Error == "" && len(r.posted.files[f.Name]) > 0 {
		f.Error = "もう一度ファイルを選んでください。" // a page cannot put a file back
	}
}

// takes answers a Post.
func (s *site) takes(route Route, tmpl *template.Template) answering {
	return func(w http.ResponseWriter, r *http.Request, actor *access.Actor) error {
		if route.Limit > maxBody {
			defer patient(w)()
		}
		in, err := receive(w, r, route.Limit)
		if err != nil {
			return err
		}
		defer in.close()
		req := s.request(r, actor)
		req.posted = in
		next, shown, err := route.do(r.Context(), req, in)
		switch {
		case err == nil && shown != nil:
			return render(w, r, http.StatusOK, tmpl, shown)
		case err == nil:
			return s.goTo(w, r, next)
		}
		kind := errs.KindOf(err)
		if kind != errs.Invalid && kind != errs.Conflict || prefersJSON(r.Header.Get("Accept")) {
			return unprocessable(err)
		}
		req.refused, _ = errors.AsType[*errs.Error](err)
		view, again := route.load(r.Context(), req)
		if again != nil {
			return again
		}
		if !req.shown {
			return unprocessable(err) // the page has no such form; the words must not be lost
		}
		return render(w, r, status(unprocessable(err)), tmpl, view)
	}
}

// unprocessable gives an Invalid the status of a form that was understood and is wrong.
func unprocessable(err error) error {
	if errs.KindOf(err) != errs.Invalid {
		return err
	}
	return &refused{http.StatusUnprocessableEntity, message(err), err}
}

// goTo sends the browser on with 303, so that to load the next page again does nothing again.
func (s *site) goTo(w http.ResponseWriter, r *http.Request, next Next) error {
	to, err := url.Parse(cmp.Or(next.Away, next.Href))
	if err != nil || next.Away == "" && !within(to, next.Href) || next.Away != "" && !away(to) {
		return fmt.Errorf("web: next page %q is no address to go to", cmp.Or(next.Away, next.Href))
	}
	for _, c := range next.Cookies {
		http.SetCookie(w, c)
	}
	if next.Said != "" {
		s.say(w, r, to.Path, next.Said)
	}
	w.Header().Set("Location", to.String())
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// within reports whether an address is one of this site, whoever reads it.
func within(to *url.URL, href string) bool {
	return to.Scheme == "" && to.Host == "" && strings.HasPrefix(to.Path, "/") && !strings.ContainsAny(href, "\\\r\n")
}
