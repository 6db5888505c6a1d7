package web

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"slices"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
)

// Lead makes the route of an address that leads on: to another page, or with Next.Away to
// another site and back. It is asked for by GET, so do changes nothing that others could have
// changed by a link. Where do fails, fail makes the page that says what can be done.
func Lead[V any](pattern string, permission access.Permission, page string,
	do func(context.Context, *Request) (Next, error), fail func(context.Context, *Request, *errs.Error) (V, error),
) Route {
	route := Get(pattern, permission, page, func(context.Context, *Request) (V, error) { var v V; return v, nil })
	route.lead = do
	route.fail = func(ctx context.Context, r *Request, why *errs.Error) (any, error) { return fail(ctx, r, why) }
	return route
}

// leads answers a Lead.
func (s *site) leads(route Route, tmpl *template.Template) answering {
	return func(w http.ResponseWriter, r *http.Request, actor *access.Actor) error {
		req := s.request(r, actor)
		next, err := route.lead(r.Context(), req)
		if err == nil {
			return s.goTo(w, r, next)
		}
		why, ok := errors.AsType[*errs.Error](err)
		if !ok || r.Context().Err() != nil || prefersJSON(r.Header.Get("Accept")) {
			return err
		}
		s.Log.WarnContext(r.Context(), "not led on", slog.String("pattern", r.Pattern), slog.Any("error", err))
		view, err := route.fail(r.Context(), req, why)
		if err != nil {
			return err
		}
		for _, c := range next.Cookies {
			http.SetCookie(w, c)
		}
		return render(w, r, status(why), tmpl, view)
	}
}

// away reports whether an address is that of another site, by TLS or on this machine.
func away(to *url.URL) bool {
	return to.Host != "" && to.User == nil && (to.Scheme == "https" || to.Scheme == "http" && slices.Contains(thisMachine(), to.Hostname()))
}
