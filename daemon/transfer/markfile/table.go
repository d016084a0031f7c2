package markfile

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// lines are those of a table. What next gives is good until it is called again.
type lines interface {
	next() (cells []string, number int, err error)
	// date reads what stands in a column of dates
	date(text string, zone *time.Location) (time.Time, bool)
	// cell is a cell as it was meant
	cell(text string) string
}

// tableReader reads a table whose first line names its columns.
type tableReader struct {
	in       lines
	defaults Defaults
	columns  []column
	kinds    []string // that a column was named for, by place
}

// csvLines are the lines of a text. A quoted cell may hold ends of lines: they
// are counted as rows.
type csvLines struct {
	in     *csv.Reader
	number int
}

func (l *csvLines) next() ([]string, int, error) {
	cells, err := l.in.Read()
	l.number++
	return cells, l.number, err
}

func (l *csvLines) date(text string, zone *time.Location) (time.Time, bool) { return date(text, zone) }
func (l *csvLines) cell(text string) string                                 { return cell(text) }

func openTable(in *bufio.Reader, d Defaults) (*tableReader, error) {
	comma, err := separator(in)
	if err != nil {
		return nil, err
	}
	text := csv.NewReader(in)
	text.Comma, text.FieldsPerRecord, text.ReuseRecord = comma, -1, true
	return beginTable(&csvLines{in: text}, d)
}

// beginTable reads the names of the columns.
func beginTable(in lines, d Defaults) (*tableReader, error) {
	t := &tableReader{in: in, defaults: d}
	if d.Zone == nil {
		t.defaults.Zone = time.UTC
	}
	names, _, err := t.in.next()
	if err != nil {
		return nil, unlessTable(err, ErrColumns)
	}
	named := map[column]bool{}
	for _, name := range names {
		c, kind := columnOf(name)
		t.columns, t.kinds = append(t.columns, c), append(t.kinds, kind)
		named[c] = true
	}
	switch {
	case !named[idColumn]:
		return nil, ErrColumns
	case !named[marketplaceColumn] && d.Marketplace == "":
		return nil, ErrMarketplaceMissing
	}
	return t, nil
}

// separator is what stands most often between the names of the first line.
func separator(in *bufio.Reader) (rune, error) {
	b, err := in.Peek(4 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	line, _, _ := bytes.Cut(b, []byte("\n"))
	best := ','
	for _, r := range ";\t" {
		if bytes.Count(line, []byte(string(r))) > bytes.Count(line, []byte(string(best))) {
			best = r
		}
	}
	return best, nil
}

// unlessTable is the problem of a line that is no line of a table, or the error
// of the reader below.
func unlessTable(err error, wrong *problem.Error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) || errors.Is(err, io.EOF) {
		return wrong
	}
	return err
}

func (t *tableReader) next() (Row, error) {
	for {
		line, number, err := t.in.next()
		row := Row{Number: number}
		var parse *csv.ParseError
		switch {
		case errors.As(err, &parse):
			row.Problem = errQuotes
			return row, nil
		case err != nil:
			return Row{}, err
		case strings.TrimSpace(strings.Join(line, "")) == "":
			continue // an empty line of a spreadsheet
		}
		row.Mark, row.Problem = t.mark(line)
		return row, nil
	}
}

// cell is a cell as it was meant: without what programs put around a number so
// that a spreadsheet leaves it alone.
func cell(text string) string {
	text = strings.TrimSpace(text)
	if bare := unguard(text); bare != text {
		return bare
	}
	if inner, found := strings.CutPrefix(text, `="`); found && strings.HasSuffix(inner, `"`) {
		return strings.TrimSuffix(inner, `"`)
	}
	return text
}

// rounded is a long number as a spreadsheet writes it once it has lost digits.
var rounded = regexp.MustCompile(`^[0-9](\.[0-9]+)?E\+[0-9]+$`)

// mark reads a line.
func (t *tableReader) mark(line []string) (Mark, *problem.Error) {
	m := Mark{Reason: t.defaults.Reason}
	primary := buyer.Key{Marketplace: t.defaults.Marketplace, Region: t.defaults.Region, Kind: t.defaults.Kind}
	type named struct{ kind, id string }
	var ids []named
	var also []string
	order := ""
	for i, c := range t.columns {
		if i >= len(line) {
			break
		}
		text := t.in.cell(line[i])
		if text == "" {
			continue
		}
		switch c {
		case marketplaceColumn:
			primary.Marketplace = marketplaceOf(text)
		case regionColumn:
			primary.Region = text
		case kindColumn:
			primary.Kind = text
		case idColumn:
			ids = append(ids, named{t.kinds[i], text})
		case alsoColumn:
			also = append(also, text)
		case nameColumn:
			m.Name = text
		case reasonColumn:
			m.Reason = reasonOf(text)
		case noteColumn:
			m.Note = text
		case orderColumn:
			order = text
		case byColumn:
			m.By = text
		case viaColumn:
			m.Via = text
		case echoColumn:
			m.Echo = text == "yes"
		case dateColumn:
			at, ok := t.in.date(text, t.defaults.Zone)
			if !ok {
				return Mark{}, errDate.In("date")
			}
			m.At = at
		}
	}
	for _, one := range ids {
		k, err := t.key(primary, one.kind, one.id)
		if err != nil {
			return Mark{}, err
		}
		m.Keys = append(m.Keys, k)
	}
	for _, text := range also {
		k, err := buyer.Parse(text)
		if err != nil {
			return Mark{}, problem.Of(err).In("also")
		}
		m.Keys = append(m.Keys, k)
	}
	if order != "" {
		if rounded.MatchString(order) {
			return Mark{}, errRounded.In("order")
		}
		m.Order = &wire.Order{Marketplace: primary.Marketplace, Region: primary.Region, Number: order}
	}
	return m, nil
}

// key makes a key of an identifier in a column of a kind, or of none.
func (t *tableReader) key(primary buyer.Key, kind, id string) (buyer.Key, *problem.Error) {
	if rounded.MatchString(id) {
		return buyer.Key{}, errRounded.In("id")
	}
	m, err := marketplace.Find(primary.Marketplace)
	if err != nil {
		return buyer.Key{}, problem.Of(err)
	}
	k := primary
	k.Marketplace, k.ID = m.Code, id
	named := kindOf(m, kind)
	switch {
	case named != "":
		k.Kind = named
	case k.Kind != "":
		if named := kindOf(m, k.Kind); named != "" {
			k.Kind = named
		}
	case len(m.Kinds) == 1:
		k.Kind = m.Kinds[0].Kind
	case len(m.Kinds) > 1:
		return buyer.Key{}, errKindMissing.In("kind")
	}
	return k, nil
}

// dates are the ways in which a date is understood; none of them could mean
// another day elsewhere.
var dates = []string{
	time.RFC3339Nano, "2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2", "2006/1/2 15:04:05", "2006/1/2 15:04", "2006/1/2",
	"2006.1.2", "2006年1月2日 15:04:05", "2006年1月2日 15:04", "2006年1月2日", "2006-1-2T15:04:05",
}

func date(text string, zone *time.Location) (time.Time, bool) {
	for _, layout := range dates {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}
