package register

import (
	"context"
	"fmt"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// Kinds of plans in the trail.
const (
	PlanKind = "register-plan"
	PartKind = "register-plan-part"
)

var (
	plans = trail.NewTable[Plan]("register_plan", PlanKind)
	parts = trail.NewTable[Part]("register_plan_part", PartKind)
)

// homeRow is how many entries an owner has.
type homeRow struct {
	Home    string `db:"home"`
	Entries int    `db:"entries"`
}

// homes counts the entries of each owner in scope, whatever has become of them.
func (b *Book) homes(ctx context.Context, r db.Reader, scope access.Scope) ([]homeRow, error) {
	var args []any
	x := list{Book: b, Query: Query{Scope: scope}, r: r}
	return db.List[homeRow](ctx, r, `select home, count(*) as entries from `+b.Table.Name()+` where `+x.scope(&args)+` group by home`, args...)
}

// kept counts the entries that are kept up of each of some owners.
func (b *Book) kept(ctx context.Context, r db.Reader, homes []string) ([]homeRow, error) {
	if len(homes) == 0 {
		return nil, nil
	}
	var args []any
	where := `home in ` + db.Among(r, &args, homes)
	if b.Keep != nil {
		args = append(args, b.Keep.From)
		where += fmt.Sprintf(` and state <> $%d`, len(args))
	}
	return db.List[homeRow](ctx, r, `select home, count(*) as entries from `+b.Table.Name()+` where `+where+` group by home`, args...)
}

// planSeen reads a plan of the register of which the scope reaches a side. ErrNotFound where there is none.
func (b *Book) planSeen(ctx context.Context, r db.Reader, scope access.Scope, plan id.ID) (Plan, error) {
	args := []any{b.Name, plan}
	return db.Get[Plan](ctx, r, `select `+plans.ColumnsOf("p")+` from register_plan p where p.book = $1 and p.id = $2 and `+eitherSide(r, &args, scope), args...)
}

// plansSeen lists plans of the register of which the scope reaches a side, the newest first.
func (b *Book) plansSeen(ctx context.Context, r db.Reader, scope access.Scope, most int) ([]Plan, error) {
	args := []any{b.Name}
	where := eitherSide(r, &args, scope)
	return db.List[Plan](ctx, r, `select `+plans.ColumnsOf("p")+` from register_plan p where p.book = $1 and `+where+fmt.Sprintf(` order by p.id desc limit %d`, most), args...)
}

// eitherSide is the condition that the scope reaches the owner that has the entries of a plan, or one that gets some.
func eitherSide(r db.Reader, args *[]any, scope access.Scope) string {
	return `(` + scope.Where(r, args, "p.home") + ` or exists (select 1 from register_plan_part x where x.plan = p.id and x.total > 0 and ` + scope.Where(r, args, "x.home") + `))`
}

// drafts lists the plans of the register about some owners that wait to be applied, the oldest first.
func (b *Book) drafts(ctx context.Context, r db.Reader, homes []string) ([]Plan, error) {
	if len(homes) == 0 {
		return nil, nil
	}
	args := []any{b.Name, string(PlanDraft)}
	return db.List[Plan](ctx, r, `select `+plans.Columns()+` from register_plan where book = $1 and state = $2 and home in `+db.Among(r, &args, homes)+` order by id`, args...)
}

// partsOf reads the parts of a plan.
func partsOf(ctx context.Context, r db.Reader, plan id.ID) ([]Part, error) {
	return db.List[Part](ctx, r, `select `+parts.Columns()+` from register_plan_part where plan = $1 order by target`, plan)
}
