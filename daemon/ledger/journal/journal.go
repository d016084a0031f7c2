// Package journal is the truth: one append-only file of records, each flushed
// to the disk before anybody is told that it is saved.
//
// It may import daemon/disk and shared/problem. It does not know what a
// payload means, never changes a record but to forget its payload, never retries
// a failed flush, and never drops bytes: what it cannot read it keeps and reports.
//
// The file is a header and records, all numbers little-endian:
//
//	header  magic "BLKMARKJ" | version u32 | journal id [16] | CRC-32C of the 28 bytes before
//	record  length u32 | CRC-32C u32 of length and body | body of that length
//	body    seq u64 | flag u8 | chain [32] | payload, or its SHA-256 where the flag is 1
//
// Sequences start at 1 and have no gaps. A record's chain is
// SHA-256(chain before | SHA-256(payload)); the first one's "chain before" is
// SHA-256(journal id). So a payload can be forgotten, its hash kept, and the
// chain stays valid.
package journal

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// MaxPayload is the longest payload in bytes.
const MaxPayload = 64 << 10

// File is what the journal does to its file. *os.File is one; tests have
// another that fails where they want.
type File interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
	Truncate(size int64) error
	Close() error
}

// Options are for tests and unusual disks; the zero value is right elsewhere.
type Options struct {
	MinFree   uint64                                            // bytes that must stay free; 0 means disk.DefaultMinFree
	FreeSpace func(path string) (uint64, error)                 // nil means disk.FreeSpace
	OpenFile  func(path string) (f File, size int64, err error) // nil opens the file itself
}

// Seen is the latest record that anybody knows of: a marker, an index, a
// backup. A journal that ends before it has lost records.
type Seen struct {
	ID  [16]byte // of the journal; zero: not known
	Seq uint64
	// Closed is the head when the journal was last closed after all of it was
	// checked; zero: not known.
	Closed Head
}

// Head is the end of the journal.
type Head struct {
	ID      [16]byte
	Seq     uint64 // of the last record; 0: none
	Chain   [32]byte
	Records uint64
	Sum     uint64 // of the first 8 bytes of every payload's hash, modulo 2^64
}

// Report says what opening found.
type Report struct {
	New       bool           // the journal was made
	Torn      string         // the file to which an unfinished tail was moved; empty: there was none
	TornBytes int64          // its length
	Damage    *problem.Error // the journal is read-only because of this; nil: it is whole
}

// What appending can be refused for.
var (
	ErrFailed = problem.New(problem.Unavailable, "journal_write_failed",
		"the disk refused to save, so nothing more is saved until Blackmark is restarted",
		"check the disk, then restart Blackmark; what was confirmed before is safe")
	ErrClosed = problem.New(problem.Unavailable, "journal_closed",
		"Blackmark is stopping", "try again when it runs")
	ErrPayload = problem.New(problem.TooLarge, "journal_payload_size",
		"this entry is too long to be saved", "shorten the note")
)

// Journal is an open journal. Append, Read and Head may be called from several
// goroutines.
type Journal struct {
	path    string
	opts    Options
	looking bool // nothing may be changed

	reading sync.RWMutex // held by readers; the file is exchanged without them

	mu     sync.Mutex
	f      File // nil where the file is missing or is no journal
	size   int64
	head   Head
	spans  []span // what can be read; one whole span unless the file is damaged
	broken error  // why nothing more is appended

	strides strides // where the records lie, as far as somebody looked back
}

// Open opens the journal or, where there is none and nobody has seen one,
// makes it. A damaged journal opens too, for reading alone: Report.Damage says
// so and every Append returns it. The error is for what hinders even that.
func Open(path string, seen Seen, opts Options) (*Journal, Report, error) {
	if opts.MinFree == 0 {
		opts.MinFree = disk.DefaultMinFree
	}
	if opts.FreeSpace == nil {
		opts.FreeSpace = disk.FreeSpace
	}
	if opts.OpenFile == nil {
		opts.OpenFile = openFile
	}
	j := &Journal{path: path, opts: opts}
	var report Report
	_, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && seen.Seq > 0:
		report.Damage = j.damage("journal_missing", "is gone")
		j.broken = report.Damage
		return j, report, nil
	case errors.Is(err, fs.ErrNotExist):
		report.New = true
		if err := j.create(); err != nil {
			return nil, report, err
		}
	case err != nil:
		return nil, report, err
	}
	if err := removeBeside(path); err != nil {
		return nil, report, err
	}
	if j.f, j.size, err = opts.OpenFile(path); err != nil {
		return nil, report, fmt.Errorf("open the journal: %w", err)
	}
	if err := j.check(seen, &report); err != nil {
		_ = j.f.Close()
		return nil, report, err
	}
	if report.Damage != nil {
		j.broken = report.Damage
	}
	return j, report, nil
}

func openFile(path string) (File, int64, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a file", filepath.Base(path))
	}
	if err != nil {
		_ = f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func (j *Journal) create() error {
	if err := j.room(headerSize); err != nil {
		return err
	}
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails since Go 1.24
	return disk.WriteFile(j.path, encodeHeader(id))
}

// Append saves payloads as consecutive records, with one write and one flush
// for all. When it returns nil they are on the disk. After a failed write or
// flush every later call fails: what the disk holds is not known until the
// file is opened again.
func (j *Journal) Append(payloads ...[]byte) (firstSeq uint64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return 0, j.broken
	}
	head, buf := j.head, []byte(nil)
	for _, p := range payloads {
		if len(p) == 0 || len(p) > MaxPayload {
			return 0, ErrPayload
		}
		hash := sha256.Sum256(p)
		head.advance(head.Seq+1, nextChain(head.Chain, hash), hash)
		buf = appendRecord(buf, head.Seq, false, head.Chain, p)
	}
	if len(payloads) == 0 {
		return j.head.Seq + 1, nil
	}
	if err := j.room(len(buf)); err != nil {
		return 0, err
	}
	if _, err := j.f.WriteAt(buf, j.size); err != nil {
		j.broken = ErrFailed.Because(err)
		return 0, j.broken
	}
	if err := j.f.Sync(); err != nil {
		j.broken = ErrFailed.Because(err)
		return 0, j.broken
	}
	firstSeq = j.head.Seq + 1
	j.size += int64(len(buf))
	j.spans[0].to = j.size
	j.head = head
	return firstSeq, nil
}

// room checks that n more bytes leave the disk its free space.
func (j *Journal) room(n int) error {
	free, err := j.opts.FreeSpace(filepath.Dir(j.path))
	if err != nil {
		return fmt.Errorf("free space: %w", err)
	}
	if free < uint64(n) || free-uint64(n) < j.opts.MinFree {
		return disk.ErrNoSpace.Because(fmt.Errorf("%d bytes are free, %d must stay free", free, j.opts.MinFree))
	}
	return nil
}

// Read gives every record that was there when it was called, in order. The
// payload of a forgotten record is nil; it is valid only during the call of
// fn. An error of fn ends reading and is returned.
func (j *Journal) Read(fn func(seq uint64, payload []byte) error) error {
	j.reading.RLock()
	defer j.reading.RUnlock()
	j.mu.Lock()
	f, spans := j.f, append([]span(nil), j.spans...)
	j.mu.Unlock()
	for _, s := range spans {
		r := newReader(f, s.from, s.to)
		for {
			rec, _, err := r.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return fmt.Errorf("read the journal again: %w", err)
			}
			if err := fn(rec.seq, rec.payload); err != nil {
				return err
			}
		}
	}
	return nil
}

// Head is the end of the journal as far as it is on the disk.
func (j *Journal) Head() Head {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.head
}

// Broken is why nothing more is appended, or nil.
func (j *Journal) Broken() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.broken
}

// Close closes the file. All that was acknowledged is on the disk already.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken == nil {
		j.broken = ErrClosed
	}
	if j.f == nil {
		return nil
	}
	f := j.f
	j.f, j.spans = nil, nil
	return f.Close()
}

func (h *Head) advance(seq uint64, chain, hash [32]byte) {
	h.Seq, h.Chain = seq, chain
	h.Records++
	h.Sum += binary.LittleEndian.Uint64(hash[:8])
}

func nextChain(before, hash [32]byte) [32]byte {
	var both [64]byte
	copy(both[:32], before[:])
	copy(both[32:], hash[:])
	return sha256.Sum256(both[:])
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)
