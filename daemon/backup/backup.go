// Package backup keeps copies of the data folder's truth, each in one file, and
// puts one back in the place of what is there.
//
// It may import daemon/disk and shared; what goes into a backup is given to it by
// the program, room by room. It never changes what it copies, never logs what a
// backup holds, never believes a file that it has not read to its end, and never
// deletes what a backup takes the place of.
//
// A backup is chunks, all numbers big-endian:
//
//	header  magic "BLKMBACK" | version u32
//	chunk   kind u8 | length u32 | bytes | SHA-256 of (sum before | kind | length | bytes)
//	file    header, then of each part 'p', any number of 'd', 'e'; then 'z', then the length of 'z' u32
//
//	p  JSON  Part: its name and the version of its content
//	d        at most 64 KiB of the content, which is one deflate stream over all 'd' of a part
//	e  JSON  PartSum: size and SHA-256 of the content
//	z  JSON  Summary
//
// The first sum before is that of the header. So every changed, missing, moved or
// added byte is found, up to the last; against somebody who changes a file on
// purpose there is package seal.
package backup

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash"
	"io"

	"compress/flate"

	"blackmark/shared/problem"
)

const (
	magic      = "BLKMBACK"
	version    = 1
	headerSize = len(magic) + 4
	chunkSize  = 64 << 10
	maxChunk   = 1 << 20 // of any kind
)

const (
	kindPart = 'p'
	kindData = 'd'
	kindEnd  = 'e'
	kindLast = 'z'
)

// PrefixSize is how many bytes of a file Is looks at.
const PrefixSize = len(magic)

// Is tells whether a file that begins with prefix is a backup that is not sealed.
func Is(prefix []byte) bool { return len(prefix) >= PrefixSize && string(prefix[:PrefixSize]) == magic }

// What reading a backup can be refused for.
var (
	ErrDamaged = problem.New(problem.Damaged, "backup_damaged",
		"this backup is damaged or cut off; nothing was changed", "use another one: `blackmark backup list` shows them")
	ErrTooNew = problem.New(problem.Damaged, "backup_too_new",
		"this backup was made by a newer Blackmark; nothing was changed", "install the newest Blackmark")
	ErrNotBackup = problem.New(problem.Invalid, "not_a_backup",
		"this file is no backup of Blackmark", "name another file")
)

// Part names what a room put into a backup.
type Part struct {
	Name   string `json:"name"`
	Format int    `json:"format"` // version of the content
}

// PartSum is what a part came to.
type PartSum struct {
	Part
	Size   int64  `json:"size"`   // bytes of the content
	SHA256 []byte `json:"sha256"` // of the content
}

// Why a backup was made.
const (
	WhyAsked   = "asked"
	WhyDaily   = "daily"
	WhyRestore = "restore" // before another one was put back
)

// Summary is what a backup says of itself.
type Summary struct {
	At      string    `json:"at"` // RFC 3339, UTC
	Why     string    `json:"why"`
	Program string    `json:"program"` // version of the program
	Buyers  int       `json:"buyers"`  // marked
	Records uint64    `json:"records"` // of the journal
	Orders  int       `json:"orders"`
	Journal []byte    `json:"journal"` // id of the journal
	Chain   []byte    `json:"chain"`   // of its last record
	Sum     uint64    `json:"sum"`     // of its records
	Parts   []PartSum `json:"parts"`
}

// writer writes a backup.
type writer struct {
	w     io.Writer
	sum   [sha256.Size]byte
	parts []PartSum
}

func newWriter(w io.Writer) (*writer, error) {
	header := binary.BigEndian.AppendUint32([]byte(magic), version)
	_, err := w.Write(header)
	return &writer{w: w, sum: sha256.Sum256(header)}, err
}

func (w *writer) chunk(kind byte, data []byte) error {
	head := binary.BigEndian.AppendUint32([]byte{kind}, uint32(len(data)))
	w.sum = chain(w.sum, head, data)
	for _, b := range [][]byte{head, data, w.sum[:]} {
		if _, err := w.w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

func chain(before [sha256.Size]byte, head, data []byte) (after [sha256.Size]byte) {
	h := sha256.New()
	h.Write(before[:])
	h.Write(head)
	h.Write(data)
	h.Sum(after[:0])
	return after
}

func (w *writer) object(kind byte, value any) (length int, err error) {
	data, err := json.Marshal(value)
	if err != nil {
		return 0, err
	}
	return len(data), w.chunk(kind, data)
}

// part writes what save gives.
func (w *writer) part(p Part, save func(io.Writer) error) error {
	if _, err := w.object(kindPart, p); err != nil {
		return err
	}
	out := &content{w: w, hash: sha256.New()}
	squeezed, err := flate.NewWriter(out, flate.BestSpeed)
	if err != nil {
		return err
	}
	counted := &counting{w: io.MultiWriter(out.hash, squeezed)}
	err = save(counted)
	if err == nil {
		err = squeezed.Close()
	}
	if err == nil {
		err = out.flush()
	}
	if err != nil {
		return err
	}
	done := PartSum{Part: p, Size: counted.n, SHA256: out.hash.Sum(nil)}
	w.parts = append(w.parts, done)
	_, err = w.object(kindEnd, done)
	return err
}

// close writes the summary.
func (w *writer) close(s Summary) error {
	s.Parts = w.parts
	length, err := w.object(kindLast, s)
	if err != nil {
		return err
	}
	return binary.Write(w.w, binary.BigEndian, uint32(length))
}

// content cuts a part into chunks.
type content struct {
	w    *writer
	hash hash.Hash // of what is not squeezed yet
	wait []byte
}

// Write fills chunks.
func (c *content) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(len(rest), chunkSize-len(c.wait))
		c.wait, rest = append(c.wait, rest[:n]...), rest[n:]
		if len(c.wait) == chunkSize {
			if err := c.flush(); err != nil {
				return 0, err
			}
		}
	}
	return len(p), nil
}

func (c *content) flush() error {
	if len(c.wait) == 0 {
		return nil
	}
	err := c.w.chunk(kindData, c.wait)
	c.wait = c.wait[:0]
	return err
}

type counting struct {
	w io.Writer
	n int64
}

// Write counts.
func (c *counting) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// isDamage tells a file that is not whole from a disk that does not answer.
func isDamage(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &corrupt)
}
