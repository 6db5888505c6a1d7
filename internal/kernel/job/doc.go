// Package job runs work behind the screens: imports, notices, recomputations.
//
// It guarantees that a job is there if and only if the transaction that caused it was committed; that its effect and its end
// commit together, so that it has its effect once, whatever is killed or stalls and however many processes run (at most one of
// them holds the lease with the right number, and Finish asks for it); that a job which fails is tried again after a while,
// and after some tries, or at once when trying again is useless, stops with an error for people and is shown until somebody
// retries it.
//
// How far a job is can be seen from all processes within a second on PostgreSQL. On SQLite there is one writer, and while a
// job's own transaction writes nothing else can be: then only the process that runs it knows, and says so in List.
//
// It does not know what a job does or who may see it: a payload is an id, and what it names has a home and says who caused it.
package job
