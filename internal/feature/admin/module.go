package admin

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

// Module is the feature as the program takes it in.
func Module(o Office) feature.Module {
	p := pages{o.Settings, o}
	read, draft := access.PolicyRead, access.SettingDraft
	return feature.Module{
		Name: "admin",
		Menu: web.MenuOf(read, ui.Link{Text: "管理", Href: "/admin"}),
		Part: web.Part{Pages: files, Routes: slices.Concat([]web.Route{
			web.Get("/admin", read, "board", p.index),
			web.Get("/admin/settings", read, "settings", p.settings),
			web.Get("/admin/settings/draft", draft, "draft", p.drafting),
			web.Post("/admin/settings/draft", draft, "draft", p.drafting, p.propose),
			web.Get("/admin/settings/draft/{draft}", read, "paper", p.paper),
			web.Post("/admin/settings/draft/{draft}/adopt", access.SettingDecide, "paper", p.paper, p.adopt),
			web.Post("/admin/settings/draft/{draft}/record", draft, "paper", p.paper, p.record),
			web.Post("/admin/settings/draft/{draft}/withdraw", draft, "paper", p.paper, p.withdraw),
		}, p.accountRoutes(), p.runningRoutes()), Operations: operations(o.Settings)},
		Words: words(), Tasks: p.tasks, Figures: p.figures,
	}
}

// accountRoutes are the pages about who may come in.
func (p pages) accountRoutes() []web.Route {
	manage, confirm := access.AccountManage, access.AccountConfirm
	return []web.Route{
		web.Get("/admin/accounts", manage, "board", p.accounts),
		web.Get("/admin/accounts/new", manage, "slip", p.invitePage),
		web.Answer("/admin/accounts/new", manage, "slip", p.invitePage, p.invite),
		web.Get("/admin/accounts/lapsed", manage, "board", p.lapsedPage),
		web.Post("/admin/accounts/lapsed", manage, "board", p.lapsedPage, p.closeLapsed),
		web.Get("/admin/accounts/{account}", manage, "board", p.account),
		web.Post("/admin/accounts/{account}/suspend", manage, "board", p.account, p.suspend),
		web.Post("/admin/accounts/{account}/resume", manage, "board", p.account, p.resume),
		web.Post("/admin/accounts/{account}/close", manage, "board", p.account, p.close),
		web.Post("/admin/accounts/{account}/rename", manage, "board", p.account, p.rename),
		web.Post("/admin/accounts/{account}/end", manage, "board", p.account, p.endSessions),
		web.Post("/admin/accounts/{account}/recovery", manage, "board", p.account, p.askRecovery),
		web.Answer("/admin/accounts/{account}/reset", manage, "slip", p.resetPage, p.reset),
		web.Get("/admin/recoveries", confirm, "board", p.recoveries),
		web.Get("/admin/recoveries/{recovery}", confirm, "board", p.recovery),
		web.Answer("/admin/recoveries/{recovery}/confirm", confirm, "slip", p.confirmPage, p.confirm),
		web.Post("/admin/recoveries/{recovery}/refuse", confirm, "board", p.recovery, p.refuse),
	}
}

// runningRoutes are the pages about places, jobs and packs.
func (p pages) runningRoutes() []web.Route {
	place, jobs := access.PlaceManage, access.JobManage
	return []web.Route{
		web.Get("/admin/places", place, "board", p.places),
		web.Get("/admin/places/new", place, "board", p.newPlace),
		web.Post("/admin/places/new", place, "board", p.newPlace, p.invitePlace),
		web.Get("/admin/places/{place}", place, "board", p.place),
		web.Answer("/admin/places/{place}/terminals", place, "slip", p.terminalPage, p.addTerminal),
		web.Post("/admin/places/{place}/withdraw", place, "board", p.place, p.withdrawTerminal),
		web.Post("/admin/places/{place}/renew", place, "board", p.place, p.renewPlace),
		web.Post("/admin/places/{place}/close", place, "board", p.place, p.closePlace),
		web.Get("/admin/jobs", jobs, "board", p.jobs),
		web.Get("/admin/jobs/{job}", jobs, "board", p.job),
		web.Post("/admin/jobs/{job}/retry", jobs, "board", p.job, p.retry),
		web.Get("/admin/packs", access.PolicyRead, "board", p.packs),
		web.Get("/admin/packs/{regime}/{edition}", access.PolicyRead, "board", p.pack),
		web.Post("/admin/packs/{regime}/{edition}/activate", access.RegimeActivate, "board", p.pack, p.activate),
	}
}
