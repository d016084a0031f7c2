package markfile

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"blackmark/daemon/transfer/markfile/workbook"
	"blackmark/shared/marketplace"
	"blackmark/shared/wire"
)

// Writer writes marks one after the other.
type Writer struct {
	out   *bufio.Writer
	table *csv.Writer      // of CSV alone
	sheet *workbook.Writer // of XLSX alone
	first bool
}

// bom tells spreadsheets that the text is UTF-8.
const bom = "\ufeff"

// NewWriter begins a file. at is when it was exported.
func NewWriter(w io.Writer, format wire.FileFormat, at time.Time) (*Writer, error) {
	f := &Writer{out: bufio.NewWriterSize(w, 64<<10), first: true}
	switch format {
	case wire.FormatJSON:
		_, err := fmt.Fprintf(f.out, "{\"blackmark\":%q,\"version\":%d,\"exported\":%q,\"marks\":[",
			document, Version, at.UTC().Format(time.RFC3339))
		return f, err
	case wire.FormatCSV:
		if _, err := f.out.WriteString(bom); err != nil {
			return nil, err
		}
		f.table = csv.NewWriter(f.out)
		f.table.UseCRLF = true // RFC 4180
		return f, f.table.Write(ownColumns())
	case wire.FormatXLSX:
		var err error
		f.sheet, err = workbook.NewWriter(f.out, "My Blacklist", ownColumns())
		return f, err
	}
	return nil, ErrFormat.In("format")
}

// Write adds a mark.
func (f *Writer) Write(m Mark) error {
	switch {
	case f.table != nil:
		line := cells(m)
		for i := range line {
			line[i] = guard(line[i])
		}
		return f.table.Write(line)
	case f.sheet != nil:
		// Its cells are text already: nothing runs or rounds them.
		if err := f.sheet.Write(cells(m)); !errors.Is(err, workbook.ErrTooBig) {
			return err
		}
		return ErrWorkbookSize
	}
	b, err := json.Marshal(m)
	if err != nil {
		return err
	}
	between := ",\n"
	if f.first {
		between, f.first = "\n", false
	}
	if _, err := f.out.WriteString(between); err != nil {
		return err
	}
	_, err = f.out.Write(b)
	return err
}

// Close ends the file. It does not close what it was written to.
func (f *Writer) Close() error {
	if err := f.end(); err != nil {
		return err
	}
	return f.out.Flush()
}

func (f *Writer) end() error {
	switch {
	case f.table != nil:
		f.table.Flush()
		return f.table.Error()
	case f.sheet != nil:
		return f.sheet.Close()
	}
	_, err := f.out.WriteString("\n]}\n")
	return err
}

// ownColumns are the names of the columns of our own table.
func ownColumns() []string {
	list := []string{"marketplace", "region", "kind", "id"}
	for i := range alsoColumns() {
		list = append(list, alsoPrefix+strconv.Itoa(i+1))
	}
	return append(list, "name", "reason", "note", "order", "at", "by", "via", "echo")
}

// alsoPrefix begins the names of the columns for further keys of a buyer.
const alsoPrefix = "also_"

// alsoColumns is how many further keys a mark can have: one of each kind.
func alsoColumns() int {
	most := 1
	for _, m := range marketplace.All() {
		most = max(most, len(m.Kinds))
	}
	return most - 1
}

// cells is a mark as a line of our own table.
func cells(m Mark) []string {
	var line []string
	if len(m.Keys) > 0 {
		k := m.Keys[0]
		line = append(line, k.Marketplace, k.Region, k.Kind, k.ID)
	} else {
		line = make([]string, 4)
	}
	for i := range alsoColumns() {
		if i+1 < len(m.Keys) {
			line = append(line, m.Keys[i+1].String())
		} else {
			line = append(line, "")
		}
	}
	order, at, echo := "", "", ""
	if m.Order != nil {
		order = m.Order.Number
	}
	if !m.At.IsZero() {
		at = m.At.UTC().Format(time.RFC3339Nano)
	}
	if m.Echo {
		echo = "yes"
	}
	return append(line, m.Name, m.Reason, m.Note, order, at, m.By, m.Via, echo)
}
