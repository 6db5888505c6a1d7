package admin

import (
	"context"
	"errors"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/account"
	"sekimori/internal/kernel/job"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/regime"
)

// Office is what those who run Sekimori work with.
type Office struct {
	Settings *Settings
	Accounts *account.Service
	Factors  *account.Factors
	Keys     *account.Keyring
	Jobs     *job.Queue
	Library  *regime.Library
}

// view is what may be known now, of today.
func (o Office) view() org.View {
	return org.View{On: o.Settings.today(), Now: o.now()}
}

func (o Office) now() db.Time { return db.At(o.Settings.log.DB().Now()) }

// read reads the database; fn may be called again, so it begins anew each time.
func (o Office) read(ctx context.Context, fn func(r db.Reader) error) error {
	return o.Settings.log.DB().View(ctx, fn)
}

// called is how accounts are called in lists: by the name of the person, or the unit of the place.
func (o Office) called(ctx context.Context, r db.Reader, list ...account.Account) (map[id.ID]string, error) {
	var ids []string
	for _, a := range list {
		ids = append(ids, string(a.Person)+string(a.Unit)) // one of them is ""
	}
	names, err := o.view().Names(ctx, r, ids)
	called := map[id.ID]string{}
	for i, a := range list {
		called[a.ID] = names[ids[i]]
	}
	return called, err
}

// bare finds the people who bear a role that asks for a second factor and have an account, but no second factor.
func (o Office) bare(ctx context.Context, r db.Reader, chart *org.Chart) ([]account.Account, error) {
	set, err := o.Library.InForce(ctx, r, o.Settings.today())
	if err != nil {
		return nil, err
	}
	seen := map[id.ID]bool{}
	var people []id.ID
	for _, rules := range append(set.OrgRules(), access.Rules()) {
		for _, role := range rules.Roles {
			if !role.Privileged {
				continue
			}
			for _, h := range chart.All(rules.Regime, role.ID) {
				if h.Person != nil && !seen[h.Person.ID] {
					seen[h.Person.ID] = true
					people = append(people, h.Person.ID)
				}
			}
		}
	}
	return account.Bare(ctx, r, people...)
}

// lapsed are the accounts that are to be closed, for who manages the accounts of the whole body.
func (o Office) lapsed(ctx context.Context, r db.Reader, by *access.Actor) ([]account.Account, error) {
	if !by.Scope(access.AccountManage).Body() {
		return nil, nil
	}
	return o.Accounts.Lapsed(ctx, r, o.Settings.today())
}

// recoveries are the requests that somebody may decide, and those that he waits for.
func (o Office) recoveries(ctx context.Context, r db.Reader, by *access.Actor) (list []account.Recovery, of map[id.ID]account.Account, called map[id.ID]string, err error) {
	list, err = o.Factors.Recoveries(ctx, r, by)
	if err != nil {
		return nil, nil, nil, err
	}
	of = map[id.ID]account.Account{}
	var accounts []account.Account
	for _, x := range list {
		a, err1 := account.Get(ctx, r, x.Account)
		err = errors.Join(err, err1)
		of[x.Account] = a
		accounts = append(accounts, a)
	}
	called, err1 := o.called(ctx, r, accounts...)
	return list, of, called, errors.Join(err, err1)
}

// confirms says whether somebody may be the other person whom a request waits for.
func confirms(by *access.Actor, x account.Recovery, a account.Account) bool {
	return by.Name != x.AskedBy && by.Name != a.Actor()
}
