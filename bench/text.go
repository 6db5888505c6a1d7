package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/parser"

	"sekimori/internal/base/db"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/regime"
)

// library is a program with every text imported.
type library struct {
	site  http.Handler
	books []*policy.Book
}

func (b *bench) openLibrary() (*library, error) {
	a, err := b.open(db.SQLite, b.set)
	if err != nil {
		return nil, err
	}
	l := &library{}
	for _, t := range b.texts {
		p, err := b.set.ByText(t.data)
		if err != nil {
			return nil, err
		}
		if _, err := a.Policy.Import(b.ctx, access.NewProgram(by), p, t.data, false); err != nil {
			return nil, err
		}
		book, err := a.Policy.Book(b.ctx, p.ID)
		if err != nil {
			return nil, err
		}
		l.books = append(l.books, book)
	}
	l.site, err = a.Handler("")
	return l, err
}

// textRows are about packs and texts.
func (b *bench) textRows() []row {
	var rows []row
	for i, t := range b.texts {
		p, err := b.set.ByText(t.data)
		if err != nil {
			continue // a text of no pack
		}
		rows = append(rows,
			row{name: "read " + p.ID, prepare: func() (pair, error) { return reading(t, p), nil }},
			row{name: "import " + p.ID, prepare: func() (pair, error) { return b.importing(t, i) }})
	}
	return append(rows,
		row{name: "load and expand all packs", prepare: func() (pair, error) { return b.loading(), nil }},
		row{name: "policy page, chapter 4", prepare: func() (pair, error) {
			l, err := b.library()
			if err != nil {
				return pair{}, err
			}
			return b.page(l.site, "/document/"+l.books[0].ID+"/"+l.books[0].Main().ID+"/4")
		}},
		row{name: "search page, two words", prepare: func() (pair, error) {
			l, err := b.library()
			if err != nil {
				return pair{}, err
			}
			return b.page(l.site, "/search?q=記録+許可")
		}},
		row{name: "search for 監査 台帳", prepare: b.searching})
}

func reading(t text, p *regime.Pack) pair {
	return pair{
		floor: "SHA-256 and splitting into lines",
		base: each(func() error {
			sha256.Sum256(t.data)
			strings.Split(string(t.data), "\n")
			return nil
		}),
		ours: each(func() error {
			_, err := clause.Parse(t.data, p.Specs())
			return err
		}),
	}
}

// importing compares an import with inserting the same clauses as bare rows, each in one transaction.
func (b *bench) importing(t text, book int) (pair, error) {
	l, err := b.library()
	if err != nil {
		return pair{}, err
	}
	a, err := b.open(db.SQLite, b.set)
	if err != nil {
		return pair{}, err
	}
	return pair{
		floor: "one bare row a clause, one transaction",
		base: each(func() error {
			return a.DB.Update(b.ctx, func(tx *db.Tx) error { return bareClauses(b.ctx, tx, l.books[book]) })
		}),
		ours: func(tb *testing.B) error {
			for tb.Loop() {
				tb.StopTimer()
				a, err := b.open(db.SQLite, b.set)
				if err != nil {
					return err
				}
				tb.StartTimer()
				_, err = a.Policy.Import(b.ctx, access.NewProgram(by), l.books[book].Pack, t.data, false)
				tb.StopTimer()
				if err := errors.Join(err, a.DB.Close()); err != nil {
					return err
				}
				tb.StartTimer()
			}
			return nil
		},
		end: a.DB.Close,
	}, nil
}

func bareClauses(ctx context.Context, tx *db.Tx, book *policy.Book) error {
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
func (b *bench) loading() pair {
	return pair{
		floor: "the YAML library parses the same files",
		base: each(func() error {
			return fs.WalkDir(b.packs, ".", func(name string, _ fs.DirEntry, err error) error {
				if err != nil || !strings.HasSuffix(name, ".yaml") {
					return err
				}
				data, err := fs.ReadFile(b.packs, name)
				if err == nil {
					_, err = parser.ParseBytes(data, 0)
				}
				return err
			})
		}),
		ours: each(func() error {
			_, err := regime.Load(b.packs, nil)
			return err
		}),
	}
}

// page compares answering a request with escaping the bytes of its answer once.
func (b *bench) page(site http.Handler, path string) (pair, error) {
	get := func() (*httptest.ResponseRecorder, error) {
		r := httptest.NewRequestWithContext(b.ctx, http.MethodGet, "http://127.0.0.1"+path, nil)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return nil, fmt.Errorf("%s: %d", path, w.Code)
		}
		return w, nil
	}
	answer, err := get()
	if err != nil {
		return pair{}, err
	}
	body := answer.Body.Bytes()
	var out bytes.Buffer
	return pair{
		floor: fmt.Sprintf("escaping the %d kB of the page once", len(body)/1000),
		base: each(func() error {
			out.Reset()
			template.HTMLEscape(&out, body)
			return nil
		}),
		ours: each(func() error {
			_, err := get()
			return err
		}),
	}, nil
}

// searching compares a search for two words with scanning the raw text for one.
func (b *bench) searching() (pair, error) {
	l, err := b.library()
	if err != nil {
		return pair{}, err
	}
	var raw strings.Builder
	for _, book := range l.books {
		for _, e := range book.Entries {
			if e.Words != nil {
				raw.WriteString(e.Words.Original)
			}
		}
	}
	all := raw.String()
	return pair{
		floor: "strings.Count of one word over the raw texts",
		base: each(func() error {
			strings.Count(all, "監査")
			return nil
		}),
		ours: each(func() error {
			for _, book := range l.books {
				book.Search("監査 台帳")
			}
			return nil
		}),
	}, nil
}
