// Package account knows who may come in and who is in: accounts of people and places, their passwords, second factors, terminals
// and keys, and sessions.
//
// It guarantees that no secret can be read from the database or the trail but those that must be computed with; that what is
// guessed slows down who guesses and never shuts out the owner; that every rise of rights gives a new token; that whatever ends a
// session or an account holds at the next request in every process; and that no account outlives its person's last assignment
// but for a grace in which it can do nothing.
//
// It does not know what an account may do or see (that follows from its person's roles: kernel/access), nor cookies and pages.
//
// A state of its own has only the account: active, suspended and closed. Closed accounts are kept, and open again by a new
// invitation, because a person has one account.
package account
