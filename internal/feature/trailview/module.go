package trailview

import (
	"embed"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

//go:embed page/*.html
var files embed.FS

// Words are what people call the acts and things of the trail itself and of the kernel that no feature shows.
func Words() feature.Words {
	return feature.Words{
		Acts: map[string]string{
			"trail.verify": "証跡を検証する", "trail.epoch": "証跡の新しい期を開く", "trail.erase": "証跡から個人情報を消去する", "trail.restore": "復元のあとに個人情報を消し直す",
			"access.appoint": "運用管理者か監査閲覧者を任命する", "access.dismiss": "運用管理者か監査閲覧者の任を解く", "access.grant": "閉じた事案の閲覧を認める", "access.ungrant": "閉じた事案の閲覧を取り消す",
		},
		Kinds: map[string]feature.KindWords{
			"check": {Title: "証跡の検証", Columns: map[string]string{
				"actor": "検証した者", "at": "日時", "ok": "異常なし", "size": "件数", "root": "根のハッシュ", "checked": "調べた数", "findings": "見つかったもの",
			}},
			"grant":   {Title: "閉じた事案の閲覧", Columns: map[string]string{"person": "だれに", "opens": "対象", "from_on": "最初の日", "until_on": "最後の日", "decision": "決裁番号"}},
			"epoch":   {Title: "証跡の期", Columns: map[string]string{"number": "期", "starts_at": "開始の件数", "size": "開始の件数", "why": "理由", "at": "日時"}},
			"erasure": {Title: "消去", Columns: map[string]string{"kind": "種類", "thing": "対象", "part": "部分", "ground": "根拠", "clause": "条項"}},
		},
	}
}

// Module is the trail's screens. words are those of all features, this one's among them.
func Module(s *Service, words feature.Words) feature.Module {
	p := pages{s, dictionary{words}}
	read := access.TrailRead
	return feature.Module{
		Name: "trailview",
		Menu: web.MenuOf(read, ui.Link{Text: "証跡", Href: "/trail"}),
		Part: web.Part{Pages: files, Routes: []web.Route{
			web.Get("/trail", read, "search", p.search),
			web.Get("/trail/act/{act}", read, "act", p.act),
			web.Get("/trail/thing/{kind}/{thing...}", read, "thing", p.thing),
			web.Get("/trail/state", read, "state", p.state),
			web.Post("/trail/state", access.TrailVerify, "state", p.state, p.verify),
			web.Download("/trail/receipt/{kind}/{version}/{thing...}", read, p.receipt),
			web.Download("/trail/checkpoint", read, p.checkpoint),
		}, Operations: operations(p)},
		Words: Words(), Figures: p.figures,
	}
}
