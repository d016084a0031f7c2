package journal

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// span is a part of the file that holds whole records and nothing else.
type span struct{ from, to int64 }

// check reads the whole file: it finds the head, moves a torn tail away, and
// reports damage. The error is for a disk that does not answer, never for
// what it answers. A file without any fault is read by several at once; where
// there is one it is read again, record by record, to say which.
func (j *Journal) check(seen Seen, report *Report) error {
	ok, err := j.checkHeader(report)
	if err != nil || !ok {
		return err
	}
	if seen.ID != [16]byte{} && seen.ID != j.head.ID {
		report.Damage = j.damage("journal_other", "is not the one that was here before")
	}
	if seen.Closed.ID == j.head.ID && closedFile(j.f, j.size, j.head, seen.Closed) && seen.Seq <= seen.Closed.Seq {
		j.head, j.spans = seen.Closed, []span{{from: headerSize, to: j.size}}
		return nil
	}
	if head, ok := wholeFile(j.f, j.size, j.head); ok && report.Damage == nil && seen.Seq <= head.Seq {
		j.head, j.spans = head, []span{{from: headerSize, to: j.size}}
		return nil
	}
	j.spans = []span{{from: headerSize, to: headerSize}}
	r := newReader(j.f, headerSize, j.size)
	for {
		rec, at, err := r.next()
		switch {
		case err == nil:
			j.accept(rec, at, report)
			j.spans[len(j.spans)-1].to = r.off
			continue
		case err == io.EOF:
			if seen.Seq > j.head.Seq && report.Damage == nil {
				report.Damage = j.damage("journal_short",
					fmt.Sprintf("ends at record %d, but record %d was saved", j.head.Seq, seen.Seq))
			}
			return nil
		case !errors.Is(err, errUnreadable):
			return fmt.Errorf("read the journal: %w", err)
		}
		bad := r.off
		more, err := r.seek(j.head.Seq, j.size)
		if err != nil {
			return fmt.Errorf("read the journal: %w", err)
		}
		if more {
			// What follows is whole: this was no interrupted write.
			if report.Damage == nil {
				report.Damage = j.damage("journal_damaged",
					fmt.Sprintf("is damaged at byte %d, after record %d", bad, j.head.Seq))
			}
			j.spans = append(j.spans, span{from: r.off, to: r.off})
			continue
		}
		if seen.Seq > j.head.Seq && report.Damage == nil {
			report.Damage = j.damage("journal_damaged",
				fmt.Sprintf("is damaged at byte %d, after record %d; record %d was saved", bad, j.head.Seq, seen.Seq))
		}
		if report.Damage != nil {
			return nil
		}
		if j.looking {
			report.TornBytes = j.size - bad
			return nil
		}
		return j.moveTail(bad, report)
	}
}

func (j *Journal) checkHeader(report *Report) (ok bool, err error) {
	var h [headerSize]byte
	n, err := j.f.ReadAt(h[:], 0)
	if err != nil && err != io.EOF {
		return false, fmt.Errorf("read the journal: %w", err)
	}
	switch {
	case n < headerSize || string(h[:8]) != magic,
		crc32.Checksum(h[:28], castagnoli) != binary.LittleEndian.Uint32(h[28:]):
		report.Damage = j.damage("journal_damaged", "does not begin like a journal")
		return false, nil
	case binary.LittleEndian.Uint32(h[8:]) != version:
		report.Damage = problem.New(problem.Damaged, "journal_too_new",
			fmt.Sprintf("the file %s was written by a newer Blackmark", j.path),
			"install the newest Blackmark; this one can neither read nor change it")
		return false, nil
	}
	j.head.ID = [16]byte(h[12:28])
	j.head.Chain = sha256.Sum256(j.head.ID[:])
	return true, nil
}

// accept moves the head over a whole record, and notes where the record does
// not follow from the one before.
func (j *Journal) accept(rec record, at int64, report *Report) {
	follows := rec.seq == j.head.Seq+1 && rec.chain == nextChain(j.head.Chain, rec.hash)
	if !follows && report.Damage == nil {
		report.Damage = j.damage("journal_damaged",
			fmt.Sprintf("does not fit together at byte %d, after record %d", at, j.head.Seq))
	}
	j.head.advance(rec.seq, rec.chain, rec.hash)
}

// moveTail keeps the unfinished end of the file beside it and cuts it off.
// The copy is on the disk before the cut.
func (j *Journal) moveTail(from int64, report *Report) error {
	tail := make([]byte, j.size-from)
	if _, err := j.f.ReadAt(tail, from); err != nil && err != io.EOF {
		return fmt.Errorf("read the journal's tail: %w", err)
	}
	path, err := freeName(j.path + ".torn-")
	if err != nil {
		return err
	}
	if err := disk.WriteFile(path, tail); err != nil {
		return err
	}
	if err := j.f.Truncate(from); err != nil {
		return fmt.Errorf("cut the journal's tail: %w", err)
	}
	if err := j.f.Sync(); err != nil {
		return fmt.Errorf("cut the journal's tail: %w", err)
	}
	j.size = from
	report.Torn, report.TornBytes = path, int64(len(tail))
	return nil
}

// freeName is the prefix with the first number that names no file.
func freeName(prefix string) (string, error) {
	for n := 1; ; n++ {
		path := fmt.Sprintf("%s%d", prefix, n)
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path, nil
		} else if err != nil {
			return "", err
		}
	}
}

func (j *Journal) damage(code, what string) *problem.Error {
	return problem.New(problem.Damaged, code,
		fmt.Sprintf("the file %s %s; what can be read is shown, and nothing is saved", j.path, what),
		fmt.Sprintf("stop Blackmark, copy the folder %s to a safe place and put the last good copy of it back; the damaged file is kept as it is",
			filepath.Dir(j.path)))
}
