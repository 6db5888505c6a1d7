package policy

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web/ui"
)

// figures tell how many duties there are, and of how many Sekimori cannot tell yet whether they are kept.
func (p pages) figures(ctx context.Context, r db.Reader, _ *access.Actor) ([]ui.Stat, error) {
	set, err := p.s.inForce(ctx, r)
	if err != nil {
		return nil, err
	}
	all, unsupported := 0, 0
	for _, pack := range set.Packs {
		some, open := dutyCount(pack.Duties)
		all, unsupported = all+some, unsupported+open
	}
	return []ui.Stat{{Number: ui.Figure(all), Unit: "件", Label: "義務", Href: "/duties", Badge: ui.Badge{Text: "うち未対応 " + ui.Figure(unsupported) + "件", Tone: ui.Neutral}}}, nil
}
