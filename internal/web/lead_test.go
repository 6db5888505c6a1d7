package web_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// leading is a site whose address /go leads to what the query asks for, or fails in the way it names.
func leading(t *testing.T) (http.Handler, *bytes.Buffer) {
	t.Helper()
	type view struct {
		web.Page
		Why string
	}
	cookie := []*http.Cookie{{Name: "flow", Value: "1"}}
	c := config(t)
	var log bytes.Buffer
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	c.Parts = []web.Part{{
		Pages: fstest.MapFS{"page/why.html": {Data: []byte(`{{define "main"}}<p id="why">{{.Why}}</p>{{end}}`)}},
		Routes: []web.Route{web.Lead("/go", access.PolicyRead, "why", func(_ context.Context, r *web.Request) (web.Next, error) {
			next := web.Next{Href: r.Query("to"), Away: r.Query("away"), Cookies: cookie}
			switch r.Query("fail") {
			case "forbidden":
				return next, errs.Wrap(context.DeadlineExceeded, errs.Forbidden, "だめです。")
			case "unavailable":
				return next, errs.New(errs.Unavailable, "あとで。")
			case "broken":
				return next, context.DeadlineExceeded
			}
			return next, nil
		}, func(_ context.Context, r *web.Request, why *errs.Error) (view, error) {
			return view{r.Page("サインインできません"), why.Message}, nil
		})},
	}}
	return open(t, c), &log
}

func TestLeadingOn(t *testing.T) {
	t.Parallel()
	h, _ := leading(t)
	for address, want := range map[string]string{
		"?to=/duty":                        "/duty",
		"?away=https://idp.example/a?b=1":  "https://idp.example/a?b=1",
		"?away=http://localhost:8080/auth": "http://localhost:8080/auth",
	} {
		w := get(t, h, "/go"+address)
		if w.Code != 303 || w.Header().Get("Location") != want || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "flow=1") {
			t.Errorf("%s: %d to %q, %v", address, w.Code, w.Header().Get("Location"), w.Header())
		}
	}
	for _, address := range []string{"?to=https://evil.example", "?to=//evil.example", "?away=http://idp.example/", "?away=/duty", "?away=javascript:alert(1)", "?away=https://idp.example@evil.example", "?to="} {
		if w := get(t, h, "/go"+address); w.Code != 500 || w.Header().Get("Location") != "" {
			t.Errorf("%s: %d to %q", address, w.Code, w.Header().Get("Location"))
		}
	}
}

func TestWhereNothingLeadsOnAPageSaysWhy(t *testing.T) {
	t.Parallel()
	h, log := leading(t)
	for _, tt := range []struct {
		fail, why string
		status    int
	}{{"forbidden", "だめです。", 403}, {"unavailable", "あとで。", 503}} {
		w := get(t, h, "/go?fail="+tt.fail)
		doc := webtest.Parse(t, w.Body.Bytes())
		if got := doc.One(t, "#why").Text(); got != tt.why || w.Code != tt.status {
			t.Errorf("%s: %d %q", tt.fail, w.Code, got)
		}
		if w.Header().Get("Location") != "" || !strings.HasPrefix(w.Header().Get("Set-Cookie"), "flow=1") {
			t.Errorf("%s: %v", tt.fail, w.Header())
		}
	}
	if !strings.Contains(log.String(), "deadline exceeded") {
		t.Errorf("the cause is not logged: %s", log.String())
	}
	if w := get(t, h, "/go?fail=broken"); w.Code != 500 || strings.Contains(w.Body.String(), "why") {
		t.Errorf("a fault of ours: %d", w.Code)
	}
	if w := get(t, h, "/go?fail=forbidden", "Accept", "application/json"); w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("JSON: %v", w.Header())
	}
}
