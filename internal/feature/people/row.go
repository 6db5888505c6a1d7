package people

import (
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
)

// HolderRow says that somebody holds a role in one place, as commands and the API give it; without holder the seat is vacant.
type HolderRow struct {
	Role   string     `json:"role" doc:"役割の識別子"`
	Title  string     `json:"title" doc:"役割の名称"`
	Regime string     `json:"regime" doc:"規程の識別子"`
	Scope  PlaceRow   `json:"scope" doc:"どこの役割か"`
	Holder *PersonRow `json:"holder" doc:"担う人。空席なら null"`
	As     *org.As    `json:"as" enum:"holder,concurrent,deputy" doc:"本務、兼務、代行。空席なら null"`
	For    *PersonRow `json:"for" doc:"代行の相手。代行でないか、相手がいなければ null"`
	Post   string     `json:"post" doc:"担うもとになった職。なければ空"`
	From   *string    `json:"from" doc:"最初の日"`
	To     *string    `json:"to" doc:"最後の日。決まっていなければ null"`
}

// PlaceRow is where a role is held.
type PlaceRow struct {
	Kind string `json:"kind" doc:"body、bureau、division、section、school、team、system"`
	Code string `json:"code" doc:"組織コードかシステムコード"`
	Name string `json:"name" doc:"名称"`
}

// PersonRow is a person as lists name him.
type PersonRow struct {
	Code string `json:"code" doc:"職員番号。見てよい範囲の外の人は空"`
	Name string `json:"name" doc:"氏名"`
}

// HolderRowOf is a holding as commands and the API give it; number gives the numbers of people.
func HolderRowOf(c *org.Chart, h org.Holding, number func(org.Who) string) HolderRow {
	row := HolderRow{Role: h.Role.ID, Title: h.Role.Title, Regime: h.Regime, Scope: PlaceRow(c.Place(h.Regime, h.Home)), Post: h.Post}
	if !h.Vacant() {
		row.Holder, row.As, row.From, row.To = &PersonRow{number(*h.Person), h.Person.Name}, &h.As, new(h.From.String()), lastDay(h.Until)
	}
	if h.For != nil {
		row.For = &PersonRow{number(*h.For), h.For.Name}
	}
	return row
}

// lastDay is a last day, nil where none is known.
func lastDay(d jpdate.Date) *string {
	if d == org.Open() {
		return nil
	}
	return new(d.String())
}

// UnitRow is a unit as the API gives it.
type UnitRow struct {
	ID     string   `json:"id" doc:"識別子。名称やコードが変わっても同じ"`
	Code   string   `json:"code" doc:"組織コード"`
	Name   string   `json:"name" doc:"名称"`
	Short  string   `json:"short" doc:"略称。なければ空"`
	Kind   org.Kind `json:"kind" enum:"body,bureau,division,section,school,team" doc:"種別"`
	Regime string   `json:"regime" doc:"適用される規程の識別子"`
	Parent *string  `json:"parent" doc:"上位の組織のコード。一番上なら null"`
	From   string   `json:"from" doc:"この内容になった日"`
	To     *string  `json:"to" doc:"最後の日。決まっていなければ null"`
}

// UnitDetail is a unit with what hangs on it.
type UnitDetail struct {
	UnitRow
	Path    []NameRow   `json:"path" doc:"一番上からこの組織のすぐ上まで"`
	Below   []NameRow   `json:"below" doc:"すぐ下の組織"`
	Systems []NameRow   `json:"systems" doc:"所管する業務システム"`
	Roles   []HolderRow `json:"roles" doc:"この組織の席にいる人"`
}

// NameRow is a unit, post or system as others name it.
type NameRow struct {
	Code string `json:"code" doc:"コード"`
	Name string `json:"name" doc:"名称"`
}

// PostRow is a post as the API gives it.
type PostRow struct {
	ID    string `json:"id" doc:"識別子"`
	Code  string `json:"code" doc:"職コード"`
	Title string `json:"title" doc:"職名"`
	Rank  int    `json:"rank" doc:"職位。1が最も上、0は定めなし"`
	Head  bool   `json:"head" doc:"この職の人が所属長になる"`
}

// SystemRow is a business system as the API gives it.
type SystemRow struct {
	ID     string   `json:"id" doc:"識別子"`
	Code   string   `json:"code" doc:"システムコード"`
	Name   string   `json:"name" doc:"名称"`
	Regime string   `json:"regime" doc:"適用される規程の識別子"`
	Owner  *NameRow `json:"owner" doc:"いま所管する組織。なければ null"`
}

// StaffRow is a person with where he works, as the API gives it.
type StaffRow struct {
	ID          string          `json:"id" doc:"識別子。職員番号が変わっても同じ"`
	Number      string          `json:"number" doc:"職員番号"`
	Name        string          `json:"name" doc:"氏名"`
	Kana        string          `json:"kana" doc:"氏名カナ"`
	Employment  string          `json:"employment" doc:"任用区分"`
	Mail        string          `json:"mail" doc:"メールアドレス。なければ空"`
	Assignments []AssignmentRow `json:"assignments" doc:"所属と職。本務が先"`
}

// AssignmentRow says where somebody bears which post.
type AssignmentRow struct {
	Unit   NameRow    `json:"unit" doc:"組織"`
	Post   NameRow    `json:"post" doc:"職"`
	Manner org.Manner `json:"manner" enum:"main,concurrent,acting,probation,joint" doc:"本務、兼務、事務取扱、心得、併任"`
}

// StaffDetail is a person with the roles that he holds or acts in.
type StaffDetail struct {
	StaffRow
	Roles []HolderRow `json:"roles" doc:"担う役割"`
}

// MeRow is who asks.
type MeRow struct {
	Actor       string          `json:"actor" doc:"証跡に残る名前"`
	Keyed       bool            `json:"keyed" doc:"キーで使っている"`
	Person      StaffRow        `json:"person" doc:"本人"`
	Roles       []HolderRow     `json:"roles" doc:"いま担う役割。どこの、だれの代わりに"`
	Permissions []PermissionRow `json:"permissions" doc:"いま使える権限。キーでは、キーに認めたものだけ"`
}

// PermissionRow is a permission in words.
type PermissionRow struct {
	ID    string `json:"id" doc:"権限の識別子"`
	Title string `json:"title" doc:"できること"`
}
