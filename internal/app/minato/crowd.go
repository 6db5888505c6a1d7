package minato

import (
	"fmt"
	"strings"

	"sekimori/internal/base/jpdate"
)

// seat is a post in a unit.
type seat struct{ unit, post int }

// manner is how somebody bears a seat, as lists write it.
type manner string

const (
	main       manner = "本務"
	concurrent manner = "兼務"
	acting     manner = "事務取扱"
	probation  manner = "心得"
	joint      manner = "併任"
)

// extra is a seat that somebody bears beside the main one.
type extra struct {
	seat
	manner manner
}

// person is somebody in the town.
type person struct {
	number, was string // was: the number until this March, "" if it is the same
	name, kana  string
	employment  string // as lists write it
	mail        string
	list        string // who lists them
	seat
	manner manner // main or probation
	before seat   // until this March
	extra  []extra
}

// The words of lists for 任用区分.
const (
	regular    = "正規"
	special    = "特別職"
	rehired    = "再任用"
	fixedTerm  = "任期付"
	temporary  = "臨時"
	annual     = "会計年度任用"
	teacher    = "教員"
	dispatched = "派遣"
	contracted = "委託"
)

// Lists that are not kept by an appointing body alone.
const (
	annualList  = "会計年度任用職員"
	outsideList = "派遣・委託"
)

// town is a town in the making.
type town struct {
	forest
	measure measure
	year    jpdate.FiscalYear
	posts   []post
	systems []system
	people  []*person
	dice    dice
	serial  map[string]int // of numbers, by their first letter
	names   map[string][]string
	heads   map[int]*person // main head of a unit
}

func newTown(size Size, year jpdate.FiscalYear) (*town, error) {
	t := &town{forest: forest{size: size, named: map[string]int{}}, measure: size.measure(), year: year, dice: 20_190_501, serial: map[string]int{}, names: map[string][]string{}, heads: map[int]*person{}}
	all, err := lines("names.txt")
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		t.names[l[0]] = append(t.names[l[0]], l[1:]...)
	}
	t.wards = t.names["区"]
	first, second := t.names["地"], t.names["台"]
	for i := range len(first) * len(second) {
		t.places = append(t.places, first[i%len(first)]+second[(i+i/len(first))%len(second)])
	}
	if t.posts, err = posts(); err != nil {
		return nil, err
	}
	list, err := plans()
	if err != nil {
		return nil, err
	}
	t.grow(list, -1, true)
	for i := range t.units {
		t.units[i].bureau = i
		if p := t.units[i].parent; p >= 0 && t.units[i].kind != bureau {
			t.units[i].bureau = t.units[p].bureau
		}
	}
	return t, t.settle()
}

// settle gives the town its people, as they are after this 1 April, and says where they were before.
func (t *town) settle() error {
	for i, u := range t.units {
		t.head(i, u)
	}
	for _, of := range [][2]string{{"市長", "みなと市"}, {"副市長", "みなと市"}, {"副市長", "みなと市"}, {"最高デジタル責任者（副市長）", "みなと市"}, {"教育長", "みなと市教育委員会"}, {"デジタル改革担当局長", "未来企画局"}} {
		who := t.join(t.unit(of[1]), t.title(of[0]), regular)
		if of[0] != "デジタル改革担当局長" {
			who.employment = special
		}
	}
	t.staff()
	t.beside()
	if err := t.lastYear(); err != nil {
		return err
	}
	return t.own()
}

// unit finds a unit by its name, the first in order.
func (t *town) unit(name string) int {
	for i, u := range t.units {
		if u.name == name {
			return i
		}
	}
	return -1
}

// title finds a post by its name.
func (t *town) title(name string) int {
	for i, p := range t.posts {
		if p.title == name {
			return i
		}
	}
	return -1
}

// head puts somebody on the seat of the head, where it has one of its own.
func (t *town) head(i int, u unit) {
	if u.ended || u.kind == body || strings.ContainsAny(u.marks, vacant+ledBeside+ledFromAbove) {
		return
	}
	employment, title := regular, u.headTitle()
	if u.kind == school {
		employment = teacher
	}
	if strings.Contains(u.marks, byDesignation) {
		title = "担当課長"
	}
	t.heads[i] = t.join(i, t.title(title), employment)
	if strings.Contains(u.marks, ledFromBelow) {
		t.heads[i].manner = probation
	}
}

// staff fills the offices and schools up to the wanted numbers.
func (t *town) staff() {
	var offices, schools []int
	for i, u := range t.units {
		switch {
		case u.ended:
		case u.kind == section:
			offices = append(offices, i)
		case u.kind == school:
			schools = append(schools, i)
		}
	}
	taught := 0
	for _, p := range t.people {
		if p.employment == teacher {
			taught++
		}
	}
	weights := func(of []int) []int {
		list := make([]int, len(of))
		for j, i := range of {
			list[j] = t.units[i].weight
		}
		return list
	}
	rest := t.measure.regular - (len(t.people) - taught) - len(offices) // everybody has a 係長
	for j, n := range share(rest, weights(offices)) {
		for k := range n + 1 {
			t.join(offices[j], t.title(rung(k)), regular)
		}
	}
	office := func(i, k int) {
		switch {
		case k%25 == 1:
			t.join(i, t.title("主事"), fixedTerm)
		case k%25 == 2:
			t.join(i, t.title("臨時職員"), temporary)
		case k%9 == 3:
			t.join(i, t.title("主任"), rehired)
		default:
			t.join(i, t.title("会計年度任用職員"), annual)
		}
	}
	others := 0
	for j, n := range share(t.measure.other-t.measure.dispatched-t.measure.contracted, weights(offices)) {
		for range n {
			others++
			office(offices[j], others)
		}
	}
	it := t.unit("情報システム課")
	for range t.measure.dispatched {
		t.join(it, t.title("派遣職員"), dispatched)
	}
	for range t.measure.contracted {
		t.join(it, t.title("業務従事者"), contracted)
	}
	for j, n := range share(t.measure.schools-taught, weights(schools)) {
		for k := range n {
			t.inSchool(schools[j], k)
		}
	}
}

// rung is the post of the kth of a section's regular staff.
func rung(k int) string {
	switch {
	case k == 0:
		return "係長"
	case k == 6:
		return "課長補佐"
	case k%4 == 1:
		return "主任"
	default:
		return "主事"
	}
}

func (t *town) inSchool(i, k int) {
	switch {
	case k == 0:
		t.join(i, t.title("教頭"), teacher)
	case k == 5:
		t.join(i, t.title("学校事務職員"), regular)
	case k == 7:
		t.join(i, t.title("主幹教諭"), teacher)
	case k%6 == 2:
		t.join(i, t.title("会計年度任用職員"), annual)
	case k%20 == 10:
		t.join(i, t.title("臨時職員"), temporary)
	default:
		t.join(i, t.title("教諭"), teacher)
	}
}

// join adds a person.
func (t *town) join(unit, post int, employment string) *person {
	p := &person{employment: employment, seat: seat{unit, post}, manner: main, list: t.units[unit].list}
	switch employment {
	case annual, temporary:
		p.list = annualList
	case dispatched, contracted:
		p.list = outsideList
	}
	p.before = p.seat
	t.numbered(p, t.year)
	t.called(p)
	if !t.units[unit].outside || t.posts[post].head {
		p.mail = mail(p)
	}
	t.people = append(t.people, p)
	return p
}

func mail(p *person) string { return strings.ToLower(p.number) + "@minato.example.lg.jp" }

// numbered gives a number; those of 会計年度任用職員 hold the year.
func (t *town) numbered(p *person, year jpdate.FiscalYear) {
	form := "0%05d"
	switch p.employment {
	case teacher:
		form = "T%05d"
	case annual:
		form = fmt.Sprintf("K%02d%%05d", year%100)
	case rehired, fixedTerm, temporary:
		form = "N%05d"
	case dispatched, contracted:
		form = "G%05d"
	}
	t.serial[form]++
	p.number = fmt.Sprintf(form, 1000+t.serial[form])
}

// called gives a name. 𠮷 is not in the character set of the old host that lists the 会計年度任用職員.
func (t *town) called(p *person) {
	list := t.names["姓"]
	if t.dice.under(80) == 0 && p.list != annualList {
		list = t.names["稀"]
	}
	family, given := 2*t.dice.under(len(list)/2), 2*t.dice.under(len(t.names["名"])/2)
	p.name = list[family] + "　" + t.names["名"][given]
	p.kana = list[family+1] + "　" + t.names["名"][given+1]
}
