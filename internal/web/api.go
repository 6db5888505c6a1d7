package web

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
)

// API is where the addresses of the JSON API begin.
const API = "/api/v1"

// Operation is one operation of the JSON API as data: where it is below API, which permission it asks for, what people read about
// it, and the types of what it takes and gives.
type Operation struct {
	Method      string
	Path        string // below API, as http.ServeMux reads it
	Permission  access.Permission
	Summary     string // in a few words
	Description string
	Input       reflect.Type
	Output      reflect.Type

	missing  bool // see OrNothing
	register func(huma.API, huma.Operation)
}

// OrNothing is the operation of what may not be there, or not for who asks, although its address has no part that varies.
func (o Operation) OrNothing() Operation {
	o.missing = true
	return o
}

// Query makes an operation that only reads. The fields of I say by their tags what it takes (path, query, doc and limits such as
// maximum), O is its answer.
func Query[I, O any](path string, permission access.Permission, summary, description string, answer func(context.Context, *access.Actor, *I) (O, error)) Operation {
	return Operation{
		Method: http.MethodGet, Path: path, Permission: permission, Summary: summary, Description: description,
		Input: reflect.TypeFor[I](), Output: reflect.TypeFor[O](),
		register: func(api huma.API, op huma.Operation) {
			huma.Register(api, op, func(ctx context.Context, in *I) (*answered[O], error) {
				x := exchangeOf(ctx)
				var out answered[O]
				out.Body, x.err = answer(ctx, x.actor, in) // where there is an error, what huma writes is thrown away
				return &out, nil
			})
		},
	}
}

// answered is an answer as huma takes it.
type answered[O any] struct{ Body O }

// Paging is embedded in the input of an operation that lists things.
type Paging struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"100" doc:"一度に返す件数"`
	After string `query:"after" maxLength:"500" doc:"前の応答の next の値。省くと最初から返す"`
}

// List is one page of things.
type List[T any] struct {
	Items []T     `json:"items"`
	Next  *string `json:"next" doc:"続きを求めるときの after の値。続きがなければ null"`
}

// PageOf is a page of things that all lie in memory; key is by what a thing is found again, and no two have the same.
func PageOf[T any](p Paging, all []T, key func(T) string) (List[T], error) {
	page, first := List[T]{Items: []T{}}, 0
	if p.After != "" {
		for first = len(all); first > 0 && key(all[first-1]) != p.After; first-- {
		}
		if first == 0 {
			return page, Wrong("after", "この続きはありません。最初からやり直してください。")
		}
	}
	last := min(first+p.Limit, len(all))
	page.Items = append(page.Items, all[first:last]...)
	if last < len(all) {
		page.Next = new(key(all[last-1]))
	}
	return page, nil
}

// Each turns the things of a page into others.
func Each[T, U any](page List[T], turn func(T) U) List[U] {
	to := List[U]{Items: make([]U, len(page.Items)), Next: page.Next}
	for i, x := range page.Items {
		to.Items[i] = turn(x)
	}
	return to
}

// Wrong says what is wrong with one value that was given.
func Wrong(where, format string, args ...any) error {
	var f errs.Faults
	f.Add(where, format, args...)
	return f.Err("指定に誤りがあります。")
}

// exchange is one request to the API and what came of it.
type exchange struct {
	actor   *access.Actor
	err     error            // of the operation
	refused *huma.ErrorModel // what huma finds wrong with the request
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// described is the description of the API, which is an operation like the others.
func described(description *json.RawMessage) Operation {
	return Query("/openapi.json", access.Member, "このAPIの記述（OpenAPI 3.1）", "すべての操作の入力と出力の形を、機械が読める形で返します。",
		func(context.Context, *access.Actor, *struct{}) (json.RawMessage, error) { return *description, nil })
}
