// Package signin is the doors (/signin, /place) and the own account (/account): it finds out who sends a request (Identify), leads
// people in by password, by the office's identity provider or by a named proxy, asks for a second factor where their roles need
// one, and lets them look after what is theirs: password, second factors, sessions and keys.
//
// It guarantees that nobody passes a door half way: who has a temporary password, lacks a second factor that his roles need, or
// works nowhere any more reaches the page that says what to do and nothing else; that a cookie is worthless to other sites and
// after signing out; and that a page never says whether a login exists. The rules themselves are those of kernel/account and
// kernel/access.
package signin
