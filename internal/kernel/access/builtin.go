package access

import "sekimori/internal/kernel/org"

// BuiltIn is the name of the rules of Sekimori itself, as regimes have theirs.
const BuiltIn = "sekimori"

// The roles that belong to no policy. They are given to people by name, by a designation for the whole body.
const (
	Operator = "operator" // 運用管理者: operates, decides nothing, sees no closed case
	Auditor  = "auditor"  // 監査閲覧者: sees everything but closed cases, changes nothing
)

// Rules is what Sekimori says about its own roles (design.md section 5).
func Rules() org.Rules {
	role := func(id, title string, may ...Permission) org.Role {
		r := org.Role{ID: id, Title: title, Scope: org.ScopeBody, Privileged: true, Named: true}
		for _, p := range may {
			r.May = append(r.May, string(p))
		}
		return r
	}
	return org.Rules{Regime: BuiltIn, Title: "関守", Hash: "1", Roles: []org.Role{
		role(Operator, "運用管理者", PolicyRead, PolicyImport, SettingDraft, OrgRead, PeopleRead, PeopleImport, TrailRead, TrailVerify, DutyRead,
			AccountManage, AccountConfirm, PlaceManage, JobManage, StateRead),
		role(Auditor, "監査閲覧者", PolicyRead, OrgRead, PeopleRead, TrailRead, TrailVerify, DutyRead, StateRead, LedgerRead),
	}}
}
