package trail

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

// An archive is a tar file: manifest.json, the tables in pages of lines (db.Table.Dump), the list of erasures, the files, and
// at the end contents.json, which names all members with their hash, and its own hash. One that ends before was cut.
const (
	backupFormat = "sekimori-backup/1"
	manifestName = "manifest.json"
	contentsName = "contents.json"
	lastName     = "contents.sha256" // as sha256sum writes it
)

var (
	tableMember = regexp.MustCompile(`^tables/([a-z0-9_]+)\.[0-9]{6}\.jsonl$`)
	ofFile      = regexp.MustCompile(`^files/[0-9a-f]{2}/([0-9a-f]{64})$`)
)

func fileMember(sum string) string { return "files/" + sum[:2] + "/" + sum }

// contents is the last member but one.
type contents struct {
	Members []member         `json:"members"` // all before it, in their order
	Rows    map[string]int64 `json:"rows"`    // of each table
	Damaged []string         `json:"damaged"` // files that are missing
}

type member struct {
	Name string `json:"name"`
	Size int64  `json:"size"`
	Sum  string `json:"sha256"`
}

// archive writes.
type archive struct {
	tar      *tar.Writer
	at       time.Time
	contents contents
}

func newArchive(w io.Writer, at db.Time) *archive {
	return &archive{tar: tar.NewWriter(w), at: at.Time(), contents: contents{Rows: map[string]int64{}, Damaged: []string{}}}
}

func (a *archive) add(name string, size int64, from io.Reader) error {
	if err := a.tar.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: a.at}); err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(io.MultiWriter(a.tar, sum), from)
	if err == nil && n != size {
		err = fmt.Errorf("%s has %d bytes, not %d", name, n, size)
	}
	if err != nil {
		return fmt.Errorf("write the backup: %w", err)
	}
	a.contents.Members = append(a.contents.Members, member{name, size, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

func (a *archive) addJSON(name string, v any) error {
	text, err := json.MarshalIndent(v, "", "\t")
	if err != nil {
		return err
	}
	return a.add(name, int64(len(text)), bytes.NewReader(text))
}

func (a *archive) close() error {
	if err := a.addJSON(contentsName, a.contents); err != nil {
		return err
	}
	last := sealOf(a.contents.Members)
	if err := a.add(lastName, int64(len(last)), strings.NewReader(last)); err != nil {
		return err
	}
	return a.tar.Close()
}

// sealOf is the text that ends an archive, after its contents.
func sealOf(members []member) string {
	if len(members) == 0 {
		return ""
	}
	return members[len(members)-1].Sum + "  " + contentsName + "\n"
}

// readArchive gives the members of an archive to take, which need not read them, and compares all with the contents at the
// end. What take has done before that fails is to be undone.
func readArchive(from io.Reader, take func(name string, size int64, body io.Reader) error) (contents, error) {
	in := tar.NewReader(from)
	var c contents
	var read []member
	for {
		h, err := in.Next()
		if err != nil {
			return c, damagedBackup(noEOF(err))
		}
		sum := sha256.New()
		body := io.TeeReader(in, sum)
		switch {
		case h.Typeflag != tar.TypeReg:
			return c, damagedBackup(fmt.Errorf("%s is no file", h.Name))
		case h.Name == lastName:
			last, err := io.ReadAll(io.LimitReader(in, 1000))
			if err != nil || len(read) == 0 || string(last) != sealOf(read) || !slices.Equal(c.Members, read[:len(read)-1]) {
				return c, damagedBackup(errors.Join(err, errors.New("the members are not those that were written")))
			}
			return c, nil
		case h.Name == contentsName:
			if err := json.NewDecoder(body).Decode(&c); err != nil {
				return c, damagedBackup(noEOF(err))
			}
		default:
			if err := take(h.Name, h.Size, body); err != nil {
				return c, err
			}
		}
		if _, err := io.Copy(io.Discard, body); err != nil {
			return c, damagedBackup(noEOF(err))
		}
		read = append(read, member{h.Name, h.Size, hex.EncodeToString(sum.Sum(nil))})
	}
}

func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// checkArchive reads an archive to its end and says of what it is, if it is whole.
func checkArchive(from io.Reader) (Manifest, contents, error) {
	var m Manifest
	c, err := readArchive(from, func(name string, _ int64, body io.Reader) error {
		switch first := m.Format == ""; {
		case first && name == manifestName:
			if err := json.NewDecoder(body).Decode(&m); err != nil {
				return damagedBackup(noEOF(err))
			}
			if m.Format != backupFormat {
				return errs.New(errs.Invalid, "この版の関守が読めない形の控えです（%s）。", m.Format)
			}
		case first:
			return errs.New(errs.Invalid, "関守の控えではありません。")
		case name != erasuresFile && !tableMember.MatchString(name) && !ofFile.MatchString(name):
			return damagedBackup(fmt.Errorf("%s has no place in a backup", name))
		}
		return nil
	})
	return m, c, err
}
