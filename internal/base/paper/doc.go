// Package paper sets A4 pages as PDF in BIZ UDPゴシック: headings, paragraphs, particulars, tables that flow over pages, and
// sheets of labels.
// It guarantees that nothing is dropped: a cell that is long wraps, a row that is taller than a page goes on, what the font
// lacks stands as 〓 and is named to the caller and at the end of the document; that lines break as Japanese is set (JIS X 4051:
// no 、 or 」 begins one, no 「 ends one); that text can be searched and copied; that the same content at the same time is the
// same bytes.
// Its limit is memory: a Document keeps every page until Write, some 120 kB for a full page of a table; 1,700 such pages take
// 200 MB and some seconds. Whoever prints more, prints more documents.
// It does not know what it prints, nor who may see it.
package paper
