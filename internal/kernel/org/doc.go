// Package org knows who is where and who may act for whom, on any day: units (組織), business systems, posts (職), people,
// assignments (発令), designations and deputies, all dated, and the roles of the regimes that follow from them.
//
// Everything is a statement: a row that says what holds from one day to another, and from which moment this may be known
// (Dated). A statement is never rewritten: what changes closes it and states anew (Replace, EndOn). So the past stays as it was,
// a secret personnel change is invisible until its hour without anything having to run then, and undoing an import is taking
// back its statements (TakeBack).
//
// It guarantees that a role's holders follow from the statements alone (Chart), that a seat without holder is reported as vacant,
// that nothing is shown before its time (View), not even that something seen will end, and that what is remembered of the
// statements is never older than them (Charts). It does not know which role exists: the regimes say so (Rules). It does not know
// files, permissions or screens.
package org
