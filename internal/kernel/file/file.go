package file

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"sekimori/internal/base/errs"
)

// Sum is the SHA-256 of a content in lower-case hex: the name under which it is kept.
type Sum = string

// Store is the folder. It is safe for concurrent use, also by several processes.
type Store struct{ dir string }

const half = ".half-" // begins the name of what is being written

// In gives the files of a store directory, whose folder is made where it is missing.
func In(storeDir string) (*Store, error) {
	s := &Store{filepath.Join(storeDir, "files")}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "ファイルを保存するフォルダ %s を作れません。パスと権限を確かめてください。", s.dir)
	}
	return s, nil
}

// Put keeps what r gives and says under which sum and how many bytes it was. When it returns, the file is on the disk: that is
// before the transaction that refers to it. The error is Invalid when there are more than limit bytes, Unavailable when they
// cannot be written; what r itself fails with comes back as it is.
func (s *Store) Put(ctx context.Context, r io.Reader, limit int64) (Sum, int64, error) {
	temp, err := os.CreateTemp(s.dir, half)
	if err != nil {
		return "", 0, unwritten(err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // it is gone where it got its name
	sum := sha256.New()
	from := &source{ctx: ctx, r: r}
	size, err := io.Copy(io.MultiWriter(temp, sum), io.LimitReader(from, limit+1))
	switch {
	case from.err != nil:
		return "", 0, errors.Join(from.err, temp.Close())
	case err != nil:
		return "", 0, unwritten(errors.Join(err, temp.Close()))
	case size > limit:
		return "", 0, errors.Join(errs.New(errs.Invalid, "ファイルが大きすぎます。%d バイトまでにしてください。", limit), temp.Close())
	}
	if err := errors.Join(temp.Sync(), temp.Close()); err != nil {
		return "", 0, unwritten(err)
	}
	name := Sum(hex.EncodeToString(sum.Sum(nil)))
	if err := s.keep(temp.Name(), name); err != nil {
		return "", 0, unwritten(err)
	}
	return name, size, nil
}

// keep gives what was written its name, and makes the name last. What has the name already is replaced: it is the same, or
// damaged.
func (s *Store) keep(temp string, name Sum) error {
	path := s.path(name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	return errors.Join(syncFolder(filepath.Dir(path)), syncFolder(s.dir)) // the second, since the folder of the name may be new
}

// Path is where the bytes of a file are kept, for whoever must take them away by hand; Open then gives NotFound.
func (s *Store) Path(sum Sum) (string, error) {
	if _, err := Parse(sum); err != nil {
		return "", err
	}
	return s.path(sum), nil
}

func (s *Store) path(name Sum) string { return filepath.Join(s.dir, string(name[:2]), string(name)) }

// syncFolder makes what was done to a folder last. Windows does so by itself.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func unwritten(err error) error {
	return errs.Wrap(err, errs.Unavailable, "ファイルを保存できません。保存先の空き容量と権限を確かめてください。")
}

// source remembers with what reading failed, ends with its context, and tells it from a failure to write.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	if s.err = s.ctx.Err(); s.err != nil {
		return 0, s.err
	}
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

var form = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Parse accepts exactly what Put gives. The error is Invalid.
func Parse(s string) (Sum, error) {
	if !form.MatchString(s) {
		return "", errs.New(errs.Invalid, "ファイルの識別子の形が正しくありません。")
	}
	return Sum(s), nil
}

// Open reads a file. Its last bytes are held back until all have been compared with the sum: the error of a damaged file comes
// in their place, so nobody takes it for whole. The error is NotFound where there is no such file.
func (s *Store) Open(sum Sum) (io.ReadCloser, error) {
	if _, err := Parse(string(sum)); err != nil {
		return nil, err
	}
	file, err := os.Open(s.path(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.Wrap(err, errs.NotFound, "ファイルの中身が見つかりません。")
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Unavailable, "ファイルを読めません。")
	}
	return &reader{Closer: file, from: bufio.NewReaderSize(file, 64<<10), want: sum, sum: sha256.New()}, nil
}

// Whole is a file that was found to be what was put. It can be read at any place, also after the file was taken away.
type Whole struct {
	io.ReaderAt
	io.Closer
	Size int64
}

// OpenWhole opens a file for who does not read it from one end to the other, such as an archive: all of it is compared with the sum
// before. The errors are those of Open and of reading what it gives.
func (s *Store) OpenWhole(sum Sum) (Whole, error) {
	checked, err := s.Open(sum)
	if err != nil {
		return Whole{}, err
	}
	size, err := io.Copy(io.Discard, checked)
	if err := errors.Join(err, checked.Close()); err != nil {
		return Whole{}, err
	}
	f, err := os.Open(s.path(sum))
	if err != nil {
		return Whole{}, errs.Wrap(err, errs.Unavailable, "ファイルを読めません。")
	}
	return Whole{f, f, size}, nil
}

type reader struct {
	io.Closer
	from *bufio.Reader
	want Sum
	sum  hash.Hash
	err  error
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil || len(p) == 0 {
		return 0, r.err
	}
	n, err := r.from.Read(p)
	r.sum.Write(p[:n])
	if err == nil {
		_, err = r.from.Peek(1)
	}
	if err == nil {
		return n, nil
	}
	r.err = err
	if errors.Is(err, io.EOF) {
		if got := hex.EncodeToString(r.sum.Sum(nil)); got == string(r.want) {
			return n, io.EOF
		}
		r.err = errs.Wrap(fmt.Errorf("file %s has changed", r.want), errs.Internal, "ファイルの中身が保存したときと違います（%s）。バックアップから戻してください。", r.want)
	}
	return 0, r.err
}

// Walk calls fn for each file that is kept, in the order of sums, with its size, and stops at its first error. Files that are
// put meanwhile may be missing.
func (s *Store) Walk(fn func(sum Sum, size int64) error) error {
	return filepath.WalkDir(s.dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !form.MatchString(entry.Name()) || s.path(Sum(entry.Name())) != path {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		return fn(Sum(entry.Name()), info.Size())
	})
}

// Remove removes a file, unless it was put, or put again, at a moment or after it: somebody may be about to refer to it. It gives whether
// the file is gone, which it also is where there was none.
func (s *Store) Remove(sum Sum, before time.Time) (bool, error) {
	if _, err := Parse(string(sum)); err != nil {
		return false, err
	}
	info, err := os.Stat(s.path(sum))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return true, nil
	case err != nil:
		return false, errs.Wrap(err, errs.Unavailable, "ファイルを読めません。")
	case !info.ModTime().Before(before):
		return false, nil
	}
	if err := os.Remove(s.path(sum)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, errs.Wrap(err, errs.Unavailable, "ファイルを消せません。保存先の権限を確かめてください。")
	}
	return true, syncFolder(filepath.Dir(s.path(sum)))
}

// Sweep removes what a killed Put has left and nobody has written to since before.
func (s *Store) Sweep(before time.Time) error {
	entries, err := os.ReadDir(s.dir)
	for _, entry := range entries {
		if info, gone := entry.Info(); strings.HasPrefix(entry.Name(), half) && gone == nil && info.ModTime().Before(before) {
			err = errors.Join(err, os.Remove(filepath.Join(s.dir, entry.Name())))
		}
	}
	return err
}
