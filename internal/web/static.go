package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"sekimori/internal/base/errs"
)

const staticPath = "/static/"

//go:embed static
var static embed.FS

// stylesheets make site.css, in this order.
func stylesheets() []string {
	return []string{"tokens.css", "base.css", "frame.css", "content.css", "clause.css", "table.css", "form.css", "flow.css", "print.css", "paper.css"}
}

// assets are the files of the site by name. Their address holds the hash of their content,
// so a browser may keep them for ever and still never shows an old one.
type assets map[string]asset

type asset struct {
	file  string // name.hash.extension
	media string
	tag   string
	body  []byte
}

func loadAssets() (assets, error) {
	var css bytes.Buffer
	for _, name := range stylesheets() {
		body, err := static.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		css.Write(body)
	}
	all := assets{"site.css": newAsset("site.css", "text/css; charset=utf-8", css.Bytes())}
	for name, media := range map[string]string{"swap.js": "text/javascript; charset=utf-8", "passkey.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"} {
		body, err := static.ReadFile("static/" + name)
		if err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
		all[name] = newAsset(name, media, body)
	}
	return all, nil
}

func newAsset(name, media string, body []byte) asset {
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:8])
	ext := path.Ext(name)
	return asset{file: strings.TrimSuffix(name, ext) + "." + hash + ext, media: media, tag: `"` + hash + `"`, body: body}
}

// url is the address of the file called name.
func (a assets) url(name string) (string, error) {
	f, ok := a[name]
	if !ok {
		return "", fmt.Errorf("web: no static file %q", name)
	}
	return staticPath + f.file, nil
}

func (a assets) serve(w http.ResponseWriter, r *http.Request) error {
	for _, f := range a {
		if staticPath+f.file != r.URL.Path {
			continue
		}
		h := w.Header()
		h.Set("Content-Type", f.media)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("ETag", f.tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.body))
		return nil
	}
	return errs.New(errs.NotFound, "このファイルはありません。")
}
