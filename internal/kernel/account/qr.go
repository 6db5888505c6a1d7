package account

import (
	"fmt"
	"strings"

	"github.com/boombuler/barcode/qr"
)

// QR is a QR code, to be drawn black on white as <svg viewBox="0 0 Size Size"><path d="Path"/></svg>: no style, so a strict
// policy of contents lets it pass.
type QR struct {
	Size int    // modules on a side, with the quiet zone
	Path string // of all that is black
}

const quiet = 4 // modules of white around (ISO/IEC 18004)

// newQR draws a text, with a run of black modules as one rectangle.
func newQR(content string) (QR, error) {
	code, err := qr.Encode(content, qr.M, qr.Auto)
	if err != nil {
		return QR{}, err
	}
	n := code.Bounds().Dx()
	black := func(x, y int) bool { r, _, _, _ := code.At(x, y).RGBA(); return r == 0 }
	var path strings.Builder
	for y := range n {
		for x := 0; x < n; x++ {
			from := x
			for x < n && black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+quiet, y+quiet, x-from, x-from)
			}
		}
	}
	return QR{n + 2*quiet, path.String()}, nil
}

// SVG is the whole picture; alt says what it is to who cannot see it.
func (q QR) SVG(alt string) string {
	alt = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&#34;").Replace(alt)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`,
		q.Size, q.Size, alt, q.Size, q.Size, q.Path)
}
