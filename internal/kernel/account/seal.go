package account

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// sealer encrypts what has to be read again: the keys of generators. AES-256-GCM under the key that lies in the store, beside
// the trail's: whoever takes the database or a backup alone cannot make codes. Where the key is lost, generators have to be
// enrolled anew; passkeys and printed lists go on.
type sealer struct {
	aead cipher.AEAD
	name []byte // of the key, so that it is seen when it is another
}

// errOtherKey: sealed under a key that is not there any more.
var errOtherKey = errors.New("account: sealed under another key")

const sealNameLength = 8

// newSealer takes a key of 32 bytes; none for a sealer that can neither seal nor open.
func newSealer(key []byte) (sealer, error) {
	if len(key) == 0 {
		return sealer{}, nil
	}
	if len(key) != 32 {
		return sealer{}, fmt.Errorf("account: a key of %d bytes", len(key))
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return sealer{}, err
	}
	aead, err := cipher.NewGCM(block)
	sum := sha256.Sum256(append([]byte("sekimori factor key\n"), key...))
	return sealer{aead, sum[:sealNameLength]}, err
}

// seal encrypts; what it gives opens only with the same bind, so that it cannot be put in another's place.
func (s sealer) seal(plain []byte, bind string) ([]byte, error) {
	if s.aead == nil {
		return nil, errors.New("account: no key to seal with")
	}
	nonce := make([]byte, s.aead.NonceSize())
	rand.Read(nonce) // never fails since Go 1.24
	return s.aead.Seal(append(bytes.Clone(s.name), nonce...), nonce, plain, []byte(bind)), nil
}

// open gives what was sealed; errOtherKey.
func (s sealer) open(sealed []byte, bind string) ([]byte, error) {
	name, rest, _ := cutAt(sealed, sealNameLength)
	if s.aead == nil || !bytes.Equal(name, s.name) {
		return nil, errOtherKey
	}
	nonce, text, ok := cutAt(rest, s.aead.NonceSize())
	if !ok {
		return nil, errors.New("account: sealed text is too short")
	}
	return s.aead.Open(nil, nonce, text, []byte(bind))
}

// can says whether it opens what was sealed.
func (s sealer) can(sealed []byte) bool {
	return s.aead != nil && bytes.HasPrefix(sealed, s.name)
}

func cutAt(b []byte, n int) (before, after []byte, ok bool) {
	if len(b) < n {
		return nil, nil, false
	}
	return b[:n], b[n:], true
}
