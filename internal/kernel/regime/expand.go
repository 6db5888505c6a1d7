package regime

import "strings"

// expand returns a kind as the edition has it: its file as it is, or the common kind it
// extends with the file's changes. Keys given replace whole; in lists of things with ids a
// known id restates the whole thing and a new one is appended, or put after `put:`; drop
// removes. after is the one mapping whose keys are taken one by one, since it holds a list
// of fields. One level only: a common kind extends nothing.
func (l *loader) expand(file *node, folder string) *node {
	from := file.get("extends")
	if from == nil {
		return file
	}
	name, ok := strings.CutPrefix(from.value, "common/")
	base := l.common.kinds[folder+"/"+name]
	if !ok || base == nil {
		l.fault(from, "extends の %s は common/%s にありません", from.value, folder)
		return file
	}
	drop := map[string]*node{}
	if d := file.get("drop"); d != nil {
		for _, x := range d.items {
			drop[x.value] = x
		}
	}
	out := l.overlay(base, file.without("extends", "drop"), drop)
	for id, at := range drop {
		l.fault(at, "drop の %s は %s にありません", id, from.value)
	}
	return out
}

// overlay lays the keys of change over base. Ids found in drop are removed from both.
func (l *loader) overlay(base, change *node, drop map[string]*node) *node {
	out := &node{shape: mapping, at: base.at}
	for i, k := range base.keys {
		given := change.get(k)
		switch v := base.vals[i]; {
		case k == "after" && v.shape == mapping && (given == nil || given.shape == mapping):
			if given == nil {
				given = &node{shape: mapping, at: v.at}
			}
			out.set(k, l.overlay(v, given, drop))
		case isThings(v) && (given == nil || isThings(given)):
			out.set(k, l.overlayThings(v, given, drop))
		case given != nil:
			out.set(k, given)
		default:
			out.set(k, v)
		}
	}
	for i, k := range change.keys {
		if base.get(k) != nil {
			continue
		}
		if v := change.vals[i]; isThings(v) {
			out.set(k, l.overlayThings(&node{shape: list, at: v.at}, v, nil))
		} else {
			out.set(k, v)
		}
	}
	return out
}

// isThings reports whether n is a list of mappings that each bear an id.
func isThings(n *node) bool {
	if n.shape != list {
		return false
	}
	for _, x := range n.items {
		if x.shape != mapping || x.id() == "" {
			return false
		}
	}
	return true
}

func (l *loader) overlayThings(base, change *node, drop map[string]*node) *node {
	out := &node{shape: list, at: base.at}
	for _, x := range base.items {
		if drop[x.id()] != nil {
			delete(drop, x.id())
			continue
		}
		out.items = append(out.items, x)
	}
	if change == nil {
		return out
	}
	for _, x := range change.items {
		put := x.get("put")
		x = x.without("put")
		at := indexOf(out, x.id())
		switch {
		case at >= 0 && put != nil:
			l.fault(put, "put は新しい id だけに書けます（%s は既にあります）", x.id())
		case at >= 0:
			out.items[at] = x
		case put == nil:
			out.items = append(out.items, x)
		default:
			after := indexOf(out, put.value)
			if after < 0 {
				l.fault(put, "put の %s はありません", put.value)
				continue
			}
			out.items = append(out.items[:after+1], append([]*node{x}, out.items[after+1:]...)...)
		}
	}
	return out
}

func indexOf(things *node, id string) int {
	for i, x := range things.items {
		if x.id() == id {
			return i
		}
	}
	return -1
}

// bind replaces the slots of a kind by the roles of the edition, so that what is shown, hashed
// and read names nobody but them. A slot of several roles turns `role: x` into `roles: [a, b]`.
func (l *loader) bind(n *node) *node {
	switch n.shape {
	case list:
		out := &node{shape: list, at: n.at}
		for _, x := range n.items {
			out.items = append(out.items, l.bind(x))
		}
		return out
	case mapping:
		out := &node{shape: mapping, at: n.at}
		for i, k := range n.keys {
			v := n.vals[i]
			switch {
			case (k == "role" || k == "by") && v.shape == word:
				bound := l.bound([]*node{v})
				if v = bound; len(bound.items) == 1 {
					v = bound.items[0]
				} else if k == "role" {
					k = "roles"
				}
			case v.shape == list && (k == "roles" || k == "start" || k == "see" || k == "add" || k == "change"):
				bound := l.bound(v.items)
				bound.at = v.at
				v = bound
			default:
				v = l.bind(v)
			}
			out.set(k, v)
		}
		return out
	case absent, word, number, truth:
	}
	return n
}

// bound is the list of names with slots replaced. A name that is no slot stays: whoever reads
// it says whether it is a role.
func (l *loader) bound(names []*node) *node {
	out := &node{shape: list}
	seen := map[string]bool{}
	for _, n := range names {
		roles, ok := l.who(n.value)
		if !ok || len(roles) == 0 {
			roles = []string{n.value}
		}
		out.at = names[0].at
		for _, r := range roles {
			if !seen[r] {
				seen[r] = true
				out.items = append(out.items, &node{shape: word, value: r, quoted: n.quoted, at: n.at})
			}
		}
	}
	return out
}
