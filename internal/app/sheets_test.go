package app_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"sekimori/internal/web/webtest"
)

// TestShippedAssetRegistersComeBackTheSame: what the pages give of the asset registers of both editions is, sent back, what stands in
// them, in every form.
func TestShippedAssetRegistersComeBackTheSame(t *testing.T) {
	t.Parallel()
	w := openTown(t)
	server := httptest.NewServer(w.site)
	t.Cleanup(server.Close)
	client := server.Client()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for regime, role := range map[string]string{"kobe-city": "information-head", "kobe-school": "school-information-manager"} {
		cookie := w.enter(w.holder(role))
		ask := func(method, path, media string, body io.Reader) (answer []byte, to string) {
			t.Helper()
			r, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, body)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Cookie", cookie)
			r.Header.Set("Content-Type", media)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			got, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer got.Body.Close()
			answer, err = io.ReadAll(got.Body)
			if err != nil || got.StatusCode != http.StatusOK && got.StatusCode != http.StatusSeeOther {
				t.Fatalf("%s %s as %s: %d %v %s", method, path, role, got.StatusCode, err, webtest.Parse(t, answer).Text())
			}
			return answer, got.Header.Get("Location")
		}
		book := "/ledger/" + regime + "/asset"
		for _, form := range []string{"xlsx/data", "xlsx/wareki", "xlsx/form", "csv/data", "csv/wareki", "sjis/data", "sjis/wareki"} {
			file, _ := ask(http.MethodGet, book+"/download/"+form, "", nil)
			var body bytes.Buffer
			m := multipart.NewWriter(&body)
			part, err := m.CreateFormFile("files", "台帳")
			if err == nil {
				_, err = part.Write(file)
			}
			if err == nil {
				err = m.Close()
			}
			if err != nil {
				t.Fatal(err)
			}
			_, to := ask(http.MethodPost, book+"/import", m.FormDataContentType(), &body)
			if err := w.Jobs.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			page, _ := ask(http.MethodGet, to, "", nil)
			if got := webtest.Parse(t, page).One(t, "main").Text(); !strings.Contains(got, "変わるものはありません") || strings.Contains(got, " 0 行 同じ") || !strings.Contains(got, "0 行 保留") {
				t.Errorf("%s %s: %s", regime, form, got)
			}
		}
	}
}
