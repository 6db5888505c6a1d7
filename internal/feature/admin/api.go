package admin

import (
	"context"

	"sekimori/internal/base/errs"
	"sekimori/internal/base/jpdate"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
)

// operations are what programs may ask about how the body has set things up.
func operations(s *Settings) []web.Operation {
	return []web.Operation{
		web.Query("/settings", access.PolicyRead, "標準運用値の一覧", "規程が定めていないところを団体が決裁で決める値を返します。state が proposed か outdated のものは、関守の提案です。", api{s}.settings),
	}
}

type api struct{ s *Settings }

type settingsInput struct {
	On    string `query:"on" maxLength:"30" doc:"この日の値。省くと今日"`
	Owner string `query:"owner" maxLength:"100" doc:"この規程のものだけ。関守そのものの設定は sekimori"`
	web.Paging
}

func (a api) settings(ctx context.Context, _ *access.Actor, in *settingsInput) (page web.List[SettingRow], err error) {
	day := a.s.today()
	if in.On != "" {
		if day, err = jpdate.Parse(in.On); err != nil {
			return page, web.Wrong("on", "%s", errs.Message(err))
		}
	}
	all, err := a.s.On(ctx, day)
	if err != nil {
		return page, err
	}
	rows := []SettingRow{}
	for _, x := range all {
		if in.Owner == "" || in.Owner == x.Owner {
			rows = append(rows, x.Row())
		}
	}
	return web.PageOf(in.Paging, rows, func(r SettingRow) string { return r.ID })
}
