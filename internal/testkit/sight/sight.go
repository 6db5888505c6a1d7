// Package sight shows the program's pages as one actor sees them, whoever asks: for tests and measurements that look at pages and not
// at the doors. It guarantees that the pages are those of the program; it does not know how somebody comes in.
package sight

import (
	"log/slog"
	"net/http"

	"sekimori/internal/app"
	"sekimori/internal/kernel/access"
	"sekimori/internal/web"
)

// As is the site of みなと市 without its doors.
func As(a *app.App, actor *access.Actor) (http.Handler, error) {
	c := web.Config{
		Product: "関守", Body: "みなと市", Log: slog.Default(), Ready: a.DB.Check,
		Identify: func(*http.Request) (*access.Actor, error) { return actor, nil },
	}
	for _, m := range a.Modules() {
		c.Menu = append(c.Menu, m.Menu...)
		c.Parts = append(c.Parts, m.Part)
	}
	return web.New(c)
}
