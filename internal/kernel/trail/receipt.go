package trail

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
)

// Receipt says that an entry stood at a place in the tree when that had a size and a root. Whoever holds one can have it
// checked as long as the log lives (Anchors): then neither the entry nor anything before that size was changed since.
type Receipt struct {
	Store string // id of the store
	Epoch int64
	Size  int64
	Root  tlog.Hash
	Index int64
	Leaf  tlog.Hash
}

const receiptTitle = "sekimori receipt"

// String is the receipt as it is printed and as ParseReceipt reads it: seven lines.
func (r Receipt) String() string {
	return fmt.Sprintf("%s\nstore %s\nepoch %d\nsize %d\nroot %s\nindex %d\nleaf %s\n", receiptTitle, r.Store, r.Epoch, r.Size, hexHash(r.Root), r.Index, hexHash(r.Leaf))
}

// ParseReceipt reads the first receipt in a text; around it may stand anything.
func ParseReceipt(text string) (Receipt, error) {
	bad := errs.New(errs.Invalid, "受領証を読めません。「%s」で始まる7行が要ります。", receiptTitle)
	_, after, found := strings.Cut(text, receiptTitle)
	fields := strings.Fields(after)
	if !found || len(fields) < 12 {
		return Receipt{}, bad
	}
	var r Receipt
	var err error
	for i, read := range []struct {
		name string
		into func(value string) error
	}{
		{"store", func(value string) error { r.Store = value; return nil }},
		{"epoch", func(value string) error { r.Epoch, err = strconv.ParseInt(value, 10, 64); return err }},
		{"size", func(value string) error { r.Size, err = strconv.ParseInt(value, 10, 64); return err }},
		{"root", func(value string) error { r.Root, err = parseHash(value); return err }},
		{"index", func(value string) error { r.Index, err = strconv.ParseInt(value, 10, 64); return err }},
		{"leaf", func(value string) error { r.Leaf, err = parseHash(value); return err }},
	} {
		if fields[2*i] != read.name || read.into(fields[2*i+1]) != nil {
			return Receipt{}, bad
		}
	}
	if r.Index < 0 || r.Index >= r.Size {
		return Receipt{}, bad
	}
	return r, nil
}

// ErrUnnumbered is of kind Unavailable: what a receipt is asked of waits for its number.
var ErrUnnumbered = errs.New(errs.Unavailable, "この記録にはまだ番号がありません。1分ほど待って、もう一度お試しください。")

// Receipt is the receipt of a version of a thing under the present head. It is ErrUnnumbered while the entry waits for its number.
func (l *Log) Receipt(ctx context.Context, r db.Reader, kind, thing string, version int64) (Receipt, error) {
	e, err := entryOf(ctx, r, kind, thing, version)
	if err != nil {
		return Receipt{}, err
	}
	head, err := headOf(ctx, r)
	if err != nil {
		return Receipt{}, err
	}
	if e.Seq == nil || *e.Seq >= head.Size {
		return Receipt{}, ErrUnnumbered
	}
	store, err := storeOf(ctx, r)
	if err != nil {
		return Receipt{}, err
	}
	acts, err := actsOf(ctx, r, []id.ID{e.Act})
	if err != nil || len(acts) != 1 {
		return Receipt{}, errors.Join(errors.New("trail: no act "+string(e.Act)), err)
	}
	act, err := acts[0].hash()
	if err != nil {
		return Receipt{}, err
	}
	record, err := e.leaf(act)
	if err != nil {
		return Receipt{}, err
	}
	leaf := tlog.RecordHash(record)
	held, err := hashes(ctx, r, head.Size).ReadHashes([]int64{tlog.StoredHashIndex(0, *e.Seq)})
	if err == nil && held[0] != leaf {
		err = errs.New(errs.Conflict, "この記録は、番号を付けたあとに書き換えられています。trail verify で確かめてください。")
	}
	return Receipt{Store: store, Epoch: head.Epoch, Size: head.Size, Root: head.Root, Index: *e.Seq, Leaf: leaf}, err
}

// HeadReceipt is the receipt of the entry that got its number last: what a paper bears that shows many things. Whoever holds one can
// have all of them checked as they stood then. It is ErrUnnumbered before the first number.
func (l *Log) HeadReceipt(ctx context.Context, r db.Reader) (Receipt, error) {
	head, err := headOf(ctx, r)
	if err != nil {
		return Receipt{}, err
	}
	if head.Size == 0 {
		return Receipt{}, ErrUnnumbered
	}
	store, err := storeOf(ctx, r)
	if err != nil {
		return Receipt{}, err
	}
	last := head.Size - 1
	held, err := hashes(ctx, r, head.Size).ReadHashes([]int64{tlog.StoredHashIndex(0, last)})
	if err != nil {
		return Receipt{}, err
	}
	return Receipt{Store: store, Epoch: head.Epoch, Size: head.Size, Root: head.Root, Index: last, Leaf: held[0]}, nil
}
