package transfer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// DumpFormat is the version of what Dump writes: an import a line.
const DumpFormat = 1

// maxDumpLine is the longest line of a dump in bytes: an import names at most 100
// rows that were refused.
const maxDumpLine = 1 << 20

// ErrDumpDamaged says that a dump does not read.
var ErrDumpDamaged = problem.New(problem.Damaged, "imports_copy_damaged",
	"what this backup holds of imports is not whole", "use another backup")

var idShape = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Dump writes what is remembered of imports, so that one can be taken back after a
// restore too. Which marks an import made stands in the ledger.
func (t *Transfers) Dump(w io.Writer) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := json.NewEncoder(w)
	for _, id := range slices.Sorted(maps.Keys(t.imports)) {
		if i := t.imports[id]; !i.DryRun {
			if err := lines.Encode(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// Load makes a new folder of a dump, which it reads to its end.
func Load(dir string, r io.Reader) error {
	if err := disk.MakeDir(dir); err != nil {
		return err
	}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxDumpLine)
	for lines.Scan() {
		var i wire.Import
		err := json.Unmarshal(lines.Bytes(), &i)
		if err == nil && !idShape.MatchString(i.ID) { // it becomes the name of a file
			err = fmt.Errorf("an import without an id")
		}
		if err != nil {
			return ErrDumpDamaged.Because(err)
		}
		if err := disk.WriteObject(filepath.Join(dir, i.ID+".json"), i); err != nil {
			return err
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return ErrDumpDamaged.Because(err)
	} else if err != nil {
		return err
	}
	return nil
}
