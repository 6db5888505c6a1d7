package trail

import (
	"context"
	"errors"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
)

// Epoch is a stretch of the log that is signed as one: within it no tree is signed that does not contain the one before.
type Epoch struct {
	Number int64 `db:"number" trail:"key"` // from 1
	Row
	Size      int64   `db:"size"` // entries before it
	At        db.Time `db:"at"`
	Why       string  `db:"why"`
	PublicKey string  `db:"public_key"` // a note's verifier key; its name is the origin of the checkpoints
	Lost      string  `db:"lost"`       // the last checkpoint of the epoch before where the tree does not contain it, "" else
}

// Epochs is the audited table of epochs.
var Epochs = NewTable[Epoch]("trail_epoch", "epoch")

// OpenEpoch begins an epoch: the first, or one after the tree has become another than was signed. Whatever was committed
// before stands before it in the log; its first entry is its own record, which says why, and shows the last checkpoint of the
// epoch before where the tree does not contain it. lost is that checkpoint where the store has lost it too, "" else.
func (l *Log) OpenEpoch(ctx context.Context, actor, why, lost string) (Epoch, error) {
	if l.store == nil {
		return Epoch{}, errors.New("trail: an epoch without a store")
	}
	if _, err := parseCheckpoint(lost); err != nil && lost != "" {
		return Epoch{}, errs.Wrap(err, errs.Invalid, "失われた状態として、チェックポイントの形でないものが指定されています。")
	}
	lost, err := l.supersede(ctx, lost)
	if err != nil {
		return Epoch{}, err
	}
	var opened Epoch
	if err := l.treeAlone(ctx, func(inner *db.Tx) error {
		if err := l.numberAll(ctx, inner); err != nil {
			return err
		}
		head, err := headOf(ctx, inner)
		if err != nil {
			return err
		}
		opened = Epoch{Number: head.Epoch + 1, Row: Row{Home: Body}, Size: head.Size, At: db.At(inner.Now), Why: why, Lost: lost}
		if lost == "" {
			if opened.Lost, err = l.store.lost(ctx, inner, head); err != nil {
				return err
			}
		}
		// The store knows of the epoch first. If this fails before the commit, nothing is signed until it is done again.
		signer, err := l.store.begin(opened.Number)
		if err != nil {
			return err
		}
		opened.PublicKey = signer.public
		if err := moveHead(ctx, inner, head, Head{head.Size, opened.Number, head.Root}); err != nil {
			return err
		}
		var act id.ID
		if err := l.act(ctx, inner, Act{Actor: actor, Name: "trail.epoch"}, func(tx *Tx) error {
			act = tx.Act
			return Epochs.Put(ctx, tx, opened)
		}); err != nil {
			return err
		}
		own, err := entriesOfAct(ctx, inner, act)
		if err != nil {
			return err
		}
		return number(ctx, inner, own)
	}); err != nil {
		return Epoch{}, err
	}
	opened.Version = 1
	return opened, l.Sign(ctx)
}

// numberAll gives all that is committed its numbers.
func (l *Log) numberAll(ctx context.Context, tx *db.Tx) error {
	for {
		list, err := next(ctx, tx, l.batch)
		if err != nil || len(list) == 0 {
			return err
		}
		if err := number(ctx, tx, list); err != nil {
			return err
		}
	}
}

// supersede gives the store a new key where it has signed for a later epoch than the database knows: the old key has signed
// other trees under the number that comes now. The last of them is what was lost.
func (l *Log) supersede(ctx context.Context, lost string) (string, error) {
	last, err := l.store.epoch()
	if err != nil {
		return "", err
	}
	var head Head
	if err := l.db.View(ctx, func(r db.Reader) (err error) {
		head, err = headOf(ctx, r)
		return err
	}); err != nil || last <= head.Epoch {
		return lost, err
	}
	if lost == "" {
		if lost, err = l.store.read(headFile); err != nil {
			return "", err
		}
	}
	return lost, l.store.forget(keyFile, publicFile, headFile)
}

// lost is the last signed head where the tree at head does not contain it, "" else.
func (s *Store) lost(ctx context.Context, r db.Reader, head Head) (string, error) {
	text, err := s.read(headFile)
	if err != nil || text == "" {
		return "", err
	}
	last, err := parseCheckpoint(text)
	if err == nil {
		err = contains(ctx, r, head, last)
		if err == nil || !errors.Is(err, ErrRewound) {
			return "", err
		}
	}
	return strings.ToValidUTF8(text, "?"), nil
}
