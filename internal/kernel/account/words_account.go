package account

// ActWords are what people call the acts on accounts that the trail holds; FactorActs has those on second factors and keys.
func ActWords() map[string]string {
	return map[string]string{ //nolint:gosec // words
		"account.invite": "利用者を登録する", "account.join": "庁内の認証基盤から利用者を登録する", "account.suspend": "利用者を停止する", "account.resume": "利用者の停止を解く",
		"account.close": "利用者を廃止する", "account.lapse": "所属のなくなった利用者を廃止する", "account.rename": "利用者IDを変える",
		"account.reset": "パスワードを再発行する", "account.password": "パスワードを変える", "account.rehash": "パスワードの保存の形を新しくする",
		"account.sessions": "サインインをすべて終わらせる", "account.place": "所属端末の利用者を登録する", "account.terminal": "端末の登録コードを出す",
		"account.bind": "端末を登録する", "account.unbind": "端末の登録を取り消す", "account.renew": "所属端末の番号を新しくする",
	}
}

// ColumnWords are what people call the columns of accounts, passwords, places and terminals, by the kind of thing; what the thing
// is called stands under "". Secrets have no word: they are not shown.
func ColumnWords() map[string]map[string]string {
	return map[string]map[string]string{
		"account": {
			"": "利用者", "kind": "種類", "person": "職員", "unit": "組織", "login": "利用者ID", "state": "状態", "made_at": "登録", "out_at": "サインインをすべて終わらせた日時",
		},
		"password": {"": "パスワード", "account": "利用者", "temporary": "仮", "expires_at": "期限", "made_at": "設定", "retired_at": "使い終えた日時"},
		"place":    {"": "所属端末の番号", "account": "利用者", "renewed_at": "新しくした日時"},
		"terminal": {"": "端末", "account": "利用者", "label": "置き場所", "state": "状態", "expires_at": "登録コードの期限", "made_at": "登録"},
	}
}

// ValueWords is how a value of such a column is read.
func ValueWords(column, value string) string {
	var title string
	switch column {
	case "state":
		if title = State(value).Title(); title == "" {
			title = TerminalState(value).Title()
		}
	case "kind":
		title = map[Kind]string{Person: "職員", Place: "所属端末"}[Kind(value)]
	}
	if title != "" {
		return title
	}
	return value
}
