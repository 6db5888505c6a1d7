package minato

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/access"
)

// Town is the whole town on paper.
type Town struct {
	// Past are the rounds that have been: the town as of April last year, then what changed this April.
	Past []Round
	// Next is the personnel change of the coming April, which is secret until then.
	Next    Round
	Deputy  Deputy
	Regimes []string // ids of the policies that it has adopted
}

// Deputy says who acts for the holder of a role, as the holder has named him.
type Deputy struct {
	Regime, Role  string
	Unit          string // code
	Giver, Person string // numbers
}

// Generate writes the papers of the town of a size in the fiscal year of a day.
func Generate(size Size, today jpdate.Date) (Town, error) {
	year := jpdate.FiscalYearOf(today)
	t, err := newTown(size, year)
	if err != nil {
		return Town{}, err
	}
	designations, deputy, err := t.designations()
	if err != nil {
		return Town{}, err
	}
	next, err := t.change(t.heads[t.unit(deputy.Unit)])
	if err != nil {
		return Town{}, err
	}
	first, err1 := files(slices.Concat([]*page{t.unitPage(false), t.postPage(), t.codePage(false), t.systemPage()}, t.rosters(), []*page{designations})...)
	now, err2 := files(append([]*page{t.unitPage(true), t.codePage(true)}, t.orderPages(year.First(), t.aprilOrders())...)...)
	coming, err3 := files(t.orderPages((year + 1).First(), next)...)
	if err := errors.Join(err1, err2, err3); err != nil {
		return Town{}, err
	}
	var regimes []string
	for _, u := range t.units {
		if !slices.Contains(regimes, u.regime) {
			regimes = append(regimes, u.regime)
		}
	}
	deputy.Unit = t.units[t.unit(deputy.Unit)].code
	return Town{
		Past:   []Round{{(year - 1).Wareki() + "の初期登録", (year - 1).First(), first}, {year.Wareki() + "の組織改正と任用更新", year.First(), now}},
		Next:   Round{(year + 1).Wareki() + "の人事異動", (year + 1).First(), coming},
		Deputy: deputy, Regimes: regimes,
	}, nil
}

// aprilOrders are what changed for people this April.
func (t *town) aprilOrders() []order {
	var list []order
	for _, p := range t.people {
		word := "異動"
		switch {
		case p.was != "":
			word = "任用更新"
		case p.before == p.seat:
			continue
		case p.before.unit == t.units[p.unit].before && p.before.post != p.post:
			word = "昇任"
		}
		list = append(list, order{
			person: p, list: p.list, word: word, number: p.number, was: p.was, employment: p.employment,
			unit: t.units[p.unit].code, post: t.posts[p.post].code,
		})
	}
	return list
}

// designations reads data/designations.txt into a file, and who is the one deputy; of that the unit is still a name.
func (t *town) designations() (*page, Deputy, error) {
	all, err := lines("designations.txt")
	if err != nil {
		return nil, Deputy{}, err
	}
	p := newPage("指定", sheet.UTF8BOM, "規程", "役割", "対象", "組織コード", "職コード", "職員番号", "立場", "決裁番号", "開始日", "終了日")
	var deputy Deputy
	day := (t.year - 1).First()
	for _, l := range all {
		if l[0] == "代理" {
			unit := t.unit(l[3])
			person := t.first(unit, l[4])
			if t.heads[unit] == nil || person == nil {
				return nil, Deputy{}, fmt.Errorf("designations.txt: %q: nobody there", l)
			}
			deputy = Deputy{Regime: l[1], Role: l[2], Unit: l[3], Giver: t.heads[unit].number, Person: person.number}
			continue
		}
		for i, u := range t.units {
			each := l[3] == byDesignation && strings.Contains(u.marks, byDesignation)
			if u.name != l[3] && !each {
				continue
			}
			scope := l[2]
			if each {
				scope = u.code
			} else if at := t.unit(scope); at >= 0 {
				scope = t.units[at].code
			}
			if t.first(i, l[4]) == nil {
				return nil, Deputy{}, fmt.Errorf("designations.txt: %q: nobody there", l)
			}
			decision := fmt.Sprintf("み情第%d号", len(p.rows)+100)
			if l[0] == access.BuiltIn { // given to a person, whatever post he comes to
				p.row(l[0], l[1], scope, "", "", t.first(i, l[4]).number, "", decision, day.String(), "")
				continue
			}
			p.row(l[0], l[1], scope, u.code, t.posts[t.title(l[4])].code, "", strings.Join(l[5:], ""), decision, day.String(), "")
		}
	}
	if deputy.Unit == "" || len(p.rows) < len(all) {
		return nil, Deputy{}, errors.New("designations.txt: a unit or the deputy is missing")
	}
	return p, deputy, nil
}
