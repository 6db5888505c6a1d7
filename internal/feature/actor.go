package feature

import (
	"cmp"
	"strings"

	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
)

// Actor is an actor of the trail as people read him; names are those of ids (Words.Names).
func Actor(actor string, names map[string]string) string {
	kind, name, _ := strings.Cut(actor, ":")
	switch kind {
	case "person":
		return cmp.Or(names[name], actor)
	case "place":
		return "所属端末（" + cmp.Or(names[name], name) + "）"
	case "cli":
		return "コマンド（" + name + "）"
	case "local":
		return "この端末（" + name + "）"
	case "job":
		return "自動処理（" + name + "）"
	case "system":
		return "関守"
	}
	return actor
}

// Authority is on what somebody acted as people read it: the role, where it is held, and for whom. What is no authority stays.
func (w Words) Authority(authority string, names map[string]string) string {
	regime, role, home, deputy, giver, ok := access.ParseAuthority(authority)
	if !ok {
		return authority
	}
	where := org.ScopeBody.Title()
	if home != org.BodyHome {
		_, id, _ := strings.Cut(home, ":")
		where = cmp.Or(names[id], home)
	}
	words := cmp.Or(w.Roles[regime+"/"+role], role) + "（" + where + "）"
	switch {
	case deputy && giver != "":
		words += "、" + cmp.Or(names[string(giver)], string(giver)) + "の代行"
	case deputy:
		words += "の代行"
	}
	return words
}
