// Package file keeps the bytes of files (attachments, official texts, imported lists) in a folder, each under the SHA-256 of
// its content: STORE/files/ab/abcdef….
//
// It guarantees that a file which Put has acknowledged is whole and on the disk, so that a transaction may refer to it from
// then on; that the same content is kept once; that a Put which was killed leaves nothing that can be opened; and that who
// reads to the end gets the bytes that were put, or an error.
//
// It does not know what a file means, what it is called, who may see it, or whether anything refers to it. A transaction that
// fails leaves its files behind; they do no harm and are put again at the next try.
package file
