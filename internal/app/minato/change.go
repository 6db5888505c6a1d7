package minato

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
)

// order is a row of a 発令 file.
type order struct {
	person     *person
	list       string // which file
	word       string // 発令区分
	number     string
	was        string // 旧職員番号
	employment string
	unit, post string // codes
	date       string // "": the day of the file; 退職 bears the day before
}

// mover draws up the personnel change of the coming 1 April. No order names somebody whom another names.
type mover struct {
	*town
	orders []order
	named  map[*person]bool
	next   int
	short  bool // of people
}

// change gives the orders of next year by number. The person first is sent elsewhere in any case.
func (t *town) change(first *person) ([]order, error) {
	m := &mover{town: t, named: map[*person]bool{first: true}}
	c := t.measure.change
	for _, p := range t.people {
		if p.employment == annual {
			m.renew(p)
		}
	}
	m.follow(c)
	for range c.retire - c.promote - c.vacant {
		m.give(m.pick(m.worker), "退職")
	}
	for range c.leave {
		m.give(m.pick(m.worker), "転出")
	}
	for i := range c.hire + c.enter {
		m.hire(i >= c.hire)
	}
	m.beside(c.extra)
	m.turn(first, c.rows-c.bad-len(m.orders))
	for i := range c.bad {
		m.slip(i)
	}
	if m.short || len(m.orders) != c.rows {
		return nil, errors.New("minato: too few people for the personnel change")
	}
	slices.SortStableFunc(m.orders, func(a, b order) int { return cmp.Compare(a.number, b.number) })
	return m.orders, nil
}

// give adds an order for somebody about the seat that he has, for the caller to change.
func (m *mover) give(p *person, word string) *order {
	m.named[p] = true
	m.orders = append(m.orders, order{
		person: p, list: p.list, word: word, number: p.number, employment: p.employment,
		unit: m.units[p.unit].code, post: m.posts[p.post].code,
	})
	return &m.orders[len(m.orders)-1]
}

// sit sends him to another seat; whoever appoints there lists the order.
func (m *mover) sit(o *order, s seat) {
	o.unit, o.post, o.list = m.units[s.unit].code, m.posts[s.post].code, m.units[s.unit].list
}

// worker and leader are those whom one may send elsewhere.
func (m *mover) worker(p *person) bool {
	u := m.units[p.unit]
	return !m.posts[p.post].head && (p.employment == regular || p.employment == teacher) &&
		(u.kind == section || u.kind == school) && !strings.Contains(u.marks, byDesignation)
}

func (m *mover) leader(p *person) bool {
	k := m.units[p.unit].kind
	return m.posts[p.post].head && (k == section || k == school)
}

// leadsBeside says whether somebody is also at the head of another unit.
func (m *mover) leadsBeside(p *person) bool {
	return slices.ContainsFunc(p.extra, func(e extra) bool { return m.posts[e.post].head })
}

// pick finds somebody whom no order names, at even distances in the list of people.
func (m *mover) pick(fits func(*person) bool) *person {
	const step = 7919 // a prime, so that everybody comes once
	for range m.people {
		if m.short {
			break
		}
		m.next = (m.next + step) % len(m.people)
		if p := m.people[m.next]; !m.named[p] && !m.leadsBeside(p) && fits(p) {
			return p
		}
	}
	m.short = true
	return m.people[0]
}

// renew appoints somebody again under a new number.
func (m *mover) renew(p *person) {
	again := *p
	m.numbered(&again, m.year+1)
	o := m.give(p, "任用更新")
	o.number, o.was = again.number, p.number
}

// follow lets heads retire, the first of them without anybody to follow, the others followed by somebody promoted. Some stay
// as 再任用. A head whose section owns a system is followed, so that every empty seat is one role without holder.
func (m *mover) follow(c change) {
	owners := m.owners()
	for range c.vacant {
		m.give(m.pick(func(p *person) bool { return m.leader(p) && m.units[p.unit].kind == section && !owners[p.unit] }), "退職")
	}
	for i := range c.promote {
		head := m.pick(m.leader)
		if i < c.rehire {
			o := m.give(head, "再任用")
			o.employment = rehired
			m.sit(o, seat{m.pick(m.worker).unit, m.title("主任")})
		} else {
			m.give(head, "退職")
		}
		next := m.pick(func(p *person) bool {
			return p.employment == head.employment && (p.post == m.title("係長") || p.post == m.title("教頭"))
		})
		m.sit(m.give(next, "昇任"), head.seat)
	}
}

// hire takes in somebody new, from school or from another body.
func (m *mover) hire(moved bool) {
	word, like := "採用", m.pick(m.worker)
	if moved {
		word = "転入"
	}
	p := &person{employment: like.employment, seat: like.seat, list: like.list}
	m.numbered(p, m.year+1)
	m.called(p)
	p.mail = mail(p)
	o := m.give(p, word)
	if like.employment == regular {
		o.post = m.posts[m.title("主事")].code
	}
}

// beside ends 兼務 of half of n people, and lets the other half begin one.
func (m *mover) beside(n int) {
	for range n / 2 {
		p := m.pick(func(p *person) bool { return len(p.extra) == 1 && p.extra[0].manner == concurrent })
		o := m.give(p, "兼務解除")
		if !m.short {
			o.unit, o.post = m.units[p.extra[0].unit].code, m.posts[p.extra[0].post].code
		}
	}
	for range n - n/2 {
		o := m.give(m.pick(m.worker), "兼務")
		o.unit = m.units[m.pick(m.worker).unit].code
	}
}

// turn sends n people to each other's place: heads to the seats of heads, others as what they are to other units.
func (m *mover) turn(first *person, n int) {
	of := map[string][]*person{}
	left := n
	take := func(ring string, p *person) {
		m.named[p] = true
		of[ring] = append(of[ring], p)
		left--
	}
	take(regular, first)
	heads := func(employment string, n int) {
		for range n {
			take(employment, m.pick(func(p *person) bool { return m.leader(p) && p.employment == employment }))
		}
	}
	heads(regular, 1+n/16)
	heads(teacher, 2+n/90)
	for left > 0 {
		p := m.pick(m.worker)
		take(p.list+p.employment, p)
	}
	for _, ring := range slices.Sorted(maps.Keys(of)) {
		for i, p := range of[ring] {
			to := of[ring][(i+1)%len(of[ring])].seat
			if !m.posts[p.post].head {
				to = seat{m.elsewhere(p, of[ring], i), p.post}
			}
			m.sit(m.give(p, "異動"), to)
		}
	}
}

// elsewhere is the unit of the next in the ring who sits in another, else of anybody of his kind who does.
func (m *mover) elsewhere(p *person, ring []*person, i int) int {
	for _, list := range [][]*person{ring[i:], ring[:i], m.people} {
		for _, o := range list {
			if o.unit != p.unit && o.employment == p.employment && m.worker(o) {
				return o.unit
			}
		}
	}
	return p.unit
}

// slip adds an order with a fault, as they come in every year.
func (m *mover) slip(i int) {
	o := m.give(m.pick(m.worker), "異動")
	switch i % 5 {
	case 0:
		o.unit = "999999"
	case 1:
		o.post = "999"
	case 2:
		o.number = "99" + o.number
	case 3:
		o.date = strings.Replace((m.year + 1).First().Wareki(), "4月1日", "4月31日", 1)
	case 4:
		o.word = "配転"
	}
}
