package access

import "testing"

func TestEveryPermissionHasItsOwnTitle(t *testing.T) {
	t.Parallel()
	titles := map[string]Permission{}
	for _, p := range Permissions() {
		title := p.Title()
		if title == "" {
			t.Errorf("%s has no title", p)
		}
		if other, ok := titles[title]; ok {
			t.Errorf("%s and %s are both called %s", p, other, title)
		}
		titles[title] = p
		if !p.Known() {
			t.Errorf("%s is listed and not known", p)
		}
	}
}

func TestUnknownPermission(t *testing.T) {
	t.Parallel()
	for _, p := range []Permission{"", "policy", "policy.write"} {
		if p.Known() || p.Title() != "" {
			t.Errorf("%q is known", p)
		}
	}
}
