package app_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"sekimori/internal/app"
)

// authority is a city's own CA.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	a := authority{key: newKey(t)}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "みなと市認証局"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, a.key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// issue writes a certificate with a serial number, and its key, into dir.
func (a authority) issue(t *testing.T, dir, name string, serial int64) (cert, key string) {
	t.Helper()
	own := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 10), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, own.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(dir, "server.pem"), filepath.Join(dir, "server.key")
	for file, block := range map[string]*pem.Block{cert: {Type: "CERTIFICATE", Bytes: der}, key: {Type: "PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// told is what a command wrote, while it runs.
type told struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (w *told) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Write(b)
}

func (w *told) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.String()
}

// serve runs the command on a free port of this machine until the test ends.
func serve(t *testing.T, flags ...string) (address string, said *told) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	said = &told{}
	ended := make(chan int, 1)
	args := append([]string{"serve", "--db", "sqlite:" + filepath.Join(t.TempDir(), "sekimori.db"), "--listen", "127.0.0.1:0"}, flags...)
	go func() { ended <- app.Main(ctx, args, io.Discard, said) }()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != 0 {
			t.Errorf("exit status %d: %s", status, said)
		}
	})
	port := regexp.MustCompile(`:([0-9]+)）? を開いてください`) // beside what other tests log
	for range 200 {
		if m := port.FindStringSubmatch(said.String()); m != nil {
			return "localhost:" + m[1], said
		}
		select {
		case status := <-ended:
			ended <- status
			t.Fatalf("it ended: %s", said)
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatalf("it does not come up: %s", said)
	return "", nil
}

// heard is what matters of an answer.
type heard struct {
	status, proto int
	header        http.Header
	serial        int64 // of the certificate
}

func hear(client *http.Client, r *http.Request) (heard, error) {
	answer, err := client.Do(r)
	if err != nil {
		return heard{}, err
	}
	defer answer.Body.Close()
	h := heard{status: answer.StatusCode, proto: answer.ProtoMajor, header: answer.Header}
	if answer.TLS != nil {
		h.serial = answer.TLS.PeerCertificates[0].SerialNumber.Int64()
	}
	return h, nil
}

// get asks for the probe by TLS.
func (a authority) get(t *testing.T, address string, most uint16) (heard, error) {
	t.Helper()
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true, ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: pool, MaxVersion: most, MinVersion: tls.VersionTLS10},
	}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+address+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	return hear(client, r)
}

// plain asks without TLS.
func plain(t *testing.T, address string, headers ...string) (heard, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	return hear(http.DefaultClient, r)
}

func TestServeByTLS(t *testing.T) {
	t.Parallel()
	ca, dir := newAuthority(t), t.TempDir()
	cert, key := ca.issue(t, dir, "localhost", 100)
	address, said := serve(t, "--tls-cert", cert, "--tls-key", key, "--host", "localhost", "--host", "sekimori.example.lg.jp")
	for _, want := range []string{"sekimori.example.lg.jp のものではありません", "有効期限は", "中間CA"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q is not said: %s", want, said)
		}
	}
	answer, err := ca.get(t, address, tls.VersionTLS13)
	if err != nil {
		t.Fatal(err)
	}
	if answer.status != 200 || answer.proto != 2 || answer.header.Get("Strict-Transport-Security") == "" {
		t.Errorf("%+v", answer)
	}
	if _, err := ca.get(t, address, tls.VersionTLS12); err != nil {
		t.Errorf("TLS 1.2: %v", err)
	}
	if _, err := ca.get(t, address, tls.VersionTLS11); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
	if answer, err := plain(t, address); err != nil || answer.status != 400 {
		t.Errorf("in the open: %v %v", answer, err)
	}

	// The certificate is renewed: first its file, with which the old key does not go, then the key.
	serial := func() int64 {
		answer, err := ca.get(t, address, 0)
		if err != nil {
			t.Fatal(err)
		}
		return answer.serial
	}
	newCert, newKey := ca.issue(t, t.TempDir(), "localhost", 200)
	move(t, newCert, cert)
	if got := serial(); got != 100 {
		t.Errorf("half renewed: certificate %d", got)
	}
	move(t, newKey, key)
	if got := serial(); got != 200 {
		t.Errorf("renewed: certificate %d", got)
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if got := serial(); got != 200 {
		t.Errorf("without its file: certificate %d", got)
	}
}

func move(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Rename(from, to); err != nil {
		t.Fatal(err)
	}
}

func TestServeBehindAProxy(t *testing.T) {
	t.Parallel()
	address, _ := serve(t, "--trusted-proxy", "127.0.0.1", "--host", "localhost", "--identity-header", "X-Staff-Number")
	for _, tt := range []struct {
		headers []string
		status  int
	}{
		{nil, 200},
		{[]string{"X-Forwarded-Proto", "http"}, 403},
		{[]string{"X-Forwarded-Proto", "https"}, 200},
		{[]string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "evil.example"}, 421},
		{[]string{"X-Forwarded-Proto", "https", "X-Staff-Number", "1", "X-Staff-Number", "2"}, 400},
	} {
		answer, err := plain(t, address, tt.headers...)
		if err != nil {
			t.Fatal(err)
		}
		if answer.status != tt.status {
			t.Errorf("%v: %d, want %d", tt.headers, answer.status, tt.status)
		}
	}
}
