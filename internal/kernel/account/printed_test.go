package account

import (
	"image"
	"image/color"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/testkit"
)

func TestPrintedLists(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		_, err := w.PrintList(t.Context(), w.owner, w.account, strings.Repeat("長", 41))
		w.want("a name that is too long", err, errs.Invalid)
		list, err := w.PrintList(t.Context(), w.owner, w.account, "番号表")
		if err != nil {
			t.Fatal(err)
		}
		form := regexp.MustCompile(`^\d{5} \d{5}$`)
		seen := map[string]bool{}
		for _, code := range list.Codes {
			if !form.MatchString(code) || seen[code] {
				t.Errorf("code %q", code)
			}
			seen[code] = true
		}
		if len(list.Codes) != 20 || list.Left != 20 || list.Kind != Printed {
			t.Errorf("%+v", list)
		}
		if err := d.View(t.Context(), func(r db.Reader) error {
			f, err := factorOf(t.Context(), r, list.ID)
			for _, code := range list.Codes {
				if strings.Contains(string(f.Secret), digits(code)) {
					t.Errorf("%s can be read", code)
				}
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		w.right("a code", w.try(Printed, list.Codes[7]))
		w.wrong("twice", w.try(Printed, list.Codes[7]))
		w.right("as somebody types it", w.try(Printed, strings.ReplaceAll(list.Codes[19], " ", "　")))
		w.right("without a space", w.try(Printed, digits(list.Codes[0])))
		w.wrong("no code of the list", w.try(Printed, "00000 00000"))
		if held := w.list(); len(held) != 1 || held[0].Left != 17 {
			t.Errorf("listed %+v", held)
		}
		another, err := w.PrintList(t.Context(), w.owner, w.account, "新しい番号表")
		if err != nil {
			t.Fatal(err)
		}
		w.wrong("of the list before", w.try(Printed, list.Codes[1]))
		if held := w.list(); len(held) != 1 || held[0].ID != another.ID || held[0].Left != 20 {
			t.Errorf("listed %+v", held)
		}
		for _, code := range another.Codes {
			w.right(code, w.try(Printed, code))
		}
		if held := w.list(); held[0].Left != 0 || len(w.usable()) != 0 {
			t.Errorf("a list without codes can be given: %+v", held)
		}
		w.wrong("of a list that is used up", w.try(Printed, another.Codes[3]))
	})
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestQR draws the path again: rectangles within a quiet zone, with the finders in three corners.
func TestQR(t *testing.T) {
	t.Parallel()
	content := "otpauth://totp/" + strings.Repeat("%E3%81%BF", 20) + "?secret=GEZDGNBVGY3TQOJQ"
	q, err := newQR(content)
	if err != nil {
		t.Fatal(err)
	}
	got := image.NewGray(image.Rect(0, 0, q.Size, q.Size))
	blackened := 0
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)v1h-(\d+)z`).FindAllStringSubmatch(q.Path, -1) {
		x, y, n := number(t, m[1]), number(t, m[2]), number(t, m[3])
		if m[3] != m[4] {
			t.Errorf("%s is no rectangle", m[0])
		}
		for i := range n {
			got.SetGray(x+i, y, color.Gray{1})
			blackened++
		}
	}
	if blackened < q.Size {
		t.Fatalf("%d modules", blackened)
	}
	// The finder patterns stand in three corners, a quiet zone around.
	for y := range q.Size {
		for x := range q.Size {
			edge := x < quiet || y < quiet || x >= q.Size-quiet || y >= q.Size-quiet
			if edge && got.GrayAt(x, y).Y != 0 {
				t.Errorf("black at %d %d", x, y)
			}
		}
	}
	for _, corner := range [][2]int{{quiet, quiet}, {q.Size - quiet - 7, quiet}, {quiet, q.Size - quiet - 7}} {
		for i := range 7 {
			if got.GrayAt(corner[0]+i, corner[1]).Y == 0 || got.GrayAt(corner[0], corner[1]+i).Y == 0 {
				t.Errorf("no finder at %v", corner)
			}
		}
	}
	svg := q.SVG(`"<&`)
	if strings.Contains(svg, "style") || !strings.Contains(svg, `aria-label="&#34;&lt;&amp;"`) {
		t.Error(svg[:200])
	}
}
