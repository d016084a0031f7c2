package markfile

import (
	"errors"
	"io"
	"strings"
	"time"

	"blackmark/daemon/transfer/markfile/workbook"
)

// openSheet begins to read the first sheet of a workbook. All of the file is in
// memory while it is read, since its table of contents stands at its end.
func openSheet(in io.Reader, d Defaults) (*tableReader, error) {
	file, err := io.ReadAll(io.LimitReader(in, workbook.MaxPacked+1))
	if err != nil {
		return nil, err
	}
	book, err := workbook.NewReader(file)
	if err != nil {
		return nil, unlessWorkbook(err)
	}
	return beginTable(sheetLines{book}, d)
}

// sheetLines are the rows of a sheet.
type sheetLines struct{ in *workbook.Reader }

func (l sheetLines) next() ([]string, int, error) {
	cells, number, err := l.in.Next()
	return cells, number, unlessWorkbook(err)
}

// date takes a number for what a spreadsheet shows as a date; no other date is one.
func (l sheetLines) date(text string, zone *time.Location) (time.Time, bool) {
	if at, ok := l.in.Time(text); ok {
		return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, zone).UTC(), true
	}
	return date(text, zone)
}

// cell takes nothing away: nobody guards a text in a sheet.
func (l sheetLines) cell(text string) string { return strings.TrimSpace(text) }

func unlessWorkbook(err error) error {
	switch {
	case errors.Is(err, workbook.ErrDamaged):
		return ErrWorkbook
	case errors.Is(err, workbook.ErrTooBig):
		return ErrWorkbookSize
	}
	return err
}
