package web_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"sekimori/internal/web"
)

// serving runs a server on this machine until the test ends.
func serving(t *testing.T, s web.Server, h http.Handler) (address string) {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, ln, h) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestServeLetsAnswersFinish(t *testing.T) {
	t.Parallel()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- web.Server{}.Serve(ctx, ln, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			stop()
			time.Sleep(50 * time.Millisecond)
			if r.Context().Err() != nil {
				t.Error("the answer under way was cancelled")
			}
			_, _ = w.Write([]byte("done"))
		}))
	}()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+ln.Addr().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != 200 {
		t.Errorf("status %d", answer.StatusCode)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := (web.Server{}).Serve(t.Context(), ln, nil); err == nil {
		t.Error("a closed listener is no error")
	}
}

// TestSlowClientsAreCutOff: headers, bodies and readers that come drop by drop end within their time, and keep nobody out.
func TestSlowClientsAreCutOff(t *testing.T) {
	t.Parallel()
	const bound = 300 * time.Millisecond
	address := serving(t, web.Server{Header: bound, Read: bound, Write: bound, Idle: bound}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			return
		}
		if r.URL.Path == "/large" {
			for range 200 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}
	}))
	for name, request := range map[string]string{
		"nothing": "",
		"headers": "GET / HTTP/1.1\r\nHost: x\r\n",
		"body":    "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n",
		"idle":    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"reader":  "GET /large HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, address)
			if _, err := io.WriteString(c, request); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			defer func() { <-ended }()
			stop := make(chan struct{})
			go func() { // a drop now and then
				defer close(ended)
				for name == "headers" || name == "body" {
					select {
					case <-stop:
						return
					case <-time.After(50 * time.Millisecond):
						_, _ = io.WriteString(c, "x")
					}
				}
			}()
			defer close(stop)
			if name == "reader" {
				time.Sleep(3 * bound) // reads nothing
			}
			if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
				t.Fatal(err)
			}
			n, err := io.Copy(io.Discard, c)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Error("still open after ten seconds")
			}
			if name == "reader" && n >= 200<<20 {
				t.Error("a reader who does not read gets everything")
			}
		})
	}
}

// certified is a server's side of TLS with a certificate of nobody.
func certified(t *testing.T) *tls.Config {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}
}

func TestASilentHandshakeIsCutOff(t *testing.T) {
	t.Parallel()
	address := serving(t, web.Server{TLS: certified(t), Header: 300 * time.Millisecond}, http.NotFoundHandler())
	for _, hello := range []string{"", "\x16\x03\x01\x02\x00\x01"} {
		c := dial(t, address)
		if _, err := io.WriteString(c, hello); err != nil {
			t.Fatal(err)
		}
		if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, c); errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("after %q: still open after ten seconds", hello)
		}
	}
}

// TestIdleConnectionsOfHTTP2MakeWay: what browsers really have.
func TestIdleConnectionsOfHTTP2MakeWay(t *testing.T) {
	t.Parallel()
	address := serving(t, web.Server{TLS: certified(t), Connections: 2}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }))
	for i := range 5 {
		browser := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
			ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
		}}
		defer browser.CloseIdleConnections()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := browser.Do(r)
		if err != nil {
			t.Fatalf("browser %d: %v", i, err)
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if err != nil || string(body) != "HTTP/2.0" {
			t.Errorf("browser %d: %q %v", i, body, err)
		}
	}
}

func TestIdleConnectionsMakeWay(t *testing.T) {
	t.Parallel()
	const most = 3
	hold, held := make(chan struct{}), make(chan struct{}, most)
	address := serving(t, web.Server{Connections: most}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/hold" {
			held <- struct{}{}
			<-hold
		}
	}))
	ask := func(c net.Conn, path string) error {
		if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path); err != nil {
			return err
		}
		if err := c.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			return err
		}
		answer, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err == nil {
			_ = answer.Body.Close()
		}
		return err
	}
	// Six browsers keep their connections, one after the other gets its page all the same.
	var browsers []net.Conn
	for i := range 6 {
		c := dial(t, address)
		if err := ask(c, "/"); err != nil {
			t.Fatalf("browser %d: %v", i, err)
		}
		browsers = append(browsers, c)
	}
	stayed := 0 // which of them made way depends on which the server saw idle first
	for _, c := range browsers {
		if ask(c, "/") == nil {
			stayed++
		}
	}
	if stayed == 0 || stayed > most {
		t.Errorf("%d of six connections are open, with room for %d", stayed, most)
	}
	// Where all are busy the next one waits, and is let in when one has become idle.
	busy := make(chan error, most)
	for range most {
		c := dial(t, address)
		go func() { busy <- ask(c, "/hold") }()
		<-held
	}
	last, next := make(chan error, 1), dial(t, address)
	go func() { last <- ask(next, "/") }()
	select {
	case err := <-last:
		t.Fatalf("a fourth connection was let in: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	close(hold)
	if err := <-last; err != nil {
		t.Errorf("the one that waited: %v", err)
	}
	for range most {
		if err := <-busy; err != nil {
			t.Errorf("one that was busy: %v", err)
		}
	}
}

func TestLargeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t, config(t))
	address := serving(t, web.Server{}, h)
	c := dial(t, address)
	go func() {
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: "+strings.Repeat("x", 64<<10)+"\r\n\r\n")
	}()
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge || bytes.Contains(body, []byte("<html")) {
		t.Errorf("%d %s", answer.StatusCode, body)
	}
}

// TestStoppingWhileEverybodyIsBusy: a server that is full can be stopped.
func TestStoppingWhileEverybodyIsBusy(t *testing.T) {
	t.Parallel()
	address := serving(t, web.Server{Connections: 1}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	first := dial(t, address)
	if _, err := io.WriteString(first, "GET / HTTP/1.1\r\n"); err != nil {
		t.Fatal(err)
	}
	dial(t, address)
	time.Sleep(50 * time.Millisecond)
}
