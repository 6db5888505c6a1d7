package paper

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"unicode/utf16"
)

// Sizes in a file of TrueType, in bytes.
const (
	sfntHeader = 12
	sfntEntry  = 16 // tag, checksum, offset from the beginning of the file, length
)

// single takes the proportional font out of a collection, in which Windows has it together with the one of fixed width. What
// is no collection is given back.
func single(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte("ttcf")) {
		return data, nil
	}
	for i := range min(number(data, 8), 64) {
		directory := directoryAt(data, number(data, 12+4*i))
		if !bytes.Contains(table(data, directory, "name"), utf16be("BIZ UDPGothic")) {
			continue
		}
		for at := sfntHeader; at < len(directory); at += sfntEntry {
			if number(directory, at+8) < len(directory) {
				return nil, errors.New("a table of the collection stands before its end")
			}
		}
		// All offsets count from the beginning of the file, so with its directory in front the font is one by itself.
		return slices.Concat(directory, data[len(directory):]), nil
	}
	return nil, errors.New("the collection holds no BIZ UDPGothic")
}

// directoryAt is the header of a font and its list of tables; nil where the file ends before.
func directoryAt(data []byte, at int) []byte {
	if at+sfntHeader > len(data) {
		return nil
	}
	size := sfntHeader + sfntEntry*int(binary.BigEndian.Uint16(data[at+4:]))
	if at+size > len(data) {
		return nil
	}
	return data[at : at+size]
}

func table(data, directory []byte, tag string) []byte {
	for at := sfntHeader; at < len(directory); at += sfntEntry {
		from, size := number(directory, at+8), number(directory, at+12)
		if string(directory[at:at+4]) == tag && from+size <= len(data) {
			return data[from : from+size]
		}
	}
	return nil
}

// number reads 32 bits; past the end it is beyond any offset.
func number(data []byte, at int) int {
	if at+4 > len(data) {
		return len(data)
	}
	return int(binary.BigEndian.Uint32(data[at:]))
}

func utf16be(s string) []byte {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = binary.BigEndian.AppendUint16(b, unit)
	}
	return b
}
