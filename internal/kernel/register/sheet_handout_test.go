package register_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/register"
	"sekimori/internal/testkit"

	"github.com/xuri/excelize/v2"
)

// edited is a workbook in which somebody has written, in Excel.
func edited(t *testing.T, data []byte, cells map[string]string) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for cell, text := range cells {
		if err := f.SetCellStr("見本帳", cell, text); err != nil {
			t.Fatal(err)
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWorkbooksAreGivenOutAndComeBack: each unit gets its own, what it changes is told against what it was given and against today,
// and who has not handed it back is listed.
func TestWorkbooksAreGivenOutAndComeBack(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		h := build(t, d)
		e := h.add("受付長", sample("note 古い", "pieces 1", "grade.secrecy 2"))
		gone := h.add("受付長", sample("name 消された石"))
		h.add("書庫長", in("name 巻物", "desk 1200", "fragile no"))
		units := []id.ID{h.ID("unit", "1100"), h.ID("unit", "1110")}
		var b bytes.Buffer
		batch, err := h.desk.GiveOut(t.Context(), h.actor("受付長"), "kodama", "sample", register.Handing{Units: units, Empty: 3}, &b)
		if err != nil {
			t.Fatal(errs.Message(err))
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || len(z.File) != 2 || z.File[0].Name != "1100_受付係室_見本帳.xlsx" {
			t.Fatal(err, z)
		}
		books := map[string][]byte{}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if books[f.Name[:4]], err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		}
		x, err := excelize.OpenReader(bytes.NewReader(books["1100"]))
		if err != nil {
			t.Fatal(err)
		}
		if rules, err := x.GetDataValidations("見本帳"); err != nil || len(rules) != 4 || rules[1].Sqref != "F4:F8" {
			t.Error(rules, err) // state, class, one choice, yes or no
		}
		if visible, err := x.GetColVisible("見本帳", "AF"); err != nil || visible {
			t.Error("ids are seen", err)
		}
		if got, err := x.GetSheetVisible("関守"); err != nil || got {
			t.Error("the mark is seen", err)
		}
		// Out of whose reach the unit is, gives it nothing.
		if _, err := h.desk.GiveOut(t.Context(), h.actor("分館長"), "kodama", "sample", register.Handing{Units: units}, io.Discard); errs.KindOf(err) != errs.Invalid {
			t.Error(err)
		}
		// All of the ZIP as it was given: nothing has changed.
		sources, err := register.Unpack("返却.zip", bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil || len(sources) != 2 {
			t.Fatal(err)
		}
		p, _ := h.previewed("受付長", register.Mapping{}, sources[0])
		if p.Same != 2 || !p.Files[0].Untouched || p.Files[0].OwnerCalled != "受付係室" {
			t.Errorf("%+v", p)
		}
		// Meanwhile somebody changes one thing, and the unit another; a row is emptied, and one is new.
		if _, err := h.desk.Change(t.Context(), h.actor("受付長"), "kodama", "sample", e.ID, 1, in("pieces 5"), register.Entering{}); err != nil {
			t.Fatal(err)
		}
		clear := map[string]string{}
		for c := range 33 {
			name, err := excelize.ColumnNumberToName(c + 1)
			if err != nil {
				t.Fatal(err)
			}
			clear[name+"5"] = ""
		}
		cells := clear
		cells["G4"], cells["D6"], cells["F6"], cells["O6"] = "新しい", "足した石", "1", "いいえ"
		back := register.FromBytes("受付/1100.xlsx", edited(t, books["1100"], cells))
		p, lines := h.previewed("受付長", register.Mapping{}, back)
		if p.Changed != 1 || p.New != 1 || p.Files[0].Untouched || len(p.Files[0].Gone) != 1 || !strings.Contains(p.Files[0].Gone[0], gone.Number) {
			t.Fatalf("%+v %+v", p, lines)
		}
		if c := lines[0].Changes; len(c) != 1 || c[0] != (register.FieldChange{Title: "覚え", Old: "古い", New: "新しい"}) {
			t.Errorf("%+v", c)
		}
		missing := func() (homes []string) {
			list, err := h.desk.Handouts(t.Context(), h.actor("受付長"), "kodama", "sample", batch)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range list {
				if o.Returned == "" {
					homes = append(homes, o.Home)
				}
			}
			return homes
		}
		if got := missing(); len(got) != 2 {
			t.Error(got)
		}
		if _, err := h.imported("受付長", register.Mapping{}, register.Importing{}, back); err != nil {
			t.Fatal(errs.Message(err))
		}
		if got := missing(); !slices.Equal(got, []string{h.Home("1110")}) {
			t.Error(got)
		}
		_, data := h.said()
		i := slices.IndexFunc(data, func(d register.Data) bool { return d.Text("note") == "新しい" })
		if i < 0 || data[i]["pieces"] != int64(5) || data[0].Text("name") != "足した石" || data[0].Text("desk") != h.Home("1100") {
			t.Errorf("%v", data)
		}
		// A workbook that somebody has made up, or that was given to others.
		f, err := excelize.OpenReader(bytes.NewReader(books["1110"]))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStr("関守", "B4", h.Home("1200")); err != nil {
			t.Fatal(err)
		}
		forged, err := f.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		for name, src := range map[string]register.Source{"受付長": register.FromBytes("x", forged.Bytes()), "分館長": sources[1]} {
			if p, _ := h.previewed(name, register.Mapping{}, src); !strings.Contains(p.Files[0].Fault, "確かめられません") {
				t.Errorf("%s: %+v", name, p)
			}
		}
		h.verified()
	})
}
