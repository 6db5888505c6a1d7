package trailview

import (
	"context"
	"fmt"
	"strconv"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/base/id"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web"
)

// operations are what programs may ask about the trail.
func operations(p pages) []web.Operation {
	read, a := access.TrailRead, api{p}
	return []web.Operation{
		web.Query("/trail/acts", read, "したことの一覧", "だれがいつ何をしたかを、新しい順に返します。見てよい範囲のものだけです。", a.acts),
		web.Query("/trail/acts/{act}", read, "一つの操作が残した記録", "一つの操作が残した記録のうち見てよいものを、番号の大きい順に返します。番号が付いたものだけです。", a.act),
		web.Query("/trail/things/{kind}/{thing}", read, "一つのものの履歴", "一つのものの版を、新しい順に、前の版からの変更とともに返します。", a.thing),
		web.Query("/trail/checkpoint", read, "署名付きの控え", "最後に署名した控え（チェックポイント）を返します。団体全体の証跡を見る人のものです。別の場所に保管し、あとで検証に使います。", a.checkpoint).OrNothing(),
		web.Query("/trail/receipts/{kind}/{thing}", read, "受領証", "一つの版が証跡のどこにあるかを示す受領証を返します。trail verify --receipt で確かめられます。", a.receipt),
	}
}

type api struct{ p pages }

// actRow is one act.
type actRow struct {
	ID        string    `json:"id" doc:"操作の識別子"`
	At        db.Time   `json:"at" doc:"日時（UTC）"`
	Actor     string    `json:"actor" doc:"だれが"`
	Authority string    `json:"authority" doc:"どの役割で。なければ空"`
	Name      string    `json:"name" doc:"したことの識別子"`
	Title     string    `json:"title" doc:"したこと"`
	Entries   int64     `json:"entries" doc:"残した記録のうち、見てよいものの数。1,000まで数える"`
	More      bool      `json:"more" doc:"entries より多い"`
	Thing     *thingRow `json:"thing" doc:"記録が一つのとき、何についてか。ほかは null"`
}

// thingRow is what an entry is about.
type thingRow struct {
	Kind  string `json:"kind" doc:"種類"`
	Thing string `json:"thing" doc:"識別子"`
	Label string `json:"label" doc:"呼び名"`
}

type actsInput struct {
	Name  string `query:"act" maxLength:"100" doc:"したことの識別子"`
	Actor string `query:"actor" maxLength:"200" doc:"だれが。証跡に残る名前か、職員番号か氏名"`
	From  string `query:"from" maxLength:"30" doc:"この日から"`
	To    string `query:"to" maxLength:"30" doc:"この日まで"`
	web.Paging
}

func (a api) acts(ctx context.Context, by *access.Actor, in *actsInput) (page web.List[actRow], err error) {
	q := trail.Query{Name: in.Name, Limit: in.Limit}
	if q.From, q.To, err = days(in.From, in.To); err != nil {
		return page, err
	}
	err = a.read(ctx, by, func(r db.Reader, seen trail.Seen) error {
		if q.Actors, err = a.p.actors(ctx, r, in.Actor); err != nil {
			return err
		}
		deeds, next, err := a.p.s.log.Acts(ctx, r, q, id.ID(in.After), seen)
		if err != nil {
			return err
		}
		names, err := namesIn(ctx, a, r, seen, deeds, func(d trail.Deed) string { return d.Public })
		if err != nil {
			return err
		}
		page = web.Each(web.List[trail.Deed]{Items: deeds}, func(d trail.Deed) actRow {
			row := actRow{ID: string(d.ID), At: d.At, Actor: d.Actor, Authority: d.Authority, Name: d.Name, Title: a.p.words.act(d.Name), Entries: d.Entries, More: d.Many}
			if d.Entries == 1 {
				row.Thing = &thingRow{d.Kind, d.Thing, a.p.words.label(d.Kind, d.Thing, d.Public, d.Personal, names)}
			}
			return row
		})
		if next != "" {
			page.Next = new(string(next))
		}
		return nil
	})
	return page, err
}

// entryRow is one entry of an act.
type entryRow struct {
	Number  int64    `json:"number" doc:"証跡での番号"`
	At      db.Time  `json:"at" doc:"日時（UTC）"`
	Actor   string   `json:"actor" doc:"だれが"`
	Name    string   `json:"name" doc:"したことの識別子"`
	Title   string   `json:"title" doc:"したこと"`
	Thing   thingRow `json:"thing" doc:"何についてか"`
	Version int64    `json:"version" doc:"そのものの何番目の版か"`
	Gone    bool     `json:"gone" doc:"この版で取り消された"`
}

type actInput struct {
	Act string `path:"act" maxLength:"100" doc:"操作の識別子"`
	web.Paging
}

func (a api) act(ctx context.Context, by *access.Actor, in *actInput) (page web.List[entryRow], err error) {
	q := trail.Query{Act: id.ID(in.Act), Limit: in.Limit}
	if q.After, err = number("after", in.After); err != nil {
		return page, err
	}
	err = a.read(ctx, by, func(r db.Reader, seen trail.Seen) error {
		list, next, err := a.p.s.log.Search(ctx, r, q, seen)
		if err != nil {
			return err
		}
		if len(list) == 0 && in.After == "" {
			return errs.New(errs.NotFound, "この記録はないか、まだ番号が付いていません。")
		}
		names, err := namesIn(ctx, a, r, seen, list, func(e trail.Entry) string { return e.Public })
		page = web.Each(web.List[trail.Entry]{Items: list}, func(e trail.Entry) entryRow {
			return entryRow{
				*e.Seq, e.At, e.Actor, e.Name, a.p.words.act(e.Name),
				thingRow{e.Kind, e.Thing, a.p.words.label(e.Kind, e.Thing, e.Public, e.Personal, names)},
				e.Version, e.Gone,
			}
		})
		if next > 0 {
			page.Next = new(strconv.FormatInt(next, 10))
		}
		return err
	})
	return page, err
}

// versionRow is one state of a thing.
type versionRow struct {
	Version int64       `json:"version" doc:"何番目の版か"`
	Number  *int64      `json:"number" doc:"証跡での番号。待っているあいだは null"`
	Act     string      `json:"act" doc:"操作の識別子"`
	At      db.Time     `json:"at" doc:"日時（UTC）"`
	Actor   string      `json:"actor" doc:"だれが"`
	Name    string      `json:"name" doc:"したことの識別子"`
	Title   string      `json:"title" doc:"したこと"`
	Gone    bool        `json:"gone" doc:"この版で取り消された"`
	Erased  bool        `json:"erased" doc:"個人情報は消去された"`
	Changes []changeRow `json:"changes" doc:"前の版から変わった項目"`
}

// changeRow is one column with another value.
type changeRow struct {
	Column string `json:"column" doc:"項目の識別子"`
	Title  string `json:"title" doc:"項目"`
	Before string `json:"before" doc:"前の値を言葉で"`
	After  string `json:"after" doc:"後の値を言葉で"`
}

type thingInput struct {
	Kind  string `path:"kind" maxLength:"100" doc:"種類（unit、person など）"`
	Thing string `path:"thing" maxLength:"500" doc:"識別子。/ は %2F と書く"`
	web.Paging
}

func (a api) thing(ctx context.Context, by *access.Actor, in *thingInput) (page web.List[versionRow], err error) {
	before, err := number("after", in.After)
	if err != nil {
		return page, err
	}
	err = a.read(ctx, by, func(r db.Reader, seen trail.Seen) error {
		versions, err := a.p.s.log.History(ctx, r, in.Kind, in.Thing, before, in.Limit, seen)
		if err != nil {
			return err
		}
		if len(versions) == 0 && in.After == "" {
			return noSuchThing()
		}
		names, err := namesIn(ctx, a, r, seen, versions, func(x trail.Version) string { return x.Public })
		page = web.Each(web.List[trail.Version]{Items: versions}, func(x trail.Version) versionRow { return a.p.words.version(x, names) })
		if len(versions) == in.Limit && versions[len(versions)-1].Version > 1 {
			page.Next = new(strconv.FormatInt(versions[len(versions)-1].Version, 10))
		}
		return err
	})
	return page, err
}

// version is a state of a thing as the API gives it. A column without a word is not for people.
func (d dictionary) version(x trail.Version, names map[string]string) versionRow {
	row := versionRow{x.Version, x.Seq, string(x.Act), x.At, x.Actor, x.Name, d.act(x.Name), x.Gone, x.PersonalErased, []changeRow{}}
	for _, c := range x.Changes {
		change := changeRow{c.Column, d.column(x.Kind, c.Column), d.value(x.Kind, c.Column, c.Old, names), d.value(x.Kind, c.Column, c.New, names)}
		if change.Title != "" && change.Before != change.After {
			row.Changes = append(row.Changes, change)
		}
	}
	return row
}

// checkpointRow is a signed head.
type checkpointRow struct {
	Epoch int64   `json:"epoch" doc:"期"`
	Size  int64   `json:"size" doc:"何件までに署名したか"`
	At    db.Time `json:"at" doc:"署名した日時（UTC）"`
	Note  string  `json:"note" doc:"控えの本文（C2SP signed note）。このまま保管する"`
}

func (a api) checkpoint(ctx context.Context, by *access.Actor, _ *struct{}) (checkpointRow, error) {
	if err := a.p.s.log.DB().View(ctx, func(r db.Reader) error { return mayBody(ctx, r, by) }); err != nil {
		return checkpointRow{}, err
	}
	status, err := a.p.s.log.Status(ctx)
	if err != nil {
		return checkpointRow{}, err
	}
	c := status.Checkpoint
	if c.Size == 0 {
		return checkpointRow{}, errs.New(errs.NotFound, "署名された控えはまだありません。")
	}
	return checkpointRow{c.Epoch, c.Size, c.At, c.Note}, nil
}

// receiptRow says where an entry stands in the tree.
type receiptRow struct {
	Store   string `json:"store" doc:"証跡の識別子"`
	Epoch   int64  `json:"epoch" doc:"期"`
	Size    int64  `json:"size" doc:"木の件数"`
	Root    string `json:"root" doc:"木の根のハッシュ"`
	Index   int64  `json:"index" doc:"証跡での番号"`
	Leaf    string `json:"leaf" doc:"記録のハッシュ"`
	Version int64  `json:"version" doc:"何番目の版のものか"`
	Text    string `json:"text" doc:"印刷するときの形。trail verify --receipt が読む"`
}

type receiptInput struct {
	Kind    string `path:"kind" maxLength:"100" doc:"種類（unit、person など）"`
	Thing   string `path:"thing" maxLength:"500" doc:"識別子。/ は %2F と書く"`
	Version int64  `query:"version" minimum:"1" maximum:"1000000000" doc:"何番目の版か。省くと、見てよい最新の版"`
}

func (a api) receipt(ctx context.Context, by *access.Actor, in *receiptInput) (row receiptRow, err error) {
	err = a.read(ctx, by, func(r db.Reader, seen trail.Seen) error {
		before := in.Version
		if before > 0 {
			before++
		}
		newest, err := a.p.s.log.History(ctx, r, in.Kind, in.Thing, before, 1, seen)
		if err != nil {
			return err
		}
		if len(newest) == 0 || in.Version > 0 && newest[0].Version != in.Version {
			return noSuchThing()
		}
		x, err := a.p.s.log.Receipt(ctx, r, in.Kind, in.Thing, newest[0].Version)
		row = receiptRow{x.Store, x.Epoch, x.Size, fmt.Sprintf("%x", x.Root[:]), x.Index, fmt.Sprintf("%x", x.Leaf[:]), newest[0].Version, x.String()}
		return err
	})
	return row, err
}

// read lets fn read what somebody may see.
func (a api) read(ctx context.Context, by *access.Actor, fn func(r db.Reader, seen trail.Seen) error) error {
	return a.p.s.log.DB().View(ctx, func(r db.Reader) error {
		seen, err := a.p.seen(ctx, r, by)
		if err != nil {
			return err
		}
		return fn(r, seen)
	})
}

// namesIn gives what is called by the ids in the states of a list.
func namesIn[T any](ctx context.Context, a api, r db.Reader, seen trail.Seen, list []T, state func(T) string) (map[string]string, error) {
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = state(x)
	}
	return a.p.words.Names(ctx, r, seen.Now, ids(texts...))
}

// days reads the first and the last day of a period.
func days(first, last string) (from, to db.Time, err error) {
	read := func(where, typed string, more int) (db.Time, error) {
		if typed == "" {
			return "", nil
		}
		day, err := jpdate.Parse(typed)
		if err != nil {
			return "", web.Wrong(where, "%s", errs.Message(err))
		}
		return db.At(day.AddDays(more).Start()), nil
	}
	if from, err = read("from", first, 0); err == nil {
		to, err = read("to", last, 1)
	}
	return from, to, err
}

// number reads a number by which a list goes on, 0 for its beginning.
func number(where, typed string) (int64, error) {
	if typed == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(typed, 10, 64)
	if err != nil || n < 1 {
		return 0, web.Wrong(where, "この続きはありません。最初からやり直してください。")
	}
	return n, nil
}

func noSuchThing() error { return errs.New(errs.NotFound, "この記録はありません。") }
