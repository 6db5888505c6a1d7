package trail

import (
	"context"
	"slices"
	"strings"

	"sekimori/internal/base/db"
	"sekimori/internal/base/id"
)

// cells takes a row apart. The first column that holds what is not of its type leaves its name in bad.
type cells struct {
	row     []any
	columns []string
	bad     string
}

func (c *cells) miss(i int, ok bool) {
	if !ok && c.bad == "" {
		c.bad = c.columns[i]
	}
}

func (c *cells) text(i int) string {
	s, ok := c.row[i].(string)
	c.miss(i, ok)
	return s
}

func (c *cells) int(i int) int64 {
	n, ok := c.row[i].(int64)
	c.miss(i, ok)
	return n
}

// truth is true or false; on SQLite 1 or 0.
func (c *cells) truth(i int) bool {
	switch x := c.row[i].(type) {
	case bool:
		return x
	case int64:
		c.miss(i, x == 0 || x == 1)
		return x != 0
	}
	c.miss(i, false)
	return false
}

var (
	storedColumns     = strings.Fields("act position seq kind thing version home gone public public_salt public_hash personal personal_salt personal_hash")
	actColumns        = strings.Fields("id at actor authority name seal opens detail note note_salt note_hash")
	headColumns       = strings.Fields("size epoch root")
	epochColumns      = strings.Fields("number size public_key")
	checkpointColumns = strings.Fields("epoch size root at note")
	lastColumns       = strings.Fields("seq home gone public personal")
)

func selectOf(columns []string, from string) string {
	return `select ` + strings.Join(columns, ", ") + ` from ` + from
}

// rawRows reads all rows of a query as they are stored.
func rawRows(ctx context.Context, r db.Reader, query string, args ...any) (list [][]any, err error) {
	err = db.Raw(ctx, r, query, args, func(row []any) error {
		list = append(list, slices.Clone(row))
		return nil
	})
	return list, err
}

// storedEntries reads entries, and with the first entry of each act the act.
func storedEntries(ctx context.Context, r db.Reader, condition string, args ...any) (list []readEntry, err error) {
	query := `select e.` + strings.Join(storedColumns, `, e.`) + `, a.` + strings.Join(actColumns, `, a.`) + `
		from trail_entry e left join trail_act a on a.id = case when e.position = 0 then e.act end where ` + condition
	err = db.Raw(ctx, r, query, args, func(row []any) error {
		c := cells{row: row, columns: storedColumns}
		e := readEntry{entryRow: entryRow{
			Act: id.ID(c.text(0)), Position: c.int(1), Kind: c.text(3), Thing: c.text(4), Version: c.int(5), Home: c.text(6), Gone: c.truth(7),
			Public: c.text(8), PublicSalt: c.text(9), PublicHash: c.text(10), Personal: c.text(11), PersonalSalt: c.text(12), PersonalHash: c.text(13),
		}}
		if row[2] != nil {
			if n := c.int(2); c.bad != "seq" {
				e.Seq = &n
			}
		}
		e.bad = c.bad
		if row[len(storedColumns)] != nil {
			e.act = actFrom(row[len(storedColumns):])
		}
		list = append(list, e)
		return nil
	})
	return list, err
}

func numberedFrom(ctx context.Context, r db.Reader, from int64, limit int) ([]readEntry, error) {
	return storedEntries(ctx, r, `e.seq >= $1 order by e.seq limit $2`, from, limit)
}

func pendingAfter(ctx context.Context, r db.Reader, act id.ID, position int64, limit int) ([]readEntry, error) {
	return storedEntries(ctx, r, `e.seq is null and (e.act, e.position) > ($1, $2) order by e.act, e.position limit $3`, act, position, limit)
}

// readAct is an act as it was read; bad names a column that holds what is not of its type.
type readAct struct {
	actRow
	bad string
}

func actFrom(row []any) *readAct {
	c := cells{row: row, columns: actColumns}
	a := &readAct{actRow: actRow{
		ID: id.ID(c.text(0)), At: db.Time(c.text(1)), Actor: c.text(2), Authority: c.text(3), Name: c.text(4), Seal: c.text(5), Opens: c.text(6),
		Detail: c.text(7), Note: c.text(8), NoteSalt: c.text(9), NoteHash: c.text(10),
	}}
	a.bad = c.bad
	return a
}

// storedAct reads an act, nil if it is not there.
func storedAct(ctx context.Context, r db.Reader, act id.ID) (a *readAct, err error) {
	err = db.Raw(ctx, r, selectOf(actColumns, `trail_act where id = $1`), []any{act}, func(row []any) error {
		a = actFrom(row)
		return nil
	})
	return a, err
}

func rawHead(ctx context.Context, r db.Reader) ([][]any, error) {
	return rawRows(ctx, r, selectOf(headColumns, `trail_head`))
}

func rawEpochs(ctx context.Context, r db.Reader) ([][]any, error) {
	return rawRows(ctx, r, selectOf(epochColumns, `trail_epoch order by number`))
}

// rawCheckpoints reads those after one by size and epoch.
func rawCheckpoints(ctx context.Context, r db.Reader, last [2]int64, limit int) ([][]any, error) {
	return rawRows(ctx, r, selectOf(checkpointColumns, `trail_checkpoint where (size, epoch) > ($1, $2) order by size, epoch limit $3`), last[0], last[1], limit)
}

// storedTile gives the hashes of a tile, nil if it is not there or holds no bytes.
func storedTile(ctx context.Context, r db.Reader, level, number int64) (hashes []byte, err error) {
	err = db.Raw(ctx, r, `select hashes from trail_tile where level = $1 and number = $2`, []any{level, number}, func(row []any) error {
		hashes, _ = row[0].([]byte)
		return nil
	})
	return hashes, err
}

// tileWidths gives the number of bytes of each tile, -1 where it or its key is none.
func tileWidths(ctx context.Context, r db.Reader, fn func(level, number, width int64)) error {
	return db.Raw(ctx, r, `select level, number, length(hashes) from trail_tile order by level, number`, nil, func(row []any) error {
		c := cells{row: row, columns: []string{"level", "number", "hashes"}}
		level, number, width := c.int(0), c.int(1), c.int(2)
		if c.bad != "" {
			width = -1
		}
		fn(level, number, width)
		return nil
	})
}

// erasedThrough is up to which version the parts of things were erased, by kind, thing and part.
func erasedThrough(ctx context.Context, r db.Reader, things []string) (map[[3]string]int64, error) {
	var args []any
	through := map[[3]string]int64{}
	err := db.Raw(ctx, r, `select kind, thing, part, through from trail_erasure where thing in `+db.In(&args, things), args, func(row []any) error {
		c := cells{row: row, columns: strings.Fields("kind thing part through")}
		key := [3]string{c.text(0), c.text(1), c.text(2)}
		if key[2] == PartWhole { // which takes the personal part along
			key[2] = PartPersonal
		}
		if n := c.int(3); c.bad == "" {
			through[key] = max(through[key], n)
		}
		return nil
	})
	return through, err
}

// withEntries reads each row of the table with the entry of its version, and then its keys.
func (t Table[T]) withEntries(ctx context.Context, r db.Reader, fn func(row []any) error) error {
	keys := ``
	for _, key := range t.sorts {
		keys += `, r.` + key
	}
	return db.Raw(ctx, r, `select r.`+strings.Join(t.names(), `, r.`)+`, e.`+strings.Join(lastColumns, `, e.`)+keys+`
		from `+t.name+` r left join trail_entry e on e.kind = $1 and e.thing = `+t.thingColumn("r.")+` and e.version = r.version`, []any{t.kind}, fn)
}

// outdated reads things of which the row is of an earlier version than the last entry.
func (t Table[T]) outdated(ctx context.Context, r db.Reader) ([]string, error) {
	return db.List[string](ctx, r, `select e.thing from trail_entry e join `+t.name+` r on e.thing = `+t.thingColumn("r.")+` and e.version = r.version + 1
		where e.kind = $1 order by e.thing limit 100`, t.kind)
}

// thingColumn is the key of a row as entries name it.
func (t Table[T]) thingColumn(alias string) string {
	keys := t.keyColumns()
	if len(keys) == 1 && keys[0].text {
		return alias + keys[0].name
	}
	parts := make([]string, len(keys))
	for i, c := range keys {
		parts[i] = `cast(` + alias + c.name + ` as text)`
	}
	return strings.Join(parts, ` || '/' || `)
}

// rowless reads things whose last entry says that they are there, and that have no row.
func (t Table[T]) rowless(ctx context.Context, r db.Reader) ([]string, error) {
	return db.List[string](ctx, r, `select thing from trail_entry e where kind = $1 and not gone
			and not exists (select 1 from trail_entry n where n.kind = e.kind and n.thing = e.thing and n.version = e.version + 1)
		except select `+t.thingColumn(``)+` from `+t.name+` order by 1 limit 100`, t.kind)
}

// oddity is a query for what must not be: kind, thing, version and number of each.
type oddity struct{ query, table, column, reason string }

var oddities = []oddity{
	{`select 'act', a.id, 0, -1 from trail_act a where not exists (select 1 from trail_entry e where e.act = a.id) limit 100`, "trail_act", "id", "この操作の記録が1件もありません"},
	{`select 'act', act, 0, -1 from trail_entry group by act having min(position) <> 0 or max(position) <> count(*) - 1 limit 100`, "trail_entry", "position", "この操作の記録が欠けているか、増えています"},
	{`select kind, thing, max(version), -1 from trail_entry group by kind, thing having min(version) <> 1 or max(version) <> count(*) limit 100`, "trail_entry", "version", "版が第1版から続いていません"},
	// No or: SQLite would look through a whole kind for each side of it, when the figures of an analyze say that few entries have a
	// number. A cross join, since SQLite begins that with n: from e it would meet all later versions, and keep one.
	{`select n.kind, n.thing, n.version, coalesce(n.seq, -1) from trail_entry n cross join trail_entry e
		where n.version > 1 and e.kind = n.kind and e.thing = n.thing and e.version = n.version - 1 and coalesce(n.seq, 9223372036854775807) < coalesce(e.seq, 9223372036854775807) limit 100`, "trail_entry", "seq", "前の版より小さい番号が付いています"},
	{`select e.kind, e.thing, e.version, coalesce(e.seq, -1) from trail_erasure x join trail_entry e on e.kind = x.kind and e.thing = x.thing and e.version <= x.through
		where x.part in ('personal', 'whole') and e.personal <> '' limit 100`, "trail_entry", "personal", "消去したはずの個人の部分が残っています"},
	{`select 'act', a.id, 0, -1 from trail_erasure x join trail_act a on a.id = x.thing where x.part = 'note' and a.note <> '' limit 100`, "trail_act", "note", "消去したはずの覚え書きが残っています"},
}

// derived are oddities of what followers have made.
var derived = []oddity{
	{`select t.kind, t.thing, t.version, t.seq from trail_thing t left join trail_entry e on e.kind = t.kind and e.thing = t.thing and e.version = t.version left join trail_act a on a.id = e.act
		where e.act is null or a.id is null or e.home <> t.home or e.gone <> t.gone or e.seq is distinct from t.seq or a.at <> t.at limit 100`, "trail_thing", "", "記録と違います"},
	{`select n.kind, n.thing, n.version, n.seq from trail_entry n join trail_thing t on t.kind = n.kind and t.thing = n.thing
		where n.version > 1 and t.version < n.version and n.seq < (select position from trail_follower where name = 'things') limit 100`, "trail_thing", "version", "この版が写されていません"},
	{`select 'follower', name, 0, -1 from trail_follower where position < 0 or position > (select size from trail_head) or position <> cast(position as bigint) limit 100`, "trail_follower", "position", "木にない所まで読んだとあります"},
}

// missingThings are those that the follower has met and not kept.
var missingThings = oddity{`select e.kind, e.thing, e.version, e.seq from trail_entry e left join trail_thing t on t.kind = e.kind and t.thing = e.thing
	where e.version = 1 and e.seq < (select position from trail_follower where name = 'things') and t.version is null limit 100`, "trail_thing", "thing", "このものが写されていません"}

// thingsKept counts the things that the follower keeps, and tells how far it has come.
func thingsKept(ctx context.Context, r db.Reader) (n, position int64, err error) {
	err = db.Raw(ctx, r, `select count(*), (select position from trail_follower where name = 'things') from trail_thing`, nil, func(row []any) error {
		n, _ = row[0].(int64)
		position, _ = row[1].(int64) // 0 where there is none
		return nil
	})
	return n, position, err
}

func rawStores(ctx context.Context, r db.Reader) ([][]any, error) {
	return rawRows(ctx, r, `select id from trail_store`)
}

func (o oddity) each(ctx context.Context, r db.Reader, fn func(kind, thing string, version, index int64)) error {
	return db.Raw(ctx, r, o.query, nil, func(row []any) error {
		c := cells{row: row, columns: strings.Fields("kind thing version seq")}
		fn(c.text(0), c.text(1), c.int(2), c.int(3))
		return nil
	})
}
