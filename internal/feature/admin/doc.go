// Package admin is the screens of those who run Sekimori for the body: what the body has decided about its settings (標準運用値),
// and what goes on behind the other screens.
//
// It guarantees that a value of a setting is never shown as decided that is only proposed, and that whoever made a draft does not
// decide it. It does not know what a setting is used for.
package admin
