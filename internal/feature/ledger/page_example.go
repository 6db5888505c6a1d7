package ledger

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/text"
	"sekimori/internal/kernel/register"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// exampleView offers the things that many owners have, to be added together.
type exampleView struct {
	web.Page
	Owner ui.SearchForm
	Done  ui.Notice
	Form  ui.Form
}

func (p pages) examples(ctx context.Context, r *web.Request) (exampleView, error) {
	var v exampleView
	err := p.view(ctx, r, func(d *register.Desk) error {
		v = exampleView{Page: r.Page("見本からまとめて加える", way(d)...)}
		v.Kicker, v.Lead = d.Kind.Title, "多くの所管にあるものの例です。あるものに印を付けて加え、違うところはあとで直します。"
		f, groups, ok := d.Offered()
		if d.Adding().Empty() || !ok {
			return d.Refused("見本から加える")
		}
		owner, err := sheet{Desk: d, data: fresh(d, r.Actor())}.ownerChoice(r.Query("owner"))
		if err != nil {
			return err
		}
		v.Owner = ui.SearchForm{Action: href(d.Book) + "/examples", Submit: "この所管で見る", Fields: owner}
		if len(v.Owner.Faults()) > 0 || owner[0].Value == "" {
			return nil
		}
		home, err := d.HomeOf(owner[0].Value)
		if err != nil {
			return err
		}
		taken, err := d.Taken(home)
		if err != nil {
			return err
		}
		form := ui.Form{Action: href(d.Book) + "/examples", Buttons: ui.Buttons("印を付けたものを加える", href(d.Book))}
		picks, there := picks(d, groups, taken)
		common, err := common(d, f, groups)
		if err != nil {
			return err
		}
		form.Fields = slices.Concat([]ui.Field{{Type: ui.Hidden, Name: "owner", Value: owner[0].Value}}, picks, common)
		if len(there) > 0 {
			v.Done = ui.Notice{Tone: ui.Info, Title: fmt.Sprintf("%d件は、もう登録されています。", len(there)), Lines: []string{strings.Join(there, "、")}}
		}
		v.Form = r.Form(form)
		return nil
	})
	return v, err
}

// picks offer the examples of each group that the owner does not have; there are those that he has.
func picks(d *register.Desk, groups []register.ExampleGroup, taken func(name string) bool) (fields []ui.Field, there []string) {
	for g, group := range groups {
		in := ui.Field{Type: ui.Checks, Name: fmt.Sprintf("pick.%d", g), Label: group.Title, Help: said(d, group), Beside: true}
		for i, name := range group.Names {
			if taken(name) {
				there = append(there, name)
				continue
			}
			in.Options = append(in.Options, ui.Option{Value: fmt.Sprintf("%d.%d", g, i), Text: name})
		}
		if len(in.Options) > 0 {
			fields = append(fields, in)
		}
	}
	return fields, there
}

// common ask once for what is required and not every example says.
func common(d *register.Desk, called register.Field, groups []register.ExampleGroup) ([]ui.Field, error) {
	var fields []ui.Field
	for _, x := range d.Fields {
		if !x.Required || x.When != nil || x.ID == called.ID || x.ID == d.Owner || everywhere(d, x, groups) {
			continue
		}
		some, err := sheet{Desk: d}.field(x)
		if err != nil {
			return nil, err
		}
		if len(fields) == 0 {
			some[0].Heading = "すべてに共通する内容"
		}
		some[0].Help = strings.TrimSpace(some[0].Help + " 例に決まった内容があるものは、それを使います。")
		fields = append(fields, some...)
	}
	return fields, nil
}

// said is what an example says at first, in words, and whose example it is.
func said(d *register.Desk, g register.ExampleGroup) string {
	data := d.Try(g.Set, nil, "")
	var words []string
	for _, f := range d.Fields {
		if s := d.Say(f, data); s != "" && f.Derived == nil {
			words = append(words, f.Title+"："+s)
		}
	}
	if g.Clause != "" {
		words = append(words, g.Clause+"の例示。実際の内容により、違う分類になることがあります")
	}
	return strings.Join(words, "　")
}

// everywhere says whether every group says something of a field.
func everywhere(d *register.Desk, f register.Field, groups []register.ExampleGroup) bool {
	for _, g := range groups {
		if d.Try(g.Set, nil, "")[f.ID] == nil {
			return false
		}
	}
	return true
}

type exampleForm struct {
	Owner  string              `form:"owner"`
	Picked map[string][]string `form:"pick.*"`
	Fields map[string][]string `form:"f.*"`
}

func (p pages) addExamples(ctx context.Context, r *web.Request, in exampleForm) (web.Next, error) {
	var all []register.Input
	var names []string
	var d *register.Desk
	err := p.view(ctx, r, func(x *register.Desk) error {
		all, names, d = nil, nil, x
		f, groups, ok := x.Offered()
		if x.Adding().Empty() || !ok {
			return x.Refused("見本から加える")
		}
		for _, picks := range in.Picked {
			for _, pick := range picks {
				a, b, _ := strings.Cut(pick, ".")
				g, err1 := strconv.Atoi(a)
				i, err2 := strconv.Atoi(b)
				if err1 != nil || err2 != nil || g < 0 || g >= len(groups) || i < 0 || i >= len(groups[g].Names) {
					return errs.New(errs.Invalid, "選ばれたものを読めません。画面を開き直してください。")
				}
				one := register.Input{f.ID: {groups[g].Names[i]}, x.Owner: {in.Owner}}
				for path, words := range in.Fields {
					one[path] = words
				}
				for path, words := range groups[g].Set {
					one[path] = words
				}
				all, names = append(all, one), append(names, groups[g].Names[i])
			}
		}
		return nil
	})
	if err != nil {
		return web.Next{}, err
	}
	made, err := p.s.AddAll(ctx, r.Actor(), d.Regime, d.Kind.ID, all, func(i int) string { return names[i] })
	if err != nil {
		return web.Next{}, at(d.Form, err)
	}
	return web.Next{Href: href(d.Book), Said: fmt.Sprintf("%d件を加えました。", len(made))}, nil
}

// example is what an entry says at first that is made of an example of this name.
func example(d *register.Desk, name string, data register.Data) register.Data {
	f, groups, ok := d.Offered()
	if !ok {
		return data
	}
	for _, g := range groups {
		for _, n := range g.Names {
			if text.Fold(n) == text.Fold(name) {
				made := d.Try(g.Set, data, "")
				made[f.ID] = n
				return made
			}
		}
	}
	return data
}
