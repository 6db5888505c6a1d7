package app

import (
	"context"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/feature/admin"
	"sekimori/internal/feature/inbox"
	"sekimori/internal/feature/ledger"
	"sekimori/internal/feature/people"
	"sekimori/internal/feature/policy"
	"sekimori/internal/feature/signin"
	"sekimori/internal/feature/trailview"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/search"
	"sekimori/internal/kernel/setting"
	"sekimori/internal/kernel/trail"
)

// Modules lists the features in the order of the menu.
func (a *App) Modules() []feature.Module {
	modules := []feature.Module{policy.Module(a.Policy), ledger.Module(a.Log, a.Ledgers, a.Sheets, a.Library.Offered()), people.Module(a.People, a.Staff), admin.Module(a.office()), signin.Module(a.Doors)}
	words := []feature.Words{trailview.Words()}
	for _, m := range modules {
		words = append(words, m.Words)
	}
	modules = append(modules, trailview.Module(a.Trail, trailview.NewWords(words...)))
	return append([]feature.Module{inbox.Module(a.Log, a.Library, modules)}, modules...)
}

// Audited lists every table under the trail: those of the program, and of the registers that were adopted.
func (a *App) Audited(ctx context.Context) (list []trail.Audited, err error) {
	err = a.DB.View(ctx, func(r db.Reader) error {
		shelf, err := a.Library.Shelf(ctx, r, jpdate.Today(a.DB.Now()))
		if err == nil {
			list = append(Audited(), shelf.Audited()...)
		}
		return err
	})
	return list, err
}

// Audited lists every table of the program under the trail.
func Audited() []trail.Audited {
	return slices.Concat(org.Audited(), access.Audited(), account.Audited(), setting.Audited(), clause.Audited(), regime.Audited(), register.Audited(), people.Tables(), ledger.Audited(), trailview.Audited())
}

// Unaudited lists every other table, with the reason why the trail does not hold it.
func Unaudited() map[string]string {
	return map[string]string{
		"trail_act":          "the trail itself",
		"trail_entry":        "the trail itself",
		"trail_head":         "the trail itself",
		"trail_tile":         "the trail itself",
		"trail_checkpoint":   "the trail itself",
		"trail_follower":     "how far what is derived has come",
		"trail_thing":        "derived from the trail by a follower",
		"trail_store":        "the same id stands in the store",
		"search_document":    "derived from the trail by a follower",
		"search_index":       "derived from the trail by a follower",
		"search_form":        "by which sources what is derived was made",
		"account_session":    "who is signed in, and was: a record of its own, kept for 13 months",
		"account_try":        "counters of wrong passwords and codes",
		"account_key_use":    "when a key was used last",
		"account_factor_use": "how far a second factor was used, so that no code counts twice",
		"account_ceremony":   "what a session has begun and not ended",
		"job":                "work under way; its effects are audited",
		"job_beat":           "work under way; its effects are audited",
		"ledger_preview":     "worked out from what was sent and the register, until it is taken in",
		"register_number":    "how far the numbers of a series have come; the numbers stand in entries",
		"register_link":      "derived from the trail by a follower",
		"register_file":      "derived from the trail by a follower",
		"register_file_left": "derived from the trail by a follower: files that are to be deleted",
		"org_stamp":          "a counter that says when what a process remembers is old",
	}
}

// Schemas lists what stores tables, the kernel first.
func Schemas() []db.Schema {
	return []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "access", FS: access.Schema()},
		{Module: "search", FS: search.Schema()},
		{Module: "account", FS: account.Schema()},
		{Module: "clause", FS: clause.Schema()},
		{Module: "setting", FS: setting.Schema()},
		{Module: "register", FS: register.Schema()},
		{Module: "regime", FS: regime.Schema()},
		{Module: "job", FS: job.Schema()},
		{Module: "people", FS: people.Schema()},
		{Module: "ledger", FS: ledger.Schema()},
		{Module: "trailview", FS: trailview.Schema()},
	}
}

// capabilities lists what the program itself guarantees and packs may name as `enforced`,
// each with the test that proves it. Deciding and auditing come with their features; until
// then packs plan for them.
func capabilities() []duty.Capability { return nil }

// office is what those who run the program work with.
func (a *App) office() admin.Office {
	return admin.Office{Settings: a.Settings, Accounts: a.Accounts, Factors: a.Doors.Factors, Keys: a.Doors.Keys, Jobs: a.Jobs, Library: a.Library}
}
