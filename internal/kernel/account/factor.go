package account

import (
	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/kernel/trail"
)

// FactorKind is a kind of second factor.
type FactorKind string

// The kinds.
const (
	Passkey FactorKind = "passkey" // a passkey or a FIDO key (WebAuthn)
	TOTP    FactorKind = "totp"    // codes of an app or of a token that change with time (RFC 6238)
	Printed FactorKind = "printed" // a printed list of codes, each used once
)

// FactorKinds lists the kinds, in the order in which people are offered them.
func FactorKinds() []FactorKind { return []FactorKind{Passkey, TOTP, Printed} }

// Title is the kind in words, "" if it is none.
func (k FactorKind) Title() string {
	switch k {
	case Passkey:
		return "パスキー・FIDOキー"
	case TOTP:
		return "ワンタイムパスワード（認証アプリ・トークン）"
	case Printed:
		return "使い切り番号表（印刷）"
	}
	return ""
}

// Factor is something that an account's owner has beside the password. What it keeps secret stands in no entry of the trail
// but by its hash, and goes when the factor is withdrawn.
type Factor struct {
	ID id.ID `db:"id" trail:"key"`
	trail.Row
	Account     id.ID      `db:"account"`
	Kind        FactorKind `db:"kind"`
	Label       string     `db:"label" trail:"personal"` // the owner's word for it
	Secret      []byte     `db:"secret"`
	Drift       int64      `db:"drift"` // steps by which the clock of a token goes before ours
	AddedAt     db.Time    `db:"added_at"`
	WithdrawnAt string     `db:"withdrawn_at"` // db.Time, or "" while it counts
}

// factors is the table of second factors.
var factors = trail.NewTable[Factor]("account_factor", "factor")

// Held is a factor as its owner sees it, and who manages accounts.
type Held struct {
	ID      id.ID
	Kind    FactorKind
	Label   string
	AddedAt db.Time
	UsedAt  string // db.Time of the last time it was given, "" for never
	Left    int    // codes of a printed list that are not used yet
	Wrong   int64  // in what Verify gives: tries before this one that were wrong, since the last that was right
	Lost    bool   // it cannot be used since the key of the store is another: it has to be enrolled anew
}

// ErrWrong is of kind Invalid: the second factor was not right, or was used before.
var ErrWrong = errs.New(errs.Invalid, "正しくないか、すでに使われています。新しいものでもう一度お試しください。")

// errCeremony tells that there is nothing to finish.
var errCeremony = errs.New(errs.Invalid, "時間が過ぎたか、別の画面で始め直されています。最初からもう一度お試しください。")

// labelled checks what somebody calls a factor.
func labelled(label string) error {
	var faults errs.Faults
	if n := len([]rune(label)); n == 0 || n > 40 {
		faults.Add("label", "40文字までの名前を付けてください。どれのことか、あとで分かるようにするためです。")
	}
	return faults.Err("名前を確かめてください。")
}
