package journal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"blackmark/daemon/disk"
)

// beside is added to the journal's name for the file that takes its place.
const beside = ".new"

// writeStep is how many bytes of it are written at once.
const writeStep = 1 << 20

// Forget replaces the payloads of the records that which names by their hashes,
// and appends payloads that say so. Sequences and chain stay as they are. The
// journal is written anew beside, read again from the disk, and only then takes
// the old one's place: whatever happens on the way, one of both is there, whole.
//
// Where it fails before that, the journal is as it was and goes on; where it is
// not known what the disk holds, every later Append fails, as after a failed flush.
func (j *Journal) Forget(which func(seq uint64) bool, payloads ...[]byte) error {
	j.reading.Lock()
	defer j.reading.Unlock()
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.broken != nil {
		return j.broken
	}
	for _, p := range payloads {
		if len(p) == 0 || len(p) > MaxPayload {
			return ErrPayload
		}
	}
	if err := j.room(int(j.size) + len(payloads)*maxRecord); err != nil {
		return err
	}
	head, err := j.writeBeside(which, payloads)
	if err == nil {
		err = j.checkBeside(which, head)
	}
	if err != nil {
		return fmt.Errorf("write the journal anew: %w", errors.Join(err, removeBeside(j.path)))
	}
	return j.exchange(head)
}

// removeBeside removes what an interrupted Forget left: a copy of the journal.
func removeBeside(path string) error {
	left, err := disk.Named(path + beside)
	for _, name := range left {
		err = errors.Join(err, os.Remove(name))
	}
	return err
}

// writeBeside writes the journal as it is to become, and flushes it.
func (j *Journal) writeBeside(which func(seq uint64) bool, payloads [][]byte) (head Head, err error) {
	path := j.path + beside
	if err := removeBeside(j.path); err != nil {
		return head, err
	}
	if err := disk.WriteFile(path, encodeHeader(j.head.ID)); err != nil {
		return head, err
	}
	f, at, err := j.opts.OpenFile(path)
	if err != nil {
		return head, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var buf []byte
	flush := func() error {
		_, err := f.WriteAt(buf, at)
		at += int64(len(buf))
		buf = buf[:0]
		return err
	}
	head = Head{ID: j.head.ID, Chain: sha256.Sum256(j.head.ID[:])}
	add := func(hash [32]byte, forgotten bool, payload []byte) error {
		head.advance(head.Seq+1, nextChain(head.Chain, hash), hash)
		if forgotten {
			payload = hash[:]
		}
		buf = appendRecord(buf, head.Seq, forgotten, head.Chain, payload)
		if len(buf) < writeStep {
			return nil
		}
		return flush()
	}
	r := newReader(j.f, headerSize, j.size)
	for {
		rec, _, err := r.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = add(rec.hash, rec.payload == nil || which(rec.seq), rec.payload)
		}
		if err != nil {
			return head, err
		}
	}
	if head != j.head {
		return head, errors.New("it reads as another one")
	}
	for _, p := range payloads {
		if err := add(sha256.Sum256(p), false, p); err != nil {
			return head, err
		}
	}
	if err := flush(); err != nil {
		return head, err
	}
	return head, f.Sync()
}

// checkBeside reads what was written as a start would read it.
func (j *Journal) checkBeside(which func(seq uint64) bool, head Head) error {
	k, report, err := Open(j.path+beside, Seen{ID: head.ID, Seq: head.Seq}, j.opts)
	if err != nil {
		return err
	}
	defer k.Close()
	if report.Damage != nil || report.Torn != "" || k.Head() != head {
		return errors.New("it was not written as it should")
	}
	return k.Read(func(seq uint64, payload []byte) error {
		if payload != nil && seq <= j.head.Seq && which(seq) {
			return errors.New("a record was not forgotten")
		}
		return nil
	})
}

// exchange puts the checked file in the place of the journal. Both are closed
// meanwhile: Windows renames no open file.
func (j *Journal) exchange(head Head) error {
	_ = j.f.Close() // all of it is flushed
	err := disk.Rename(j.path+beside, j.path)
	if err == nil {
		j.head = head
		if err = disk.SyncDir(filepath.Dir(j.path)); err != nil {
			j.broken = ErrFailed.Because(err) // after a power cut it may be the old one again
		}
	} else {
		err = errors.Join(err, removeBeside(j.path))
	}
	f, size, openErr := j.opts.OpenFile(j.path)
	if openErr != nil {
		j.f, j.spans = nil, nil
		j.broken = ErrFailed.Because(openErr)
		return errors.Join(err, j.broken)
	}
	j.f, j.size, j.spans, j.strides = f, size, []span{{from: headerSize, to: size}}, strides{}
	if j.broken != nil {
		return j.broken
	}
	return err
}
