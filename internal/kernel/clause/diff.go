package clause

import "strings"

// Changes is what differs between two texts: clauses named with their document (basic:9), in document order.
type Changes struct {
	Added, Removed, Changed []string
}

// Diff compares the clauses of two texts by id, heading, text and table. White space alone is no change.
func Diff(from, to *Text) Changes {
	before, after := content(from), content(to)
	var c Changes
	for _, h := range Outline(from) {
		if _, there := after[h.ID]; !there {
			c.Removed = append(c.Removed, h.ID)
		}
	}
	for _, h := range Outline(to) {
		switch old, there := before[h.ID]; {
		case !there:
			c.Added = append(c.Added, h.ID)
		case old != after[h.ID]:
			c.Changed = append(c.Changed, h.ID)
		}
	}
	return c
}

// content is what each clause says, without white space.
func content(t *Text) map[string]string {
	out := map[string]string{}
	for _, d := range t.Documents {
		for _, c := range d.Clauses {
			parts := []string{withoutSpace(c.Heading), withoutSpace(c.Text)}
			for _, row := range c.Table {
				for _, cell := range row {
					parts = append(parts, withoutSpace(cell))
				}
			}
			out[d.ID+":"+c.ID] = strings.Join(parts, "\x00")
		}
	}
	return out
}
