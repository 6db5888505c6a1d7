package trailview

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/kernel/trail"
	"sekimori/internal/web/ui"
)

// figures tell how long ago the trail was verified, and whether all of it was as it was written.
func (p pages) figures(ctx context.Context, r db.Reader, actor *access.Actor) ([]ui.Stat, error) {
	if seen, err := actor.Scope(access.TrailRead).Has(ctx, r, trail.Body); err != nil || !seen {
		return nil, err
	}
	last, err := lastChecks(ctx, r, 1)
	if err != nil {
		return nil, err
	}
	s := ui.Stat{Number: "未", Label: "証跡の検証", Href: "/trail/state", Badge: ui.Badge{Text: "まだ検証していません", Tone: ui.Warn}}
	if len(last) > 0 {
		today := jpdate.Today(p.s.log.DB().Now())
		s.Number, s.Unit = ui.Figure(today.Sub(jpdate.Today(last[0].At.Time()))), "日前"
		s.Badge = ui.Badge{Text: "異常なし", Tone: ui.Good}
		if !last[0].OK {
			s.Badge = ui.Badge{Text: "異常あり", Tone: ui.Bad}
		}
	}
	return []ui.Stat{s}, nil
}
