package app

import (
	"sekimori/internal/base/db"
	"sekimori/internal/feature"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/trail"
)

// Modules lists the features in the order of the menu.
func (a *App) Modules() []feature.Module {
	return []feature.Module{policy.Module(a.Policy)}
}

// Schemas lists what stores tables, the kernel first.
func Schemas() []db.Schema {
	return []db.Schema{
		{Module: "trail", FS: trail.Schema()},
		{Module: "org", FS: org.Schema()},
		{Module: "clause", FS: clause.Schema()},
		{Module: "regime", FS: regime.Schema()},
	}
}

// capabilities lists what the program itself guarantees and packs may name as `enforced`,
// each with the test that proves it. Deciding and auditing come with their features; until
// then packs plan for them.
func capabilities() []duty.Capability { return nil }
