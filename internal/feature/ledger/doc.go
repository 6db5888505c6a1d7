// Package ledger is the registers (台帳) as people work with them: lists, entries with their history and what refers to them, forms,
// changes of many entries at once, plans by which the entries of a unit go to others (所管の引継ぎ), the yearly confirmation (棚卸),
// sheets and paper; and what a terminal of a unit (所属端末) may add. Every screen follows from the declaration of a kind: no register
// is known by name.
//
// It guarantees that a reader sees, counts, filters and downloads no entry beyond where the roles of the register let him see, that a
// form which is refused comes back with every fault at its place, that a change of many entries shows before what it does after,
// that who confirms a list or applies a plan has seen just that, that a plan moves everything in one act or nothing, and that what is
// to be read under record (要閲覧記録) is shown once, after the trail holds by whom and why. It decides nothing itself: kernel/register
// does.
package ledger
