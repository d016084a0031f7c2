package journal

import (
	"encoding/binary"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
)

// partSize is how many bytes are read at once: enough that handing a part over costs
// nothing beside hashing it.
const partSize = 1 << 20

// closedFile tells whether a file is the one that was closed with a head that is
// known, and every byte of it as it was: each record's checksum covers all of it,
// the chain too, and the last one has the head's. What the checksums cannot tell,
// that somebody put other records in with checksums that fit, hashes without a key
// do not tell either; they take four times as long.
func closedFile(f io.ReaderAt, size int64, start, closed Head) bool {
	head := start
	for off, buf := int64(headerSize), make([]byte, partSize); off < size; {
		b := buf[:min(partSize, size-off)]
		if _, err := f.ReadAt(b, off); err != nil && err != io.EOF {
			return false
		}
		seq := head.Seq
		whole := head.walk(b)
		if len(whole) == 0 || !unchanged(whole, seq) {
			return false
		}
		off += int64(len(whole))
	}
	head.Sum = closed.Sum
	return head == closed
}

// unchanged tells whether whole records check, and follow from a sequence.
func unchanged(records []byte, seq uint64) bool {
	for b := records; len(b) > 0; {
		n, _ := lengthOf(b) // walk saw it
		if seq++; binary.LittleEndian.Uint64(b[frameSize:]) != seq || checksum(b[:n]) != binary.LittleEndian.Uint32(b[4:]) {
			return false
		}
		b = b[n:]
	}
	return true
}

// part is some whole records, one after the other, and what they have to follow.
type part struct {
	bytes []byte
	seq   uint64   // before the first
	chain [32]byte // before the first
}

// wholeFile is the head of a file that holds nothing but whole records which follow
// from each other, beginning at start; false says that something is wrong with it,
// or that the disk did not answer. Every check of reading record by record is made
// here too. Since a record holds its chain, hashes can be computed in any order.
func wholeFile(f io.ReaderAt, size int64, start Head) (Head, bool) {
	parts := make(chan part)
	buffers := make(chan []byte, runtime.GOMAXPROCS(0)+1)
	var failed atomic.Bool
	var sum atomic.Uint64
	var hashing sync.WaitGroup
	for range cap(buffers) - 1 {
		hashing.Go(func() {
			for p := range parts {
				s, ok := p.check()
				if !ok {
					failed.Store(true)
				}
				sum.Add(s)
				buffers <- p.bytes[:0]
			}
		})
	}
	for range cap(buffers) {
		buffers <- nil
	}
	head := start
	for off := int64(headerSize); off < size && !failed.Load(); {
		buf := <-buffers
		if cap(buf) == 0 {
			buf = make([]byte, partSize)
		}
		buf = buf[:min(partSize, size-off)]
		p := part{seq: head.Seq, chain: head.Chain}
		if _, err := f.ReadAt(buf, off); err != nil && err != io.EOF {
			failed.Store(true)
			break
		}
		p.bytes = head.walk(buf)
		if len(p.bytes) == 0 {
			failed.Store(true)
			break
		}
		off += int64(len(p.bytes))
		parts <- p
	}
	close(parts)
	hashing.Wait()
	head.Sum += sum.Load()
	return head, !failed.Load()
}

// walk moves the head over the whole records at the beginning of b, by what they say
// of themselves, and returns them.
func (h *Head) walk(b []byte) []byte {
	n := 0
	for len(b)-n >= frameSize {
		length, ok := lengthOf(b[n:])
		if !ok || length > len(b)-n {
			break
		}
		body := b[n+frameSize : n+length]
		h.Seq, h.Chain = binary.LittleEndian.Uint64(body), [32]byte(body[9:41])
		h.Records++
		n += length
	}
	return b[:n]
}

// check reads every record of the part and tells whether it follows from the one
// before. It gives what Head.Sum grows by.
func (p part) check() (sum uint64, ok bool) {
	seq, chain := p.seq, p.chain
	for b := p.bytes; len(b) > 0; {
		n, _ := lengthOf(b) // walk saw it
		rec, err := decode(b[:n])
		if err != nil || rec.seq != seq+1 || rec.chain != nextChain(chain, rec.hash) {
			return 0, false
		}
		seq, chain = rec.seq, rec.chain
		sum += binary.LittleEndian.Uint64(rec.hash[:8])
		b = b[n:]
	}
	return sum, true
}
