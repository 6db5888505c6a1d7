package access_test

import (
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/testkit"
)

const (
	people = access.PeopleRead
	proof  = access.TrailRead
)

// TestScope: what each class of actors reaches.
func TestScope(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := build(t, d)
		for _, c := range []struct {
			who        string
			permission access.Permission
			want       string
		}{
			{"課長", people, "1100 1110 1120 S1 係員 兼務 工事 課員 課長"},                                       // his section, the teams below, who is there beside another post
			{"課長", proof, "1100 1110 1120 S1 係員 兼務 工事 課員 課長"},                                        //
			{"課長", access.AccountManage, ""},                                                         // no role of his
			{"海岸", people, "1200 T2 海岸 隣人"},                                                          // the sibling sees none of it; the system of the schools is his as its manager
			{"局長", people, "1000 1100 1110 1120 1200 1300 1310 S1 S2 係員 兼務 埠頭 局長 工事 旧人 海岸 課員 課長 隣人"}, // the bureau above
			{"課員", people, "1100 1110 1120 S1 係員 兼務 工事 課員 課長"},                                       // everyone: the own office
			{"課員", proof, ""}, // and no more than everyone may
			{"工事", people, "1100 1110 1120 S1 係員 兼務 工事 課員 課長"},                     // of a team, too
			{"係員", proof, "1100 1110 1120 S1 係員 兼務 工事 課員 課長"},                      // the chief's deputy
			{"兼務", people, "1100 1110 1120 2100 S1 S3 係員 兼務 工事 情報 監査 管理 課員 課長 運用"}, // both of his offices
			{"教頭", people, "9001 T1 教頭 校長 隣人"},                                     // the other policy
			{"隣人", people, "1200 9001 T1 教頭 校長 海岸 隣人"},                             // not the schools' system of his section: there he is under the city's policy alone
			{"中学", people, "9002 中学"},                                              //
			{"管理", people, "0000 1000 1100 1110 1120 1200 1300 1310 2000 2100 S1 S2 S3 係員 兼務 団体 埠頭 局長 工事 情報 旧人 海岸 監査 管理 課員 課長 退職 運用 隣人"}, // the body's seat: all under its policy, and who works nowhere
			{"教委", people, "8000 9001 9002 T1 T2 中学 団体 教委 教頭 校長 退職 隣人"},                                                                  // the other body's seat
			{"監査", proof, "0000 1000 1100 1110 1120 1200 1300 1310 2000 2100 8000 9001 9002 S1 S2 S3 T1 T2 中学 係員 兼務 団体 埠頭 局長 工事 情報 教委 教頭 旧人 校長 海岸 監査 管理 課員 課長 退職 運用 隣人"},
			{"監査", access.PeopleImport, ""},
			{"運用", access.SettingDecide, ""}, // operates, decides nothing
			{"運用", access.DeputyName, ""},
		} {
			if got := p.in(p.actor(c.who), c.permission); got != c.want {
				t.Errorf("%s %s:\n%s, want\n%s", c.who, c.permission, got, c.want)
			}
		}
		for _, a := range []*access.Actor{access.Visitor(), {Class: access.Place, Name: "place:1", Unit: p.ID("unit", "1100")}, {Class: access.Person, Pending: "password"}} {
			for _, permission := range access.Permissions() {
				if got := p.in(a, permission); got != "" || a.Can(permission) {
					t.Errorf("class %d %s: %s", a.Class, permission, got)
				}
			}
		}
	})
}

// TestDoors: the way in itself.
func TestDoors(t *testing.T) {
	t.Parallel()
	clerk := &access.Actor{Class: access.Person}
	for name, c := range map[string]struct {
		actor *access.Actor
		want  [4]bool // Anyone, Entering, Self, Terminal
	}{
		"nobody":  {access.Visitor(), [4]bool{true, false, false, false}},
		"person":  {clerk, [4]bool{true, true, true, false}},
		"pending": {&access.Actor{Class: access.Person, Pending: "password"}, [4]bool{true, true, false, false}},
		"key":     {clerk.Limited([]access.Permission{people}), [4]bool{true, false, false, false}},
		"place":   {&access.Actor{Class: access.Place}, [4]bool{true, false, false, true}},
		"program": {access.NewProgram("cli:root"), [4]bool{true, false, false, false}},
	} {
		for i, door := range []access.Permission{access.Anyone, access.Entering, access.Self, access.Terminal} {
			if got := c.actor.Can(door); got != c.want[i] {
				t.Errorf("%s %s: %v", name, door, got)
			}
			if !c.actor.Scope(door).Empty() {
				t.Errorf("%s %s reaches something", name, door)
			}
		}
	}
}

// TestProgramAndKey: a command sees everything but what is closed; a key no more than it is for.
func TestProgramAndKey(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := build(t, d)
		p.grant("課長", "c:1", "2025-04-01", "2025-04-30")
		all := p.in(p.actor("監査"), proof)
		for _, permission := range access.Permissions() {
			if got := p.in(access.NewProgram("cli:root"), permission); got != all {
				t.Errorf("a command with %s: %s", permission, got)
			}
		}
		key := p.actor("課長").Limited([]access.Permission{people, access.AccountManage})
		if got := p.in(key, people); got != "1100 1110 1120 S1 事案1 係員 兼務 工事 課員 課長" {
			t.Errorf("a key for people: %s", got)
		}
		if p.in(key, proof)+p.in(key, access.AccountManage) != "" || key.Can(access.AccountManage) || key.Can(access.Self) {
			t.Error("a key gives more than it is for, or than its owner may")
		}
	})
}

// TestClosedHomes: they open to whom a grant names, on its days, for what he may do anyway.
func TestClosedHomes(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := build(t, d)
		p.grant("課員", "c:1", "2025-04-02", "2025-04-03")
		p.grant("監査", "c:2", "2025-04-03", "2025-04-03")
		opened := func(day string) (seen string) {
			p.Clock.Set(t, day)
			p.read(func(r db.Reader) error {
				for _, who := range []string{"課員", "監査", "管理"} {
					for _, home := range []string{"c:1", "c:2"} {
						for _, permission := range []access.Permission{people, proof, access.AccountManage} {
							if _, err := p.actor(who).Require(t.Context(), r, permission, home); err == nil {
								seen += who + home + string(permission) + " "
							}
						}
					}
				}
				return nil
			})
			return seen
		}
		for day, want := range map[string]string{
			"2025-04-01T23:59:59+09:00": "",
			"2025-04-02T00:00:00+09:00": "課員c:1people.read ",
			"2025-04-03T23:59:59+09:00": "課員c:1people.read 監査c:2people.read 監査c:2trail.read ",
			"2025-04-04T00:00:00+09:00": "",
		} {
			if got := opened(day); got != want {
				t.Errorf("%s: %q, want %q", day, got, want)
			}
		}
	})
}

// TestScopeFollowsTheTown: abolished units, what they owned, and people who move, from the first minute of the day on.
func TestScopeFollowsTheTown(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := build(t, d)
		p.now("2026-04-01", "end unit 1310", "end unit 1300", "unit 1400 新埠頭課 section kobe-city 1000 after 1300",
			"end assign 埠頭 1300 課長", "end assign 旧人 1300 係員", "assign 埠頭 1400 課長 main", "end assign 課員 1100 係員", "assign 課員 1200 係員 main")
		for day, want := range map[string]map[string]string{
			"2026-03-31T23:59:59+09:00": {"埠頭": "1300 1310 S2 埠頭 旧人", "課長": "1100 1110 1120 S1 係員 兼務 工事 課員 課長", "海岸": "1200 T2 海岸 隣人"},
			"2026-04-01T00:00:00+09:00": {"埠頭": "1300 1310 1400 S2 埠頭", "課長": "1100 1110 1120 S1 係員 兼務 工事 課長", "海岸": "1200 T2 海岸 課員 隣人"},
		} {
			p.Clock.Set(t, day)
			for who, homes := range want {
				if got := p.in(p.actor(who), people); got != homes {
					t.Errorf("%s %s: %s, want %s", day, who, got, homes)
				}
			}
		}
		p.Clock.Set(t, "2026-04-01T00:00:00+09:00")
		if a := p.actor("旧人"); a.Can(people) { // he works nowhere
			t.Error("somebody without an assignment may do something")
		}
	})
}

// TestScopeOfAnotherDay: who worked here is seen as of that day, and who will, though they work elsewhere now.
func TestScopeOfAnotherDay(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := build(t, d)
		p.now("2025-06-01", "end assign 課員 1100 係員", "assign 課員 1200 係員 main")
		p.now("2025-07-01", "end assign 工事 1120 係員", "assign 工事 1300 係員 main ..2025-09-30")
		p.now("2025-07-02", "assign 隣人 1100 係員 concurrent 2025-08-01..")
		chief := p.actor("課長")
		for day, want := range map[string]string{
			"2025-07-02": "1100 1110 1120 S1 係員 兼務 課長",
			"2025-05-31": "1100 1110 1120 S1 係員 兼務 工事 課員 課長",
			"2025-06-30": "1100 1110 1120 S1 係員 兼務 工事 課長",
			"2025-08-01": "1100 1110 1120 S1 係員 兼務 課長 隣人",
			"2024-01-01": "1100 1110 1120 S1 係員 兼務 課長",
		} {
			p.read(func(r db.Reader) error {
				v := org.View{On: p.Day(day), Now: db.At(p.Clock.Now())}
				if got := strings.Join(p.seen(r, chief.Scope(people).On(v)), " "); got != want {
					t.Errorf("%s: %s, want %s", day, got, want)
				}
				return nil
			})
		}
	})
}

// TestRequire: which authority is used, and what is said to who may not.
func TestRequire(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := build(t, d)
		p.now("2025-05-01", "assign 海岸 1100 課長 acting", "deputy kobe-city information-manager 1200 海岸 課長")
		p.grant("課長", "c:1", "2025-04-01", "2025-05-30")
		p.read(func(r db.Reader) error {
			for _, c := range []struct {
				who, home, as string
				permission    access.Permission
				kind          errs.Kind
			}{
				{who: "課長", permission: proof, home: "1110", as: "kobe-city/information-manager " + p.Home("1100")},
				{who: "課長", permission: proof, home: "1200", as: "kobe-city/information-manager " + p.Home("1200") + " deputy person:" + string(p.ID("person", "海岸"))},
				{who: "課長", permission: proof, home: "隣人", as: "kobe-city/information-manager " + p.Home("1200") + " deputy person:" + string(p.ID("person", "海岸"))},
				{who: "課長", permission: proof, home: "S1", as: "kobe-city/information-manager " + p.Home("1100")},
				{who: "課長", permission: proof, home: "1300", kind: errs.NotFound},
				{who: "課長", permission: proof, home: org.BodyHome, kind: errs.NotFound},
				{who: "課長", permission: access.JobManage, home: "1100", kind: errs.Forbidden},
				{who: "隣人", permission: people, home: "海岸", as: "kobe-city/staff " + p.Home("1200")},
				{who: "隣人", permission: proof, home: "海岸", kind: errs.Forbidden},
				{who: "監査", permission: proof, home: "校長", as: "sekimori/auditor b:"},
			} {
				home := p.Home(c.home)
				as, err := p.actor(c.who).Require(t.Context(), r, c.permission, home)
				switch {
				case c.as == "" && errs.KindOf(err) != c.kind:
					t.Errorf("%s %s %s: %v", c.who, c.permission, c.home, err)
				case c.as != "" && (err != nil || as.String() != c.as):
					t.Errorf("%s %s %s: %s, want %s: %v", c.who, c.permission, c.home, as, c.as, err)
				}
			}
			if as, err := access.NewProgram("cli:root").Require(t.Context(), r, proof, p.Home("1100")); err != nil || as.String() != "" {
				t.Errorf("a command: %q %v", as, err)
			}
			if _, err := access.NewProgram("cli:root").Require(t.Context(), r, proof, "c:1"); errs.KindOf(err) != errs.NotFound {
				t.Errorf("a closed case, to a command: %v", err)
			}
			return nil
		})
		whole := access.Authority{Holding: p.actor("係員").Authorities[0]}
		regime, role, home, deputy, giver, ok := access.ParseAuthority(whole.String())
		if regime != "kobe-city" || role != "information-manager" || home != p.Home("1100") || !deputy || giver != p.ID("person", "課長") || !ok {
			t.Errorf("%s is read as %s %s %s %v %s", whole, regime, role, home, deputy, giver)
		}
		if _, _, _, _, _, ok := access.ParseAuthority("市長"); ok {
			t.Error("any words are an authority")
		}
	})
}
