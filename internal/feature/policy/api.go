package policy

import (
	"context"
	"slices"

	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/web"
)

// operations are what programs may ask about policies.
func operations(s *Service) []web.Operation {
	read, a := access.PolicyRead, api{s}
	return []web.Operation{
		web.Query("/regimes", read, "規程の一覧", "きょう適用されている規程を返します。適用前の規程は、関守が提供する最新の版です。", a.regimes),
		web.Query("/regimes/{regime}/roles", read, "規程の役割の一覧", "規程が定める役割を、規程に出てくる順に返します。", a.roles),
		web.Query("/regimes/{regime}/duties", access.DutyRead, "義務の一覧", "条項が定める義務を、条項の順に返します。守られているかは、まだ返しません。", a.duties),
		web.Query("/regimes/{regime}/clauses", read, "条項の一覧", "条項を、文書に出てくる順に返します。取り込まれていれば本文も返します。", a.clauses),
	}
}

type api struct{ s *Service }

// regimeRow is one policy.
type regimeRow struct {
	ID        string        `json:"id" doc:"規程の識別子"`
	Edition   string        `json:"edition" doc:"版"`
	Title     string        `json:"title" doc:"名称"`
	Hash      string        `json:"hash" doc:"パックの検証値（SHA-256）"`
	Imported  bool          `json:"imported" doc:"公表された本文が取り込まれている"`
	Clauses   int           `json:"clauses" doc:"条項の数"`
	Duties    int           `json:"duties" doc:"義務の数"`
	Documents []documentRow `json:"documents" doc:"規程の文書"`
}

// documentRow is one document of a policy.
type documentRow struct {
	ID        string `json:"id" doc:"文書の識別子"`
	Title     string `json:"title" doc:"名称"`
	Edition   string `json:"edition" doc:"版。印刷されていなければ空"`
	Effective string `json:"effective" doc:"施行日"`
}

func (a api) regimes(ctx context.Context, _ *access.Actor, in *web.Paging) (web.List[regimeRow], error) {
	packs, err := a.s.Packs(ctx)
	if err != nil {
		return web.List[regimeRow]{}, err
	}
	rows := make([]regimeRow, len(packs))
	for i, p := range packs {
		b, err := a.s.Book(ctx, p.ID+"@"+p.Edition)
		if err != nil {
			return web.List[regimeRow]{}, err
		}
		rows[i] = regimeRow{p.ID, p.Edition, p.Title, p.Hash, b.Text != nil, len(b.Entries), len(p.Duties), []documentRow{}}
		for _, d := range p.Documents {
			rows[i].Documents = append(rows[i].Documents, documentRow{d.ID, d.Title, d.Edition, d.Effective.String()})
		}
	}
	return web.PageOf(*in, rows, func(r regimeRow) string { return r.ID })
}

type rolesInput struct {
	Regime string `path:"regime" maxLength:"100" doc:"規程の識別子。id か id@版"`
	web.Paging
}

func (a api) roles(ctx context.Context, _ *access.Actor, in *rolesInput) (web.List[RoleRow], error) {
	b, err := a.s.adopted(ctx, in.Regime)
	if err != nil {
		return web.List[RoleRow]{}, err
	}
	return web.PageOf(in.Paging, RoleRows(b.Roles), func(r RoleRow) string { return r.ID })
}

type dutiesInput struct {
	Regime   string    `path:"regime" maxLength:"100" doc:"規程の識別子。id か id@版"`
	Document string    `query:"document" maxLength:"100" doc:"この文書だけ"`
	Chapter  string    `query:"chapter" maxLength:"100" doc:"この章だけ。文書を指定しなければ主な文書の章"`
	Role     string    `query:"role" maxLength:"100" doc:"この役割が行うものだけ。総称に含まれるものも返す"`
	Kind     duty.Kind `query:"kind" enum:"must,must-not,should,may" doc:"この強さのものだけ"`
	web.Paging
}

func (a api) duties(ctx context.Context, _ *access.Actor, in *dutiesInput) (web.List[DutyRow], error) {
	b, err := a.s.adopted(ctx, in.Regime)
	if err != nil {
		return web.List[DutyRow]{}, err
	}
	f := regime.Filter{Document: in.Document, Chapter: in.Chapter}
	if b.Check(f) != nil {
		return web.List[DutyRow]{}, web.Wrong("document", "この文書はありません。")
	}
	all := b.Within(f)
	if in.Role != "" {
		if _, ok := b.Role(in.Role); !ok {
			return web.List[DutyRow]{}, web.Wrong("role", "この役割はありません。")
		}
		own := map[string]bool{}
		for _, d := range b.DutiesFor(in.Role) {
			own[d.ID] = true
		}
		all = slices.DeleteFunc(all, func(d duty.Duty) bool { return !own[d.ID] })
	}
	if in.Kind != "" {
		all = slices.DeleteFunc(all, func(d duty.Duty) bool { return d.Kind != in.Kind })
	}
	page, err := web.PageOf(in.Paging, all, func(d duty.Duty) string { return d.ID })
	return web.Each(page, RowOf), err
}

type clausesInput struct {
	Regime   string `path:"regime" maxLength:"100" doc:"規程の識別子。id か id@版"`
	Document string `query:"document" maxLength:"100" doc:"この文書だけ"`
	Chapter  string `query:"chapter" maxLength:"100" doc:"この章だけ。文書を指定しなければ主な文書の章"`
	web.Paging
}

func (a api) clauses(ctx context.Context, _ *access.Actor, in *clausesInput) (web.List[ClauseRow], error) {
	b, err := a.s.adopted(ctx, in.Regime)
	if err != nil {
		return web.List[ClauseRow]{}, err
	}
	f := regime.Filter{Document: in.Document, Chapter: in.Chapter}
	if b.Check(f) != nil {
		return web.List[ClauseRow]{}, web.Wrong("document", "この文書はありません。")
	}
	all := slices.DeleteFunc(slices.Clone(b.Entries), func(e Entry) bool { return !b.Has(f, e.Document, e.ID) })
	page, err := web.PageOf(in.Paging, all, func(e Entry) string { return e.Ref })
	return web.Each(page, Entry.Row), err
}

// adopted is Book for somebody who asks over the network: what is not there is not found.
func (s *Service) adopted(ctx context.Context, name string) (*Book, error) {
	b, err := s.Book(ctx, name)
	if errs.KindOf(err) == errs.Invalid {
		return nil, errs.New(errs.NotFound, "この規程は採用されていません。")
	}
	return b, err
}
