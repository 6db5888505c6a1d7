package account

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// TestGenerator has the values of RFC 6238 appendix B.
func TestGenerator(t *testing.T) {
	t.Parallel()
	seed := "12345678901234567890123456789012" + "34567890123456789012345678901234"
	for _, c := range []struct {
		algorithm string
		key       int
		at        int64
		want      string
	}{
		{"SHA1", 20, 59, "94287082"},
		{"SHA256", 32, 59, "46119246"},
		{"SHA512", 64, 59, "90693936"},
		{"SHA1", 20, 1234567890, "89005924"},
		{"SHA512", 64, 20000000000, "47863826"},
	} {
		g, err := Token{Key: hex.EncodeToString([]byte(seed[:c.key])), Hex: true, Algorithm: c.algorithm, Digits: 8}.generator()
		if err != nil {
			t.Fatal(err)
		}
		got, err := g.code(g.step(time.Unix(c.at, 0)))
		if err != nil || got != c.want {
			t.Errorf("%s at %d: %s, want %s (%v)", c.algorithm, c.at, got, c.want, err)
		}
	}
}

func TestTokensAreRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token Token
		wrong string // the fields
	}{
		"base32 in groups":   {Token{Key: "gezd gnbv-GY3T QOJQ GEZDGNBVGY3TQOJQ===="}, ""},
		"in full width":      {Token{Key: "ＧＥＺＤＧＮＢＶＧＹ３ＴＱＯＪＱＧＥＺＤＧＮＢＶＧＹ３ＴＱＯＪＱ"}, ""},
		"hex":                {Token{Key: "31 32 33 34 35 36 37 38 39 30 31 32 33 34 35 36 37 38 39 30", Hex: true, Algorithm: "SHA256", Digits: 8, Period: 60}, ""},
		"hex taken for it":   {Token{Key: "3132333435363738393031323334353637383930"}, "key"},
		"too short":          {Token{Key: "GEZDGNBVGY3TQOJQ"}, "key"},
		"nothing":            {Token{}, "key"},
		"all that is wrong":  {Token{Key: "zz", Hex: true, Algorithm: "MD5", Digits: 7, Period: 31}, "key algorithm digits period"},
		"an unknown hash":    {Token{Key: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Algorithm: "sha1"}, "algorithm"},
		"digits that we are": {Token{Key: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", Digits: 6, Period: 30, Algorithm: "SHA1"}, ""},
	} {
		_, err := c.token.generator()
		var fields []string
		if e, ok := errors.AsType[*errs.Error](err); ok {
			for _, f := range e.Fields {
				fields = append(fields, f.Where)
			}
		}
		if got := strings.Join(fields, " "); got != c.wrong || (err == nil) != (c.wrong == "") {
			t.Errorf("%s: wrong is %q, want %q (%v)", name, got, c.wrong, err)
		}
	}
}

func TestAnAppIsEnrolledByACode(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		offer, err := w.BeginTOTP(t.Context(), w.owner, w.account, "session-1", nil)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(offer.URI)
		if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Path != "/みなと市 関守:tanaka" || u.Query().Get("issuer") != "みなと市 関守" ||
			u.Query().Get("secret") != strings.ReplaceAll(offer.Key, " ", "") || u.Query().Get("digits") != "6" || u.Query().Get("period") != "30" || u.Query().Get("algorithm") != "SHA1" {
			t.Errorf("%s: %v", offer.URI, err)
		}
		if len(w.list()) != 0 || len(w.usable()) != 0 {
			t.Error("it counts before a code has confirmed it")
		}
		w.wrong("before it is confirmed", w.try(TOTP, w.code(offer.Key, 0)))
		confirm := func(session, label string, codes ...string) error {
			_, err := w.ConfirmTOTP(t.Context(), w.owner, w.account, session, label, codes...)
			return err
		}
		w.wrong("a wrong code", confirm("session-1", "電話", "000000"))
		w.wrong("no code", confirm("session-1", "電話"))
		w.want("without a name", confirm("session-1", "", w.code(offer.Key, 0)), errs.Invalid)
		w.want("of another session", confirm("session-2", "電話", w.code(offer.Key, 0)), errs.Invalid)
		w.right("after a wrong code", confirm("session-1", "電話", w.code(offer.Key, 0)))
		w.want("twice", confirm("session-1", "電話", w.code(offer.Key, 1)), errs.Invalid)
		w.wrong("the code of the enrolment", w.try(TOTP, w.code(offer.Key, 0)))
		if list := w.list(); len(list) != 1 || list[0].Kind != TOTP || list[0].Label != "電話" || list[0].Lost {
			t.Errorf("listed %+v", list)
		}
		if offer, err = w.BeginTOTP(t.Context(), w.owner, w.account, "session-1", nil); err != nil {
			t.Fatal(err)
		}
		w.clock.Add(enrolling + time.Second)
		w.want("too late", confirm("session-1", "電話", w.code(offer.Key, 0)), errs.Invalid)
	})
}

// TestCodes: a code counts once, a step before and after its time, however it is typed.
func TestCodes(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		key, _ := w.enrol("電話")
		w.wrong("two steps before", w.try(TOTP, w.code(key, -2)))
		w.wrong("two steps after", w.try(TOTP, w.code(key, 2)))
		w.right("one step before", w.try(TOTP, w.code(key, -1)))
		now := w.code(key, 0)
		w.right("now, in full width", w.try(TOTP, strings.NewReplacer("0", "０", "1", "１", "2", "２").Replace(now[:3])+" "+now[3:]))
		w.wrong("twice", w.try(TOTP, now))
		w.wrong("what came before it", w.try(TOTP, w.code(key, -1)))
		w.right("one step after", w.try(TOTP, w.code(key, 1)))
		other, _ := w.stranger()
		w.wrong("another account's", w.Verify(t.Context(), Try{other, "s", home, TOTP, w.code(key, 1)}, nil))
		for _, input := range []string{"", "12345", "1234567", "abcdef", now + " " + now} {
			w.wrong(input, w.try(TOTP, input))
		}
		w.clock.Add(time.Minute)
		opened := 0
		refuse := errors.New("refused")
		code := w.code(key, 0)
		err := w.Verify(t.Context(), Try{w.account, "s", home, TOTP, code}, func(*db.Tx, Held) error { return refuse })
		if !errors.Is(err, refuse) {
			t.Errorf("what it opens failed: %v", err)
		}
		w.right("then the code is not used", w.Verify(t.Context(), Try{w.account, "s", home, TOTP, code}, func(_ *db.Tx, h Held) error {
			opened++
			if h.Label != "電話" {
				t.Errorf("opened by %+v", h)
			}
			return nil
		}))
		if opened == 0 {
			t.Error("nothing was opened")
		}
		if list := w.list(); list[0].UsedAt != string(db.At(w.clock.Now())) {
			t.Errorf("used at %s", list[0].UsedAt)
		}
	})
}

// TestOneCodeManyDoors gives one code at many doors of two connections at once: one opens.
func TestOneCodeManyDoors(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, factorModules())
			w := newDoor(t, testkit.Open(t, dsn, factorModules()), factorSite())
			key, _ := w.enrol("電話")
			code := w.code(key, 0)
			d := testkit.Open(t, dsn, factorModules())
			d.Now = w.clock.Now
			other := *w
			other.db = d
			doors := []*door{w, other.with(factorSite())}
			var group sync.WaitGroup
			outcomes := make(chan error, 8)
			for i := range cap(outcomes) {
				group.Go(func() { outcomes <- doors[i%2].Verify(t.Context(), Try{w.account, "s", home, TOTP, code}, nil) })
			}
			group.Wait()
			close(outcomes)
			opened := 0
			for err := range outcomes {
				switch k := errs.KindOf(err); {
				case err == nil:
					opened++
				case !errors.Is(err, ErrWrong) && k != errs.Unavailable:
					t.Error(err)
				}
			}
			if opened != 1 {
				t.Errorf("%d doors opened", opened)
			}
		})
	}
}

// TestDoor is another process that tries a code; alone it has nothing to do.
func TestDoor(t *testing.T) {
	dsn, code, at := os.Getenv("ACCOUNT_TEST_DSN"), os.Getenv("ACCOUNT_TEST_CODE"), os.Getenv("ACCOUNT_TEST_AT")
	if dsn == "" {
		return
	}
	d, err := db.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	d.Now = testkit.NewClock(t, at).Now
	s, err := NewFactors(trail.New(d), factorSite())
	if err != nil {
		t.Fatal(err)
	}
	a, err := func() (a Account, err error) {
		err = d.View(t.Context(), func(r db.Reader) error { a, err = ByLogin(t.Context(), r, "tanaka"); return err })
		return a, err
	}()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		fmt.Println("outcome", s.Verify(t.Context(), Try{a.ID, "s", home, TOTP, code}, nil))
	}
}

// TestOneCodeTwoProcesses has two processes give the same code at once.
func TestOneCodeTwoProcesses(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, factorModules())
			w := newDoor(t, testkit.Open(t, dsn, factorModules()), factorSite())
			key, _ := w.enrol("電話")
			var group sync.WaitGroup
			said := make([]string, 2)
			for i := range said {
				cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDoor$")
				cmd.Env = append(os.Environ(), "ACCOUNT_TEST_DSN="+dsn, "ACCOUNT_TEST_CODE="+w.code(key, 0), "ACCOUNT_TEST_AT="+w.clock.Now().Format(time.RFC3339))
				group.Go(func() {
					out, err := cmd.CombinedOutput()
					if said[i] = string(out); err != nil {
						t.Errorf("%v: %s", err, out)
					}
				})
			}
			group.Wait()
			all := said[0] + said[1]
			if right, tried := strings.Count(all, "outcome <nil>"), strings.Count(all, "outcome "); right != 1 || tried != 6 {
				t.Errorf("%d of %d tries were right:\n%s", right, tried, all)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		token := Token{Key: "31323334353637383930313233343536373839303132333435363738393031323334", Hex: true, Algorithm: "SHA256", Digits: 8, Period: 60}
		begin := func() {
			offer, err := w.BeginTOTP(t.Context(), w.owner, w.account, "session-1", &token)
			if err != nil || offer.URI != "" || offer.Key != "" {
				t.Fatalf("%+v %v", offer, err)
			}
		}
		begin()
		confirm := func(codes ...string) error {
			_, err := w.ConfirmTOTP(t.Context(), w.owner, w.account, "session-1", "トークン", codes...)
			return err
		}
		at := func(steps int) string { return w.tokenCode(token, steps) }
		w.wrong("one code of a clock that goes wrong", confirm(at(-5)))
		w.wrong("two that do not follow each other", confirm(at(-6), at(-4)))
		w.wrong("two in the wrong order", confirm(at(-5), at(-6)))
		w.wrong("too far", confirm(at(-40), at(-39)))
		w.right("two that do", confirm(at(-6), at(-5)))
		w.clock.Add(10 * time.Minute)
		w.wrong("by our clock", w.try(TOTP, at(0)))
		w.right("by its own", w.try(TOTP, at(-5)))
		w.clock.Add(24 * time.Hour) // in which its clock has gone wrong again
		w.wrong("by its own as it was", w.try(TOTP, at(-8)))
		resync := func(first, second string) error {
			opened := false
			err := w.Resync(t.Context(), entering(w.owner), Try{w.account, "s", home, TOTP, first}, second, func(_ *db.Tx, h Held) error {
				opened = h.Kind == TOTP
				return nil
			})
			if opened != (err == nil) {
				t.Errorf("opened %v, %v", opened, err)
			}
			return err
		}
		w.wrong("one code is right", resync(at(-8), "00000000"))
		w.right("two are", resync(at(-9), at(-8)))
		w.wrong("they are used then", w.try(TOTP, at(-8)))
		w.wrong("and once", resync(at(-9), at(-8)))
		w.right("by its own", w.try(TOTP, at(-7)))
		for range freeTries {
			w.wrong("resynchronising is a try", resync("00000000", "00000000"))
		}
		w.want("and limited", resync(at(-6), at(-5)), errs.TooMany)
		if _, err := w.BeginTOTP(t.Context(), w.owner, w.account, "session-1", &Token{Key: "zz"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a token that cannot be: %v", err)
		}
	})
}

// TestTheKeyOfTheStore: what is stored shows no key, and under another key of the store it has to be enrolled anew.
func TestTheKeyOfTheStore(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		key, held := w.enrol("電話")
		raw, err := Token{Key: key}.generator()
		if err != nil {
			t.Fatal(err)
		}
		if err := d.View(t.Context(), func(r db.Reader) error {
			f, err := factorOf(t.Context(), r, held.ID)
			if strings.Contains(string(f.Secret), string(raw.Key)) || strings.Contains(string(f.Secret), raw.base32()) {
				t.Error("the key can be read")
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		o := factorSite()
		o.Key = []byte(strings.Repeat("n", 32))
		lost := w.with(o)
		if list := lost.list(); len(list) != 1 || !list[0].Lost || len(lost.usable()) != 0 {
			t.Errorf("listed %+v", list)
		}
		lost.wrong("under another key", lost.try(TOTP, w.code(key, 0)))
		lost.enrol("新しい電話")
		if got := lost.usable(); len(got) != 1 {
			t.Errorf("usable %v", got)
		}
	})
}
