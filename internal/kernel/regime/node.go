package regime

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"sekimori/internal/base/errs"
)

// maxFile is the largest pack file in bytes; the largest shipped one has a tenth of it.
const maxFile = 1 << 20

// shape is what a node of a pack file is.
type shape int

const (
	absent shape = iota
	mapping
	list
	word   // a string
	number // a plain integer
	truth  // true or false
)

// node is one value of a pack file with the place where it stands. Packs are a subset of
// YAML; a node cannot hold anything outside of it.
type node struct {
	shape  shape
	value  string // of word, number and truth
	quoted bool
	items  []*node  // of list
	keys   []string // of mapping, in order
	vals   []*node
	at     place
}

// place is where a node stands: file:line:column, 1-based.
type place struct {
	file      string
	line, col int
}

func (p place) String() string { return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.col) }

func (n *node) get(key string) *node {
	for i, k := range n.keys {
		if k == key {
			return n.vals[i]
		}
	}
	return nil
}

// set replaces or appends a key.
func (n *node) set(key string, v *node) {
	for i, k := range n.keys {
		if k == key {
			n.vals[i] = v
			return
		}
	}
	n.keys, n.vals = append(n.keys, key), append(n.vals, v)
}

// without is the mapping without some keys.
func (n *node) without(keys ...string) *node {
	out := &node{shape: mapping, at: n.at}
	for i, k := range n.keys {
		if !slices.Contains(keys, k) {
			out.keys, out.vals = append(out.keys, k), append(out.vals, n.vals[i])
		}
	}
	return out
}

// id is the id of a thing in a list of things, "" if it has none.
func (n *node) id() string {
	if v := n.get("id"); v != nil {
		return v.value
	}
	return ""
}

var plainInteger = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)

// ambiguous words are strings here, but something else to some other reader of YAML.
var ambiguous = regexp.MustCompile(`^(?i:y|n|yes|no|on|off)$`)

// parse reads one pack file. Everything outside the subset is noted in faults; the nodes
// returned hold the rest, so that all faults of a file come out at once.
func parse(file string, data []byte, faults *errs.Faults) *node {
	start := place{file, 1, 1}
	if len(data) > maxFile {
		faults.Add(start.String(), "ファイルが%dバイトを超えています", maxFile)
		return nil
	}
	f, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, msg := start, err.Error()
		if se, ok := errors.AsType[*yaml.SyntaxError](err); ok {
			at, msg = place{file, se.Token.Position.Line, se.Token.Position.Column}, se.Message
		}
		faults.Add(at.String(), "YAMLとして読めません: %s", msg)
		return nil
	}
	p := nodeReader{file: file, faults: faults}
	var root *node
	for _, d := range f.Docs {
		if d.Body == nil {
			continue
		}
		if root != nil {
			p.fault(d.Body, "1つのファイルに書ける文書は1つです")
			continue
		}
		root = p.read(d.Body)
	}
	if root == nil {
		return &node{shape: absent, at: start}
	}
	return root
}

type nodeReader struct {
	file   string
	faults *errs.Faults
}

func (p nodeReader) place(n ast.Node) place {
	t := n.GetToken()
	return place{p.file, t.Position.Line, t.Position.Column}
}

func (p nodeReader) fault(n ast.Node, format string, args ...any) {
	p.faults.Add(p.place(n).String(), format, args...)
}

func (p nodeReader) read(n ast.Node) *node {
	at := p.place(n)
	switch x := n.(type) {
	case *ast.MappingNode:
		m := &node{shape: mapping, at: at}
		for _, v := range x.Values {
			p.pair(m, v)
		}
		return m
	case *ast.MappingValueNode:
		m := &node{shape: mapping, at: at}
		p.pair(m, x)
		return m
	case *ast.SequenceNode:
		l := &node{shape: list, at: at}
		for _, v := range x.Values {
			l.items = append(l.items, p.read(v))
		}
		return l
	case *ast.StringNode:
		style := x.GetToken().Type
		quoted := style == token.SingleQuoteType || style == token.DoubleQuoteType
		return &node{shape: word, value: x.Value, quoted: quoted, at: at}
	case *ast.LiteralNode:
		return &node{shape: word, value: x.Value.Value, quoted: true, at: at}
	case *ast.IntegerNode:
		if raw := x.GetToken().Value; plainInteger.MatchString(raw) {
			return &node{shape: number, value: raw, at: at}
		}
		p.fault(n, "数は10進の整数で書いてください")
	case *ast.BoolNode:
		return &node{shape: truth, value: strconv.FormatBool(x.Value), at: at}
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		p.fault(n, "小数は使えません。条番号や版は引用符で囲んでください（例: \"4.10\"）")
	case *ast.NullNode:
		p.fault(n, "値がありません（null は使えません）")
	case *ast.AnchorNode, *ast.AliasNode:
		p.fault(n, "アンカーと別名（& と *）は使えません")
	case *ast.TagNode:
		p.fault(n, "タグ（!）は使えません")
	default:
		p.fault(n, "この書き方は使えません")
	}
	return &node{shape: absent, at: at}
}

func (p nodeReader) pair(m *node, v *ast.MappingValueNode) {
	k, ok := v.Key.(*ast.StringNode)
	if !ok {
		if v.Key.IsMergeKey() {
			p.fault(v.Key, "結合キー（<<）は使えません")
		} else {
			p.fault(v.Key, "キーは文字列で書いてください")
		}
		return
	}
	if m.get(k.Value) != nil {
		p.fault(v.Key, "キー %s が2度あります", k.Value)
		return
	}
	m.keys, m.vals = append(m.keys, k.Value), append(m.vals, p.read(v.Value))
}
