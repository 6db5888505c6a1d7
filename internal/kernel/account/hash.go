package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"golang.org/x/crypto/argon2"

	"sekimori/internal/base/errs"
)

// What one password costs: 19 MiB and two passes is what OWASP asks of argon2id on one thread; about 35 ms of one core.
const (
	hashMemory = 19 << 10 // KiB
	hashPasses = 2
	hashSalt   = 16
	hashKey    = 32
)

// At most hashSlots passwords are computed at once: that is all that two cores can do, and on more cores it still is 57 sign-ins a
// second. hashQueue more wait, the last of them for two seconds; who comes then is told to come again. What was computed with is
// collected before as much again lies about, since Go by itself waits until the whole heap has doubled. So passwords take at most
// 76 MiB (HashMemory), whoever comes and however many.
const (
	hashSlots = 2
	hashQueue = 100
)

// HashMemory is how much memory passwords take at most, in bytes.
const HashMemory = 2 * hashSlots * hashMemory << 10

// cost is how an argon2id hash was made.
type cost struct {
	memory, passes uint32
	lanes          uint8
}

var costNow = cost{memory: hashMemory, passes: hashPasses, lanes: 1}

// hash gives what is stored of a password: the cost, the salt and the key, in the usual form.
func (c cost) hash(password string) []byte {
	salt := random(hashSalt)
	return c.encode(salt, c.key(password, salt))
}

func (c cost) key(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, c.passes, c.memory, c.lanes, hashKey)
}

func (c cost) encode(salt, key []byte) []byte {
	b64 := base64.RawStdEncoding
	return fmt.Appendf(nil, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.memory, c.passes, c.lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// nobody is the stored form of no password at all: it costs the same to compare with, and nothing equals it.
func (c cost) nobody() []byte { return c.encode(random(hashSalt), random(hashKey)) }

// parseHash reads the stored form.
func parseHash(stored []byte) (c cost, salt, key []byte, err error) {
	part := strings.Split(string(stored), "$")
	if len(part) != 6 || part[1] != "argon2id" || part[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errors.New("account: a password is not stored as argon2id")
	}
	if _, err = fmt.Sscanf(part[3], "m=%d,t=%d,p=%d", &c.memory, &c.passes, &c.lanes); err != nil {
		return c, nil, nil, fmt.Errorf("account: the cost of a password: %w", err)
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(part[4])
	key, err2 := base64.RawStdEncoding.DecodeString(part[5])
	if err := errors.Join(err1, err2); err != nil {
		return c, nil, nil, fmt.Errorf("account: a stored password: %w", err)
	}
	return c, salt, key, nil
}

// hasher computes passwords, some at a time. It is safe for concurrent use.
type hasher struct {
	cost  cost
	slots chan struct{}
	queue atomic.Int64
	waste atomic.Int64 // KiB that were computed with since the last collection
}

func newHasher(c cost) *hasher { return &hasher{cost: c, slots: make(chan struct{}, hashSlots)} }

// do runs fn in a slot; Unavailable when too many wait.
func (h *hasher) do(ctx context.Context, fn func()) error {
	if h.queue.Add(1) > hashSlots+hashQueue {
		h.queue.Add(-1)
		return errs.New(errs.Unavailable, "サインインが混み合っています。30秒ほど待ってから、もう一度お試しください。")
	}
	defer h.queue.Add(-1)
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-h.slots }()
	fn()
	if h.waste.Add(int64(h.cost.memory)) >= hashSlots*hashMemory {
		h.waste.Store(0)
		runtime.GC()
	}
	return nil
}

// hash is what is stored of a password.
func (h *hasher) hash(ctx context.Context, password string) (stored []byte, err error) {
	err = h.do(ctx, func() { stored = h.cost.hash(password) })
	return stored, err
}

// is says whether a password is the stored one, and whether that was made at another cost than today's. It takes as long
// whether it is or not.
func (h *hasher) is(ctx context.Context, stored []byte, password string) (same, old bool, err error) {
	c, salt, key, err := parseHash(stored)
	if err != nil {
		return false, false, err
	}
	err = h.do(ctx, func() { same = subtle.ConstantTimeCompare(c.key(password, salt), key) == 1 })
	return same && err == nil, c != h.cost, err
}

// random is n bytes that nobody can guess.
func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails since Go 1.24
	return b
}

// newToken is what a browser or a terminal keeps: 256 random bits.
func newToken() string { return base64.RawURLEncoding.EncodeToString(random(32)) }

// sum is what is stored of a token, a code or a key: these are random, so nobody finds them by trying, and a plain hash will do.
func sum(secret string) []byte {
	s := sha256.Sum256([]byte(secret))
	return s[:]
}

func hexSum(secret string) string { return hex.EncodeToString(sum(secret)) }
