package people

import (
	"slices"

	"sekimori/internal/base/sheet"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Form is a kind of file that can be imported.
type Form string

// The forms, in the order in which a batch applies them.
const (
	Units        Form = "units"
	Posts        Form = "posts"
	Codes        Form = "codes"
	Orders       Form = "orders" // 発令: who is not named stays
	Roster       Form = "roster" // 名簿: who is not named leaves
	Systems      Form = "systems"
	Designations Form = "designations"
)

// Forms lists the forms in their order.
func Forms() []Form { return []Form{Units, Posts, Codes, Orders, Roster, Systems, Designations} }

// Title is the form in words.
func (f Form) Title() string {
	return map[Form]string{
		Units: "組織", Posts: "職", Codes: "組織の外部コード", Orders: "発令", Roster: "名簿", Systems: "業務システム", Designations: "指定",
	}[f]
}

// Columns are the columns of a form, in the order in which people are shown them.
func (f Form) Columns() []sheet.Column {
	must := func(id string, titles ...string) sheet.Column {
		return sheet.Column{ID: id, Titles: titles, Required: true}
	}
	may := func(id string, titles ...string) sheet.Column { return sheet.Column{ID: id, Titles: titles} }
	number, name, kana := must("number", "職員番号"), must("name", "氏名"), may("kana", "氏名カナ", "氏名（カナ）", "カナ氏名", "カナ")
	unit, post := must("unit", "所属コード"), must("post", "職コード")
	mail, old := may("mail", "メール", "メールアドレス"), may("old", "旧職員番号")
	unitCode, from, until := must("unit", "組織コード"), may("from", "開始日"), may("until", "終了日")
	switch f {
	case Orders:
		return []sheet.Column{must("on", "発令日", "発令年月日"), number, name, kana, may("employment", "任用区分"), must("order", "発令区分"), unit, post, mail, old}
	case Roster:
		return []sheet.Column{may("on", "基準日"), number, name, kana, must("employment", "任用区分"), unit, post, mail, may("manner", "兼務区分"), old, may("order", "発令区分")}
	case Units:
		return []sheet.Column{unitCode, must("name", "組織名"), may("short", "略称"), may("parent", "上位組織コード"), must("kind", "種別"), may("regime", "規程"), from, until, may("before", "前身組織コード"), may("place", "並び順")}
	case Posts:
		return []sheet.Column{must("post", "職コード"), must("title", "職名"), may("rank", "職位"), may("head", "所属長"), from, until}
	case Codes:
		return []sheet.Column{unitCode, must("system", "体系"), must("code", "コード"), from, until}
	case Systems:
		return []sheet.Column{must("system", "システムコード"), must("name", "システム名"), must("owner", "所管組織コード"), may("regime", "規程"), from, until}
	case Designations:
		return []sheet.Column{must("regime", "規程"), must("role", "役割"), must("scope", "対象"), may("unit", "組織コード"), may("post", "職コード"), may("number", "職員番号"), may("as", "立場"), may("decision", "決裁番号"), from, until}
	}
	return nil
}

// titleOf is the title of a column of the form, "" if it has none.
func (f Form) titleOf(column string) string {
	for _, c := range f.Columns() {
		if c.ID == column {
			return c.Titles[0]
		}
	}
	return ""
}

// effect is what a 発令 does to a person, in the order in which those of one day are done.
type effect int

const (
	leaves   effect = iota // is no longer one of ours
	voids                  // has never become one of ours
	releases               // bears a post no longer
	joins                  // becomes one of ours, with a main post
	renews                 // goes on under another 任用区分 or number, or comes back
	moves                  // has another main post
	adds                   // bears one post more
	rests                  // 休職, 復職: bears the same posts as before
)

// order is a 発令区分.
type order struct {
	title   string
	effect  effect
	manner  org.Manner
	lastDay bool // 発令日 is the last day of what was before, not the first of what is different
}

// orders lists the 発令区分.
func orders() []order {
	return []order{
		{title: "採用", effect: joins, manner: org.Main},
		{title: "転入", effect: joins, manner: org.Main},
		{title: "異動", effect: moves, manner: org.Main},
		{title: "昇任", effect: moves, manner: org.Main},
		{title: "配置換", effect: moves, manner: org.Main},
		{title: "心得", effect: moves, manner: org.Probation},
		{title: "再任用", effect: renews, manner: org.Main},
		{title: "任用更新", effect: renews, manner: org.Main},
		{title: "兼務", effect: adds, manner: org.Concurrent},
		{title: "併任", effect: adds, manner: org.Joint},
		{title: "事務取扱", effect: adds, manner: org.Acting},
		{title: "兼務解除", effect: releases, manner: org.Concurrent},
		{title: "併任解除", effect: releases, manner: org.Joint},
		{title: "事務取扱解除", effect: releases, manner: org.Acting},
		{title: "退職", effect: leaves, lastDay: true},
		{title: "転出", effect: leaves},
		{title: "採用取消", effect: voids},
		{title: "休職", effect: rests},
		{title: "復職", effect: rests},
	}
}

// orderOf is the 発令区分 of a word.
func orderOf(word string) (order, bool) {
	i := slices.IndexFunc(orders(), func(o order) bool { return o.title == text.Fold(word) })
	if i < 0 {
		return order{}, false
	}
	return orders()[i], true
}

// at is the beginning of a statement that belongs to a home.
func at(home string) org.Statement { return org.Statement{Row: trail.Row{Home: home}} }

// key is a text as it is compared: codes and numbers, and names without their spaces.
func key(s string) string {
	folded := []rune(text.Fold(s))
	out := folded[:0]
	for _, r := range folded {
		if r != ' ' {
			out = append(out, r)
		}
	}
	return string(out)
}
