package db_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/testkit"
)

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		dsn  string
		kind errs.Kind
		want string
	}{
		{"", errs.Invalid, "sqlite:パス"},
		{"data/sekimori.db", errs.Invalid, "sqlite:パス"},
		{"mysql://u:secret@h/d", errs.Invalid, "sqlite:パス"},
		{"sqlite:", errs.Invalid, "ファイルのパスを書いて"},
		{"sqlite::memory:", errs.Invalid, ":memory: は使えません"},
		{"sqlite:a.db?mode=ro", errs.Invalid, "a.db?mode=ro は使えません"},
		{"sqlite://a.db", errs.Invalid, "// は要りません"},
		{"sqlite:" + filepath.Join(dir, "none", "a.db"), errs.Invalid, "none がありません"},
		{"sqlite:" + dir, errs.Invalid, "開けません"},
		{"sqlite:" + text, errs.Invalid, "SQLiteのデータベースではありません"},
		{"postgres://u:secret@h:port/d", errs.Invalid, "postgres://利用者@"},
		{"postgres:///d?host=" + dir, errs.Unavailable, "「d」に接続できません"},
		{"postgres://u:secret@127.0.0.1:1/d?connect_timeout=5", errs.Unavailable, "「d」に接続できません"},
	} {
		d, err := db.Open(t.Context(), c.dsn)
		if err == nil {
			t.Errorf("%s was opened", c.dsn)
			_ = d.Close()
			continue
		}
		if m := errs.Message(err); errs.KindOf(err) != c.kind || !strings.Contains(m, c.want) {
			t.Errorf("%s: kind %d %s, want kind %d …%s…", c.dsn, errs.KindOf(err), m, c.kind, c.want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("the password shows: %v", err)
		}
	}
}

func TestNewFileIsPrivate(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such permissions")
	}
	path := filepath.Join(t.TempDir(), "名前 100% #1.db")
	d := testkit.Open(t, "sqlite:"+path, schema)
	if err := d.Check(t.Context()); err != nil {
		t.Error(err)
	}
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	d := testkit.Open(t, testkit.DSN(t, db.SQLite, nil), nil)
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "10000"} {
		read := func(r db.Reader) {
			if got, err := db.Get[string](t.Context(), r, "pragma "+pragma); err != nil || got != want {
				t.Errorf("%s is %s, want %s (%v)", pragma, got, want, err)
			}
		}
		if err := d.View(t.Context(), func(r db.Reader) error { read(r); return nil }); err != nil {
			t.Error(err)
		}
		if err := d.Update(t.Context(), func(tx *db.Tx) error { read(tx); return nil }); err != nil {
			t.Error(err)
		}
	}
}

func TestForeignDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]string{
		"ascii":  `encoding 'SQL_ASCII' locale 'C'`,
		"icu":    `encoding 'UTF8' locale_provider icu icu_locale 'ja'`,
		"finely": `encoding 'UTF8' locale 'C'`,
	} {
		dsn := testkit.PostgresWith(t, options)
		d, err := db.Open(t.Context(), dsn)
		if err == nil {
			_ = d.Close()
		}
		if fine := name == "finely"; fine != (err == nil) {
			t.Errorf("%s: %v", options, err)
		}
		if err != nil && (errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Message(err), "C.UTF-8")) {
			t.Errorf("%s: %v", options, err)
		}
	}
}

func TestCloseEndsAll(t *testing.T) {
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			d, err := db.Open(t.Context(), testkit.DSN(t, engine, schema))
			if err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if err := d.Check(t.Context()); err == nil {
				t.Error("a closed database answers")
			}
		})
	}
}
