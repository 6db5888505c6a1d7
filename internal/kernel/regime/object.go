package regime

import (
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/jpdate"
)

// object reads the keys of one mapping. Every key that was not asked for by the time done is
// called is unknown and a fault; so is every value of the wrong shape.
type object struct {
	l    *loader
	n    *node
	read []string
}

func (l *loader) object(n *node, what string) *object {
	if n.shape != mapping {
		if n.shape != absent {
			l.fault(n, "%sは「キー: 値」の形で書いてください", what)
		}
		n = &node{shape: mapping, at: n.at}
	}
	return &object{l: l, n: n}
}

// node returns the value of a key, nil where there is none.
func (o *object) node(key string) *node {
	o.read = append(o.read, key)
	return o.n.get(key)
}

func (o *object) has(key string) bool { return o.n.get(key) != nil }

// str returns an optional string.
func (o *object) str(key string) string {
	n := o.node(key)
	if n == nil {
		return ""
	}
	return o.l.text(n, key)
}

// need returns a string that must be there and not be empty.
func (o *object) need(key string) string {
	v := o.str(key)
	if n := o.n.get(key); n == nil {
		o.l.fault(o.n, "%s がありません", key)
	} else if v == "" && n.shape == word {
		o.l.fault(n, "%s が空です", key)
	}
	return v
}

// oneOf returns an optional string out of the given ones.
func oneOf[T ~string](o *object, key string, from []T) T {
	v := T(o.str(key))
	if n := o.n.get(key); n != nil && n.shape == word && !slices.Contains(from, v) {
		names := make([]string, len(from))
		for i, f := range from {
			names[i] = string(f)
		}
		o.l.fault(n, "%s の %s は使えません（%s のいずれか）", key, n.value, strings.Join(names, "、"))
	}
	return v
}

// texts returns an optional list of strings.
func (o *object) texts(key string) []string {
	var out []string
	for _, n := range o.list(key) {
		out = append(out, o.l.text(n, key))
	}
	return out
}

// list returns the items of an optional list.
func (o *object) list(key string) []*node {
	n := o.node(key)
	if n == nil || n.shape == absent {
		return nil
	}
	if n.shape != list {
		o.l.fault(n, "%s は並び（[…] か - で始まる行）で書いてください", key)
		return nil
	}
	return n.items
}

// wordOrList returns the one word, or the items of the list, under a key.
func (o *object) wordOrList(key string) []*node {
	if n := o.n.get(key); n != nil && n.shape == word {
		o.l.text(o.node(key), key)
		return []*node{n}
	}
	return o.list(key)
}

func (o *object) flag(key string) bool {
	n := o.node(key)
	if n == nil || n.shape == absent {
		return false
	}
	if n.shape != truth {
		o.l.fault(n, "%s は true か false で書いてください", key)
	}
	return n.value == "true"
}

func (o *object) integer(key string) *int {
	n := o.node(key)
	if n == nil || n.shape == absent {
		return nil
	}
	v, err := strconv.Atoi(n.value)
	if n.shape != number || err != nil {
		o.l.fault(n, "%s は整数で書いてください", key)
		return nil
	}
	return &v
}

// date returns an optional date in ISO form.
func (o *object) date(key string) jpdate.Date {
	v := o.str(key)
	if v == "" {
		return jpdate.Date{}
	}
	d, err := jpdate.Parse(v)
	if err != nil {
		o.l.fault(o.n.get(key), "%s の %s は日付ではありません", key, v)
	}
	return d
}

// setting returns the id in {setting: id} and checks it once all settings are known.
func (o *object) setting(key string) string {
	n := o.node(key)
	if n == nil || n.shape == absent {
		return ""
	}
	s := o.l.object(n, key)
	id := s.need("setting")
	s.done()
	o.l.refer(n, "設定", id, o.l.isSetting)
	return id
}

// done reports the keys that nobody asked for.
func (o *object) done() {
	for i, k := range o.n.keys {
		if !slices.Contains(o.read, k) {
			at := o.n.vals[i]
			o.l.fault(at, "%s というキーはありません", k)
		}
	}
}

// text returns n as a string. A bare word that other readers of YAML take for something else
// must be quoted.
func (l *loader) text(n *node, key string) string {
	switch {
	case n.shape == absent:
		return ""
	case n.shape != word:
		l.fault(n, "%s は文字列です。引用符で囲んでください", key)
	case !n.quoted && ambiguous.MatchString(n.value):
		l.fault(n, "%s の %s は引用符で囲んでください", key, n.value)
	}
	return n.value
}

func (l *loader) fault(n *node, format string, args ...any) {
	l.faults.Add(n.at.String(), format, args...)
}

// later runs a check when everything has been read: references may point forwards.
func (l *loader) later(check func()) { l.checks = append(l.checks, check) }

// refer checks later that a name exists.
func (l *loader) refer(n *node, what, name string, exists func(string) bool) {
	l.later(func() {
		if name != "" && !exists(name) {
			l.fault(n, "%s %s はありません", what, name)
		}
	})
}
