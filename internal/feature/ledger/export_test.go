package ledger

import (
	"sekimori/internal/base/paper"
	"sekimori/internal/feature"
	"sekimori/internal/kernel/regime"
	"sekimori/internal/kernel/register"
	"sekimori/internal/kernel/trail"
)

// With is the feature with another font, and PDFs that list at most so many entries.
func With(log *trail.Log, s *register.Service, x *Sheets, offered *regime.Set, find func() (*paper.Font, error), most int) feature.Module {
	return module(pages{log, s, x, remembered(find), most}, offered)
}
