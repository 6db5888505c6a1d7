package policy

import (
	"embed"
	"slices"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

//go:embed page/*.html
var files embed.FS

// Module is the policy feature as the program takes it in.
func Module(s *Service) feature.Module {
	p := pages{s}
	read, duties := access.PolicyRead, access.DutyRead
	return feature.Module{
		Name: "policy",
		Menu: slices.Concat(web.MenuOf(read, ui.Link{Text: "規程", Href: "/policy"}), web.MenuOf(duties, ui.Link{Text: "役割ごとの義務", Href: "/duties"}), web.MenuOf(read, ui.Link{Text: "さがす", Href: "/search"})),
		Part: web.Part{Pages: files, Routes: []web.Route{
			web.Get("/policy", read, "home", p.home),
			web.Get("/regime/{regime}", read, "regime", p.overview),
			web.Get("/regime/{regime}/roles", read, "regime", p.side("roles", "役割", rolesSide)),
			web.Get("/regime/{regime}/classes", read, "regime", p.side("classes", "分類", classesSide)),
			web.Get("/regime/{regime}/settings", read, "regime", p.settings),
			web.Get("/regime/{regime}/kinds", read, "regime", p.side("kinds", "台帳と申請", kindsSide)),
			web.Get("/regime/{regime}/defects", read, "regime", p.side("defects", "原文の欠陥", defectsSide)),
			web.Get("/document/{regime}/{document}/{chapter}", read, "chapter", p.chapter),
			web.Get("/clause/{regime}/{clause...}", read, "clause", p.clause),
			web.Get("/duties", duties, "duties", p.duties),
			web.Get("/duties/{regime}", duties, "duties", p.duties),
			web.Get("/duties/{regime}/{role}", duties, "role", p.role),
			web.Get("/search", read, "search", p.search),
		}, Operations: operations(s)},
		Words: Words(), Figures: p.figures,
	}
}
