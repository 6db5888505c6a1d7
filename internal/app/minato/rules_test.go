package minato_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/app/minato"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	packs "sekimori/regime"
)

// state is who sits where, read from the files alone: a seat is "unit post".
type state struct {
	main   map[string]string // by number
	beside map[string][]string
}

// bearers gives the numbers of those who bear a seat.
func (s state) bearers() map[string][]string {
	all := map[string][]string{}
	for number, seat := range s.main {
		for _, one := range append([]string{seat}, s.beside[number]...) {
			all[one] = append(all[one], number)
		}
	}
	return all
}

// led counts the heads of each unit.
func (s state) led(heads map[string]bool) map[string]int {
	n := map[string]int{}
	for seat, people := range s.bearers() {
		if unit, post, _ := strings.Cut(seat, " "); heads[post] {
			n[unit] += len(people)
		}
	}
	return n
}

// codes leads from each code of a unit to the one of the list of units.
func codes(t *testing.T, town minato.Town) map[string]string {
	t.Helper()
	all := map[string]string{}
	for code := range units(t, town) {
		all[code] = code
	}
	rows, _ := read(t, town.Past[0], "外部コード")
	more, _ := read(t, town.Past[1], "外部コード")
	twice := map[string]bool{}
	for _, r := range append(rows, more...) {
		if key := r["体系"] + r["コード"]; twice[key] {
			t.Errorf("%v: the code is another unit's too", r)
		} else {
			twice[key] = true
		}
		if r["体系"] == "人事" {
			if all[r["コード"]] != "" {
				t.Errorf("%s names two units", r["コード"])
			}
			all[r["コード"]] = r["組織コード"]
		}
	}
	return all
}

// now is the town after this April. Rows with a fault fail the test.
func now(t *testing.T, town minato.Town) state {
	t.Helper()
	s, unit, posts := state{map[string]string{}, map[string][]string{}}, codes(t, town), heads(t, town)
	seat := func(r record) string {
		if _, known := posts[r["職コード"]]; !known || unit[r["所属コード"]] == "" || strings.TrimSpace(r["氏名"]) == "" {
			t.Errorf("%v: no such unit or post", r)
		}
		return unit[r["所属コード"]] + " " + r["職コード"]
	}
	rows, _ := read(t, town.Past[0], "名簿")
	for _, r := range rows {
		number := r["職員番号"]
		switch {
		case r["兼務区分"] != "本務" && r["兼務区分"] != "心得":
			s.beside[number] = append(s.beside[number], seat(r))
		case s.main[number] != "":
			t.Errorf("%v: two main seats", r)
		default:
			s.main[number] = seat(r)
		}
	}
	changes, _ := read(t, town.Past[1], "発令")
	for _, r := range changes {
		number := r["職員番号"]
		if was := r["旧職員番号"]; was != "" {
			s.main[number], s.beside[number] = s.main[was], s.beside[was]
			delete(s.main, was)
		}
		if s.main[number] == "" {
			t.Errorf("%v: nobody has the number", r)
		}
		s.main[number] = seat(r)
	}
	return s
}

// heads says of each post whether it is the head's.
func heads(t *testing.T, town minato.Town) map[string]bool {
	t.Helper()
	rows, _ := read(t, town.Past[0], "_職")
	all := map[string]bool{}
	for _, r := range rows {
		all[r["職コード"]] = r["所属長"] != ""
	}
	return all
}

// TestEveryRoleButOneHasAHolder asks the shipped packs who must be there.
func TestEveryRoleButOneHasAHolder(t *testing.T) {
	t.Parallel()
	set, err := regime.Load(packs.FS(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range minato.Sizes() {
		town := generate(t, size)
		s := now(t, town)
		all, led, bearers := units(t, town), s.led(heads(t, town)), s.bearers()
		designated := map[string]int{}
		rows, _ := read(t, town.Past[0], "指定")
		for _, r := range rows {
			designated[r["規程"]+" "+r["役割"]+" "+r["対象"]] = len(bearers[r["組織コード"]+" "+r["職コード"]])
			if r["決裁番号"] == "" {
				t.Errorf("%v: no decision", r)
			}
		}
		empty := []string{}
		for _, pack := range set.Packs {
			for _, role := range pack.Roles {
				switch {
				case len(role.Everyone) > 0, len(role.OneOf) > 0, role.HeldBy.Role != "", role.HeldBy.HeadOf == "owner":
					continue // follows from the others and from TestSystemsHaveAnOwnerWithAHead
				case role.HeldBy.Post != "":
					key := pack.ID + " " + role.ID + " 団体"
					if n := designated[key]; n != 1 {
						t.Errorf("%s: %s has %d holders", size, key, n)
					}
					delete(designated, key)
					continue
				}
				for code, u := range all {
					kind := map[string]string{"局室区等": "bureau", "課": "section", "学校園": "school"}[u["種別"]]
					if kind != role.HeldBy.HeadOf || u["規程"] != pack.ID || u["終了日"] != "" {
						continue
					}
					key := pack.ID + " " + role.ID + " " + code
					n, ok := designated[key]
					if !ok {
						n = led[code]
					}
					delete(designated, key)
					if n == 0 {
						empty = append(empty, u["組織名"])
					}
					if n > 1 {
						t.Errorf("%s: %s has %d heads", size, u["組織名"], n)
					}
				}
			}
		}
		for _, role := range access.Rules().Roles {
			key := access.BuiltIn + " " + role.ID + " 団体"
			if designated[key] != 0 { // it names a person
				t.Errorf("%s: %s is borne by post", size, key)
			}
			delete(designated, key)
		}
		if len(designated) > 0 {
			t.Errorf("%s: %v is no seat of the role", size, designated)
		}
		if want := []string{"広聴相談課"}; !slices.Equal(empty, want) {
			t.Errorf("%s: without holder %v, want %v", size, empty, want)
		}
	}
}

// TestSystemsHaveAnOwnerWithAHead: of one the owner was split, and the first that came of it has a head.
func TestSystemsHaveAnOwnerWithAHead(t *testing.T) {
	t.Parallel()
	for _, size := range minato.Sizes() {
		town := generate(t, size)
		all, led := units(t, town), now(t, town).led(heads(t, town))
		next := map[string][]string{}
		for code, u := range all {
			next[u["前身組織コード"]] = append(next[u["前身組織コード"]], code)
		}
		split := 0
		systems, _ := read(t, town.Past[0], "システム")
		for _, r := range systems {
			owners := []string{r["所管組織コード"]}
			if all[owners[0]]["終了日"] != "" {
				split++
				owners = next[owners[0]]
			}
			for _, o := range owners {
				if led[o] != 1 {
					t.Errorf("%s: %v: owner with %d heads", size, r, led[o])
				}
			}
		}
		if split != 1 {
			t.Errorf("%s: %d systems of a split section", size, split)
		}
	}
}

// TestNextYear does what the orders say and finds as many faults and empty seats as the demo tells of.
func TestNextYear(t *testing.T) {
	t.Parallel()
	for size, want := range map[minato.Size]struct{ faults, empty int }{minato.Small: {3, 2}, minato.City: {37, 11}} {
		town := generate(t, size)
		s, unit, posts := now(t, town), codes(t, town), heads(t, town)
		before := s.led(posts)
		known := []string{"採用", "転入", "異動", "昇任", "再任用", "任用更新", "兼務", "兼務解除", "退職", "転出"}
		orders, formats := read(t, town.Next, "発令")
		faults, named, words := 0, map[string]bool{}, map[string]int{}
		for _, r := range orders {
			number := r["職員番号"]
			if r["旧職員番号"] != "" {
				number = r["旧職員番号"]
			}
			day, err := jpdate.Parse(r["発令日"])
			_, post := posts[r["職コード"]]
			word, seat := r["発令区分"], unit[r["所属コード"]]+" "+r["職コード"]
			joins := word == "採用" || word == "転入"
			if err != nil || !post || strings.HasPrefix(seat, " ") || !slices.Contains(known, word) || joins == (s.main[number] != "") {
				faults++
				continue
			}
			if word == "退職" {
				day = day.AddDays(1)
			}
			if day != town.Next.Effective || named[number] {
				t.Errorf("%s: %v: another day, or named twice", size, r)
			}
			named[number] = true
			words[word]++
			switch word {
			case "兼務":
				s.beside[number] = append(s.beside[number], seat)
			case "兼務解除":
				if !slices.Contains(s.beside[number], seat) {
					t.Errorf("%s: %v: no such seat", size, r)
				}
				s.beside[number] = slices.DeleteFunc(s.beside[number], func(one string) bool { return one == seat })
			case "退職", "転出":
				delete(s.main, number)
			default:
				s.main[number] = seat
			}
		}
		empty, led := 0, s.led(posts)
		for code, n := range before {
			if after := led[code]; after == 0 && n > 0 {
				empty++
			} else if after != n {
				t.Errorf("%s: %s had %d heads and has %d", size, code, n, after)
			}
		}
		if faults != want.faults || empty != want.empty {
			t.Errorf("%s: %d faults, %d empty seats, want %v", size, faults, empty, want)
		}
		if len(words) != len(known) || len(formats) != 5 {
			t.Errorf("%s: %d kinds of orders in %d files", size, len(words), len(formats))
		}
		if !slices.Contains(slices.Collect(maps.Values(formats)), sheet.CP932) {
			t.Errorf("%s: no file in CP932", size)
		}
	}
}
