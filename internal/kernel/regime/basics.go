package regime

import (
	"maps"
	"slices"

	"sekimori/internal/kernel/clause"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/register"
)

func (l *loader) regime() {
	o := l.object(l.required("regime.yaml"), "regime.yaml")
	p := l.pack
	p.ID, p.Edition, p.Title = o.need("id"), o.need("edition"), o.need("title")
	if want := p.ID + "/" + p.Edition; l.dir != want {
		l.fault(o.n, "フォルダーは %s ですが、中身は %s です", l.dir, want)
	}
	mains := 0
	for _, n := range o.list("documents") {
		d := l.document(n)
		if d.Main {
			mains++
		}
		p.Documents = append(p.Documents, d)
	}
	if mains != 1 {
		l.fault(o.n, "documents のうち1つだけに main: true を書いてください")
	}
	if p.Main().Edition != p.Edition {
		l.fault(o.n, "main の文書の edition は regime の edition と同じにしてください")
	}
	o.done()
}

func (l *loader) document(n *node) Document {
	o := l.object(n, "文書")
	d := Document{
		Spec: clause.Spec{
			ID: o.need("id"), Title: o.need("title"), Form: oneOf(o, "form", []string{"numbered", "articles"}),
			Number: o.str("number"), Edition: o.str("edition"), Main: o.flag("main"),
		},
		Decided: o.date("decided"), Effective: o.date("effective"),
	}
	if d.Form == "" {
		l.fault(n, "form がありません")
	}
	l.once(n, "文書", d.ID)
	for _, h := range o.list("history") {
		r := l.object(h, "履歴")
		d.History = append(d.History, Revision{Edition: r.need("edition"), Effective: r.date("effective"), Decided: r.date("decided"), Why: r.str("why")})
		r.done()
	}
	o.done()
	return d
}

func (l *loader) clauses() {
	for _, n := range l.things("clauses.yaml") {
		o := l.object(n, "条項")
		ref := o.need("id")
		doc, id := l.pack.Resolve(ref)
		l.once(n, "条項", doc+":"+id)
		if !slices.ContainsFunc(l.pack.Documents, func(d Document) bool { return d.ID == doc }) {
			l.fault(n, "文書 %s はありません", doc)
		}
		l.pack.clauses[doc+":"+id] = len(l.pack.Clauses)
		l.pack.Clauses = append(l.pack.Clauses, Clause{Document: doc, ID: id, Ref: l.pack.Ref(doc, id), Title: o.str("title")})
		o.done()
	}
	if len(l.pack.Clauses) == 0 {
		l.required("clauses.yaml")
	}
}

func (l *loader) classes() {
	n := l.optional("classes.yaml")
	if n == nil {
		return
	}
	o := l.object(n, "classes.yaml")
	for _, x := range o.list("axes") {
		a := l.object(x, "軸")
		l.pack.Axes = append(l.pack.Axes, register.Axis{ID: a.need("id"), Title: a.need("title"), Levels: a.texts("levels")})
		l.once(x, "軸", x.id())
		if len(a.list("levels")) == 0 {
			l.fault(x, "levels がありません")
		}
		a.done()
	}
	if x := o.node("overall"); x != nil {
		l.pack.Overall = l.overall(x)
	}
	terms := o.node("terms")
	if terms == nil {
		terms = &node{shape: mapping, at: n.at}
	}
	t := l.object(terms, "terms")
	for _, c := range l.common.terms {
		x := t.node(c.ID)
		if x == nil {
			l.fault(terms, "用語 %s（%s）が結ばれていません", c.ID, c.Title)
			continue
		}
		term := l.object(x, "用語")
		c.Clause = l.clauseOf(term, "clause")
		if is := term.node("is"); is != nil {
			c.Is = l.condition(is)
			l.later(func() { l.conditionFits(is, c.Is, l.vocabulary(classOnly)) })
		} else {
			l.fault(x, "is がありません")
		}
		term.done()
		l.pack.Terms = append(l.pack.Terms, c)
	}
	t.done()
	o.done()
}

func (l *loader) overall(n *node) *register.Overall {
	o := l.object(n, "overall")
	out := &register.Overall{ID: o.need("id"), Title: o.need("title"), Levels: o.texts("levels")}
	for _, x := range o.list("rows") {
		r := l.object(x, "行")
		row := register.OverallRow{Level: oneOf(r, "level", out.Levels), Axes: map[string]string{}}
		for _, a := range l.pack.Axes {
			if v := oneOf(r, a.ID, a.Levels); v != "" {
				row.Axes[a.ID] = v
			}
		}
		if row.Level == "" || len(row.Axes) == 0 {
			l.fault(x, "行には level と、少なくとも1つの軸の値を書いてください")
		}
		l.once(x, "段", row.Level)
		r.done()
		out.Rows = append(out.Rows, row)
	}
	o.done()
	return out
}

func (l *loader) papers() {
	for _, n := range l.things("documents.yaml") {
		o := l.object(n, "文書")
		p := Paper{ID: o.need("id"), Title: o.need("title"), Each: oneOf(o, "each", org.Scopes()), Review: o.setting("review")}
		l.once(n, "管理する文書", p.ID)
		if d := o.node("decide"); d != nil {
			p.Decide = l.resolve([]*node{d})
		}
		l.pack.Papers = append(l.pack.Papers, p)
		o.done()
	}
}

func (l *loader) questions() {
	lists := l.folder("checklists")
	for _, name := range slices.Sorted(maps.Keys(lists)) {
		n := lists[name]
		if n.shape != list {
			l.fault(n, "点検表は並び（- で始まる行）で書いてください")
		}
		for _, x := range n.items {
			o := l.object(x, "質問")
			l.pack.Questions = append(l.pack.Questions, Question{ID: o.need("id"), Title: o.need("title"), Help: o.str("help"), Checklist: name})
			l.once(x, "質問", x.id())
			o.done()
		}
	}
}

func (l *loader) planned() {
	for _, n := range l.things("planned.yaml") {
		o := l.object(n, "予定")
		l.pack.Planned = append(l.pack.Planned, Planned{ID: o.need("id"), Title: o.need("title")})
		l.once(n, "予定", n.id())
		o.done()
	}
}

func (l *loader) notDuties() {
	for _, n := range l.things("not-a-duty.yaml") {
		o := l.object(n, "項")
		x := NotDuty{
			Clause: l.clauseOf(o, "clause"), Reason: oneOf(o, "reason", Reasons()),
			By: l.clauseOf(o, "by"), Of: l.clauseOf(o, "of"), Note: o.str("note"),
		}
		if x.Clause == "" || x.Reason == "" {
			l.fault(n, "clause と reason を書いてください")
		}
		if (x.Reason == Principle) != (x.By != "") {
			l.fault(n, "by は principle のときだけ、必ず書きます")
		}
		if (x.Reason == Repeats) != (x.Of != "") {
			l.fault(n, "of は repeats のときだけ、必ず書きます")
		}
		l.once(n, "義務でない条項", x.Clause)
		l.later(func() {
			if len(l.pack.byDuty[x.Clause]) > 0 {
				l.fault(n, "条項 %s には義務もあります", x.Clause)
			}
		})
		o.done()
		l.pack.NotDuties = append(l.pack.NotDuties, x)
	}
}

func (l *loader) defects() {
	kinds := clause.KnownKinds()
	for _, n := range l.things("defects.yaml") {
		o := l.object(n, "欠陥")
		k := clause.Known{Clause: l.clauseOf(o, "clause"), Words: o.need("words"), Kind: oneOf(o, "kind", kinds), Note: o.str("note"), Reading: o.str("reading")}
		if row := o.integer("row"); row != nil {
			k.Row = *row
		}
		if len([]rune(k.Words)) > 20 {
			l.fault(n, "words は20字までです")
		}
		o.done()
		l.pack.Defects = append(l.pack.Defects, k)
	}
}

// clauseOf reads the name of a clause and checks later that the edition has it.
func (l *loader) clauseOf(o *object, key string) string {
	ref := o.str(key)
	if ref != "" {
		l.refer(o.n.get(key), "条項", ref, l.isClause)
	}
	return ref
}
