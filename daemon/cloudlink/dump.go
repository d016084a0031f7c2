package cloudlink

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"strings"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// DumpFormat is the version of what Dump writes.
const DumpFormat = 1

// dumpLine is a line of a dump: one of our small files, a report, or a row. The
// last one says how many there were.
type dumpLine struct {
	Settings   *settingsOnDisk `json:"settings,omitempty"`
	Muted      *mutedOnDisk    `json:"muted,omitempty"`
	Membership *membership     `json:"membership,omitempty"` // holds a secret

	Report *report `json:"report,omitempty"`
	Waits  bool    `json:"waits,omitempty"` // of the report
	Name   rowName `json:"name,omitempty"`
	Row    *row    `json:"row,omitempty"`
	End    *ending `json:"end,omitempty"`
}

type ending struct {
	Format int     `json:"format"`
	Lines  int     `json:"lines"`
	Cursor *uint64 `json:"cursor,omitempty"`
	Epoch  uint64  `json:"epoch,omitempty"`
}

// maxDumpLine is the longest line in bytes; the longest is that of the muted
// buyers, who stand in one file.
const maxDumpLine = 16 << 20

// What a dump can be refused for.
var (
	ErrDumpDamaged = problem.New(problem.Damaged, "sharing_copy_damaged",
		"the record of what was shared in this backup is not whole", "use another backup")
	ErrDumpTooNew = problem.New(problem.Damaged, "sharing_copy_too_new",
		"the record of what was shared in this backup was written by a newer Blackmark", "install the newest Blackmark")
)

// Dump writes what cannot be fetched again: the membership with its secret, the
// seller's choices, and what was shared. Tags and lists are left out.
func (l *Link) Dump(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriterSize(w, 64<<10)
	lines := json.NewEncoder(out)
	end := ending{Format: DumpFormat}
	put := func(line dumpLine) error {
		end.Lines++
		return errors.Join(ctx.Err(), lines.Encode(line))
	}
	muted := l.muted.onDisk()
	err := errors.Join(put(dumpLine{Settings: &settingsOnDisk{fileFormat, l.settings.get()}}), put(dumpLine{Muted: &muted}))
	if j := l.joined.Load(); err == nil && j != nil {
		member := j.membership.get()
		if err = put(dumpLine{Membership: &member}); err == nil {
			err = j.reports.dump(put, &end)
		}
	}
	if err == nil {
		err = lines.Encode(dumpLine{End: &end})
	}
	return errors.Join(err, out.Flush())
}

func (r *reports) dump(put func(dumpLine) error, end *ending) error {
	return r.view(func(txn *badger.Txn) (err error) {
		each := func(prefix string, do func(rest string) error) {
			scan(txn, prefix, "", func(rest string) bool {
				if err == nil {
					err = do(rest)
				}
				return err == nil
			})
		}
		each(markPrefix, func(mark string) error {
			report, err := getReport(txn, mark)
			if err != nil || report == nil {
				return err
			}
			waits, err := get(txn, waitPrefix+mark)
			return errors.Join(err, put(dumpLine{Report: report, Waits: waits != nil}))
		})
		each(rowPrefix, func(name string) error {
			row, err := getRow(txn, rowName(name))
			if err != nil || row == nil {
				return err
			}
			return put(dumpLine{Name: rowName(name), Row: row})
		})
		if err != nil {
			return err
		}
		if at, err := get(txn, cursorKey); err != nil {
			return err
		} else if at != nil {
			cursor, err := number(txn, cursorKey)
			if err != nil {
				return err
			}
			end.Cursor = &cursor
		}
		end.Epoch, err = number(txn, epochKey)
		return err
	})
}

// Load makes the files of a link in a new folder of a dump. It reads the dump to
// its end. What was on its way when the dump was made gets new names for its
// requests: the machine that made the dump may still send the old ones.
func Load(ctx context.Context, c Config, r io.Reader) error {
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := disk.MakeDir(c.Dir); err != nil {
		return err
	}
	l := loading{ctx: ctx, cfg: c}
	err := l.read(r)
	if l.reports != nil {
		err = errors.Join(err, l.reports.close())
	}
	return err
}

// loading is a dump on its way into a new folder.
type loading struct {
	ctx     context.Context
	cfg     Config
	reports *reports // nil before a membership came
	batch   []dumpLine
	lines   int
}

func (l *loading) read(r io.Reader) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 64<<10), maxDumpLine)
	var end *ending
	for lines.Scan() {
		if end != nil {
			return ErrDumpDamaged.Because(errors.New("there is more after the end"))
		}
		var line dumpLine
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return ErrDumpDamaged.Because(err)
		}
		if end = line.End; end != nil {
			continue
		}
		l.lines++
		if err := l.take(line); err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return ErrDumpDamaged.Because(err)
	case err != nil:
		return err
	case end == nil:
		return ErrDumpDamaged.Because(errors.New("it has no end"))
	case end.Format > DumpFormat:
		return ErrDumpTooNew
	case end.Lines != l.lines:
		return ErrDumpDamaged.Because(errors.New("it has another number of lines"))
	}
	return l.finish(*end)
}

func (l *loading) take(line dumpLine) error {
	path := func(name string) string { return filepath.Join(l.cfg.Dir, name) }
	switch {
	case line.Settings != nil:
		return writeFile(path(settingsName), line.Settings)
	case line.Muted != nil:
		return writeFile(path(mutedName), line.Muted)
	case line.Membership != nil && l.reports == nil:
		if err := writeFile(path(membershipName), line.Membership); err != nil {
			return err
		}
		_, _, err := readMembership(path(membershipName))
		if err != nil {
			return err
		}
		l.reports, err = openReports(path(reportsName), l.cfg)
		return err
	case l.reports == nil:
		return ErrDumpDamaged.Because(errors.New("a report before the membership"))
	case line.Row != nil:
		if _, _, err := line.Name.parts(); err != nil || strings.ContainsRune(string(line.Name), 0) {
			return ErrDumpDamaged.Because(err)
		}
		if line.Row.Sending != nil {
			line.Row.Sending.ID = newID()
		}
	case line.Report != nil:
		if line.Report.Mark == "" || len(line.Report.Keys) == 0 {
			return ErrDumpDamaged.Because(errors.New("a report of nobody"))
		}
	}
	if l.batch = append(l.batch, line); len(l.batch) < step {
		return nil
	}
	return l.flush()
}

func (l *loading) flush() error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	err := l.reports.write(func(txn *badger.Txn) error {
		for _, line := range l.batch {
			var err error
			switch {
			case line.Report != nil:
				err = putReport(txn, line.Report, line.Waits)
			case line.Row != nil:
				err = putRow(txn, line.Name, line.Row)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	l.batch = nil
	return err
}

func (l *loading) finish(end ending) error {
	if l.reports == nil {
		return nil
	}
	if err := l.flush(); err != nil {
		return err
	}
	return l.reports.write(func(txn *badger.Txn) error {
		if end.Cursor != nil {
			if err := setNumber(txn, cursorKey, *end.Cursor); err != nil {
				return err
			}
		}
		return setNumber(txn, epochKey, end.Epoch)
	})
}

// Sound tells whether the seller is a member and what was shared is known, so
// that nothing of this folder may give way to an older copy of it.
func (l *Link) Sound() bool {
	j := l.joined.Load()
	return j != nil && !j.reports.lost()
}

// rewind moves the cursor back to the last entry of a journal that ends before
// it, as that of a restored backup does: what is marked from now on counts as new.
func (r *reports) rewind(last uint64) error {
	at, begun, err := r.cursor()
	if err != nil || !begun || at <= last {
		return err
	}
	return r.setCursor(last)
}
