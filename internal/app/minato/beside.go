package minato

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// beside adds the seats that people bear beside their main one: first the heads of units without a head of their own, then
// 併任 of the wards' staff for elections and 兼務 of others, up to the wanted number of assignments.
func (t *town) beside() {
	all := len(t.people)
	add := func(p *person, unit, post int, manner manner) {
		p.extra = append(p.extra, extra{seat{unit, post}, manner})
		all++
	}
	var sections, schools []int
	for i, u := range t.units {
		title := t.title(u.headTitle())
		switch {
		case strings.Contains(u.marks, ledBeside):
			add(t.heads[i-1], i, title, concurrent)
		case strings.Contains(u.marks, ledFromAbove):
			add(t.heads[u.parent], i, title, acting)
		}
		switch {
		case u.ended || u.before >= 0:
		case u.kind == section && !u.outside && u.marks == strings.Trim(u.marks, vacant):
			sections = append(sections, i)
		case u.kind == school:
			schools = append(schools, i)
		}
	}
	elections := t.unit("選挙課")
	for i := 0; all < t.measure.assignments && i < 2*len(t.people); i++ {
		p := t.people[i%len(t.people)]
		u := t.units[p.unit]
		busy := t.posts[p.post].head || len(p.extra) > 0 || u.before >= 0 || !slices.Contains([]string{regular, teacher}, p.employment) || i < len(t.people) && i%4 != 0
		switch {
		case busy:
		case u.kind == school:
			if to := schools[(i*7+3)%len(schools)]; to != p.unit {
				add(p, to, p.post, concurrent)
			}
		case u.kind != section || t.posts[p.post].title == "担当課長":
		case strings.HasSuffix(t.units[u.bureau].name, "区役所"):
			add(p, elections, t.title("主事"), joint)
		default:
			if to := sections[(i*11+5)%len(sections)]; to != p.unit {
				add(p, to, t.title("主事"), concurrent)
			}
		}
	}
}

// first finds somebody by unit and post.
func (t *town) first(unit int, title string) *person {
	post := t.title(title)
	for _, p := range t.people {
		if p.seat == (seat{unit, post}) {
			return p
		}
	}
	return nil
}

// lastYear says what was different until this March: some 会計年度任用職員 had another number, the people of the sections that were
// split were together in the old one, and two heads were in each other's place.
func (t *town) lastYear() error {
	left := t.measure.renewed
	for _, p := range t.people {
		if p.employment == annual && left > 0 {
			left--
			p.was = fmt.Sprintf("K%02d%s", (t.year-1)%100, p.number[3:])
		}
	}
	led := map[int]bool{}
	for _, p := range t.people {
		old := t.units[p.unit].before
		if old < 0 {
			continue
		}
		p.before.unit = old
		if t.posts[p.post].head {
			if led[old] {
				p.before.post = t.title("係長")
			}
			led[old] = true
		}
	}
	one, other := t.heads[t.unit("秘書課")], t.heads[t.unit("財政課")]
	if left > 0 || len(led) != 1 || one == nil || other == nil {
		return errors.New("minato: the data files do not give last year's town")
	}
	one.before, other.before = other.seat, one.seat
	return nil
}
