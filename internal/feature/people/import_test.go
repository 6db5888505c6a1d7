package people

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
)

// day is the day on which the tests import: a week before 1 April.
var day = time.Date(2026, 3, 24, 0, 0, 0, 0, time.UTC)

// table reads rows of a form as they would stand in a CSV, heading first.
func table(t *testing.T, form Form, text string) []*Line {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimSpace(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]string{}
	for _, c := range form.Columns() {
		for _, title := range c.Titles {
			ids[title] = c.ID
		}
	}
	var lines []*Line
	for i, row := range rows[1:] {
		cells := map[string]string{}
		for j, cell := range row {
			if ids[rows[0][j]] == "" {
				t.Fatalf("%s has no column %s", form, rows[0][j])
			}
			cells[ids[rows[0][j]]] = cell
		}
		l := lineFrom(form, "f.csv", fmt.Sprintf("%d行目", i+2), cells)
		l.Row = i + 2
		lines = append(lines, l)
	}
	return lines
}

func rules() []org.Rules {
	return []org.Rules{{Regime: "tiny", Title: "小さな規程", Roles: []org.Role{
		{ID: "keeper", Title: "保管者", Scope: org.ScopeSection, HeldBy: org.HeldBy{HeadOf: "section"}},
		{ID: "chief", Title: "総括者", Scope: org.ScopeBody, HeldBy: org.HeldBy{Post: "局長"}, Deputy: &org.DeputyRule{Post: "副市長"}},
		{ID: "owner", Title: "主管者", Scope: org.ScopeSystem, HeldBy: org.HeldBy{HeadOf: "owner"}, Deputy: &org.DeputyRule{NamedBy: "holder"}},
	}}}
}

// town is a small body on 1 April 2025.
func town(t *testing.T) []*Line {
	t.Helper()
	return slices.Concat(
		table(t, Units, `
組織コード,組織名,上位組織コード,種別,規程,開始日
0111,港務係,0110,係,,2020-04-01
0100,港湾局,0000,局室区等,,2020-04-01
0110,港務課,0100,課,,2020-04-01
0120,岸壁課,0100,課,,2020-04-01
0000,みなと市,,団体,tiny,2020-04-01
9000,教育委員会,,団体,tiny,2020-04-01
9100,港小学校,9000,学校園,,2020-04-01`),
		table(t, Posts, `
職コード,職名,職位,所属長,開始日
010,局長,1,○,2020-04-01
020,課長,2,○,2020-04-01
030,係員,9,,2020-04-01
050,校長,2,○,2020-04-01`),
		table(t, Orders, `
発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール
R2.4.1,000001,髙橋 一郎,タカハシ イチロウ,正規,採用,0100,010,a@example.jp
R2.4.1,000002,山﨑 二郎,ヤマサキ ジロウ,正規,採用,0110,020,
R2.4.1,000003,鈴木 三郎,スズキ サブロウ,正規,採用,0120,030,
R2.4.1,000003,,,,兼務,0111,030,
R7.4.1,800004,田中 葉子,タナカ ヨウコ,会計年度任用,採用,0110,030,
R2.4.1,700005,中村 五月,ナカムラ サツキ,教員,採用,9100,050,`))
}

// after is the state once a plan has been carried out and its time has come.
func after(p *plan, batch id.ID, opens db.Time, s *state) *state {
	return &state{
		standing(p.units, s.units, opens, batch), standing(p.codes, s.codes, opens, batch), standing(p.systems, s.systems, opens, batch),
		standing(p.posts, s.posts, opens, batch), standing(p.people, s.people, opens, batch), standing(p.assignments, s.assignments, opens, batch),
		standing(p.designations, s.designations, opens, batch),
	}
}

func standing[T comparable](t *track[T], before []T, opens db.Time, batch id.ID) []T {
	byID := map[id.ID]T{}
	for _, row := range before {
		byID[t.head(&row).ID] = row
	}
	for _, row := range t.changes(opens, batch) {
		byID[t.head(&row).ID] = row
	}
	var rows []T
	for _, row := range byID {
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b T) int { return cmp.Compare(t.head(&a).ID, t.head(&b).ID) })
	return rows
}

// settled is the town, known long since.
func settled(t *testing.T) *state {
	t.Helper()
	p := newPlan(day, rules(), nil, &state{}, choice{})
	p.run(town(t))
	noFaults(t, p)
	return after(p, "", "2025-04-01T00:00:00.000000Z", &state{})
}

func noFaults(t *testing.T, p *plan) {
	t.Helper()
	for _, l := range p.held {
		t.Errorf("%s: %v", l.Cells(), l.faults)
	}
}

// seats tells who bears what on a day as lines "000002 main 0110 020".
func seats(p *plan, on jpdate.Date) []string {
	var lines []string
	for _, s := range p.assignments.all {
		if d := p.assignments.dated(s); s.closed || d.From.After(on) || d.Until.Before(on) {
			continue
		}
		person, unit, post := p.people.on(s.row.Person, on, nil), p.units.on(s.row.Unit, on, nil), p.posts.on(s.row.Post, on, nil)
		if person == nil || unit == nil || post == nil {
			lines = append(lines, fmt.Sprintf("dangling %+v", s.row))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s %s %s %s", person.row.Number, s.row.Manner, unit.row.Code, post.row.Code))
	}
	slices.Sort(lines)
	return lines
}

var base = []string{
	"000001 main 0100 010", "000002 main 0110 020", "000003 concurrent 0111 030", "000003 main 0120 030", "700005 main 9100 050", "800004 main 0110 030",
}

func TestOrders(t *testing.T) {
	t.Parallel()
	const heading = "発令日,職員番号,氏名,氏名カナ,任用区分,発令区分,所属コード,職コード,メール,旧職員番号\n"
	for name, c := range map[string]struct {
		rows    string
		out     []string // of base on 1 April
		in      []string
		outcome Outcome  // of the last row
		before  []string // who is different on 31 March already
	}{
		"採用":          {rows: "R8.4.1,000009,佐藤 九,サトウ ク,正規,採用,0110,030,,", in: []string{"000009 main 0110 030"}, outcome: Joined},
		"転入":          {rows: "2026/4/1,000009,佐藤 九,サトウ ク,正規,転入,0110,030,,", in: []string{"000009 main 0110 030"}, outcome: Joined},
		"異動":          {rows: "R8.4.1,000002,,,,異動,0120,020,,", out: []string{"000002 main 0110 020"}, in: []string{"000002 main 0120 020"}, outcome: Moved},
		"昇任":          {rows: "R8.4.1,000003,,,,昇任,0120,020,,", out: []string{"000003 main 0120 030"}, in: []string{"000003 main 0120 020"}, outcome: Moved},
		"配置換":         {rows: "R8.4.1,000003,,,,配置換,0110,030,,", out: []string{"000003 main 0120 030"}, in: []string{"000003 main 0110 030"}, outcome: Moved},
		"心得":          {rows: "R8.4.1,000003,,,,心得,0120,020,,", out: []string{"000003 main 0120 030"}, in: []string{"000003 probation 0120 020"}, outcome: Moved},
		"再任用":         {rows: "R8.3.31,000002,,,,退職,,,,\nR8.4.1,000902,山﨑 二郎,ヤマサキ ジロウ,再任用,再任用,0120,030,,000002", out: []string{"000002 main 0110 020"}, in: []string{"000902 main 0120 030"}, outcome: Renewed},
		"任用更新":        {rows: "R8.4.1,800104,田中 葉子,タナカ ヨウコ,会計年度任用,任用更新,0120,030,,800004", out: []string{"800004 main 0110 030"}, in: []string{"800104 main 0120 030"}, outcome: Renewed},
		"任用更新、元のまま":   {rows: "R8.4.1,800004,,,,任用更新,,,,", outcome: Same},
		"採用、任期の更新として": {rows: "R8.4.1,800004,,,会計年度任用,採用,0120,030,,", out: []string{"800004 main 0110 030"}, in: []string{"800004 main 0120 030"}, outcome: Moved},
		"兼務":          {rows: "R8.4.1,000002,,,,兼務,0120,020,,", in: []string{"000002 concurrent 0120 020"}, outcome: Added},
		"併任":          {rows: "R8.4.1,000002,,,,併任,9100,050,,", in: []string{"000002 joint 9100 050"}, outcome: Added},
		"事務取扱":        {rows: "R8.4.1,000001,,,,事務取扱,0120,020,,", in: []string{"000001 acting 0120 020"}, outcome: Added},
		"兼務が本務になる":    {rows: "R8.4.1,000003,,,,異動,0111,030,,", out: []string{"000003 concurrent 0111 030", "000003 main 0120 030"}, in: []string{"000003 main 0111 030"}, outcome: Moved},
		"兼務解除":        {rows: "R8.4.1,000003,,,,兼務解除,0111,030,,", out: []string{"000003 concurrent 0111 030"}, outcome: Released},
		"兼務解除、一つしかない": {rows: "R8.4.1,000003,,,,兼務解除,,,,", out: []string{"000003 concurrent 0111 030"}, outcome: Released},
		"併任解除":        {rows: "R8.3.1,000002,,,,併任,9100,050,,\nR8.4.1,000002,,,,併任解除,9100,,,", before: []string{"000002 joint 9100 050"}, outcome: Released},
		"事務取扱解除":      {rows: "R8.3.1,000001,,,,事務取扱,0120,020,,\nR8.4.1,000001,,,,事務取扱解除,0120,020,,", before: []string{"000001 acting 0120 020"}, outcome: Released},
		"退職":          {rows: "R8.3.31,000003,,,,退職,,,,", out: []string{"000003 concurrent 0111 030", "000003 main 0120 030"}, outcome: Left},
		"転出":          {rows: "R8.4.1,000003,,,,転出,,,,", out: []string{"000003 concurrent 0111 030", "000003 main 0120 030"}, outcome: Left},
		"休職":          {rows: "R8.4.1,000002,,,,休職,,,,", outcome: Same},
		"復職":          {rows: "R8.4.1,000002,,,,復職,,,b@example.jp,", outcome: Changed},
		"氏名の変更":       {rows: "R8.4.1,000002,山崎 次郎,,,異動,0110,020,,", outcome: Changed},
		"同じ行が二度":      {rows: "R8.4.1,000002,,,,異動,0120,020,,\nR8.4.1,000002,,,,異動,0120,020,,", out: []string{"000002 main 0110 020"}, in: []string{"000002 main 0120 020"}, outcome: Same},
		"四月と五月":       {rows: "R8.5.1,000002,,,,異動,0100,030,,\nR8.4.1,000002,,,,異動,0120,020,,", out: []string{"000002 main 0110 020"}, in: []string{"000002 main 0120 020"}, outcome: Moved},
	} {
		p := newPlan(day, rules(), nil, settled(t), choice{within: 30})
		lines := table(t, Orders, heading+c.rows)
		p.run(lines)
		noFaults(t, p)
		want := slices.Concat(slices.DeleteFunc(slices.Clone(base), func(s string) bool { return slices.Contains(c.out, s) }), c.in)
		slices.Sort(want)
		if diff := gocmp.Diff(want, seats(p, jpdate.New(2026, 4, 1))); diff != "" {
			t.Errorf("%s: on 1 April (-want +got)\n%s", name, diff)
		}
		want = slices.Concat(base, c.before)
		slices.Sort(want)
		if diff := gocmp.Diff(want, seats(p, jpdate.New(2026, 3, 31))); diff != "" {
			t.Errorf("%s: on 31 March (-want +got)\n%s", name, diff)
		}
		if got := lines[len(lines)-1].outcome; got != c.outcome {
			t.Errorf("%s: came to %s, want %s", name, got, c.outcome)
		}
		again := newPlan(day, rules(), []id.ID{"batch"}, after(p, "batch", p.opens(""), settledFrom(p)), choice{within: 30})
		again.run(table(t, Orders, heading+c.rows))
		noFaults(t, again)
		for _, l := range again.lines {
			if l.outcome != Same {
				t.Errorf("%s: the same file again: %s comes to %s", name, l.Cells()["order"], l.outcome)
			}
		}
	}
}

// settledFrom is the state that a plan began with.
func settledFrom(p *plan) *state {
	return &state{
		units: begun(p.units), codes: begun(p.codes), systems: begun(p.systems), posts: begun(p.posts), people: begun(p.people),
		assignments: begun(p.assignments), designations: begun(p.designations),
	}
}

func begun[T comparable](t *track[T]) []T {
	var rows []T
	for _, s := range t.all {
		if s.stored {
			rows = append(rows, s.row)
		}
	}
	return rows
}
