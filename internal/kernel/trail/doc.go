// Package trail is the proof, the version store and the feed (証跡): who did what and when, and the whole state of every thing
// after each act.
//
// It guarantees that what is written through it commits together with its entry, that an audited row always equals its last
// entry, that entries once numbered stand in an RFC 6962 tree whose heads are signed, and that Verify finds whatever was
// changed, removed, added or reordered behind its back; doc/trail.md says how, and what is not found.
//
// It stands lowest in the kernel, so that everything above can be audited. It does not know who may act, what a table means,
// or what people see of it beyond whether the time of publication has come.
package trail
