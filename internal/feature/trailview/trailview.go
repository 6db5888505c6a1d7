package trailview

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/feature"
)

// dictionary is the words of all features.
type dictionary struct{ feature.Words }

// NewWords joins the words of features.
func NewWords(all ...feature.Words) feature.Words {
	joined := feature.Words{Acts: map[string]string{}, Kinds: map[string]feature.KindWords{}, Roles: map[string]string{}}
	joined.Names = func(ctx context.Context, r db.Reader, now db.Time, ids []string) (map[string]string, error) {
		names := map[string]string{}
		for _, w := range all {
			if w.Names == nil || len(ids) == 0 {
				continue
			}
			some, err := w.Names(ctx, r, now, ids)
			if err != nil {
				return nil, err
			}
			maps.Copy(names, some)
		}
		return names, nil
	}
	joined.Actors = func(ctx context.Context, r db.Reader, now db.Time, words string) ([]string, error) {
		actors := []string{}
		for _, w := range all {
			if w.Actors == nil {
				continue
			}
			some, err := w.Actors(ctx, r, now, words)
			if err != nil {
				return nil, err
			}
			actors = append(actors, some...)
		}
		return actors, nil
	}
	for _, w := range all {
		maps.Copy(joined.Roles, w.Roles)
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
func (d dictionary) value(kind, column string, v any, names map[string]string) string {
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
		text = say(column, text)
	}
	return uuid.ReplaceAllStringFunc(text, func(id string) string { return cmp.Or(names[id], id) })
}

// uuid finds the ids of things in a value.
var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`)

// ids are those that texts hold, each once.
func ids(texts ...string) []string {
	var all []string
	for _, text := range texts {
		all = append(all, uuid.FindAllString(text, -1)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// named are the columns by which a thing is called, the best first.
var named = []string{"name", "title", "heading", "number", "code"}

// label is what a thing is called in its state.
func (d dictionary) label(kind, thing, public, personal string, names map[string]string) string {
	state := map[string]any{}
	for _, part := range []string{public, personal} {
		if part != "" {
			_ = json.Unmarshal([]byte(part), &state) // what cannot be read gives no name
		}
	}
	var words []string
	for _, column := range d.Kinds[kind].Called {
		if word := d.value(kind, column, state[column], names); word != "" {
			words = append(words, word)
		}
	}
	if len(words) > 0 {
		return strings.Join(words, "　")
	}
	for _, column := range named {
		if name, ok := state[column].(string); ok && name != "" {
			return name
		}
	}
	return thing
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
