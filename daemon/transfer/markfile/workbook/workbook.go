// Package workbook writes and reads one table as a spreadsheet's file (XLSX,
// ECMA-376): a zip of a few XML files.
//
// It imports the standard library alone. What it writes are cells of text and
// nothing else: no formula, no number, no link, so that a spreadsheet runs and
// rounds nothing. What it reads are values: it computes no formula, follows no
// link and takes no more memory than its limits say.
package workbook

import "errors"

// Limits of what is read. Spreadsheets take 1,048,576 rows, 16,384 columns and
// 32,767 characters a cell.
const (
	MaxPacked  = 32 << 20  // bytes of the file
	MaxPart    = 512 << 20 // bytes of one part, unpacked
	MaxStrings = 32 << 20  // bytes of the texts that cells share
	MaxColumns = 256       // what stands further right is left out
	MaxRows    = 1_048_576 // of one sheet, in writing too
	maxToken   = 1 << 20   // bytes of one tag, or of one piece of text
	maxDepth   = 32        // of elements in one another
)

// What a file can be refused for.
var (
	ErrDamaged = errors.New("this is no whole workbook")
	ErrTooBig  = errors.New("the workbook is larger than can be read")
)

// The parts that are written, and that of other programs whose names are fixed.
const (
	contentTypes = "[Content_Types].xml"
	rootLinks    = "_rels/.rels"
	bookPart     = "xl/workbook.xml"
	bookLinks    = "xl/_rels/workbook.xml.rels"
	stylePart    = "xl/styles.xml"
	sheetPart    = "xl/worksheets/sheet1.xml"
)
