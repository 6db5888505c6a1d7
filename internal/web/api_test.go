package web_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
)

type boat struct {
	Name  string   `json:"name"`
	Crew  []string `json:"crew"`
	Owner *owner   `json:"owner"`
}

type owner struct {
	Name string `json:"name"`
}

type boatsInput struct {
	web.Paging
	Kind string `query:"kind" enum:"sail,oar" doc:"種類"`
}

type boatInput struct {
	Name string `path:"name" doc:"名"`
}

// harbour is a site with three operations. Who asks is what the key says, or a signed-in person where there is none and the
// header Session is set.
func harbour(t *testing.T, more ...web.Operation) http.Handler {
	t.Helper()
	boats := web.Query("/boats", access.OrgRead, "船の一覧", "港にある船を返します。", func(_ context.Context, _ *access.Actor, in *boatsInput) (web.List[boat], error) {
		all := []boat{{Name: "一", Crew: []string{}}, {Name: "二", Crew: []string{"甲"}, Owner: &owner{"乙"}}, {Name: "三", Crew: []string{}}}
		return web.PageOf(in.Paging, all, func(b boat) string { return b.Name })
	})
	one := web.Query("/boats/{name}", access.Member, "一隻の船", "名で選んだ船を返します。", func(_ context.Context, a *access.Actor, in *boatInput) (boat, error) {
		switch in.Name {
		case "a/b":
			return boat{Name: a.Name}, nil
		case "busy":
			return boat{}, errs.Later(90*time.Second, "混んでいます。")
		case "broken":
			return boat{}, io.ErrUnexpectedEOF
		case "panic":
			panic("no such boat")
		}
		return boat{}, errs.New(errs.NotFound, "この船はありません。")
	})
	h, err := web.New(web.Config{
		Product: "関守", Log: slog.New(slog.DiscardHandler), Ready: func(context.Context) error { return nil },
		Parts: []web.Part{{Operations: append([]web.Operation{boats, one}, more...)}},
		Identify: func(r *http.Request) (*access.Actor, error) {
			clerk := &access.Actor{Class: access.Person, Name: "person:1", Authorities: []org.Holding{{Role: org.Role{May: []string{"org.read", "people.read"}}}}}
			switch key := web.Key(r); {
			case key == "skm_org":
				return clerk.Limited([]access.Permission{access.OrgRead}), nil
			case key == "skm_people":
				return clerk.Limited([]access.Permission{access.PeopleRead}), nil
			case key == "skm_ignored", key == "" && r.Header.Get("Session") != "":
				return clerk, nil
			case key == "" && r.Header.Get("Half") != "":
				clerk.Pending = "second factor"
				return clerk, nil
			case key == "":
				return access.Visitor(), nil
			}
			return nil, errs.New(errs.Unauthenticated, "このキーは使えません。")
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// asked sends a request with headers in pairs.
func asked(t *testing.T, h http.Handler, path string, headers ...string) (*httptest.ResponseRecorder, web.Problem) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1"+path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var p web.Problem
	if w.Code != http.StatusOK {
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != w.Code || p.Title == "" || p.Detail == "" || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s %s", path, w.Code, w.Header(), w.Body)
		}
	}
	if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s: %v", path, w.Header())
	}
	return w, p
}

func TestWhoMayAskTheAPI(t *testing.T) {
	t.Parallel()
	h := harbour(t)
	const boats, one = "/api/v1/boats", "/api/v1/boats/a%2Fb"
	for _, tt := range []struct {
		path string
		with []string
		want int
	}{
		{boats, nil, 401},
		{boats, []string{"Authorization", "Bearer skm_org"}, 200},
		{boats, []string{"Authorization", "bearer skm_org"}, 200},
		{boats, []string{"Authorization", "Bearer skm_people"}, 403},
		{one, []string{"Authorization", "Bearer skm_people"}, 200},
		{boats, []string{"Authorization", "Bearer skm_other"}, 401},
		{boats, []string{"Authorization", "Bearer skm_ignored"}, 401}, // whoever identifies forgot the key
		{boats, []string{"Authorization", "Bearer"}, 401},
		{boats, []string{"Authorization", "Bearer a b"}, 401},
		{boats, []string{"Authorization", "Basic YTpi"}, 401},
		{boats, []string{"Authorization", "Bearer skm_org", "Authorization", "Bearer skm_org"}, 401},
		{boats, []string{"Session", "1"}, 200},
		{boats, []string{"Session", "1", "Sec-Fetch-Site", "same-origin"}, 200},
		{boats, []string{"Session", "1", "Sec-Fetch-Site", "none"}, 200},
		{boats, []string{"Session", "1", "Sec-Fetch-Site", "same-site"}, 401},
		{boats, []string{"Session", "1", "Sec-Fetch-Site", "cross-site"}, 401},
		{boats, []string{"Session", "1", "Authorization", "Bearer skm_people"}, 403}, // the key counts
		{boats, []string{"Half", "1"}, 403},
		{one, []string{"Half", "1"}, 403},
		{"/api/v1/openapi.json", nil, 401},
		{"/api/v1/openapi.json", []string{"Authorization", "Bearer skm_people"}, 200},
		{"/api/v1/nothing", nil, 404},
	} {
		w, _ := asked(t, h, tt.path, tt.with...)
		if w.Code != tt.want {
			t.Errorf("%s %q: %d, want %d: %s", tt.path, tt.with, w.Code, tt.want, w.Body)
		}
		if challenge := w.Header().Get("WWW-Authenticate"); (challenge != "") != (tt.want == http.StatusUnauthorized) {
			t.Errorf("%s %q: WWW-Authenticate %q", tt.path, tt.with, challenge)
		}
	}
}

// On a page a key is nothing.
func TestAKeyOpensNoPage(t *testing.T) {
	t.Parallel()
	seen := "nobody asked"
	h, err := web.New(web.Config{
		Log: slog.New(slog.DiscardHandler), Ready: func(context.Context) error { return nil },
		Parts: []web.Part{{Routes: []web.Route{web.Download("/file", access.OrgRead, func(context.Context, *web.Request) (web.Attachment, error) { return web.Attachment{}, nil })}}},
		Identify: func(r *http.Request) (*access.Actor, error) {
			seen = web.Key(r)
			return access.Visitor(), nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://127.0.0.1/file", nil)
	r.Header.Set("Authorization", "Bearer skm_org")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusUnauthorized || seen != "" {
		t.Errorf("%d %q", w.Code, seen)
	}
}

func TestAnswersOfTheAPI(t *testing.T) {
	t.Parallel()
	h := harbour(t)
	for path, want := range map[string]string{
		"/boats?limit=2":                                   `{"items":[{"name":"一","crew":[],"owner":null},{"name":"二","crew":["甲"],"owner":{"name":"乙"}}],"next":"二"}`,
		"/boats?limit=2&after=%E4%BA%8C":                   `{"items":[{"name":"三","crew":[],"owner":null}],"next":null}`,
		"/boats?limit=3&after=%E4%B8%89":                   `{"items":[],"next":null}`,
		"/boats/a%2Fb":                                     `{"name":"person:1","crew":null,"owner":null}`,
		"/boats?after=%E5%9B%9B":                           "after この続きはありません。最初からやり直してください。",
		"/boats?limit=0":                                   "limit 1以上で指定してください。",
		"/boats?limit=201":                                 "limit 200以下で指定してください。",
		"/boats?limit=many":                                "limit 整数で指定してください。",
		"/boats?limit=99999999999999999999":                "limit 整数で指定してください。",
		"/boats?kind=steam":                                "kind 次のいずれかで指定してください: sail, oar",
		"/boats?b=1&a=1":                                   "a この名前のパラメーターはありません。 b この名前のパラメーターはありません。",
		"/boats?after=" + strings.Repeat("x", 501):         "after 500文字以内で指定してください。",
		"/boats?limit=x&after=" + strings.Repeat("x", 501): "after 500文字以内で指定してください。 limit 整数で指定してください。",
	} {
		w, p := asked(t, h, "/api/v1"+path, "Session", "1", "Accept", "text/html")
		got := strings.TrimSpace(w.Body.String())
		if w.Code != http.StatusOK {
			var all []string
			for _, f := range p.Errors {
				all = append(all, f.Where+" "+f.Message)
			}
			got = strings.Join(all, " ")
		}
		if got != want {
			t.Errorf("%s: %d %s, want %s", path, w.Code, got, want)
		}
	}
	for name, want := range map[string]int{"busy": 429, "broken": 500, "panic": 500, "other": 404} {
		w, p := asked(t, h, "/api/v1/boats/"+name, "Session", "1")
		if w.Code != want || (w.Header().Get("Retry-After") == "90") != (name == "busy") || strings.Contains(p.Detail, "EOF") {
			t.Errorf("%s: %d %v %+v", name, w.Code, w.Header(), p)
		}
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1/api/v1/boats", nil)
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
}

// Whoever asks for too much at once is told to wait; nobody else is.
func TestOneActorLeavesRoomForOthers(t *testing.T) {
	t.Parallel()
	var group sync.WaitGroup
	inside, leave := make(chan bool), make(chan bool)
	h := harbour(t, web.Query("/slow", access.OrgRead, "遅い", "待ちます。", func(context.Context, *access.Actor, *struct{}) (boat, error) {
		inside <- true
		<-leave
		return boat{}, nil
	}))
	for range 8 {
		group.Go(func() {
			if w, _ := asked(t, h, "/api/v1/slow", "Session", "1"); w.Code != http.StatusOK {
				t.Errorf("%d: %s", w.Code, w.Body)
			}
		})
		<-inside
	}
	if w, _ := asked(t, h, "/api/v1/boats", "Session", "1"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "1" {
		t.Errorf("the ninth: %d %v", w.Code, w.Header())
	}
	close(leave)
	group.Wait()
	if w, _ := asked(t, h, "/api/v1/boats", "Session", "1"); w.Code != http.StatusOK {
		t.Errorf("after them: %d", w.Code)
	}
}

// An operation that anybody could ask, that nobody can read about or whose types huma cannot take, stops the start.
func TestFaultyOperationsStopTheStart(t *testing.T) {
	t.Parallel()
	answer := func(context.Context, *access.Actor, *struct{}) (boat, error) { return boat{}, nil }
	type pointer struct {
		On *string `query:"on"`
	}
	type wordless struct {
		On string `query:"on"`
	}
	for name, op := range map[string]web.Operation{
		"no permission":      web.Query("/x", "", "題", "文", answer),
		"unknown permission": web.Query("/x", "boat.sink", "題", "文", answer),
		"for anyone":         web.Query("/x", access.Anyone, "題", "文", answer),
		"no summary":         web.Query("/x", access.OrgRead, "", "文", answer),
		"no description":     web.Query("/x", access.OrgRead, "題", "", answer),
		"no path":            web.Query("", access.OrgRead, "題", "文", answer),
		"not in the path":    web.Query("/{x}", access.OrgRead, "題", "文", answer),
		"no words":           web.Query("/x", access.OrgRead, "題", "文", func(context.Context, *access.Actor, *wordless) (boat, error) { return boat{}, nil }),
		"types":              web.Query("/x", access.OrgRead, "題", "文", func(context.Context, *access.Actor, *pointer) (boat, error) { return boat{}, nil }),
	} {
		_, err := web.New(web.Config{
			Log: slog.New(slog.DiscardHandler), Ready: func(context.Context) error { return nil },
			Identify: func(*http.Request) (*access.Actor, error) { return access.Visitor(), nil }, Parts: []web.Part{{Operations: []web.Operation{op}}},
		})
		if err == nil {
			t.Errorf("%s: starts", name)
		}
	}
}

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	w, _ := asked(t, harbour(t), "/api/v1/openapi.json", "Session", "1")
	var o struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			OperationID string
			Description string
			Responses   map[string]any
		}
		Components struct {
			Schemas map[string]struct {
				AdditionalProperties any
				Properties           map[string]map[string]any
				Required             []string
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &o); err != nil {
		t.Fatal(err)
	}
	list := o.Paths["/boats"]["get"]
	_, missing := list.Responses["404"]
	if o.OpenAPI != "3.1.0" || len(o.Paths) != 3 || list.OperationID != "get-boats" || !strings.Contains(list.Description, "組織と役割を担う人を見る") || missing || list.Responses["429"] == nil {
		t.Errorf("%s", w.Body)
	}
	s := o.Components.Schemas["Boat"]
	if s.AdditionalProperties != nil || s.Properties["crew"]["type"] != "array" || s.Properties["owner"]["anyOf"] == nil || !slices.Equal(s.Required, []string{"name", "crew", "owner"}) {
		t.Errorf("%+v", s)
	}
}
