package account

import (
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/testkit"
)

// register enrols a key of an authenticator.
func (w *door) register(a *authenticator, label string) (Held, error) {
	w.Helper()
	options, err := w.BeginPasskey(w.Context(), w.owner, w.account, "session-1")
	if err != nil {
		w.Fatal(err)
	}
	return w.ConfirmPasskey(w.Context(), w.owner, w.account, "session-1", label, a.create(w.T, options))
}

// ask asks for a passkey.
func (w *door) ask(session string) []byte {
	w.Helper()
	options, err := w.AskPasskey(w.Context(), w.account, session)
	if err != nil {
		w.Fatal(err)
	}
	return options
}

func TestPasskeys(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		_, err := w.AskPasskey(t.Context(), w.account, "session-1")
		w.want("asking who has none", err, errs.NotFound)
		a := newAuthenticator()
		held, err := w.register(a, "青いキー")
		w.right("registering", err)
		if held.Kind != Passkey || held.Label != "青いキー" || held.Lost {
			t.Errorf("%+v", held)
		}
		options, err := w.BeginPasskey(t.Context(), w.owner, w.account, "session-1")
		if err != nil {
			t.Fatal(err)
		}
		o := read[creation](t, options).PublicKey
		if len(o.Exclude) != 1 || o.Exclude[0].ID != b64(a.keys[0].id) || o.Selection.Verification != "required" || o.Attestation != "none" || strings.Contains(string(options), `"tanaka@`) {
			t.Errorf("%s", options)
		}
		asked := read[request](t, w.ask("session-1")).PublicKey
		if asked.RP != "sekimori.example.lg.jp" || asked.Verification != "required" || len(asked.Allow) != 1 {
			t.Errorf("%+v", asked)
		}
		answer := a.get(t, w.ask("session-1"))
		w.right("an answer", w.try(Passkey, answer))
		w.want("the same again", w.try(Passkey, answer), errs.Invalid)
		answer = a.get(t, w.ask("session-2"))
		w.want("in another session", w.try(Passkey, answer), errs.Invalid)
		other, _ := w.stranger()
		w.want("for another account", w.Verify(t.Context(), Try{other, "session-2", home, Passkey, answer}, nil), errs.Invalid)
		w.right("in its own", w.Verify(t.Context(), Try{w.account, "session-2", home, Passkey, answer}, nil))
		answer = a.get(t, w.ask("session-1"))
		w.ask("session-1")
		w.want("to a challenge that another took the place of", w.try(Passkey, answer), errs.Invalid)
		answer = a.get(t, w.ask("session-1"))
		w.clock.Add(answering + time.Second)
		w.want("too late", w.try(Passkey, answer), errs.Invalid)
		w.ask("session-1")
		w.want("nonsense", w.try(Passkey, "{}"), errs.Invalid)
		w.want("the challenge is used by it", w.try(Passkey, answer), errs.Invalid)

		second := newAuthenticator()
		_, err = w.register(second, "控え")
		w.right("a second key", err)
		w.right("the first", w.try(Passkey, a.get(t, w.ask("session-1"))))
		w.right("the second", w.try(Passkey, second.get(t, w.ask("session-1"))))
		w.right("withdrawing the first", w.Withdraw(t.Context(), w.owner, w.account, held.ID))
		challenge := read[request](t, w.ask("session-1")).PublicKey.Challenge
		w.want("a key that was withdrawn", w.try(Passkey, a.sign(t, a.keys[0], challenge)), errs.Invalid)
	})
}

// TestKeysThatAreRefused changes one thing of a good key at a time.
func TestKeysThatAreRefused(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		for name, wrong := range map[string]func(a *authenticator){
			"another origin":                    func(a *authenticator) { a.origin = "https://sekimori.example.com" },
			"another scheme":                    func(a *authenticator) { a.origin = "http://sekimori.example.lg.jp" },
			"another site":                      func(a *authenticator) { a.site = "example.lg.jp" },
			"nobody showed that he is the user": func(a *authenticator) { a.user = false },
		} {
			a := newAuthenticator()
			wrong(a)
			_, err := w.register(a, "キー")
			w.want("registering: "+name, err, errs.Invalid)
			a = newAuthenticator()
			_, err = w.register(a, "キー")
			w.right(name, err)
			good := *a
			wrong(a)
			w.want("giving: "+name, w.try(Passkey, a.get(t, w.ask("session-1"))), errs.Invalid)
			w.right("a good answer after: "+name, w.try(Passkey, good.get(t, w.ask("session-1"))))
		}
		a := newAuthenticator()
		_, err := w.register(a, "キー")
		w.right("registering", err)
		stranger := newAuthenticator()
		stranger.keys = []*credentialKey{{newKey(t), a.keys[0].id, a.keys[0].handle}}
		w.want("another's signature", w.try(Passkey, stranger.get(t, w.ask("session-1"))), errs.Invalid)
		options, err := w.BeginPasskey(t.Context(), w.owner, w.account, "session-1")
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.ConfirmPasskey(t.Context(), w.owner, w.account, "session-2", "キー", a.create(t, options))
		w.want("registering in another session", err, errs.Invalid)
	})
}

func TestTheCounterOfAKey(t *testing.T) {
	testkit.Each(t, factorModules(), func(t *testing.T, d *db.DB) {
		w := newDoor(t, d, factorSite())
		a := newAuthenticator()
		_, err := w.register(a, "キー")
		w.right("registering", err)
		copied := *a
		w.right("the key", w.try(Passkey, a.get(t, w.ask("session-1"))))
		w.want("its copy, which has counted no farther", w.try(Passkey, copied.get(t, w.ask("session-1"))), errs.Forbidden)
		w.right("the key again", w.try(Passkey, a.get(t, w.ask("session-1"))))
		a.next = 0
		w.want("a key that stands still", w.try(Passkey, a.get(t, w.ask("session-1"))), errs.Forbidden)
		a.counter = 0
		w.want("one that counts no more", w.try(Passkey, a.get(t, w.ask("session-1"))), errs.Forbidden)

		synced := newAuthenticator()
		synced.counter = 0
		_, err = w.register(synced, "スマートフォン")
		w.right("registering one that does not count", err)
		for range 2 {
			w.right("one that does not count", w.try(Passkey, synced.get(t, w.ask("session-1"))))
		}
	})
}

func TestSites(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		site, origin string
		good         bool
	}{
		"a name":            {"sekimori.example.lg.jp", "https://sekimori.example.lg.jp:8443", true},
		"this machine":      {"localhost", "http://localhost:8080", true},
		"an address":        {"10.0.0.1", "https://10.0.0.1", false},
		"with a port":       {"sekimori.example.lg.jp:8443", "https://sekimori.example.lg.jp:8443", false},
		"an origin alone":   {"", "https://sekimori.example.lg.jp", false},
		"a name alone":      {"sekimori.example.lg.jp", "", false},
		"neither, no error": {"", "", true},
	} {
		o := FactorOptions{Site: c.site}
		if c.origin != "" {
			o.Origins = []string{c.origin}
		}
		if _, err := NewFactors(nil, o); (err == nil) != c.good || err != nil && errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}
