// Package paper sets A4 pages as PDF in BIZ UDPゴシック: headings, paragraphs, particulars, tables that flow over pages, and
// sheets of labels.
// It guarantees that nothing is dropped: a cell that is long wraps, a row that is taller than a page goes on, what the font
// lacks stands as 〓 and is named to the caller and at the end of the document; that lines break as Japanese is set (JIS X 4051:
// no 、 or 」 begins one, no 「 ends one); that text can be searched and copied; that the same content at the same time is the
// same bytes.
// Its limits: it sets some 2,000 pages of a table a second and keeps every page, some 3 kB, until Write; 1,700 pages with their
// rows take 80 MB. A file begins at 100 kB, which are the font's.
// It does not know what it prints, nor who may see it.
package paper
