package native

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"path/filepath"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// DumpFormat is the version of what Dump writes: the lines of the file.
const DumpFormat = 1

// maxLine is the longest line of a dump in bytes: a site, a key, an id, two words.
const maxLine = 16 << 10

// ErrDumpDamaged says that a dump does not read.
var ErrDumpDamaged = problem.New(problem.Damaged, "natives_copy_damaged",
	"what this backup holds of marketplaces' own lists is not whole", "use another backup")

// Dump writes all that is remembered.
func (l *Lists) Dump(w io.Writer) error {
	l.mu.Lock()
	text := encode(l.sorted())
	l.mu.Unlock()
	_, err := w.Write(text)
	return err
}

// Empty tells whether nothing is remembered.
func (l *Lists) Empty() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.natives) == 0
}

// Load makes the file in a new folder of a dump, which it reads to its end. Whoever
// waited then may have been sent since, so nobody knows.
func Load(dir string, r io.Reader) error {
	var all []wire.Native
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	for lines.Scan() {
		n, err := decode(bytes.Clone(lines.Bytes()))
		if err != nil {
			return ErrDumpDamaged.Because(err)
		}
		if n.State == wire.NativePlanned {
			n.State = wire.NativeUnknown
		}
		all = append(all, n)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return ErrDumpDamaged.Because(err)
	} else if err != nil {
		return err
	}
	if err := disk.MakeDir(dir); err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(dir, fileName), encode(all))
}
