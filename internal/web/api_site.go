package web

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
)

// Key is the personal key by which a program asks, "" for none. Only operations of the API have one: on a page a key is nothing.
func Key(r *http.Request) string {
	key, _ := r.Context().Value(bearerKey{}).(string)
	return key
}

type bearerKey struct{}

// withKey reads the Authorization header.
func withKey(r *http.Request) (*http.Request, error) {
	given := r.Header.Values("Authorization")
	if len(given) == 0 {
		return r, nil
	}
	scheme, key, _ := strings.Cut(given[0], " ")
	if key = strings.TrimSpace(key); len(given) > 1 || !strings.EqualFold(scheme, "Bearer") || key == "" || strings.ContainsAny(key, " ,") {
		return r, errs.New(errs.Unauthenticated, "Authorization ヘッダーは「Bearer キー」の形で1つだけ送ってください。")
	}
	return r.WithContext(context.WithValue(r.Context(), bearerKey{}, key)), nil
}

// caller finds out who asks the API: by a key, or, for what only reads, by a session of this site's own pages.
func (s *site) caller(r *http.Request) (*access.Actor, error) {
	actor, err := s.Identify(r)
	if err != nil {
		return nil, err
	}
	switch site := r.Header.Get("Sec-Fetch-Site"); {
	case actor.Class == access.Nobody:
		return nil, errs.New(errs.Unauthenticated, "個人のキーを Authorization ヘッダー（Bearer キー）で送ってください。キーは「アカウント」の画面で作れます。")
	case Key(r) != "" && !actor.Keyed():
		return nil, errs.New(errs.Unauthenticated, "このキーは使えません。")
	case Key(r) == "" && (site == "cross-site" || site == "same-site"):
		return nil, errs.New(errs.Unauthenticated, "ほかのサイトからは、個人のキーで利用してください。")
	}
	return actor, nil
}

// allowed says that the actor may ask an operation that has a permission.
func allowed(actor *access.Actor, p access.Permission) error {
	switch {
	case actor.Can(p):
		return nil
	case actor.Pending != "":
		return errs.New(errs.Forbidden, "サインインがまだ終わっていません。")
	case p == access.Member:
		return errs.New(errs.Forbidden, "職員として使うところです。")
	case actor.Keyed():
		return errs.New(errs.Forbidden, "このキーでは「%s」ができません。使えるのは、キーを作るときに選んだ権限のうち、本人がいま持つものだけです。", p.Title())
	}
	return access.Refused(p)
}

// operates answers an operation. What huma writes is caught: answers and errors go out as those of pages do.
func (s *site) operates(op Operation, described *huma.Operation, handle func(huma.Context)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		r, err := withKey(r)
		if err != nil {
			return err
		}
		actor, err := s.caller(r)
		if err != nil {
			return err
		}
		if err := allowed(actor, op.Permission); err != nil {
			return err
		}
		leave, err := s.crowd.enter(actor.Name)
		if err != nil {
			return err
		}
		defer leave()
		x := &exchange{actor: actor}
		caught := &catch{header: http.Header{}}
		handle(humago.NewContext(described, r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)), caught))
		switch {
		case x.err != nil:
			return x.err
		case x.refused != nil:
			return inJapanese(x.refused)
		case caught.status != http.StatusOK:
			return fmt.Errorf("web: huma answered %d: %s", caught.status, caught.body.Bytes())
		}
		send(w, http.StatusOK, "application/json", caught.body.Bytes())
		return nil
	}
}

// catch keeps an answer.
type catch struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (c *catch) Header() http.Header         { return c.header }
func (c *catch) Write(b []byte) (int, error) { return c.body.Write(b) }
func (c *catch) WriteHeader(status int)      { c.status = status }

// atOnce is how many requests to the API one actor may have under way: a program that asks for everything at once keeps nobody
// else waiting.
const atOnce = 8

// crowd counts the requests under way by actor. The zero value is ready.
type crowd struct {
	mu sync.Mutex
	in map[string]int
}

// enter counts one in; leave has to be called when it is done.
func (c *crowd) enter(name string) (leave func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in == nil {
		c.in = map[string]int{}
	}
	if c.in[name] >= atOnce {
		return nil, errs.Later(time.Second, "一度に送れる要求は%d件までです。前の応答を待ってから送ってください。", atOnce)
	}
	c.in[name]++
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.in[name]--; c.in[name] == 0 {
			delete(c.in, name)
		}
	}, nil
}
