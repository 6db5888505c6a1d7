package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"sekimori/internal/base/errs"
)

// certificate is the server's certificate and key, read again once their files change, so that
// a renewal needs no restart.
type certificate struct {
	files [2]string // certificate with the chain below it, key

	mu    sync.Mutex
	pair  *tls.Certificate
	seen  [2]os.FileInfo // as they were when pair was read
	tried [2]os.FileInfo // as they were when they could not be read
}

// openCertificate reads both files.
func openCertificate(cert, key string) (*certificate, error) {
	c := &certificate{files: [2]string{cert, key}}
	now, err := c.look()
	if err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "証明書か鍵のファイル（%s、%s）がありません", cert, key)
	}
	if err := c.read(now); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "証明書と鍵（%s、%s）を読めません。PEM形式で、鍵にパスフレーズがなく、互いに対になっていることを確かめてください: %v", cert, key, err)
	}
	return c, nil
}

// config is the server's side of TLS.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current(hello.Context()), nil },
	}
}

// current is the certificate of this moment. Files that are half written, or do not fit
// together, leave the old one in use; the log says so once.
func (c *certificate) current(ctx context.Context) *tls.Certificate {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, err := c.look()
	if err != nil || unchanged(now, c.seen) || unchanged(now, c.tried) {
		return c.pair
	}
	if err := c.read(now); err != nil {
		c.tried = now
		slog.ErrorContext(ctx, "the new certificate cannot be read; the old one stays in use", slog.Any("error", err))
		return c.pair
	}
	slog.InfoContext(ctx, "certificate read again", slog.Time("until", c.pair.Leaf.NotAfter))
	return c.pair
}

func (c *certificate) look() (now [2]os.FileInfo, err error) {
	for i, name := range c.files {
		if now[i], err = os.Stat(name); err != nil {
			return now, err
		}
	}
	return now, nil
}

func (c *certificate) read(now [2]os.FileInfo) error {
	pair, err := tls.LoadX509KeyPair(c.files[0], c.files[1])
	if err != nil {
		return err
	}
	c.pair, c.seen, c.tried = &pair, now, [2]os.FileInfo{}
	return nil
}

// unchanged compares what a renewal changes: time, size, or the file itself.
func unchanged(a, b [2]os.FileInfo) bool {
	return slices.EqualFunc(a[:], b[:], func(a, b os.FileInfo) bool {
		return a != nil && b != nil && os.SameFile(a, b) && a.ModTime().Equal(b.ModTime()) && a.Size() == b.Size()
	})
}

// soon is how long before its end a certificate is spoken of at the start.
const soon = 30 * 24 * time.Hour

// doubts says what browsers will hold against the certificate.
func (c *certificate) doubts(hosts []string, now time.Time) []string {
	var found []string
	leaf := c.pair.Leaf
	for _, h := range hosts {
		if leaf.VerifyHostname(h) != nil {
			found = append(found, "証明書は "+h+" のものではありません（subjectAltName にこの名前が要ります）。")
		}
	}
	day := func(t time.Time) string { return t.Local().Format(time.DateOnly) }
	switch {
	case now.After(leaf.NotAfter):
		found = append(found, "証明書の有効期限（"+day(leaf.NotAfter)+"）が切れています。")
	case now.Before(leaf.NotBefore):
		found = append(found, "証明書の有効期間（"+day(leaf.NotBefore)+"から）がまだ始まっていません。")
	case now.Add(soon).After(leaf.NotAfter):
		found = append(found, "証明書の有効期限は "+day(leaf.NotAfter)+" です。")
	}
	if len(c.pair.Certificate) == 1 && !selfSigned(leaf) {
		found = append(found, "証明書のファイルに中間CAの証明書がありません。端末が中間CAを知らない場合は、サーバの証明書の後に続けて入れてください。")
	}
	return found
}

func selfSigned(c *x509.Certificate) bool { return c.CheckSignatureFrom(c) == nil }
