package web_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/webtest"
)

// downloads are files of each fate; wait is for the test between two pieces.
func downloads(wait func()) web.Part {
	piece := []byte(strings.Repeat("職員番号,氏名\r\n", 5000)) // more than is held back
	file := func(name string, write func(io.Writer) error) web.Route {
		return web.Download("/file/"+name, access.PeopleRead, func(_ context.Context, r *web.Request) (web.Attachment, error) {
			if r.Query("gone") != "" {
				return web.Attachment{}, errs.New(errs.NotFound, "この受領書はありません。")
			}
			return web.Attachment{Name: "職員 一覧/" + name + `"R8.csv`, Media: "text/csv; charset=utf-8", Write: write}, nil
		})
	}
	return web.Part{Routes: []web.Route{
		file("good", func(w io.Writer) error {
			_, err := w.Write(piece)
			wait()
			return errors.Join(err, func() error { _, err := w.Write(piece); return err }())
		}),
		file("empty", func(io.Writer) error { return nil }),
		file("early", func(w io.Writer) error {
			_, _ = w.Write([]byte("職員番号"))
			return errs.New(errs.Unavailable, "混み合っています。")
		}),
		file("late", func(w io.Writer) error {
			_, _ = w.Write(piece)
			return errors.New("disk is full")
		}),
	}}
}

func files(t *testing.T, wait func(), log io.Writer) http.Handler {
	t.Helper()
	c := config(t)
	c.Parts, c.Log = []web.Part{downloads(wait)}, slog.New(slog.NewTextHandler(log, nil))
	c.Identify = identify(access.NewProgram("local:reader"))
	return open(t, c)
}

func TestDownload(t *testing.T) {
	t.Parallel()
	h := files(t, func() {}, io.Discard)
	w := get(t, h, "/file/good")
	kind, params, err := mime.ParseMediaType(w.Header().Get("Content-Disposition"))
	if err != nil || kind != "attachment" || params["filename"] != "職員 一覧_good_R8.csv" {
		t.Errorf("Content-Disposition: %q", w.Header().Get("Content-Disposition"))
	}
	if !strings.Contains(w.Header().Get("Content-Disposition"), "filename*=utf-8''%E8%81%B7") {
		t.Errorf("Content-Disposition: %q", w.Header().Get("Content-Disposition"))
	}
	for name, want := range map[string]string{"Content-Type": "text/csv; charset=utf-8", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if n := strings.Count(w.Body.String(), "氏名\r\n"); w.Code != 200 || n != 10000 {
		t.Errorf("status %d, %d lines", w.Code, n)
	}
	for _, name := range []string{"Content-Type", "Content-Disposition"} {
		if got := ask(t, h, http.MethodHead, "/file/good"); got.Header().Get(name) != w.Header().Get(name) || got.Body.Len() > 0 {
			t.Errorf("HEAD: %v", got.Header())
		}
	}
	if got := get(t, h, "/file/empty"); got.Code != 200 || got.Header().Get("Content-Disposition") == "" || got.Body.Len() > 0 {
		t.Errorf("an empty file: %d %v", got.Code, got.Header())
	}
	for url, want := range map[string]struct {
		status  int
		message string
	}{
		"/file/early":       {503, "混み合っています。"},
		"/file/good?gone=1": {404, "この受領書はありません。"},
	} {
		w := get(t, h, url)
		if got := webtest.Parse(t, w.Body.Bytes()).One(t, "p.message").Text(); w.Code != want.status || got != want.message || w.Header().Get("Content-Disposition") != "" {
			t.Errorf("%s: %d %q %v", url, w.Code, got, w.Header())
		}
	}
	if got := get(t, h, "/file/good", "Test-Actor", "nobody").Code; got != 401 {
		t.Errorf("without permission: %d", got)
	}
}

// TestDownloadsTravelInPieces reads the first piece before the second is written.
func TestDownloadsTravelInPieces(t *testing.T) {
	t.Parallel()
	read := make(chan struct{})
	server := httptest.NewServer(files(t, func() { <-read }, io.Discard))
	defer server.Close()
	answer := fetch(t, server.URL+"/file/good")
	defer answer.Body.Close()
	if _, err := io.ReadFull(answer.Body, make([]byte, 64<<10)); err != nil {
		t.Fatal(err)
	}
	close(read)
	if rest, err := io.ReadAll(answer.Body); err != nil || len(rest) < 64<<10 {
		t.Errorf("then %d bytes, %v", len(rest), err)
	}
}

func fetch(t *testing.T, url string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestHalfAFileIsNotTakenForAWholeOne(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	server := httptest.NewServer(files(t, func() {}, &log))
	answer := fetch(t, server.URL+"/file/late")
	defer answer.Body.Close()
	if _, err := io.ReadAll(answer.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("reading ends with %v", err)
	}
	server.Close() // waits, so that the log is complete
	if got := log.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, "disk is full") {
		t.Errorf("log: %s", got)
	}
}

// TestLargeFilesMayTakeTime sends and fetches files more slowly than the limits for pages.
func TestLargeFilesMayTakeTime(t *testing.T) {
	t.Parallel()
	const limit = 300 * time.Millisecond
	c := config(t)
	c.Parts = []web.Part{forms(), downloads(func() { time.Sleep(2 * limit) })}
	server := httptest.NewUnstartedServer(open(t, c))
	server.Config.ReadTimeout, server.Config.WriteTimeout = limit, limit
	server.Start()
	defer server.Close()
	answer := fetch(t, server.URL+"/file/good")
	defer answer.Body.Close()
	if _, err := io.ReadAll(answer.Body); err != nil {
		t.Errorf("download: %v", err)
	}
	for path, want := range map[string]int{"/unit": http.StatusSeeOther, "/unit/remove": 0} {
		body, in := io.Pipe()
		go func() {
			fmt.Fprint(in, "name=a&from=R8.4.1&sure=1")
			time.Sleep(2 * limit)
			fmt.Fprint(in, "&sure-to-remove=1")
			_ = in.Close()
		}()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, body)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := http.DefaultTransport.RoundTrip(r)
		got := 0
		if err == nil {
			got = answer.StatusCode
			_ = answer.Body.Close()
		}
		if got != want && (want != 0 || got == http.StatusSeeOther) {
			t.Errorf("upload to %s: %d, %v", path, got, err)
		}
	}
}
