package regime

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/kernel/approval"
	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/register"
)

// kinds reads the registers and requests of the edition, expanded.
func (l *loader) kinds() {
	for _, folder := range []string{"registers", "requests"} {
		files := l.folder(folder)
		for _, name := range slices.Sorted(maps.Keys(files)) {
			n := l.bind(l.expand(files[name], folder))
			l.pack.kinds[folder+"/"+name] = n
			l.whole[folder+"/"+name+".yaml"] = n.plain()
			if folder == "registers" {
				l.pack.Registers = append(l.pack.Registers, l.registerKind(n, name))
			} else {
				l.requestKind(n, name)
			}
		}
	}
}

func (l *loader) sameName(o *object, key, file string) string {
	id := o.need(key)
	if id != file {
		l.fault(o.n, "%s は %s ですが、ファイル名は %s です", key, id, file)
	}
	l.once(o.n, "種類", id)
	return id
}

func (l *loader) registerKind(n *node, name string) register.Kind {
	o := l.object(n, "台帳")
	k := register.Kind{ID: l.sameName(o, "register", name), Title: o.need("title"), Entry: o.str("entry"), Form: l.form(o), Owner: o.str("owner")}
	for _, x := range o.list("states") {
		s := l.object(x, "状態")
		k.States = append(k.States, register.State{ID: s.need("id"), Title: s.need("title")})
		s.done()
	}
	if a := o.node("access"); a != nil {
		k.Access = l.access(a)
	}
	if c := o.node("confirm"); c != nil {
		k.Confirm = l.confirm(c)
	}
	k.Keep = l.keep(o, func(from string) bool {
		return from == "closed" || slices.ContainsFunc(k.States, func(s register.State) bool { return s.ID == from })
	})
	if owner, ok := k.Field(k.Owner); k.Owner != "" && (!ok || (owner.Type != register.TypeScope && owner.Type != register.TypeUnit)) {
		l.fault(o.n.get("owner"), "owner の %s は scope か unit の項目ではありません", k.Owner)
	} else if owner.When != nil {
		l.fault(o.n.get("owner"), "owner の %s に when は書けません。いつも所管が要ります", k.Owner)
	}
	if k.Place && k.Owner == "" {
		l.fault(o.n, "place: true の台帳には owner が要ります。所属端末は、自分の組織の記録だけを加えます")
	}
	o.done()
	l.later(func() {
		l.fieldConditions(n.get("fields"), k.Form, l.pack.registerVocabulary(k))
		l.derivedFits(n.get("fields"), k.Fields)
	})
	if name := register.TableName(l.pack.ID + "." + k.ID); len(name) > 40 {
		l.fault(n, "規程と台帳の id が長すぎます（%s は40文字まで）", name)
	}
	return k
}

func (l *loader) access(n *node) register.Access {
	o := l.object(n, "access")
	defer o.done()
	return register.Access{See: l.resolve(o.list("see")), Add: l.resolve(o.list("add")), Change: l.resolve(o.list("change"))}
}

func (l *loader) confirm(n *node) *register.Confirm {
	o := l.object(n, "confirm")
	c := &register.Confirm{Every: o.setting("every"), By: l.resolve(o.wordOrList("by"))}
	o.done()
	return c
}

func (l *loader) keep(o *object, isState func(string) bool) *register.Keep {
	n := o.node("keep")
	if n == nil {
		return nil
	}
	k := l.object(n, "keep")
	out := &register.Keep{For: k.setting("for"), From: k.need("from")}
	if f := n.get("from"); f != nil && !isState(out.From) {
		l.fault(f, "状態 %s はありません", out.From)
	}
	k.done()
	return out
}

// form reads fields and the common keys of all kinds.
func (l *loader) form(o *object) register.Form {
	f := register.Form{
		Number: o.str("number"), Source: oneOf(o, "source", []string{"typed", "import", "survey", "generated"}),
		Volume: oneOf(o, "volume", []string{"register", "log"}), Proxy: o.flag("proxy"), Place: o.flag("place"),
		Decision: oneOf(o, "decision", []string{"light", "formal"}), Fields: l.fields(o, "fields"),
	}
	if r := o.node("record"); r != nil {
		x := l.object(r, "record")
		f.Record = &register.Record{Class: x.need("class"), Retention: x.setting("retention"), From: x.str("from"), Disposal: oneOf(x, "disposal", []string{"reviewed"})}
		x.done()
	}
	return f
}

func (l *loader) fields(o *object, key string) []register.Field {
	var out []register.Field
	seen := map[string]bool{}
	for _, n := range o.list(key) {
		f := l.field(n)
		if key == "fields" && f.Restricted && (f.List || f.Filter || f.Search) {
			l.fault(n, "要閲覧記録（restricted）の項目は、一覧にも検索にも出せません")
		}
		if seen[f.ID] {
			l.fault(n, "項目 %s が2度あります", f.ID)
		}
		seen[f.ID] = true
		out = append(out, f)
	}
	return out
}

var fieldID = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)

func (l *loader) field(n *node) register.Field {
	o := l.object(n, "項目")
	f := register.Field{
		ID: o.need("id"), Title: o.need("title"), Type: oneOf(o, "type", register.Types()), Required: o.flag("required"), List: o.flag("list"),
		Filter: o.flag("filter"), Search: o.flag("search"), Many: o.flag("many"), Help: o.str("help"), Example: o.str("example"), Suggest: o.str("suggest"),
		Unit: o.str("unit"), Min: o.integer("min"), Max: o.integer("max"), To: o.str("to"), Floor: o.str("floor"), Fields: l.fields(o, "fields"),
		Disclosure: oneOf(o, "disclosure", []string{"public", "personal", "corporate", "security", "administrative"}), Restricted: o.flag("restricted"), Due: o.flag("due"), Label: o.flag("label"),
	}
	if !fieldID.MatchString(f.ID) || len(f.ID) > 40 { // it is part of the name of a column
		l.fault(n, "項目の id %q は小文字と数字と _ で、40文字までで書いてください", f.ID)
	}
	if f.Type == "" {
		l.fault(n, "type がありません")
	}
	if w := o.node("when"); w != nil {
		c := l.condition(w)
		f.When = &c
	}
	if x := o.node("options"); x != nil {
		f.Options = l.options(x)
	}
	if f.Type == register.TypeYesNo {
		f.Options = register.YesNo()
	}
	if d := o.node("derived"); d != nil {
		f.Derived = l.derived(d)
	}
	l.fieldShape(n, f)
	o.done()
	return f
}

// examples reads the lists of things that registers offer.
func (l *loader) examples() {
	l.pack.Examples = map[string][]register.ExampleGroup{}
	files := l.folder("examples")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		n := files[name]
		if n.shape != list {
			l.fault(n, "例は並び（- で始まる行）で書いてください")
		}
		used := false
		for _, k := range l.pack.Registers {
			used = used || slices.ContainsFunc(k.Fields, func(f register.Field) bool { return f.Suggest == name })
		}
		if !used {
			l.fault(n, "例 %s を suggest に書いた項目はありません", name)
		}
		for _, x := range n.items {
			l.pack.Examples[name] = append(l.pack.Examples[name], l.exampleGroup(x, name))
		}
	}
}

func (l *loader) exampleGroup(n *node, name string) register.ExampleGroup {
	o := l.object(n, "例")
	g := register.ExampleGroup{Title: o.need("title"), Clause: l.clauseOf(o, "clause"), Names: o.texts("names"), Set: register.Input{}}
	if len(g.Names) == 0 {
		l.fault(n, "names がありません")
	}
	if s := o.node("set"); s != nil {
		x := l.object(s, "set")
		for _, path := range s.keys {
			if s.get(path).shape == list {
				g.Set[path] = x.texts(path)
			} else {
				g.Set[path] = []string{x.str(path)}
			}
		}
		x.done()
	}
	o.done()
	l.later(func() {
		for _, e := range l.pack.Books() {
			for _, f := range e.Fields {
				if f.Suggest != name {
					continue
				}
				for _, fault := range e.Wrong(g.Set) {
					l.fault(n, "%s の例: %s: %s", e.Kind.ID, fault.Where, fault.Message)
				}
			}
		}
	})
	return g
}

// derived reads how a field is worked out. What it names is checked once all fields beside it are known.
func (l *loader) derived(n *node) *register.Derived {
	o := l.object(n, "derived")
	d := &register.Derived{Add: o.texts("add"), Count: o.str("count"), MaxOf: o.str("max-of")}
	for _, x := range o.list("table") {
		r := l.object(x, "行")
		row := register.DerivedRow{Value: r.need("value"), From: map[string]string{}}
		for _, key := range x.keys {
			if key != "value" {
				row.From[key] = r.need(key)
			}
		}
		r.done()
		d.Table = append(d.Table, row)
	}
	if given := len(slices.DeleteFunc([]bool{len(d.Add) > 0, d.Count != "", d.MaxOf != "", len(d.Table) > 0}, func(is bool) bool { return !is })); given != 1 {
		l.fault(n, "derived には add、count、max-of、table のうち1つだけを書いてください")
	}
	o.done()
	return d
}

// derivedFits checks what derived fields are worked out from.
func (l *loader) derivedFits(n *node, fields []register.Field) {
	for i, f := range fields {
		at := n.items[i]
		if f.Type == register.TypeRows {
			l.derivedFits(at.get("fields"), f.Fields)
		}
		if f.Derived != nil {
			l.derivedFit(at, f, register.Form{Fields: fields})
		}
	}
}

// derivedFit checks one derived field against those beside it.
func (l *loader) derivedFit(at *node, f register.Field, beside register.Form) {
	d := f.Derived
	is := func(id string, types ...register.Type) bool {
		x, ok := beside.Field(id)
		return ok && x.ID != f.ID && slices.Contains(types, x.Type)
	}
	for _, from := range d.Add {
		if f.Type != register.TypeNumber || !is(from, register.TypeNumber) {
			l.fault(at, "add は number の項目から number を作ります（%s）", from)
		}
	}
	if d.Count != "" && (f.Type != register.TypeNumber || !is(d.Count, register.TypeRows, register.TypeFile, register.TypeRef, register.TypeChoice)) {
		l.fault(at, "count は rows、file、ref、choice の項目の数です（%s）", d.Count)
	}
	if table, column, ok := strings.Cut(d.MaxOf, "."); d.MaxOf != "" {
		rows, _ := beside.Field(table)
		c, there := register.Form{Fields: rows.Fields}.Field(column)
		if !ok || !there || c.Type != f.Type || f.Type != register.TypeNumber && f.Type != register.TypeChoice {
			l.fault(at, "max-of は、表の中の同じ型の項目を 表.項目 と書きます（%s）", d.MaxOf)
		}
	}
	for _, row := range d.Table {
		if f.Type != register.TypeChoice || !offers(f, row.Value) {
			l.fault(at, "table の value %s は選択肢にありません", row.Value)
		}
		for from, least := range row.From {
			x, _ := beside.Field(from)
			if _, err := strconv.Atoi(least); !is(from, register.TypeNumber, register.TypeChoice) {
				l.fault(at, "table の %s は number か choice の項目ではありません", from)
			} else if x.Type == register.TypeNumber && err != nil || x.Type == register.TypeChoice && !offers(x, least) {
				l.fault(at, "table の %s に値 %s はありません", from, least)
			}
		}
	}
}

func offers(f register.Field, option string) bool {
	return slices.ContainsFunc(f.Options, func(x cond.Option) bool { return x.ID == option })
}

// fieldShape checks that a field has what its type needs.
func (l *loader) fieldShape(n *node, f register.Field) {
	needs := func(missing bool, what string) {
		if missing {
			l.fault(n, "%s の項目には %s が要ります", f.Type, what)
		}
	}
	needs(f.Type == register.TypeChoice && len(f.Options) == 0, "options")
	needs(f.Type == register.TypeRows && len(f.Fields) == 0, "fields")
	needs(f.Type == register.TypeRef && f.To == "", "to")
	if f.Due && f.Type != register.TypeDate {
		l.fault(n, "due は date の項目だけに書けます")
	}
	if f.Required && f.Floor != "" {
		l.fault(n, "floor のある分類に required は書けません。空けておけば、floor の分類になります")
	}
	if f.Restricted && f.Type == register.TypeFile {
		l.fault(n, "ファイルは要閲覧記録（restricted）にできません")
	}
	if f.Label && (f.Restricted || slices.Contains([]register.Type{register.TypeLong, register.TypeFile, register.TypeRows, register.TypeClass}, f.Type)) {
		l.fault(n, "label は、ラベルに印刷できる短い項目だけに書けます（class はいつもラベルに出ます）")
	}
	for i, x := range f.Fields {
		at := n.get("fields").items[i]
		switch {
		case x.Type == register.TypeRows:
			l.fault(n, "表の中に表は置けません")
		case x.Type == register.TypeFile:
			l.fault(at, "表の中にファイルは置けません。表の外に file の項目を置いてください")
		case x.When != nil:
			l.fault(at, "表の中の項目に when は書けません")
		case x.Restricted:
			l.fault(at, "表の中の項目だけを要閲覧記録（restricted）にはできません。表全体に書いてください")
		}
	}
	if f.To != "" {
		l.refer(n, "台帳", f.To, func(id string) bool { _, ok := l.pack.register(id); return ok || l.isPlanned(id) })
	}
}

func (l *loader) isPlanned(id string) bool {
	return slices.ContainsFunc(l.pack.Planned, func(p Planned) bool { return p.ID == id })
}

func (l *loader) options(n *node) []cond.Option {
	o := l.object(n, "options")
	var out []cond.Option
	for _, id := range o.n.keys {
		out = append(out, cond.Option{ID: id, Title: o.need(id)})
	}
	o.done()
	return out
}

// fieldConditions checks the when of fields, and that floor names a reference.
func (l *loader) fieldConditions(n *node, form register.Form, v cond.Vocabulary) {
	for i, f := range form.Fields {
		if f.When != nil {
			l.conditionFits(n.items[i], *f.When, v)
		}
		if r, ok := form.Field(f.Floor); f.Floor != "" && (!ok || r.Type != register.TypeRef) {
			l.fault(n.items[i], "floor の %s は ref の項目ではありません", f.Floor)
		}
	}
}

func (l *loader) requestKind(n *node, name string) {
	o := l.object(n, "申請")
	r := approval.Request{ID: l.sameName(o, "request", name), Title: o.need("title"), Grade: oneOf(o, "grade", approval.Grades()), Form: l.form(o)}
	i := len(l.pack.Requests)
	l.pack.Requests = append(l.pack.Requests, r)
	r.Start = l.resolve(o.list("start"))
	if s := o.node("subject"); s != nil {
		r.Subject = l.subject(s)
	}
	r.Route = l.route(o, i)
	if a := o.node("after"); a != nil {
		r.After = l.after(a, i)
	}
	r.Returns, r.Expires = l.end(o, "returns"), l.end(o, "expires")
	r.Effects = l.effects(o, i)
	r.Keep = l.keep(o, func(from string) bool { return from == "closed" })
	o.done()
	l.pack.Requests[i] = r
	l.later(func() {
		v := l.pack.requestVocabulary(i)
		l.fieldConditions(n.get("fields"), r.Form, v)
		if a := n.get("after"); a != nil && a.get("fields") != nil {
			l.fieldConditions(a.get("fields"), register.Form{Fields: r.After.Fields}, v)
		}
	})
}

func (l *loader) subject(n *node) *approval.Subject {
	o := l.object(n, "subject")
	s := &approval.Subject{To: o.need("to"), Many: o.flag("many")}
	if w := o.node("when"); w != nil {
		c := l.condition(w)
		s.When = &c
		l.later(func() {
			if k, ok := l.pack.register(s.To); ok {
				l.conditionFits(w, c, l.pack.registerVocabulary(k))
			}
		})
	}
	l.refer(n, "台帳", s.To, func(id string) bool { _, ok := l.pack.register(id); return ok })
	o.done()
	return s
}

// scopePath checks later that of names a scope: body, the applicant's unit, or a scope field
// of the request or of its subject.
func (l *loader) scopePath(n *node, of string, i int) {
	l.later(func() {
		r := l.pack.Requests[i]
		var form register.Form
		field, isField := strings.CutPrefix(of, "field.")
		if sub, ok := strings.CutPrefix(of, "subject."); ok && r.Subject != nil {
			k, _ := l.pack.register(r.Subject.To)
			form, field, isField = k.Form, sub, true
		} else if isField {
			form = r.Form
		}
		if of == "body" || of == "applicant.unit" {
			return
		}
		f, ok := form.Field(field)
		if !isField || !ok || (f.Type != register.TypeScope && f.Type != register.TypeUnit) {
			l.fault(n, "of の %s は body、applicant.unit、scope の項目のどれでもありません", of)
		}
	})
}
