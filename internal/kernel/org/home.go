package org

import (
	"strings"

	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

// BodyHome is the home of what belongs to no unit: posts, people, batches, and the seats that are one for the whole body.
const BodyHome = trail.Body

// UnitHome is the home of what belongs to a unit.
func UnitHome(unit id.ID) string { return "u:" + string(unit) }

// SystemHome is the home of what belongs to a business system.
func SystemHome(system id.ID) string { return "s:" + string(system) }

// UnitOf is the unit of a unit's home.
func UnitOf(home string) (id.ID, bool) { return cut(home, "u:") }

// SystemOf is the system of a system's home.
func SystemOf(home string) (id.ID, bool) { return cut(home, "s:") }

// PersonHome is the home of what is one person's own: it moves with the person.
func PersonHome(person id.ID) string { return "p:" + string(person) }

// PersonOfHome is the person of a person's home.
func PersonOfHome(home string) (id.ID, bool) { return cut(home, "p:") }

func cut(home, prefix string) (id.ID, bool) {
	of, ok := strings.CutPrefix(home, prefix)
	return id.ID(of), ok
}
