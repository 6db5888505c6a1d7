package admin

import (
	"embed"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

//go:embed page/*.html
var files embed.FS

// Module is the feature as the program takes it in.
func Module(s *Settings) feature.Module {
	p := pages{s}
	read, draft := access.PolicyRead, access.SettingDraft
	return feature.Module{
		Name: "admin",
		Menu: web.MenuOf(read, ui.Link{Text: "標準運用値", Href: "/admin/settings"}),
		Part: web.Part{Pages: files, Routes: []web.Route{
			web.Get("/admin/settings", read, "settings", p.settings),
			web.Get("/admin/settings/draft", draft, "draft", p.drafting),
			web.Post("/admin/settings/draft", draft, "draft", p.drafting, p.propose),
			web.Get("/admin/settings/draft/{draft}", read, "paper", p.paper),
			web.Post("/admin/settings/draft/{draft}/adopt", access.SettingDecide, "paper", p.paper, p.adopt),
			web.Post("/admin/settings/draft/{draft}/record", draft, "paper", p.paper, p.record),
			web.Post("/admin/settings/draft/{draft}/withdraw", draft, "paper", p.paper, p.withdraw),
		}, Operations: operations(s)},
		Words: words(),
	}
}
