package ledger

import (
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
)

// words are what the trail calls the acts on registers and the entries of those that are offered.
func words(offered *regime.Set) feature.Words {
	w := feature.Words{Acts: acts(), Kinds: map[string]feature.KindWords{}}
	for _, p := range offered.Packs {
		for _, e := range p.Books() {
			w.Kinds[e.Regime+"."+e.Kind.ID] = kindWords(e)
		}
	}
	return w
}

// acts are what people call what is done with registers.
func acts() map[string]string {
	return map[string]string{
		"register.add": "台帳に加えた", "register.change": "台帳を直した", "register.move": "台帳の状態を変えた", "register.bulk": "台帳をまとめて直した",
		"register.confirm": "台帳を棚卸した", "register.import": "台帳を取り込んだ",
	}
}

func kindWords(e *register.Edition) feature.KindWords {
	columns := map[string]string{"number": "番号", "state": "状態", "confirmed_on": "棚卸の日", "happened_at": "あった日時", "source": "記入の元"}
	for _, f := range e.Fields {
		if f.Restricted {
			continue
		}
		part := "data."
		if f.Personal() {
			part = "personal."
		}
		columns[part+f.ID] = f.Title
	}
	base := "/ledger/" + e.Regime + "/" + e.Kind.ID + "/entry/"
	return feature.KindWords{
		Title: e.Kind.Title, Columns: columns, Called: []string{"number"}, Href: func(thing string) string { return base + thing }, May: access.LedgerRead,
		Text: func(column, value string) string { return e.SayStored(column, value) },
	}
}
