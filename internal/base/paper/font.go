package paper

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sekimori/internal/base/errs"

	"github.com/signintech/gopdf"
)

// Font is BIZ UDPゴシック in two weights. Reading it costs some 13 MB and 10 ms, so a program finds it once. Documents share
// it; it is safe for concurrent use.
type Font struct {
	regular, bold *face
	parsed        gopdf.FontContainer // of the same two, so that a document need not parse them again
}

// The names under which a document knows the weights; they stand in the PDF.
const (
	regularName = "BIZUDPGothic-Regular"
	boldName    = "BIZUDPGothic-Bold"
)

// Find reads the font from the folders, or, if none is named, from the program itself (build tag bizud), then from where the
// system keeps fonts. Where there is none the error is errs.Unavailable and says what to install.
func Find(folders ...string) (*Font, error) {
	if len(folders) == 0 {
		if regular, bold := embedded(); regular != nil {
			return NewFont(regular, bold)
		}
		folders = systemFolders()
	}
	regular, bold := search(folders)
	if regular == "" || bold == "" {
		return nil, errs.New(errs.Unavailable, "PDF の書体 BIZ UDPゴシック（標準と太字）がこのサーバーにありません。"+
			"Debian・Ubuntu では fonts-morisawa-bizud-gothic、Windows では「日本語補助フォント」をインストールしてください。")
	}
	var data [2][]byte
	for i, name := range []string{regular, bold} {
		var err error
		if data[i], err = os.ReadFile(name); err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "書体のファイル %s を読めません。", name)
		}
	}
	return NewFont(data[0], data[1])
}

// NewFont reads the two weights from TrueType fonts (.ttf) or collections that hold BIZ UDPGothic (.ttc). What it cannot read
// is errs.Unavailable.
func NewFont(regular, bold []byte) (*Font, error) {
	f := &Font{}
	for _, weight := range []struct {
		name string
		data []byte
		face **face
	}{{regularName, regular, &f.regular}, {boldName, bold, &f.bold}} {
		data, err := single(weight.data)
		if err == nil {
			*weight.face, err = newFace(data)
		}
		if err == nil {
			err = f.parsed.AddTTFFontData(weight.name, data)
		}
		if err != nil {
			return nil, errs.Wrap(err, errs.Unavailable, "書体 %s を読めません。インストールし直してください。", weight.name)
		}
	}
	return f, nil
}

func systemFolders() []string {
	folders := []string{"/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts"}
	if home, err := os.UserHomeDir(); err == nil {
		folders = append(folders, filepath.Join(home, ".local/share/fonts"), filepath.Join(home, ".fonts"),
			filepath.Join(home, "Library/Fonts"), filepath.Join(home, `AppData\Local\Microsoft\Windows\Fonts`))
	}
	if windows := os.Getenv("WINDIR"); windows != "" {
		folders = append(folders, filepath.Join(windows, "Fonts"))
	}
	return folders
}

// search walks the folders until it has a file of each weight. A folder that is missing or closed holds no fonts.
func search(folders []string) (regular, bold string) {
	for _, folder := range folders {
		_ = filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil //nolint:nilerr // what cannot be read is passed over
			}
			switch strings.ToLower(entry.Name()) {
			case "bizudpgothic-regular.ttf", "biz-udgothicr.ttc":
				regular = path
			case "bizudpgothic-bold.ttf", "biz-udgothicb.ttc":
				bold = path
			}
			if regular != "" && bold != "" {
				return fs.SkipAll
			}
			return nil
		})
		if regular != "" && bold != "" {
			break
		}
	}
	return regular, bold
}

// face knows which characters a weight has and how wide they are.
type face struct {
	near []shape // by character below U+10000
	far  map[rune]shape
}

// shape is that of a character; the glyph 0 is none.
type shape struct {
	glyph uint16
	width uint16 // in 1/1000 of the size
}

func newFace(data []byte) (*face, error) {
	var font gopdf.SubsetFontObj
	if err := font.SetTTFData(data); err != nil {
		return nil, err
	}
	f := &face{near: make([]shape, 0x10000), far: map[rune]shape{}}
	of := func(glyph uint) shape { return shape{uint16(glyph), uint16(font.GlyphIndexToPdfWidth(glyph))} }
	for r, glyph := range font.GetTTFParser().Chars() {
		if r < len(f.near) {
			f.near[r] = of(glyph)
		}
	}
	for _, group := range font.GetTTFParser().GroupingTables() {
		for r := max(group.StartCharCode, 0x10000); r <= min(group.EndCharCode, 0x10ffff); r++ {
			f.far[rune(r)] = of(r - group.StartCharCode + group.GlyphID)
		}
	}
	if !f.has(missingMark) {
		return nil, errors.New("the font lacks 〓")
	}
	return f, nil
}

// shape is the zero shape for what the font lacks.
func (f *face) shape(r rune) shape {
	if r >= 0 && int(r) < len(f.near) {
		return f.near[r]
	}
	return f.far[r]
}

func (f *face) has(r rune) bool { return f.shape(r).glyph != 0 }

func (f *face) width(s string) int {
	sum := 0
	for _, r := range s {
		sum += int(f.shape(r).width)
	}
	return sum
}
