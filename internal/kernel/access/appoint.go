package access

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Appointment gives one of the roles of Sekimori itself to a person, from today or later on, by a decision of the body.
type Appointment struct {
	Role        string // Operator or Auditor
	Person      id.ID
	From, Until jpdate.Date // no Until: until further notice
	Decision    string      // number
}

// Appoint needs the permission role.appoint. Nobody appoints himself. Invalid with everything that is wrong, by the fields role,
// person, decision, from_on and until_on.
func Appoint(ctx context.Context, log *trail.Log, by *Actor, a Appointment) error {
	if a.Until.IsZero() {
		a.Until = org.Open()
	}
	act := trail.Act{Actor: by.Name, Name: "access.appoint", Detail: map[string]string{"decision": a.Decision}}
	return log.Do(ctx, act, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, RoleAppoint, trail.Body); err != nil {
			return err
		}
		if err := notHimself(by, a.Person, "自分を任命することはできません。"); err != nil {
			return err
		}
		var faults errs.Faults
		if !BuiltInRole(a.Role) {
			faults.Add("role", "任命できる役割は %s（運用管理者）か %s（監査閲覧者）です", Operator, Auditor)
		}
		if err := due(ctx, tx, &faults, a.Person, a.From, a.Until, a.Decision); err != nil {
			return err
		}
		held, err := appointed(ctx, tx, a.Role, a.Person)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(held, func(d org.Designation) bool { return !d.From.After(a.Until) && !a.From.After(d.Until) }) {
			faults.Add("from_on", "重なる期間について、既に任命されています")
		}
		if err := faults.Err("任命できません。"); err != nil {
			return err
		}
		return org.Designations.Put(ctx, tx, org.Designation{
			Statement: org.AtOnce(tx).State(org.BodyHome, a.From, a.Until), Regime: BuiltIn, Role: a.Role, Scope: org.BodyHome, Person: a.Person, Decision: a.Decision,
		})
	})
}

// Dismiss ends what Appoint gave: last is the last day, yesterday or later. NotFound where the person was not appointed.
func Dismiss(ctx context.Context, log *trail.Log, by *Actor, role string, person id.ID, last jpdate.Date, decision string) error {
	act := trail.Act{Actor: by.Name, Name: "access.dismiss", Detail: map[string]string{"decision": decision}}
	return log.Do(ctx, act, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, RoleAppoint, trail.Body); err != nil {
			return err
		}
		held, err := appointed(ctx, tx, role, person)
		if err != nil {
			return err
		}
		held = slices.DeleteFunc(held, func(d org.Designation) bool { return !d.Until.After(last) })
		if len(held) == 0 {
			return errs.New(errs.NotFound, "この人は、その日より後について任命されていません。")
		}
		var faults errs.Faults
		if strings.TrimSpace(decision) == "" {
			faults.Add("decision", "決裁番号を書いてください")
		}
		if last.Before(jpdate.Today(tx.Now).AddDays(-1)) {
			faults.Add("last", "昨日より前の日までにはできません。その間にした操作の記録が残っているためです")
		}
		if err := faults.Err("任を解けません。"); err != nil {
			return err
		}
		for _, d := range held {
			if err := org.EndOn(ctx, tx, org.Designations, org.AtOnce(tx), d, last); err != nil {
				return err
			}
		}
		return nil
	})
}

// BuiltInRole says whether a role is one of those that belong to no policy.
func BuiltInRole(role string) bool { _, ok := Rules().Role(role); return ok }

// Appointed lists who is appointed or designated to the roles of Sekimori itself, on the day of the view or later.
func Appointed(ctx context.Context, r db.Reader, v org.View) ([]org.Designation, error) {
	return v.DesignationsOf(ctx, r, BuiltIn)
}

// appointed are the appointments of a person to a role, of today and later.
func appointed(ctx context.Context, tx *trail.Tx, role string, person id.ID) ([]org.Designation, error) {
	all, err := Appointed(ctx, tx, org.View{On: jpdate.Today(tx.Now), Now: db.At(tx.Now)})
	return slices.DeleteFunc(all, func(d org.Designation) bool { return d.Role != role || d.Person != person }), err
}

// notHimself keeps somebody from giving himself what he decides on for others.
func notHimself(by *Actor, person id.ID, words string) error {
	if by.Class == Person && by.Person.Person == person {
		return errs.New(errs.Forbidden, "%s", words)
	}
	return nil
}

// due notes what is wrong with a person, days and a decision.
func due(ctx context.Context, tx *trail.Tx, faults *errs.Faults, person id.ID, from, until jpdate.Date, decision string) error {
	today := jpdate.Today(tx.Now)
	switch {
	case from.IsZero():
		faults.Add("from_on", "始まりの日を書いてください")
	case from.Before(today):
		faults.Add("from_on", "今日より前の日からにはできません")
	case until.Before(from):
		faults.Add("until_on", "終わりの日が始まりの日より前です")
	}
	if strings.TrimSpace(decision) == "" {
		faults.Add("decision", "決裁番号を書いてください")
	}
	work, err := org.View{On: from, Now: db.At(tx.Now)}.AssignmentsOf(ctx, tx, person)
	if err == nil && len(work) == 0 {
		faults.Add("person", "始まりの日に、どの組織にも所属していない人です")
	}
	return err
}
