// Package regime reads policies as data: a pack is one edition of one policy in YAML files.
// It parses the subset of YAML, binds the slots of the common files, expands kinds that
// extend a common one, checks every reference and reports all faults at once with file, line
// and column; it compares a pack with the official text to say which clauses are not covered
// yet. A Pack that it returns is complete and consistent. It is the only package that sees
// all kinds; it knows no particular regime and keeps nothing.
package regime
