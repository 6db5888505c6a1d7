package people

import (
	"embed"

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
	read := access.PeopleRead
	return feature.Module{
		Name: "people",
		Menu: []ui.Link{{Text: "組織", Href: "/org"}, {Text: "職員", Href: "/people"}, {Text: "役割を担う人", Href: "/roles"}},
		Part: web.Part{Pages: files, Routes: []web.Route{
			web.Get("/org", read, "org", p.org),
			web.Get("/org/unit/{unit}", read, "unit", p.unit),
			web.Get("/posts", read, "list", p.posts),
			web.Get("/systems", read, "list", p.systems),
			web.Get("/people", read, "people", p.people),
			web.Get("/people/{person}", read, "person", p.person),
			web.Post("/people/{person}", access.DeputyName, "person", p.person, p.nameDeputy),
			web.Get("/deputies/{deputy}", access.DeputyName, "deputy", p.deputy),
			web.Post("/deputies/{deputy}", access.DeputyName, "deputy", p.deputy, p.endDeputy),
			web.Get("/roles", read, "roles", p.roles),
			web.Get("/roles/{regime}/{role}", read, "role", p.role),
			web.Download("/roles/download/{format}", read, p.download),
			web.Get("/vacancies", read, "vacancies", p.vacancies),
		}},
		Words: words(),
	}
}
