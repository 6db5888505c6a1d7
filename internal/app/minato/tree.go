package minato

import (
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

//go:embed data
var data embed.FS

// lines gives the lines of a data file, split at spaces.
func lines(name string) ([][]string, error) {
	text, err := data.ReadFile("data/" + name)
	if err != nil {
		return nil, err
	}
	var all [][]string
	for l := range strings.Lines(string(text)) {
		if fields := strings.Fields(l); len(fields) > 0 && fields[0] != "#" {
			all = append(all, fields)
		}
	}
	return all, nil
}

// post is a post of the town.
type post struct {
	code, title, rank string
	head              bool
}

func posts() ([]post, error) {
	all, err := lines("posts.txt")
	list := make([]post, len(all))
	for i, l := range all {
		list[i] = post{l[0], l[1], l[2], len(l) > 3}
	}
	return list, err
}

// kind is a kind of unit, as a list of units writes it.
type kind string

const (
	body     kind = "団体"
	bureau   kind = "局室区等"
	division kind = "部"
	section  kind = "課"
	school   kind = "学校園"
)

// marks of a unit, as data/units.txt explains them.
const (
	inSmall       = "*"
	vacant        = "!"
	byDesignation = "~"
	ledBeside     = "&"
	ledFromAbove  = "^"
	ledFromBelow  = "?"
	anyMark       = inSmall + vacant + byDesignation + ledBeside + ledFromAbove + ledFromBelow
)

// plan is a line of data/units.txt: one unit or many alike.
type plan struct {
	kind         kind
	name, head   string
	marks, split string // split: the name of the section it was split off
	many         [2]int // by size
	weight       int    // part of the staff
	outside      bool
	regime       string
	list         string // who lists its people
	below        []*plan
}

// unit is a unit of the town.
type unit struct {
	*plan
	code, name string
	parent     int // -1 for a body
	bureau     int // or the body where it stands under none
	place      int
	before     int  // the unit it was split off, -1
	ended      bool // last March
}

// plans reads data/units.txt.
func plans() ([]*plan, error) {
	all, err := lines("units.txt")
	if err != nil {
		return nil, err
	}
	var bodies []*plan
	var whole, top, under *plan
	regime, list := "", ""
	for _, l := range all {
		word, rest := l[0], l[1:]
		one := func(kind kind, token string) *plan {
			p := &plan{kind: kind, regime: regime, list: list, many: [2]int{0, 1}}
			p.name = strings.TrimRight(token, anyMark)
			p.marks = token[len(p.name):]
			p.name, p.split, _ = strings.Cut(p.name, "<")
			p.name, p.head, _ = strings.Cut(p.name, ":")
			if strings.Contains(p.marks, inSmall) {
				p.many[0] = 1
			}
			return p
		}
		below := func(of *plan, kind kind, weight int, tokens ...string) (last *plan) {
			for _, token := range tokens {
				last = one(kind, token)
				last.weight = weight
				of.below = append(of.below, last)
			}
			return last
		}
		switch word {
		case "規程":
			regime = rest[0]
		case "任命":
			list = rest[0]
		case "団":
			whole = one(body, rest[0]+inSmall)
			bodies = append(bodies, whole)
		case "局":
			head := strings.TrimRight(rest[1], anyMark)
			top = below(whole, bureau, 0, rest[0]+rest[1][len(head):])
			top.head = head
			if len(rest) > 2 {
				err = top.count(rest[2])
			}
		case "部":
			under = below(top, division, 0, rest[0])
			below(under, section, desks, rest[1:]...)
		case "課":
			below(top, section, desks, rest...)
		case "所":
			weight, none := strconv.Atoi(rest[2])
			p := below(under, section, weight, rest[0])
			p.outside = true
			err = errors.Join(none, p.count(rest[1]))
		case "校":
			p := below(whole, school, 1, rest[0])
			p.head = rest[1]
			err = p.count(rest[2])
		default:
			err = errors.New("no such word")
		}
		if err != nil {
			return nil, fmt.Errorf("units.txt: %q: %w", l, err)
		}
	}
	return bodies, nil
}

// desks is the part of the staff that a section of an office building has.
const desks = 6

func (p *plan) count(text string) error {
	_, err := fmt.Sscanf(text, "%d/%d", &p.many[0], &p.many[1])
	return err
}

// headTitle is the post of the head of what is called so.
func (p *plan) headTitle() string {
	if p.head != "" {
		return p.head
	}
	if p.kind == division {
		return "部長"
	}
	for _, of := range []string{"課", "室", "館", "署"} {
		if strings.HasSuffix(p.name, of) {
			return of + "長"
		}
	}
	return "所長"
}

// forest grows the units of a town from the plans. It goes through the whole city whatever the size, so that the small town is
// a part of it with the same codes and names.
type forest struct {
	size           Size
	units          []unit
	wards, places  []string
	bureau, serial int
	named          map[string]int // places that offices of one name have got
}

func (f *forest) grow(list []*plan, parent int, wanted bool) {
	place := 0
	for _, p := range list {
		for i := range p.many[1] {
			wanted := wanted && i < p.many[f.size.column()]
			before := -1
			if p.split != "" {
				before = f.old(p, parent, wanted)
			}
			place++
			this := f.add(unit{plan: p, name: f.name(p, i), parent: parent, place: place, before: before}, wanted)
			f.grow(p.below, this, wanted)
		}
	}
}

// add gives a unit its code and adds it if it is wanted.
func (f *forest) add(u unit, wanted bool) int {
	f.serial++
	if u.kind == body || u.kind == bureau {
		f.bureau, f.serial = f.bureau+1, 0
	}
	if !wanted {
		return -1
	}
	u.code = fmt.Sprintf("%02d%04d", f.bureau, f.serial)
	f.units = append(f.units, u)
	return len(f.units) - 1
}

// old is the section that another was split off; it comes with the first of them.
func (f *forest) old(p *plan, parent int, wanted bool) int {
	for i, u := range f.units {
		if u.ended && u.name == p.split && u.parent == parent {
			return i
		}
	}
	same := *p
	same.split = ""
	return f.add(unit{plan: &same, name: p.split, parent: parent, before: -1, ended: true}, wanted)
}

// name puts a ward and a place into the name.
func (f *forest) name(p *plan, i int) string {
	name := strings.ReplaceAll(p.name, "{区}", f.wards[i%len(f.wards)])
	if strings.Contains(name, "{地}") {
		n := f.named[name]
		f.named[name]++
		name = strings.ReplaceAll(name, "{地}", f.places[(n+len(name)*5)%len(f.places)])
	}
	return name
}
