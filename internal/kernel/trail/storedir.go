package trail

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
)

// Files of a store.
const (
	idFile     = "store.id" // also in the database
	keyFile    = "key"      // PKCS #8 in PEM, for its owner alone
	publicFile = "key.pub"  // as a note's verifier key, whose name is the origin: the store, and the epoch for which it signs
	headFile   = "head"     // the last checkpoint that was signed
)

// Store is the folder beside a database that belongs to it: what must not be lost or changed together with it. All processes
// of one database share one store. A file in it is whole, old or new, whenever the power fails.
type Store struct{ dir, id string }

// OpenStore opens the store of a database. The first time it makes it, and gives it an id that stands in both. A store and a
// database that do not belong together are refused as Invalid.
func OpenStore(ctx context.Context, d *db.DB, dir string) (*Store, error) {
	return openStore(ctx, d, dir, false)
}

// ReplaceStore makes an empty folder the store of a database whose own was lost. Its key is new, so the trail has to open an
// epoch before it can sign.
func ReplaceStore(ctx context.Context, d *db.DB, dir string) (*Store, error) {
	return openStore(ctx, d, dir, true)
}

func openStore(ctx context.Context, d *db.DB, dir string, replace bool) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errs.Wrap(err, errs.Invalid, "フォルダ %s を作れません。パスと権限を確かめてください。", dir)
	}
	s := &Store{dir: dir}
	return s, d.Update(ctx, func(tx *db.Tx) error {
		here, err := s.read(idFile)
		if err != nil {
			return err
		}
		there, err := storeOf(ctx, tx)
		if err != nil {
			return err
		}
		head, err := s.read(headFile)
		here = strings.TrimSpace(here)
		switch {
		case err != nil:
			return err
		case there == unfinished:
			return errs.New(errs.Invalid, "%s", unfinished)
		case here != "" && there != "" && here != there || here != "" && there == "" && head != "":
			return errs.New(errs.Invalid, "フォルダ %s（%s）は、別のデータベースのものです。このデータベースのもの（%s）を --store で指定してください。", dir, here, there)
		case here == "" && there != "" && !replace:
			return errs.New(errs.Invalid, "フォルダ %s に %s がありません。このデータベースのもの（%s）を --store で指定してください。失われたときは、控えから戻すか、新しい期を開いてください。", dir, idFile, there)
		case here == "" && there == "":
			here = string(id.New(tx.Now))
		case here == "":
			here = there
		}
		s.id = here
		if err := s.write(idFile, here+"\n"); err != nil || there != "" {
			return err
		}
		return insertStore(ctx, tx, here) // after the file: a folder whose id no database took is taken by the next
	})
}

// ID is what the store and its database have in common and no other has.
func (s *Store) ID() string { return s.id }

// Dir is the folder.
func (s *Store) Dir() string { return s.dir }

// read gives a file's text, "" where it is missing.
func (s *Store) read(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(s.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", errs.Wrap(err, errs.Unavailable, "ファイル %s を読めません。", filepath.Join(s.dir, name))
	}
	return string(text), nil
}

// write replaces a file, which is for its owner alone.
func (s *Store) write(name, text string) error {
	if err := replaceFile(s.dir, name, text); err != nil {
		return errs.Wrap(err, errs.Unavailable, "ファイル %s に書けません。空きと権限を確かめてください。", filepath.Join(s.dir, name))
	}
	return nil
}

func replaceFile(dir, name, text string) error {
	file, err := os.CreateTemp(dir, name+".*.new")
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return syncDir(dir)
}

// syncDir makes renames in a folder last.
func syncDir(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Secret gives 32 random bytes that lie in the store under a name ending in ".key", for its owner alone, in hex. The first time
// it makes them; processes that do so at once get the same. No backup contains them.
func (s *Store) Secret(name string) ([]byte, error) {
	text, err := s.read(name)
	if err != nil {
		return nil, err
	}
	if text == "" {
		made := make([]byte, 32)
		rand.Read(made) // never fails since Go 1.24
		if err := s.writeOnce(name, hex.EncodeToString(made)+"\n"); err != nil {
			return nil, err
		}
		if text, err = s.read(name); err != nil {
			return nil, err
		}
	}
	secret, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(secret) != 32 {
		return nil, errs.Wrap(err, errs.Invalid, "フォルダ %s の %s は鍵の形ではありません。控えから戻してください。控えがないときは、このファイルを退けると新しい鍵で始まります。", s.dir, name)
	}
	return secret, nil
}

// writeOnce writes a file unless it is there.
func (s *Store) writeOnce(name, text string) error {
	whole := name + "." + rand.Text() + ".new"
	defer func() { _ = os.Remove(filepath.Join(s.dir, whole)) }()
	if err := s.write(whole, text); err != nil {
		return err
	}
	err := os.Link(filepath.Join(s.dir, whole), filepath.Join(s.dir, name))
	if err == nil || errors.Is(err, fs.ErrExist) {
		err = syncDir(s.dir)
	}
	if err != nil {
		return errs.Wrap(err, errs.Unavailable, "ファイル %s に書けません。空きと権限を確かめてください。", filepath.Join(s.dir, name))
	}
	return nil
}

// origin is the name under which an epoch is signed.
func (s *Store) origin(epoch int64) string { return fmt.Sprintf("sekimori/%s/%d", s.id, epoch) }

// signer signs for one epoch.
type signer struct {
	note.Verifier // its name is the origin

	key    ed25519.PrivateKey
	public string // the verifier as text
}

// Sign implements note.Signer.
func (s signer) Sign(text []byte) ([]byte, error) { return ed25519.Sign(s.key, text), nil }

func newSigner(key ed25519.PrivateKey, origin string) (signer, error) {
	public, err := note.NewEd25519VerifierKey(origin, key.Public().(ed25519.PublicKey))
	if err != nil {
		return signer{}, err
	}
	verifier, err := note.NewVerifier(public)
	return signer{verifier, key, public}, err
}

// signer is who signs for the epoch that the store knows. The database is not asked for it: whoever can write there could
// begin another. Its key is nil where the store has none.
func (s *Store) signer() (signer, error) {
	key, err := s.key()
	if err != nil || key == nil {
		return signer{}, err
	}
	public, err := s.read(publicFile)
	if err != nil {
		return signer{}, err
	}
	public = strings.TrimSpace(public)
	origin, _, _ := strings.Cut(public, "+")
	made, err := newSigner(key, origin)
	if err != nil || made.public != public {
		return signer{}, errs.Wrap(err, errs.Invalid, "フォルダ %s の %s と %s が組になっていません。%s", s.dir, keyFile, publicFile, newEpoch)
	}
	return made, nil
}

// begin makes the store sign for an epoch from now on, with the key that it has or a new one.
func (s *Store) begin(epoch int64) (signer, error) {
	key, err := s.key()
	if err != nil {
		return signer{}, err
	}
	if key == nil {
		if _, key, err = ed25519.GenerateKey(rand.Reader); err != nil {
			return signer{}, err
		}
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			return signer{}, err
		}
		if err := s.write(keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))); err != nil {
			return signer{}, err
		}
	}
	made, err := newSigner(key, s.origin(epoch))
	if err != nil {
		return signer{}, err
	}
	return made, s.write(publicFile, made.public+"\n")
}

// key reads the private key, nil where there is none.
func (s *Store) key() (ed25519.PrivateKey, error) {
	text, err := s.read(keyFile)
	if err != nil || text == "" {
		return nil, err
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		block = &pem.Block{}
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(ed25519.PrivateKey)
	if err != nil || !ok {
		return nil, errs.Wrap(err, errs.Invalid, "フォルダ %s の %s は鍵の形ではありません。%s", s.dir, keyFile, newEpoch)
	}
	return key, nil
}
