package account

// FactorActs are what people call the acts on second factors and keys that the trail holds.
func FactorActs() map[string]string {
	return map[string]string{
		"account.factor.add": "本人確認の手段を登録する", "account.factor.withdraw": "本人確認の手段の登録を取り消す", "account.factor.resync": "トークンの時計を合わせる",
		"account.key.make": "APIのキーを作る", "account.key.withdraw": "APIのキーを取り消す",
		"account.recovery.ask": "本人確認の再登録を求める", "account.recovery.confirm": "本人確認の再登録を認める", "account.recovery.refuse": "本人確認の再登録を断る",
	}
}

// FactorColumns are what people call the columns of second factors and of requests to recover, by the kind of thing; what the
// thing is called stands under "".
func FactorColumns() map[string]map[string]string {
	return map[string]map[string]string{
		"factor":  {"": "本人確認の手段", "account": "利用者", "kind": "種類", "label": "名前", "drift": "時計の進み（区間）", "added_at": "登録", "withdrawn_at": "取消し"},
		"api-key": {"": "APIのキー", "account": "利用者", "label": "名前", "scope": "できること", "expires_at": "期限", "made_at": "作成", "withdrawn_at": "取消し"},
		"recovery": {
			"": "本人確認の再登録", "account": "利用者", "reason": "理由", "asked_by": "求めた者", "asked_at": "求めた日時", "expires_at": "期限",
			"state": "状態", "decided_by": "決めた者", "decided_at": "決めた日時",
		},
	}
}

// FactorText is how a value of such a column is read.
func FactorText(column, value string) string {
	title := ""
	switch column {
	case "kind":
		title = FactorKind(value).Title()
	case "state":
		title = RecoveryState(value).Title()
	}
	if title != "" {
		return title
	}
	return value
}
