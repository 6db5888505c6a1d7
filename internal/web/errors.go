package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"html/template"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
)

// handler answers a request or says why it cannot; until it succeeds it has written nothing.
type handler func(http.ResponseWriter, *http.Request) error

// adapt makes an http.Handler of h: an error, and a panic, becomes an answer.
func (s *site) adapt(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch p := recover(); {
			case p == nil:
			case p == http.ErrAbortHandler: //nolint:errorlint // the value itself is the signal
				panic(p) //nolint:forbidigo // the server knows what it means
			default:
				s.fail(w, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			}
		}()
		if err := h(w, r); err != nil {
			s.fail(w, r, err)
		}
	})
}

// fail answers with an error and logs it if the fault is ours.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	ctx := r.Context()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return // the reader has gone
	}
	code := status(err)
	if code >= http.StatusInternalServerError {
		// The pattern, not the address: what people look for is nobody's business here.
		s.Log.ErrorContext(ctx, "request failed", slog.String("method", r.Method), slog.String("pattern", r.Pattern), slog.Int("status", code), slog.Any("error", err))
	}
	if seconds := retryAfter(code, err); seconds > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	program := strings.HasPrefix(r.URL.Path, API+"/")
	if program && code == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="sekimori"`)
	}
	w.Header().Add("Vary", "Accept")
	if program || prefersJSON(r.Header.Get("Accept")) {
		send(w, code, problemJSON, problem(code, err))
		return
	}
	send(w, code, "text/html; charset=utf-8", s.errors[code].with(message(err)))
}

// refused is an answer of HTTP itself, for which the kinds of errs have no word.
type refused struct {
	status  int
	message string
	cause   error
}

func (r *refused) Error() string { return r.message }
func (r *refused) Unwrap() error { return r.cause }

func status(err error) int {
	if r, ok := errors.AsType[*refused](err); ok {
		return r.status
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return http.StatusRequestEntityTooLarge
	}
	switch errs.KindOf(err) {
	case errs.Invalid:
		return http.StatusBadRequest
	case errs.NotFound:
		return http.StatusNotFound
	case errs.Conflict:
		return http.StatusConflict
	case errs.Forbidden:
		return http.StatusForbidden
	case errs.Unauthenticated:
		return http.StatusUnauthorized
	case errs.Unavailable:
		return http.StatusServiceUnavailable
	case errs.TooMany:
		return http.StatusTooManyRequests
	case errs.Internal:
	}
	return http.StatusInternalServerError
}

// retryAfter is after how many seconds a browser or program may try again, 0 for no such answer.
func retryAfter(code int, err error) int {
	if code != http.StatusServiceUnavailable && code != http.StatusTooManyRequests {
		return 0
	}
	if e, ok := errors.AsType[*errs.Error](err); ok && e.Retry > 0 {
		return int((e.Retry + time.Second - 1) / time.Second)
	}
	return 30
}

// titles are the headings of the error pages; there is no other status than these.
func titles() map[int]string {
	return map[int]string{
		http.StatusBadRequest:            "入力を確認してください",
		http.StatusUnauthorized:          "サインインが必要です",
		http.StatusForbidden:             "許可されていません",
		http.StatusNotFound:              "ページが見つかりません",
		http.StatusMethodNotAllowed:      "この操作はできません",
		http.StatusConflict:              "ほかの変更と重なりました",
		http.StatusRequestEntityTooLarge: "送られた内容が大きすぎます",
		http.StatusRequestURITooLong:     "アドレスが長すぎます",
		http.StatusUnsupportedMediaType:  "この形式では受け取れません",
		http.StatusMisdirectedRequest:    "このアドレスでは利用できません",
		http.StatusUnprocessableEntity:   "入力を確認してください",
		http.StatusTooManyRequests:       "しばらくお待ちください",
		http.StatusInternalServerError:   "内部エラー",
		http.StatusServiceUnavailable:    "ただいま利用できません",
	}
}

func message(err error) string {
	if r, ok := errors.AsType[*refused](err); ok {
		return r.message
	}
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fmt.Sprintf("一度に送れるのは%sまでです。", size(e.Limit))
	}
	return errs.Message(err)
}

// errorPage is a page rendered at the start, cut where the message goes: what is left to do
// when something fails cannot fail.
type errorPage struct{ before, after string }

func (p errorPage) with(message string) []byte {
	return []byte(p.before + html.EscapeString(message) + p.after)
}

type errorView struct {
	Page
	Message string
}

func (s *site) renderErrors(base *template.Template) (map[int]errorPage, error) {
	const cut = "@message@"
	tmpl, err := parsePage(base, pages, "error")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	all := map[int]errorPage{}
	for code, title := range titles() {
		var b bytes.Buffer
		if err := tmpl.ExecuteTemplate(&b, "layout", errorView{s.page("", access.Visitor(), title), cut}); err != nil {
			return nil, fmt.Errorf("web: error page: %w", err)
		}
		before, after, _ := strings.Cut(b.String(), cut)
		all[code] = errorPage{before, after}
	}
	return all, nil
}

// Problem is an error as RFC 9457 has it, with every faulty field.
type Problem struct {
	Title  string         `json:"title" doc:"状態の説明"`
	Status int            `json:"status" doc:"HTTPの状態コード"`
	Detail string         `json:"detail" doc:"何が起き、どうすればよいか"`
	Errors []ProblemField `json:"errors,omitempty" doc:"誤りのある値のすべて"`
}

// ProblemField is one faulty field.
type ProblemField struct {
	Where   string `json:"where" doc:"パラメーターや項目の名前"`
	Message string `json:"message" doc:"どう直すか"`
}

// problemJSON is the media type of a Problem.
const problemJSON = "application/problem+json"

func problem(code int, err error) []byte {
	p := Problem{Title: titles()[code], Status: code, Detail: message(err)}
	if e, ok := errors.AsType[*errs.Error](err); ok {
		p.Detail = e.Message
		for _, f := range e.Fields {
			p.Errors = append(p.Errors, ProblemField(f))
		}
	}
	b, _ := json.Marshal(p) // strings and numbers always marshal
	return append(b, '\n')
}

// prefersJSON reports whether an Accept header ranks JSON above HTML.
func prefersJSON(accept string) bool {
	var asJSON, asHTML float64
	for part := range strings.SplitSeq(accept, ",") {
		media, params, _ := strings.Cut(part, ";")
		rank := 1.0
		for p := range strings.SplitSeq(params, ";") {
			if q, ok := strings.CutPrefix(strings.TrimSpace(p), "q="); ok {
				rank, _ = strconv.ParseFloat(q, 64) // what is no number ranks last
			}
		}
		switch strings.ToLower(strings.TrimSpace(media)) {
		case "application/json", "application/problem+json":
			asJSON = max(asJSON, rank)
		case "text/html", "application/xhtml+xml", "text/*":
			asHTML = max(asHTML, rank)
		}
	}
	return asJSON > asHTML
}
