package account

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// answering is how long a challenge may be answered.
const answering = 5 * time.Minute

// newSite is the program as browsers know it. The user is verified every time (by a PIN, a finger, a face), so a key that was
// found opens nothing; who made it is not asked.
func newSite(o FactorOptions) (*webauthn.WebAuthn, error) {
	wait := webauthn.TimeoutConfig{Timeout: answering, TimeoutUVD: answering} // told to browsers; here account_ceremony says it
	site, err := webauthn.New(&webauthn.Config{
		RPID: o.Site, RPDisplayName: o.Issuer, RPOrigins: o.Origins,
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			UserVerification: protocol.VerificationRequired, ResidentKey: protocol.ResidentKeyRequirementDiscouraged,
		},
		Timeouts: webauthn.TimeoutsConfig{Login: wait, Registration: wait},
	})
	if err == nil {
		err = protocol.ValidateRPID(o.Site)
	}
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "パスキーを使うサイト名（%s）と接続元（%s）を確かめてください。サイト名はIPアドレスではなく名前で、接続元は https:// から書きます。", o.Site, strings.Join(o.Origins, " "))
	}
	return site, nil
}

// siteUser is an account as the library sees it.
type siteUser struct {
	Account
	credentials []webauthn.Credential
}

// WebAuthnID is what authenticators keep: it names nobody.
func (u siteUser) WebAuthnID() []byte { return []byte(u.ID) }

// WebAuthnName implements webauthn.User.
func (u siteUser) WebAuthnName() string { return u.Login }

// WebAuthnDisplayName implements webauthn.User.
func (u siteUser) WebAuthnDisplayName() string { return u.Login }

// WebAuthnCredentials implements webauthn.User.
func (u siteUser) WebAuthnCredentials() []webauthn.Credential { return u.credentials }

// user reads an account with its passkeys.
func (s *Factors) user(ctx context.Context, r db.Reader, account id.ID) (siteUser, error) {
	owner, err := factorOwner(ctx, r, account)
	if err != nil {
		return siteUser{}, err
	}
	all, err := s.counting(ctx, r, account, Passkey)
	if err != nil {
		return siteUser{}, err
	}
	u := siteUser{Account: owner}
	for _, h := range all {
		c, err := h.credential()
		if err != nil {
			return siteUser{}, err
		}
		u.credentials = append(u.credentials, c)
	}
	return u, nil
}

// credential is a passkey with its counter as it is now.
func (h holding) credential() (c webauthn.Credential, err error) {
	err = json.Unmarshal(h.Secret, &c)
	c.Authenticator.SignCount = uint32(h.use.Signs)
	return c, err
}

// BeginPasskey asks for a new passkey: what it gives is for navigator.credentials.create, as JSON.
func (s *Factors) BeginPasskey(ctx context.Context, by *access.Actor, account id.ID, session string) ([]byte, error) {
	return s.challenge(ctx, account, session, toRegister, func(tx *db.Tx, u siteUser) (any, *webauthn.SessionData, error) {
		if _, err := s.own(ctx, tx, by, account); err != nil {
			return nil, nil, err
		}
		return s.site.BeginRegistration(u, webauthn.WithExclusions(webauthn.Credentials(u.credentials).CredentialDescriptors()))
	})
}

// AskPasskey asks for a passkey that the account has: what it gives is for navigator.credentials.get, as JSON. Verify takes the
// answer, of this session alone and once.
func (s *Factors) AskPasskey(ctx context.Context, account id.ID, session string) ([]byte, error) {
	return s.challenge(ctx, account, session, toGive, func(_ *db.Tx, u siteUser) (any, *webauthn.SessionData, error) {
		if len(u.credentials) == 0 {
			return nil, nil, errs.New(errs.NotFound, "パスキーが登録されていません。")
		}
		return s.site.BeginLogin(u)
	})
}

// challenge begins a ceremony and keeps what it has to end with.
func (s *Factors) challenge(ctx context.Context, account id.ID, session string, what purpose, ask func(tx *db.Tx, u siteUser) (any, *webauthn.SessionData, error)) ([]byte, error) {
	var options []byte
	return options, s.log.DB().Update(ctx, func(tx *db.Tx) error {
		if err := s.allow(ctx, tx, Passkey); err != nil {
			return err
		}
		u, err := s.user(ctx, tx, account)
		if err != nil {
			return err
		}
		asked, data, err := ask(tx, u)
		if err != nil {
			return err
		}
		if options, err = json.Marshal(asked); err != nil {
			return err
		}
		p := ceremony{Session: session, Purpose: what, Account: account, Expires: db.At(tx.Now.Add(answering))}
		if p.Data, err = json.Marshal(data); err != nil {
			return err
		}
		return beginCeremony(ctx, tx, p)
	})
}

// ConfirmPasskey enrols the passkey that a browser has made for the challenge of this session. The challenge is used whatever
// comes of it.
func (s *Factors) ConfirmPasskey(ctx context.Context, by *access.Actor, account id.ID, session, label, answer string) (Held, error) {
	if err := labelled(label); err != nil {
		return Held{}, err
	}
	begun, err := s.answered(ctx, account, session, toRegister)
	if err != nil {
		return Held{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBody(strings.NewReader(answer))
	if err != nil {
		return Held{}, refusedKey(err)
	}
	var done Held
	return done, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.factor.add"}, func(tx *trail.Tx) error {
		if err := s.allow(ctx, tx, Passkey); err != nil {
			return err
		}
		a, err := s.own(ctx, tx, by, account)
		if err != nil {
			return err
		}
		u, err := s.user(ctx, tx, account)
		if err != nil {
			return err
		}
		made, err := s.site.CreateCredential(u, begun, parsed)
		if err != nil {
			return refusedKey(err)
		}
		for _, c := range u.credentials {
			if string(c.ID) == string(made.ID) {
				return errs.New(errs.Conflict, "このキーは、もう登録されています。")
			}
		}
		secret, err := json.Marshal(made)
		if err != nil {
			return err
		}
		done, err = s.add(ctx, tx, a, Factor{ID: id.New(tx.Now), Kind: Passkey, Label: label, Secret: secret},
			factorUse{Signs: int64(made.Authenticator.SignCount)})
		return err
	})
}

// answered takes a challenge of a session, which then is gone.
func (s *Factors) answered(ctx context.Context, account id.ID, session string, what purpose) (data webauthn.SessionData, err error) {
	return data, s.log.DB().Update(ctx, func(tx *db.Tx) error {
		p, err := ceremonyOf(ctx, tx, session, what, account, db.At(tx.Now))
		if err != nil {
			return err
		}
		if taken, err := takeCeremony(ctx, tx, p); err != nil || !taken {
			return wrongOr(err)
		}
		data = webauthn.SessionData{}
		return json.Unmarshal(p.Data, &data)
	})
}

// checkPasskey is a checker for the answer to a challenge.
func (s *Factors) checkPasskey(ctx context.Context, account id.ID, challenge []byte, answer string) (checker, error) {
	var begun webauthn.SessionData
	if err := json.Unmarshal(challenge, &begun); err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBody(strings.NewReader(answer))
	if err != nil {
		return nil, refusedKey(err)
	}
	return func(tx *db.Tx, all []holding) (holding, factorUse, error) {
		u, err := s.user(ctx, tx, account)
		if err != nil {
			return holding{}, factorUse{}, err
		}
		given, err := s.site.ValidateLogin(u, begun, parsed)
		if err != nil {
			return holding{}, factorUse{}, refusedKey(err)
		}
		if given.Authenticator.CloneWarning {
			return holding{}, factorUse{}, errs.New(errs.Forbidden, "このキーの使用回数が、前に使ったときより進んでいません。複製されたおそれがあるため、受け付けません。別の方法で入り、このキーの登録を取り消してください。")
		}
		for _, h := range all {
			if c, err := h.credential(); err == nil && string(c.ID) == string(given.ID) {
				use := h.use
				use.Signs = int64(given.Authenticator.SignCount)
				return h, use, nil
			}
		}
		return holding{}, factorUse{}, ErrWrong
	}, nil
}

// refusedKey is what people are told of a ceremony that failed; the log has the cause.
func refusedKey(cause error) error {
	return errs.Wrap(cause, errs.Invalid, "キーを確かめられませんでした。もう一度お試しください。続くときは、別のキーか別の方法を使ってください。")
}
