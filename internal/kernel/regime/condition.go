package regime

import (
	"slices"

	"sekimori/internal/kernel/cond"
	"sekimori/internal/kernel/register"
)

// condition reads a condition; l.conditionFits checks it once its kind is known.
func (l *loader) condition(n *node) cond.Condition {
	o := l.object(n, "条件")
	var c cond.Condition
	switch {
	case o.has("all"):
		c.All = l.conditions(o, "all")
	case o.has("any"):
		c.Any = l.conditions(o, "any")
	case o.has("not"):
		inner := l.condition(o.node("not"))
		c.Not = &inner
	case o.has("state"):
		c.State = o.need("state")
	case o.has("term"):
		c.Term = o.need("term")
	case o.has("field"):
		c.Field = o.need("field")
		l.comparison(o, &c)
	default:
		l.fault(n, "条件には all、any、not、field、state、term のうち1つを書いてください")
	}
	o.done()
	return c
}

func (l *loader) conditions(o *object, key string) []cond.Condition {
	out := []cond.Condition{}
	for _, x := range o.list(key) {
		out = append(out, l.condition(x))
	}
	if len(out) == 0 {
		l.fault(o.n, "%s が空です", key)
	}
	return out
}

func (l *loader) comparison(o *object, c *cond.Condition) {
	for _, op := range cond.Ops() {
		if !o.has(string(op)) {
			continue
		}
		if c.Op != "" {
			l.fault(o.n, "比べ方は1つだけ書いてください")
		}
		c.Op = op
		c.Value = l.value(o, op)
	}
	if c.Op == "" {
		l.fault(o.n, "比べ方（is、in、has、at-least、at-most、before、after、empty）がありません")
		c.Op, c.Value = cond.Empty, cond.Value{Empty: true}
	}
}

func (l *loader) value(o *object, op cond.Op) cond.Value {
	key := string(op)
	n := o.n.get(key)
	switch {
	case op == cond.Empty:
		return cond.Value{Empty: o.flag(key)}
	case op == cond.In:
		return cond.Value{Literals: o.texts(key)}
	case n.shape == mapping:
		v := l.object(o.node(key), key)
		out := cond.Value{Today: true, Minus: v.setting("today-minus")}
		v.done()
		return out
	case n.value == "today" && !n.quoted:
		o.node(key)
		return cond.Value{Today: true}
	}
	return cond.Value{Literals: []string{o.str(key)}}
}

// conditionFits checks a condition against the words it may use.
func (l *loader) conditionFits(n *node, c cond.Condition, v cond.Vocabulary) {
	for _, msg := range v.Check(c) {
		l.fault(n, "%s", msg)
	}
}

// classOnly is the form of things of which nothing is known but that they have a class.
var classOnly = register.Form{Fields: []register.Field{{Type: register.TypeClass}}}

// vocabulary is what conditions on entries of a form may say.
func (l *loader) vocabulary(f register.Form) cond.Vocabulary { return l.pack.vocabulary(f) }

func (p *Pack) vocabulary(f register.Form) cond.Vocabulary {
	v := cond.Vocabulary{Fields: map[string]cond.Field{}, States: map[string]string{}, Settings: map[string]string{}}
	for _, s := range p.Settings {
		v.Settings[s.ID] = s.Title
	}
	for _, x := range f.Fields {
		if x.ID != "" {
			v.Fields[x.ID] = cond.Field{Title: x.Title, Sort: x.Sort(), Options: x.Options}
		}
	}
	if f.HasClass() {
		p.addClass(v)
		v.Terms = map[string]cond.Condition{}
		for _, t := range p.Terms {
			v.Terms[t.ID] = t.Is
		}
	}
	return v
}

func (p *Pack) addClass(v cond.Vocabulary) {
	add := func(id, title string, levels []string) {
		f := cond.Field{Title: title, Sort: cond.Level}
		for _, level := range levels {
			f.Options = append(f.Options, cond.Option{ID: level, Title: level})
		}
		v.Fields["class."+id] = f
	}
	for _, a := range p.Axes {
		add(a.ID, a.Title, a.Levels)
	}
	if p.Overall != nil {
		add(p.Overall.ID, p.Overall.Title, p.Overall.Levels)
	}
}

// registerVocabulary is what conditions on entries of a register may say.
func (p *Pack) registerVocabulary(k register.Kind) cond.Vocabulary {
	v := p.vocabulary(k.Form)
	for _, s := range k.States {
		v.States[s.ID] = s.Title
	}
	return v
}

// Meaning reads a condition on the things that a check is about as a Japanese sentence.
func (p *Pack) Meaning(c cond.Condition, target string) string {
	return p.checkVocabulary(target).Sentence(c)
}

// checkVocabulary is what the when of a duty may say: the fields of the kind it checks; of
// everything else only that it has a class.
func (p *Pack) checkVocabulary(target string) cond.Vocabulary {
	if k, ok := p.register(target); ok {
		return p.registerVocabulary(k)
	}
	if i := p.request(target); i >= 0 {
		return p.requestVocabulary(i)
	}
	return p.vocabulary(classOnly)
}

// requestVocabulary adds to the fields of a request those of what it is about: a state or a
// term is that of any of its subjects.
func (p *Pack) requestVocabulary(i int) cond.Vocabulary {
	r := p.Requests[i]
	form := r.Form
	if r.After != nil {
		form.Fields = slices.Concat(form.Fields, r.After.Fields)
	}
	v := p.vocabulary(form)
	if r.Subject == nil {
		return v
	}
	k, ok := p.register(r.Subject.To)
	if !ok {
		return v
	}
	s := p.registerVocabulary(k)
	v.States = s.States
	if v.Terms == nil {
		v.Terms = s.Terms
	}
	for path, f := range s.Fields {
		if _, own := v.Fields[path]; !own && len(path) > 6 && path[:6] == "class." {
			v.Fields[path] = f
		}
		v.Fields["subject."+path] = f
	}
	return v
}

func (p *Pack) register(id string) (register.Kind, bool) {
	i := slices.IndexFunc(p.Registers, func(k register.Kind) bool { return k.ID == id })
	if i < 0 {
		return register.Kind{}, false
	}
	return p.Registers[i], true
}

func (p *Pack) request(id string) int {
	for i, r := range p.Requests {
		if r.ID == id {
			return i
		}
	}
	return -1
}

// FieldTitle names a field of a kind in words.
func (p *Pack) FieldTitle(kind, field string) string {
	asked, recorded, _ := p.checkForm(kind)
	f, ok := asked.Field(field)
	if !ok {
		f, _ = recorded.Field(field)
	}
	return f.Title
}
