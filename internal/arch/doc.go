// Package arch holds the rules of the source tree as tests: which package may import which, what a file of a given name may
// do, sizes, names and comments, which words may not stand in Go, which modules the program stands on, and that no sentence
// of a policy is in the repository.
// It guarantees that the rules are tables denying by default, that every rule has been seen to find a breach, and that
// doc/architecture.md prints the same import table that the test enforces (go test ./internal/arch -update rewrites it).
// It reads files and syntax only. It does not know types, and it never runs the program.
package arch
