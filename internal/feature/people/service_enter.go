package people

import (
	"context"

	"sekimori/internal/base/db"
	"sekimori/internal/base/errs"
	"sekimori/internal/kernel/access"
)

// Check says everything that is wrong with a row before it is taken in (Enter), by column.
func (s *Service) Check(ctx context.Context, by *access.Actor, form Form, cells map[string]string) error {
	return s.log.DB().View(ctx, func(r db.Reader) error {
		l := lineFrom(form, "", "", cells)
		if _, err := s.plan(ctx, r, s.now(), by.Name, Upload{}, nil, []*Line{l}, alone); err != nil {
			return err
		}
		var faults errs.Faults
		for _, f := range l.faults {
			faults.Add(f.Column, "%s", f.Message)
		}
		return faults.Err("入力に誤りがあります。")
	})
}
