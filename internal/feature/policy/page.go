package policy

import (
	"context"
	"net/url"
	"strings"

	"sekimori/internal/feature"
	"sekimori/internal/kernel/duty"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/web"
	"sekimori/internal/web/ui"
)

// pages answers requests; it turns books into views.
type pages struct{ s *Service }

// book finds the edition that the address names.
func (p pages) book(ctx context.Context, r *web.Request) (*Book, error) {
	return p.s.adopted(ctx, r.Path("regime"))
}

// hrefs. Each part of a clause is percent-encoded and / kept (clauses.md R18).

func regimeHref(b *Book, side string) string {
	return strings.TrimSuffix("/regime/"+url.PathEscape(b.ID)+"/"+side, "/")
}

func chapterHref(b *Book, document, chapter string) string {
	return "/document/" + url.PathEscape(b.ID) + "/" + url.PathEscape(document) + "/" + url.PathEscape(chapter)
}

func clauseHref(b *Book, e Entry) string { return feature.ClauseHref(b.Pack, e.Document+":"+e.ID) }

func roleHref(b *Book, role string) string {
	return "/duties/" + url.PathEscape(b.ID) + "/" + url.PathEscape(role)
}

// clauseItem is a link to a clause under its number.
func clauseItem(b *Book, ref string) ui.Item {
	e, ok := b.Entry(ref)
	if !ok {
		return ui.Item{}
	}
	return ui.Item{Text: b.ClauseName(ref), Href: clauseHref(b, e)}
}

func kindTone(k duty.Kind) ui.Tone {
	switch k {
	case duty.MustNot:
		return ui.Warn
	case duty.Must:
		return ui.Info
	case duty.Should, duty.May:
		return ui.Neutral
	}
	return ui.Neutral
}

// dutyView is one duty as it stands beside its clause.
type dutyView struct {
	Kind   ui.Badge
	Status ui.Badge // shown only where Sekimori cannot tell yet
	Duty   string
	Who    ui.Cell
	Facts  ui.DescriptionList
}

func (b *Book) dutyView(d duty.Duty) dutyView {
	v := dutyView{
		Kind: ui.Badge{Text: d.Kind.Title(), Tone: kindTone(d.Kind)}, Duty: d.Duty,
		Status: statusBadge(d),
	}
	facts := []ui.Description{{Term: "だれが", Cell: b.whoCell(d)}}
	if lines := b.when(d); len(lines) > 0 {
		facts = append(facts, ui.Description{Term: "いつ", Cell: ui.Text(lines...)})
	}
	if s := b.shown(d); s != "" {
		cell := ui.Text(s)
		if d.Planned {
			cell = append(cell, ui.Item{Text: "この記録は関守にまだなく、守られているかを判定できません。", Quiet: true})
		}
		facts = append(facts, ui.Description{Term: "示し方", Cell: cell})
	}
	if d.Note != "" {
		facts = append(facts, ui.Description{Term: "注", Cell: ui.Text(d.Note)})
	}
	v.Facts.Items = facts
	return v
}

// statusBadge says 未対応 where the record that would show the duty does not exist yet.
func statusBadge(d duty.Duty) ui.Badge {
	if d.Planned {
		return ui.Badge{Text: "未対応", Tone: ui.Neutral}
	}
	return ui.Badge{}
}

// whoCell names the roles as links, and what is assumed and why.
func (b *Book) whoCell(d duty.Duty) ui.Cell {
	var c ui.Cell
	if d.Named != "" {
		c = append(c, ui.Item{Text: "条文の言葉: " + d.Named})
	}
	for _, id := range d.Actors() {
		r, _ := b.Role(id)
		text := r.Title
		if len(d.Who) == 0 {
			text += "（想定）"
		}
		c = append(c, ui.Item{Text: text, Href: roleHref(b, id)})
	}
	if d.Assumed != nil {
		c = append(c, ui.Item{Text: d.Assumed.Why, Quiet: true})
	}
	return c
}

// sides is the navigation between the pages of one regime.
func sides(b *Book, current string) ui.Tabs {
	t := ui.Tabs{Label: b.Title}
	for _, s := range [][2]string{{"", "概要"}, {"roles", "役割"}, {"classes", "分類"}, {"settings", "設定"}, {"kinds", "台帳と申請"}, {"defects", "原文の欠陥"}} {
		t.Links = append(t.Links, ui.Link{Text: s[1], Href: regimeHref(b, s[0]), Current: s[0] == current})
	}
	return t
}

// trail of pages above the pages of one regime.
func above(b *Book, more ...ui.Link) []ui.Link {
	return append([]ui.Link{{Text: "規程", Href: "/policy"}, {Text: b.Title, Href: regimeHref(b, "")}}, more...)
}

// howToImport tells how the official text comes in, where it has not.
func howToImport(b *Book) ui.Notice {
	if b.Text != nil {
		return ui.Notice{}
	}
	return ui.Notice{Tone: ui.Info, Title: "この版の本文はまだ取り込まれていません", Lines: []string{
		"公表された規程をUTF-8のテキストにし、次のコマンドで取り込むと、条項の横に本文が並びます（--db はこのサーバと同じもの）。",
		"sekimori policy import --db データベース --regime " + b.ID + " ファイル名",
	}}
}

func dutyCount(duties []duty.Duty) (all, unsupported int) {
	for _, d := range duties {
		if d.Planned {
			unsupported++
		}
	}
	return len(duties), unsupported
}

func documentOf(b *Book, id string) (regime.Document, bool) {
	for _, d := range b.Documents {
		if d.ID == id {
			return d, true
		}
	}
	return regime.Document{}, false
}
