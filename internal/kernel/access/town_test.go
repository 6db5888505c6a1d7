package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit/town"
	packs "sekimori/regime"
)

func modules() []db.Schema {
	return []db.Schema{{Module: "trail", FS: trail.Schema()}, {Module: "org", FS: org.Schema()}, {Module: "access", FS: access.Schema()}}
}

// rules are those of the shipped packs and of Sekimori itself.
func rules(t testing.TB) []org.Rules {
	t.Helper()
	shipped, err := regime.Load(packs.FS(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return append(shipped.OrgRules(), access.Rules())
}

const lines = `
unit 0000 市       body     kobe-city   -
unit 1000 港湾局   bureau   kobe-city   0000
unit 1100 港湾課   section  kobe-city   1000
unit 1110 管理係   team     kobe-city   1100
unit 1120 工事係   team     kobe-city   1100
unit 1200 海岸課   section  kobe-city   1000
unit 1300 埠頭課   section  kobe-city   1000
unit 1310 旧係     team     kobe-city   1300
unit 2000 情報局   bureau   kobe-city   0000
unit 2100 情報課   section  kobe-city   2000
unit 8000 教委     body     kobe-school -
unit 9001 東小     school   kobe-school 8000
unit 9002 西中     school   kobe-school 8000
system S1 台帳 1110 kobe-city
system S2 予約 1300 kobe-city
system S3 公開 2100 kobe-city
system T1 校務 9001 kobe-school
system T2 連携 1200 kobe-school
post 局長 2 head
post 課長 4 head
post 校長 4 head
post 教頭 5
post 情報政策担当課長 4
post 教育委員会事務局長 2 head
post 係員 7
assign 局長 1000 局長 main
assign 課長 1100 課長 main
assign 課員 1100 係員 main
assign 係員 1110 係員 main
assign 工事 1120 係員 main
assign 海岸 1200 課長 main
assign 隣人 1200 係員 main
assign 埠頭 1300 課長 main
assign 旧人 1300 係員 main
assign 管理 2100 情報政策担当課長 main
assign 情報 2100 課長 main
assign 兼務 2100 係員 main
assign 兼務 1100 係員 concurrent
assign 教委 8000 教育委員会事務局長 main
assign 校長 9001 校長 main
assign 教頭 9001 教頭 main
assign 中学 9002 校長 main
assign 隣人 9001 係員 concurrent
assign 退職 1100 係員 main ..2025-03-31
assign 監査 2100 係員 main
assign 運用 2100 係員 main
deputy kobe-city information-manager 1100 課長 係員
designate sekimori auditor b: 監査
designate sekimori operator b: 運用
`

// place is the town with who asks in it.
type place struct {
	*town.Town
	gate  *access.Gate
	homes map[string]string // what each home is called
}

func build(t testing.TB, d *db.DB) *place {
	t.Helper()
	all := rules(t)
	p := &place{Town: town.Build(t, trail.New(d), town.Lines(lines)...), homes: map[string]string{org.BodyHome: "団体", "c:1": "事案1", "c:2": "事案2"}}
	p.gate = access.NewGate(&org.Charts{}, func(context.Context, db.Reader) ([]org.Rules, error) { return all, nil })
	p.Clock.Set(t, "2025-04-02T09:00:00+09:00")
	p.name()
	return p
}

// name calls the homes of everything that there is by its code or name.
func (p *place) name() {
	for key, x := range p.IDs {
		kind, name, _ := strings.Cut(key, " ")
		switch kind {
		case "unit":
			p.homes[org.UnitHome(x)] = name
		case "system":
			p.homes[org.SystemHome(x)] = name
		case "person":
			p.homes[org.PersonHome(x)] = name
		}
	}
}

// now states lines from a day on and goes to its morning.
func (p *place) now(day string, lines ...string) {
	p.Helper()
	p.Do(trail.Act{}, func(tx *trail.Tx) error { return p.State(tx, org.AtOnce(tx), p.Day(day), lines...) })
	p.Clock.Set(p.TB, day+"T09:00:00+09:00")
	p.name()
}

// actor is somebody at this moment.
func (p *place) actor(name string) (a *access.Actor) {
	p.Helper()
	p.read(func(r db.Reader) (err error) {
		a, err = p.gate.Person(p.Context(), r, p.ID("person", name), db.At(p.Clock.Now()))
		return err
	})
	return a
}

func (p *place) read(fn func(r db.Reader) error) {
	p.Helper()
	if err := p.Log.DB().View(p.Context(), fn); err != nil {
		p.Fatal(err)
	}
}

// seen is what a scope reaches, by its name; both forms of the rule must agree.
func (p *place) seen(r db.Reader, s access.Scope) []string {
	p.Helper()
	homes := make([]string, 0, len(p.homes))
	for home := range p.homes {
		homes = append(homes, home)
	}
	has, err := s.Seen(p.Context(), r, homes...)
	if err != nil {
		p.Fatal(err)
	}
	where, err := whereSees(p.Context(), r, s, homes)
	if err != nil {
		p.Fatal(err)
	}
	var args []any
	query := s.People(r, &args)
	listed, err := db.List[string](p.Context(), r, query, args...)
	if err != nil {
		p.Fatal(err)
	}
	var few []string
	if seen := s.Trail(r, trail.Seen{}); seen.Few != nil {
		args = nil
		query := seen.Few(&args)
		if few, err = db.List[string](p.Context(), r, query, args...); err != nil {
			p.Fatal(err)
		}
	}
	var names []string
	for _, home := range homes {
		if s.Few() && has[home] != slices.Contains(few, home) {
			p.Errorf("%s: Seen says %v, Few %v", p.homes[home], has[home], !has[home])
		}
		if person, is := org.PersonOfHome(home); is && has[home] != slices.Contains(listed, string(person)) {
			p.Errorf("%s: Seen says %v, People %v", p.homes[home], has[home], !has[home])
		}
		if has[home] != slices.Contains(where, home) {
			p.Errorf("%s: Seen says %v, Where %v", p.homes[home], has[home], !has[home])
		}
		if has[home] {
			names = append(names, p.homes[home])
		}
	}
	slices.Sort(names)
	return names
}

// whereSees lists which of some homes a scope reaches as a condition.
func whereSees(ctx context.Context, r db.Reader, s access.Scope, homes []string) ([]string, error) {
	var args []any
	rows := make([]string, len(homes))
	for i, home := range homes {
		args = append(args, home)
		rows[i] = fmt.Sprintf("select cast($%d as text) as home", i+1)
	}
	query := `select h.home from (` + strings.Join(rows, " union all ") + `) h where ` + s.Where(r, &args, "h.home")
	return db.List[string](ctx, r, query, args...)
}

// in is what a permission of somebody reaches.
func (p *place) in(a *access.Actor, permission access.Permission) (names string) {
	p.Helper()
	p.read(func(r db.Reader) error {
		names = strings.Join(p.seen(r, a.Scope(permission)), " ")
		return nil
	})
	return names
}

func (p *place) grant(person, home, from, until string) {
	p.Helper()
	p.Do(trail.Act{}, func(tx *trail.Tx) error {
		return access.Grants.Put(p.Context(), tx, access.Grant{
			ID: id.New(tx.Now), Row: trail.Row{Home: home}, Person: p.ID("person", person), Opens: home, From: p.Day(from), Until: p.Day(until), Decision: "港企第1号",
		})
	})
}
