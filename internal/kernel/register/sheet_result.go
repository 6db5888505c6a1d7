package register

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/sheet"
)

// Result writes the file that somebody gets back: the rows of his files, each with what has become of it. Its method Line is what
// Preview and Import are given for each row.
type Result struct {
	w       io.Writer
	format  sheet.Format
	out     *sheet.Writer
	heading []string
}

// NewResult begins a result file.
func NewResult(w io.Writer, format sheet.Format) *Result { return &Result{w: w, format: format} }

// Line writes a row. Where the next file has another heading, that stands before its rows.
func (r *Result) Line(l Line) error {
	if r.out == nil {
		r.out = sheet.NewWriter(r.w, r.format, "取り込みの結果")
	}
	if r.heading == nil || !slices.Equal(r.heading, l.headings) {
		r.heading = append([]string{}, l.headings...)
		if err := r.out.Row(append([]string{"ファイル", "行", "結果", "番号", "理由"}, l.headings...)...); err != nil {
			return err
		}
	}
	var why []string
	for _, f := range slices.Concat(l.Faults, l.Notes) {
		why = append(why, f.Where+": "+f.Message)
	}
	for _, c := range l.Changes {
		if l.Outcome == RowChanged {
			why = append(why, fmt.Sprintf("%s: %s → %s", c.Title, c.Old, c.New))
		}
	}
	cells := []string{sheet.Writable(l.File), l.Where, l.Outcome.Title(), l.Number, sheet.Writable(strings.Join(why, "\n"))}
	return r.out.Row(append(cells, l.cells...)...)
}

// Close ends the file; what w is, stays open.
func (r *Result) Close() error {
	if r.out == nil {
		r.out = sheet.NewWriter(r.w, r.format, "取り込みの結果")
	}
	return r.out.Close()
}

// Limits of a folder that comes as a ZIP.
const (
	mostMembers = 5000
	mostMember  = 50 << 20 // bytes of one file
	mostAll     = 2 << 30  // bytes of all
)

// Unpack gives the files of a ZIP, a folder of workbooks, as sources; any other file is a source itself. A file of the ZIP is unpacked
// when it is opened, and is in memory while it is read.
func Unpack(name string, data io.ReaderAt, size int64) ([]Source, error) {
	self := []Source{{name, size, func() (io.ReaderAt, io.Closer, error) { return data, io.NopCloser(nil), nil }}}
	head := make([]byte, 4)
	if _, err := data.ReadAt(head, 0); err != nil || string(head) != "PK\x03\x04" {
		return self, nil //nolint:nilerr // what cannot be read says so when it is opened
	}
	z, err := zip.NewReader(data, size)
	if err != nil {
		return self, nil //nolint:nilerr // the same
	}
	var list []Source
	all := uint64(0)
	for _, f := range z.File {
		base := path.Base(f.Name)
		switch {
		case f.Name == "[Content_Types].xml":
			return self, nil // it is a workbook
		case f.FileInfo().IsDir(), strings.HasPrefix(f.Name, "__MACOSX/"), strings.HasPrefix(base, "~$"), strings.HasPrefix(base, "."), base == "Thumbs.db":
			continue // what systems leave in folders
		}
		if all += f.UncompressedSize64; f.UncompressedSize64 > mostMember || all > mostAll || len(list) == mostMembers {
			return nil, errs.New(errs.Invalid, "ZIP の中身が大きすぎます（「%s」まで）。一つ%dMBまで、全部で%d件までに分けてください。", f.Name, mostMember>>20, mostMembers)
		}
		list = append(list, member(f))
	}
	if len(list) == 0 {
		return nil, errs.New(errs.Invalid, "ZIP「%s」にファイルがありません。", name)
	}
	return list, nil
}

func member(f *zip.File) Source {
	name := strings.ReplaceAll(f.Name, `\`, "/")
	return Source{name, int64(f.UncompressedSize64), func() (io.ReaderAt, io.Closer, error) {
		if f.Flags&1 != 0 {
			return nil, nil, errs.New(errs.Invalid, "パスワードの付いた ZIP です。パスワードを外してください。")
		}
		r, err := f.Open()
		if err != nil {
			return nil, nil, errs.Wrap(err, errs.Invalid, "「%s」を展開できません。ZIP が壊れています。", name)
		}
		defer r.Close()
		data, err := io.ReadAll(io.LimitReader(r, mostMember+1)) // the directory may lie about the size; the reader then stops
		if err != nil {
			return nil, nil, errs.Wrap(err, errs.Invalid, "「%s」を展開できません。ZIP が壊れています。", name)
		}
		return bytes.NewReader(data), io.NopCloser(nil), nil
	}}
}
