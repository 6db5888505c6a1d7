package register

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
	"strconv"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/sheet"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/org"
	"sekimori/internal/kernel/trail"
)

// handoutSheet is the hidden sheet that says to whom a workbook was given, and with what.
const handoutSheet = "関守"

// What the rows of the hidden sheet say.
const (
	markHandout = "配布"
	markBook    = "台帳"
	markPack    = "規程"
	markHome    = "所管"
	markBatch   = "配布の回"
	markSum     = "照合"
	markEntry   = "記録"
)

// handoutMark is what the hidden sheet says.
type handoutMark struct {
	handout   id.ID
	book      string
	home, sum string
	entries   []id.ID
}

// writeHandout writes the hidden sheet.
func writeHandout(book *sheet.Workbook, h Handout, d *Desk, given []givenRow) error {
	if err := book.Next(); err != nil {
		return err
	}
	rows := [][]string{
		{markHandout, string(h.ID)}, {markBook, d.Name}, {markPack, d.Pack}, {markHome, h.Home}, {markBatch, string(h.Batch)}, {markSum, h.Sum},
	}
	for _, g := range given {
		rows = append(rows, []string{markEntry, string(g.entry), strconv.FormatInt(g.version, 10)})
	}
	for _, row := range rows {
		if err := book.Row(row...); err != nil {
			return err
		}
	}
	return nil
}

// handedBack finds out whether a file is a workbook that was given out. One that says so and was not is refused: it would be taken in
// for somebody whom it does not belong to.
func (x *intake) handedBack(o *opened) error {
	if !slices.Contains(slices.Concat(o.file.Hidden, o.file.Sheets), handoutSheet) {
		return nil
	}
	m := &handoutMark{}
	for row, err := range o.file.Rows(handoutSheet) {
		if err != nil {
			return err
		}
		switch value := row.Cell(1); row.Cell(0) {
		case markHandout:
			m.handout = id.ID(value)
		case markBook:
			m.book = value
		case markHome:
			m.home = value
		case markSum:
			m.sum = value
		case markEntry:
			m.entries = append(m.entries, id.ID(value))
		}
	}
	if m.book != x.Name {
		return errs.New(errs.Invalid, "ほかの台帳から配布した表です。「%s」の表を選んでください。", x.Kind.Title)
	}
	list, err := readHandout(x.ctx, x.r, m.handout)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	if len(list) == 1 {
		if seen, err = x.Seeing().Seen(x.ctx, x.r, list[0].Home); err != nil {
			return err
		}
	}
	if len(list) != 1 || !seen[list[0].Home] || list[0].Home != m.home || list[0].Sum != m.sum || list[0].Register != x.Name {
		return errs.New(errs.Invalid, "この台帳から配布した表として確かめられません。配布した表に書き直すか、非表示のシート「%s」のない表で出してください。", handoutSheet)
	}
	o.mark, o.Handout = m, m.handout
	for _, e := range m.entries {
		o.given[e] = true
	}
	return nil
}

// Handing says what is given out.
type Handing struct {
	Units []id.ID
	Empty int // rows to be filled in, under the entries
	Note  string
	// Progress is told how many units are done; nil for nobody.
	Progress func(done int)
	// Written is called once the ZIP is whole, before anything is noted of it: then it can be kept. nil for nothing.
	Written func() error
	// Within is called at the end in the transaction of the act, so that what it writes is there if and only if the workbooks are
	// noted as given out; nil for nothing.
	Within func(tx *trail.Tx, batch id.ID) error
}

// GiveOut writes a ZIP of workbooks, one for each unit, with its entries, empty rows, and choices in the cells that have some. Each of
// them knows to whom it was given and what stood in it, and comes back through Preview and Import, alone or with others. It gives the
// id under which Handouts tells which of them are not back.
func (s *Service) GiveOut(ctx context.Context, by *access.Actor, regime, kind string, h Handing, w io.Writer) (batch id.ID, err error) {
	now := s.log.DB().Now()
	batch = id.New(now)
	var given []Handout
	if err := s.log.DB().View(ctx, func(r db.Reader) error {
		d, err := s.Open(ctx, r, by, regime, kind)
		if err != nil {
			return err
		}
		given, err = d.giveOut(h, batch, db.At(now), w)
		return err
	}); err != nil {
		return "", err
	}
	if h.Written != nil {
		if err := h.Written(); err != nil {
			return "", err
		}
	}
	act := trail.Act{Actor: by.Name, Name: "register.handout", Note: h.Note, Detail: map[string]any{"register": regime + "." + kind, "batch": batch, "units": len(given)}}
	return batch, s.log.Do(ctx, act, func(tx *trail.Tx) error {
		d, err := s.Open(ctx, tx, by, regime, kind)
		if err != nil {
			return err
		}
		for _, g := range given {
			if err := d.by.Among(d.Regime, d.handing()).Authorize(ctx, tx, access.LedgerWrite, g.Home); err != nil {
				return err
			}
		}
		if err := handouts.Put(ctx, tx, given...); err != nil || h.Within == nil {
			return err
		}
		return h.Within(tx, batch)
	})
}

// handing are the roles that give out workbooks: those that write in the register.
func (d *Desk) handing() []string { return slices.Concat(d.Edition.Change, d.Edition.Add) }

func (d *Desk) giveOut(h Handing, batch id.ID, at db.Time, w io.Writer) ([]Handout, error) {
	var faults errs.Faults
	may := d.by.Among(d.Regime, d.handing()).Scope(access.LedgerWrite)
	for _, unit := range h.Units {
		u, there := d.Chart.Tree.Unit(unit)
		ok := there && may.Reaches(unit)
		if there && !ok && may.Every() {
			ok = true
		}
		if !ok {
			name := u.Name
			if !may.Reaches(unit) {
				name = string(unit)
			}
			faults.Add("units", "「%s」はないか、表を配る権限の範囲の外にあります。", name)
		}
	}
	if len(h.Units) == 0 {
		faults.Add("units", "配る組織を選んでください。")
	}
	if h.Empty < 0 || h.Empty > MaxBulk {
		faults.Add("empty", "空の行は0から%dまでにしてください。", MaxBulk)
	}
	if err := faults.Err("表を配れません。"); err != nil {
		return nil, err
	}
	z := zip.NewWriter(w)
	names := d.sheetNames()
	var given []Handout
	var file bytes.Buffer
	used := map[string]bool{}
	for i, unit := range h.Units {
		u, _ := d.Chart.Tree.Unit(unit)
		g := Handout{ID: id.New(at.Time()), Register: d.Name, Batch: batch, At: at}
		g.Home = org.UnitHome(unit)
		file.Reset()
		o := bookOptions{style: StyleForm, above: []string{d.Kind.Title, u.Code + " " + u.Name + "　" + d.Today.Wareki() + "現在"}, empty: h.Empty, choices: true, handout: &g}
		if _, err := (saying{d, names, true}).book(&file, o, d.liveOf(g.Home)); err != nil {
			return nil, err
		}
		if err := addFile(z, fileName(used, u.Code, u.Name, d.Kind.Title), file.Bytes()); err != nil {
			return nil, err
		}
		given = append(given, g)
		if h.Progress != nil {
			h.Progress(i + 1)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("register: %w", err)
	}
	return given, nil
}

// liveOf gives the entries of a home that are kept up.
func (d *Desk) liveOf(home string) run {
	return func(fn func([]Entry) error) error {
		after := id.ID("")
		for {
			entries, err := d.someOfHome(d.ctx, d.r, home, after)
			if err != nil || len(entries) == 0 {
				return err
			}
			after = entries[len(entries)-1].ID
			if err := fn(d.live(entries)); err != nil {
				return err
			}
		}
	}
}

// addFile adds a file as it is: its size stands before it, so that whatever unpacks takes it.
func addFile(z *zip.Writer, name string, data []byte) error {
	size := uint64(len(data))
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(data), CompressedSize64: size, UncompressedSize64: size, Flags: 0x800})
	if err == nil {
		_, err = w.Write(data)
	}
	if err != nil {
		return fmt.Errorf("register: %w", err)
	}
	return nil
}

// fileName is a name that Windows takes and no other file has.
func fileName(used map[string]bool, parts ...string) string {
	base := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`\/:*?"<>|`, r) {
			return '_'
		}
		return r
	}, strings.Join(parts, "_"))
	name := base + ".xlsx"
	for n := 2; used[name]; n++ {
		name = fmt.Sprintf("%s(%d).xlsx", base, n)
	}
	used[name] = true
	return name
}

// Handouts are the workbooks that were given out at once, as far as the reader sees their units. One whose Returned is "" is missing.
func (s *Service) Handouts(ctx context.Context, by *access.Actor, regime, kind string, batch id.ID) (list []Handout, err error) {
	err = s.log.DB().View(ctx, func(r db.Reader) error {
		d, err := s.Open(ctx, r, by, regime, kind)
		if err == nil {
			list, err = d.Handouts(batch)
		}
		return err
	})
	return list, err
}

// Handouts are the workbooks that were given out at once, as far as the reader sees their units.
func (d *Desk) Handouts(batch id.ID) (list []Handout, err error) {
	all, err := handoutsOf(d.ctx, d.r, d.Name, batch)
	if err != nil {
		return nil, err
	}
	homes := make([]string, len(all))
	for i, h := range all {
		homes[i] = h.Home
	}
	seen, err := d.Seeing().Seen(d.ctx, d.r, homes...)
	for _, h := range all {
		if seen[h.Home] {
			list = append(list, h)
		}
	}
	return list, err
}

// returned notes which workbooks are back.
func (x *intake) returned(tx *trail.Tx) error {
	var back []Handout
	noted := map[id.ID]bool{}
	for _, f := range x.out.Files {
		if f.Handout == "" || f.Fault != "" || noted[f.Handout] {
			continue
		}
		noted[f.Handout] = true
		list, err := readHandout(x.ctx, tx, f.Handout)
		if err != nil {
			return err
		}
		for _, h := range list {
			if h.Returned == "" {
				h.Returned = string(db.At(tx.Now))
				back = append(back, h)
			}
		}
	}
	return handouts.Put(x.ctx, tx, back...)
}
