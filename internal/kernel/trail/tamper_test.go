package trail_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/testkit"
)

// whose are the columns by which a finding may name a row of a table, of which one value was changed.
var whose = map[string]string{
	"made_thing": "id", "made_share": "thing/number", "trail_erasure": "id", "trail_entry": "thing", "trail_act": "id", "trail_tile": "level/number",
	"trail_checkpoint": "epoch/size", "trail_epoch": "number", "trail_thing": "thing", "made_book": "id", "made_stamp": "id",
}

// named says whether a finding names what was changed, as it was or as it is now.
func named(c testkit.Change, findings []trail.Finding) bool {
	now := map[string]any{c.Column: c.Is}
	var before, after []string
	for column := range strings.SplitSeq(whose[c.Table], "/") {
		before = append(before, fmt.Sprint(c.Row[column]))
		if value, changed := now[column]; changed {
			after = append(after, fmt.Sprint(value))
		} else {
			after = append(after, fmt.Sprint(c.Row[column]))
		}
	}
	return slices.ContainsFunc(findings, func(f trail.Finding) bool {
		if whose[c.Table] == "" { // a table of one row
			return f.Table == c.Table
		}
		was, is := strings.Join(before, "/"), strings.Join(after, "/")
		return f.Thing == was || f.Thing == is || strings.Contains(f.Reason, was)
	})
}

// TestVerifyFindsEveryChangedValue changes 300 values, one at a time, anywhere but where reason says that nothing is proven by them.
func TestVerifyFindsEveryChangedValue(t *testing.T) {
	t.Parallel()
	for _, engine := range testkit.Engines {
		t.Run(string(engine), func(t *testing.T) {
			t.Parallel()
			dsn := testkit.DSN(t, engine, world())
			l := begin(t, testkit.Open(t, dsn, world()))
			live(t, l)
			if report := verify(t, l, trail.Anchors{}); !report.OK {
				t.Fatalf("before any change: %v", report.Findings)
			}
			seed := uint64(time.Now().UnixNano())
			tamper := testkit.NewTamper(t, dsn, seed)
			tables := slices.DeleteFunc(tamper.Tables(), func(name string) bool { return name == "trail_follower" })
			touched := map[string]int{}
			for range 300 {
				c := tamper.Flip(t, tables)
				touched[c.Table]++
				report := verify(t, l, trail.Anchors{})
				if report.OK || report.FirstBad == nil || !named(c, report.Findings) {
					t.Errorf("seed %d: %v\n%v", seed, c, report.Findings)
				}
				c.Undo(t)
			}
			if report := verify(t, l, trail.Anchors{}); !report.OK {
				t.Errorf("after all is undone: %v", report.Findings)
			}
			t.Log(touched)
		})
	}
}

// TestVerifyFindsValuesOfAnotherType: SQLite holds what is not of its column's type, which compares and sorts otherwise.
func TestVerifyFindsValuesOfAnotherType(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "typed.db")
	l := begin(t, testkit.Open(t, "sqlite:"+path, world()))
	live(t, l)
	tamper := testkit.NewTamper(t, "sqlite:"+path, 1)
	type column struct {
		Table string `db:"tab"`
		Name  string `db:"name"`
	}
	var columns []column
	if err := l.DB().View(t.Context(), func(r db.Reader) (err error) {
		columns, err = db.List[column](t.Context(), r, `select m.name as tab, c.name from pragma_table_list m join pragma_table_info(m.name) c
			where m.type = 'table' and (m.name like 'trail%' or m.name like 'made%') and c.name <> 'one' and m.name || c.name <> 'trail_followername' order by 1, 2`)
		return err
	}); err != nil || len(columns) < 70 {
		t.Fatal(len(columns), err)
	}
	for _, c := range columns {
		for _, value := range []string{`cast('ab' as blob)`, `'ab'`, `2.5`} {
			tamper.Exec(t, `create table kept as select rowid as place, `+c.Name+` as value from `+c.Table+` order by rowid desc limit 1`)
			if row := tamper.Exec(t, `update `+c.Table+` set `+c.Name+` = `+value+` where rowid = (select place from kept)`); row != 1 {
				t.Fatalf("%d rows", row)
			}
			if report := verify(t, l, trail.Anchors{}); report.OK {
				t.Errorf("%s.%s = %s was not found", c.Table, c.Name, value)
			}
			tamper.Exec(t, `update `+c.Table+` set `+c.Name+` = (select value from kept) where rowid = (select place from kept)`)
			tamper.Exec(t, `drop table kept`)
		}
	}
	if report := verify(t, l, trail.Anchors{}); !report.OK {
		t.Errorf("after all is undone: %v", report.Findings)
	}
}
