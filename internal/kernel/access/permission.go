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
	SettingDecide  Permission = "setting.decide"
	PeopleRead     Permission = "people.read"
	PeopleImport   Permission = "people.import"
	DeputyName     Permission = "deputy.name"
	TrailRead      Permission = "trail.read"
	TrailVerify    Permission = "trail.verify"
	DutyRead       Permission = "duty.read"
	AccountManage  Permission = "account.manage"
)

// Permissions lists every permission, in the order in which people see them.
func Permissions() []Permission {
	return []Permission{
		PolicyRead, PolicyImport, RegimeActivate, SettingDecide, PeopleRead, PeopleImport,
		DeputyName, TrailRead, TrailVerify, DutyRead, AccountManage,
	}
}

// Known reports whether p is a permission of Sekimori.
func (p Permission) Known() bool { return slices.Contains(Permissions(), p) }

// Title says in words what p allows, "" if p is not known.
func (p Permission) Title() string {
	switch p {
	case PolicyRead:
		return "規程を見る"
	case PolicyImport:
		return "規程の本文を取り込む"
	case RegimeActivate:
		return "規程の版を適用する"
	case SettingDecide:
		return "標準運用値を決める"
	case PeopleRead:
		return "組織と職員を見る"
	case PeopleImport:
		return "組織と職員を取り込む"
	case DeputyName:
		return "代行者を指名する"
	case TrailRead:
		return "証跡を見る"
	case TrailVerify:
		return "証跡を検証する"
	case DutyRead:
		return "義務と実施状況を見る"
	case AccountManage:
		return "利用者の登録を管理する"
	}
	return ""
}
