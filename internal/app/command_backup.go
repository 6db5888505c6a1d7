package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/file"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
)

type backupCommand struct {
	File string `arg:"" help:"控えを書くファイル（まだないもの）"`
}

type backupResult struct {
	Store   string   `json:"store"`
	At      db.Time  `json:"at"`
	Epoch   int64    `json:"epoch"`
	Size    int64    `json:"size"`
	Root    string   `json:"root"`
	Rows    int64    `json:"rows"`
	Files   int64    `json:"files"`
	Damaged []string `json:"damaged"`
}

// Run backs everything up; 1 where files were damaged.
func (k *backupCommand) Run(c *console) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	var done trail.BackedUp
	err = create(k.File, func(w io.Writer) error {
		done, err = a.Log.Backup(c.ctx, a.files, w)
		return err
	})
	if err != nil {
		return err
	}
	c.say("控えを %s に取りました。鍵は入っていません。フォルダー %s の key を、別の安全な場所に控えてください。", k.File, a.store.Dir())
	if c.flags.JSON {
		err = c.json(backupResult{done.Store, done.At, done.Epoch, done.Size, done.Root, done.Rows, done.Files, append([]string{}, done.Damaged...)})
	} else {
		c.line("記録 %d 件、行 %d、ファイル %d", done.Size, done.Rows, done.Files)
	}
	if err == nil && len(done.Damaged) > 0 {
		for _, sum := range done.Damaged {
			c.say("傷んだファイルがあり、控えに入っていません: %s", sum)
		}
		return errOpen
	}
	return err
}

// create writes a new file, which is there whole or not at all.
func create(name string, write func(io.Writer) error) error {
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		return errs.New(errs.Invalid, "ファイル %s は既にあります。別の名前を指定してください", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*.part")
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "ファイル %s を作れません。フォルダーと権限を確かめてください", name)
	}
	err = write(f)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

type restoreCommand struct {
	File string `arg:"" help:"控えのファイル"`
}

type restoreResult struct {
	Store   string   `json:"store"`
	Rows    int64    `json:"rows"`
	Epoch   int64    `json:"epoch"`
	From    int64    `json:"from"`
	Lost    string   `json:"lost"`
	Erased  int      `json:"erased"`
	Damaged []string `json:"damaged"`
}

// Run restores a backup into an empty database and opens an epoch.
func (k *restoreCommand) Run(c *console) error {
	from, err := os.Open(filepath.Clean(k.File))
	if err != nil {
		return errs.Wrap(err, errs.Invalid, "ファイル %s を読めません", k.File)
	}
	defer from.Close() //nolint:errcheck // what was read is read
	at := Place{DB: c.flags.DB, Store: c.flags.Store}
	d, err := db.Open(c.ctx, at.DB)
	if err != nil {
		return err
	}
	defer d.Close() //nolint:errcheck // what was restored has been committed
	files, err := file.In(at.store())
	if err != nil {
		return err
	}
	offered, err := c.regimes()
	if err != nil {
		return err
	}
	a := Assemble(d, nil, offered)
	tables := func(ctx context.Context) ([]trail.Audited, error) {
		if err := a.Library.Define(ctx, d); err != nil { // a backup of an earlier version lacks columns of registers
			return nil, err
		}
		return a.Audited(ctx)
	}
	t := trail.Target{DB: d, Schemas: Schemas(), Tables: tables, Declared: register.Declared, Dir: at.store(), Files: files, Actor: c.actor().Name}
	done, err := t.Restore(c.ctx, from)
	if err != nil {
		return err
	}
	c.say("控え（%s 現在）を戻し、証跡の第%d期を開きました。", done.At, done.Opened.Number)
	if done.Opened.Lost != "" {
		c.say("控えを取ったあとに署名された記録は失われています。最後に署名されていたものは、第%d期の最初の記録に残しました。", done.Opened.Number)
	}
	if c.flags.JSON {
		return c.json(restoreResult{done.Store, done.Rows, done.Opened.Number, done.Opened.Size, done.Opened.Lost, done.Erased, append([]string{}, done.Damaged...)})
	}
	c.line("行 %d、消し直した個人情報 %d 件", done.Rows, done.Erased)
	return nil
}
