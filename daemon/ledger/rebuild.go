package ledger

import (
	"errors"
	"runtime/debug"
	"sort"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// retryAfter is how long the ledger waits before it tries again to build an
// index, for example while the disk is full. Answers come from memory
// meanwhile, and marks are saved in the journal.
const retryAfter = 30 * time.Second

// ErrStale says that neither the index nor the journal answered.
var ErrStale = problem.New(problem.Damaged, "index_stale",
	"the disk does not answer, so the latest marks may not be shown and nothing is saved",
	"check the disk, then restart Blackmark; what was confirmed is in the journal")

// rebuild builds the index beside, then puts it in the place of memory.
func (l *Ledger) rebuild() {
	for {
		err := l.rebuildOnce()
		if err == nil {
			return
		}
		if !errors.Is(err, ErrClosed) {
			l.cfg.Log.Warn("the index could not be built; trying again", "after", retryAfter, "error", err)
		}
		select {
		case <-l.stopping:
			return
		case <-time.After(retryAfter):
		}
	}
}

func (l *Ledger) rebuildOnce() error {
	if err := disk.CheckFree(l.cfg.Dir, l.cfg.MinFree); err != nil {
		return err
	}
	began := time.Now()
	l.building.Lock()
	defer l.building.Unlock()
	l.mu.RLock()
	m, ok := l.table.(*memory)
	l.mu.RUnlock()
	if !ok {
		return ErrClosed
	}
	x, err := l.buildIndex(m.watch())
	if err != nil {
		return err
	}
	swapped := make(chan error, 1)
	swap := func() { swapped <- l.swap(m, x) }
	select {
	case l.tasks <- swap:
		err = <-swapped
	case <-l.stopping:
		err = ErrClosed
	}
	if err != nil {
		return errors.Join(err, x.close())
	}
	l.cfg.Log.Info("the index was built from the journal",
		"buyers", l.meta.Load().Buyers, "took", time.Since(began).Round(time.Millisecond))
	debug.FreeOSMemory() // memory held every mark; the daemon is idle most of the day
	return nil
}

// buildIndex writes a copy of the table beside the old index, takes its place
// and opens it. No marker stands, so a crash on the way costs another build.
func (l *Ledger) buildIndex(copied changes) (*index, error) {
	dir, beside := l.path(indexDir), l.path(newIndexDir)
	if err := removeDir(beside); err != nil {
		return nil, err
	}
	x, err := newIndex(beside)
	if err != nil {
		return nil, err
	}
	if err := l.fill(x, copied); err != nil {
		return nil, errors.Join(err, x.close())
	}
	if err := x.close(); err != nil {
		return nil, err
	}
	if err := removeDir(dir); err != nil {
		return nil, err
	}
	if err := disk.Rename(beside, dir); err != nil {
		return nil, err
	}
	if err := disk.SyncDir(l.cfg.Dir); err != nil {
		return nil, err
	}
	return newIndex(dir)
}

// fill writes in the order of the keys, which Badger stores fastest.
func (l *Ledger) fill(x *index, c changes) error {
	keys := make([]string, 0, len(c))
	for k := range c {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	batch := x.db.NewWriteBatch()
	defer batch.Cancel()
	for i, k := range keys {
		if i%4096 == 0 {
			if err := disk.CheckFree(l.cfg.Dir, l.cfg.MinFree); err != nil {
				return err
			}
			select {
			case <-l.stopping:
				return ErrClosed
			default:
			}
		}
		if err := batch.Set([]byte(k), c[k]); err != nil {
			return err
		}
	}
	return batch.Flush()
}

// swap adds what was written meanwhile and puts the index in the place of
// memory. The writer runs it, so nothing is written during it.
func (l *Ledger) swap(m *memory, x *index) error {
	for _, c := range m.unwatch() {
		if err := x.write(c); err != nil {
			return err
		}
	}
	l.mu.Lock()
	l.table = x
	l.mu.Unlock()
	l.rebuilding.Store(false)
	return nil
}

// leaveIndex is for an index that failed: it is not believed any more, and
// everything is read from the journal again. The writer runs it.
func (l *Ledger) leaveIndex(cause error) {
	if _, ok := l.table.(*index); !ok {
		return // left already
	}
	l.cfg.Log.Error("the index failed; it is built again from the journal", "error", cause)
	m, at, err := l.replay()
	if err != nil {
		l.cfg.Log.Error("the journal could not be read for it: read-only", "error", err)
		l.unreadable.Store(ErrStale.Because(err))
		return
	}
	l.mu.Lock()
	old := l.table
	l.table = m
	l.meta.Store(&at)
	l.mu.Unlock()
	if err := old.close(); err != nil {
		l.cfg.Log.Warn("the failed index did not close", "error", err)
	}
	l.distrusted.Store(false)
	if l.writable() == nil && l.rebuilding.CompareAndSwap(false, true) {
		l.running.Go(l.rebuild)
	}
}
