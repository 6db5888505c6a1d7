package web

import (
	"embed"
	"fmt"
	"html/template"
	"io/fs"

	"sekimori/internal/web/ui"
)

//go:embed page/*.html
var pages embed.FS

// Parse gives the templates of one page with its layout and the components: what tests check
// against the view type of the route.
func (p Part) Parse(page string) (*template.Template, error) {
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	base, err := parseBase(assets)
	if err != nil {
		return nil, err
	}
	return parsePage(base, p.Pages, page)
}

// parseBase gives the components and the layout, which every page shares.
func parseBase(a assets) (*template.Template, error) {
	t, err := ui.Add(template.New("base").Funcs(template.FuncMap{"static": a.url}))
	if err != nil {
		return nil, err
	}
	if t, err = t.ParseFS(pages, "page/layout.html"); err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	return t, nil
}

// parsePage adds the file of one page, which defines "main", the content of the page, and
// "#id" for each element that can be replaced on its own; and the files part_*.html beside
// it, which hold what several pages of a feature share.
func parsePage(base *template.Template, files fs.FS, page string) (*template.Template, error) {
	t, err := base.Clone()
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "page/part_*.html")
	if err != nil {
		return nil, err
	}
	if t, err = t.ParseFS(files, append(names, "page/"+page+".html")...); err != nil {
		return nil, err
	}
	if t.Lookup("main") == nil {
		return nil, fmt.Errorf("page/%s.html does not define main", page)
	}
	return t, nil
}
