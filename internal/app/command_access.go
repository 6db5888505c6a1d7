package app

import (
	"cmp"
	"errors"
	"slices"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature/people"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
)

type appointCommand struct {
	Role     string `required:"" placeholder:"ROLE" help:"operator（運用管理者）か auditor（監査閲覧者）"`
	Person   string `required:"" placeholder:"NUMBER" help:"職員番号"`
	Decision string `required:"" placeholder:"NO" help:"決裁番号"`
	From     string `placeholder:"DATE" help:"この日から（省くと今日）"`
	Until    string `placeholder:"DATE" help:"この日まで（省くと期限を定めない）"`
}

// Run appoints somebody to a role that belongs to no policy; so a new body gets its first operator.
func (k *appointCommand) Run(c *console) error {
	return c.person(k.Person, func(a *App, person id.ID) error {
		from, err1 := c.day(a, "--from", k.From)
		until, err2 := c.day(a, "--until", cmp.Or(k.Until, org.Open().String()))
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		err := access.Appoint(c.ctx, a.Log, c.actor(), access.Appointment{Role: k.Role, Person: person, From: from, Until: until, Decision: k.Decision})
		if err == nil {
			c.say("任命しました（%sから）。", from.Wareki())
		}
		return err
	})
}

type dismissCommand struct {
	Role     string `required:"" placeholder:"ROLE" help:"operator（運用管理者）か auditor（監査閲覧者）"`
	Person   string `required:"" placeholder:"NUMBER" help:"職員番号"`
	Decision string `required:"" placeholder:"NO" help:"決裁番号"`
	Last     string `placeholder:"DATE" help:"この日まで務める（省くと昨日。すぐに終わる）"`
}

// Run ends an appointment.
func (k *dismissCommand) Run(c *console) error {
	return c.person(k.Person, func(a *App, person id.ID) error {
		last, err := c.day(a, "--last", cmp.Or(k.Last, jpdate.Today(a.DB.Now()).AddDays(-1).String()))
		if err != nil {
			return err
		}
		if err = access.Dismiss(c.ctx, a.Log, c.actor(), k.Role, person, last, k.Decision); err == nil {
			c.say("任を解きました（%sまで）。", last.Wareki())
		}
		return err
	})
}

type grantCommand struct {
	Person   string `required:"" placeholder:"NUMBER" help:"職員番号"`
	Case     string `required:"" placeholder:"ID" help:"閉じた事案の識別子"`
	Decision string `required:"" placeholder:"NO" help:"決裁番号"`
	From     string `placeholder:"DATE" help:"この日から（省くと今日）"`
	Until    string `required:"" placeholder:"DATE" help:"この日まで"`
}

// Run lets somebody see a closed case for some days.
func (k *grantCommand) Run(c *console) error {
	return c.person(k.Person, func(a *App, person id.ID) error {
		from, err1 := c.day(a, "--from", k.From)
		until, err2 := c.day(a, "--until", k.Until)
		if err := errors.Join(err1, err2); err != nil {
			return err
		}
		err := access.Give(c.ctx, a.Log, c.actor(), access.Grant{Person: person, Opens: access.CaseHome(id.ID(k.Case)), From: from, Until: until, Decision: k.Decision})
		if err == nil {
			c.say("閲覧を認めました（%sから%sまで）。", from.Wareki(), until.Wareki())
		}
		return err
	})
}

type ungrantCommand struct {
	Person   string `required:"" placeholder:"NUMBER" help:"職員番号"`
	Case     string `required:"" placeholder:"ID" help:"閉じた事案の識別子"`
	Decision string `required:"" placeholder:"NO" help:"決裁番号"`
}

// Run closes a case to somebody again, at once.
func (k *ungrantCommand) Run(c *console) error {
	return c.person(k.Person, func(a *App, person id.ID) error {
		err := access.Withdraw(c.ctx, a.Log, c.actor(), person, access.CaseHome(id.ID(k.Case)), k.Decision)
		if err == nil {
			c.say("閲覧を取り消しました。")
		}
		return err
	})
}

type appointedCommand struct{}

type appointedRow struct {
	Role     string          `json:"role"`
	Title    string          `json:"title"`
	Person   *people.NameRow `json:"person"` // null where it goes by a post
	Unit     *people.NameRow `json:"unit"`
	Post     string          `json:"post"`
	Decision string          `json:"decision"`
	From     string          `json:"from"`
	To       *string         `json:"to"`
}

// Run lists who is appointed to the roles that belong to no policy, today or later, by himself or by the post that he bears.
func (k *appointedCommand) Run(c *console) error {
	a, err := c.look()
	if err != nil {
		return err
	}
	defer c.close(a)
	rows := []appointedRow{}
	if err := a.DB.View(c.ctx, func(r db.Reader) error {
		rows = rows[:0]
		v := org.View{On: jpdate.Today(a.DB.Now()), Now: db.At(a.DB.Now())}
		list, err := access.Appointed(c.ctx, r, v)
		if err != nil {
			return err
		}
		slices.SortStableFunc(list, func(x, y org.Designation) int { return cmp.Or(cmp.Compare(x.Role, y.Role), x.From.Compare(y.From)) })
		for _, d := range list {
			row, err := appointedRowOf(c, r, v, d)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		return nil
	}); err != nil {
		return err
	}
	if c.flags.JSON {
		return c.json(rows)
	}
	for _, x := range rows {
		who, to := x.Post, "期限なし"
		if x.Person != nil {
			who = x.Person.Code + " " + x.Person.Name
		} else if x.Unit != nil {
			who = x.Unit.Name + " " + x.Post
		}
		if x.To != nil {
			to = *x.To + "まで"
		}
		c.line("%s\t%s\t%sから\t%s\t%s", x.Title, who, x.From, to, x.Decision)
	}
	return nil
}

func appointedRowOf(c *console, r db.Reader, v org.View, d org.Designation) (appointedRow, error) {
	role, _ := access.Rules().Role(d.Role)
	row := appointedRow{Role: d.Role, Title: role.Title, Decision: d.Decision, From: d.From.String()}
	if d.Until != org.Open() {
		row.To = new(d.Until.String())
	}
	if d.Person != "" {
		past, err := v.PersonHistory(c.ctx, r, d.Person)
		if row.Person = (&people.NameRow{}); len(past) > 0 {
			row.Person = &people.NameRow{Code: past[len(past)-1].Number, Name: past[len(past)-1].Name}
		}
		return row, err
	}
	tree, err1 := v.Tree(c.ctx, r)
	titles, err2 := v.PostTitles(c.ctx, r)
	if err := errors.Join(err1, err2); err != nil {
		return row, err
	}
	u, _ := tree.Last(d.Unit)
	row.Unit, row.Post = &people.NameRow{Code: u.Code, Name: u.Name}, titles[d.Post]
	return row, nil
}

// person has a command do something about the person with a number.
func (c *console) person(number string, do func(a *App, person id.ID) error) error {
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	var person id.ID
	err = a.DB.View(c.ctx, func(r db.Reader) (err error) {
		person, err = numbered(c, a, r, number)
		return err
	})
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return errs.Wrap(err, errs.NotFound, "職員番号 %s の人は登録されていません。人事のファイルを sekimori people import で取り込んでください。", number)
	}
	if err != nil {
		return err
	}
	return do(a, person)
}

// day reads the date of a flag, today where it says nothing.
func (c *console) day(a *App, flag, typed string) (jpdate.Date, error) {
	if typed == "" {
		return jpdate.Today(a.DB.Now()), nil
	}
	day, err := jpdate.Parse(typed)
	if err != nil {
		err = errs.Wrap(err, errs.Invalid, "%s: %s", flag, errs.Message(err))
	}
	return day, err
}
