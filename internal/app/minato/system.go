package minato

import (
	"fmt"
	"strings"
)

// system is a business system.
type system struct {
	code, name, regime string
	owner              int
}

// own gives the town its systems: those of the data file, and in the city one after the other to the sections of the head
// offices and to schools.
func (t *town) own() error {
	all, err := lines("systems.txt")
	if err != nil {
		return err
	}
	schools := 0
	add := func(regime, name string, owner int) {
		form := "S%03d"
		if regime == all[len(all)-1][0] { // the schools' policy
			form = "E%03d"
			schools++
		}
		t.systems = append(t.systems, system{fmt.Sprintf(form, len(t.systems)+1), name, regime, owner})
	}
	for _, l := range all {
		owner := t.unit(l[2])
		if owner < 0 {
			return fmt.Errorf("systems.txt: no unit %s", l[2])
		}
		add(l[0], l[1], owner)
	}
	for _, use := range []string{"業務管理", "申請受付", "統計集計"} {
		for i, u := range t.units {
			stem := strings.TrimSuffix(u.name, "課")
			plain := u.kind == section && u.marks == strings.Trim(u.marks, anyMark[1:]) && u.before < 0 && !u.ended && stem != u.name && !strings.HasPrefix(u.name, "区")
			if plain && len(t.systems)-schools < t.measure.systems-t.measure.schoolSystems {
				add(u.regime, stem+use+"システム", i)
			}
			if use == "業務管理" && u.kind == school && u.headTitle() == "校長" && i%4 == 0 && schools < t.measure.schoolSystems {
				add(u.regime, u.name+"図書管理システム", i)
			}
		}
	}
	return nil
}

// owners are the units that own a system.
func (t *town) owners() map[int]bool {
	m := map[int]bool{}
	for _, s := range t.systems {
		m[s.owner] = true
	}
	return m
}
