package minato_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/app/minato"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
	"sekimori/internal/testkit"
)

var today = jpdate.New(2026, 4, 20)

// record is one row by the titles of its heading.
type record map[string]string

// read gives the rows of the files of a round whose names hold a word, and the kind of each file.
func read(t *testing.T, r minato.Round, word string) ([]record, map[string]sheet.Format) {
	t.Helper()
	var list []record
	formats := map[string]sheet.Format{}
	for _, f := range r.Files {
		if !strings.Contains(f.Name, word) {
			continue
		}
		open, err := sheet.Open(bytes.NewReader(f.Data), int64(len(f.Data)), sheet.Limits{})
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		formats[f.Name] = open.Format
		var heading []string
		for row, err := range open.Rows("") {
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
			if heading == nil {
				heading = row.Cells
				continue
			}
			one := record{}
			for i, title := range heading {
				one[title] = row.Cell(i)
			}
			list = append(list, one)
		}
	}
	if len(list) == 0 {
		t.Fatalf("no rows in a file %s", word)
	}
	return list, formats
}

func generate(t *testing.T, size minato.Size) minato.Town {
	t.Helper()
	town, err := minato.Generate(size, today)
	if err != nil {
		t.Fatal(err)
	}
	return town
}

// TestFilesStayTheSame pins every byte: a demo that changes by itself cannot be compared.
func TestFilesStayTheSame(t *testing.T) {
	t.Parallel()
	for _, size := range minato.Sizes() {
		town := generate(t, size)
		var b strings.Builder
		for _, r := range append(town.Past, town.Next) {
			fmt.Fprintf(&b, "%s %s\n", r.Effective, r.Title)
			for _, f := range r.Files {
				fmt.Fprintf(&b, "  %x %7d %6d %s\n", sha256.Sum256(f.Data), len(f.Data), bytes.Count(f.Data, []byte("\n"))-1, f.Name)
			}
		}
		fmt.Fprintf(&b, "%v\n", town.Deputy)
		testkit.Golden(t, filepath.Join("testdata", string(size)+".txt"), b.String())
	}
}

// TestCounts is what the sizes are for.
func TestCounts(t *testing.T) {
	t.Parallel()
	for size, want := range map[minato.Size]string{
		minato.Small: "団体 2 学校園 30 局室区等 18 課 60 部 39 | 400 people [210 60 130] 430 assignments 8 systems | 160 rows",
		minato.City:  "団体 2 学校園 300 局室区等 25 課 1400 部 130 | 33000 people [13000 7500 12500] 45000 assignments 540 systems | 24012 rows",
	} {
		town := generate(t, size)
		kinds := map[string]int{}
		all := units(t, town)
		for code, u := range all {
			if u["終了日"] == "" {
				kinds[u["種別"]]++
			}
			if parent := u["上位組織コード"]; parent != "" && all[parent] == nil {
				t.Errorf("%s: %s has no parent %s", size, code, parent)
			}
		}
		var got strings.Builder
		for _, k := range slices.Sorted(maps.Keys(kinds)) {
			fmt.Fprintf(&got, "%s %d ", k, kinds[k])
		}
		people := map[string]bool{}
		classes := [3]int{}
		seats, _ := read(t, town.Past[0], "名簿")
		code := codes(t, town)
		for _, r := range seats {
			if people[r["職員番号"]] {
				continue // the first row is the main one
			}
			people[r["職員番号"]] = true
			switch e := r["任用区分"]; {
			case all[code[r["所属コード"]]]["種別"] == "学校園":
				classes[2]++
			case e == "正規" || e == "特別職":
				classes[0]++
			default:
				classes[1]++
			}
		}
		systems, _ := read(t, town.Past[0], "システム")
		orders, _ := read(t, town.Next, "発令")
		fmt.Fprintf(&got, "| %d people %d %d assignments %d systems | %d rows", len(people), classes, len(seats), len(systems), len(orders))
		if got.String() != want {
			t.Errorf("%s has\n%s, want\n%s", size, got.String(), want)
		}
	}
}

// units gives the units by code as they are after this April; the old section is there with its end.
func units(t *testing.T, town minato.Town) map[string]record {
	t.Helper()
	all := map[string]record{}
	for _, round := range town.Past {
		rows, _ := read(t, round, "組織")
		for _, r := range rows {
			all[r["組織コード"]] = r
		}
	}
	return all
}

// TestWhatTheDemoShows is what somebody who looks around in the small town shall meet.
func TestWhatTheDemoShows(t *testing.T) {
	t.Parallel()
	town := generate(t, minato.Small)
	roster, formats := read(t, town.Past[0], "名簿")
	found := map[string]bool{}
	for _, r := range roster {
		for _, c := range "髙﨑𠮷" {
			found[string(c)] = found[string(c)] || strings.ContainsRune(r["氏名"], c)
		}
		found[r["任用区分"]], found[r["兼務区分"]] = true, true
		found["no mail"] = found["no mail"] || r["メール"] == ""
		if mail := r["メール"]; mail != "" && !strings.HasSuffix(mail, "@minato.example.lg.jp") {
			t.Errorf("the address %s may be somebody's", mail)
		}
	}
	for _, want := range strings.Fields("髙 﨑 𠮷 正規 特別職 再任用 任期付 臨時 会計年度任用 教員 派遣 委託 本務 兼務 併任 事務取扱 心得") {
		if !found[want] {
			t.Errorf("nobody with %s", want)
		}
	}
	if !found["no mail"] || formats["09_名簿_会計年度任用職員.csv"] != sheet.CP932 {
		t.Errorf("everybody has an address, or formats are %v", formats)
	}
	again := 0
	orders, _ := read(t, town.Past[1], "発令")
	for _, r := range orders {
		if r["旧職員番号"] != "" {
			again++
		}
	}
	split := []string{}
	for _, u := range units(t, town) {
		if before := u["前身組織コード"]; before != "" {
			split = append(split, u["組織名"]+" "+u["開始日"]+" "+units(t, town)[before]["組織名"]+" "+units(t, town)[before]["終了日"])
		}
	}
	slices.Sort(split)
	if got, want := fmt.Sprint(again, split), "20 [子育て応援課 2026-04-01 子育て支援課 2026-03-31 給付連携課 2026-04-01 子育て支援課 2026-03-31]"; got != want {
		t.Errorf("this April: %s, want %s", got, want)
	}
}

// TestTheSmallTownIsAPartOfTheCity: a unit has one code and name in both, and no code is given twice.
func TestTheSmallTownIsAPartOfTheCity(t *testing.T) {
	t.Parallel()
	city := generate(t, minato.City)
	all := units(t, city)
	rows, _ := read(t, city.Past[0], "組織")
	changed, _ := read(t, city.Past[1], "組織")
	if len(all) != len(rows)+len(changed)-1 { // the one that ended is in both
		t.Errorf("%d codes of %d and %d rows", len(all), len(rows), len(changed))
	}
	for code, u := range units(t, generate(t, minato.Small)) {
		if other := all[code]; other == nil || other["組織名"] != u["組織名"] || other["上位組織コード"] != u["上位組織コード"] {
			t.Errorf("%s is %v in the city and %v in the small town", code, other, u)
		}
	}
}
