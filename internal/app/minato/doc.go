// Package minato makes みなと市, a harbour city that does not exist, for the demo and for measuring: its organisation, people and
// next year's personnel change as the files that an office would hand in, and the town itself from these files through the
// services.
//
// It guarantees that the same size and fiscal year give the same bytes on every machine, that nobody and no place of it is real,
// that every role of the shipped packs has a holder there but for one seat, and that next year's files hold as many faulty rows
// and leave as many seats empty as they are said to.
// It does not know how a file is read or a row is stored.
package minato
