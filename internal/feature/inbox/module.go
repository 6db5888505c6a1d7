package inbox

import (
	"embed"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

//go:embed page/*.html
var files embed.FS

// Module is the first page over what some features have to tell.
func Module(log *trail.Log, library *regime.Library, features []feature.Module) feature.Module {
	p := pages{log.DB(), library, features}
	return feature.Module{
		Name: "inbox",
		Menu: web.MenuOf(access.Self, ui.Link{Text: "いま行うこと", Href: "/"}),
		Part: web.Part{Pages: files, Routes: []web.Route{web.Get("/{$}", access.Self, "inbox", p.inbox)}},
	}
}
