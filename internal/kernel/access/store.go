package access

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

//go:embed schema
var schema embed.FS

// Schema is the tables of this package.
func Schema() fs.FS { return db.Steps(schema) }

// Where is the scope as a condition on a column that holds homes; args get what it compares with.
func (s Scope) Where(r db.Reader, args *[]any, column string) string {
	var parts []string
	if s.every {
		parts = append(parts, column+` not like 'c:%'`)
	} else {
		if s.body {
			parts = append(parts, column+` = 'b:'`)
		}
		if len(s.homes) > 0 {
			parts = append(parts, db.OneOf(r, args, column, s.homes))
		}
		parts = append(parts, s.people(r, args, column)...)
	}
	if len(s.open) > 0 {
		parts = append(parts, db.OneOf(r, args, column, s.open))
	}
	if len(parts) == 0 {
		return `1 = 0`
	}
	return `(` + strings.Join(parts, ` or `) + `)`
}

// people are the conditions that a home is that of somebody who works in the scope, or nowhere.
func (s Scope) people(r db.Reader, args *[]any, column string) []string {
	var parts []string
	person := `substr(` + column + `, 3)`
	for _, v := range append([]org.View{s.view}, s.other...) {
		if len(s.units) > 0 {
			parts = append(parts, fmt.Sprintf(`%s like 'p:%%' and exists (select 1 from org_assignment x where x.person = %s and %s and %s)`,
				column, person, db.OneOf(r, args, "x.unit", s.units), v.Seen(args, "x.")))
		}
	}
	if s.body {
		parts = append(parts, fmt.Sprintf(`%s like 'p:%%' and not exists (select 1 from org_assignment x where x.person = %s and %s)`,
			column, person, s.view.Seen(args, "x.")))
	}
	return parts
}

// People is the people whom the scope reaches, as a query for their ids. It is Where the other way round: for lists that begin with
// whom one may see, since these are few, and for counting.
func (s Scope) People(r db.Reader, args *[]any) string {
	if s.every {
		return `select person from org_person`
	}
	parts := []string{`select person from org_person where 1 = 0`}
	for _, v := range append([]org.View{s.view}, s.other...) {
		if len(s.units) > 0 {
			parts = append(parts, fmt.Sprintf(`select x.person from org_assignment x where x.unit in %s and %s`, db.Among(r, args, s.units), v.Seen(args, "x.")))
		}
	}
	if s.body {
		parts = append(parts, fmt.Sprintf(`select y.person from org_person y where not exists (select 1 from org_assignment x where x.person = y.person and %s)`, s.view.Seen(args, "x.")))
	}
	return strings.Join(parts, ` union `)
}

// Trail narrows what is shown of the trail to the things that are in the scope now.
func (s Scope) Trail(r db.Reader, seen trail.Seen) trail.Seen {
	seen.Where = func(args *[]any, column string) string { return s.Where(r, args, column) }
	seen.Pending = s.every
	if s.Few() {
		seen.Few = func(args *[]any) string { return s.list(r, args) }
	}
	return seen
}

// list is the homes of a scope that reaches few, as a query.
func (s Scope) list(r db.Reader, args *[]any) string {
	return `select h.value from ` + db.Listed(r, args, s.Homes()) + ` h union select 'p:' || p.person from (` + s.People(r, args) + `) p`
}

// Grant opens one closed home to one person for some days, by a decision.
type Grant struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Person   id.ID       `db:"person"`
	Opens    string      `db:"opens"` // the home; the row has the same, so that only those who see it know of it
	From     jpdate.Date `db:"from_on"`
	Until    jpdate.Date `db:"until_on"` // last day
	Decision string      `db:"decision"` // number of the decision
}

// Grants is the table of grants.
var Grants = trail.NewTable[Grant]("access_grant", "grant")

// Audited lists the tables of this package.
func Audited() []trail.Audited { return []trail.Audited{Grants} }

// grantedTo lists the closed homes that are open to a person on a day.
func grantedTo(ctx context.Context, r db.Reader, person id.ID, on jpdate.Date) ([]string, error) {
	homes, err := db.List[string](ctx, r, `select opens from access_grant where person = $1 and from_on <= $2 and until_on >= $2 order by opens`, person, on)
	return slices.Compact(homes), err
}

// grantsTo are the grants that open a home to a person after a day.
func grantsTo(ctx context.Context, r db.Reader, person id.ID, opens string, after jpdate.Date) ([]Grant, error) {
	return db.List[Grant](ctx, r, `select `+Grants.Columns()+` from access_grant where person = $1 and opens = $2 and until_on > $3 order by id`, person, opens, after)
}
