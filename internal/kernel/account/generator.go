package account

import (
	"crypto/subtle"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/text"
)

const (
	keyBytes    = 20 // of the keys that we make: SHA-1's own width, what apps expect
	minKeyBytes = 16 // of those that are typed in (RFC 4226 section 4)
	near        = 1  // steps before and after ours in which a code is taken
	far         = 20 // when two codes that follow each other are given
)

// Token is what a maker says about a hardware token, to be typed in. The zero value of all but Key is what nearly all have.
type Token struct {
	Key       string // in base32, or in hex where Hex is true; spaces and hyphens are left out
	Hex       bool
	Algorithm string // SHA1, SHA256 or SHA512
	Digits    int    // 6 or 8
	Period    int    // seconds: 30 or 60
}

// generator makes the codes of an app or token (RFC 6238).
type generator struct {
	Key       []byte `json:"key"`
	Algorithm string `json:"algorithm"`
	Digits    int    `json:"digits"`
	Period    int    `json:"period"`
}

// generator reads a token. Invalid names all that is wrong.
func (t Token) generator() (generator, error) {
	g := generator{Algorithm: t.Algorithm, Digits: t.Digits, Period: t.Period}
	if g.Algorithm == "" {
		g.Algorithm = "SHA1"
	}
	if g.Digits == 0 {
		g.Digits = 6
	}
	if g.Period == 0 {
		g.Period = 30
	}
	var faults errs.Faults
	bare := strings.NewReplacer(" ", "", "-", "", "=", "").Replace(text.Fold(t.Key))
	var err error
	if t.Hex {
		g.Key, err = hex.DecodeString(bare)
	} else {
		g.Key, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ToUpper(bare))
	}
	switch {
	case err != nil && t.Hex:
		faults.Add("key", "16進（0-9とa-f）として読めません。")
	case err != nil:
		faults.Add("key", "Base32（A-Zと2-7）として読めません。16進のときは、そう指定してください。")
	case len(g.Key) < minKeyBytes:
		faults.Add("key", "短すぎます。128ビット以上の鍵を持つトークンを使ってください。")
	}
	if g.algorithm() < 0 {
		faults.Add("algorithm", "SHA1、SHA256、SHA512のどれかにしてください。")
	}
	if g.Digits != 6 && g.Digits != 8 {
		faults.Add("digits", "6桁か8桁にしてください。")
	}
	if g.Period != 30 && g.Period != 60 {
		faults.Add("period", "30秒か60秒にしてください。")
	}
	return g, faults.Err("トークンの値を確かめてください。")
}

// Code is the code that a token shows at a moment, for demonstrations and tests.
func (t Token) Code(at time.Time) (string, error) {
	g, err := t.generator()
	if err != nil {
		return "", err
	}
	return g.code(g.step(at))
}

func (g generator) algorithm() otp.Algorithm {
	return otp.Algorithm(slices.Index([]string{"SHA1", "SHA256", "SHA512"}, g.Algorithm)) // as the library counts them
}

// base32 is the key as apps read it.
func (g generator) base32() string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(g.Key)
}

// step counts the periods until a moment.
func (g generator) step(at time.Time) int64 { return at.Unix() / int64(g.Period) }

func (g generator) code(step int64) (string, error) {
	return hotp.GenerateCodeCustom(g.base32(), uint64(step), hotp.ValidateOpts{Digits: otp.Digits(g.Digits), Algorithm: g.algorithm()})
}

// find gives the step of a code among those after last and at most around steps from center.
func (g generator) find(code string, center, around, last int64) (step int64, found bool, err error) {
	for s := max(center-around, last+1); s <= center+around; s++ {
		want, err := g.code(s)
		if err != nil {
			return 0, false, err
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			step, found = s, true
		}
	}
	return step, found, nil
}

// findTwo gives the step of the second of two codes that follow each other, in a wider range: so the drift of a token's clock
// is found.
func (g generator) findTwo(first, second string, center, last int64) (step int64, found bool, err error) {
	for s := max(center-far, last+1); s <= center+far; s++ {
		_, one, err := g.find(first, s, 0, last)
		if err != nil {
			return 0, false, err
		}
		_, two, err := g.find(second, s+1, 0, last)
		if err != nil {
			return 0, false, err
		}
		if one && two {
			step, found = s+1, true
		}
	}
	return step, found, nil
}

func (g generator) bytes() ([]byte, error) { return json.Marshal(g) }

func readGenerator(b []byte) (g generator, err error) { return g, json.Unmarshal(b, &g) }

// digits is a code without what people and input methods put between and around the digits.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, text.Fold(code))
}
