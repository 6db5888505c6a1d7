package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"

	"sekimori/internal/app"
	"sekimori/internal/base/db"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/testkit/tiny"
	packs "sekimori/regime"
)

// bench is what the measurements share: one database with every text imported.
type bench struct {
	ctx   context.Context //nolint:containedctx // a program with one task
	dir   string
	made  int
	app   *app.App
	site  http.Handler
	books []*policy.Book
}

// pairsOf lists the measurements.
func pairsOf(ctx context.Context, texts []text, dir string) ([]pair, error) {
	root := packs.FS()
	if texts[0].regime == "" {
		root = tiny.Regimes()
	}
	set, err := regime.Load(root, nil)
	if err != nil {
		return nil, err
	}
	b := &bench{ctx: ctx, dir: dir}
	if b.app, err = b.open(set); err != nil {
		return nil, err
	}
	var pairs []pair
	for _, t := range texts {
		p, err := set.ByText(t.data)
		if err != nil {
			return nil, err
		}
		if _, err := b.app.Policy.Import(ctx, "cli:bench", p, t.data, false); err != nil {
			return nil, err
		}
		book, err := b.app.Policy.Book(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		b.books = append(b.books, book)
		pairs = append(pairs, b.parse(t, p), b.importing(t, set, book))
	}
	if b.site, err = b.app.Handler(""); err != nil {
		return nil, err
	}
	pairs = append(pairs, loading(root), b.page("policy page, chapter 4", chapter(b.books[0])), b.page("search page, two words", "/search?q=記録+許可"))
	return append(pairs, b.search()), nil
}

// open makes a new database.
func (b *bench) open(set *regime.Set) (*app.App, error) {
	b.made++
	return app.Open(b.ctx, app.Place{DB: "sqlite:" + filepath.Join(b.dir, fmt.Sprintf("%d.db", b.made))}, set)
}

func (b *bench) parse(t text, p *regime.Pack) pair {
	return pair{
		"read " + p.ID, "SHA-256 and splitting into lines",
		func(tb *testing.B) {
			for tb.Loop() {
				sha256.Sum256(t.data)
				strings.Split(string(t.data), "\n")
			}
		},
		func(tb *testing.B) {
			for tb.Loop() {
				if _, err := clause.Parse(t.data, p.Specs()); err != nil {
					tb.Fatal(err)
				}
			}
		},
	}
}

// importing compares an import with inserting the same clauses as bare rows, each in one
// transaction on SQLite with the same durability.
func (b *bench) importing(t text, set *regime.Set, book *policy.Book) pair {
	return pair{
		"import " + book.ID, "one bare row a clause, one transaction, same durability",
		func(tb *testing.B) {
			a := b.fresh(tb, set)
			for tb.Loop() {
				err := a.DB.Update(b.ctx, func(tx *db.Tx) error { return bareRows(b.ctx, tx, book) })
				if err != nil {
					tb.Fatal(err)
				}
			}
		},
		func(tb *testing.B) {
			for tb.Loop() {
				tb.StopTimer()
				a := b.fresh(tb, set)
				tb.StartTimer()
				if _, err := a.Policy.Import(b.ctx, "cli:bench", book.Pack, t.data, false); err != nil {
					tb.Fatal(err)
				}
			}
		},
	}
}

func (b *bench) fresh(tb *testing.B, set *regime.Set) *app.App {
	tb.Helper()
	a, err := b.open(set)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = a.Close() }) // the folder is removed at the end
	return a
}

func bareRows(ctx context.Context, tx *db.Tx, book *policy.Book) error {
	if _, err := tx.Exec(ctx, `drop table if exists bare`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `create table bare (id integer primary key, original text not null)`); err != nil {
		return err
	}
	for i, e := range book.Entries {
		original := ""
		if e.Words != nil {
			original = e.Words.Original
		}
		if _, err := tx.Exec(ctx, `insert into bare (id, original) values ($1, $2)`, i, original); err != nil {
			return err
		}
	}
	return nil
}

// loading compares loading and expanding every pack with the YAML library's own parsing.
func loading(root fs.FS) pair {
	return pair{
		"load and expand all packs", "the YAML library parses the same files",
		func(tb *testing.B) {
			for tb.Loop() {
				err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
					if err != nil || !strings.HasSuffix(name, ".yaml") {
						return err
					}
					data, err := fs.ReadFile(root, name)
					if err == nil {
						_, err = parser.ParseBytes(data, 0)
					}
					return err
				})
				if err != nil {
					tb.Fatal(err)
				}
			}
		},
		func(tb *testing.B) {
			for tb.Loop() {
				if _, err := regime.Load(root, nil); err != nil {
					tb.Fatal(err)
				}
			}
		},
	}
}

func chapter(b *policy.Book) string {
	return "/document/" + b.ID + "/" + b.Main().ID + "/4"
}

// page compares answering a request with escaping the bytes of its answer once.
func (b *bench) page(name, path string) pair {
	answer := func() *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(b.ctx, http.MethodGet, "http://127.0.0.1"+path, nil)
		w := httptest.NewRecorder()
		b.site.ServeHTTP(w, r)
		return w
	}
	body := answer().Body.Bytes()
	return pair{
		name, fmt.Sprintf("escaping the %d kB of the page once", len(body)/1000),
		func(tb *testing.B) {
			var out bytes.Buffer
			for tb.Loop() {
				out.Reset()
				template.HTMLEscape(&out, body)
			}
		},
		func(tb *testing.B) {
			for tb.Loop() {
				if w := answer(); w.Code != http.StatusOK {
					tb.Fatalf("%s: %d", path, w.Code)
				}
			}
		},
	}
}

// search compares a search for two words with scanning the raw text for one.
func (b *bench) search() pair {
	var raw strings.Builder
	for _, book := range b.books {
		for _, e := range book.Entries {
			if e.Words != nil {
				raw.WriteString(e.Words.Original)
			}
		}
	}
	all := raw.String()
	return pair{
		"search for 監査 台帳", "strings.Count of one word over the raw texts",
		func(tb *testing.B) {
			for tb.Loop() {
				strings.Count(all, "監査")
			}
		},
		func(tb *testing.B) {
			for tb.Loop() {
				for _, book := range b.books {
					book.Search("監査 台帳")
				}
			}
		},
	}
}
