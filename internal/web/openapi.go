package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sekimori/internal/kernel/access"
)

// OpenAPI describes the operations of parts, as OpenAPI 3.1 in JSON.
func OpenAPI(parts ...Part) ([]byte, error) {
	a, err := newAPI(parts)
	if err != nil {
		return nil, err
	}
	return a.description, nil
}

// api is the operations of a site as huma reads them.
type api struct {
	operations  []Operation
	described   []*huma.Operation    // as many
	handlers    []func(huma.Context) // as many
	description json.RawMessage
}

// Handle takes the handler that huma made of an operation.
func (a *api) Handle(op *huma.Operation, handle func(huma.Context)) {
	a.described, a.handlers = append(a.described, op), append(a.handlers, handle)
}

// ServeHTTP is of no use here: the site routes.
func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

// newAPI checks the operations of parts. huma panics where a type does not fit; that stops the start like any other fault.
func newAPI(parts []Part) (a *api, err error) {
	defer func() {
		if p := recover(); p != nil {
			a, err = nil, fmt.Errorf("web: API: %v", p)
		}
	}()
	a = &api{}
	a.operations = append(a.operations, described(&a.description))
	for _, p := range parts {
		a.operations = append(a.operations, p.Operations...)
	}
	registry := huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer)
	h := huma.NewAPI(huma.Config{
		OpenAPI:                      overview(registry),
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{note},
	}, a)
	for _, op := range a.operations {
		if err := op.check(); err != nil {
			return nil, fmt.Errorf("web: %s %s: %w", op.Method, op.Path, err)
		}
		op.register(h, op.describe())
		if err := op.takes(a.described[len(a.described)-1].Parameters); err != nil {
			return nil, fmt.Errorf("web: %s %s: %w", op.Method, op.Path, err)
		}
	}
	delete(registry.Map(), "ErrorModel") // huma's own errors reach nobody
	delete(registry.Map(), "ErrorDetail")
	for name := range registry.Map() {
		settle(registry, name)
	}
	b, err := json.Marshal(h.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("web: OpenAPI: %w", err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, b, "", "  "); err != nil {
		return nil, fmt.Errorf("web: OpenAPI: %w", err)
	}
	pretty.WriteByte('\n')
	a.description = pretty.Bytes()
	return a, nil
}

// note keeps an error that huma wants to write.
func note(ctx huma.Context, _ string, v any) (any, error) {
	if m, ok := v.(*huma.ErrorModel); ok {
		exchangeOf(ctx.Context()).refused = m
	}
	return v, nil
}

// check says what is missing. Nobody asks the API without having shown who he is.
func (o Operation) check() error {
	switch {
	case !o.Permission.Known() && o.Permission != access.Member:
		return fmt.Errorf("unknown permission %q", o.Permission)
	case !strings.HasPrefix(o.Path, "/"):
		return errors.New("the path does not begin with /")
	case o.Summary == "" || o.Description == "":
		return errors.New("nobody can read what it does")
	}
	return nil
}

// takes compares the parts of the path and the words about each parameter with what huma has found. It does not see embedded
// types that are not exported.
func (o Operation) takes(parameters []*huma.Param) error {
	var paths []string
	for _, p := range parameters {
		if p.Description == "" {
			return fmt.Errorf("nobody can read what %s means", p.Name)
		}
		if p.In == "path" {
			paths = append(paths, "{"+p.Name+"}")
		}
	}
	want := slices.DeleteFunc(strings.Split(o.Path, "/"), func(part string) bool { return !strings.HasPrefix(part, "{") })
	slices.Sort(paths)
	slices.Sort(want)
	if !slices.Equal(paths, want) {
		return fmt.Errorf("%v has the parts %v of the path", o.Input, paths)
	}
	return nil
}

// describe is the operation as OpenAPI has it.
func (o Operation) describe() huma.Operation {
	words := strings.FieldsFunc(o.Path, func(r rune) bool { return strings.ContainsRune("/{}.", r) })
	op := huma.Operation{
		OperationID: strings.ToLower(o.Method) + "-" + strings.Join(words, "-"), Method: o.Method, Path: o.Path,
		Summary: o.Summary, Description: o.Description + "\n\n必要な権限: " + asked(o.Permission), Tags: words[:1],
		Responses: map[string]*huma.Response{"200": {Description: o.Summary}},
	}
	for _, f := range failures() {
		if f.status != http.StatusNotFound || o.missing || strings.Contains(o.Path, "{") {
			op.Responses[strconv.Itoa(f.status)] = &huma.Response{Ref: "#/components/responses/" + f.name}
		}
	}
	return op
}

func asked(p access.Permission) string {
	if p == access.Member {
		return "職員であること（キーにはどの権限でもよい）"
	}
	return "「" + p.Title() + "」（" + string(p) + "）"
}

// failure is an answer that every operation may give.
type failure struct {
	status     int
	name, says string
}

func failures() []failure {
	return []failure{
		{http.StatusBadRequest, "Invalid", "指定に誤りがある"},
		{http.StatusUnauthorized, "Unauthenticated", "キーがないか、使えない"},
		{http.StatusForbidden, "Forbidden", "権限がない"},
		{http.StatusNotFound, "NotFound", "ないか、見てよい範囲の外にある"},
		{http.StatusTooManyRequests, "TooMany", "多すぎる。Retry-After の秒数を待つ"},
		{http.StatusInternalServerError, "Internal", "関守の側の誤り"},
		{http.StatusServiceUnavailable, "Unavailable", "いまは応じられない。Retry-After の秒数を待つ"},
	}
}

// overview is what is said of all operations together.
func overview(registry huma.Registry) *huma.OpenAPI {
	o := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info: &huma.Info{Title: "関守 JSON API", Version: "1", Description: "個人のキーの権限と、その人がいま持つ権限の両方で許されるものだけを返します。範囲の外にあるものは 404 です。" +
			"画面にサインインしている人は、同じサイトからの読取りにキーなしで使えます。" +
			"日付は YYYY-MM-DD（日本時間）、日時は UTC です。応答の項目は増えることがあります。"},
		Servers: []*huma.Server{{URL: API}},
		Components: &huma.Components{
			Schemas:   registry,
			Responses: map[string]*huma.Response{},
			SecuritySchemes: map[string]*huma.SecurityScheme{"key": {
				Type: "http", Scheme: "bearer", BearerFormat: "skm_…", Description: "「アカウント」の画面で作る個人のキー。",
			}},
		},
		Security: []map[string][]string{{"key": {}}},
	}
	problem := registry.Schema(reflect.TypeFor[Problem](), true, "")
	for _, f := range failures() {
		r := &huma.Response{Description: f.says, Content: map[string]*huma.MediaType{problemJSON: {Schema: problem}}}
		if f.status == http.StatusTooManyRequests || f.status == http.StatusServiceUnavailable {
			r.Headers = map[string]*huma.Param{"Retry-After": {Description: "何秒後に試せるか", Schema: &huma.Schema{Type: huma.TypeInteger}}}
		}
		o.Components.Responses[f.name] = r
	}
	return o
}

// settle corrects what huma says of the type with a name: lists are null only where a tag says so, what is pointed to may be,
// and fields may come to it.
func settle(registry huma.Registry, name string) {
	s, t := registry.Map()[name], registry.TypeFromRef("#/components/schemas/"+name)
	s.AdditionalProperties = nil
	for _, f := range reflect.VisibleFields(t) {
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		p := s.Properties[key]
		switch {
		case p == nil:
		case p.Type == huma.TypeArray:
			p.Nullable = f.Tag.Get("nullable") == "true"
			for x := p.Items; x != nil && x.Type == huma.TypeArray; x = x.Items {
				x.Nullable = false
			}
		case p.Nullable && p.Enum != nil:
			p.Enum = append(p.Enum, nil)
		case f.Type.Kind() == reflect.Pointer && p.Ref != "" && slices.Contains(s.Required, key):
			s.Properties[key] = &huma.Schema{AnyOf: []*huma.Schema{{Ref: p.Ref}, {Type: "null"}}, Description: p.Description}
		}
	}
}
