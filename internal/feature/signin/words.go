package signin

import (
	"maps"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/account"
)

// words are what people call the acts on accounts.
func words() feature.Words {
	w := feature.Words{Acts: account.ActWords(), Kinds: map[string]feature.KindWords{}}
	maps.Copy(w.Acts, account.FactorActs())
	for kind, columns := range account.ColumnWords() {
		w.Kinds[kind] = feature.KindWords{Title: columns[""], Columns: columns, Text: account.ValueWords, Called: []string{"login", "label", "account"}}
	}
	for kind, columns := range account.FactorColumns() {
		w.Kinds[kind] = feature.KindWords{Title: columns[""], Columns: columns, Text: account.FactorText, Called: []string{"label", "account"}}
	}
	return w
}
