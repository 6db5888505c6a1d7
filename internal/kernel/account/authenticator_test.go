package account

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"slices"
	"testing"
)

// authenticator is a key of the kind that people plug in or have in their telephone: ES256, no attestation. What a test sets
// otherwise it does wrong.
type authenticator struct {
	origin  string
	site    string
	user    bool   // verified
	counter uint32 // 0 for one that does not count, as passkeys that are synchronised
	next    uint32 // by how much it counts
	keys    []*credentialKey
}

type credentialKey struct {
	*ecdsa.PrivateKey
	id, handle []byte
}

func newAuthenticator() *authenticator {
	return &authenticator{origin: "https://sekimori.example.lg.jp", site: "sekimori.example.lg.jp", user: true, counter: 1, next: 1}
}

// creation and request are what a page gets of the options.
type (
	creation struct {
		PublicKey struct {
			Challenge string `json:"challenge"`
			User      struct {
				ID string `json:"id"`
			} `json:"user"`
			Exclude   []descriptor `json:"excludeCredentials"`
			Selection struct {
				Verification string `json:"userVerification"`
			} `json:"authenticatorSelection"`
			Attestation string `json:"attestation"`
		} `json:"publicKey"`
	}
	request struct {
		PublicKey struct {
			Challenge    string       `json:"challenge"`
			RP           string       `json:"rpId"`
			Allow        []descriptor `json:"allowCredentials"`
			Verification string       `json:"userVerification"`
		} `json:"publicKey"`
	}
	descriptor struct {
		ID string `json:"id"`
	}
)

func read[T any](t *testing.T, options []byte) (x T) {
	t.Helper()
	if err := json.Unmarshal(options, &x); err != nil {
		t.Fatalf("%v: %s", err, options)
	}
	return x
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func unb64(t *testing.T, s string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// create answers navigator.credentials.create.
func (a *authenticator) create(t *testing.T, options []byte) (answer string) {
	t.Helper()
	o := read[creation](t, options)
	key := newKey(t)
	k := &credentialKey{key, make([]byte, 16), unb64(t, o.PublicKey.User.ID)}
	rand.Read(k.id)
	a.keys = append(a.keys, k)
	point, err := key.PublicKey.Bytes() // 4, x, y
	if err != nil {
		t.Fatal(err)
	}
	cose := slices.Concat([]byte{0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20}, point[1:33], []byte{0x22, 0x58, 0x20}, point[33:])
	data := slices.Concat(a.data(0x40), make([]byte, 16), []byte{0, byte(len(k.id))}, k.id, cose)
	object := slices.Concat([]byte{0xa3, 0x63}, []byte("fmt"), []byte{0x64}, []byte("none"), []byte{0x67}, []byte("attStmt"), []byte{0xa0, 0x68}, []byte("authData"),
		[]byte{0x59, byte(len(data) >> 8), byte(len(data))}, data)
	return a.answer(t, k, map[string]any{"clientDataJSON": b64(a.client(t, "webauthn.create", o.PublicKey.Challenge)), "attestationObject": b64(object)})
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// get answers navigator.credentials.get with the first of its keys that the page allows.
func (a *authenticator) get(t *testing.T, options []byte) (answer string) {
	t.Helper()
	o := read[request](t, options)
	for _, k := range a.keys {
		if slices.ContainsFunc(o.PublicKey.Allow, func(d descriptor) bool { return d.ID == b64(k.id) }) {
			return a.sign(t, k, o.PublicKey.Challenge)
		}
	}
	t.Fatalf("no key of those that are allowed: %s", options)
	return ""
}

func (a *authenticator) sign(t *testing.T, k *credentialKey, challenge string) (answer string) {
	t.Helper()
	client, data := a.client(t, "webauthn.get", challenge), a.data(0)
	sum := sha256.Sum256(client)
	signed := sha256.Sum256(append(slices.Clone(data), sum[:]...))
	signature, err := ecdsa.SignASN1(rand.Reader, k.PrivateKey, signed[:])
	if err != nil {
		t.Fatal(err)
	}
	return a.answer(t, k, map[string]any{"clientDataJSON": b64(client), "authenticatorData": b64(data), "signature": b64(signature), "userHandle": b64(k.handle)})
}

// data is the authenticator's own words: the site, that somebody is there, and the counter.
func (a *authenticator) data(flags byte) []byte {
	site := sha256.Sum256([]byte(a.site))
	flags |= 0x01
	if a.user {
		flags |= 0x04
	}
	if a.counter > 0 {
		a.counter += a.next
	}
	return binary.BigEndian.AppendUint32(append(site[:], flags), a.counter)
}

func (a *authenticator) client(t *testing.T, kind, challenge string) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": a.origin, "crossOrigin": false})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (a *authenticator) answer(t *testing.T, k *credentialKey, response map[string]any) string {
	t.Helper()
	b, err := json.Marshal(map[string]any{"id": b64(k.id), "rawId": b64(k.id), "type": "public-key", "clientExtensionResults": map[string]any{}, "response": response})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
