package signin

import (
	"embed"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
)

//go:embed page/*.html
var files embed.FS

// Module is the doors and the own account as the program takes them in.
func Module(d *Doors) feature.Module {
	p := pages{d}
	return feature.Module{
		Name: "signin",
		Part: web.Part{Pages: files, Routes: []web.Route{
			web.Get("/signin", access.Anyone, "enter", p.enter),
			web.Post("/signin", access.Anyone, "enter", p.enter, p.signIn),
			web.Post("/signin/known", access.Anyone, "enter", p.enter, p.signInKnown),
			web.Lead(pathAway, access.Anyone, "enter", p.away, p.failed),
			web.Lead(pathBack, access.Anyone, "enter", p.back, p.failed),
			web.Post("/signout", access.Entering, "ended", p.ended, p.leave),
			web.Get("/signin/ended", access.Entering, "ended", p.ended),
			web.Get("/signin/password", access.Entering, "password", p.password),
			web.Post("/signin/password", access.Entering, "password", p.password, p.changePassword),
			web.Get("/signin/factor", access.Entering, "factor", p.factor),
			web.Post("/signin/factor", access.Entering, "factor", p.factor, p.giveFactor),
			web.Post("/signin/factor/two", access.Entering, "factor", p.factor, p.giveTwo),
			web.Answer("/signin/factor/passkey", access.Entering, "factor", p.factor, p.askPasskey),
			web.Get("/signin/enroll", access.Entering, "enroll", p.enroll),
			web.Answer("/account/factors/totp", access.Entering, "offer", p.offerPage, p.beginTOTP),
			web.Post("/account/factors/totp/confirm", access.Entering, "offer", p.offerPage, p.confirmTOTP),
			web.Answer("/account/factors/printed", access.Entering, "offer", p.offerPage, p.printList),
			web.Answer("/account/factors/passkey", access.Entering, "offer", p.offerPage, p.beginPasskey),
			web.Post("/account/factors/passkey/confirm", access.Entering, "offer", p.offerPage, p.confirmPasskey),
			web.Get("/account", access.Self, "account", p.account),
			web.Get("/account/password", access.Self, "password", p.password),
			web.Post("/account/password", access.Self, "password", p.password, p.changePassword),
			web.Post("/account/factors/withdraw", access.Self, "account", p.account, p.withdrawFactor),
			web.Post("/account/sessions/end", access.Self, "account", p.account, p.endSessions),
			web.Answer("/account/keys", access.Self, "key", p.keyPage, p.makeKey),
			web.Post("/account/keys/withdraw", access.Self, "account", p.account, p.withdrawKey),
			web.Get("/place", access.Anyone, "place", p.place),
			web.Post("/place", access.Anyone, "place", p.place, p.openPlace),
			web.Post("/place/enrol", access.Anyone, "place", p.place, p.enrolTerminal),
			web.Post("/place/leave", access.Terminal, "place", p.place, p.leavePlace),
		}},
		Words: words(), Tasks: p.tasks,
	}
}
