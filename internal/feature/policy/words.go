package policy

import "sekimori/internal/feature"

// Words are what people call the acts and things of texts and packs.
func Words() feature.Words {
	edition := map[string]string{"regime": "規程", "edition": "版"}
	with := func(more map[string]string) map[string]string {
		for column, word := range edition {
			more[column] = word
		}
		return more
	}
	return feature.Words{
		Acts: map[string]string{"policy.import": "規程の本文を取り込む", "regime.activate": "規程の版を適用する"},
		Kinds: map[string]feature.KindWords{
			"text":     {Title: "規程の本文", Columns: with(map[string]string{"sha256": "ファイルの検証値", "imported_at": "取り込んだ日時"})},
			"document": {Title: "規程の文書", Columns: map[string]string{"title": "題名", "printed": "版", "number": "番号", "effective": "施行日", "decided": "決裁日", "line": "行"}},
			"revision": {Title: "改訂の履歴", Columns: map[string]string{"printed": "版", "effective": "施行日", "decided": "決裁日", "why": "理由"}},
			"clause":   {Title: "条項", Columns: map[string]string{"heading": "見出し", "body": "本文", "cells": "表", "line": "行"}},
			"defect":   {Title: "原文の欠陥", Columns: map[string]string{"line": "行", "kind": "種類", "clause": "条項", "words": "語句", "note": "説明"}},
			"pack":     {Title: "規程のパック", Columns: with(map[string]string{"files": "ファイルの検証値"})},
			"activation": {Title: "規程の適用", Columns: with(map[string]string{
				"sum": "パックの検証値", "effective_on": "適用する日", "decided_on": "決裁日", "decision": "決裁の番号",
			})},
		},
	}
}
