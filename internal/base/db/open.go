package db

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"modernc.org/sqlite"

	"sekimori/internal/base/errs"
)

// place is where a database is.
type place interface {
	open(ctx context.Context) (*DB, error)
}

type (
	sqliteFile     struct{ path string }
	postgresServer struct{ config *pgx.ConnConfig }
)

func parse(dsn string) (place, error) {
	scheme, rest, _ := strings.Cut(dsn, ":")
	switch {
	case dsn == "":
		return nil, errs.New(errs.Invalid, "データベースの場所がありません。sqlite:パス か postgres://… で指定してください。")
	case scheme == "sqlite" && rest == "":
		return nil, errs.New(errs.Invalid, "sqlite: のあとにファイルのパスを書いてください。例: sqlite:data/sekimori.db")
	case scheme == "sqlite" && (strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "file:") || strings.ContainsRune(rest, '?')):
		return nil, errs.New(errs.Invalid, "sqlite: のあとにはファイルのパスだけを書きます（%s は使えません）。例: sqlite:data/sekimori.db", rest)
	case scheme == "sqlite" && strings.HasPrefix(rest, "//"):
		return nil, errs.New(errs.Invalid, "sqlite: のあとに // は要りません。例: sqlite:data/sekimori.db、sqlite:/var/lib/sekimori/sekimori.db")
	case scheme == "sqlite":
		return sqliteFile{rest}, nil
	case scheme == "postgres" || scheme == "postgresql":
		config, err := pgx.ParseConfig(dsn)
		if err != nil {
			return nil, errs.Wrap(err, errs.Invalid, "PostgreSQLの場所を読めません。postgres://利用者@ホスト/データベース の形で書いてください。")
		}
		return postgresServer{config}, nil
	}
	// The value is not repeated: where the scheme is mistyped the rest may hold a password.
	return nil, errs.New(errs.Invalid, "データベースの場所は sqlite:パス か postgres://… で指定してください。")
}

func (f sqliteFile) open(ctx context.Context) (*DB, error) {
	path, err := filepath.Abs(f.path)
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "データベースのパス %s を読めません。", f.path)
	}
	if err := create(path); err != nil {
		return nil, err
	}
	// synchronous FULL: what was acknowledged survives a power cut. dqs off: "x" is a name on both engines, never a string.
	// cache_size: 8 MB of pages a connection; with SQLite's own 2 MB verifying a large trail takes half as long again.
	common := url.Values{"_pragma": {"busy_timeout(10000)", "foreign_keys(1)", "synchronous(FULL)", "cache_size(-8000)"}, "_dqs": {"0"}, "_defensive": {"1"}}
	writer, err := connectSQLite(path, common, url.Values{"_journal_mode": {"WAL"}, "_txlock": {"immediate"}})
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(openFailed(err, path), writer.Close())
	}
	reader, err := connectSQLite(path, common, url.Values{"_query_only": {"1"}})
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	reader.SetMaxOpenConns(max(4, 2*runtime.GOMAXPROCS(0)))
	reader.SetMaxIdleConns(max(4, 2*runtime.GOMAXPROCS(0)))
	return &DB{engine: SQLite, reader: reader, writer: writer, turn: make(chan struct{}, 1)}, nil
}

// create makes an empty file for its owner alone; SQLite gives its side files the same permissions.
func create(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return errs.Wrap(err, errs.Invalid, "フォルダ %s がありません。先に作ってください。", filepath.Dir(path))
	}
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "データベースのファイル %s を開けません。パスと権限を確かめてください。", path)
	}
	return file.Close()
}

func connectSQLite(path string, options ...url.Values) (*sql.DB, error) {
	all := url.Values{}
	for _, values := range options {
		for key, list := range values {
			all[key] = append(all[key], list...)
		}
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	at := url.URL{Scheme: "file", Path: path, OmitHost: true, RawQuery: all.Encode()}
	connector, err := sqlite.NewConnector(at.String())
	if err != nil {
		return nil, err
	}
	return sql.OpenDB(connector), nil
}

func openFailed(err error, path string) error {
	if sqliteCode(err) == notADatabase {
		return errs.Wrap(err, errs.Invalid, "%s はSQLiteのデータベースではありません。", path)
	}
	return errs.Wrap(err, errs.Unavailable, "データベースのファイル %s を開けません。", path)
}

func (s postgresServer) open(ctx context.Context) (*DB, error) {
	if s.config.RuntimeParams["application_name"] == "" {
		s.config.RuntimeParams["application_name"] = "sekimori"
	}
	if s.config.RuntimeParams["jit"] == "" {
		// What a page asks is read in milliseconds, however dear PostgreSQL takes it to be; to compile it first takes hundreds.
		s.config.RuntimeParams["jit"] = "off"
	}
	if s.config.RuntimeParams["random_page_cost"] == "" {
		// As on a disk without moving parts: else it reads all people of a city to find those of a bureau.
		s.config.RuntimeParams["random_page_cost"] = "1.1"
	}
	pool := stdlib.OpenDB(*s.config)
	pool.SetMaxOpenConns(20)
	pool.SetMaxIdleConns(20)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	d := &DB{engine: Postgres, reader: pool, writer: pool}
	if err := d.fit(ctx, s.config.Database); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return d, nil
}

// fit refuses a database that would sort or store text otherwise than SQLite and Go do.
func (d *DB) fit(ctx context.Context, name string) error {
	type made struct {
		Encoding string `db:"encoding"`
		Locale   string `db:"locale"`
	}
	var have made
	err := d.View(ctx, func(r Reader) (err error) {
		// The columns of the locale depend on the server's version, so they are read out of the row as JSON.
		have, err = Get[made](ctx, r, `
			select pg_encoding_to_char(d.encoding) as encoding,
				case coalesce(to_jsonb(d) ->> 'datlocprovider', 'c')
					when 'c' then d.datcollate
					when 'b' then to_jsonb(d) ->> 'datlocale'
					else 'ICU' end as locale
			from pg_database d where d.datname = current_database()`)
		return err
	})
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "PostgreSQLのデータベース「%s」に接続できません。", name)
	}
	switch strings.ToUpper(strings.ReplaceAll(have.Locale, "-", "")) {
	case "C", "POSIX", "C.UTF8":
		if have.Encoding == "UTF8" {
			return nil
		}
	}
	return errs.New(errs.Invalid, "PostgreSQLのデータベース「%s」は文字コードが %s、照合順序が %s です。関守は UTF8 と C.UTF-8 のものだけを使います。"+
		"次のように作り直してください: create database 名前 template template0 encoding 'UTF8' locale 'C.UTF-8'", name, have.Encoding, have.Locale)
}
