package webtest

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Spec is the description of an API, as whoever writes a program against it reads it.
type Spec struct {
	Paths      map[string]map[string]SpecOperation `json:"paths"`
	Components struct {
		Schemas   map[string]schema   `json:"schemas"`
		Responses map[string]response `json:"responses"`
	} `json:"components"`
	Servers []struct {
		URL string `json:"url"`
	} `json:"servers"`
}

// SpecOperation is one operation that a Spec describes.
type SpecOperation struct {
	OperationID string              `json:"operationId"`
	Summary     string              `json:"summary"`
	Description string              `json:"description"`
	Parameters  []SpecParameter     `json:"parameters"`
	Responses   map[string]response `json:"responses"`
}

// SpecParameter is one parameter of an operation.
type SpecParameter struct {
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
}

type response struct {
	Ref     string                       `json:"$ref"`
	Content map[string]map[string]schema `json:"content"`
}

type schema struct {
	Ref        string            `json:"$ref"`
	Type       any               `json:"type"`
	Properties map[string]schema `json:"properties"`
	Required   []string          `json:"required"`
	Items      *schema           `json:"items"`
	AnyOf      []schema          `json:"anyOf"`
	Enum       []any             `json:"enum"`
}

// ReadSpec reads an OpenAPI document.
func ReadSpec(t testing.TB, description []byte) Spec {
	t.Helper()
	var s Spec
	if err := json.Unmarshal(description, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

// Conforms holds an answer to a GET of path to what the description says: its status, its media type, every property that must
// be there, and none that nobody can know.
func (s Spec) Conforms(t testing.TB, path string, w *httptest.ResponseRecorder) {
	t.Helper()
	path, _, _ = strings.Cut(strings.TrimPrefix(path, s.Servers[0].URL), "?")
	for pattern, operations := range s.Paths {
		if !fits(pattern, path) {
			continue
		}
		r, ok := operations["get"].Responses[strconv.Itoa(w.Code)]
		if ref, is := strings.CutPrefix(r.Ref, "#/components/responses/"); is {
			r, ok = s.Components.Responses[ref]
		}
		content, known := r.Content[w.Header().Get("Content-Type")]
		if !ok || !known {
			t.Errorf("%s: %d %s is not described", path, w.Code, w.Header().Get("Content-Type"))
			return
		}
		var body any
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		for _, fault := range s.faults(content["schema"], body, "") {
			t.Errorf("%s: %s", path, fault)
		}
		return
	}
	t.Errorf("%s is not described", path)
}

// fits says whether a path is one of a pattern's.
func fits(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return false
	}
	for i, part := range want {
		if !strings.HasPrefix(part, "{") && part != got[i] {
			return false
		}
	}
	return true
}

// faults compares a value with a schema.
func (s Spec) faults(x schema, v any, at string) []string {
	if ref, ok := strings.CutPrefix(x.Ref, "#/components/schemas/"); ok {
		return s.faults(s.Components.Schemas[ref], v, at)
	}
	if len(x.AnyOf) > 0 {
		if slices.ContainsFunc(x.AnyOf, func(one schema) bool { return len(s.faults(one, v, at)) == 0 }) {
			return nil
		}
		return []string{fmt.Sprintf("%s: %v is none of them", at, v)}
	}
	if x.Type == nil {
		return nil // anything
	}
	var faults []string
	if !slices.Contains(types(x.Type), typeOf(v)) {
		return []string{fmt.Sprintf("%s is %s, not %v", at, typeOf(v), x.Type)}
	}
	if x.Enum != nil && !slices.Contains(x.Enum, v) {
		faults = append(faults, fmt.Sprintf("%s: %v is none of %v", at, v, x.Enum))
	}
	switch v := v.(type) {
	case []any:
		for i, one := range v {
			faults = append(faults, s.faults(*x.Items, one, at+"["+strconv.Itoa(i)+"]")...)
		}
	case map[string]any:
		for _, name := range x.Required {
			if _, ok := v[name]; !ok {
				faults = append(faults, at+"."+name+" is missing")
			}
		}
		for name, one := range v {
			if property, ok := x.Properties[name]; ok {
				faults = append(faults, s.faults(property, one, at+"."+name)...)
			} else {
				faults = append(faults, at+"."+name+" is not described")
			}
		}
	}
	return faults
}

func types(t any) []string {
	list, ok := t.([]any)
	if !ok {
		return []string{fmt.Sprint(t)}
	}
	names := make([]string, len(list))
	for i, one := range list {
		names[i] = fmt.Sprint(one)
	}
	return names
}

func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case float64:
		if v == float64(int64(v)) {
			return "integer"
		}
		return "number"
	case []any:
		return "array"
	}
	return "object"
}
