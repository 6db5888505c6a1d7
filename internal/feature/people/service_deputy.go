package people

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

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
		s, err := d.snapshot(ctx, tx, by, n.From)
		if err != nil {
			return err
		}
		if who, err = s.deputyNamed(ctx, n); err != nil {
			return err
		}
		var faults errs.Faults
		for _, r := range n.Roles {
			as, err := mayName(ctx, tx, by, r)
			if err != nil {
				return err
			}
			tx.As(as.String())
			err = org.NameDeputy(ctx, tx, s.chart, org.Deputy{
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

// mayName is the authority on which somebody says who acts for the holder of a seat: he holds that seat himself
// (kobe-city/standard:9.3), or is a command. Neither his superior nor his deputy may.
func mayName(ctx context.Context, r db.Reader, by *access.Actor, seat HeldRole) (access.Authority, error) {
	as, err := by.Require(ctx, r, access.DeputyName, seat.Scope)
	if err != nil || by.Class == access.Program {
		return as, err
	}
	for _, h := range by.Authorities {
		if h.As != org.AsDeputy && (HeldRole{h.Regime, h.Role.ID, h.Home}) == seat && slices.Contains(h.Role.May, string(access.DeputyName)) {
			return access.Authority{Holding: h}, nil
		}
	}
	return access.Authority{}, errs.New(errs.Forbidden, "代行者を指名したり代行を終えたりできるのは、その役割を務める本人だけです。")
}

// names says whether the reader may say who acts for the holder of a seat.
func (s snapshot) names(ctx context.Context, seat HeldRole) (bool, error) {
	switch _, err := mayName(ctx, s, s.by, seat); errs.KindOf(err) {
	case errs.Forbidden, errs.NotFound:
		return false, nil
	default:
		return err == nil, err
	}
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

// deputyNamed finds who is meant, among those whom the reader sees.
func (s snapshot) deputyNamed(ctx context.Context, n Naming) (org.Who, error) {
	if n.Number == "" {
		if seen, err := s.sees(ctx, n.Person); err != nil || !seen {
			var faults errs.Faults
			faults.Add("person", "この人はいません。")
			return org.Who{}, cmp.Or(err, faults.Err("代行者を指名できません。"))
		}
		return s.name(ctx, n.Person)
	}
	list, _, err := s.find(ctx, s.narrow(org.PeopleQuery{Find: n.Number, Limit: perPage}))
	if err != nil {
		return org.Who{}, err
	}
	for _, x := range list {
		if key(x.Number) == key(n.Number) {
			return org.Who{ID: x.Person, Number: x.Number, Name: x.Name}, nil
		}
	}
	var faults errs.Faults
	like, err := s.suggest(ctx, n.Number, 3)
	if err != nil {
		return org.Who{}, err
	}
	var meant []string
	for _, x := range like {
		meant = append(meant, x.Name+"（"+x.Number+"）")
	}
	hint := ""
	if len(meant) > 0 {
		hint = "似ているのは、" + strings.Join(meant, "、") + "です。"
	}
	faults.Add("number", "%sに、職員番号 %s の人はいません。%s", n.From.Wareki(), n.Number, hint)
	return org.Who{}, faults.Err("代行者を指名できません。")
}

// EndDeputy lets a deputy act until a last day, yesterday or later, and says whose he was.
func (d *Directory) EndDeputy(ctx context.Context, by *access.Actor, deputy id.ID, last jpdate.Date) (giver id.ID, err error) {
	err = d.log.Do(ctx, trail.Act{Actor: by.Name, Name: "deputy.end"}, func(tx *trail.Tx) error {
		x, err := org.View{On: d.today(), Now: db.At(tx.Now)}.OpenDeputy(ctx, tx, deputy)
		if err != nil {
			return errs.Wrap(err, errs.NotFound, "この代行者の指名はないか、既に終わっています。")
		}
		as, err := mayName(ctx, tx, by, HeldRole{x.Regime, x.Role, x.Scope})
		if errs.KindOf(err) == errs.NotFound { // in the same words: whether there is one is not for everybody to know
			return errs.Wrap(err, errs.NotFound, "この代行者の指名はないか、既に終わっています。")
		}
		if err != nil {
			return err
		}
		tx.As(as.String())
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
