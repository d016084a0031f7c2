package seal

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

var errClosed = errors.New("the sealed stream is closed")

type writer struct {
	w      io.Writer
	stream *stream
	plain  []byte // what waits; a full chunk waits until more comes, for it may be the last
	err    error
}

// Write seals what fills a chunk.
func (w *writer) Write(p []byte) (n int, err error) {
	for len(p) > 0 && w.err == nil {
		if len(w.plain) == chunkSize {
			w.flush(false)
			continue
		}
		took := min(len(p), chunkSize-len(w.plain))
		w.plain = append(w.plain, p[:took]...)
		p, n = p[took:], n+took
	}
	return n, w.err
}

// Close writes the last chunk.
func (w *writer) Close() error {
	if w.err == nil {
		w.flush(true)
	}
	if w.err != nil {
		return w.err
	}
	w.err = errClosed
	return nil
}

func (w *writer) flush(last bool) {
	nonce, err := w.stream.nonce(last)
	if err == nil {
		_, err = w.w.Write(w.stream.aead.Seal(nil, nonce, w.plain, w.stream.header))
	}
	w.plain, w.err = w.plain[:0], err
}

// NewReader opens a sealed stream. What it gives is authentic; only with io.EOF
// is it also whole. Any other error of a read that is a problem says that the
// file is not as it was written.
func NewReader(r io.Reader, passphrase string) (io.Reader, error) {
	h := make([]byte, headerSize)
	n, err := io.ReadFull(r, h)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, err
	case !Sealed(h[:n]):
		return nil, ErrNotSealed
	case n < headerSize:
		return nil, ErrDamaged
	case binary.BigEndian.Uint32(h[len(magic):]) != version:
		return nil, ErrTooNew
	}
	c := costOf(h)
	if c.passes == 0 || c.lanes == 0 || c.passes > most.passes || c.memory > most.memory || c.lanes > most.lanes {
		return nil, ErrDamaged.Because(errors.New("the header asks for more work than any of ours"))
	}
	k, err := derive(passphrase, h[:bareSize], c)
	if err != nil {
		return nil, err
	}
	if !k.proves(h) {
		return nil, ErrPassphraseWrong.In("passphrase")
	}
	s, err := k.stream(h)
	if err != nil {
		return nil, err
	}
	return &reader{r: bufio.NewReaderSize(r, chunkSize+tagSize+1), stream: s}, nil
}

func costOf(header []byte) cost {
	at := header[len(magic)+4:]
	return cost{passes: binary.BigEndian.Uint32(at), memory: binary.BigEndian.Uint32(at[4:]), lanes: at[8]}
}

type reader struct {
	r      *bufio.Reader
	stream *stream
	sealed [chunkSize + tagSize]byte
	plain  []byte // authenticated and not given out yet
	err    error
}

// Read gives authenticated bytes.
func (r *reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for len(r.plain) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.plain, r.err = r.chunk()
	}
	n := copy(p, r.plain)
	r.plain = r.plain[n:]
	return n, nil
}

// chunk opens the next one. The last is the one at whose end the file ends: a
// cut file's last chunk was sealed as another, and does not open.
func (r *reader) chunk() ([]byte, error) {
	n, err := io.ReadFull(r.r, r.sealed[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	last := err != nil
	if !last {
		if _, err := r.r.Peek(1); errors.Is(err, io.EOF) {
			last = true
		} else if err != nil {
			return nil, err
		}
	}
	first := r.stream.count == 0
	nonce, err := r.stream.nonce(last)
	if err != nil {
		return nil, err
	}
	plain, err := r.stream.aead.Open(r.sealed[:0], nonce, r.sealed[:n], r.stream.header)
	switch {
	case err != nil:
		return nil, ErrDamaged.Because(err)
	case last && len(plain) == 0 && !first:
		return nil, ErrDamaged.Because(errors.New("an empty chunk"))
	case last:
		return plain, io.EOF
	}
	return plain, nil
}
