package trailview

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/trail"
)

// dictionary is the words of all features.
type dictionary struct{ feature.Words }

// NewWords joins the words of features.
func NewWords(all ...feature.Words) feature.Words {
	joined := feature.Words{Acts: map[string]string{}, Kinds: map[string]feature.KindWords{}}
	for _, w := range all {
		for name, title := range w.Acts {
			joined.Acts[name] = title
		}
		for kind, words := range w.Kinds {
			joined.Kinds[kind] = words
		}
	}
	return joined
}

// act is what people call an act.
func (d dictionary) act(name string) string {
	if title := d.Acts[name]; title != "" {
		return title
	}
	return name
}

// kind is what people call a kind of things.
func (d dictionary) kind(kind string) string {
	if title := d.Kinds[kind].Title; title != "" {
		return title
	}
	return kind
}

// column is what people call a column, "" for one that is not shown.
func (d dictionary) column(kind, column string) string { return d.Kinds[kind].Columns[column] }

// value is a value of a column as people read it.
func (d dictionary) value(kind, column string, v any) string {
	text := ""
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		text = v
	case bool:
		text = map[bool]string{true: "はい", false: "いいえ"}[v]
	case int64:
		text = strconv.FormatInt(v, 10)
	}
	if say := d.Kinds[kind].Text; say != nil {
		return say(column, text)
	}
	return text
}

// named are the columns by which a thing is called, the best first.
var named = []string{"name", "title", "heading", "number", "code"}

// label is what a thing is called in its state.
func label(e trail.Entry) string {
	state := map[string]any{}
	for _, part := range []string{e.Public, e.Personal} {
		if part != "" {
			_ = json.Unmarshal([]byte(part), &state) // what cannot be read gives no name
		}
	}
	for _, column := range named {
		if name, ok := state[column].(string); ok && name != "" {
			return name
		}
	}
	if e.PersonalErased {
		return "（消去済み）"
	}
	return e.Thing
}

// moment writes a time as an office reads it: 令和8年4月1日 9:05:07.
func moment(t db.Time) string {
	at := t.Time()
	if at.IsZero() {
		return ""
	}
	day := jpdate.Today(at)
	since := at.Sub(day.Start())
	return day.Wareki() + " " + time.Time{}.Add(since).Format("15:04:05")
}

// who is an actor in words.
func who(actor string) string {
	kind, name, _ := strings.Cut(actor, ":")
	switch kind {
	case "cli":
		return "コマンド（" + name + "）"
	case "local":
		return "この端末（" + name + "）"
	case "job":
		return "自動処理（" + name + "）"
	case "system":
		return "関守"
	}
	return actor
}
