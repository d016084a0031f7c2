package journal

import (
	"bufio"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// What a copy can be refused for.
var (
	ErrCopyDamaged = problem.New(problem.Damaged, "journal_copy_damaged",
		"the journal in this backup is not whole", "use another backup")
	ErrCopyTooNew = problem.New(problem.Damaged, "journal_copy_too_new",
		"the journal in this backup was written by a newer Blackmark", "install the newest Blackmark")
	ErrChanged = problem.New(problem.Damaged, "journal_changed",
		"the journal on the disk is not any more what was written",
		"stop Blackmark, check the disk, and put the last good backup back; what was read before is still shown")
)

// Copy writes the journal as it was when it was called: all that was
// acknowledged before, and nothing of what is appended meanwhile. Every record
// is read from the disk and checked on the way. A damaged journal is not copied.
func (j *Journal) Copy(w io.Writer) (Head, error) {
	j.reading.RLock()
	defer j.reading.RUnlock()
	j.mu.Lock()
	f, size, head, broken := j.f, j.size, j.head, j.broken
	j.mu.Unlock()
	var p *problem.Error
	if f == nil || errors.As(broken, &p) && p.Kind == problem.Damaged {
		return Head{}, broken
	}
	out := bufio.NewWriterSize(w, 2*maxRecord)
	if _, err := out.Write(encodeHeader(head.ID)); err != nil {
		return Head{}, err
	}
	r := newReader(f, headerSize, size)
	read, err := follow(r, head.ID, func(rec record) error {
		_, err := out.Write(rec.encode(rec.chain))
		return err
	})
	switch {
	case errors.Is(err, errUnreadable) || err == nil && read != head:
		return Head{}, ErrChanged
	case err != nil:
		return Head{}, fmt.Errorf("copy the journal: %w", err)
	}
	return head, out.Flush()
}

// Adopt makes a new journal at path of a copy: with the same records, and an id
// and a chain of its own, so that two journals that go on from one copy are never
// taken for each other. It reads the copy to its end and tells what its head was.
// Nothing is at path when it fails.
func Adopt(path string, r io.Reader) (was Head, err error) {
	var header [headerSize]byte
	if _, err := io.ReadFull(r, header[:]); err != nil {
		return was, copyError(err)
	}
	switch {
	case string(header[:8]) != magic, crc32.Checksum(header[:28], castagnoli) != binary.LittleEndian.Uint32(header[28:]):
		return was, ErrCopyDamaged
	case binary.LittleEndian.Uint32(header[8:]) != version:
		return was, ErrCopyTooNew
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return was, err
	}
	was, err = adopt(f, [16]byte(header[12:28]), &reader{r: bufio.NewReaderSize(r, 2*maxRecord), off: headerSize})
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return was, errors.Join(err, os.Remove(path))
	}
	return was, disk.SyncDir(filepath.Dir(path))
}

func adopt(f io.Writer, from [16]byte, r *reader) (Head, error) {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails since Go 1.24
	out := bufio.NewWriterSize(f, 2*maxRecord)
	if _, err := out.Write(encodeHeader(id)); err != nil {
		return Head{}, err
	}
	chain := sha256.Sum256(id[:])
	was, err := follow(r, from, func(rec record) error {
		chain = nextChain(chain, rec.hash)
		_, err := out.Write(rec.encode(chain))
		return err
	})
	if err != nil {
		return was, copyError(err)
	}
	return was, out.Flush()
}

// follow reads to the end, gives every record to do, and tells the head. A record
// that does not follow from the one before is as unreadable as one that is not
// whole.
func follow(r *reader, id [16]byte, do func(record) error) (Head, error) {
	head := Head{ID: id, Chain: sha256.Sum256(id[:])}
	for {
		rec, _, err := r.next()
		if err == io.EOF {
			return head, nil
		}
		if err != nil {
			return head, err
		}
		if rec.seq != head.Seq+1 || rec.chain != nextChain(head.Chain, rec.hash) {
			return head, errUnreadable
		}
		head.advance(rec.seq, rec.chain, rec.hash)
		if err := do(rec); err != nil {
			return head, err
		}
	}
}

// encode is the record with a chain.
func (rec record) encode(chain [32]byte) []byte {
	if rec.payload == nil {
		return appendRecord(nil, rec.seq, true, chain, rec.hash[:])
	}
	return appendRecord(nil, rec.seq, false, chain, rec.payload)
}

// copyError tells a copy that is not whole from a disk that does not answer.
func copyError(err error) error {
	if errors.Is(err, errUnreadable) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCopyDamaged
	}
	return err
}
