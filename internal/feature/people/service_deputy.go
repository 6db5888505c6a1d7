package people

import (
	"context"
	"errors"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// Naming is that a holder of roles names who acts for him there.
type Naming struct {
	Roles       []HeldRole
	Giver       id.ID
	Person      id.ID
	Number      string      // of the deputy, in place of Person
	From, Until jpdate.Date // no Until: until further notice
}

// HeldRole is a role in the place for which it is held.
type HeldRole struct{ Regime, Role, Scope string }

// NameDeputy states it for all of the roles or for none, from today or later on, and says who the deputy is. The error is Invalid
// with everything that forbids it, by the names of the fields role, person (number where that was given), from_on and until_on.
func (d *Directory) NameDeputy(ctx context.Context, by *access.Actor, n Naming) (who org.Who, err error) {
	if n.Until.IsZero() {
		n.Until = org.Open()
	}
	var faults errs.Faults
	if n.From.Before(d.today()) {
		faults.Add("from_on", "今日より前の日からは指名できません。")
	}
	if len(n.Roles) == 0 {
		faults.Add("role", "役割を一つ以上選んでください。")
	}
	if err := faults.Err("代行者を指名できません。"); err != nil {
		return who, err
	}
	err = d.log.Do(ctx, trail.Act{Actor: by.Name, Name: "deputy.name"}, func(tx *trail.Tx) error {
		s, err := d.snapshot(ctx, tx, n.From)
		if err != nil {
			return err
		}
		if who, err = s.deputyNamed(ctx, n); err != nil {
			return err
		}
		var faults errs.Faults
		for _, r := range n.Roles {
			if err := names(ctx, tx, by, r.Scope); err != nil {
				return err
			}
			err := org.NameDeputy(ctx, tx, s.chart, org.Deputy{
				Statement: org.AtOnce(tx).State(r.Scope, n.From, n.Until), Regime: r.Regime, Role: r.Role, Scope: r.Scope, Giver: n.Giver, Person: who.ID,
			})
			wrong, ok := errors.AsType[*errs.Error](err)
			if err != nil && (!ok || wrong.Kind != errs.Invalid) {
				return err
			}
			if ok {
				s.note(&faults, n, r, wrong.Fields)
			}
		}
		return faults.Err("代行者を指名できません。")
	})
	return who, err
}

// names makes sure that somebody may say who acts for the holder of a seat. Whoever is a deputy himself may not.
func names(ctx context.Context, tx *trail.Tx, by *access.Actor, seat string) error {
	as, err := by.Require(ctx, tx, access.DeputyName, seat)
	if err != nil {
		return err
	}
	if as.Holding.As == org.AsDeputy {
		return errs.New(errs.Forbidden, "代行者は、ほかの代行者を指名したり終えたりできません。")
	}
	tx.As(as.String())
	return nil
}

// note adds what is wrong with one role: where there are several, by its name, and at the field in which the deputy was named.
func (s snapshot) note(faults *errs.Faults, n Naming, r HeldRole, fields []errs.Field) {
	for _, f := range fields {
		if f.Where == "person" && n.Number != "" {
			f.Where = "number"
		}
		if len(n.Roles) > 1 {
			f.Message = s.roleTitle(r.Regime, r.Role) + "（" + s.chart.Place(r.Regime, r.Scope).Name + "）は、" + f.Message + "。"
		}
		faults.Add(f.Where, "%s", f.Message)
	}
}

// deputyNamed finds who is meant.
func (s snapshot) deputyNamed(ctx context.Context, n Naming) (org.Who, error) {
	if n.Number == "" {
		return s.name(ctx, n.Person)
	}
	list, _, err := s.People(ctx, s, org.PeopleQuery{Find: n.Number, Limit: perPage})
	if err != nil {
		return org.Who{}, err
	}
	for _, x := range list {
		if key(x.Number) == key(n.Number) {
			return org.Who{ID: x.Person, Number: x.Number, Name: x.Name}, nil
		}
	}
	var faults errs.Faults
	faults.Add("number", "%sに、職員番号 %s の人はいません。", n.From.Wareki(), n.Number)
	return org.Who{}, faults.Err("代行者を指名できません。")
}

// EndDeputy lets a deputy act until a last day, yesterday or later, and says whose he was.
func (d *Directory) EndDeputy(ctx context.Context, by *access.Actor, deputy id.ID, last jpdate.Date) (giver id.ID, err error) {
	err = d.log.Do(ctx, trail.Act{Actor: by.Name, Name: "deputy.end"}, func(tx *trail.Tx) error {
		x, err := openDeputy(ctx, tx, org.View{On: d.today(), Now: db.At(tx.Now)}, deputy)
		if err != nil {
			return errs.Wrap(err, errs.NotFound, "この代行者の指名はないか、既に終わっています。")
		}
		if err := names(ctx, tx, by, x.Scope); err != nil {
			return err
		}
		giver = x.Giver
		var faults errs.Faults
		switch {
		case last.Before(d.today().AddDays(-1)):
			faults.Add("last", "昨日より前の日までにはできません。その間に代行した記録が残っているためです。")
		case last.After(x.Until):
			faults.Add("last", "%sまでの指名です。延ばすには、新しく指名してください。", x.Until.Wareki())
		}
		if err := faults.Err("代行を終えられません。"); err != nil {
			return err
		}
		return org.EndOn(ctx, tx, org.Deputies, org.AtOnce(tx), x, last)
	})
	return giver, err
}
