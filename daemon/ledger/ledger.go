// Package ledger is My Blacklist: the seller's own marks on buyers.
//
// It may import daemon/ledger/journal, daemon/disk, daemon/feed and shared. A mark is
// acknowledged when it is in the journal and flushed; Badger is an index of
// the journal that is believed only after a clean close and rebuilt in every
// other case. The ledger never talks to a page or a network, never logs a
// buyer's id, name or note, never changes a record, and when in doubt whether
// two keys are one buyer, answers that they are not.
package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"blackmark/daemon/disk"
	"blackmark/daemon/feed"
	"blackmark/daemon/ledger/journal"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// Config says where and how a ledger is kept.
type Config struct {
	Dir     string           // its own folder, made where it is missing
	MinFree uint64           // bytes that must stay free on the disk; 0 means 256 MiB
	Now     func() time.Time // nil means time.Now
	Log     *slog.Logger     // nil means none
	// Refuse tells whether a key stands for too many buyers to mean one. It
	// may be nil.
	Refuse func(buyer.Key) (bool, error)

	openFile func(path string) (journal.File, int64, error) // tests make the disk fail with it
}

// Ledger is an open My Blacklist. Its methods may be called from several
// goroutines. Writes of several callers share one flush.
type Ledger struct {
	cfg     Config
	journal *journal.Journal
	seen    *seenFile
	torn    atomic.Int64 // files beside the journal

	// mu is held for reading as long as a table is used, and for writing only
	// while another takes its place.
	mu    sync.RWMutex
	table table
	meta  atomic.Pointer[meta]

	building   sync.Mutex // held while the index is built; its files are then the builder's
	rebuilding atomic.Bool
	distrusted atomic.Bool                   // the index failed and is about to be left
	unreadable atomic.Pointer[problem.Error] // the journal holds what this version cannot read

	requests chan *request
	tasks    chan func() // run by the writer between two writes
	stopping chan struct{}
	stopOnce sync.Once
	running  sync.WaitGroup

	changes *feed.Feed[Change]
}

// ErrClosed says that the ledger was closed.
var ErrClosed = problem.New(problem.Unavailable, "ledger_closed",
	"Blackmark is stopping", "try again when it runs")

// Open opens the ledger. A damaged journal opens too: the ledger then answers
// from what can be read, Health names the problem, and nothing is saved.
func Open(c Config) (*Ledger, error) {
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := disk.MakeDir(c.Dir); err != nil {
		return nil, err
	}
	if err := disk.RemoveUnfinished(c.Dir); err != nil {
		return nil, err
	}
	l := &Ledger{
		cfg:      c,
		requests: make(chan *request),
		tasks:    make(chan func()),
		stopping: make(chan struct{}),
		changes:  feed.New[Change](subscriberBuffer),
	}
	marker, clean := readMarker(l.path(markerFile))
	if err := l.openJournal(marker, clean); err != nil {
		return nil, err
	}
	if err := l.openTable(marker, clean); err != nil {
		_ = l.journal.Close()
		_ = l.seen.close()
		return nil, err
	}
	l.running.Go(l.write)
	if l.rebuilding.Load() {
		l.running.Go(l.rebuild)
	}
	return l, nil
}

// The files of the ledger's folder.
const (
	journalFile = "journal"
	tornPrefix  = journalFile + ".torn-"
	seenName    = "journal.seen"
	markerFile  = "index.marker"
	indexDir    = "index"
	newIndexDir = "index.new"
)

func (l *Ledger) path(name string) string { return filepath.Join(l.cfg.Dir, name) }

func (l *Ledger) openJournal(marker position, clean bool) error {
	seen, err := readSeen(l.path(seenName))
	if err != nil {
		return err
	}
	if marker.Seq > seen.Seq {
		seen = journal.Seen{ID: marker.Journal, Seq: marker.Seq}
	}
	if clean {
		seen.Closed = marker.head()
	}
	j, report, err := journal.Open(l.path(journalFile), seen,
		journal.Options{MinFree: l.cfg.MinFree, OpenFile: l.cfg.openFile})
	if err != nil {
		return err
	}
	switch {
	case report.Damage != nil:
		l.cfg.Log.Error("the journal is damaged: read-only", "code", report.Damage.Code, "error", report.Damage)
	case report.Torn != "":
		l.cfg.Log.Warn("the journal ended in an unfinished write, which was never confirmed; it was moved aside",
			"file", filepath.Base(report.Torn), "bytes", report.TornBytes)
	}
	kept, err := disk.Named(l.path(tornPrefix))
	if err != nil {
		_ = j.Close()
		return err
	}
	l.torn.Store(int64(len(kept)))
	l.journal = j
	l.seen, err = openSeen(l.path(seenName), j.Head(), report.Damage != nil)
	if err != nil {
		_ = j.Close()
	}
	return err
}

// openTable takes the index where it can be believed, and what the journal
// says, in memory, where it cannot.
func (l *Ledger) openTable(marker position, clean bool) error {
	damaged := l.journal.Broken() != nil
	room := disk.CheckFree(l.cfg.Dir, l.cfg.MinFree) == nil
	at := positionOf(l.journal.Head())
	// Badger on a full disk ends the process: without room it stays closed.
	if clean && room && (marker == at || damaged) {
		x, m, err := openIndex(l.path(indexDir))
		switch {
		case err != nil:
			l.cfg.Log.Warn("the index does not open; it is built again from the journal", "error", err)
		case m.position == marker && (!damaged || marker.Seq >= at.Seq):
			if !damaged { // a damaged ledger changes nothing, so its marker stays true
				err = removeMarker(l.path(markerFile))
			}
			if err == nil {
				l.table = x
				l.meta.Store(&m)
				return nil
			}
			_ = x.close()
			return err
		default:
			l.cfg.Log.Warn("the index is not the journal's; it is built again")
			_ = x.close()
		}
	}
	if !damaged {
		if err := removeMarker(l.path(markerFile)); err != nil {
			return err
		}
	}
	memory, m, err := l.replay()
	if err != nil {
		return err
	}
	l.table = memory
	l.meta.Store(&m)
	l.rebuilding.Store(!damaged && l.unreadable.Load() == nil)
	return nil
}

// Health is how the ledger is now.
func (l *Ledger) Health() Health {
	h := Health{
		Rebuilding: l.rebuilding.Load(),
		Records:    l.journal.Head().Records,
		Torn:       int(l.torn.Load()),
	}
	if err := l.writable(); err != nil {
		h.ReadOnly, h.Problem = true, problem.Of(err)
	} else if err := disk.CheckFree(l.cfg.Dir, l.cfg.MinFree); err != nil {
		h.ReadOnly, h.Problem = true, problem.Of(err)
	}
	return h
}

// writable is why nothing is saved any more, or nil.
func (l *Ledger) writable() error {
	if p := l.unreadable.Load(); p != nil {
		return p
	}
	return l.journal.Broken()
}

// Close waits for what was begun, closes the index and says so in the marker.
func (l *Ledger) Close() error {
	var err error
	l.stopOnce.Do(func() {
		close(l.stopping)
		l.running.Wait()
		l.changes.Close()
		err = l.closeTable()
		err = errors.Join(err, l.seen.close(), l.journal.Close())
	})
	return err
}

func (l *Ledger) closeTable() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	x, ok := l.table.(*index)
	l.table = closedTable{}
	if !ok {
		return nil // nothing on the disk can be believed
	}
	if err := disk.CheckFree(l.cfg.Dir, l.cfg.MinFree); err != nil {
		// Badger's closing writes through a memory map, which ends the process
		// on a full disk. Left open it is built again at the next start.
		l.cfg.Log.Warn("the disk is full; the index was left as it is")
		return nil
	}
	if err := x.close(); err != nil {
		return fmt.Errorf("close the index: %w", err)
	}
	if l.journal.Broken() != nil || l.unreadable.Load() != nil {
		return nil
	}
	return writeMarker(l.path(markerFile), l.meta.Load().position)
}

// ErrIndex says that the index failed; the journal takes its place at once.
var ErrIndex = problem.New(problem.Unavailable, "index_failed",
	"the index of My Blacklist failed and is being built again", "try again in a moment; no mark is lost")

// read gives fn a consistent view of the marks. An error that is no problem
// comes from the index, which is then left.
func (l *Ledger) read(fn func(view) error) error {
	err := func() error {
		l.mu.RLock()
		defer l.mu.RUnlock()
		v := l.table.view()
		defer v.done()
		return fn(v)
	}()
	var known *problem.Error
	if err == nil || errors.As(err, &known) {
		return err
	}
	if l.distrusted.CompareAndSwap(false, true) {
		go func() {
			select {
			case l.tasks <- func() { l.leaveIndex(err) }:
			case <-l.stopping:
			}
		}()
	}
	return ErrIndex.Because(err)
}

// do sends a request to the writer and waits for it.
func (l *Ledger) do(ctx context.Context, r *request) error {
	r.done = make(chan struct{})
	select {
	case <-l.stopping:
		return ErrClosed
	default:
	}
	select {
	case l.requests <- r:
	case <-l.stopping:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	// Once taken it is carried out; the answer is one flush away.
	<-r.done
	return r.err
}

// removeDir removes an index that is not believed.
func removeDir(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("remove %s: %w", filepath.Base(dir), err)
	}
	return nil
}
