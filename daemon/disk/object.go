package disk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
)

// A changed byte can leave JSON that reads and says something else, so an object
// that we keep ends with the checksum (CRC-32C) of all that stands before. To who
// does not know of it, it is one more member. A file without it is an older one.
const (
	sumBegin = ",\n  \"checksum\": \""
	sumEnd   = "\"\n}"
	sumSize  = len(sumBegin) + 8 + len(sumEnd)
)

// ErrChanged says that a file holds something else than what was written.
var ErrChanged = errors.New("its checksum does not fit")

// WriteObject writes a value that is a JSON object with members as WriteFile does.
func WriteObject(path string, object any) error {
	data, err := json.MarshalIndent(object, "", "  ")
	if err != nil {
		return err
	}
	body, isObject := bytes.CutSuffix(data, []byte("\n}"))
	if !isObject {
		return fmt.Errorf("%T is no object with members", object)
	}
	return WriteFile(path, fmt.Appendf(body, "%s%08x%s\n", sumBegin, crc32.Checksum(body, castagnoli), sumEnd))
}

// ReadObject reads what WriteObject wrote, or an object of before there was a
// checksum. The error is ErrChanged, one of JSON, or the system's.
func ReadObject(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !sumFits(bytes.TrimRight(data, "\n")) {
		return ErrChanged
	}
	return json.Unmarshal(data, into)
}

func sumFits(object []byte) bool {
	at := len(object) - sumSize
	if at < 0 || !bytes.HasPrefix(object[at:], []byte(sumBegin)) || !bytes.HasSuffix(object, []byte(sumEnd)) {
		return true // no checksum: it was written before there was one
	}
	said := object[at+len(sumBegin) : len(object)-len(sumEnd)]
	return string(said) == fmt.Sprintf("%08x", crc32.Checksum(object[:at], castagnoli))
}
