package org

import "slices"

// Scope is the kind of subject that a role answers for and a duty is judged for. Persons are never subjects: duties of everyone
// are judged per unit.
type Scope string

// The scopes, widest first.
const (
	ScopeBody     Scope = "body"
	ScopeBureau   Scope = "bureau"
	ScopeSection  Scope = "section"
	ScopeSchool   Scope = "school"
	ScopeSystem   Scope = "system"
	ScopeContract Scope = "contract"
)

// Scopes lists the scopes.
func Scopes() []Scope {
	return []Scope{ScopeBody, ScopeBureau, ScopeSection, ScopeSchool, ScopeSystem, ScopeContract}
}

// Title is the scope in words.
func (s Scope) Title() string {
	return map[Scope]string{
		ScopeBody: "団体全体", ScopeBureau: "局室区等ごと", ScopeSection: "課ごと", ScopeSchool: "学校園ごと", ScopeSystem: "システムごと", ScopeContract: "契約ごと",
	}[s]
}

// Contains reports whether holders of a role with scope s can answer for subjects of t, climbing from system to owner to
// parents to the body.
func (s Scope) Contains(t Scope) bool {
	switch s {
	case ScopeBody:
		return true
	case ScopeBureau:
		return t != ScopeBody
	case ScopeSection, ScopeSchool:
		return t == s || t == ScopeSystem || t == ScopeContract
	case ScopeSystem, ScopeContract:
		return t == s
	}
	return false
}

// Role is one role of a regime: somebody holds it by post (HeldBy), everyone of some employments bears it (Everyone), or it is
// a collective name for others (OneOf).
type Role struct {
	ID, Title, Short, Clause string
	Scope                    Scope // "" for everyone and collectives
	HeldBy                   HeldBy
	Deputy                   *DeputyRule
	Vacant                   string // role that acts when nobody else does
	Named                    bool   // given by designation alone: that nobody has it is no vacancy
	Privileged               bool
	May                      []string     // permissions
	Everyone                 []Employment // whose people bear the role
	OneOf                    []string     // roles of a collective
}

// Name is the short title where there is one.
func (r Role) Name() string {
	if r.Short != "" {
		return r.Short
	}
	return r.Title
}

// HeldBy says who holds a role: whoever bears a post (by its title), the head of a kind of unit or of the owner ("owner") of
// the thing, or the holder of another role, for the same thing or for its owner (Of).
type HeldBy struct {
	Post   string
	HeadOf string
	Role   string
	Of     string
}

// DeputyRule says who acts for a holder: whoever bears a post, the holder of a role, or whom the holder names.
type DeputyRule struct {
	Post, Role, NamedBy, Clause string
}

// Rules is what a regime says about its roles.
type Rules struct {
	Regime, Title string
	Hash          string // of the edition; other rules have another
	Roles         []Role
	// Provisional is for how many days a deputy acts on after the holder who named him has left; 0 for none.
	Provisional int
}

// Role finds a role by id.
func (r Rules) Role(id string) (Role, bool) {
	i := slices.IndexFunc(r.Roles, func(x Role) bool { return x.ID == id })
	if i < 0 {
		return Role{}, false
	}
	return r.Roles[i], true
}

// Employment is the kind of somebody's employment (任用区分).
type Employment string

// Employments lists the kinds of employment.
func Employments() []Employment {
	return []Employment{"regular", "re-employed", "fixed-term", "teacher", "temporary", "annual", "special", "dispatched", "contractor"}
}

// Title is the employment in words, "" if it is none.
func (e Employment) Title() string {
	return map[Employment]string{
		"regular": "正規", "re-employed": "再任用", "fixed-term": "任期付", "teacher": "教員", "temporary": "臨時", "annual": "会計年度任用",
		"special": "特別職", "dispatched": "派遣", "contractor": "委託",
	}[e]
}
