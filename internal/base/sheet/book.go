package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"sekimori/internal/base/errs"
)

// book is an Excel file: what its parts say about the sheets. The library excelize is not used for reading because its
// streaming reader gives no types, so that a date is a number, and because it takes a sheet that breaks off for a short one.
type book struct {
	parts    map[string]*zip.File // by name in lower case
	limits   Limits
	sheets   []sheetPart
	from1904 bool
	formats  []numberFormat // by style
	shared   *sharedStrings
	sharedIn string // part of the shared strings, "" if there is none
}

type sheetPart struct {
	name, part string
	hidden     bool
}

// oldOrSecret tells the two kinds of files in Microsoft's older container apart by its directory of streams.
func oldOrSecret(data io.ReaderAt, head []byte) error {
	if len(head) >= 52 {
		sector := int64(1) << (binary.LittleEndian.Uint16(head[30:]) % 16)
		directory := make([]byte, 16<<10)
		n, err := data.ReadAt(directory, (int64(binary.LittleEndian.Uint32(head[48:]))+1)*sector)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("sheet: %w", err)
		}
		if bytes.Contains(directory[:n], []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
			return invalid("パスワードの付いた Excel ファイルです。パスワードを外して保存し直してください。")
		}
	}
	return invalid("古い形式の Excel ファイル（.xls）です。Excel ブック（.xlsx）で保存し直してください。")
}

func openBook(data io.ReaderAt, size int64, limits Limits) (*book, error) {
	z, err := zip.NewReader(data, size)
	if err != nil {
		return nil, broken(err)
	}
	b := &book{parts: map[string]*zip.File{}, limits: limits}
	for _, f := range z.File {
		b.parts[strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))] = f
	}
	if err := b.refuseOthers(); err != nil {
		return nil, err
	}
	main, err := b.relations("")
	if err != nil {
		return nil, err
	}
	for _, r := range main {
		if r.is("/officeDocument") {
			return b, b.readWorkbook(r.Target)
		}
	}
	return nil, broken(errors.New("no workbook"))
}

// refuseOthers goes by the content types that every file of Office lists, never by the names of its parts.
func (b *book) refuseOthers() error {
	if b.parts["[content_types].xml"] == nil {
		if b.parts["content.xml"] != nil && b.parts["mimetype"] != nil {
			return invalid("OpenDocument（.ods）のファイルです。Excel（.xlsx）か CSV で保存し直してください。")
		}
		return invalid("ZIP ファイルです。展開して、中の CSV か Excel（.xlsx）のファイルを選んでください。")
	}
	var types struct {
		Override []struct {
			ContentType string `xml:",attr"`
		}
		Default []struct {
			ContentType string `xml:",attr"`
		}
	}
	if err := b.parse("[content_types].xml", &types); err != nil {
		return err
	}
	workbook := false
	for _, t := range append(types.Override, types.Default...) {
		kind := strings.ToLower(t.ContentType)
		switch {
		case strings.Contains(kind, "sheet.binary"):
			return invalid("バイナリ形式の Excel ファイル（.xlsb）です。Excel ブック（.xlsx）で保存し直してください。")
		case strings.Contains(kind, "macro"), strings.Contains(kind, "vbaproject"):
			return invalid("マクロを含む Excel ファイルです。マクロなしの Excel ブック（.xlsx）で保存し直してください。")
		case strings.HasSuffix(kind, "spreadsheetml.sheet.main+xml"), strings.HasSuffix(kind, "spreadsheetml.template.main+xml"):
			workbook = true
		}
	}
	if !workbook {
		return invalid("Excel のファイルではありません。CSV か Excel（.xlsx）のファイルを選んでください。")
	}
	return nil
}

// relation is a link from one part to another.
type relation struct {
	ID         string `xml:"Id,attr"`
	Type       string `xml:",attr"`
	Target     string `xml:",attr"`
	TargetMode string `xml:",attr"`
}

// is compares the end of the type: its beginning differs between the transitional and the strict format.
func (r relation) is(kind string) bool {
	return r.TargetMode != "External" && strings.HasSuffix(r.Type, kind)
}

// relations gives the links of a part with full names of their targets; "" is the package.
func (b *book) relations(part string) ([]relation, error) {
	var list struct {
		Relationship []relation
	}
	folder, name := path.Split(part)
	if err := b.parse(path.Join(folder, "_rels", name+".rels"), &list); err != nil {
		return nil, err
	}
	for i, r := range list.Relationship {
		if rooted := strings.HasPrefix(r.Target, "/"); rooted {
			list.Relationship[i].Target = path.Clean(r.Target)[1:]
		} else {
			list.Relationship[i].Target = path.Join(folder, r.Target)
		}
	}
	return list.Relationship, nil
}

func (b *book) readWorkbook(part string) error {
	var w struct {
		WorkbookPr struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := b.parse(part, &w); err != nil {
		return err
	}
	links, err := b.relations(part)
	if err != nil {
		return err
	}
	b.from1904 = w.WorkbookPr.Date1904 == "1" || w.WorkbookPr.Date1904 == "true"
	sheets := map[string]string{}
	for _, r := range links {
		switch {
		case r.is("/worksheet"):
			sheets[r.ID] = r.Target
		case r.is("/sharedStrings"):
			b.sharedIn = r.Target
		case r.is("/styles"):
			if err := b.readStyles(r.Target); err != nil {
				return err
			}
		}
	}
	for _, s := range w.Sheets {
		if sheets[s.ID] != "" { // a chart has no rows
			b.sheets = append(b.sheets, sheetPart{s.Name, sheets[s.ID], s.State == "hidden" || s.State == "veryHidden"})
		}
	}
	if len(b.visible()) == 0 {
		return invalid("表示されているシートがありません。シートを再表示して保存し直してください。")
	}
	return nil
}

func (b *book) visible() []string {
	var names []string
	for _, s := range b.sheets {
		if !s.hidden {
			names = append(names, s.name)
		}
	}
	return names
}

func (b *book) sheet(name string) (sheetPart, error) {
	for _, s := range b.sheets {
		if s.name == name || name == "" && !s.hidden {
			return s, nil
		}
	}
	return sheetPart{}, invalid("「%s」というシートはありません。あるシート: %s", name, strings.Join(b.visible(), "、"))
}

// maxSmall bounds the parts that are read as a whole.
const maxSmall = 16 << 20

// parse reads a small part.
func (b *book) parse(name string, into any) error {
	r, err := b.open(name, min(maxSmall, b.limits.Unpacked))
	if err != nil {
		return err
	}
	defer r.Close()
	if err := xml.NewDecoder(r).Decode(into); err != nil {
		return broken(err)
	}
	return nil
}

// open reads a part that unpacks to no more than limit. The zip's directory may lie about that, but then zip.Reader stops.
func (b *book) open(name string, limit int64) (io.ReadCloser, error) {
	f := b.parts[strings.ToLower(name)]
	switch {
	case f == nil:
		return nil, broken(fmt.Errorf("no part %s", name))
	case f.Flags&1 != 0:
		return nil, invalid("パスワードの付いた ZIP ファイルです。パスワードを外して保存し直してください。")
	case f.UncompressedSize64 > uint64(limit):
		return nil, tooBig()
	}
	r, err := f.Open()
	if err != nil {
		return nil, broken(err)
	}
	return r, nil
}

func tooBig() error {
	return invalid("Excel ファイルの中身が大きすぎます。要らない書式、行、シートを削除して保存し直すか、ファイルを分けてください。")
}

// broken is the error for a file that does not keep the format. What this package says itself passes through it.
func broken(err error) error {
	if _, ours := errors.AsType[*errs.Error](err); ours || errors.Is(err, errStop) {
		return err
	}
	return errs.Wrap(err, errs.Invalid, "Excel ファイルが壊れています。Excel で開いて保存し直してください。")
}
