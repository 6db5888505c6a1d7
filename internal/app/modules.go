package app

import (
	"sekimori/internal/base/db"
	"sekimori/internal/feature"
	"sekimori/internal/feature/policy"
	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/duty"
)

// Modules lists the features in the order of the menu.
func (a *App) Modules() []feature.Module {
	return []feature.Module{policy.Module(a.Policy)}
}

// Schemas lists what stores tables, the kernel first.
func Schemas() []db.Schema {
	return []db.Schema{{Module: "clause", FS: clause.Schema()}}
}

// capabilities lists what the program itself guarantees and packs may name as `enforced`,
// each with the test that proves it. Deciding and auditing come with their features; until
// then packs plan for them.
func capabilities() []duty.Capability { return nil }
