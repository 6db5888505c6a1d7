package register

import (
	"encoding/json"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/org"
)

// SayStored is a value of a column of an entry, as the trail gives it, in words; ids stay as they are for whoever knows their names.
func (e *Edition) SayStored(column, stored string) string {
	switch column {
	case "happened_at":
		return sayMoment(stored)
	case "source":
		return SaySource(stored)
	}
	if column == "state" {
		if title := e.State(stored); title != "" {
			return title
		}
		return stored
	}
	if column == "happened_at" {
		return jpdate.Moment(db.Time(stored).Time())
	}
	for _, part := range []string{"data.", "personal."} {
		id, is := strings.CutPrefix(column, part)
		if f, ok := e.Field(id); is && ok {
			return f.Say(f.Stored(stored), e.Classes, asTheyAre{})
		}
	}
	return stored
}

// Stored reads a value as the trail gives it: a text as it is, what holds others as JSON.
func (f Field) Stored(stored any) any {
	s, ok := stored.(string)
	if !ok || !strings.HasPrefix(s, "{") && !strings.HasPrefix(s, "[") {
		return stored
	}
	switch f.Type {
	case TypeClass, TypePeriod, TypeRows, TypeFile, TypeChoice, TypeRef, TypePerson, TypeUnit:
	default: // a text may begin so
		return stored
	}
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var raw any
	if d.Decode(&raw) != nil {
		return stored
	}
	value, err := valueOf(raw)
	if err != nil {
		return stored
	}
	return value
}

// asTheyAre leaves ids.
type asTheyAre struct{ silent }

// Called implements Names.
func (asTheyAre) Called(_ Field, id string) string {
	if id == org.BodyHome {
		return WholeBody
	}
	_, of, is := strings.Cut(id, ":") // a home: u:UNIT, s:SYSTEM
	if is {
		return of
	}
	return id
}
