package markfile

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"

	"blackmark/daemon/transfer/markfile/workbook"
	"blackmark/shared/wire"
)

// Reader reads rows one after the other.
type Reader struct {
	document *documentReader // one of both
	table    *tableReader
}

// NewReader begins to read a file in this encoding; a workbook has its own. An
// empty format is found out. The error is for the whole file.
func NewReader(r io.Reader, e Encoding, format wire.FileFormat, d Defaults) (*Reader, error) {
	raw := bufio.NewReaderSize(r, 64<<10)
	prefix, err := raw.Peek(8)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch {
	case workbook.Old(prefix):
		return nil, ErrOldWorkbook
	case format == wire.FormatXLSX, format == "" && workbook.Begins(prefix):
		table, err := openSheet(raw, d)
		return &Reader{table: table}, err
	}
	in := bufio.NewReaderSize(decoded(raw, e), 64<<10)
	if format == "" {
		first, err := firstByte(in)
		if err != nil {
			return nil, err
		}
		format = wire.FormatCSV
		if first == '{' || first == '[' {
			format = wire.FormatJSON
		}
	}
	var f Reader
	switch format {
	case wire.FormatJSON:
		f.document, err = openDocument(in)
	case wire.FormatCSV:
		f.table, err = openTable(in, d)
	default:
		err = ErrFormat.In("format")
	}
	if err != nil {
		return nil, err
	}
	return &f, nil
}

// firstByte looks at the first byte that is no white space.
func firstByte(in *bufio.Reader) (byte, error) {
	for i := 1; ; i++ {
		b, err := in.Peek(i)
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err
		}
		if len(b) < i {
			return 0, nil // nothing but white space: a table without names
		}
		switch b[i-1] {
		case ' ', '\t', '\r', '\n':
		default:
			return b[i-1], nil
		}
	}
}

// Next gives the next row, io.EOF after the last one, or why the rest of the
// file cannot be read.
func (f *Reader) Next() (Row, error) {
	if f.table != nil {
		return f.table.next()
	}
	return f.document.next()
}

// documentReader reads our JSON document.
type documentReader struct {
	in     *json.Decoder
	number int
	ended  bool
}

// openDocument reads up to the first mark. What the document is stands before
// its marks.
func openDocument(r io.Reader) (*documentReader, error) {
	d := &documentReader{in: json.NewDecoder(r)}
	if t, err := d.in.Token(); err != nil || t != json.Delim('{') {
		return nil, unlessRead(err, ErrNotMarks)
	}
	kind, version := "", 0
	for d.in.More() {
		key, err := d.in.Token()
		if err != nil {
			return nil, unlessRead(err, ErrNotMarks)
		}
		switch key {
		case "blackmark":
			err = d.in.Decode(&kind)
		case "version":
			err = d.in.Decode(&version)
		case "marks":
			return d, d.begin(kind, version)
		default:
			err = d.in.Decode(&json.RawMessage{})
		}
		if err != nil {
			return nil, unlessRead(err, ErrNotMarks)
		}
	}
	return nil, ErrNotMarks
}

func (d *documentReader) begin(kind string, version int) error {
	if kind != document || version < 1 {
		return ErrNotMarks
	}
	if version > Version {
		return ErrTooNew
	}
	if t, err := d.in.Token(); err != nil || t != json.Delim('[') {
		return unlessRead(err, ErrNotMarks)
	}
	return nil
}

func (d *documentReader) next() (Row, error) {
	if d.ended {
		return Row{}, io.EOF
	}
	if !d.in.More() {
		return Row{}, d.end()
	}
	d.number++
	row := Row{Number: d.number}
	// Read as bytes first: a value of another type spoils its row alone.
	var raw json.RawMessage
	if err := d.in.Decode(&raw); err != nil {
		return Row{}, unlessRead(err, ErrCut)
	}
	if err := json.Unmarshal(raw, &row.Mark); err != nil {
		row.Mark, row.Problem = Mark{}, errRow
	}
	return row, nil
}

// end reads what follows the marks: the document must be whole.
func (d *documentReader) end() error {
	d.ended = true
	if t, err := d.in.Token(); err != nil || t != json.Delim(']') {
		return unlessRead(err, ErrCut)
	}
	for d.in.More() {
		if _, err := d.in.Token(); err != nil {
			return unlessRead(err, ErrCut)
		}
		if err := d.in.Decode(&json.RawMessage{}); err != nil {
			return unlessRead(err, ErrCut)
		}
	}
	if t, err := d.in.Token(); err != nil || t != json.Delim('}') {
		return unlessRead(err, ErrCut)
	}
	if _, err := d.in.Token(); !errors.Is(err, io.EOF) {
		return unlessRead(err, ErrCut)
	}
	return io.EOF
}

// unlessRead is the problem of a file whose text is wrong, or the error of the
// reader below, which is none of the text's.
func unlessRead(err, wrong error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if err == nil || errors.As(err, &syntax) || errors.As(err, &kind) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return wrong
	}
	return err
}
