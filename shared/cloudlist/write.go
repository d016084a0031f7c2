package cloudlist

import (
	"io"
	"iter"
)

// Write writes a snapshot of header.Count entries in strictly ascending order of
// their tags and returns its name. The same header and entries give the same
// bytes. It returns ErrHeader, ErrUnordered, ErrEntry, ErrTooLarge, or what the
// writer returned; what was written until then is worth nothing.
func Write(w io.Writer, header Header, entries iter.Seq[Entry]) (Name, error) {
	return Name{}, ErrHeader
}
