package trail

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/id"
)

// walk is where the pass over the numbered entries stands. Beside the tree over the leaves that the tiles hold there is, from
// the first entry on that gives another leaf, the tree over the leaves that the entries give: a head that was signed before
// says which of the two was changed.
type walk struct {
	tree     peaks
	entries  *peaks
	suspects []Finding           // entries that are not what their tile says
	missing  map[tlog.Hash]int64 // leaves in tiles for which no entry came: their numbers
	tiles    map[int64]tile      // by level, the last that was read

	byTiles, byEntries bool  // a head agrees with one of the two where they differ
	agreed             int64 // the size up to which somebody's head agrees

	held     []claim           // by others, in order of their size
	signed   []claim           // checkpoints, those that were read and have not come due
	last     [2]int64          // size and epoch of the last that was read
	receipts map[int64][]claim // leaves, by number
}

// tile is one as it is stored; without hashes it is not there.
type tile struct {
	number int64
	hashes []byte
}

// claim is a hash that somebody knows: the root of the tree at a size, or a leaf. The finding is who, if it is another.
type claim struct {
	size    int64
	hash    tlog.Hash
	finding Finding
}

// log checks entries and acts, numbers, tree, tiles, head and checkpoints.
func (v *verifier) log(ctx context.Context) error {
	w := &v.walk
	head, err := v.head(ctx)
	if err != nil {
		return err
	}
	if err := v.claimed(ctx); err != nil { // what is claimed of the empty tree
		return err
	}
	for from := int64(math.MinInt64); ; {
		page, err := numberedFrom(ctx, v.r, from, pageOfRows)
		if err != nil {
			return err
		}
		if len(page) == 0 || page[len(page)-1].Seq == nil { // the latter on SQLite: a number that is none
			break
		}
		if err := v.entries(ctx, page, v.place); err != nil {
			return err
		}
		last := *page[len(page)-1].Seq
		if last == math.MaxInt64 { // reported: so far no tree has grown
			break
		}
		from = last + 1
	}
	if err := v.fill(ctx, head.Size); err != nil {
		return err
	}
	v.report.Size, v.report.Root = w.tree.size, hexHash(w.tree.root())
	if head.Size != w.tree.size {
		v.find(Finding{Index: -1, Table: "trail_head", Column: "size", Reason: fmt.Sprintf("木の大きさは %d と記されていますが、番号のある記録は %d 件です", head.Size, w.tree.size)})
	}
	v.compare(claim{w.tree.size, head.Root, Finding{Index: -1, Table: "trail_head", Column: "root"}})
	if err := v.unclaimed(ctx); err != nil {
		return err
	}
	v.blame()
	if err := v.allTiles(ctx); err != nil {
		return err
	}
	if err := v.pending(ctx); err != nil {
		return err
	}
	return v.look(ctx, oddities)
}

// pending checks the entries that have no number yet, among which those are whose number was taken away.
func (v *verifier) pending(ctx context.Context) error {
	var act id.ID
	for position := int64(-1); ; {
		page, err := pendingAfter(ctx, v.r, act, position, pageOfRows)
		if err != nil || len(page) == 0 {
			return err
		}
		v.report.Unsequenced += int64(len(page))
		if err := v.entries(ctx, page, func(_ context.Context, e readEntry, leaf tlog.Hash) error {
			if n, ok := v.walk.missing[leaf]; ok {
				v.find(e.finding("seq", "番号 %d が消されています", n))
			}
			return nil
		}); err != nil {
			return err
		}
		last := page[len(page)-1]
		if last.bad != "" {
			return nil // reported; on SQLite its key may be none, and come again and again
		}
		act, position = last.Act, last.Position
	}
}

// readEntry is an entry as it was read, with its act if it is the first of it; bad names a column that holds what is not of its type.
type readEntry struct {
	entryRow
	act *readAct
	bad string
}

func (e readEntry) finding(column, reason string, args ...any) Finding {
	f := Finding{Index: -1, Kind: e.Kind, Thing: e.Thing, Version: e.Version, Table: "trail_entry", Column: column, Reason: fmt.Sprintf(reason, args...)}
	if e.Seq != nil {
		f.Index = *e.Seq
	}
	return f
}

// entries checks a page of entries with their acts and hands each with its leaf to then.
func (v *verifier) entries(ctx context.Context, page []readEntry, then func(context.Context, readEntry, tlog.Hash) error) error {
	var blanks []blank
	for _, e := range page {
		v.report.Checked++
		v.tally(e)
		if e.bad != "" {
			v.find(e.finding(e.bad, "値の型が違います"))
		}
		v.part(e, "public", e.Public, e.PublicSalt, e.PublicHash)
		if e.Personal != "" || e.PersonalSalt != "" {
			v.part(e, "personal", e.Personal, e.PersonalSalt, e.PersonalHash)
		} else if e.PersonalHash != "" {
			blanks = append(blanks, blank{e.Kind, e.Thing, PartPersonal, e.Version, e.finding("personal", "個人の部分が、消去の記録なしに消されています")})
		}
		if e.act != nil {
			blanks = append(blanks, v.act(e)...)
		}
		act, err := v.actHash(ctx, e)
		if err != nil {
			return err
		}
		record, err := e.leaf(act)
		if err != nil {
			v.find(e.finding("", "記録を正規化できません（%v）", err))
		}
		if err := then(ctx, e, tlog.RecordHash(record)); err != nil {
			return err
		}
	}
	return v.covered(ctx, blanks)
}

// tally adds an entry to what the rows of its kind must come to.
func (v *verifier) tally(e readEntry) {
	c := v.live[e.Kind]
	if e.Version == 1 {
		c.things++
		if e.Seq != nil && *e.Seq < v.position {
			v.met++
		}
	} else {
		c.sum -= v.versionHash(e.Kind, e.Thing, e.Version-1)
	}
	if e.Gone {
		c.things--
	} else {
		c.sum += v.versionHash(e.Kind, e.Thing, e.Version)
	}
	v.live[e.Kind] = c
}

// actHash is the hash of the act of an entry. It remembers acts, since most entries follow another of the same.
func (v *verifier) actHash(ctx context.Context, e readEntry) (string, error) {
	if hash, ok := v.acts[e.Act]; ok && e.act == nil {
		return hash, nil
	}
	a := e.act
	if a == nil {
		var err error
		if a, err = storedAct(ctx, v.r, e.Act); err != nil {
			return "", err
		}
	}
	if len(v.acts) >= pageOfRows {
		clear(v.acts)
	}
	v.acts[e.Act] = ""
	if a == nil {
		v.find(e.finding("act", "操作 %s の記録がありません", e.Act))
		return "", nil
	}
	hash, err := a.hash()
	if err != nil {
		v.find(e.finding("act", "操作 %s を正規化できません（%v）", e.Act, err))
	}
	v.acts[e.Act] = hash
	return hash, nil
}

// part checks one part of an entry against its hash.
func (v *verifier) part(e readEntry, column, text, salt, hash string) {
	if !fits(salt, text, hash) {
		v.find(e.finding(column, "内容とそのハッシュが合いません"))
	}
}

// fits says whether a part that is there has its hash. The hash alone does not say where the salt ends and the text begins.
func fits(salt, text, hash string) bool {
	return len(salt) == saltLength && text != "" && hashPart(salt, text) == hash
}

// blank is a part that is empty though it has a hash; finding says so if no erasure covers it.
type blank struct {
	kind, thing, part string
	version           int64
	finding           Finding
}

// act checks the act that came with its first entry, and gives its note if that is blank.
func (v *verifier) act(e readEntry) []blank {
	a := e.act
	bad := func(column, reason string) Finding {
		f := e.finding(column, "%s", reason)
		f.Kind, f.Thing, f.Version, f.Table = KindAct, string(a.ID), 0, "trail_act"
		return f
	}
	if a.bad != "" {
		v.find(bad(a.bad, "値の型が違います"))
	}
	if a.Detail != "{}" {
		if canonical, err := canon.Marshal(json.RawMessage(a.Detail)); err != nil || string(canonical) != a.Detail {
			v.find(bad("detail", "正規の形のJSONではありません"))
		}
	}
	switch {
	case a.Note == "" && a.NoteSalt == "" && a.NoteHash == "":
	case a.Note == "" && a.NoteSalt == "":
		return []blank{{KindAct, string(a.ID), PartNote, 0, bad("note", "覚え書きが、消去の記録なしに消されています")}}
	case !fits(a.NoteSalt, a.Note, a.NoteHash):
		v.find(bad("note", "内容とそのハッシュが合いません"))
	}
	return nil
}

// covered reports the blanks that no erasure accounts for.
func (v *verifier) covered(ctx context.Context, blanks []blank) error {
	if len(blanks) == 0 {
		return nil
	}
	things := make([]string, len(blanks))
	for i, b := range blanks {
		things[i] = b.thing
	}
	through, err := erasedThrough(ctx, v.r, things)
	if err != nil {
		return err
	}
	for _, b := range blanks {
		if last, ok := through[[3]string{b.kind, b.thing, b.part}]; !ok || last < b.version {
			v.find(b.finding)
		}
	}
	return nil
}

// place puts an entry into the tree and compares its leaf with the one in the tiles.
func (v *verifier) place(ctx context.Context, e readEntry, leaf tlog.Hash) error {
	w := &v.walk
	if e.Seq == nil {
		return nil // reported: the number is none
	}
	if err := v.fill(ctx, *e.Seq); err != nil {
		return err
	}
	if *e.Seq != w.tree.size {
		v.find(e.finding("seq", "番号が続いていません"))
		return nil
	}
	held, err := v.node(ctx, 0, *e.Seq)
	if err != nil {
		return err
	}
	if held == nil {
		held = &leaf // its tile is missing, which is reported
	}
	if *held != leaf && len(w.suspects) < mostFindings {
		w.suspects = append(w.suspects, e.finding("", "番号を付けたあとに、この記録かその操作（trail_act %s）が書き換えられています", e.Act))
	}
	for _, c := range w.receipts[*e.Seq] {
		if c.hash != leaf {
			c.finding.Reason = fmt.Sprintf("番号 %d の葉は %s とありますが、いまの記録からは %s になります", *e.Seq, hexHash(c.hash), hexHash(leaf))
			v.find(c.finding)
		}
	}
	return v.grow(ctx, *held, leaf)
}

// fill goes on in the tree up to a number by what the tiles hold, where entries are missing, and as far as they do.
func (v *verifier) fill(ctx context.Context, number int64) error {
	w := &v.walk
	for w.tree.size < number {
		held, err := v.node(ctx, 0, w.tree.size)
		if err != nil || held == nil {
			return err
		}
		v.find(Finding{Index: w.tree.size, Table: "trail_entry", Reason: "この番号の記録がありません"})
		if len(w.missing) < mostFindings {
			w.missing[*held] = w.tree.size
		}
		if err := v.grow(ctx, *held, *held); err != nil {
			return err
		}
	}
	return nil
}

// grow appends a leaf to the trees and checks what has come due.
func (v *verifier) grow(ctx context.Context, held, leaf tlog.Hash) error {
	w := &v.walk
	if w.entries == nil && held != leaf {
		w.entries = &peaks{size: w.tree.size, roots: slices.Clone(w.tree.roots)}
	}
	done := w.tree.add(held)
	others := done
	if w.entries != nil {
		others = w.entries.add(leaf)
	}
	for i, n := range done {
		held, err := v.node(ctx, n.level, n.number)
		if err != nil {
			return err
		}
		if held != nil && *held != n.hash && *held != others[i].hash {
			v.find(tileFinding(n.level, n.number>>tileHeight, "下の段から計算した値と違います"))
		}
	}
	return v.claimed(ctx)
}

// node is a hash as the tiles hold it, nil if they do not.
func (v *verifier) node(ctx context.Context, level, number int64) (*tlog.Hash, error) {
	t, ok := v.walk.tiles[level]
	if !ok || t.number != number>>tileHeight {
		t.number = number >> tileHeight
		var err error
		if t.hashes, err = storedTile(ctx, v.r, level, t.number); err != nil {
			return nil, err
		}
		v.walk.tiles[level] = t
	}
	at := int(number&(1<<tileHeight-1)) * tlog.HashSize
	if len(t.hashes) < at+tlog.HashSize {
		return nil, nil
	}
	return (*tlog.Hash)(t.hashes[at:]), nil
}

// compare holds a claim against the tree of its size.
func (v *verifier) compare(c claim) {
	w := &v.walk
	switch {
	case c.hash == w.tree.root():
		w.byTiles = w.byTiles || w.entries != nil
		w.agreed = c.size
	case w.entries != nil && c.hash == w.entries.root():
		w.byEntries = true
		w.agreed = c.size
	default:
		if c.finding.Table != "trail_head" {
			c.finding.Index = w.agreed // the first that may have been changed
		}
		c.finding.Reason = fmt.Sprintf("大きさ %d の木の根は %s とありますが、いまの記録からは %s になります。番号 %d 以後の記録のどれかが書き換えられています",
			c.size, hexHash(c.hash), hexHash(w.tree.root()), w.agreed)
		v.find(c.finding)
	}
}

// blame reports the entries that differ from their tiles; or the tiles, where what was signed agrees with the entries.
func (v *verifier) blame() {
	w := &v.walk
	for _, f := range w.suspects {
		if w.byEntries && !w.byTiles {
			f = tileFinding(0, f.Index>>tileHeight, fmt.Sprintf("番号 %d の記録と違います", f.Index))
		}
		v.find(f)
	}
}

func tileFinding(level, number int64, reason string) Finding {
	return Finding{Index: -1, Kind: "tile", Thing: fmt.Sprintf("%d/%d", level, number), Table: "trail_tile", Column: "hashes", Reason: reason}
}

// allTiles checks that there are the tiles of the tree, each of its width, and no others.
func (v *verifier) allTiles(ctx context.Context) error {
	size := v.walk.tree.size
	expected := map[int64]int64{} // by level: the next tile
	if err := tileWidths(ctx, v.r, func(level, number, width int64) {
		nodes := int64(0)
		if level >= 0 && level*tileHeight < 63 {
			nodes = size >> (level * tileHeight)
		}
		for ; expected[level] < min(number, (nodes+255)>>tileHeight); expected[level]++ {
			v.find(tileFinding(level, expected[level], "このタイルがありません"))
		}
		expected[level] = max(expected[level], number+1)
		in := number >= 0 && number < (nodes+255)>>tileHeight
		if !in || width != min(1<<tileHeight, nodes-number<<tileHeight)*tlog.HashSize {
			v.find(tileFinding(level, number, "このタイルの大きさが違うか、木にないタイルです"))
		}
	}); err != nil {
		return err
	}
	for level := int64(0); size>>(level*tileHeight) > 0; level++ {
		for ; expected[level] < (size>>(level*tileHeight)+255)>>tileHeight; expected[level]++ {
			v.find(tileFinding(level, expected[level], "このタイルがありません"))
		}
	}
	return nil
}

// look runs queries for what must not be and shows in counts and joins only.
func (v *verifier) look(ctx context.Context, list []oddity) error {
	for _, o := range list {
		if err := o.each(ctx, v.r, func(kind, thing string, version, index int64) {
			v.find(Finding{Index: index, Kind: kind, Thing: thing, Version: version, Table: o.table, Column: o.column, Reason: o.reason})
		}); err != nil {
			return err
		}
	}
	return nil
}
