package access

import "slices"

// Permission is the right to one kind of act or view. Which role has it is data of a regime
// (may: in roles.yaml); which permissions exist is decided here.
type Permission string

// The permissions. The word before the dot is what is acted on.
const (
	PolicyRead     Permission = "policy.read"
	PolicyImport   Permission = "policy.import"
	RegimeActivate Permission = "regime.activate"
	SettingDraft   Permission = "setting.draft"
	SettingDecide  Permission = "setting.decide"
	OrgRead        Permission = "org.read"
	PeopleRead     Permission = "people.read"
	PeopleImport   Permission = "people.import"
	DeputyName     Permission = "deputy.name"
	TrailRead      Permission = "trail.read"
	TrailVerify    Permission = "trail.verify"
	DutyRead       Permission = "duty.read"
	AccountManage  Permission = "account.manage"
	AccountConfirm Permission = "account.confirm"
	PlaceManage    Permission = "place.manage"
	RoleAppoint    Permission = "role.appoint"
	GrantDecide    Permission = "grant.decide"
	JobManage      Permission = "job.manage"
	StateRead      Permission = "state.read"
	LedgerRead     Permission = "ledger.read"
	LedgerWrite    Permission = "ledger.write"
)

// What no role gives: routes ask for these where the way in itself is meant.
const (
	Anyone   Permission = "anyone"   // also who has not signed in
	Entering Permission = "entering" // who has signed in, even if something is left to do: a temporary password, a second factor
	Self     Permission = "self"     // a person who has signed in, for what is his own
	Terminal Permission = "terminal" // a place account
	Member   Permission = "member"   // a person who has signed in or uses a key, for who he is
)

// Permissions lists every permission that a role can have, in the order in which people see them.
func Permissions() []Permission {
	return []Permission{
		PolicyRead, PolicyImport, RegimeActivate, SettingDraft, SettingDecide, OrgRead, PeopleRead, PeopleImport, DeputyName,
		TrailRead, TrailVerify, DutyRead, AccountManage, AccountConfirm, PlaceManage, RoleAppoint, GrantDecide, JobManage, StateRead,
		LedgerRead, LedgerWrite,
	}
}

// Known reports whether p is a permission that a role can have.
func (p Permission) Known() bool { return slices.Contains(Permissions(), p) }

// Door reports whether p is about the way in itself, which no role gives.
func (p Permission) Door() bool {
	return slices.Contains([]Permission{Anyone, Entering, Self, Terminal, Member}, p)
}

// Title says in words what p allows, "" if p is not known.
func (p Permission) Title() string {
	return map[Permission]string{
		PolicyRead:     "規程を見る",
		PolicyImport:   "規程の本文を取り込む",
		RegimeActivate: "規程の版を適用する",
		SettingDraft:   "標準運用値の案を作る",
		SettingDecide:  "標準運用値を決める",
		OrgRead:        "組織と役割を担う人を見る",
		PeopleRead:     "職員を見る",
		PeopleImport:   "組織と職員を取り込む",
		DeputyName:     "代行者を指名する",
		TrailRead:      "証跡を見る",
		TrailVerify:    "証跡を検証する",
		DutyRead:       "義務と実施状況を見る",
		AccountManage:  "利用者の登録を管理する",
		AccountConfirm: "本人確認の再登録を認める",
		PlaceManage:    "所属端末を管理する",
		RoleAppoint:    "運用管理者と監査閲覧者を任命する",
		GrantDecide:    "閉じた事案を見る人を決める",
		JobManage:      "自動処理を管理する",
		StateRead:      "全体の状態を見る",
		LedgerRead:     "台帳を見る",
		LedgerWrite:    "台帳に書く",
	}[p]
}
