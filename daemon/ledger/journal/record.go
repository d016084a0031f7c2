package journal

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

const (
	magic   = "BLKMARKJ"
	version = 1

	headerSize = 8 + 4 + 16 + 4
	frameSize  = 4 + 4      // length and checksum
	bodySize   = 8 + 1 + 32 // what a body holds beside its payload
	minRecord  = frameSize + bodySize + 1
	maxRecord  = frameSize + bodySize + MaxPayload

	flagPayload   = 0
	flagForgotten = 1
)

type record struct {
	seq     uint64
	chain   [32]byte
	hash    [32]byte // of the payload
	payload []byte   // nil where it was forgotten
}

func encodeHeader(id [16]byte) []byte {
	b := append(make([]byte, 0, headerSize), magic...)
	b = binary.LittleEndian.AppendUint32(b, version)
	b = append(b, id[:]...)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

func appendRecord(buf []byte, seq uint64, forgotten bool, chain [32]byte, payload []byte) []byte {
	start := len(buf)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(bodySize+len(payload)))
	buf = append(buf, 0, 0, 0, 0) // the checksum
	buf = binary.LittleEndian.AppendUint64(buf, seq)
	if forgotten {
		buf = append(buf, flagForgotten)
	} else {
		buf = append(buf, flagPayload)
	}
	buf = append(buf, chain[:]...)
	buf = append(buf, payload...)
	binary.LittleEndian.PutUint32(buf[start+4:], checksum(buf[start:]))
	return buf
}

// checksum covers the length and the body of a record, not itself.
func checksum(rec []byte) uint32 {
	return crc32.Update(crc32.Checksum(rec[:4], castagnoli), castagnoli, rec[frameSize:])
}

// errUnreadable says that the bytes here are not a whole record.
var errUnreadable = errors.New("no whole record")

// reader reads records one after the other.
type reader struct {
	r   *bufio.Reader
	off int64 // of the next byte
}

func newReader(f io.ReaderAt, from, to int64) *reader {
	return &reader{r: bufio.NewReaderSize(io.NewSectionReader(f, from, to-from), 2*maxRecord), off: from}
}

// next reads the record at the reader's place and tells where it began. It
// returns io.EOF at the end and errUnreadable, without moving, where there is
// no whole record. The payload is valid until the next call.
func (r *reader) next() (rec record, at int64, err error) {
	at = r.off
	rec, n, err := r.peek()
	if err != nil {
		return record{}, at, err
	}
	_, _ = r.r.Discard(n) // cannot fail: n bytes were peeked
	r.off += int64(n)
	return rec, at, nil
}

func (r *reader) peek() (record, int, error) {
	frame, err := r.r.Peek(frameSize)
	if len(frame) == 0 && err == io.EOF {
		return record{}, 0, io.EOF
	}
	if err != nil {
		return record{}, 0, unreadable(err)
	}
	n, ok := lengthOf(frame)
	if !ok {
		return record{}, 0, errUnreadable
	}
	b, err := r.r.Peek(n)
	if err != nil {
		return record{}, 0, unreadable(err)
	}
	rec, err := decode(b)
	return rec, n, err
}

// decode reads a record from its bytes, frame and body, whose length is that which
// the frame says; errUnreadable. The payload points into them.
func decode(b []byte) (record, error) {
	if checksum(b) != binary.LittleEndian.Uint32(b[4:]) {
		return record{}, errUnreadable
	}
	body := b[frameSize:]
	rec := record{seq: binary.LittleEndian.Uint64(body), chain: [32]byte(body[9:41])}
	switch body[8] {
	case flagPayload:
		rec.payload = body[bodySize:]
		rec.hash = sha256.Sum256(rec.payload)
	case flagForgotten:
		if len(body) != bodySize+sha256.Size {
			return record{}, errUnreadable
		}
		rec.hash = [32]byte(body[bodySize:])
	default:
		return record{}, errUnreadable
	}
	return rec, nil
}

// lengthOf is how long the record is that begins with this frame; false where no
// record is that long.
func lengthOf(frame []byte) (int, bool) {
	length := binary.LittleEndian.Uint32(frame)
	return frameSize + int(length), length >= bodySize+1 && length <= bodySize+MaxPayload
}

// unreadable tells the end of the file from a disk that does not answer: only
// the first may ever be taken for a torn tail.
func unreadable(err error) error {
	if err == io.EOF {
		return errUnreadable
	}
	return err
}

// seek moves to the next whole record whose sequence can follow last, byte by
// byte, and tells whether there is one.
func (r *reader) seek(last uint64, end int64) (bool, error) {
	for {
		head, err := r.r.Peek(frameSize + 8)
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		// The sequence is looked at first: it rules out nearly every place
		// without a checksum over what may be 64 KiB.
		seq := binary.LittleEndian.Uint64(head[frameSize:])
		if seq > last && seq-last <= uint64(end-r.off)/minRecord+1 {
			_, _, err := r.peek()
			if err == nil {
				return true, nil
			}
			if err != errUnreadable {
				return false, err
			}
		}
		_, _ = r.r.Discard(1)
		r.off++
	}
}
