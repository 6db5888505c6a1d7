package admin

import "sekimori/internal/kernel/setting"

// SettingRow is a setting as commands and the API give it.
type SettingRow struct {
	ID       string        `json:"id" doc:"設定の識別子。規程か sekimori、点、名前"`
	Owner    string        `json:"owner" doc:"どの規程の設定か。関守そのものの設定は sekimori"`
	Title    string        `json:"title" doc:"名称"`
	Unit     setting.Unit  `json:"unit" enum:"minutes,hours,days,months,years,count,many,lines" doc:"単位。many は選択肢から、lines は行の並び"`
	Value    string        `json:"value" doc:"値。並びは改行で区切る"`
	State    setting.State `json:"state" enum:"proposed,decided,outdated" doc:"提案、決裁済み、以前の決裁が使えず提案"`
	Decision *DecisionRow  `json:"decision" doc:"値のもとになった決裁。提案なら null"`
	Proposal string        `json:"proposal" doc:"関守の提案"`
	Coming   []ComingRow   `json:"coming" doc:"この日より後に変わるもの"`
	Clauses  []string      `json:"clauses" doc:"値を定めていない条項（規程/文書:条項）"`
	Words    string        `json:"words" doc:"値を言葉で"`
}

// DecisionRow is a decision about a setting.
type DecisionRow struct {
	Number  string `json:"number" doc:"決裁番号"`
	Decided string `json:"decided" doc:"決裁の日"`
	From    string `json:"from" doc:"施行の日"`
}

// ComingRow is what a setting will be.
type ComingRow struct {
	Value string `json:"value" doc:"値"`
	DecisionRow
}

// Row is the setting as commands and the API give it.
func (x Setting) Row() SettingRow {
	row := SettingRow{
		ID: x.Key(), Owner: x.Owner, Title: x.Title, Unit: x.Unit, Value: x.Text, State: x.State, Proposal: x.Proposal, Coming: []ComingRow{},
		Clauses: []string{}, Words: x.String(),
	}
	if x.Decided() {
		row.Decision = new(decisionRow(x.Decision))
	}
	for _, d := range x.Coming {
		row.Coming = append(row.Coming, ComingRow{d.Value, decisionRow(d)})
	}
	for _, b := range x.Basis {
		row.Clauses = append(row.Clauses, b.Clause)
	}
	return row
}

func decisionRow(d setting.Decided) DecisionRow {
	return DecisionRow{d.Number, d.On.String(), d.From.String()}
}
