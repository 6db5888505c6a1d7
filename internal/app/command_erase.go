package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/feature"
	"sekimori/internal/feature/people"
	"sekimori/internal/feature/trailview"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

type eraseCommand struct {
	Things []string `arg:"" name:"thing" help:"対象の識別子（証跡の画面にある）。--note なら操作の識別子"`
	Kind   string   `placeholder:"KIND" help:"対象の種類（person、people-hold など）"`
	Note   bool     `help:"対象の個人の部分ではなく、操作の書き添えを消す"`
	Ground string   `required:"" placeholder:"TEXT" help:"消去の根拠（請求の番号など）。証跡に残るので、個人の名を書かない"`
	Clause string   `required:"" placeholder:"REF" help:"根拠となる法や規程の条項"`
	Whole  bool     `name:"whole-person" help:"同じ人についてのほかの記録（person）も、一緒に消す"`
	Yes    bool     `help:"消去する。付けないと、消えるものを示すだけで何も書かない"`
}

type eraseResult struct {
	Erased bool        `json:"erased"`
	Things []erasedRow `json:"things"`
	Left   leftRows    `json:"left"`
}

type erasedRow struct {
	Kind     string         `json:"kind"`
	Thing    string         `json:"thing"`
	Part     string         `json:"part"`
	Versions int            `json:"versions"`
	Personal map[string]any `json:"personal"`
}

// leftRows is what names the same people and is not erased with it.
type leftRows struct {
	Statements []leftStatement `json:"statements"`
	Holds      []leftHold      `json:"holds"`
	Files      []leftFile      `json:"files"`
}

type leftStatement struct {
	ID     id.ID  `json:"id"`
	Number string `json:"number"`
	Name   string `json:"name"`
}

type leftHold struct {
	ID    id.ID  `json:"id"`
	File  string `json:"file"`
	Where string `json:"where"`
}

type leftFile struct {
	Name   string `json:"name"`
	Batch  id.ID  `json:"batch"`
	Title  string `json:"title"`
	Path   string `json:"path"`
	Number bool   `json:"number"` // found by number; else by name alone
}

// Run erases what the law wants gone, or says what that would be, and what of the same people stands elsewhere.
func (k *eraseCommand) Run(c *console) error {
	list, err := k.list()
	if err != nil {
		return err
	}
	a, err := c.open()
	if err != nil {
		return err
	}
	defer c.close(a)
	out := eraseResult{Things: []erasedRow{}, Left: leftRows{Statements: []leftStatement{}, Holds: []leftHold{}, Files: []leftFile{}}}
	if list, err = k.elsewhere(c, a, list, &out.Left); err != nil { // while the people can still be told
		return err
	}
	if out.Things, err = find(c, a, list); err != nil {
		return err
	}
	if k.Yes {
		tables, err := a.Audited(c.ctx)
		if err != nil {
			return err
		}
		if _, err := a.Log.Erase(c.ctx, trail.Act{Actor: c.actor().Name, Name: "trail.erase"}, tables, list...); err != nil {
			return err
		}
		out.Erased = true
	}
	return k.report(c, a, out)
}

func (k *eraseCommand) list() ([]trail.Erasure, error) {
	e := trail.Erasure{Kind: k.Kind, Part: trail.PartPersonal, Ground: strings.TrimSpace(k.Ground), Clause: strings.TrimSpace(k.Clause)}
	switch {
	case k.Whole && k.Kind != org.People.Kind():
		return nil, errs.New(errs.Invalid, "--whole-person は --kind %s と一緒に使います。", org.People.Kind())
	case k.Note && (k.Kind == "" || k.Kind == trail.KindAct):
		e.Kind, e.Part = trail.KindAct, trail.PartNote
	case k.Note:
		return nil, errs.New(errs.Invalid, "--note は操作の書き添えを消します。--kind %s と一緒には使えません。", k.Kind)
	case k.Kind == "":
		return nil, errs.New(errs.Invalid, "--kind に対象の種類を書くか、--note を付けてください。種類は %s です。", strings.Join(kinds(), "、"))
	}
	var list []trail.Erasure
	for _, thing := range k.Things {
		e.Thing = thing
		list = append(list, e)
	}
	return list, nil
}

// elsewhere looks for the people of the list beside it, and takes what else was stated about them into it where that was asked.
func (k *eraseCommand) elsewhere(c *console, a *App, list []trail.Erasure, left *leftRows) ([]trail.Erasure, error) {
	if k.Kind != org.People.Kind() {
		return list, nil
	}
	statements := make([]id.ID, len(list))
	for i, e := range list {
		statements[i] = id.ID(e.Thing)
	}
	copies, err := a.People.Copies(c.ctx, c.actor(), statements)
	if err != nil {
		return nil, err
	}
	if k.Whole {
		for _, p := range copies.Statements {
			e := list[0]
			e.Thing = string(p.ID)
			list = append(list, e)
		}
		copies.Statements = nil
	}
	return list, left.take(a, copies)
}

// find says what is there to erase.
func find(c *console, a *App, list []trail.Erasure) (rows []erasedRow, err error) {
	tables, err := a.Audited(c.ctx)
	if err != nil {
		return nil, err
	}
	err = a.DB.View(c.ctx, func(r db.Reader) error {
		rows = nil
		withheld, err := org.Withheld(c.ctx, r)
		if err != nil {
			return err
		}
		seen := trail.Seen{Now: db.At(a.DB.Now()), Withheld: withheld}
		for _, e := range list {
			found, err := a.Log.Erasable(c.ctx, r, tables, e, seen)
			if err != nil {
				return err
			}
			row := erasedRow{e.Kind, e.Thing, e.Part, found.Versions, found.Personal}
			if row.Personal == nil {
				row.Personal = map[string]any{}
			}
			rows = append(rows, row)
		}
		return nil
	})
	return rows, err
}

func (l *leftRows) take(a *App, copies people.Copies) error {
	for _, p := range copies.Statements {
		l.Statements = append(l.Statements, leftStatement{p.ID, p.Number, p.Name})
	}
	for _, h := range copies.Holds {
		l.Holds = append(l.Holds, leftHold{h.ID, h.File, h.Place})
	}
	for _, f := range copies.Files {
		path, err := a.files.Path(f.Sum)
		if err != nil {
			return err
		}
		l.Files = append(l.Files, leftFile{f.Name, f.Upload.ID, f.Upload.Title, path, f.Sure})
	}
	return nil
}

func (k *eraseCommand) report(c *console, a *App, out eraseResult) error {
	n := 0
	for _, t := range out.Things {
		if t.Versions > 0 {
			n++
		}
	}
	if c.flags.JSON {
		if err := c.json(out); err != nil {
			return err
		}
	} else {
		words := a.words()
		for _, t := range out.Things {
			c.line("%s\t%s\t%s", t.Kind, t.Thing, t.text(words))
		}
		c.left(out.Left)
	}
	switch {
	case n == 0:
		c.say("消去するものはありません。")
	case out.Erased:
		c.say("%d 件の個人情報を消去しました。消去したことと根拠は証跡に残り、古い控えを戻したときにも、もう一度消されます。", n)
	default:
		c.say("%d 件の個人情報を、すべての版から消去します。元に戻せません。よければ、--yes を付けてもう一度実行してください。何も書いていません。", n)
	}
	c.say("取り込んだファイル、すでに取った控え（backup）、印刷物、書き出したファイルには届きません。公表前の取り込みは、公表のあとに確かめてください。")
	return nil
}

// text says what of a thing goes, in the words of the screens.
func (t erasedRow) text(words feature.Words) string {
	if t.Versions == 0 {
		return "消去するものはありません"
	}
	parts := []string{fmt.Sprintf("%d版", t.Versions)}
	for _, column := range slices.Sorted(maps.Keys(t.Personal)) {
		title, shown := words.Kinds[t.Kind].Columns[column], true
		if t.Part == trail.PartNote {
			title = "書き添え"
		} else if title == "" {
			shown = false // it is derived from others
		}
		if shown {
			parts = append(parts, title+" "+fmt.Sprint(t.Personal[column]))
		}
	}
	return strings.Join(parts, "\t")
}

// left says where the same people still stand, and what can be done about it.
func (c *console) left(l leftRows) {
	for _, x := range l.Statements {
		c.line("残る\t同じ人のほかの記録\tperson %s\t%s %s", x.ID, x.Number, x.Name)
	}
	for _, x := range l.Holds {
		c.line("残る\t保留の行\tpeople-hold %s\t%s %s", x.ID, x.File, x.Where)
	}
	for _, x := range l.Files {
		how := "職員番号で"
		if !x.Number {
			how = "氏名だけで。別の人かもしれません"
		}
		c.line("残る\t取り込んだファイル\t%s\t%s（取り込み「%s」、%s）", x.Path, x.Name, x.Title, how)
	}
	if len(l.Statements)+len(l.Holds) > 0 {
		c.say("残る記録と保留の行は、その種類（person、people-hold）と識別子を指定して、この命令で消去できます（同じ人の記録は --whole-person で一度に）。")
	}
	if len(l.Files) > 0 {
		c.say("残るファイルにはほかの人の行もあります。要らなくなったら、示した場所から人の手で取り除いてください。取り込んだ結果と証跡は変わりません。")
	}
}

// words are what people call things and acts.
func (a *App) words() feature.Words {
	var all []feature.Words
	for _, m := range a.Modules() {
		all = append(all, m.Words)
	}
	return trailview.NewWords(all...)
}
