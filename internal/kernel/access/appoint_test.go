package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/testkit"
)

// wrong are the fields that an error names.
func wrong(err error) string {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return "no fault"
	}
	fields := make([]string, 0, len(e.Fields))
	for _, f := range e.Fields {
		fields = append(fields, f.Where)
	}
	return strings.Join(fields, " ")
}

// TestAppointing: who may, whom, for which days; and that the one who is appointed may from that day on, until the last.
func TestAppointing(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := build(t, d)
		p.now("2025-05-01", "assign 統括 2100 情報政策担当課長 concurrent")
		root, head := access.NewProgram("cli:root"), p.actor("教委") // 学校園CISO
		ask := func(by *access.Actor, role, who, from, until, decision string) error {
			a := access.Appointment{Role: role, Person: p.IDs["person "+who], Decision: decision}
			if from != "" {
				a.From = p.Day(from)
			}
			if until != "" {
				a.Until = p.Day(until)
			}
			return access.Appoint(t.Context(), p.Log, by, a)
		}
		for name, c := range map[string]struct {
			err  error
			kind errs.Kind
			at   string
		}{
			"without the permission": {ask(p.actor("課長"), access.Operator, "課員", "2025-05-01", "", "1"), errs.Forbidden, ""},
			"by the operator":        {ask(p.actor("運用"), access.Operator, "課員", "2025-05-01", "", "1"), errs.Forbidden, ""},
			"himself":                {ask(head, access.Auditor, "教委", "2025-05-01", "", "1"), errs.Forbidden, ""},
			"nothing said":           {ask(root, "", "", "", "", " "), errs.Invalid, "role from_on decision person"},
			"in the past":            {ask(root, access.Auditor, "課員", "2025-04-30", "", "1"), errs.Invalid, "from_on"},
			"backwards":              {ask(root, access.Auditor, "課員", "2025-05-02", "2025-05-01", "1"), errs.Invalid, "until_on"},
			"a role of a policy":     {ask(root, "ciso", "課員", "2025-05-01", "", "1"), errs.Invalid, "role"},
			"who works nowhere":      {ask(root, access.Auditor, "退職", "2025-05-01", "", "1"), errs.Invalid, "person"},
			"who is already":         {ask(root, access.Auditor, "監査", "2025-06-01", "", "1"), errs.Invalid, "from_on"},
		} {
			if errs.KindOf(c.err) != c.kind || wrong(c.err) != c.at {
				t.Errorf("%s: %v at %s", name, c.err, wrong(c.err))
			}
		}
		if err := errors.Join(ask(head, access.Auditor, "課員", "2025-05-02", "2025-05-10", "教企第1号"), ask(root, access.Operator, "工事", "2025-05-01", "", "港企第2号")); err != nil {
			t.Fatal(err)
		}
		may := func(at string) (list []string) {
			p.Clock.Set(t, at)
			for _, who := range []string{"監査", "運用", "課員", "工事"} {
				for _, h := range p.actor(who).Authorities {
					if h.Regime == access.BuiltIn {
						list = append(list, who+" "+h.Role.ID)
					}
				}
			}
			return list
		}
		check := func(at string, want ...string) {
			t.Helper()
			if got := may(at); !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", at, got, want)
			}
		}
		check("2025-05-01T23:59:59+09:00", "監査 auditor", "運用 operator", "工事 operator")
		check("2025-05-02T00:00:00+09:00", "監査 auditor", "運用 operator", "課員 auditor", "工事 operator")
		check("2025-05-11T00:00:00+09:00", "監査 auditor", "運用 operator", "工事 operator")

		today := jpdate.New(2025, 5, 11)
		dismiss := func(by *access.Actor, role, who string, last jpdate.Date, decision string) error {
			return access.Dismiss(t.Context(), p.Log, by, role, p.IDs["person "+who], last, decision)
		}
		for name, c := range map[string]struct {
			err  error
			kind errs.Kind
			at   string
		}{
			"without the permission": {dismiss(p.actor("課長"), access.Operator, "工事", today, "1"), errs.Forbidden, ""},
			"long ago":               {dismiss(root, access.Operator, "工事", today.AddDays(-2), ""), errs.Invalid, "decision last"},
			"who is not":             {dismiss(root, access.Auditor, "工事", today, "1"), errs.NotFound, ""},
			"whose time is over":     {dismiss(root, access.Auditor, "課員", today, "1"), errs.NotFound, ""},
		} {
			if errs.KindOf(c.err) != c.kind || wrong(c.err) != c.at {
				t.Errorf("dismissing %s: %v at %s", name, c.err, wrong(c.err))
			}
		}
		if err := errors.Join(dismiss(head, access.Operator, "工事", today.AddDays(-1), "3"), dismiss(root, access.Auditor, "監査", today, "4")); err != nil {
			t.Fatal(err)
		}
		check("2025-05-11T00:00:01+09:00", "監査 auditor", "運用 operator")
		check("2025-05-12T00:00:00+09:00", "運用 operator")
		p.read(func(r db.Reader) error {
			list, err := access.Appointed(t.Context(), r, org.View{On: today, Now: db.At(p.Clock.Now())})
			if len(list) != 2 { // 監査 until today, 運用
				t.Errorf("%d are appointed: %v", len(list), list)
			}
			return err
		})
		acts, err := names(p, `select name from trail_act where name like 'access.%' and authority <> '' order by id`)
		if err != nil || !slices.Equal(acts, []string{"access.appoint", "access.dismiss"}) {
			t.Errorf("on an authority: %v %v", acts, err)
		}
	})
}

func names(p *place, query string) (list []string, err error) {
	err = p.Log.DB().View(p.Context(), func(r db.Reader) error {
		list, err = db.List[string](p.Context(), r, query)
		return err
	})
	return list, err
}

// TestGranting: who may open a closed home to whom, and that it closes again at once.
func TestGranting(t *testing.T) {
	t.Parallel()
	testkit.Each(t, modules(), func(t *testing.T, d *db.DB) {
		p := build(t, d)
		root, head := access.NewProgram("cli:root"), p.actor("教委")
		give := func(by *access.Actor, who, opens, from, until, decision string) error {
			g := access.Grant{Person: p.IDs["person "+who], Opens: opens, Decision: decision}
			if from != "" {
				g.From = p.Day(from)
			}
			if until != "" {
				g.Until = p.Day(until)
			}
			return access.Give(t.Context(), p.Log, by, g)
		}
		for name, c := range map[string]struct {
			err  error
			kind errs.Kind
			at   string
		}{
			"without the permission": {give(p.actor("管理"), "課員", "c:1", "2025-04-02", "2025-04-30", "1"), errs.Forbidden, ""},
			"himself":                {give(head, "教委", "c:1", "2025-04-02", "2025-04-30", "1"), errs.Forbidden, ""},
			"nothing said":           {give(root, "", "", "", "", ""), errs.Invalid, "opens until_on from_on decision person"},
			"an open home":           {give(root, "課員", "u:1", "2025-04-02", "2025-04-30", "1"), errs.Invalid, "opens"},
			"no home":                {give(root, "課員", "c:", "2025-04-02", "2025-04-30", "1"), errs.Invalid, "opens"},
			"without end":            {give(root, "課員", "c:1", "2025-04-02", "", "1"), errs.Invalid, "until_on"},
			"yesterday":              {give(root, "課員", "c:1", "2025-04-01", "2025-04-30", "1"), errs.Invalid, "from_on"},
			"who has left":           {give(root, "退職", "c:1", "2025-04-02", "2025-04-30", "1"), errs.Invalid, "person"},
		} {
			if errs.KindOf(c.err) != c.kind || wrong(c.err) != c.at {
				t.Errorf("%s: %v at %s", name, c.err, wrong(c.err))
			}
		}
		if err := errors.Join(give(head, "課員", "c:1", "2025-04-02", "2025-04-30", "教企第1号"), give(root, "課員", "c:1", "2025-05-01", "2025-05-30", "2"), give(root, "課員", "c:2", "2025-04-02", "2025-04-02", "3")); err != nil {
			t.Fatal(err)
		}
		if got := p.in(p.actor("課員"), people); !strings.Contains(got, "事案1 事案2") {
			t.Errorf("after the grants: %s", got)
		}
		p.Clock.Set(t, "2025-04-03T09:00:00+09:00")
		withdraw := func(by *access.Actor, opens, decision string) error {
			return access.Withdraw(t.Context(), p.Log, by, p.ID("person", "課員"), opens, decision)
		}
		if err := withdraw(p.actor("課長"), "c:1", "4"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("without the permission: %v", err)
		}
		if err := withdraw(root, "c:1", " "); errs.KindOf(err) != errs.Invalid || wrong(err) != "decision" {
			t.Errorf("without a decision: %v", err)
		}
		if err := withdraw(root, "c:2", "4"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("what is over: %v", err)
		}
		if err := withdraw(head, "c:1", "4"); err != nil {
			t.Fatal(err)
		}
		for _, at := range []string{"2025-04-03T09:00:01+09:00", "2025-05-02T00:00:00+09:00"} {
			p.Clock.Set(t, at)
			if got := p.in(p.actor("課員"), people); strings.Contains(got, "事案") {
				t.Errorf("%s: %s", at, got)
			}
		}
	})
}
