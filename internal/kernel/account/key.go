package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

const (
	keyPrefix  = "skm_" // so that a key that has strayed is recognised
	keyDays    = 366    // a key lives at most
	manyKeys   = 20     // of one account at a time
	keyLabel   = 40     // characters
	keyMinutes = time.Minute
)

// Key lets a program act as its owner, with no more than its scope.
type Key struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Account     id.ID   `db:"account"`
	Label       string  `db:"label" trail:"personal"`
	Scope       string  `db:"scope"` // permissions with spaces between
	Secret      []byte  `db:"secret"`
	ExpiresAt   db.Time `db:"expires_at"`
	MadeAt      db.Time `db:"made_at"`
	WithdrawnAt string  `db:"withdrawn_at"` // db.Time, or "" while it is not
}

// keys is the table of keys.
var keys = trail.NewTable[Key]("account_key", "api-key")

// Permissions is what the key may be used for.
func (k Key) Permissions() []access.Permission {
	var list []access.Permission
	for word := range strings.FieldsSeq(k.Scope) {
		list = append(list, access.Permission(word))
	}
	return list
}

// HeldKey is a key as its owner sees it.
type HeldKey struct {
	Key
	UsedAt string `db:"used_at"` // db.Time of its last use, to the minute; "" for never
}

// Keyring holds the use cases of personal keys. It is safe for concurrent use.
type Keyring struct{ log *trail.Log }

// NewKeyring makes the service.
func NewKeyring(log *trail.Log) *Keyring { return &Keyring{log} }

// Make makes a key of the actor's own account, which is shown this once, until the end of a day within a year. It can give no
// permission that he does not have.
func (s *Keyring) Make(ctx context.Context, by *access.Actor, label string, can []access.Permission, until jpdate.Date) (string, error) {
	today := jpdate.Today(s.log.DB().Now())
	var faults errs.Faults
	if n := len([]rune(label)); n == 0 || n > keyLabel {
		faults.Add("label", "%d文字までの名前を付けてください。", keyLabel)
	}
	if until.Before(today) || until.Sub(today) > keyDays {
		faults.Add("until", "今日から1年以内の日にしてください。")
	}
	var words []string
	for _, p := range can {
		if !p.Known() || !by.Can(p) {
			faults.Add("scope", "「%s」はあなたの権限にありません。", p.Title())
			continue
		}
		words = append(words, string(p))
	}
	if len(can) == 0 {
		faults.Add("scope", "できることを一つ以上選んでください。")
	}
	if err := faults.Err("キーを作れません。"); err != nil {
		return "", err
	}
	var random [20]byte
	rand.Read(random[:]) // never fails since Go 1.24
	key := keyPrefix + strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random[:]))
	return key, s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.key.make"}, func(tx *trail.Tx) error {
		owner, err := factorOwner(ctx, tx, by.Account)
		if err != nil {
			return err
		}
		held, err := s.List(ctx, tx, owner.ID)
		if err != nil {
			return err
		}
		if len(held) >= manyKeys {
			return errs.New(errs.Conflict, "キーは%d個までです。使っていないキーを取り消してください。", manyKeys)
		}
		return keys.Put(ctx, tx, Key{
			ID: id.New(tx.Now), Row: trail.Row{Home: owner.home()}, Account: owner.ID, Label: label, Scope: strings.Join(words, " "),
			Secret: keySum(key), ExpiresAt: db.At(until.AddDays(1).Start()), MadeAt: db.At(tx.Now),
		})
	})
}

// keySum is what is stored of a key: it is random, so that a plain hash tells nothing of it.
func keySum(key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return sum[:]
}

// Withdraw ends a key of the actor's own; the next request with it is refused.
func (s *Keyring) Withdraw(ctx context.Context, by *access.Actor, key id.ID) error {
	return s.log.Do(ctx, trail.Act{Actor: by.Name, Name: "account.key.withdraw"}, func(tx *trail.Tx) error {
		k, err := keyOf(ctx, tx, key)
		if err != nil {
			return err
		}
		if k.Account != by.Account || k.WithdrawnAt != "" {
			return db.ErrNotFound
		}
		k.WithdrawnAt = string(db.At(tx.Now))
		return keys.Put(ctx, tx, k)
	})
}

// List gives the keys of an account that can be used.
func (s *Keyring) List(ctx context.Context, r db.Reader, account id.ID) ([]HeldKey, error) {
	return keysOf(ctx, r, account, db.At(s.log.DB().Now()))
}

// Resolve finds a key that can be used, and the account that it belongs to. NotFound.
func (s *Keyring) Resolve(ctx context.Context, r db.Reader, key string) (HeldKey, Account, error) {
	if !strings.HasPrefix(key, keyPrefix) {
		return HeldKey{}, Account{}, db.ErrNotFound
	}
	k, err := keyBySum(ctx, r, keySum(key), db.At(s.log.DB().Now()))
	if err != nil {
		return HeldKey{}, Account{}, err
	}
	a, err := Get(ctx, r, k.Account)
	if err == nil && a.State != Active {
		err = db.ErrNotFound
	}
	return k, a, err
}

// Used writes down that a key was used, once a minute.
func (s *Keyring) Used(ctx context.Context, k HeldKey) error {
	now := s.log.DB().Now()
	if k.UsedAt != "" && now.Sub(db.Time(k.UsedAt).Time()) < keyMinutes {
		return nil
	}
	return s.log.DB().Update(ctx, func(tx *db.Tx) error { return useKey(ctx, tx, k.ID, db.At(tx.Now)) })
}
