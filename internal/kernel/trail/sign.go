package trail

import (
	"context"
	"errors"
	"fmt"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
)

// ErrRewound is of kind Conflict: the tree does not go on from what was signed last, because an older copy of the database was
// restored, what was committed has been lost, or somebody changed it. Only a new epoch can be signed.
var ErrRewound = errs.New(errs.Conflict, "証跡が、最後に署名した状態の続きになっていません。データベースが古い控えに戻されたか、書き換えられています。")

// newEpoch is what can be done.
const newEpoch = "控えから戻すか、新しい期を開いてください。"

// With gives the log its store, before anything else is done with it. Without one it numbers entries and signs nothing.
func (l *Log) With(s *Store) *Log {
	l.store = s
	return l
}

// Begin opens the first epoch where there is none, and else makes sure that the tree can be signed as it is: ErrRewound where it
// is not what was signed last, Invalid where the store lacks what it needs.
func (l *Log) Begin(ctx context.Context, actor string) error {
	var head Head
	if err := l.db.View(ctx, func(r db.Reader) (err error) {
		if head, err = headOf(ctx, r); err != nil || head.Epoch == 0 {
			return err
		}
		_, err = l.store.mayFollow(ctx, r, head)
		return err
	}); err != nil || head.Epoch > 0 {
		return err
	}
	signed, err := l.store.read(headFile)
	if err != nil {
		return err
	}
	if signed != "" { // somebody has emptied the database
		return errs.Wrap(ErrRewound, errs.Conflict, "%s%s", ErrRewound.Message, newEpoch)
	}
	_, err = l.OpenEpoch(ctx, actor, "最初の起動", "")
	return err
}

// Sign signs the head of the tree as it is committed and keeps the checkpoint (C2SP tlog-checkpoint), unless it has it.
// The last one that was signed stands in the store before it stands in the database: no tree that is smaller or other is ever
// signed in the same epoch, whatever happens to the database.
func (l *Log) Sign(ctx context.Context) error {
	if done, err := l.signed(ctx); err != nil || done {
		return err // having waited for nobody
	}
	return l.treeAlone(ctx, func(tx *db.Tx) error {
		head, err := headOf(ctx, tx)
		if err != nil {
			return err
		}
		if done, err := l.store.hasSigned(ctx, tx, head); err != nil || done {
			return err
		}
		signer, err := l.store.mayFollow(ctx, tx, head)
		if err != nil {
			return err
		}
		text := string(log.Checkpoint{Origin: signer.Name(), Size: uint64(head.Size), Hash: head.Root[:]}.Marshal())
		signed, err := note.Sign(&note.Note{Text: text + timeLine(db.At(tx.Now))}, signer)
		if err != nil {
			return err
		}
		if err := l.store.write(headFile, string(signed)); err != nil {
			return err
		}
		return putCheckpoint(ctx, tx, head, string(signed))
	})
}

// timeLine is the line of a checkpoint that says when it was signed.
func timeLine(at db.Time) string { return "time " + string(at) + "\n" }

// signed says whether there is nothing to sign.
func (l *Log) signed(ctx context.Context) (done bool, err error) {
	err = l.db.View(ctx, func(r db.Reader) error {
		head, err := headOf(ctx, r)
		if err != nil {
			return err
		}
		if done = head.Epoch == 0; !done {
			done, err = l.store.hasSigned(ctx, r, head)
		}
		return err
	})
	return done, err
}

// hasSigned says whether a head was signed last. The store says so, and the database has the checkpoint too: whoever can write
// there could else put rows of heads to come, and nothing would be signed any more.
func (s *Store) hasSigned(ctx context.Context, r db.Reader, head Head) (bool, error) {
	text, err := s.read(headFile)
	if err != nil {
		return false, err
	}
	last, _ := parseCheckpoint(text) // one that cannot be read, or none yet, is of no origin: then it is to be signed
	if last.Origin != s.origin(head.Epoch) || int64(last.Size) != head.Size || tlog.Hash(last.Hash) != head.Root {
		return false, nil
	}
	return hasCheckpoint(ctx, r, head)
}

// mayFollow gives the signer of the head's epoch if the head goes on from what it signed last.
func (s *Store) mayFollow(ctx context.Context, r db.Reader, head Head) (signer, error) {
	who, err := s.signer()
	if err != nil {
		return who, err
	}
	if who.key == nil {
		return who, errs.New(errs.Invalid, "フォルダ %s に署名の鍵がありません。%s", s.dir, newEpoch)
	}
	if who.Name() != s.origin(head.Epoch) {
		return who, errs.Wrap(ErrRewound, errs.Conflict, "データベースの期（%s）が、フォルダ %s の期（%s）と違います。%s", s.origin(head.Epoch), s.dir, who.Name(), newEpoch)
	}
	text, err := s.read(headFile)
	if err != nil {
		return who, err
	}
	switch last, err := parseCheckpoint(text); {
	case text == "", err == nil && last.Origin != who.Name(): // nothing was signed in this epoch
		if some, err := hasCheckpoints(ctx, r, head.Epoch); err != nil || !some {
			return who, err
		}
	case err == nil:
		if _, err := note.Open([]byte(text), note.VerifierList(who)); err == nil {
			return who, contains(ctx, r, head, last)
		}
	}
	return who, errs.New(errs.Invalid, "フォルダ %s の %s（最後に署名した状態）が、失われたか壊れています。%s", s.dir, headFile, newEpoch)
}

// parseCheckpoint reads a checkpoint without looking at its signature.
func parseCheckpoint(text string) (log.Checkpoint, error) {
	var c log.Checkpoint
	_, err := c.Unmarshal([]byte(text))
	if err == nil && (len(c.Hash) != tlog.HashSize || c.Size > 1<<62) {
		err = errors.New("trail: a checkpoint of another kind")
	}
	return c, err
}

// contains is nil when the tree at head begins with the one of a checkpoint, ErrRewound when it does not.
func contains(ctx context.Context, r db.Reader, head Head, c log.Checkpoint) error {
	size, root := int64(c.Size), tlog.Hash(c.Hash)
	if size == 0 {
		return nil
	}
	err := fmt.Errorf("trail: %d entries were signed, of which %d are here", size, head.Size)
	if size <= head.Size {
		var proof tlog.TreeProof
		if proof, err = tlog.ProveTree(head.Size, size, hashes(ctx, r, head.Size)); err == nil {
			err = tlog.CheckTree(proof, head.Size, head.Root, size, root)
		}
		if err == nil || ctx.Err() != nil || errs.KindOf(err) == errs.Unavailable {
			return err
		}
	}
	return errs.Wrap(fmt.Errorf("%w: %w", ErrRewound, err), errs.Conflict, "%s%s", ErrRewound.Message, newEpoch)
}
