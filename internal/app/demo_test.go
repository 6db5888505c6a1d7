package app_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	neturl "net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"sekimori/internal/app"
	"sekimori/internal/app/minato"
)

// TestDemoServesUntilItIsStopped starts the program as the README says, visits it and stops
// it; what it was told to keep is there.
func TestDemoServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	kept := filepath.Join(t.TempDir(), "kept")
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	messages, said := io.Pipe()
	status := make(chan int, 1)
	var people bytes.Buffer // written before the address is said
	go func() {
		status <- app.Main(ctx, []string{"demo", "--json", "--listen", "127.0.0.1:0", "--dir", kept}, &people, said)
		_ = said.Close() // the reader ends
	}()
	url := ""
	lines := bufio.NewScanner(messages)
	for url == "" && lines.Scan() {
		url = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(lines.Text())
	}
	go func() { _, _ = io.Copy(io.Discard, messages) }() // what is said later must not block
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	says := func(path, want string) {
		t.Helper()
		if got := body(t, c, url+path); !strings.Contains(got, want) {
			t.Errorf("%s does not say %q", path, want)
		}
	}
	says("/healthz", "ok")
	says("/readyz", "ok")
	says("/", "サインイン")
	for line := range strings.Lines(people.String()) {
		var l minato.Login
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.TOTP != "" {
			continue
		}
		answer, err := c.PostForm(url+"/signin", neturl.Values{"login": {l.Login}, "password": {l.Password}, "next": {"/"}})
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		says("/", l.Person)
		says("/search?q=%E7%9B%A3%E6%9F%BB", "監査")
		break
	}
	stop()
	if got := <-status; got != 0 {
		t.Errorf("status %d after an end that was asked for", got)
	}
	if _, err := os.Stat(filepath.Join(kept, "sekimori.db")); err != nil {
		t.Errorf("--dir keeps nothing: %v", err)
	}
}

func body(t *testing.T, c *http.Client, url string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", url, answer.StatusCode, err)
	}
	return string(b)
}
