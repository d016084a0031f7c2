package backup

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Read reads a backup to its end and gives every part of it to do, which may be
// nil. What was done is worth nothing unless Read returns nil: only then was
// every byte as it was written. An error of do ends reading and is returned.
func Read(r io.Reader, do func(part Part, content io.Reader) error) (Summary, error) {
	in := &reader{r: bufio.NewReaderSize(r, chunkSize)}
	s, err := in.read(do)
	if err != nil && !in.stopped && isDamage(err) {
		return s, ErrDamaged.Because(err)
	}
	return s, err
}

type reader struct {
	r       *bufio.Reader
	sum     [sha256.Size]byte
	stopped bool // by an error of who is given the parts
}

func (r *reader) read(do func(Part, io.Reader) error) (s Summary, err error) {
	if err := r.header(); err != nil {
		return s, err
	}
	var parts []PartSum
	for {
		kind, data, err := r.chunk()
		if err != nil {
			return s, err
		}
		switch kind {
		case kindPart:
			done, err := r.part(data, do)
			if err != nil {
				return s, err
			}
			parts = append(parts, done)
		case kindLast:
			return r.last(data, parts)
		default:
			return s, ErrDamaged.Because(fmt.Errorf("a chunk of kind %q out of its place", kind))
		}
	}
}

func (r *reader) header() error {
	header := make([]byte, headerSize)
	n, err := io.ReadFull(r.r, header)
	switch {
	case err != nil && !isDamage(err):
		return err
	case !Is(header[:n]):
		return ErrNotBackup
	case err != nil:
		return err
	}
	switch v := binary.BigEndian.Uint32(header[len(magic):]); {
	case v > version:
		return ErrTooNew
	case v != version:
		return ErrDamaged
	}
	r.sum = sha256.Sum256(header)
	return nil
}

// chunk reads a chunk whose sum fits.
func (r *reader) chunk() (kind byte, data []byte, err error) {
	var head [5]byte
	if _, err := io.ReadFull(r.r, head[:]); err != nil {
		return 0, nil, err
	}
	length := binary.BigEndian.Uint32(head[1:])
	if length > maxChunk {
		return 0, nil, ErrDamaged.Because(errors.New("a chunk that is too long"))
	}
	data = make([]byte, length)
	if _, err := io.ReadFull(r.r, data); err != nil {
		return 0, nil, err
	}
	var sum [sha256.Size]byte
	if _, err := io.ReadFull(r.r, sum[:]); err != nil {
		return 0, nil, err
	}
	r.sum = chain(r.sum, head[:], data)
	if sum != r.sum {
		return 0, nil, ErrDamaged.Because(errors.New("a sum that does not fit"))
	}
	return head[0], data, nil
}

// part gives one part to do and checks it to its end.
func (r *reader) part(head []byte, do func(Part, io.Reader) error) (done PartSum, err error) {
	if err := strict(head, &done.Part); err != nil {
		return done, err
	}
	raw := &chunks{from: r}
	h := sha256.New()
	content := &counted{r: io.TeeReader(flate.NewReader(raw), h)}
	if do != nil {
		if err := do(done.Part, content); err != nil {
			if raw.err != nil && !errors.Is(raw.err, io.EOF) {
				return done, raw.err // what do could not read was not whole
			}
			r.stopped = true
			return done, err
		}
	}
	if _, err := io.Copy(io.Discard, content); err != nil {
		return done, err
	}
	// The deflate stream ends by itself; no chunk may follow it.
	if _, err := raw.ReadByte(); !errors.Is(err, io.EOF) || raw.end == nil {
		return done, ErrDamaged.Because(errors.New("more than the part"))
	}
	var says PartSum
	if err := strict(raw.end, &says); err != nil {
		return done, err
	}
	done.Size, done.SHA256 = content.n, h.Sum(nil)
	if says.Part != done.Part || says.Size != done.Size || !bytes.Equal(says.SHA256, done.SHA256) {
		return done, ErrDamaged.Because(errors.New("a part that is another"))
	}
	return done, nil
}

// last checks the end of the file.
func (r *reader) last(data []byte, parts []PartSum) (s Summary, err error) {
	if err := strict(data, &s); err != nil {
		return s, err
	}
	var length uint32
	if err := binary.Read(r.r, binary.BigEndian, &length); err != nil {
		return s, err
	}
	if _, err := r.r.ReadByte(); err == nil || int(length) != len(data) || len(parts) != len(s.Parts) {
		return s, ErrDamaged.Because(errors.New("another end"))
	} else if !errors.Is(err, io.EOF) {
		return s, err
	}
	for i, p := range parts {
		if s.Parts[i].Part != p.Part || !bytes.Equal(s.Parts[i].SHA256, p.SHA256) {
			return s, ErrDamaged.Because(errors.New("a summary of another file"))
		}
	}
	return s, nil
}

// strict reads an object whose sum fitted: what does not read was written so.
func strict(data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return ErrDamaged.Because(err)
	}
	return nil
}

// chunks are the bytes of a part. It is an io.ByteReader, so that deflate reads
// no byte more than it needs.
type chunks struct {
	from *reader
	data []byte
	end  []byte // of the part, once it was reached
	err  error
}

func (c *chunks) fill() error {
	for len(c.data) == 0 && c.err == nil {
		kind, data, err := c.from.chunk()
		switch {
		case err != nil:
			c.err = err
			if errors.Is(err, io.EOF) { // of the file, not of the part
				c.err = io.ErrUnexpectedEOF
			}
		case kind == kindEnd:
			c.end, c.err = data, io.EOF
		case kind == kindData && len(data) <= chunkSize:
			c.data = data
		default:
			c.err = ErrDamaged.Because(fmt.Errorf("a chunk of kind %q in a part", kind))
		}
	}
	if len(c.data) > 0 {
		return nil
	}
	return c.err
}

// Read gives what is there of a chunk.
func (c *chunks) Read(p []byte) (int, error) {
	if err := c.fill(); err != nil {
		return 0, err
	}
	n := copy(p, c.data)
	c.data = c.data[n:]
	return n, nil
}

// ReadByte gives one byte.
func (c *chunks) ReadByte() (byte, error) {
	if err := c.fill(); err != nil {
		return 0, err
	}
	b := c.data[0]
	c.data = c.data[1:]
	return b, nil
}

type counted struct {
	r io.Reader
	n int64
}

// Read counts.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// peek reads the summary from the end of a file, without a look at the rest.
func peek(f *os.File) (s Summary, err error) {
	info, err := f.Stat()
	if err != nil {
		return s, err
	}
	var tail [4]byte
	size := info.Size()
	if size < int64(headerSize+len(tail)+sha256.Size) {
		return s, ErrDamaged
	}
	if _, err := f.ReadAt(tail[:], size-4); err != nil {
		return s, err
	}
	length := int64(binary.BigEndian.Uint32(tail[:]))
	from := size - 4 - sha256.Size - length
	if length > maxChunk || from < int64(headerSize) {
		return s, ErrDamaged
	}
	data := make([]byte, length)
	if _, err := f.ReadAt(data, from); err != nil {
		return s, err
	}
	return s, strict(data, &s)
}
