package people

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/web"
)

// operations are what programs may ask about the organisation.
func operations(d *Directory) []web.Operation {
	a, who, read := api{d}, access.OrgRead, access.PeopleRead
	return []web.Operation{
		web.Query("/me", access.Member, "自分", "だれとして使っているか、いま担う役割と、いま使える権限を返します。", a.me),
		web.Query("/units", who, "組織の一覧", "ある日の組織を、上から順に返します。", a.units),
		web.Query("/units/{code}", who, "一つの組織", "組織を、上下の組織、所管する業務システム、役割を担う人とともに返します。", a.unit),
		web.Query("/posts", who, "職の一覧", "ある日の職を、職位の順に返します。", a.posts),
		web.Query("/systems", who, "業務システムの一覧", "ある日の業務システムを、コードの順に返します。", a.systems),
		web.Query("/people", read, "職員の一覧", "ある日の職員のうち見てよい人を、五十音順に返します。", a.people),
		web.Query("/people/{number}", read, "一人の職員", "職員番号で、ある日の職員を返します。見てよい範囲の外の人は 404 です。", a.person),
		web.Query("/roles/{regime}/{role}/holders", who, "役割を担う人", "役割を担う人を返します。組織かシステムを指定すると、そこから上へたどって最初に見つかる席の人です。空席は holder が null です。", a.holders),
		web.Query("/vacancies", who, "空席の一覧", "規程が置くことを求める役割のうち、本人も代行者もいない席を返します。", a.vacancies),
	}
}

type api struct{ d *Directory }

// on reads the organisation of the day that was asked for, today where none was.
func (a api) on(ctx context.Context, by *access.Actor, on string, fn func(s snapshot) error) error {
	day := a.d.today()
	if on != "" {
		var err error
		if day, err = jpdate.Parse(on); err != nil {
			return web.Wrong("on", "%s", errs.Message(err))
		}
	}
	return a.d.on(ctx, by, day, fn)
}

type unitsInput struct {
	Find string `query:"q" maxLength:"100" doc:"名称か略称かコードに、これを含むもの。表記は問わない"`
	On   string `query:"on" maxLength:"30" doc:"この日の状態。省くと今日"`
	web.Paging
}

func (a api) units(ctx context.Context, by *access.Actor, in *unitsInput) (page web.List[UnitRow], err error) {
	err = a.on(ctx, by, in.On, func(s snapshot) error {
		all := slices.DeleteFunc(slices.Clone(s.chart.Tree.Units()), func(u org.Unit) bool { return !text.Contains(text.Fold(u.Name+" "+u.Short+" "+u.Code), in.Find) })
		some, err := web.PageOf(in.Paging, all, func(u org.Unit) string { return string(u.Unit) })
		page = web.Each(some, s.unitData)
		return err
	})
	return page, err
}

// unitData is a unit as the API gives it.
func (s snapshot) unitData(u org.Unit) UnitRow {
	row := UnitRow{
		ID: string(u.Unit), Code: u.Code, Name: u.Name, Short: u.Short, Kind: u.Kind, Regime: u.Regime, From: u.From.String(), To: lastDay(u.Until),
	}
	if above, ok := s.chart.Tree.Unit(s.parent(u.Unit)); ok {
		row.Parent = &above.Code
	}
	return row
}

func nameOf(u org.Unit) NameRow { return NameRow{u.Code, u.Name} }

type unitInput struct {
	Code string `path:"code" maxLength:"100" doc:"組織コード"`
	On   string `query:"on" maxLength:"30" doc:"この日の状態。省くと今日"`
}

func (a api) unit(ctx context.Context, by *access.Actor, in *unitInput) (v UnitDetail, err error) {
	err = a.on(ctx, by, in.On, func(s snapshot) error {
		u, ok := s.chart.Tree.ByCode(in.Code)
		if !ok {
			return errs.New(errs.NotFound, "この日に、このコードの組織はありません。")
		}
		v = UnitDetail{UnitRow: s.unitData(u), Path: []NameRow{}, Below: []NameRow{}, Systems: []NameRow{}}
		for _, above := range s.chart.Tree.Path(s.parent(u.Unit)) {
			v.Path = append(v.Path, nameOf(above))
		}
		for _, below := range s.chart.Tree.Below(u.Unit) {
			v.Below = append(v.Below, nameOf(below))
		}
		for _, x := range s.chart.Systems() {
			if s.chart.Tree.Now(x.Owner) == u.Unit {
				v.Systems = append(v.Systems, NameRow{x.Code, x.Name})
			}
		}
		var seats []org.Holding
		for _, p := range s.packs {
			for _, role := range nearestFirst(p.Roles) {
				for _, h := range s.chart.Holders(p.ID, role.ID, org.UnitHome(u.Unit)) {
					if h.Home == org.UnitHome(u.Unit) {
						seats = append(seats, h)
					}
				}
			}
		}
		v.Roles, err = s.held(ctx, seats)
		return err
	})
	return v, err
}

// held is holdings as the API gives them.
func (s snapshot) held(ctx context.Context, list []org.Holding) ([]HolderRow, error) {
	var people []id.ID
	for _, h := range list {
		for _, w := range []*org.Who{h.Person, h.For} {
			if w != nil {
				people = append(people, w.ID)
			}
		}
	}
	err := s.meet(ctx, people...)
	rows := make([]HolderRow, len(list))
	for i, h := range list {
		rows[i] = HolderRowOf(s.chart, h, s.number)
	}
	return rows, err
}

type dayInput struct {
	On string `query:"on" maxLength:"30" doc:"この日の状態。省くと今日"`
	web.Paging
}

func (a api) posts(ctx context.Context, by *access.Actor, in *dayInput) (page web.List[PostRow], err error) {
	err = a.on(ctx, by, in.On, func(s snapshot) error {
		all, err := s.Posts(ctx, s)
		if err != nil {
			return err
		}
		slices.SortStableFunc(all, byRank)
		some, err := web.PageOf(in.Paging, all, func(p org.Post) string { return string(p.Post) })
		page = web.Each(some, func(p org.Post) PostRow { return PostRow{string(p.Post), p.Code, p.Title, p.Rank, p.Head} })
		return err
	})
	return page, err
}

func (a api) systems(ctx context.Context, by *access.Actor, in *dayInput) (page web.List[SystemRow], err error) {
	err = a.on(ctx, by, in.On, func(s snapshot) error {
		some, err := web.PageOf(in.Paging, s.chart.Systems(), func(x org.System) string { return string(x.System) })
		page = web.Each(some, func(x org.System) SystemRow {
			row := SystemRow{ID: string(x.System), Code: x.Code, Name: x.Name, Regime: x.Regime}
			if u, ok := s.chart.Tree.Unit(s.chart.Tree.Now(x.Owner)); ok {
				row.Owner = new(nameOf(u))
			}
			return row
		})
		return err
	})
	return page, err
}

type holdersInput struct {
	Regime string `path:"regime" maxLength:"100" doc:"規程の識別子"`
	Role   string `path:"role" maxLength:"100" doc:"役割の識別子"`
	Unit   string `query:"unit" maxLength:"100" doc:"この組織について（組織コード）"`
	System string `query:"system" maxLength:"100" doc:"この業務システムについて（システムコード）"`
	On     string `query:"on" maxLength:"30" doc:"この日の状態。省くと今日"`
	web.Paging
}

func (a api) holders(ctx context.Context, by *access.Actor, in *holdersInput) (page web.List[HolderRow], err error) {
	err = a.on(ctx, by, in.On, func(s snapshot) error {
		p, known := s.pack(in.Regime)
		if !known {
			return errs.New(errs.NotFound, "この規程は、この日に適用されていません。")
		}
		if _, known := p.Role(in.Role); !known {
			return errs.New(errs.NotFound, "この役割はありません。")
		}
		all, err := s.holdersFor(in)
		if err != nil {
			return err
		}
		page, err = s.holderPage(ctx, in.Paging, all)
		return err
	})
	return page, err
}

// holdersFor lists who holds the role, everywhere or for one unit or system.
func (s snapshot) holdersFor(in *holdersInput) ([]org.Holding, error) {
	switch {
	case in.Unit != "" && in.System != "":
		return nil, web.Wrong("system", "unit と同時には指定できません。")
	case in.Unit != "":
		u, ok := s.chart.Tree.ByCode(in.Unit)
		if !ok {
			return nil, web.Wrong("unit", "この日に、このコードの組織はありません。")
		}
		return s.chart.Holders(in.Regime, in.Role, org.UnitHome(u.Unit)), nil
	case in.System != "":
		all := s.chart.Systems()
		i := slices.IndexFunc(all, func(x org.System) bool { return x.Code == in.System })
		if i < 0 {
			return nil, web.Wrong("system", "この日に、このコードの業務システムはありません。")
		}
		return s.chart.Holders(in.Regime, in.Role, org.SystemHome(all[i].System)), nil
	}
	return s.chart.All(in.Regime, in.Role), nil
}

func (s snapshot) holderPage(ctx context.Context, p web.Paging, all []org.Holding) (web.List[HolderRow], error) {
	some, err := web.PageOf(p, all, func(h org.Holding) string {
		key := []string{h.Regime, h.Role.ID, h.Home, string(h.As), string(h.Manner), h.From.String()}
		for _, w := range []*org.Who{h.Person, h.For} {
			if w != nil {
				key = append(key, string(w.ID))
			}
		}
		return strings.Join(key, " ")
	})
	page := web.List[HolderRow]{Next: some.Next}
	if err == nil {
		page.Items, err = s.held(ctx, some.Items)
	}
	return page, err
}

func (a api) vacancies(ctx context.Context, by *access.Actor, in *dayInput) (page web.List[HolderRow], err error) {
	err = a.on(ctx, by, in.On, func(s snapshot) error {
		page, err = s.holderPage(ctx, in.Paging, s.chart.Vacancies())
		return err
	})
	return page, err
}

type peopleInput struct {
	Find string `query:"q" maxLength:"100" doc:"職員番号か氏名かカナに、これを含む人。表記は問わない"`
	Unit string `query:"unit" maxLength:"100" doc:"この組織か、その下にいる人（組織コード）"`
	On   string `query:"on" maxLength:"30" doc:"この日の状態。省くと今日"`
	web.Paging
}

func (a api) people(ctx context.Context, by *access.Actor, in *peopleInput) (page web.List[StaffRow], err error) {
	err = a.on(ctx, by, in.On, func(s snapshot) error {
		q := org.PeopleQuery{Find: in.Find, Limit: in.Limit}
		if in.Unit != "" {
			u, ok := s.chart.Tree.ByCode(in.Unit)
			if !ok {
				return web.Wrong("unit", "この日に、このコードの組織はありません。")
			}
			q.Units = s.chart.Tree.Subtree(u.Unit)
		}
		if in.After != "" {
			last, err := s.seenPerson(ctx, id.ID(in.After))
			if errs.KindOf(err) == errs.NotFound {
				return web.Wrong("after", "この続きはありません。最初からやり直してください。")
			}
			if err != nil {
				return err
			}
			q.After = org.Cursor{Kana: last.Kana, Person: last.Person}
		}
		list, next, err := s.find(ctx, s.narrow(q))
		if err != nil {
			return err
		}
		page = web.List[StaffRow]{}
		if next != (org.Cursor{}) {
			page.Next = new(string(next.Person))
		}
		page.Items, err = s.staffRows(ctx, list...)
		return err
	})
	return page, err
}

// seenPerson is a person of the day whom the reader sees.
func (s snapshot) seenPerson(ctx context.Context, person id.ID) (org.Person, error) {
	x, err := s.Person(ctx, s, person)
	if errs.KindOf(err) == errs.NotFound {
		return x, noSuchPerson() // in the same words: whether there is one is not for everybody to know
	}
	if err != nil {
		return x, err
	}
	ok, err := s.sees(ctx, person)
	if err == nil && !ok {
		err = noSuchPerson()
	}
	return x, err
}

// staffRows are people as the API gives them.
func (s snapshot) staffRows(ctx context.Context, list ...org.Person) ([]StaffRow, error) {
	ids := make([]id.ID, len(list))
	for i, x := range list {
		ids[i] = x.Person
	}
	assigned, err := s.AssignmentsOf(ctx, s, ids...)
	if err != nil {
		return nil, err
	}
	posts, err := s.postsByID(ctx)
	rows := make([]StaffRow, len(list))
	for i, x := range list {
		rows[i] = StaffRow{string(x.Person), x.Number, x.Name, x.Kana, x.Employment.Title(), x.Mail, []AssignmentRow{}}
		for _, a := range assigned {
			if a.Person != x.Person {
				continue
			}
			u, _ := s.chart.Tree.Last(a.Unit)
			p := posts[a.Post]
			rows[i].Assignments = append(rows[i].Assignments, AssignmentRow{nameOf(u), NameRow{p.Code, p.Title}, a.Manner})
		}
	}
	return rows, err
}

type personInput struct {
	Number string `path:"number" maxLength:"100" doc:"職員番号"`
	On     string `query:"on" maxLength:"30" doc:"この日の状態。省くと今日"`
}

func (a api) person(ctx context.Context, by *access.Actor, in *personInput) (v StaffDetail, err error) {
	err = a.on(ctx, by, in.On, func(s snapshot) error {
		x, err := s.numbered(ctx, in.Number)
		if err != nil {
			return err
		}
		rows, err := s.staffRows(ctx, x)
		if err != nil {
			return err
		}
		v = StaffDetail{StaffRow: rows[0]}
		v.Roles, err = s.held(ctx, s.chart.Authorities(x.Person))
		return err
	})
	return v, err
}

// numbered is the person of the day with a number, if the reader sees him.
func (s snapshot) numbered(ctx context.Context, number string) (org.Person, error) {
	q := s.narrow(org.PeopleQuery{Find: number, Limit: perPage})
	for key(number) != "" {
		list, next, err := s.find(ctx, q)
		if err != nil {
			return org.Person{}, err
		}
		for _, x := range list {
			if key(x.Number) == key(number) {
				return x, nil
			}
		}
		if next == (org.Cursor{}) {
			break
		}
		q.After = next
	}
	return org.Person{}, noSuchPerson()
}

func (a api) me(ctx context.Context, by *access.Actor, _ *struct{}) (v MeRow, err error) {
	err = a.on(ctx, by, "", func(s snapshot) error {
		rows, err := s.staffRows(ctx, by.Person)
		if err != nil {
			return err
		}
		v = MeRow{Actor: by.Name, Keyed: by.Keyed(), Person: rows[0], Permissions: []PermissionRow{}}
		for _, p := range access.Permissions() {
			if by.Can(p) {
				v.Permissions = append(v.Permissions, PermissionRow{string(p), p.Title()})
			}
		}
		s.met[by.Person.Person] = true // whatever a key is for
		v.Roles, err = s.held(ctx, by.Authorities)
		return err
	})
	return v, err
}
