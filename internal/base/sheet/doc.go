// Package sheet reads and writes tables as CSV (UTF-8 with or without a mark, CP932) and Excel (.xlsx).
// It guarantees that a cell arrives as it is stored: 髙 﨑 ① 𠮷, variation selectors, leading zeros, full width and inner
// spaces stay, nothing is repaired and nothing dropped in silence; that formulas are never evaluated; that every fault is
// errs.Invalid and names the cell as the person sees it in Excel or an editor; that memory does not grow with the number of
// rows, except for Excel's table of shared strings; that what Writer takes, Open gives back unchanged, in Shift_JIS as far
// as its characters go.
// It does not know what the columns mean, and never looks at a file's name.
package sheet
