package register

import (
	"slices"
	"strings"

	"sekimori/internal/base/text"
	"sekimori/internal/kernel/trail"
)

// findEntries finds the entries that rows name by id or by number. One out of the reader's scope is none: nothing tells him that it is.
func (x *intake) findEntries(lines []*line) error {
	ids, numbers := map[string]bool{}, map[string]bool{}
	for _, l := range lines {
		if s := strings.TrimSpace(l.words[PathEntry]); s != "" {
			ids[s] = true
		} else if s := strings.TrimSpace(l.words[PathNumber]); s != "" {
			numbers[s] = true
		}
	}
	entries, err := x.entries(x.ctx, x.r, sortedWords(ids))
	if err == nil && len(numbers) > 0 {
		var more []Entry
		more, err = x.numbered(x.ctx, x.r, sortedWords(numbers))
		entries = append(entries, more...)
	}
	if err == nil {
		entries, err = x.say.names.visible(x.Book, entries)
	}
	if err != nil {
		return err
	}
	byID, byNumber := map[string]*Entry{}, map[string]*Entry{}
	for i, e := range entries {
		byID[string(e.ID)], byNumber[e.Number] = &entries[i], &entries[i]
	}
	for _, l := range lines {
		entry, number := strings.TrimSpace(l.words[PathEntry]), strings.TrimSpace(l.words[PathNumber])
		switch {
		case entry != "":
			if l.old = byID[entry]; l.old == nil {
				l.fault(PathEntry, "この行の%sはないか、あなたの権限の範囲の外にあります。新しく加える行なら、「記録のID」の列を空けてください。", x.Entry)
			} else if number != "" && number != l.old.Number {
				l.fault(PathNumber, "番号が「記録のID」の%sと違います。書き出したときの番号に戻してください。", x.Entry)
			}
		case number != "":
			if l.old = byNumber[number]; l.old == nil {
				l.fault(PathNumber, "その番号の%sはないか、あなたの権限の範囲の外にあります。新しく加える行なら、番号を空けてください。", x.Entry)
			}
		}
		if l.old == nil {
			continue
		}
		delete(l.given, l.old.ID)
		x.placeOnce(l)
	}
	return nil
}

// placeOnce notes where an entry stands; the second time is a fault.
func (x *intake) placeOnce(l *line) {
	where := l.prefix + l.at.Row.Where(-1)
	if first, twice := x.placed[l.old.ID]; twice {
		l.fault(PathEntry, "同じ%sの行が%sにもあります。どちらかを消してください。", x.Entry, first)
		return
	}
	x.placed[l.old.ID] = where
}

// findKeyed finds the entries of rows that name neither id nor number by a field, among those of their owner.
func (x *intake) findKeyed(lines []*line) error {
	if x.Key == "" {
		return nil
	}
	f, _ := x.Edition.Field(x.Key)
	type place struct{ home, key string }
	at := map[*line]place{}
	homes, keys := map[string]bool{}, map[string]bool{}
	for _, l := range lines {
		if l.old != nil || l.faults.Len() > 0 || strings.TrimSpace(l.words[x.Key]) == "" {
			continue
		}
		value, problem := f.reads(l.words[x.Key], x.say.names)
		home := x.ownerIn(l)
		if problem != "" || home == "" {
			continue
		}
		p := place{home, f.key(value, x.Classes)}
		at[l], homes[home], keys[p.key] = p, true, true
	}
	entries, err := x.keyed0(keys, homes)
	if err != nil {
		return err
	}
	found := map[place][]*Entry{}
	for i, e := range entries {
		data, err := e.Read()
		if err != nil {
			return err
		}
		p := place{e.Home, f.key(data[f.ID], x.Classes)}
		found[p] = append(found[p], &entries[i])
	}
	for _, l := range lines {
		p, asked := at[l]
		if !asked {
			continue
		}
		switch list := x.equal(f, found[p], l.words[x.Key]); len(list) {
		case 0:
			l.key = p.home + "\x00" + text.Fold(l.words[x.Key])
		case 1:
			l.old = list[0]
			delete(l.given, l.old.ID)
			x.placeOnce(l)
		default:
			l.fault(x.Key, "「%s」が「%s」の%sがいくつもあります。番号を書いてください。", f.Title, short(l.words[x.Key]), x.Entry)
		}
	}
	return nil
}

// equal leaves those entries whose text is the same to its end: keys are cut.
func (x *intake) equal(f Field, entries []*Entry, words string) []*Entry {
	if f.Type != TypeText && f.Type != TypeLong {
		return entries
	}
	return slices.DeleteFunc(entries, func(e *Entry) bool {
		data, err := e.Read()
		return err == nil && text.Fold(data.Text(f.ID)) != text.Fold(words)
	})
}

// keyed0 finds entries that are still kept up by keys and homes, those that the reader may see.
func (x *intake) keyed0(keys, homes map[string]bool) ([]Entry, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	seen, err := x.Seeing().Seen(x.ctx, x.r, sortedWords(homes)...)
	if err != nil {
		return nil, err
	}
	var may []string
	for _, home := range sortedWords(homes) {
		if seen[home] {
			may = append(may, home)
		}
	}
	entries, err := x.Book.keyed(x.ctx, x.r, x.key, sortedWords(keys), may)
	return x.live(entries), err
}

// ownerIn is the home that a row says, else that of its file.
func (x *intake) ownerIn(l *line) string {
	owner, ok := x.Edition.Field(x.Edition.Owner)
	if !ok {
		return trail.Body
	}
	if words := l.words[owner.ID]; strings.TrimSpace(words) != "" {
		return x.findOwner(owner, words)
	}
	return l.SheetFile.Owner
}

// knowClasses looks up the classes of entries that a field names.
func (x *intake) knowClasses(field string, ids []string) error {
	if x.classes == nil {
		x.Desk.classes = map[string]Class{}
	}
	f, _ := x.Edition.Field(field)
	b, ok := x.Shelf.Named(x.names.refers(f))
	if !ok {
		return nil
	}
	ids = slices.DeleteFunc(ids, func(s string) bool { _, known := x.classes[b.Name+" "+s]; return known })
	entries, err := b.entries(x.ctx, x.r, ids)
	if err != nil {
		return err
	}
	for _, e := range entries {
		said, err := e.Read()
		if err != nil {
			return err
		}
		x.classes[b.Name+" "+string(e.ID)] = said.Class(b.classField())
	}
	return nil
}
