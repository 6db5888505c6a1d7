package ui

// Tree shows things below things. What has something below it can be opened and closed,
// without scripts too.
type Tree struct {
	Label    string
	Branches []Branch
}

// Branch is one thing of a Tree. Notes stand behind its name in the same line: dates, badges.
type Branch struct {
	ID       string // anchor; may be empty
	Name     Item
	Notes    Cell
	Open     bool
	Branches []Branch
}

// Mark says of an Item what became of it.
type Mark string

// The marks.
const (
	Added   Mark = "追加"
	Removed Mark = "削除"
)

// Timeline is the history of one thing, newest first.
type Timeline struct {
	Versions []Version
	Empty    string
}

// Version is one entry of a history: when, who, what, and what changed.
type Version struct {
	ID      string // anchor; may be empty
	When    string
	Who     string
	What    string
	Href    string // the page of this version
	Notes   Cell
	Changes []Change
}

// Change is one field before and after.
type Change struct {
	Name   string
	Before string
	After  string
}

// Table shows the changes; the first version of a thing has no before.
func (v Version) Table() Table {
	first := true
	for _, c := range v.Changes {
		first = first && c.Before == ""
	}
	t := Table{Caption: "変わった項目", Stack: true, Columns: []Column{{Title: "項目", Head: true}, {Title: "前"}, {Title: "後"}}}
	if first {
		t.Caption, t.Columns = "内容", []Column{{Title: "項目", Head: true}, {Title: "内容"}}
	}
	for _, c := range v.Changes {
		cells := []Cell{Text(c.Name), sides(c.Before), sides(c.After)}
		if first {
			cells = []Cell{cells[0], cells[2]}
		}
		t.Rows = append(t.Rows, Row{Cells: cells})
	}
	return t
}

func sides(value string) Cell {
	if value == "" {
		return Cell{{Text: "（なし）", Quiet: true}}
	}
	return Text(value)
}

// Nothing is what a history without versions says.
func (t Timeline) Nothing() string {
	if t.Empty == "" {
		return "記録はまだありません。"
	}
	return t.Empty
}
