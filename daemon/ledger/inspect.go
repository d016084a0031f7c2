package ledger

import (
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/ledger/journal"
	"blackmark/shared/problem"
)

// Inspection is what was found in a ledger's folder.
type Inspection struct {
	Records    uint64
	Last       time.Time      // when the newest entry was made; zero: there is none
	Unfinished int64          // bytes of a write that was cut off and never confirmed
	Torn       int            // earlier ones that are kept beside the journal
	Indexed    bool           // the index was closed cleanly and is the journal's
	Problem    *problem.Error // why nothing can be saved; nil: the journal is whole
}

// Inspect reads the journal of a folder to its end and changes nothing. It may
// be used beside a daemon that works there; what that one is writing may look
// unfinished. An error that is fs.ErrNotExist says that there is no ledger.
func Inspect(dir string) (Inspection, error) {
	var found Inspection
	marker, clean := readMarker(filepath.Join(dir, markerFile))
	seen, err := readSeen(filepath.Join(dir, seenName))
	if err != nil {
		return found, err
	}
	path := filepath.Join(dir, journalFile)
	if _, err := os.Lstat(path); os.IsNotExist(err) && seen.Seq > 0 {
		found.Problem = problem.New(problem.Damaged, "journal_missing", "the journal is gone",
			"put the last good backup back: `blackmark restore`")
		return found, nil
	}
	head, report, err := journal.Inspect(path, seen, func(seq uint64, payload []byte) error {
		if payload == nil {
			return nil // forgotten
		}
		e, err := decodeEntry(payload)
		if err == nil {
			err = e.check()
		}
		if err != nil {
			if found.Problem == nil {
				found.Problem = unreadableEntry(seq, err)
			}
			return nil
		}
		if e.At.After(found.Last) {
			found.Last = e.At
		}
		return nil
	})
	if err != nil {
		return found, err
	}
	if report.Damage != nil {
		found.Problem = report.Damage
	}
	kept, _ := filepath.Glob(path + ".torn-*")
	found.Records, found.Unfinished, found.Torn = head.Records, report.TornBytes, len(kept)
	found.Indexed = clean && marker == positionOf(head)
	return found, nil
}
