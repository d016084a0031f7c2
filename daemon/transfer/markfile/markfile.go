// Package markfile is how marks stand in files: Blackmark's own JSON, CSV and
// XLSX, and the tables that other programs write.
//
// It imports its own room workbook, golang.org/x/text, the standard library and
// shared. It reads and
// writes streams, one row after the other, and opens no file. It judges no
// mark: whether a key can be a key is for the ledger to say.
package markfile

import (
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Version is that of the JSON document. A later one adds to it.
const Version = 1

// document is what the JSON document says it is.
const document = "marks"

// Mark is one row.
type Mark struct {
	Keys   []buyer.Key `json:"keys"`
	Name   string      `json:"name,omitempty"`
	Reason string      `json:"reason"`
	Note   string      `json:"note,omitempty"`
	Order  *wire.Order `json:"order,omitempty"`
	At     time.Time   `json:"at,omitzero"` // when it was made; zero where no one said so
	By     string      `json:"by,omitempty"`
	Via    string      `json:"via,omitempty"`
	Echo   bool        `json:"echo,omitempty"`
}

// Row is a mark with its place in the file, or why it could not be read.
type Row struct {
	Number  int // from 1; in a table the line of names is 1
	Mark    Mark
	Problem *problem.Error
}

// Defaults are for tables that leave something out.
type Defaults struct {
	Marketplace string
	Region      string
	Kind        string
	Reason      string
	Zone        *time.Location // of dates without one; nil means UTC
}

// What a whole file can be refused for.
var (
	ErrFormat = problem.New(problem.Invalid, "file_format",
		"a file of marks is JSON, CSV or XLSX", "say json, csv or xlsx")
	ErrNotMarks = problem.New(problem.Invalid, "file_not_marks",
		"this JSON is no file of marks that Blackmark exported", "name a file that `blackmark export` wrote, or a table as CSV or XLSX")
	ErrWorkbook = problem.New(problem.Invalid, "file_workbook",
		"this workbook does not read as XLSX", "open it with a spreadsheet and save it as .xlsx or CSV")
	ErrOldWorkbook = problem.New(problem.Invalid, "file_old_workbook",
		"this is a workbook of the older kind (.xls)", "open it with a spreadsheet and save it as .xlsx or CSV")
	ErrWorkbookSize = problem.New(problem.TooLarge, "file_workbook_size",
		"the workbook is larger than a table of marks is", "save its first sheet as CSV")
	ErrTooNew = problem.New(problem.Invalid, "file_too_new",
		"this file was exported by a newer Blackmark", "install the newest Blackmark")
	ErrCut = problem.New(problem.Invalid, "file_cut",
		"the file is damaged or cut off", "use another copy of it; nothing after the damaged place can be read")
	ErrColumns = problem.New(problem.Invalid, "file_columns",
		"the first line of the table names no column of buyers",
		"let the first line name the columns, one of them `buyer id` or 买家ID; `blackmark help import` lists the names")
	ErrMarketplaceMissing = problem.New(problem.Invalid, "file_marketplace",
		"the table does not say of which marketplace its buyers are", "say so with --marketplace, as --marketplace ebay")
)

// What a row can be refused for, before the ledger looks at it.
var (
	errQuotes = problem.New(problem.Invalid, "row_quotes",
		"the quotation marks of this row do not pair", "put the cell in quotation marks, and double those inside it")
	errRow = problem.New(problem.Invalid, "row_invalid",
		"this row is not a mark", "look at it in the file; its values are of other types than those of a mark")
	errDate = problem.New(problem.Invalid, "row_date",
		"the date of this row cannot be read", "write it as 2026-01-31 or 2026-01-31 15:04")
	errRounded = problem.New(problem.Invalid, "row_rounded",
		"a spreadsheet has rounded this number, and its digits are lost",
		"export the table again, and do not save it with the spreadsheet; or set the column to text first")
	errKindMissing = problem.New(problem.Invalid, "row_kind",
		"this marketplace has several kinds of identifiers, and it is not said which this one is",
		"say so with --kind; `blackmark help import` lists them")
)
