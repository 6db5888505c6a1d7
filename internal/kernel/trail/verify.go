package trail

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"math"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// Audited is an audited table, as Verify and Erase take it: a Table.
type Audited interface {
	// Name is the table's name in the database.
	Name() string
	// Kind is the kind of its things, as entries name it.
	Kind() string
	// Check says what of the declaration breaks the rules of Table.
	Check() error

	verify(ctx context.Context, v *verifier) error
	clear(ctx context.Context, tx *Tx, thing string) error
	remove(ctx context.Context, tx *Tx, thing string) (bool, error)
}

// Tables are the audited tables of the trail itself. Verify knows them without being told.
func Tables() []Audited { return []Audited{Epochs, erasures} }

// Report is what Verify found.
type Report struct {
	Size        int64     `json:"size"`        // of the tree
	Root        string    `json:"root"`        // of the tree over all numbered entries, in hex
	Checked     int64     `json:"checked"`     // entries, with and without number
	Unsequenced int64     `json:"unsequenced"` // entries without number: they are checked, but nothing proves them yet
	OK          bool      `json:"ok"`
	FirstBad    *Bad      `json:"first_bad"`
	Findings    []Finding `json:"findings"` // by their place in the tree, at most 100
	More        int       `json:"more"`     // findings beyond these
}

// Bad is the first finding: its place in the tree, the tree's size where it has none.
type Bad struct {
	Index  int64  `json:"index"`
	Reason string `json:"reason"`
}

// Finding is one thing that is not as it was written. What is not known, or does not apply, is "" or 0, the index -1.
type Finding struct {
	Index   int64  `json:"index"` // place in the tree
	Kind    string `json:"kind"`
	Thing   string `json:"thing"`
	Version int64  `json:"version"`
	Table   string `json:"table"`
	Column  string `json:"column"`
	Reason  string `json:"reason"` // in the language of users
}

// String says it in one line.
func (f Finding) String() string {
	var where []string
	if f.Index >= 0 {
		where = append(where, fmt.Sprintf("番号 %d", f.Index))
	}
	if f.Kind != "" {
		where = append(where, f.Kind+" "+f.Thing)
	}
	if f.Version > 0 {
		where = append(where, fmt.Sprintf("第%d版", f.Version))
	}
	if f.Table != "" {
		where = append(where, "表 "+f.Table)
	}
	if f.Column != "" {
		where = append(where, "列 "+f.Column)
	}
	return strings.Join(where, "、") + ": " + f.Reason
}

const (
	mostFindings = 100
	pageOfRows   = 1000 // rows and entries that are in memory at a time
)

// verifier goes over one snapshot.
type verifier struct {
	r      db.Reader
	report Report
	walk   walk
	epochs []epochKey
	store  string           // id of the store
	acts   map[id.ID]string // hashes of the last acts
	live   map[string]tally // by kind, what its rows come to, if none was removed and came back
	seed   maphash.Seed     // of versionHash

	position, kept int64 // of the follower of things: how far it has come, what it keeps
	met            int64 // things before its position
}

// tally is how many things there are, and the sum of a hash of each with its version.
type tally struct {
	things int64
	sum    uint64
}

// versionHash is under a seed that is drawn for each Verify, so nobody can have chosen versions that come to the same sum.
func (v *verifier) versionHash(kind, thing string, number int64) uint64 {
	return maphash.Comparable(v.seed, version{kind, thing, number})
}

func newVerifier(r db.Reader) *verifier {
	return &verifier{
		r: r, report: Report{Findings: []Finding{}}, acts: map[id.ID]string{}, live: map[string]tally{}, seed: maphash.MakeSeed(),
		walk: walk{missing: map[tlog.Hash]int64{}, tiles: map[int64]tile{}, receipts: map[int64][]claim{}, last: [2]int64{math.MinInt64, 0}},
	}
}

// found counts what was found so far.
func (v *verifier) found() int { return len(v.report.Findings) + v.report.More }

func (v *verifier) find(f Finding) {
	if len(v.report.Findings) == mostFindings {
		v.report.More++
		return
	}
	v.report.Findings = append(v.report.Findings, f)
}

// Verify checks the whole database in one snapshot: the log (numbers, entries, acts, tree, signatures), the records (each row
// of tables equals its last entry, and there is none without) and what others hold of it. tables are all audited tables of the
// program. It needs memory for some thousand rows and time in proportion to all rows. An error means that it could not look;
// what it finds is in the Report. doc/trail.md says what is found and what is not.
func (l *Log) Verify(ctx context.Context, tables []Audited, anchors Anchors) (Report, error) {
	tables = append(Tables(), tables...)
	var v *verifier
	err := l.db.View(ctx, func(r db.Reader) error {
		v = newVerifier(r)
		for _, part := range []func(context.Context) error{
			func(ctx context.Context) error { return v.anchors(ctx, anchors) },
			v.log,
			func(ctx context.Context) error { return v.records(ctx, tables) },
			v.derived,
		} {
			if err := part(ctx); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	v.report.conclude()
	return v.report, nil
}

// conclude sorts what was found, what has a place in the tree first.
func (r *Report) conclude() {
	slices.SortStableFunc(r.Findings, func(a, b Finding) int { return cmp.Compare(uint64(a.Index), uint64(b.Index)) })
	r.OK = len(r.Findings) == 0
	if !r.OK {
		first := r.Findings[0]
		r.FirstBad = &Bad{first.Index, first.String()}
		if first.Index < 0 {
			r.FirstBad.Index = r.Size
		}
	}
}

// records checks the rows of each table, and that there is a table for each kind.
func (v *verifier) records(ctx context.Context, tables []Audited) error {
	known := map[string]bool{}
	for _, t := range tables {
		if err := t.Check(); err != nil {
			return err
		}
		if known[t.Kind()] {
			return errors.New("trail: two tables hold things of kind " + t.Kind())
		}
		known[t.Kind()] = true
		if err := t.verify(ctx, v); err != nil {
			return err
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(v.live)) {
		if !known[kind] {
			v.find(Finding{Index: -1, Kind: kind, Table: "trail_entry", Column: "kind", Reason: "この種類の記録を持つ表はありません"})
		}
	}
	return nil
}

// derived checks what followers have made.
func (v *verifier) derived(ctx context.Context) error {
	list := derived
	if v.kept < v.met {
		list = append(slices.Clone(derived), missingThings)
	}
	return v.look(ctx, list)
}

// peaks is the roots of the perfect trees into which an RFC 6962 tree of a size falls, the largest first.
type peaks struct {
	size  int64
	roots []tlog.Hash
}

// node is one hash that tiles keep above the leaves.
type node struct {
	level, number int64
	hash          tlog.Hash
}

// add appends a leaf and gives the nodes that it completes.
func (p *peaks) add(leaf tlog.Hash) (done []node) {
	h := leaf
	for n, height := p.size, int64(1); n&1 == 1; n, height = n>>1, height+1 {
		last := len(p.roots) - 1
		h = tlog.NodeHash(p.roots[last], h)
		p.roots = p.roots[:last]
		if height%tileHeight == 0 {
			done = append(done, node{height / tileHeight, n >> 1, h})
		}
	}
	p.roots = append(p.roots, h)
	p.size++
	return done
}

// root is the hash over all leaves.
func (p *peaks) root() tlog.Hash {
	if p.size == 0 {
		return sha256.Sum256(nil)
	}
	last := len(p.roots) - 1
	h := p.roots[last]
	for i := last - 1; i >= 0; i-- {
		h = tlog.NodeHash(p.roots[i], h)
	}
	return h
}
