package web_test

import (
	"context"
	"fmt"
	"io"
	"testing/fstest"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// The second part of the gallery changes things: a page with every kind of field.

type unit struct {
	web.Page
	Form   ui.Form
	Remove ui.Form
}

type newUnit struct {
	Name    string              `form:"name,required"`
	Kind    string              `form:"kind"`
	From    jpdate.Date         `form:"from,required"`
	Seats   int                 `form:"seats"`
	Regime  string              `form:"regime"`
	Work    []string            `form:"work"`
	Note    string              `form:"note"`
	Seat    map[string][]string `form:"seat*"`
	Level   string              `form:"level"`
	Place   string              `form:"place"`
	List    web.File            `form:"list"`
	Papers  []web.File          `form:"papers"`
	Sure    bool                `form:"sure,required"`
	Version int                 `form:"version"`
}

func forms() web.Part {
	return web.Part{
		Pages: fstest.MapFS{
			"page/unit.html": {Data: []byte(`{{define "main"}}<h2>課を加える</h2>{{template "form" .Form}}<h2>課をなくす</h2>{{template "form" .Remove}}{{end}}`)},
		},
		Routes: []web.Route{
			web.Get("/unit", access.PeopleRead, "unit", showUnit),
			web.Post("/unit", access.PeopleImport, "unit", showUnit, addUnit).UpTo(2 << 20),
			web.Post("/unit/remove", access.PeopleImport, "unit", showUnit, func(_ context.Context, _ *web.Request, f struct {
				Sure bool `form:"sure-to-remove,required"`
			},
			) (web.Next, error) {
				return web.Next{Href: "/unit?removed=1"}, nil
			}),
			web.Post("/unit/astray", access.PeopleImport, "unit", showUnit, func(_ context.Context, r *web.Request, _ struct{}) (web.Next, error) {
				if r.Query("to") == "" {
					return web.Next{}, errs.New(errs.Invalid, "この画面にない書式です。")
				}
				return web.Next{Href: r.Query("to")}, nil
			}),
		},
	}
}

func showUnit(_ context.Context, r *web.Request) (unit, error) {
	v := unit{Page: r.Page("課の設定", ui.Link{Text: "組織", Href: "/unit"})}
	v.Lead = "課を加え、始まる日を決めます。"
	v.Form = r.Form(ui.Form{
		Action: "/unit",
		Fields: []ui.Field{
			{Name: "name", Label: "課の名前", Help: "略さずに書きます。", Required: true, Wide: true},
			{Name: "from", Type: ui.Date, Label: "始まる日", Required: true},
			{Name: "seats", Type: ui.Number, Label: "定員", Value: "12"},
			{Name: "kind", Label: "種類", Options: []ui.Option{{Value: "section", Text: "課"}, {Value: "school", Text: "学校"}}},
			{Name: "regime", Type: ui.Radio, Label: "従う規程", Value: "city", Options: []ui.Option{{Value: "city", Text: "市の対策基準"}, {Value: "school", Text: "学校の対策基準"}}},
			{Name: "work", Type: ui.Checks, Label: "扱う情報", Help: "当てはまるものをすべて選びます。", Values: []string{"paper"}, Options: []ui.Option{{Value: "paper", Text: "紙の書類"}, {Value: "device", Text: "端末"}, {Value: "cloud", Text: "クラウド"}}},
			{Name: "note", Type: ui.Area, Label: "備考"},
			{Name: "seat", Type: ui.Grid, Label: "席", Help: "置く場所ごとに書きます。", Rows: []ui.GridRow{
				{Label: "1行目", Cells: []ui.Field{{Name: "seat.0.room", Label: "部屋", Help: "部屋、1行目", Required: true, Value: "201"}, {Name: "seat.0.how", Label: "使い方", Help: "使い方、1行目", Options: []ui.Option{{}, {Value: "own", Text: "専用"}}}}},
				{Label: "2行目", Cells: []ui.Field{{Name: "seat.1.room", Label: "部屋", Help: "部屋、2行目", Required: true}, {Name: "seat.1.how", Label: "使い方", Help: "使い方、2行目", Options: []ui.Option{{}, {Value: "own", Text: "専用"}}}}},
			}},
			{Name: "level", Type: ui.Radio, Label: "重さ", Beside: true, Value: "2", Options: []ui.Option{{Value: "1", Text: "1"}, {Value: "2", Text: "2"}}},
			{Name: "place", Label: "置き場", Suggestions: []string{"書庫", "金庫"}},
			{Name: "list", Type: ui.Upload, Label: "職員の名簿", Accept: ".csv,.xlsx", Help: "CSVかExcel、2 MBまで。"},
			{Name: "papers", Type: ui.Upload, Label: "添付する書類", Many: true},
			ui.Sure("前の課を引き継がないことを確かめました"),
			{Name: "version", Type: ui.Hidden, Value: "8"},
		},
		Buttons: ui.Buttons("加える", "/unit"),
	})
	v.Remove = r.Form(ui.Form{
		Action:  "/unit/remove",
		Fields:  []ui.Field{{Name: "sure-to-remove", Type: ui.Check, Label: "属する職員がいないことを確かめました", Required: true}},
		Buttons: ui.ButtonRow{Buttons: []ui.Button{{Text: "課をなくす", Tone: ui.Bad}, {Text: "下書きに残す", Name: "draft", Value: "1", Quiet: true}}},
	})
	return v, nil
}

func addUnit(_ context.Context, r *web.Request, f newUnit) (web.Next, error) {
	switch f.Name {
	case "重なる課":
		return web.Next{}, errs.New(errs.Conflict, "ほかの人がこの課を変えました。内容を確かめて、もう一度送ってください。")
	case "ない課":
		return web.Next{}, errs.New(errs.NotFound, "この課はありません。")
	case "悪い課":
		var faults errs.Faults
		faults.Add("name", "同じ名前の課があります。")
		faults.Add("version", "古い画面です。")
		faults.Add("3行", "列が足りません。")
		return web.Next{}, faults.Err("この課は加えられません。")
	}
	content := "なし"
	if f.List.Size > 0 {
		b, err := io.ReadAll(io.NewSectionReader(f.List, 0, f.List.Size))
		if err != nil {
			return web.Next{}, err
		}
		content = fmt.Sprintf("%s=%.9s(%d)", f.List.Name, b, len(b))
	}
	return web.Next{Href: "/unit", Said: fmt.Sprintf("%s %s %s %s %d %s %q %q 名簿:%s 添付:%d 版:%d",
		r.Actor().Name, f.Name, f.Kind, f.From.Wareki(), f.Seats, f.Regime, f.Work, f.Note, content, len(f.Papers), f.Version)}, nil
}
