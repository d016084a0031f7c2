package journal

import (
	"fmt"
	"os"
)

// Inspect reads a journal and changes nothing: not its file, nor anything
// beside it. An unfinished tail stays where it is; Report.TornBytes is its
// length. fn, which may be nil, gets every record as Read gives it. It may be
// used beside the daemon that writes the journal: what is being written then
// looks like an unfinished tail.
func Inspect(path string, seen Seen, fn func(seq uint64, payload []byte) error) (Head, Report, error) {
	f, err := os.Open(path)
	if err != nil {
		return Head{}, Report{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return Head{}, Report{}, err
	}
	if !info.Mode().IsRegular() {
		return Head{}, Report{}, fmt.Errorf("the journal is not a file")
	}
	j := &Journal{path: path, f: f, size: info.Size(), looking: true}
	var report Report
	if err := j.check(seen, &report); err != nil {
		return Head{}, Report{}, err
	}
	if fn != nil {
		err = j.Read(fn)
	}
	return j.head, report, err
}
