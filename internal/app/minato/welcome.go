package minato

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/org"
)

// Login is somebody of the town with what he signs in by.
type Login struct {
	Login    string   `json:"login"`
	Password string   `json:"password"`
	TOTP     string   `json:"totp"` // the key of his app, in base32; "" where his roles need none
	Person   string   `json:"person"`
	Roles    []string `json:"roles"` // REGIME/ROLE
	Titles   []string `json:"-"`
	Unit     string   `json:"unit"` // code
	UnitName string   `json:"-"`
	Regime   string   `json:"regime"`
}

// Doors is what people come in by.
type Doors struct {
	Accounts *account.Service
	Factors  *account.Factors
	Gate     *access.Gate
}

// loginsFile is where a folder of the demo keeps who signs in how: nothing of it is anybody's.
const loginsFile = "accounts.json"

// Welcome gives accounts to the people of data/accounts.txt, as an administrator does and as each of them goes on, and says how they
// sign in. A folder that has them already keeps them.
func (p Program) Welcome(ctx context.Context, d Doors, folder string) ([]Login, error) {
	path := filepath.Join(folder, loginsFile)
	text, err := os.ReadFile(filepath.Clean(path))
	var logins []Login
	if err == nil {
		err = json.Unmarshal(text, &logins)
		return logins, err
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	chosen, err := p.chosen(ctx)
	if err != nil {
		return nil, err
	}
	for _, person := range chosen {
		l, err := p.welcome(ctx, d, person)
		if err != nil {
			return nil, fmt.Errorf("minato: account of %s: %w", person, err)
		}
		logins = append(logins, l)
	}
	if text, err = json.MarshalIndent(logins, "", "\t"); err != nil { //nolint:gosec // of people who do not exist
		return nil, err
	}
	return logins, os.WriteFile(path, text, 0o600)
}

// chosen finds the people of data/accounts.txt, each once.
func (p Program) chosen(ctx context.Context) (people []id.ID, err error) {
	all, err := lines("accounts.txt")
	if err != nil {
		return nil, err
	}
	return people, p.Log.DB().View(ctx, func(r db.Reader) error {
		now := p.Log.DB().Now()
		v := org.View{On: jpdate.Today(now), Now: db.At(now)}
		set, err := p.Library.InForce(ctx, r, v.On)
		if err != nil {
			return err
		}
		chart, err := org.LoadChart(ctx, r, v, append(set.OrgRules(), access.Rules()))
		if err != nil {
			return err
		}
		people = nil
		for _, l := range all {
			person, err := meant(ctx, r, chart, people, l)
			if err != nil {
				return err
			}
			if person == "" {
				return fmt.Errorf("minato: accounts.txt: %q: nobody", l)
			}
			if !slices.Contains(people, person) {
				people = append(people, person)
			}
		}
		return nil
	})
}

// meant is whom a line of accounts.txt names.
func meant(ctx context.Context, r db.Reader, c *org.Chart, before []id.ID, l []string) (id.ID, error) {
	deputy := l[0] == "代行"
	if deputy {
		l = l[1:]
	}
	unit := l[len(l)-1]
	if l[0] != "職員" {
		for _, h := range c.All(l[0], l[1]) {
			if !h.Vacant() && (unit == "~" || unit == "団体" && h.Home == org.BodyHome || c.Place(h.Regime, h.Home).Name == unit) && (h.As == org.AsDeputy) == deputy {
				return h.Person.ID, nil
			}
		}
		return "", nil
	}
	for _, u := range c.Tree.Units() {
		if u.Name != unit && (unit != "~" || u.Kind != org.KindSchool) {
			continue
		}
		work, err := c.View.AssignmentsIn(ctx, r, u.Unit)
		if err != nil {
			return "", err
		}
		for _, a := range work {
			if a.Manner == org.Main && len(c.Authorities(a.Person)) == 0 && !slices.Contains(before, a.Person) {
				return a.Person, nil
			}
		}
	}
	return "", nil
}

// welcome is what an administrator does for somebody, and then he himself: his own password, and an app where his roles need one.
func (p Program) welcome(ctx context.Context, d Doors, person id.ID) (Login, error) {
	made, err := d.Accounts.Invite(ctx, builder(), account.Invitation{Person: person, Password: true})
	if err != nil {
		return Login{}, err
	}
	a := made[0].Account
	signed, err := d.Accounts.SignIn(ctx, account.Credentials{Login: a.Login, Password: made[0].Password, Visit: account.Visit{Address: "127.0.0.1", Agent: "demo"}})
	if err != nil {
		return Login{}, err
	}
	l := Login{Login: a.Login, Password: d.Accounts.Suggest()}
	token, err := d.Accounts.ChangePassword(ctx, signed.Session, "", l.Password)
	if err != nil {
		return Login{}, errors.New(errs.Message(err))
	}
	var actor *access.Actor
	var session account.Session
	err = p.Log.DB().View(ctx, func(r db.Reader) (err error) {
		if session, _, err = d.Accounts.Resolve(ctx, r, token); err == nil {
			actor, err = d.Gate.Person(ctx, r, person, db.At(p.Log.DB().Now()))
		}
		return err
	})
	if err != nil {
		return Login{}, err
	}
	l.describe(actor)
	if account.FactorRequired(actor) {
		offer, err := d.Factors.BeginTOTP(ctx, builder(), a.ID, string(session.ID), nil)
		if err != nil {
			return Login{}, err
		}
		l.TOTP = strings.ReplaceAll(offer.Key, " ", "")
		code, err := account.Token{Key: l.TOTP}.Code(p.Log.DB().Now().Add(-30 * time.Second)) // this half minute's is for who signs in first
		if err != nil {
			return Login{}, err
		}
		if _, err := d.Factors.ConfirmTOTP(ctx, builder(), a.ID, string(session.ID), "認証アプリ", code); err != nil {
			return Login{}, err
		}
	}
	return l, d.Accounts.SignOut(ctx, token)
}

// describe says who somebody is.
func (l *Login) describe(a *access.Actor) {
	l.Person, l.Roles = a.Person.Name, []string{}
	for _, h := range a.Authorities {
		if name := h.Regime + "/" + h.Role.ID; !slices.Contains(l.Roles, name) {
			l.Roles, l.Titles = append(l.Roles, name), append(l.Titles, h.Role.Name())
		}
	}
	if len(a.Assignments) > 0 {
		u, _ := a.Chart.Tree.Last(a.Assignments[0].Unit)
		l.Unit, l.UnitName, l.Regime = u.Code, u.Name, u.Regime
	}
}
