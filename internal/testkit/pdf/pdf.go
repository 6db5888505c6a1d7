// Package pdf reads back what package paper has written: the texts of its pages, each with its place. It is imported by tests only.
package pdf

import (
	"bytes"
	"compress/zlib"
	"encoding/hex"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"
)

// Run is a text as a reader of PDF finds it: its place from the lower left corner in points, its size, and its characters by
// what the document says its shapes are.
type Run struct {
	X, Y, Size float64
	Bold       bool
	Text       string
}

// Read is a reader for what package paper writes: the last version of each object, its streams, the text of its pages.
func Read(t testing.TB, data []byte) [][]Run {
	t.Helper()
	objects := map[string]string{}
	begin := regexp.MustCompile(`(?:^|\n)(\d+) 0 obj\n`)
	for rest := string(data); ; {
		at := begin.FindStringSubmatchIndex(rest)
		if at == nil {
			break
		}
		id := rest[at[2]:at[3]]
		rest = rest[at[1]:]
		end := strings.Index(rest, "endobj")
		if stream := strings.Index(rest, "stream\n"); stream >= 0 && stream < end {
			length := regexp.MustCompile(`/Length (\d+)`).FindStringSubmatch(rest[:stream])
			n, err := strconv.Atoi(length[1])
			if err != nil {
				t.Fatal(err)
			}
			end = stream + len("stream\n") + n
		}
		objects[id] = rest[:end]
		rest = rest[end:]
	}
	fonts := map[string]map[string]string{}
	for _, resource := range regexp.MustCompile(`/(F\d) (\d+) 0 R`).FindAllStringSubmatch(objects["4"], -1) {
		unicode := regexp.MustCompile(`/ToUnicode (\d+) 0 R`).FindStringSubmatch(objects[resource[2]])
		fonts[resource[1]] = map[string]string{}
		for _, pair := range regexp.MustCompile(`(?m)^<(\w{4})><(\w+)>$`).FindAllStringSubmatch(objects[unicode[1]], -1) {
			fonts[resource[1]][pair[1]] = fromHex(t, pair[2])
		}
	}
	var pages [][]Run
	kids := regexp.MustCompile(`(?s)/Kids \[(.*?)\]`).FindStringSubmatch(objects["2"])
	for _, kid := range regexp.MustCompile(`(\d+) 0 R`).FindAllStringSubmatch(kids[1], -1) {
		_, contents, _ := strings.Cut(objects[kid[1]], "/Contents")
		content := ""
		for _, part := range regexp.MustCompile(`(\d+) 0 R`).FindAllStringSubmatch(contents, -1) {
			content += inflate(t, objects[part[1]])
		}
		pages = append(pages, runs(t, content, fonts))
	}
	return pages
}

func runs(t testing.TB, content string, fonts map[string]map[string]string) []Run {
	t.Helper()
	var list []Run
	for _, m := range regexp.MustCompile(`BT\n/(F\d) (\S+) Tf\n(\S+) (\S+) Td\n<(\w*)> Tj\nET`).FindAllStringSubmatch(content, -1) {
		r := Run{X: float(t, m[3]), Y: float(t, m[4]), Size: float(t, m[2]), Bold: m[1] == "F2"}
		for shape := m[5]; shape != ""; shape = shape[4:] {
			text, ok := fonts[m[1]][shape[:4]]
			if !ok {
				t.Errorf("the shape %s of %s is no character", shape[:4], m[1])
			}
			r.Text += text
		}
		list = append(list, r)
	}
	return list
}

func float(t testing.TB, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func fromHex(t testing.TB, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	var units []uint16
	for ; len(b) > 1; b = b[2:] {
		units = append(units, uint16(b[0])<<8|uint16(b[1]))
	}
	return string(utf16.Decode(units))
}

func inflate(t testing.TB, object string) string {
	t.Helper()
	_, stream, _ := strings.Cut(object, "stream\n")
	r, err := zlib.NewReader(strings.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := io.Copy(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// Texts are the runs of a page, a line each.
func Texts(page []Run) string {
	var b strings.Builder
	for _, r := range page {
		b.WriteString(r.Text + "\n")
	}
	return b.String()
}
