package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"sekimori/internal/base/errs"
)

// inJapanese is what huma finds wrong with a request as an error of ours.
func inJapanese(m *huma.ErrorModel) error {
	if m.Status != http.StatusUnprocessableEntity && m.Status != http.StatusBadRequest {
		return fmt.Errorf("web: huma: %w", m)
	}
	e := &errs.Error{Kind: errs.Invalid, Message: "指定に誤りがあります。", Cause: m}
	for _, d := range m.Errors {
		_, where, _ := strings.Cut(d.Location, ".") // query.limit
		e.Fields = append(e.Fields, errs.Field{Where: where, Message: sentence(d.Message)})
	}
	slices.SortFunc(e.Fields, func(a, b errs.Field) int { return cmp.Compare(a.Where, b.Where) }) // huma finds some of them in a map
	return e
}

// sentence says a message of huma in Japanese.
func sentence(message string) string {
	for _, s := range []struct{ begins, says string }{
		{"unknown query parameter", "この名前のパラメーターはありません。"},
		{"required ", "値を指定してください。"},
		{"invalid integer", "整数で指定してください。"},
		{"invalid boolean", "true か false で指定してください。"},
		{"expected number >= ", "%s以上で指定してください。"},
		{"expected number <= ", "%s以下で指定してください。"},
		{"expected length >= ", "%s文字以上で指定してください。"},
		{"expected length <= ", "%s文字以内で指定してください。"},
		{"expected value to be one of ", "次のいずれかで指定してください: %s"},
	} {
		rest, ok := strings.CutPrefix(message, s.begins)
		switch {
		case !ok:
		case strings.Contains(s.says, "%s"):
			return fmt.Sprintf(s.says, strings.Trim(rest, `"`))
		default:
			return s.says
		}
	}
	return "この値は使えません。"
}
