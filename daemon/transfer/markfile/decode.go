package markfile

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Encoding is how text stands in bytes.
type Encoding string

const (
	UTF8    Encoding = "utf-8"
	UTF16   Encoding = "utf-16" // with a byte order mark
	GB18030 Encoding = "gb18030"
)

// FindEncoding reads a file to its end and tells its encoding: UTF-16 where it
// begins so, UTF-8 where all of it is, and else GB18030, in which Chinese
// spreadsheets save.
func FindEncoding(r io.Reader) (Encoding, error) {
	buffer := make([]byte, 64<<10)
	kept, begins := 0, true
	for {
		n, err := r.Read(buffer[kept:])
		part := buffer[:kept+n]
		if len(part) < 2 && err == nil {
			kept = len(part)
			continue
		}
		if begins {
			begins = false
			if bytes.HasPrefix(part, []byte{0xff, 0xfe}) || bytes.HasPrefix(part, []byte{0xfe, 0xff}) {
				return UTF16, nil
			}
		}
		for len(part) > 0 && (utf8.FullRune(part) || err == io.EOF) {
			char, size := utf8.DecodeRune(part)
			if char == utf8.RuneError && size == 1 {
				return GB18030, nil
			}
			part = part[size:]
		}
		kept = copy(buffer, part)
		switch err {
		case nil:
		case io.EOF:
			return UTF8, nil
		default:
			return "", err
		}
	}
}

// decoded gives the text in UTF-8, without a byte order mark.
func decoded(r io.Reader, e Encoding) io.Reader {
	switch e {
	case UTF16:
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case GB18030:
		return transform.NewReader(r, simplifiedchinese.GB18030.NewDecoder())
	}
	return transform.NewReader(r, unicode.BOMOverride(transform.Nop))
}
