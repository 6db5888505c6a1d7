package trail

import (
	"context"

	"sekimori/internal/base/db"
)

// VerifyLog is the part of Verify that reads entries, acts and tree only.
func (l *Log) VerifyLog(ctx context.Context) (Report, error) {
	var v *verifier
	err := l.db.View(ctx, func(r db.Reader) error {
		v = newVerifier(r)
		if err := v.anchors(ctx, Anchors{}); err != nil {
			return err
		}
		return v.log(ctx)
	})
	if err == nil {
		v.report.conclude()
	}
	return v.report, err
}
