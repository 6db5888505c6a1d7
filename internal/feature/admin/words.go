package admin

import (
	"strings"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/setting"
)

// words are what people call the acts and things of this feature and of kernel/setting.
func words() feature.Words {
	decision := map[string]string{"decision": "決裁番号", "decided_on": "決裁日", "from_on": "施行日"}
	with := func(columns map[string]string) map[string]string {
		for column, word := range decision {
			columns[column] = word
		}
		return columns
	}
	return feature.Words{
		Acts: map[string]string{
			"setting.draft": "標準運用値の案を作る", "setting.withdraw": "標準運用値の案を取り下げる", "setting.decide": "標準運用値を決める", "setting.record": "標準運用値の決裁を記録する",
		},
		Kinds: map[string]feature.KindWords{
			"setting-value": {
				Title:   "標準運用値",
				Columns: with(map[string]string{"owner": "規程", "setting": "設定", "unit": "単位", "value": "値", "draft": "案の識別子"}),
				Called:  []string{"owner", "setting"},
				Text:    inWords,
			},
			setting.DraftKind: {
				Title:   "標準運用値の案",
				Columns: with(map[string]string{"title": "件名", "at": "作成", "by_actor": "作った人", "sum": "検証値", "state": "状態", "elsewhere": "団体の決裁による", "decider": "決めた人・記録した人", "why": "取下げの理由"}),
				Href:    draftHref,
				Text:    inWords,
			},
		},
	}
}

// inWords is how values of columns are read.
func inWords(column, value string) string {
	switch column {
	case "state":
		if title := setting.DraftState(value).Title(); title != "" {
			return title
		}
	case "unit":
		return map[setting.Unit]string{setting.Many: "選択肢", setting.Lines: "一覧"}[setting.Unit(value)] + setting.Unit(value).Title()
	case "value":
		return strings.ReplaceAll(value, "\n", "、")
	case "owner":
		if value == setting.Program {
			return "関守"
		}
	}
	return value
}

func draftHref(draft string) string { return "/admin/settings/draft/" + draft }
