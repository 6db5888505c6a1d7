package access

import (
	"context"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/trail"
)

// Give opens a closed home to a person (Grant.Person, Opens, From, Until, Decision) and needs the permission grant.decide; who
// decides need not see what he opens. Nobody opens anything to himself. Invalid with everything that is wrong, by the fields opens,
// person, decision, from_on and until_on.
func Give(ctx context.Context, log *trail.Log, by *Actor, g Grant) error {
	return log.Do(ctx, trail.Act{Actor: by.Name, Name: "access.grant"}, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, GrantDecide, trail.Body); err != nil {
			return err
		}
		if err := notHimself(by, g.Person, "自分に閲覧を認めることはできません。"); err != nil {
			return err
		}
		var faults errs.Faults
		if len(g.Opens) <= len(closed) || !strings.HasPrefix(g.Opens, closed) {
			faults.Add("opens", "閉じた事案（%s…）を指定してください", closed)
		}
		if g.Until.IsZero() {
			faults.Add("until_on", "終わりの日を書いてください")
			g.Until = g.From
		}
		if err := due(ctx, tx, &faults, g.Person, g.From, g.Until, g.Decision); err != nil {
			return err
		}
		if err := faults.Err("閲覧を認められません。"); err != nil {
			return err
		}
		g.ID, g.Row = id.New(tx.Now), trail.Row{Home: g.Opens}
		return Grants.Put(ctx, tx, g)
	})
}

// Withdraw closes a home to a person at once, whatever grants had opened it. NotFound where none had.
func Withdraw(ctx context.Context, log *trail.Log, by *Actor, person id.ID, opens, decision string) error {
	act := trail.Act{Actor: by.Name, Name: "access.ungrant", Detail: map[string]string{"decision": decision}}
	return log.Do(ctx, act, func(tx *trail.Tx) error {
		if err := by.Authorize(ctx, tx, GrantDecide, trail.Body); err != nil {
			return err
		}
		if strings.TrimSpace(decision) == "" {
			var faults errs.Faults
			faults.Add("decision", "決裁番号を書いてください")
			return faults.Err("閲覧を取り消せません。")
		}
		yesterday := jpdate.Today(tx.Now).AddDays(-1)
		list, err := grantsTo(ctx, tx, person, opens, yesterday)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return errs.New(errs.NotFound, "この人には、その事案の閲覧は認められていません。")
		}
		for _, g := range list {
			if g.From.After(yesterday) {
				err = Grants.Remove(ctx, tx, g)
			} else {
				g.Until = yesterday
				err = Grants.Put(ctx, tx, g)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
