package ledger

import (
	"cmp"
	"maps"
	"strings"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
)

// words are what the trail calls the acts on registers and the entries of those that are offered.
func words(offered *regime.Set) feature.Words {
	w := feature.Words{Acts: acts(), Kinds: planWords()}
	maps.Copy(w.Kinds, disposalWords())
	for _, p := range offered.Packs {
		for _, e := range p.Books() {
			w.Kinds[e.Regime+"."+e.Kind.ID] = kindWords(e)
		}
	}
	w.Kinds["register-hold"] = feature.KindWords{Title: "台帳の保留の行", Columns: map[string]string{"file": "ファイル", "place": "行", "state": "状態", "reason": "理由"}, Called: []string{"file", "place"}}
	w.Kinds["register-handout"] = feature.KindWords{Title: "配った表", Columns: map[string]string{"entries": "件数", "at": "配った日時", "returned": "戻った日時"}, Called: []string{"at"}}
	w.Kinds["register-look"] = feature.KindWords{
		Title: "要閲覧記録の閲覧", Columns: map[string]string{"person": "見た人", "titles": "見た項目", "reason": "理由", "at": "見た日時"}, Called: []string{"titles", "at"},
		Text: func(column, value string) string {
			if column == "at" {
				return feature.Moment(value)
			}
			return value
		},
	}
	w.Kinds["ledger-upload"] = feature.KindWords{
		Title: "台帳への取り込み", Called: []string{"title"}, May: access.LedgerWrite, Href: func(thing string) string { return "/ledger/import/" + thing },
		Columns: map[string]string{
			"register": "台帳", "title": "件名", "state": "状態", "files": "ファイル", "at": "受付", "by_actor": "送った人", "new_rows": "新規", "changed_rows": "変更", "faulty_rows": "保留", "hold": "誤りのある行を保留にする",
			"confirmed": "確かめた人", "trouble": "取り込めなかったわけ", "note": "取り下げた理由",
		},
		Text: func(column, value string) string { return sayUpload(offered, column, value) },
	}
	w.Kinds["ledger-batch"] = feature.KindWords{
		Title: "台帳の表の配布", Called: []string{"at"},
		Columns: map[string]string{"register": "台帳", "note": "覚え書き", "at": "日時", "by_actor": "配った人", "state": "状態", "blank": "空の行", "trouble": "作れなかったわけ"},
		Text:    func(column, value string) string { return sayUpload(offered, column, value) },
	}
	return w
}

// sayUpload is how a column of an upload or a batch is read.
func sayUpload(offered *regime.Set, column, value string) string {
	switch column {
	case "at":
		return feature.Moment(value)
	case "state":
		if value == BatchGiven || value == BatchFailed {
			return batchItem(value).Text
		}
		return State(value).Title()
	case "files":
		var names []string
		for _, f := range (Upload{Files: value}).Sources() {
			names = append(names, f.Name)
		}
		return strings.Join(names, "、")
	case "register":
		for _, p := range offered.Packs {
			for _, e := range p.Books() {
				if e.Regime+"."+e.Kind.ID == value {
					return e.Kind.Title
				}
			}
		}
	}
	return value
}

// acts are what people call what is done with registers.
func acts() map[string]string {
	return map[string]string{
		"register.add": "台帳に加えた", "register.change": "台帳を直した", "register.move": "台帳の状態を変えた", "register.bulk": "台帳をまとめて直した",
		"register.addall": "台帳にまとめて加えた", "register.confirm": "台帳を棚卸した", "register.import": "台帳を取り込んだ", "register.handout": "台帳の表を配った",
		"register.place": "所属端末から台帳に加えた", "register.look": "要閲覧記録の項目を見た",
		"ledger.upload": "台帳に取り込むファイルを送った", "ledger.confirm": "台帳への取り込みを決めた", "ledger.drop": "台帳への取り込みを取り下げた", "ledger.stop": "台帳に取り込めなかった",
		"ledger.handout": "台帳の表の配布を決めた", "ledger.handout.stop": "台帳の表を配れなかった",
		"register.hold.fix": "保留の行を直して台帳に取り込んだ", "register.hold.drop": "台帳の保留の行を取り下げた",
		"register.plan": "所管の引継ぎの案を作った", "register.replan": "所管の引継ぎの案を変えた", "register.unplan": "所管の引継ぎの案を取り下げた",
		"register.takeover": "所管を引き継いだ", "register.takeback": "所管の引継ぎを元に戻した",
		"register.disposal.draft": "廃棄予定一覧を作った", "register.disposal.keep": "廃棄予定一覧から外した", "register.disposal.decide": "廃棄の決裁を記録した", "register.disposal.withdraw": "廃棄予定一覧を取り下げた",
		"register.dispose": "保存期間が満了した記録を廃棄した", "register.extend": "保存を延長した", "register.lift": "保存の延長を解いた",
	}
}

// planWords are what people call plans and what of them goes to one target. Which entries is on their page.
func planWords() map[string]feature.KindWords {
	state := func(column, value string) string {
		if title := register.PlanState(value).Title(); column == "state" && title != "" {
			return title
		}
		return strings.TrimPrefix(value, "person:") // so that the names of actors are found
	}
	return map[string]feature.KindWords{
		register.PlanKind: {Title: "所管の引継ぎの案", Called: []string{"made_on", "note"}, Text: state, Columns: map[string]string{
			"book": "台帳", "state": "状態", "by_actor": "作った人", "made_on": "作った日", "note": "理由", "sum": "検証値", "decision": "決裁番号", "decided_on": "決裁日",
			"applied_by": "適用した人", "applied_on": "適用した日", "ended_by": "終えた人", "ended_on": "終えた日", "why": "終えた理由",
		}},
		register.PartKind: {Title: "所管の引継ぎ先", Called: []string{"total"}, Columns: map[string]string{"total": "件数"}},
	}
}

// disposalWords are what people call lists of what is destroyed, their lines, and what is kept longer.
func disposalWords() map[string]feature.KindWords {
	text := func(column, value string) string {
		if title := cmp.Or(register.DisposalState(value).Title(), register.DisposalLine{State: value}.StateTitle()); column == "state" && title != "" {
			return title
		}
		if column == "at" || column == "done_at" || column == "lifted" {
			return feature.Moment(value)
		}
		return strings.TrimPrefix(value, "person:") // so that the names of actors are found
	}
	return map[string]feature.KindWords{
		register.DisposalKind: {Title: "廃棄予定一覧", Called: []string{"title"}, Text: text, Columns: map[string]string{
			"title": "件名", "class": "文書の分類", "span": "保存期間", "as_of": "いつ現在", "entries": "件数", "sum": "検証値", "by_actor": "作った人", "at": "作った日時", "state": "状態", "decision": "決裁番号",
			"decided_on": "決裁日", "decider": "決裁を記録した人", "done_at": "廃棄した日時", "done_by": "廃棄した人", "why": "取り下げた理由",
		}},
		register.DisposalLineKind: {Title: "廃棄予定一覧の行", Called: []string{"number", "title"}, Text: text, Columns: map[string]string{
			"number": "番号", "title": "名称", "owner": "所管", "ended_on": "完結した日", "until": "満了日", "entries": "件数", "state": "扱い", "reason": "延長の理由",
		}},
		register.ExtensionKind: {Title: "保存の延長", Called: []string{"reason"}, Text: text, Columns: map[string]string{
			"reason": "理由", "until": "いつまで", "by_actor": "延長した人", "at": "延長した日時", "lifted": "解いた日時",
		}},
	}
}

func kindWords(e *register.Edition) feature.KindWords {
	columns := map[string]string{"number": "番号", "state": "状態", "confirmed_on": "棚卸の日", "happened_at": "あった日時", "source": "記入の元", "for_person": "だれの分"}
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
