package cloudlist

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"iter"
)

// Write writes a snapshot of header.Count entries in strictly ascending order of
// their tags and returns its name. The same header and entries give the same
// bytes. It returns ErrHeader, ErrUnordered, ErrEntry, ErrTooLarge, or what the
// writer returned; what was written until then is worth nothing. It keeps one
// bucket and the table of buckets in memory, about a byte for eight entries.
func Write(w io.Writer, header Header, entries iter.Seq[Entry]) (Name, error) {
	return writeCut(w, header, layoutFor(header.Count), entries)
}

func writeCut(w io.Writer, header Header, cut layout, entries iter.Seq[Entry]) (Name, error) {
	if !header.valid() || !cut.fits(header.Count) {
		return Name{}, ErrHeader
	}
	s := snapshotWriter{out: newSealer(w, snapshotMagic), cut: cut, code: header.counts()}
	s.out.write(appendHeader(nil, header, cut))
	for e := range entries {
		if s.count == header.Count {
			return Name{}, ErrHeader.In("count")
		}
		if err := s.add(e); err != nil {
			return Name{}, err
		}
	}
	if s.count != header.Count {
		return Name{}, ErrHeader.In("count")
	}
	for s.at < 1<<cut.bucketBits {
		s.closeBucket()
	}
	s.out.write(s.ends)
	return s.out.seal(MaxSnapshot)
}

// snapshotWriter writes bucket after bucket.
type snapshotWriter struct {
	out  *sealer
	cut  layout
	code counts

	at      uint64 // the open bucket
	entries []Entry
	bits    bitWriter
	size    uint32 // bytes of all closed buckets
	ends    []byte // the table
	count   uint64
	last    uint64 // tag
}

func (s *snapshotWriter) add(e Entry) error {
	if s.count > 0 && e.Tag <= s.last {
		return ErrUnordered
	}
	if !s.code.fits(&e) {
		return ErrEntry
	}
	for s.at < e.Tag>>s.cut.restBits() {
		s.closeBucket()
	}
	s.entries = append(s.entries, e)
	s.count++
	s.last = e.Tag
	if s.out.size > MaxSnapshot {
		return ErrTooLarge
	}
	return s.out.err
}

// closeBucket writes the open bucket and opens the next one.
func (s *snapshotWriter) closeBucket() {
	if len(s.entries) > 0 {
		head := binary.AppendUvarint(nil, uint64(len(s.entries)-1))
		body := s.bucketBits()
		s.out.write(head)
		s.out.write(body)
		s.size += uint32(len(head) + len(body))
	}
	s.ends = binary.LittleEndian.AppendUint32(s.ends, s.size)
	s.entries = s.entries[:0]
	s.at++
}

func (s *snapshotWriter) bucketBits() []byte {
	s.bits.reset()
	var next uint64 // the smallest that may come
	for _, e := range s.entries {
		rest := e.Tag & s.cut.maxRest()
		s.bits.rice(rest-next, s.cut.riceBits)
		next = rest + 1
	}
	for i := range s.entries {
		s.code.write(&s.bits, &s.entries[i])
	}
	return s.bits.flush()
}

// sealer writes a file and hashes it. The first error stays.
type sealer struct {
	to   *bufio.Writer
	sum  hash.Hash
	size int64
	err  error
}

func newSealer(w io.Writer, magic string) *sealer {
	s := &sealer{to: bufio.NewWriterSize(w, 64<<10), sum: sha256.New()}
	s.write(binary.LittleEndian.AppendUint16([]byte(magic), format))
	return s
}

func (s *sealer) write(bytes []byte) {
	if s.err != nil {
		return
	}
	s.sum.Write(bytes)
	s.size += int64(len(bytes))
	_, s.err = s.to.Write(bytes)
}

// seal ends a file of at most so many bytes with its hash.
func (s *sealer) seal(largest int64) (Name, error) {
	name := Name(s.sum.Sum(nil))
	s.write(name[:])
	if s.err == nil && s.size > largest {
		return Name{}, ErrTooLarge
	}
	if s.err == nil {
		s.err = s.to.Flush()
	}
	if s.err != nil {
		return Name{}, s.err
	}
	return name, nil
}
