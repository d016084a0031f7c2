package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// Reader reads the first sheet of a workbook, row by row.
type Reader struct {
	in     *xml.Decoder
	part   io.Closer
	shared []string
	epoch  time.Time
	row    int
	depth  int
}

// Begins tells whether a file that begins with these bytes is a zip, as every
// workbook is.
func Begins(prefix []byte) bool { return bytes.HasPrefix(prefix, []byte("PK\x03\x04")) }

// Old tells whether a file that begins so is one of the spreadsheets' older
// files (XLS), which is not read here.
func Old(prefix []byte) bool {
	return bytes.HasPrefix(prefix, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"))
}

// NewReader opens a whole file. The error is ErrDamaged, or ErrTooBig.
func NewReader(file []byte) (*Reader, error) {
	if len(file) > MaxPacked {
		return nil, ErrTooBig
	}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, ErrDamaged
	}
	b, err := openBook(z)
	if err != nil {
		return nil, err
	}
	r := &Reader{epoch: b.epoch}
	if r.shared, err = sharedTexts(z, b.texts); err != nil {
		return nil, err
	}
	part, err := z.Open(b.sheet)
	if err != nil {
		return nil, ErrDamaged
	}
	r.in, r.part = decoder(part), part
	return r, nil
}

// book is what the workbook says of its parts.
type book struct {
	sheet string // path of the first sheet
	texts string // path of the shared texts
	epoch time.Time
}

func openBook(z *zip.Reader) (book, error) {
	var root, links struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		}
	}
	if err := small(z, rootLinks, &root); err != nil {
		return book{}, err
	}
	where := bookPart
	for _, l := range root.Relationship {
		if strings.HasSuffix(l.Type, "/officeDocument") {
			where = inside("", l.Target)
		}
	}
	var main struct {
		Properties struct {
			From1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			ID string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			// Strict files name the same by another address.
			Strict string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := small(z, where, &main); err != nil {
		return book{}, err
	}
	folder := path.Dir(where)
	if err := small(z, path.Join(folder, "_rels", path.Base(where)+".rels"), &links); err != nil {
		return book{}, err
	}
	b := book{epoch: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
	if v := main.Properties.From1904; v == "1" || v == "true" {
		b.epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if len(main.Sheets) == 0 {
		return book{}, ErrDamaged
	}
	for _, l := range links.Relationship {
		switch {
		case l.ID == main.Sheets[0].ID+main.Sheets[0].Strict:
			b.sheet = inside(folder, l.Target)
		case strings.HasSuffix(l.Type, "/sharedStrings"):
			b.texts = inside(folder, l.Target)
		}
	}
	if b.sheet == "" {
		return book{}, ErrDamaged
	}
	return b, nil
}

// inside is the path of a part that another one in this folder names.
func inside(folder, target string) string {
	if rest, whole := strings.CutPrefix(target, "/"); whole {
		return path.Clean(rest)
	}
	return path.Join(folder, target)
}

// small reads a part that is never large.
func small(z *zip.Reader, name string, into any) error {
	part, err := z.Open(name)
	if err != nil {
		return ErrDamaged
	}
	defer part.Close()
	text, err := io.ReadAll(io.LimitReader(part, maxToken))
	if err != nil || xml.Unmarshal(text, into) != nil {
		return ErrDamaged
	}
	return nil
}

// sharedTexts are the texts that cells name by number.
func sharedTexts(z *zip.Reader, name string) ([]string, error) {
	if name == "" {
		return nil, nil
	}
	part, err := z.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, ErrDamaged
	}
	defer part.Close()
	r := &Reader{in: decoder(part)}
	var texts []string
	size := 0
	for {
		token, err := r.token()
		if errors.Is(err, io.EOF) {
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		if start, is := token.(xml.StartElement); is && start.Name.Local == "si" {
			text, err := r.text("si")
			if err != nil {
				return nil, err
			}
			// An empty text takes memory too.
			if size += len(text) + 16; size > MaxStrings {
				return nil, ErrTooBig
			}
			texts = append(texts, text)
		}
	}
}

// Time is the moment that a number is as a date of this workbook, in its own
// clock; not ok for one that no date of our days is.
func (r *Reader) Time(number string) (at time.Time, ok bool) {
	days, err := strconv.ParseFloat(number, 64)
	if err != nil || days < 10_000 || days > 100_000 {
		return time.Time{}, false
	}
	return r.epoch.Add(time.Duration(days*86_400+0.5) * time.Second), true
}

// Next gives the next row that has cells, with its number from 1, or io.EOF
// after the last one.
func (r *Reader) Next() (cells []string, number int, err error) {
	for {
		token, err := r.token()
		if errors.Is(err, io.EOF) {
			return nil, 0, r.end()
		}
		if err != nil {
			return nil, 0, err
		}
		start, is := token.(xml.StartElement)
		if !is || start.Name.Local != "row" {
			continue
		}
		// The numbers grow; a file that says otherwise is counted.
		n, err := strconv.Atoi(attribute(start, "r"))
		if err != nil || n <= r.row || n > MaxRows {
			n = r.row + 1
		}
		if r.row = n; n > MaxRows {
			return nil, 0, ErrTooBig
		}
		if cells, err = r.cells(); err != nil {
			return nil, 0, err
		}
		if len(cells) > 0 {
			return cells, r.row, nil
		}
	}
}

func (r *Reader) end() error {
	if err := r.part.Close(); err != nil {
		return ErrDamaged
	}
	return io.EOF
}

// cells reads up to the end of a row.
func (r *Reader) cells() (line []string, err error) {
	place := 0
	for {
		token, err := r.token()
		if err != nil {
			return nil, unlessEnd(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "row" {
				return line, nil
			}
		case xml.StartElement:
			if e.Name.Local != "c" {
				continue
			}
			if at, ok := column(attribute(e, "r")); ok {
				place = at
			}
			text, err := r.cell(attribute(e, "t"))
			if err != nil {
				return nil, err
			}
			if place < MaxColumns {
				for len(line) <= place {
					line = append(line, "")
				}
				line[place] = text
			}
			place++
		}
	}
}

// cell reads up to the end of a cell of this type.
func (r *Reader) cell(kind string) (text string, err error) {
	for {
		token, err := r.token()
		if err != nil {
			return "", unlessEnd(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if e.Name.Local == "c" {
				return text, nil
			}
		case xml.StartElement:
			switch e.Name.Local {
			case "is":
				text, err = r.text("is")
			case "v":
				text, err = r.text("v")
				text = r.value(kind, text)
			}
			if err != nil {
				return "", err
			}
		}
	}
}

// value is what stands in a cell of this type.
func (r *Reader) value(kind, text string) string {
	switch kind {
	case "s":
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n >= len(r.shared) {
			return ""
		}
		return r.shared[n]
	case "e": // a formula that failed
		return ""
	case "", "n":
		return digits(text)
	}
	return text
}

// exact is from where on a spreadsheet's number has lost digits: it keeps 15.
const exact = 1e15

// digits is a number as it would be typed. One that may have lost digits keeps
// its exponent, by which it can be told.
func digits(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil:
		return text
	case n >= exact || n <= -exact:
		return strconv.FormatFloat(n, 'E', -1, 64)
	case strings.ContainsAny(text, "eE"):
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return text
}

// text joins what stands in <t> up to the end of an element, or directly in it;
// how it is read aloud (rPh) is left out.
func (r *Reader) text(until string) (string, error) {
	var b strings.Builder
	aloud := 0
	for {
		token, err := r.token()
		if err != nil {
			return "", unlessEnd(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			if e.Name.Local == "rPh" {
				aloud++
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "rPh":
				aloud--
			case until:
				return unescaped(b.String()), nil
			}
		case xml.CharData:
			if aloud == 0 && b.Len()+len(e) <= maxToken {
				b.Write(e)
			}
		}
	}
}

// column is the place of a cell from its name, as 27 of "AB12".
func column(name string) (place int, ok bool) {
	for _, c := range name {
		if c < 'A' || c > 'Z' || place > MaxColumns {
			break
		}
		place = place*26 + int(c-'A') + 1
	}
	return place - 1, place > 0
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// token gives the next token. The error is io.EOF, ErrDamaged or ErrTooBig.
func (r *Reader) token() (xml.Token, error) {
	token, err := r.in.Token()
	switch {
	case err == nil:
	case errors.Is(err, io.EOF), errors.Is(err, ErrTooBig):
		return nil, err
	default:
		return nil, ErrDamaged
	}
	switch token.(type) {
	case xml.StartElement:
		if r.depth++; r.depth > maxDepth {
			return nil, ErrDamaged
		}
	case xml.EndElement:
		r.depth--
	}
	return token, nil
}

// unlessEnd: inside an element the end of the file is damage.
func unlessEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrDamaged
	}
	return err
}

// decoder reads XML within the limits. A decoder of its own would keep a tag of
// any length in memory.
func decoder(part io.Reader) *xml.Decoder {
	return xml.NewDecoder(&bounded{in: part, left: MaxPart})
}

type bounded struct {
	in   io.Reader
	left int64
	run  int // bytes since the last "<" or ">"
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrTooBig
	}
	if last := bytes.LastIndexAny(p[:n], "<>"); last >= 0 {
		b.run = n - last
	} else {
		b.run += n
	}
	if b.run > maxToken {
		return 0, ErrTooBig
	}
	if err != nil && !errors.Is(err, io.EOF) {
		err = ErrDamaged
	}
	return n, err
}
