package trail

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"sekimori/internal/base/db"
)

// Anchors are what is known of the log outside of its database.
type Anchors struct {
	Checkpoints []Anchor // signed checkpoints, as others hold them and as the store keeps the last
	Receipts    []Anchor // receipts, or texts that contain one
	Keys        []Anchor // public keys of stores, with which no other than the last epoch was opened
}

// AnchorsIn is what a store knows of its log: its key, and the head that it signed last. Nothing where it is not there.
func AnchorsIn(dir string) (a Anchors, err error) {
	for name, into := range map[string]*[]Anchor{headFile: &a.Checkpoints, publicFile: &a.Keys} {
		text, failed := (&Store{dir: dir}).read(name)
		if text != "" {
			*into = append(*into, Anchor{filepath.Join(dir, name), text})
		}
		err = errors.Join(err, failed)
	}
	return a, err
}

// Anchors is AnchorsIn of the log's store. Who verifies reads them first: what was signed then is in every later snapshot.
func (l *Log) Anchors() (Anchors, error) {
	if l.store == nil {
		return Anchors{}, nil
	}
	return AnchorsIn(l.store.dir)
}

// Anchor is a text with the name by which a finding calls it, such as that of its file.
type Anchor struct{ Name, Text string }

// epochKey is what checks the checkpoints of an epoch: where it begins, and its key.
type epochKey struct {
	number, size int64
	public       string
	key          note.Verifier
}

// head reads the one row of trail_head, and what signed heads are checked by.
func (v *verifier) head(ctx context.Context) (Head, error) {
	rows, err := rawHead(ctx, v.r)
	if err != nil {
		return Head{}, err
	}
	bad := func(column, reason string) {
		v.find(Finding{Index: -1, Table: "trail_head", Column: column, Reason: reason})
	}
	if len(rows) != 1 {
		bad("", fmt.Sprintf("1行のはずが %d 行あります", len(rows)))
		return Head{}, nil
	}
	c := cells{row: rows[0], columns: headColumns}
	head := Head{Size: c.int(0), Epoch: c.int(1)}
	if head.Root, err = parseHash(c.text(2)); err != nil {
		bad("root", "ハッシュの形ではありません")
	}
	if c.bad != "" {
		bad(c.bad, "値の型が違います")
	}
	if last := len(v.epochs); head.Epoch != int64(last) {
		bad("epoch", fmt.Sprintf("期は %d と記されていますが、記録にある期は %d までです", head.Epoch, last))
	}
	return head, nil
}

// keys reads the store's id and the keys of the epochs, and how far the follower of things is.
func (v *verifier) keys(ctx context.Context) (err error) {
	if v.kept, v.position, err = thingsKept(ctx, v.r); err != nil {
		return err
	}
	stores, err := rawStores(ctx, v.r)
	if err != nil {
		return err
	}
	for i, row := range stores {
		if name, ok := row[0].(string); ok && i == 0 {
			v.store = name
		} else {
			v.find(Finding{Index: -1, Table: "trail_store", Column: "id", Reason: fmt.Sprintf("保管フォルダーの名がもう一つあるか、名でないもの（%v）です", row[0])})
		}
	}
	rows, err := rawEpochs(ctx, v.r)
	if err != nil {
		return err
	}
	for i, row := range rows {
		c := cells{row: row, columns: epochColumns}
		e := epochKey{number: c.int(0), size: c.int(1), public: c.text(2)}
		f := Finding{Index: -1, Kind: "epoch", Thing: strconv.FormatInt(e.number, 10), Table: "trail_epoch"}
		if e.number != int64(i)+1 {
			f.Column, f.Reason = "number", "期の番号が続いていません"
			v.find(f)
		}
		if e.key, err = note.NewVerifier(e.public); err != nil {
			f.Column, f.Reason = "public_key", "公開鍵を読めません"
			v.find(f)
		} else if name := (&Store{id: v.store}).origin(e.number); e.key.Name() != name {
			v.find(Finding{Index: -1, Table: "trail_store", Column: "id", Reason: fmt.Sprintf("第%d期の公開鍵の名は %s ですが、%s のはずです", e.number, e.key.Name(), name)})
		}
		v.epochs = append(v.epochs, e)
	}
	return nil
}

// key reports the epoch that somebody else has opened than the store with this key. One that the store has opened and the
// database does not know yet is being opened, or is missed by Begin.
func (v *verifier) key(a Anchor) {
	public := strings.TrimSpace(a.Text)
	own, last := epochIn(public), int64(len(v.epochs))
	if own == last && last > 0 && v.epochs[last-1].public != public || own < last {
		v.find(Finding{Index: -1, Kind: "epoch", Thing: strconv.FormatInt(last, 10), Table: "trail_epoch", Column: "public_key", Reason: fmt.Sprintf("この期は、%s の鍵で開かれたものではありません", a.Name)})
	}
}

// signedHead is what a checkpoint says.
type signedHead struct {
	epoch, size int64
	root        tlog.Hash
	rest        string
}

// read takes a checkpoint apart and checks its signature and its place among the epochs; trouble says what is wrong with it.
func (v *verifier) read(text string) (h signedHead, trouble string) {
	const malformed = "チェックポイントの形ではありません"
	line, _, _ := strings.Cut(text, "\n")
	store, number, _ := strings.Cut(strings.TrimPrefix(line, "sekimori/"), "/")
	epoch, err := strconv.ParseInt(number, 10, 64)
	if trouble := v.belongs(store, epoch); err != nil || trouble != "" {
		return h, cmp.Or(trouble, malformed)
	}
	key := v.epochs[epoch-1].key
	if key == nil {
		return h, "この期の公開鍵がありません"
	}
	opened, err := note.Open([]byte(text), note.VerifierList(key))
	if err != nil {
		return h, "署名が、この期の公開鍵と合いません"
	}
	var c log.Checkpoint
	rest, err := c.Unmarshal([]byte(opened.Text))
	if err != nil || len(c.Hash) != tlog.HashSize || c.Size > 1<<62 {
		return h, malformed
	}
	return signedHead{epoch, int64(c.Size), tlog.Hash(c.Hash), string(rest)}, v.lost(epoch, int64(c.Size))
}

// belongs says what is wrong if a checkpoint or receipt is not of this database.
func (v *verifier) belongs(store string, epoch int64) string {
	switch {
	case store != v.store:
		return fmt.Sprintf("別のデータベース（%s）のものです。このデータベースは %s です", store, v.store)
	case epoch < 1 || epoch > int64(len(v.epochs)):
		return fmt.Sprintf("このデータベースにない期（%d）のものです。古い控えに戻されています", epoch)
	}
	return ""
}

// lost says so if a size was reached in an epoch after the place where the next one took over.
func (v *verifier) lost(epoch, size int64) string {
	if epoch < int64(len(v.epochs)) && size > v.epochs[epoch].size {
		return fmt.Sprintf("第%d期の大きさ %d のものですが、第%d期は大きさ %d から始まっています。その間の記録は失われました", epoch, size, epoch+1, v.epochs[epoch].size)
	}
	return ""
}

// anchors reads what others hold, to be compared when the tree has grown so far.
func (v *verifier) anchors(ctx context.Context, anchors Anchors) error {
	if err := v.keys(ctx); err != nil {
		return err
	}
	for _, a := range anchors.Keys {
		v.key(a)
	}
	w := &v.walk
	for _, a := range anchors.Checkpoints {
		f := Finding{Index: -1, Kind: "checkpoint", Thing: a.Name}
		head, trouble := v.read(a.Text)
		if f.Reason = trouble; trouble != "" {
			v.find(f)
			continue
		}
		w.held = append(w.held, claim{head.size, head.root, f})
	}
	for _, a := range anchors.Receipts {
		f := Finding{Index: -1, Kind: "receipt", Thing: a.Name}
		r, err := ParseReceipt(a.Text)
		if err != nil {
			f.Reason = "受領証の形ではありません"
		} else if f.Reason = v.belongs(r.Store, r.Epoch); f.Reason == "" {
			f.Reason = v.lost(r.Epoch, r.Size)
		}
		if f.Reason != "" {
			v.find(f)
			continue
		}
		w.held = append(w.held, claim{r.Size, r.Root, f})
		f.Index = r.Index
		w.receipts[r.Index] = append(w.receipts[r.Index], claim{r.Size, r.Leaf, f})
	}
	slices.SortStableFunc(w.held, func(a, b claim) int { return cmp.Compare(a.size, b.size) })
	return nil
}

// next is the claim with the smallest size that has not come due; nil when there is none.
func (v *verifier) next(ctx context.Context) (*[]claim, error) {
	w := &v.walk
	if len(w.signed) == 0 && w.last[0] < 1<<62 {
		rows, err := rawCheckpoints(ctx, v.r, w.last, pageOfRows)
		if err != nil {
			return nil, err
		}
		more := len(rows) == pageOfRows
		for _, row := range rows {
			c, epoch := v.checkpoint(row)
			more = more && c.size >= w.last[0] // else, on SQLite, a size that is no number
			w.last = [2]int64{c.size, epoch}
			w.signed = append(w.signed, c)
		}
		if !more {
			w.last[0] = 1 << 62
		}
	}
	switch {
	case len(w.signed) == 0 && len(w.held) == 0:
		return nil, nil
	case len(w.held) == 0 || len(w.signed) > 0 && w.signed[0].size <= w.held[0].size:
		return &w.signed, nil
	}
	return &w.held, nil
}

// checkpoint checks a row of trail_checkpoint for itself; it gives the claim and the epoch.
func (v *verifier) checkpoint(row []any) (claim, int64) {
	c := cells{row: row, columns: checkpointColumns}
	epoch, size := c.int(0), c.int(1)
	f := Finding{Index: -1, Kind: "checkpoint", Thing: fmt.Sprintf("%d/%d", epoch, size), Table: "trail_checkpoint"}
	bad := func(column, reason string) {
		f := f
		f.Column, f.Reason = column, reason
		v.find(f)
	}
	root, err := parseHash(c.text(2))
	if err != nil {
		bad("root", "ハッシュの形ではありません")
	}
	head, trouble := v.read(c.text(4))
	switch {
	case trouble != "":
		bad("note", trouble)
	case head != signedHead{epoch, size, root, timeLine(db.Time(c.text(3)))}:
		bad("note", "署名された内容と、列の値が違います")
	}
	if c.bad != "" {
		bad(c.bad, "値の型が違います")
	}
	return claim{size, root, f}, epoch
}

// claimed compares the claims about the tree as it stands now.
func (v *verifier) claimed(ctx context.Context) error {
	for {
		from, err := v.next(ctx)
		if err != nil || from == nil || (*from)[0].size > v.walk.tree.size {
			return err
		}
		v.compare((*from)[0])
		*from = (*from)[1:]
	}
}

// unclaimed reports the claims about a larger tree than there is.
func (v *verifier) unclaimed(ctx context.Context) error {
	for {
		from, err := v.next(ctx)
		if err != nil || from == nil {
			return err
		}
		c := (*from)[0]
		c.finding.Reason = fmt.Sprintf("大きさ %d の木がありましたが、いまは %d しかありません。末尾の記録が失われています", c.size, v.walk.tree.size)
		v.find(c.finding)
		*from = (*from)[1:]
	}
}
