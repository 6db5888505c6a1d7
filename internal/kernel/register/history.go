package register

import (
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
)

// Version is one version of an entry with what was changed to reach it, as the reader may read it.
type Version struct {
	trail.Version
	Said []Change
}

// Change is a field, or the state, before and after.
type Change struct{ Title, Before, After string }

// History gives the versions of an entry that the reader sees, the newest first. What is to be read under record is not said.
func (d *Desk) History(log *trail.Log, entry id.ID, limit int) ([]Version, error) {
	versions, err := log.History(d.ctx, d.r, d.Name, string(entry), 0, limit, trail.Seen{Now: db.At(log.DB().Now())})
	if err != nil {
		return nil, err
	}
	list := make([]Version, len(versions))
	for i, v := range versions {
		list[i].Version = v
		for _, c := range v.Changes {
			if said, ok := d.said(c); ok {
				list[i].Said = append(list[i].Said, said)
			}
		}
		slices.SortStableFunc(list[i].Said, func(a, b Change) int { return d.order(a.Title) - d.order(b.Title) })
	}
	return list, d.names.err
}

// said is a change of a column in words; ok is false for columns that are the program's own.
func (d *Desk) said(c trail.Change) (Change, bool) {
	switch c.Column {
	case "state":
		return Change{"状態", d.stateOf(c.Old), d.stateOf(c.New)}, true
	case "happened_at":
		return Change{"あった日時", sayMoment(c.Old), sayMoment(c.New)}, d.AsksWhen()
	case "source":
		change := Change{"記入の元", sayStored(c.Old), sayStored(c.New)}
		return change, change.Before != change.After
	case "for_person":
		whom := Field{Type: TypePerson}
		change := Change{"だれの分", whom.Say(c.Old, d.Classes, d.names), whom.Say(c.New, d.Classes, d.names)}
		return change, change.Before != change.After
	case "confirmed_on":
		day := Field{Type: TypeDate}
		said := Change{"棚卸で確かめた日", day.Say(c.Old, d.Classes, d.names), day.Say(c.New, d.Classes, d.names)}
		return said, said.Before != said.After
	}
	for _, part := range []string{"data.", "personal."} {
		id, is := strings.CutPrefix(c.Column, part)
		f, ok := d.ever(id)
		if !is || !ok {
			continue
		}
		if f.Restricted {
			return Change{f.Title, "（表示しません）", "（表示しません）"}, true
		}
		return Change{f.Title, f.Say(f.Stored(c.Old), d.Classes, d.names), f.Say(f.Stored(c.New), d.Classes, d.names)}, true
	}
	return Change{}, false
}

func sayMoment(stored any) string {
	s, _ := stored.(string)
	return jpdate.Moment(db.Time(s).Time())
}

func sayStored(stored any) string {
	s, _ := stored.(string)
	return SaySource(s)
}

func (d *Desk) stateOf(stored any) string {
	s, _ := stored.(string)
	if title := d.State(s); title != "" {
		return title
	}
	return s
}

// ever finds a field of the edition in force, or of an earlier one.
func (b *Book) ever(field string) (Field, bool) {
	if f, ok := b.Field(field); ok {
		return f, true
	}
	for _, e := range slices.Backward(b.past) {
		if f, ok := e.Field(field); ok {
			return f, true
		}
	}
	return Field{}, false
}

// order is the place of a field in the form, by its title.
func (d *Desk) order(title string) int {
	i := slices.IndexFunc(d.Fields, func(f Field) bool { return f.Title == title })
	if i < 0 {
		return len(d.Fields)
	}
	return i
}

// Actors are the names of the people who made versions, by id.
func (d *Desk) Actors(versions []Version) (map[string]string, error) {
	actors := make([]string, len(versions))
	for i, v := range versions {
		actors[i] = v.Actor
	}
	return d.Who(actors...)
}

// Who is the names of the people among some actors, by id.
func (d *Desk) Who(actors ...string) (map[string]string, error) {
	var people []string
	for _, a := range actors {
		if person, ok := access.PersonOf(a); ok && !slices.Contains(people, string(person)) {
			people = append(people, string(person))
		}
	}
	if len(people) == 0 {
		return nil, nil
	}
	return d.Chart.View.Names(d.ctx, d.r, people)
}

// Writer is who has entered a version by proxy or at a place, of the newest versions of an entry: the actor, "" where nobody knows.
func Writer(versions []Version) string {
	for _, v := range versions {
		for _, c := range v.Changes {
			if c.Column == "source" || c.Column == "for_person" {
				return v.Actor
			}
		}
	}
	return ""
}

// Referred is an entry that refers to another.
type Referred struct {
	Book  *Book
	Field string
	Entry Entry
}

// mostReferring is how many entries that refer to one are read.
const mostReferring = 100

// Referring lists what refers to an entry, of what the reader may see. It may be a second behind the rows.
func (d *Desk) Referring(entry id.ID) ([]Referred, error) {
	links, err := linksTo(d.ctx, d.r, d.Name, entry, mostReferring)
	if err != nil {
		return nil, err
	}
	var list []Referred
	for _, l := range links {
		b, ok := d.Shelf.Named(l.FromKind)
		if !ok {
			continue
		}
		entries, err := b.entries(d.ctx, d.r, []string{string(l.From)})
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			seen, err := b.seeing(d.by).Has(d.ctx, d.r, e.Home)
			if err != nil {
				return nil, err
			}
			said, err := e.Read()
			if err != nil {
				return nil, err
			}
			if seen && said.names(l.Field, string(entry)) { // the row decides
				list = append(list, Referred{b, l.Field, e})
			}
		}
	}
	return list, nil
}

// names says whether a field, or a column of a table, holds an id.
func (d Data) names(field, id string) bool {
	if slices.Contains(d.List(field), id) {
		return true
	}
	return slices.ContainsFunc(d.Rows(field), func(row Data) bool {
		for column := range row {
			if slices.Contains(row.List(column), id) {
				return true
			}
		}
		return false
	})
}

// Call is what people call an entry by what it says: its first listed text, else its number.
func (d *Desk) Call(data Data, e Entry) string {
	for _, f := range d.Fields {
		if s := data.Text(f.ID); f.Type == TypeText && f.List && s != "" && !f.Restricted {
			return s
		}
	}
	return e.Number
}
