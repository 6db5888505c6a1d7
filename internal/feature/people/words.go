package people

import (
	"cmp"
	"context"
	"maps"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
)

// words are what people call the acts and things of this feature and of kernel/org; regimes and roles by the titles that the
// packs give them.
func words(packs *regime.Set) feature.Words {
	titles, roles := map[string]string{}, map[string]string{}
	for _, rules := range append(packs.OrgRules(), access.Rules()) {
		titles[rules.Regime] = rules.Title
		for _, role := range rules.Roles {
			titles[role.ID], roles[rules.Regime+"/"+role.ID] = role.Title, role.Title
		}
	}
	inWords := func(column, value string) string {
		if title := titles[value]; title != "" && (column == "regime" || column == "role") {
			return title
		}
		return inWords(column, value)
	}
	dated := map[string]string{
		"from_on": "この日から", "until_on": "この日まで", "opens": "公表", "closes": "別の内容に代わる時", "batch": "もとの取込み", "closed_by": "代えた取込み",
	}
	of := func(title string, columns map[string]string, href func(string) string) feature.KindWords {
		maps.Copy(columns, dated)
		return feature.KindWords{Title: title, Columns: columns, Href: href, Text: inWords}
	}
	// A thing of kernel/org is a statement; the pages of units and people find what it is about.
	unit := func(thing string) string { return "/org/unit/" + thing }
	person := func(thing string) string { return "/people/" + thing }
	upload := func(thing string) string { return "/people/import/" + thing }
	may := func(w feature.KindWords, p access.Permission) feature.KindWords {
		w.May = p
		return w
	}
	called := func(w feature.KindWords, columns ...string) feature.KindWords {
		w.Called = columns
		return w
	}
	return feature.Words{
		Names: func(ctx context.Context, r db.Reader, now db.Time, ids []string) (map[string]string, error) {
			return org.View{Now: now}.Names(ctx, r, ids)
		},
		Actors: func(ctx context.Context, r db.Reader, now db.Time, words string) ([]string, error) {
			people, err := org.View{Now: now}.Called(ctx, r, words)
			actors := make([]string, len(people))
			for i, person := range people {
				actors[i] = access.PersonName(person)
			}
			return actors, err
		},
		Roles: roles,
		Acts: map[string]string{
			"people.upload": "人事異動のファイルを受け付ける", "people.operators": "人事異動を扱う人を決める", "people.confirm": "人事異動の内容を確かめる", "people.import": "人事異動を取り込む",
			"people.rehearse": "人事異動を試算する", "people.stop": "人事異動の取込みが止まる", "people.drop": "人事異動を取り下げる", "people.undo.confirm": "人事異動の取消しを求める", "people.undo": "人事異動を取り消す",
			"people.hold.fix": "保留の行を直して取り込む", "people.hold.drop": "保留の行を取り下げる",
			"deputy.name": "代行者を指名する", "deputy.end": "代行を終える",
		},
		Kinds: map[string]feature.KindWords{
			"unit": may(of("組織", map[string]string{
				"unit": "組織の識別子", "code": "組織コード", "name": "名称", "short": "略称", "parent": "上位の組織", "kind": "種別", "regime": "規程", "place": "並び順", "predecessors": "前身の組織",
			}, unit), access.OrgRead),
			"code":   may(of("組織の外部コード", map[string]string{"unit": "組織の識別子", "system": "体系", "code": "コード"}, unit), access.OrgRead),
			"system": of("業務システム", map[string]string{"system": "システムの識別子", "code": "コード", "name": "名称", "owner": "所管する組織", "regime": "規程"}, nil),
			"post":   of("職", map[string]string{"post": "職の識別子", "code": "職コード", "title": "職名", "rank": "職位", "head": "所属長"}, nil),
			"person": may(of("職員", map[string]string{
				"person": "職員の識別子", "number": "職員番号", "employment": "任用区分", "name": "氏名", "kana": "カナ", "mail": "メール",
			}, person), access.PeopleRead),
			"assignment": may(called(of("発令", map[string]string{"person": "職員", "unit": "組織", "post": "職", "manner": "区分"}, person), "person", "unit", "post", "manner"), access.PeopleRead),
			"designation": called(of("指定", map[string]string{
				"regime": "規程", "role": "役割", "scope": "対象", "unit": "組織", "post": "職", "person": "職員", "decision": "決裁番号", "deputy": "代理の指定",
			}, nil), "role", "unit", "post", "person"),
			"deputy": may(called(of("代行者の指名", map[string]string{"regime": "規程", "role": "役割", "scope": "対象", "giver": "指名した人", "person": "代行する人"}, person), "person", "role"), access.PeopleRead),
			"batch":  may(of("取り込まれた異動", map[string]string{"title": "件名", "effective_on": "効力の日", "operators": "公表前に見る人", "state": "状態"}, upload), access.PeopleImport),
			"people-upload": may(of("人事異動のファイル", map[string]string{
				"title": "件名", "state": "状態", "at": "受付", "by_actor": "受け付けた人", "operators": "公表前に見る人", "wished": "希望の公表", "roster_on": "名簿の基準日", "covers": "名簿の範囲",
				"held_limit": "保留の上限（％）", "whole": "1行でも誤りがあれば止める", "leavers": "確かめた退職・転出の人数", "same": "確かめた同じ人の人数", "others": "別の人とした職員番号", "confirmed": "確かめた人",
				"trouble": "止まった理由", "row_count": "行数", "note": "書き添え",
			}, upload), access.PeopleImport),
			"people-hold": of("保留の行", map[string]string{"file": "ファイル", "place": "行", "state": "状態", "reason": "理由", "cells": "内容", "faults": "誤り"}, nil),
		},
	}
}

// inWords is how a value of any of the columns is read.
func inWords(column, value string) string {
	switch column {
	case "from_on", "until_on", "effective_on", "roster_on":
		switch day, err := jpdate.Parse(value); {
		case err != nil:
		case day == org.Open():
			return "定めなし"
		default:
			return day.Wareki()
		}
	case "opens", "closes", "at", "wished":
		switch t, err := db.ParseTime(value); {
		case err != nil:
		case t == org.Forever:
			return "定めなし"
		default:
			return inJapan(t)
		}
	case "kind":
		return cmp.Or(org.Kind(value).Title(), value)
	case "employment":
		return cmp.Or(org.Employment(value).Title(), value)
	case "manner":
		return cmp.Or(org.Manner(value).Title(), value)
	case "state":
		return cmp.Or(State(value).Title(), HoldState(value).Title(), value)
	case "scope":
		if value == org.BodyHome {
			return org.ScopeBody.Title()
		}
	case "operators", "others", "by_actor", "confirmed", "actor":
		return strings.ReplaceAll(strings.ReplaceAll(value, "person:", ""), " ", "、")
	}
	return value
}
