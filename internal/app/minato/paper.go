package minato

import (
	"bytes"
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
)

// File is a file as the office hands it in.
type File struct {
	Name string
	Data []byte
}

// Round is what comes at once and holds from one day on.
type Round struct {
	Title     string
	Effective jpdate.Date
	Files     []File
}

// host is where a list comes from, with its character set and its way to write dates.
type host struct {
	list    string
	format  sheet.Format
	date    func(jpdate.Date) string
	foreign bool // it knows units by the codes of the personnel system
}

func hosts() []host {
	slashes := func(d jpdate.Date) string { return strings.ReplaceAll(d.String(), "-", "/") }
	return []host{
		{list: "市長部局", format: sheet.UTF8BOM, date: slashes},
		{list: "消防本部", format: sheet.UTF8, date: jpdate.Date.String},
		{list: "公営企業局", format: sheet.UTF8BOM, date: func(d jpdate.Date) string { return strings.ReplaceAll(d.String(), "-", ".") }},
		{list: "教育委員会", format: sheet.UTF8, date: jpdate.Date.Wareki},
		{list: annualList, format: sheet.CP932, date: jpdate.Date.Wareki, foreign: true},
		{list: outsideList, format: sheet.UTF8BOM, date: slashes},
	}
}

// page collects the rows of one file.
type page struct {
	name   string
	format sheet.Format
	rows   [][]string
}

func newPage(name string, format sheet.Format, heading ...string) *page {
	return &page{name, format, [][]string{heading}}
}

func (p *page) row(cells ...string) { p.rows = append(p.rows, cells) }

func (p *page) file() (File, error) {
	var b bytes.Buffer
	w := sheet.NewWriter(&b, p.format, "")
	for _, r := range p.rows {
		if err := w.Row(r...); err != nil {
			return File{}, fmt.Errorf("%s: %w", p.name, err)
		}
	}
	if err := w.Close(); err != nil {
		return File{}, fmt.Errorf("%s: %w", p.name, err)
	}
	if lost := w.Lost(); len(lost) > 0 {
		return File{}, fmt.Errorf("%s: %s %s", p.name, lost[0].Where, lost[0].Message)
	}
	return File{p.name, b.Bytes()}, nil
}

// files makes the files of pages that hold rows, numbered in their order.
func files(pages ...*page) ([]File, error) {
	var list []File
	for _, p := range pages {
		if len(p.rows) == 1 {
			continue
		}
		p.name = fmt.Sprintf("%02d_%s.csv", len(list)+1, p.name)
		f, err := p.file()
		if err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

// foreign is the code of a unit in the personnel system.
func (u unit) foreign() string { return "9" + u.code + "0" }

// unitPage lists the units of last year, or what changed this April.
func (t *town) unitPage(changed bool) *page {
	p := newPage("組織", sheet.UTF8BOM, "組織コード", "組織名", "略称", "上位組織コード", "種別", "規程", "開始日", "終了日", "前身組織コード", "並び順")
	for _, u := range t.units {
		if changed != (u.ended || u.before >= 0) && (changed || !u.ended) {
			continue
		}
		from, until, above, before := t.year-1, "", "", ""
		if u.before >= 0 {
			from, before = t.year, t.units[u.before].code
		}
		if changed && u.ended {
			until = from.Last().String()
		}
		if u.parent >= 0 {
			above = t.units[u.parent].code
		}
		p.row(u.code, u.name, "", above, string(u.kind), u.regime, from.First().String(), until, before, strconv.Itoa(u.place))
	}
	return p
}

func (t *town) postPage() *page {
	p := newPage("職", sheet.UTF8BOM, "職コード", "職名", "職位", "所属長", "開始日")
	for _, post := range t.posts {
		head := ""
		if post.head {
			head = "○"
		}
		p.row(post.code, post.title, post.rank, head, (t.year - 1).First().String())
	}
	return p
}

// codePage lists the codes under which the other systems know the units of last year, or those that came this April.
func (t *town) codePage(changed bool) *page {
	p := newPage("外部コード", sheet.UTF8BOM, "組織コード", "体系", "コード", "開始日")
	day := (t.year - 1).First().String()
	if changed {
		day = t.year.First().String()
	}
	for i, u := range t.units {
		if changed != (u.before >= 0) {
			continue
		}
		p.row(u.code, "人事", u.foreign(), day)
		p.row(u.code, "財務", fmt.Sprintf("F%05d", 10*i), day)
		if u.kind == school {
			p.row(u.code, "学校", fmt.Sprintf("E%05d", 7*i), day)
		} else {
			p.row(u.code, "文書", "みな"+u.code[:2]+"第"+u.code[2:], day)
		}
	}
	return p
}

func (t *town) systemPage() *page {
	p := newPage("業務システム", sheet.UTF8BOM, "システムコード", "システム名", "所管組織コード", "規程", "開始日")
	for _, s := range t.systems {
		p.row(s.code, s.name, t.units[s.owner].code, s.regime, (t.year - 1).First().String())
	}
	return p
}

// rosters lists everybody with all seats of last year, by who lists them.
func (t *town) rosters() []*page {
	var pages []*page
	for _, h := range hosts() {
		p := newPage("名簿_"+h.list, h.format, "基準日", "職員番号", "氏名", "氏名カナ", "任用区分", "所属コード", "職コード", "メール", "兼務区分")
		day := h.date((t.year - 1).First())
		for _, who := range t.people {
			if who.list != h.list {
				continue
			}
			number := cmp.Or(who.was, who.number)
			for _, s := range append([]extra{{who.before, who.manner}}, who.extra...) {
				u := t.units[s.unit]
				p.row(day, number, who.name, who.kana, who.employment, h.code(u), t.posts[s.post].code, who.mail, string(s.manner))
			}
		}
		pages = append(pages, p)
	}
	return pages
}

func (h host) code(u unit) string {
	if h.foreign {
		return u.foreign()
	}
	return u.code
}

// orderPages are the 発令 files of one day.
func (t *town) orderPages(day jpdate.Date, orders []order) []*page {
	byCode := map[string]unit{}
	for _, u := range t.units {
		byCode[u.code] = u
	}
	var pages []*page
	for _, h := range hosts() {
		p := newPage("発令_"+h.list, h.format, "発令日", "職員番号", "旧職員番号", "氏名", "氏名カナ", "任用区分", "発令区分", "所属コード", "職コード", "メール")
		for _, o := range orders {
			if o.list != h.list {
				continue
			}
			code := o.unit
			if u, known := byCode[code]; known {
				code = h.code(u)
			}
			who := o.person
			on := day
			if o.word == "退職" {
				on = day.AddDays(-1) // the last day in office
			}
			p.row(cmp.Or(o.date, h.date(on)), o.number, o.was, who.name, who.kana, o.employment, o.word, code, o.post, who.mail)
		}
		pages = append(pages, p)
	}
	return pages
}
