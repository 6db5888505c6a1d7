package policy

import (
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
)

// ClauseRow is a clause as commands and the API give it; text, original and line are null where no text was imported.
type ClauseRow struct {
	ID         string     `json:"id" doc:"条項の番号（文書の中で）"`
	Document   string     `json:"document" doc:"文書の識別子"`
	Parent     *string    `json:"parent" doc:"すぐ上の条項。一番上なら null"`
	Heading    string     `json:"heading" doc:"印刷された見出し。なければ空"`
	Text       *string    `json:"text" doc:"整えた本文。本文を取り込んでいなければ null"`
	Original   *string    `json:"original" doc:"公表された本文のまま"`
	Line       *int       `json:"line" doc:"公表された本文の行"`
	Table      [][]string `json:"table" nullable:"true" doc:"表の行。なければ null"`
	StatesDuty bool       `json:"states_duty" doc:"義務を述べている"`
	Form       string     `json:"form" enum:"explicit,conditional,plain,none" doc:"述べ方"`
}

// Row is the clause as commands and the API give it.
func (e Entry) Row() ClauseRow {
	r := ClauseRow{ID: e.ID, Document: e.Document, Heading: e.Title, Form: "none"}
	if parent := clause.Parent(e.ID); parent != "" {
		r.Parent = &parent
	}
	if w := e.Words; w != nil {
		r.Text, r.Original, r.Line, r.Table = &w.Text, &w.Original, &w.Line, w.Table
		r.StatesDuty, r.Form = w.StatesDuty, string(w.Form)
	}
	return r
}

// DutyRow is a duty as commands and the API give it.
type DutyRow struct {
	ID      string      `json:"id" doc:"義務の識別子（規程/文書:条項、2つ目からは #2 など）"`
	Clause  string      `json:"clause" doc:"条項。主な文書のものは文書名を省く"`
	Part    int         `json:"part" doc:"条項の中で何番目の義務か"`
	Kind    duty.Kind   `json:"kind" enum:"must,must-not,should,may" doc:"義務の強さ"`
	Who     []string    `json:"who" doc:"行う役割。条項が名指ししなければ空"`
	Label   string      `json:"who_label" doc:"だれが、を言葉で"`
	Named   string      `json:"named" doc:"条項での呼び方。役割の名と違うときだけ"`
	Assumed *AssumedRow `json:"assumed" doc:"条項が名指ししないとき、だれを想定したか"`
	Duty    string      `json:"duty" doc:"行うこと"`
	When    any         `json:"when" doc:"条件（パックの書き方）。いつでもなら null"`
	Check   any         `json:"check" doc:"どの記録で示すか（パックの書き方）"`
}

// AssumedRow says who is taken to act where a clause does not say.
type AssumedRow struct {
	Who []string `json:"who" doc:"役割"`
	Why string   `json:"why" doc:"理由"`
}

// RowOf is a duty as commands and the API give it.
func RowOf(d duty.Duty) DutyRow {
	r := DutyRow{ID: d.ID, Clause: d.Clause, Part: d.Part, Kind: d.Kind, Who: listed(d.Who), Label: d.Label, Named: d.Named, Duty: d.Duty, When: d.When, Check: d.Check}
	if d.Assumed != nil {
		r.Assumed = &AssumedRow{listed(d.Assumed.Who), d.Assumed.Why}
	}
	return r
}

// RoleRow is a role as commands and the API give it.
type RoleRow struct {
	ID         string `json:"id" doc:"役割の識別子"`
	Title      string `json:"title" doc:"名称"`
	Short      string `json:"short" doc:"略称。なければ空"`
	Clause     string `json:"clause" doc:"置くことを定める条項"`
	Scope      string `json:"scope" doc:"何ごとに置くか: body、bureau、section、school、system、contract。職員の全員と総称は空"`
	Privileged bool   `json:"privileged" doc:"特権を持つ"`
}

// RoleRows are roles as commands and the API give them.
func RoleRows(roles []org.Role) []RoleRow {
	rows := make([]RoleRow, len(roles))
	for i, r := range roles {
		rows[i] = RoleRow{r.ID, r.Title, r.Short, r.Clause, string(r.Scope), r.Privileged}
	}
	return rows
}

// listed is a list that is never null.
func listed(list []string) []string { return append([]string{}, list...) }
