package register

import (
	"slices"

	"sekimori/internal/kernel/cond"
)

// Classes is how an edition classifies: its axes, and the level that follows from them, if it has one.
type Classes struct {
	Axes    []Axis
	Overall *Overall
}

// Axis is one axis of classification.
type Axis struct {
	ID, Title string
	Levels    []string // lowest first
}

// Overall is the level that follows from all axes: the highest row that any axis reaches.
type Overall struct {
	ID, Title string
	Levels    []string // lowest first
	Rows      []OverallRow
}

// OverallRow is one row of the table: reached when any axis has at least its level.
type OverallRow struct {
	Level string
	Axes  map[string]string
}

// Class is the levels of a thing by axis. A class has a level of each axis; the empty one is of what is not classified (未分類).
type Class = map[string]string

// at is the place of a level on the axis, -1 where it has none.
func (a Axis) at(level string) int { return slices.Index(a.Levels, level) }

// Reached is the overall level of a class, "" where the edition has none or the thing is not classified.
func (c Classes) Reached(class Class) string {
	best := -1
	if c.Overall == nil {
		return ""
	}
	for _, row := range c.Overall.Rows {
		level := slices.Index(c.Overall.Levels, row.Level)
		reached := slices.ContainsFunc(c.Axes, func(a Axis) bool {
			from, asked := row.Axes[a.ID]
			return asked && class[a.ID] != "" && a.at(class[a.ID]) >= a.at(from)
		})
		if reached && level > best {
			best = level
		}
	}
	if best < 0 {
		return ""
	}
	return c.Overall.Levels[best]
}

// Highest is, axis by axis, the highest level of some classes; empty where none of them is classified.
func (c Classes) Highest(of ...Class) Class {
	highest := Class{}
	for _, a := range c.Axes {
		for _, class := range of {
			if a.at(class[a.ID]) > a.at(highest[a.ID]) {
				highest[a.ID] = class[a.ID]
			}
		}
	}
	return highest
}

// Below lists the axes on which a class lies below another.
func (c Classes) Below(class, other Class) []Axis {
	return slices.DeleteFunc(slices.Clone(c.Axes), func(a Axis) bool { return a.at(class[a.ID]) >= a.at(other[a.ID]) })
}

// Text is a class as people write it: 機密性2・完全性1・可用性1, with the overall level before it; "" for what is not classified.
func (c Classes) Text(class Class) string {
	text := ""
	if level := c.Reached(class); level != "" {
		text = c.Overall.Title + level + "（"
	}
	sep := ""
	for _, a := range c.Axes {
		if class[a.ID] != "" {
			text += sep + a.Title + class[a.ID]
			sep = "・"
		}
	}
	if c.Reached(class) != "" {
		text += "）"
	}
	return text
}

// options are the levels of an axis to choose from, the highest first, as forms show them.
func (a Axis) options() []cond.Option {
	var all []cond.Option
	for _, level := range slices.Backward(a.Levels) {
		all = append(all, cond.Option{ID: level, Title: level})
	}
	return all
}
