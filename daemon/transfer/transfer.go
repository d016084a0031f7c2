// Package transfer takes My Blacklist out into a file, and marks in from one.
//
// It may import daemon/ledger, daemon/backup/seal, daemon/disk and shared. An
// import is a job: it goes on after the request that began it, can be stopped,
// and can be taken back as a whole, also after a restart. What a mark may be is
// for the ledger to say; nothing here judges a mark, and nothing here logs a
// buyer, a name, a note, a file's name or a passphrase.
package transfer

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// Config says where imports are remembered, and where marks are.
type Config struct {
	Dir    string // its own folder, made where it is missing
	Ledger *ledger.Ledger
	Zone   *time.Location   // of dates without one in tables; nil means the computer's
	Now    func() time.Time // nil means time.Now
	Log    *slog.Logger     // nil means none
}

// Transfers are the exports and imports of one data folder. The methods may be
// called from several goroutines; one import works at a time.
type Transfers struct {
	config Config

	mu      sync.Mutex
	imports map[string]*wire.Import // also the last dry run
	working string                  // the import that works now; empty: none
	halt    context.CancelCauseFunc // of that one
	closed  bool
	jobs    sync.WaitGroup
}

// What an import or an export can be refused for.
var (
	ErrUnknown = problem.New(problem.NotFound, "import_unknown",
		"there is no such import", "`blackmark import list` shows the imports")
	ErrBusy = problem.New(problem.Conflict, "import_busy",
		"another import is at work", "wait until it is done, or stop it; `blackmark import list` shows it")
	ErrUndone = problem.New(problem.Conflict, "import_undone",
		"this import was taken back already", "import the file again if you want it back")
	ErrRows = problem.New(problem.TooLarge, "import_rows",
		"the file has more than 100,000 rows", "split it into smaller files")
	ErrNoRows = problem.New(problem.Invalid, "import_empty",
		"the file holds no rows", "name another file")
	ErrInterrupted = problem.New(problem.Unavailable, "import_interrupted",
		"Blackmark ended in the middle of this; what was done stays", "import the same file again, or undo what was imported")
	ErrUndoInterrupted = problem.New(problem.Unavailable, "undo_interrupted",
		"Blackmark ended while this import was taken back", "undo it again; it goes on where it was")
	ErrSecrecy = problem.New(problem.Invalid, "export_secrecy",
		"an export is either encrypted or plain", "give a passphrase, or say that it shall be plain")
	ErrPassphraseMissing = problem.New(problem.Invalid, "passphrase_missing",
		"this file is encrypted", "give the passphrase with which it was exported")
	ErrClosed = problem.New(problem.Unavailable, "transfer_closed",
		"Blackmark is stopping", "try again when it runs")
)

// Open reads what is remembered of imports. One that was at work when the
// daemon ended is a stopped one.
func Open(c Config) (*Transfers, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Zone == nil {
		c.Zone = time.Local
	}
	if err := disk.MakeDir(c.Dir); err != nil {
		return nil, err
	}
	t := &Transfers{config: c, imports: map[string]*wire.Import{}}
	names, err := filepath.Glob(filepath.Join(c.Dir, "*.json"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if err := t.recall(name); err != nil {
			// What was imported is in the ledger; only its undo is lost.
			c.Log.Warn("what is remembered of an import does not read", "file", filepath.Base(name), "error", err)
		}
	}
	return t, nil
}

func (t *Transfers) recall(path string) error {
	var i wire.Import
	if err := disk.ReadObject(path, &i); err != nil {
		return err
	}
	if t.path(i.ID) != path {
		return fmt.Errorf("it names another import")
	}
	switch i.State {
	case wire.ImportRunning:
		i.State, i.Problem = wire.ImportStopped, ErrInterrupted
	case wire.ImportUndoing:
		i.State, i.Problem = wire.ImportStopped, ErrUndoInterrupted
	}
	t.imports[i.ID] = &i
	return nil
}

func (t *Transfers) path(id string) string { return filepath.Join(t.config.Dir, id+".json") }

// save remembers an import. The caller holds mu.
func (t *Transfers) save(i *wire.Import) error {
	if i.DryRun {
		return nil
	}
	return disk.WriteObject(t.path(i.ID), i)
}

// Status is how far an import is.
func (t *Transfers) Status(id string) (wire.Import, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, known := t.imports[id]
	if !known {
		return wire.Import{}, ErrUnknown.In("id")
	}
	return copied(i), nil
}

func copied(i *wire.Import) wire.Import {
	c := *i
	c.Refusals = slices.Clone(i.Refusals)
	return c
}

// List gives the imports, the newest first, without their refusals and without
// dry runs.
func (t *Transfers) List() wire.ImportList {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := wire.ImportList{Imports: []wire.Import{}}
	for _, i := range t.imports {
		if !i.DryRun {
			one := *i
			one.Refusals = nil
			list.Imports = append(list.Imports, one)
		}
	}
	slices.SortFunc(list.Imports, func(a, b wire.Import) int {
		return strings.Compare(b.At+b.ID, a.At+a.ID)
	})
	return list
}

var errStopped = errors.New("stopped by the seller")

// Stop ends an import that is at work. What it did stays.
func (t *Transfers) Stop(id string) (wire.Import, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, known := t.imports[id]
	if !known {
		return wire.Import{}, ErrUnknown.In("id")
	}
	if t.working == id {
		t.halt(errStopped)
	}
	return copied(i), nil
}

// Close stops what is at work and waits for it.
func (t *Transfers) Close() error {
	t.mu.Lock()
	t.closed = true
	if t.halt != nil {
		t.halt(ErrInterrupted)
	}
	t.mu.Unlock()
	t.jobs.Wait()
	return nil
}

// begin makes an import the one that works.
func (t *Transfers) begin(i *wire.Import) (context.Context, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.closed:
		return nil, ErrClosed
	case t.working != "":
		return nil, ErrBusy
	}
	if i.DryRun { // one is enough to ask for
		for id, one := range t.imports {
			if one.DryRun {
				delete(t.imports, id)
			}
		}
	}
	var ctx context.Context
	ctx, t.halt = context.WithCancelCause(context.Background())
	t.working = i.ID
	t.jobs.Add(1)
	return ctx, nil
}

// release gives the place back. The caller holds mu.
func (t *Transfers) release() {
	t.halt(nil)
	t.working, t.halt = "", nil
	t.jobs.Done()
}

// change changes what is known of an import, and remembers it where it is due.
func (t *Transfers) change(i *wire.Import, due bool, do func(i *wire.Import)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	do(i)
	if due {
		t.note(i)
	}
}

// note remembers an import where that is possible. The caller holds mu.
func (t *Transfers) note(i *wire.Import) {
	if err := t.save(i); err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.config.Log.Warn("how far an import is could not be noted", "error", err)
	}
}

// finish says how a job ended, and gives its place back in the same moment: who
// sees that it ended may begin another.
func (t *Transfers) finish(ctx context.Context, i *wire.Import, err error, done wire.ImportState) {
	p := problem.Of(err)
	switch cause := context.Cause(ctx); {
	case err == nil || cause == nil:
	case errors.Is(cause, errStopped):
		p = nil
	case done == wire.ImportUndone:
		p = ErrUndoInterrupted
	default:
		p = ErrInterrupted
	}
	t.mu.Lock()
	i.State, i.Problem = done, p
	if err != nil {
		i.State = wire.ImportStopped
	}
	if i.State == wire.ImportUndone {
		i.UndoneAt = t.config.Now().UTC().Format(time.RFC3339)
	}
	t.note(i)
	ended := *i
	t.release()
	t.mu.Unlock()
	t.config.Log.Info("an import ended", "import", ended.ID, "dry_run", ended.DryRun, "state", ended.State,
		"rows", ended.Rows, "done", ended.Done, "refused", ended.Refused)
	if p != nil && p.Kind == problem.Internal {
		t.config.Log.Error("an import failed", "import", ended.ID, "error", err)
	}
}
