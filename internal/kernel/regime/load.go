package regime

import (
	"cmp"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/canon"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/setting"
)

// Set is every pack found under one root, by regime and then edition, oldest first.
type Set struct {
	Packs []*Pack

	values setting.Values // what the body has decided, where the set is that of a day
	on     jpdate.Date
}

// Find returns the pack named R or R@edition; without edition the newest one.
func (s *Set) Find(name string) (*Pack, error) {
	id, edition, exact := strings.Cut(name, "@")
	var found *Pack
	for _, p := range s.Packs {
		if p.ID == id && (!exact || p.Edition == edition) {
			found = p
		}
	}
	if found == nil {
		names := make([]string, len(s.Packs))
		for i, p := range s.Packs {
			names[i] = p.ID + "@" + p.Edition
		}
		return nil, errs.New(errs.Invalid, "パック %s はありません（あるもの: %s）", name, strings.Join(names, "、"))
	}
	return found, nil
}

// Newest returns the newest edition of every regime.
func (s *Set) Newest() []*Pack {
	var out []*Pack
	for i, p := range s.Packs {
		if i+1 == len(s.Packs) || s.Packs[i+1].ID != p.ID {
			out = append(out, p)
		}
	}
	return out
}

// With returns the packs of both sets; an edition that other has stands in place of the same
// one here.
func (s *Set) With(other *Set) *Set {
	out := &Set{Packs: slices.Clone(other.Packs)}
	for _, p := range s.Packs {
		if !slices.ContainsFunc(other.Packs, func(o *Pack) bool { return o.ID == p.ID && o.Edition == p.Edition }) {
			out.Packs = append(out.Packs, p)
		}
	}
	out.sort()
	return out
}

func (s *Set) sort() {
	slices.SortStableFunc(s.Packs, func(a, b *Pack) int {
		return cmp.Or(cmp.Compare(a.ID, b.ID), compareEditions(a.Edition, b.Edition))
	})
}

// Load reads every pack of a tree: common/ and REGIME/EDITION/. The capabilities are what the
// program can prove by itself. All faults of all packs come in one errs.Invalid.
func Load(root fs.FS, capabilities []duty.Capability) (*Set, error) {
	var faults errs.Faults
	c := loadCommon(root, &faults)
	set := &Set{}
	dirs, err := fs.Glob(root, "*/*/regime.yaml")
	if err != nil {
		return nil, err
	}
	for _, f := range dirs {
		l := &loader{root: root, dir: path.Dir(f), common: c, faults: &faults, capabilities: capabilities, seen: map[string]map[string]bool{}}
		set.Packs = append(set.Packs, l.load())
	}
	if err := faults.Err("パックに誤りがあります（%d件）", faults.Len()); err != nil {
		return nil, err
	}
	if len(set.Packs) == 0 {
		return nil, errs.New(errs.Invalid, "パックがありません（REGIME/EDITION/regime.yaml を置いてください）")
	}
	set.sort()
	return set, nil
}

// compareEditions compares number by number, so that 5.10 is newer than 5.9.
func compareEditions(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		m, errM := strconv.Atoi(x)
		n, errN := strconv.Atoi(y)
		if errM == nil && errN == nil {
			return cmp.Compare(m, n)
		}
		return cmp.Compare(x, y)
	})
}

// common is what the files under common/ declare: kinds not yet expanded, slots, settings.
type common struct {
	kinds    map[string]*node // "registers/asset"
	roles    []Slot
	terms    []Term
	settings []Setting
	files    map[string]string
}

// loader reads one pack. Checks of references wait until everything is read.
type loader struct {
	root         fs.FS
	dir          string
	common       *common
	faults       *errs.Faults
	capabilities []duty.Capability
	pack         *Pack
	checks       []func()
	seen         map[string]map[string]bool // things by what they are and id, to find repeated ids
	whole        map[string]any             // canonical form by file or kind
	files        map[string]string          // what was read, by path
	plannedUse   map[string]string          // planned id to the sort of check that uses it
}

func loadCommon(root fs.FS, faults *errs.Faults) *common {
	c := &common{kinds: map[string]*node{}, files: map[string]string{}}
	l := &loader{root: root, dir: "common", common: c, faults: faults, seen: map[string]map[string]bool{}, pack: &Pack{}, whole: map[string]any{}, files: c.files}
	if n := l.optional("slots.yaml"); n != nil {
		o := l.object(n, "slots.yaml")
		for _, x := range o.list("roles") {
			s := l.object(x, "スロット")
			c.roles = append(c.roles, Slot{ID: s.need("id"), Title: s.need("title")})
			l.once(x, "スロット", x.id())
			s.done()
		}
		for _, x := range o.list("terms") {
			s := l.object(x, "用語")
			c.terms = append(c.terms, Term{ID: s.need("id"), Title: s.need("title")})
			l.once(x, "用語", x.id())
			s.done()
		}
		o.done()
	}
	c.settings = l.settings()
	for _, folder := range []string{"registers", "requests"} {
		for name, n := range l.folder(folder) {
			if from := n.get("extends"); from != nil {
				l.fault(from, "common の種類は extends を書けません")
			}
			c.kinds[folder+"/"+name] = n
		}
	}
	l.strangers("slots.yaml", "settings.yaml", "registers", "requests")
	return c
}

// load reads the files of one edition in an order in which each needs only earlier ones, then
// runs the checks.
func (l *loader) load() *Pack {
	l.pack = &Pack{clauses: map[string]int{}, byDuty: map[string][]int{}, kinds: map[string]*node{}}
	l.whole, l.plannedUse = map[string]any{}, map[string]string{}
	l.files = maps.Clone(l.common.files)
	l.regime()
	l.clauses()
	l.roles()
	l.classes()
	l.pack.Settings = append(slices.Clone(l.common.settings), l.settings()...)
	l.papers()
	l.questions()
	l.planned()
	l.kinds()
	l.examples()
	l.duties()
	l.notDuties()
	l.defects()
	l.strangers("regime.yaml", "clauses.yaml", "roles.yaml", "classes.yaml", "settings.yaml", "documents.yaml", "planned.yaml",
		"not-a-duty.yaml", "defects.yaml", "registers", "requests", "duties", "checklists", "examples")
	for _, check := range l.checks {
		check()
	}
	for _, s := range l.common.settings {
		l.whole["settings.yaml#"+s.ID] = map[string]any{"title": s.Title, "unit": s.Unit, "proposal": s.Proposal, "min": s.Min, "max": s.Max}
	}
	hash, err := canon.Hash(l.whole)
	if err != nil {
		l.faults.Add(l.dir, "正準形を作れません: %v", err)
	}
	l.pack.Hash, l.pack.Files = hash, l.files
	return l.pack
}

// optional reads a file of the edition, nil where there is none.
func (l *loader) optional(name string) *node {
	file := path.Join(l.dir, name)
	data, err := fs.ReadFile(l.root, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		l.faults.Add(file, "読めません: %v", err)
		return nil
	}
	l.files[file] = string(data)
	n := parse(file, data, l.faults)
	if n == nil || n.shape == absent {
		return nil
	}
	l.whole[name] = n.plain()
	return n
}

func (l *loader) required(name string) *node {
	n := l.optional(name)
	if n == nil {
		if _, err := fs.Stat(l.root, path.Join(l.dir, name)); errors.Is(err, fs.ErrNotExist) {
			l.faults.Add(path.Join(l.dir, name), "ファイルがありません")
		}
		return &node{shape: absent, at: place{path.Join(l.dir, name), 1, 1}}
	}
	return n
}

// things reads a file that is a list of mappings; a missing file is an empty list.
func (l *loader) things(name string) []*node {
	n := l.optional(name)
	if n == nil {
		return nil
	}
	if n.shape != list {
		l.fault(n, "%s は並び（- で始まる行）で書いてください", name)
		return nil
	}
	return n.items
}

// folder reads every file of a folder, by name without ending.
func (l *loader) folder(name string) map[string]*node {
	out := map[string]*node{}
	entries, err := fs.ReadDir(l.root, path.Join(l.dir, name))
	if err != nil {
		return out // a folder that is not there holds nothing
	}
	for _, e := range entries {
		base, ok := strings.CutSuffix(e.Name(), ".yaml")
		if !ok || e.IsDir() {
			l.faults.Add(path.Join(l.dir, name, e.Name()), "パックのファイルではありません（*.yaml だけを置けます）")
			continue
		}
		if n := l.optional(name + "/" + e.Name()); n != nil {
			out[base] = n
		}
	}
	return out
}

// strangers reports what lies in the folder and belongs to no pack.
func (l *loader) strangers(known ...string) {
	entries, err := fs.ReadDir(l.root, l.dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if !slices.Contains(known, e.Name()) {
			l.faults.Add(path.Join(l.dir, e.Name()), "パックのファイルではありません（%s）", strings.Join(known, "、"))
		}
	}
}

// once reports a second thing with one id.
func (l *loader) once(n *node, what, id string) {
	if l.seen[what] == nil {
		l.seen[what] = map[string]bool{}
	}
	if id != "" && l.seen[what][id] {
		l.fault(n, "%s %s が2度あります", what, id)
	}
	l.seen[what][id] = true
}

func (l *loader) isSetting(id string) bool { _, ok := l.pack.Setting(id); return ok }
func (l *loader) isClause(ref string) bool { _, ok := l.pack.Clause(ref); return ok }

func isPermission(id string) bool {
	return slices.ContainsFunc(access.Permissions(), func(p access.Permission) bool { return string(p) == id })
}

// who resolves a name to roles of the edition: a role first, then a slot. Where both exist
// the slot must be bound to just that role, so that a name never means two things.
func (l *loader) who(name string) ([]string, bool) {
	_, isRole := l.pack.Role(name)
	i := slices.IndexFunc(l.pack.Slots, func(s Slot) bool { return s.ID == name })
	switch {
	case isRole && i >= 0:
		return []string{name}, slices.Equal(l.pack.Slots[i].Roles, []string{name})
	case isRole:
		return []string{name}, true
	case i >= 0:
		return l.pack.Slots[i].Roles, true
	}
	return nil, false
}

// resolve replaces names by the roles they stand for, each once.
func (l *loader) resolve(names []*node) []string {
	out := []string{}
	for _, n := range names {
		roles, ok := l.who(n.value)
		if !ok && n.shape == word {
			l.fault(n, "役割 %s はありません（または同名のスロットが別の役割を指します）", n.value)
		}
		if ok && len(roles) == 0 {
			l.fault(n, "スロット %s はこの版では役割を持ちません", n.value)
		}
		for _, r := range roles {
			if !slices.Contains(out, r) {
				out = append(out, r)
			}
		}
	}
	return out
}

// plain is the node as values of canonical JSON.
func (n *node) plain() any {
	switch n.shape {
	case mapping:
		m := make(map[string]any, len(n.keys))
		for i, k := range n.keys {
			m[k] = n.vals[i].plain()
		}
		return m
	case list:
		out := make([]any, len(n.items))
		for i, x := range n.items {
			out[i] = x.plain()
		}
		return out
	case number:
		i, err := strconv.ParseInt(n.value, 10, 64)
		if err != nil {
			return n.value
		}
		return i
	case truth:
		return n.value == "true"
	case word, absent:
		return n.value
	}
	return n.value
}
