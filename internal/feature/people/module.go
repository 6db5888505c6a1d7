package people

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

// Module is the people feature as the program takes it in.
func Module(s *Service, d *Directory) feature.Module {
	p := pages{s, d}
	who, read, takeIn := access.OrgRead, access.PeopleRead, access.PeopleImport
	return feature.Module{
		Name: "people",
		Menu: slices.Concat(web.MenuOf(who, ui.Link{Text: "組織", Href: "/org"}), web.MenuOf(read, ui.Link{Text: "職員", Href: "/people"}),
			web.MenuOf(who, ui.Link{Text: "役割を担う人", Href: "/roles"}), web.MenuOf(takeIn, ui.Link{Text: "人事異動", Href: "/people/import"})),
		Part: web.Part{Pages: files, Routes: []web.Route{
			web.Get("/org", who, "org", p.org),
			web.Get("/org/unit/{unit}", who, "unit", p.unit),
			web.Get("/find", who, "find", p.find),
			web.Get("/posts", who, "list", p.posts),
			web.Get("/systems", who, "list", p.systems),
			web.Get("/people", read, "people", p.people),
			web.Get("/people/{person}", read, "person", p.person),
			web.Post("/people/{person}", access.DeputyName, "person", p.person, p.nameDeputy),
			web.Get("/deputies/{deputy}", access.DeputyName, "deputy", p.deputy),
			web.Post("/deputies/{deputy}", access.DeputyName, "deputy", p.deputy, p.endDeputy),
			web.Get("/roles", who, "roles", p.roles),
			web.Get("/roles/{regime}/{role}", who, "role", p.role),
			web.Download("/roles/download/{format}", who, p.download),
			web.Get("/vacancies", who, "vacancies", p.vacancies),
			web.Get("/people/import", takeIn, "imports", p.imports),
			web.Post("/people/import", takeIn, "imports", p.imports, p.upload).UpTo(maxUpload),
			web.Get("/people/import/enter", takeIn, "enter", p.enter),
			web.Post("/people/import/enter", takeIn, "enter", p.enter, p.takeEntered),
			web.Get("/people/import/{upload}", takeIn, "import", p.importing),
			web.Post("/people/import/{upload}", takeIn, "import", p.importing, p.confirm),
			web.Post("/people/import/{upload}/operators", takeIn, "import", p.importing, p.setOperators),
			web.Post("/people/import/{upload}/drop", takeIn, "import", p.importing, p.drop),
			web.Post("/people/import/{upload}/again", takeIn, "import", p.importing, p.again),
			web.Post("/people/import/{upload}/undo", takeIn, "import", p.importing, p.undo),
			web.Get("/people/import/{upload}/hold/{hold}", takeIn, "hold", p.hold),
			web.Post("/people/import/{upload}/hold/{hold}", takeIn, "hold", p.hold, p.fixHold),
			web.Post("/people/import/{upload}/hold/{hold}/drop", takeIn, "hold", p.hold, p.dropHold),
		}, Operations: operations(d)},
		Words: words(d.library.Offered()), Tasks: p.tasks, Figures: p.figures,
	}
}
