package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/backup"
	"blackmark/daemon/cloudlink"
	"blackmark/daemon/disk"
	"blackmark/daemon/ledger"
	"blackmark/daemon/ledger/journal"
	"blackmark/daemon/native"
	"blackmark/daemon/orders"
	"blackmark/daemon/transfer"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

var errRestoring = problem.New(problem.Conflict, "restore_running",
	"a backup is being restored just now", "wait until it is done")

// deviceFile names this installation; a restored copy gets another.
const deviceFile = "device.json"

// swap changes what lies in the data folder.
func (m *Main) swap() backup.Swap { return backup.Swap{Dir: m.folder.Path(), Now: m.config.Now} }

// Restore compares a backup with what is there and, unless it is a dry run, puts
// it in its place. The copy is made beside, opened and checked before anything is
// touched. When Restore returns with Restored, the new data lies there and the
// stores are closed: Run ends, and the next Main opens it.
func (m *Main) Restore(ctx context.Context, q wire.RestoreQuery) (r wire.Restore, err error) {
	if !m.restoring.TryLock() {
		return r, errRestoring
	}
	defer m.restoring.Unlock()
	if m.restored.Load() {
		return r, errRestoring
	}
	defer func() {
		if !m.restored.Load() {
			err = errors.Join(err, m.swap().Drop())
		}
	}()
	file, err := m.backups.Open(q.Backup)
	if err != nil {
		return r, err
	}
	defer file.Close()
	copied, err := m.unpack(ctx, file, q.DryRun)
	if err != nil {
		return r, err
	}
	if r, err = m.compare(ctx, copied); err != nil {
		return r, err
	}
	if r.Backup, err = m.describe(q.Backup); err != nil || q.DryRun {
		return r, err
	}
	if _, err := m.backups.Take(ctx, backup.WhyRestore); err != nil {
		// It may be what the restore is to mend. What is there is kept as it lies.
		m.config.Log.Warn("no backup could be made before the restore", "error", err)
	}
	r.Kept, err = m.exchange()
	r.Restored = err == nil
	return r, err
}

func (m *Main) describe(name string) (wire.Backup, error) {
	list, err := m.backups.List()
	for _, b := range list.Backups {
		if b.Name == name {
			return b, err
		}
	}
	return wire.Backup{}, errors.Join(err, backup.ErrUnknown)
}

// unpack makes data of a backup on the stage and names the folder. It reads the
// backup to its end. A dry run unpacks the marks alone.
func (m *Main) unpack(ctx context.Context, file *os.File, dryRun bool) (stage string, err error) {
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	if stage, err = m.swap().Stage(); err != nil {
		return "", err
	}
	minFree := m.config.MinFree
	if minFree == 0 {
		minFree = disk.DefaultMinFree
	}
	// A backup is squeezed: what it holds takes a multiple of its size.
	if err := disk.CheckFree(stage, minFree+8*uint64(info.Size())); err != nil {
		return "", err
	}
	var head journal.Head
	var held int
	unpacked := map[string]bool{}
	s, err := backup.Read(file, func(part backup.Part, content io.Reader) (err error) {
		dir := filepath.Join(stage, part.Name)
		newest := map[string]int{ledgerPart: ledgerFormat, ordersPart: orders.DumpFormat, cloudPart: cloudlink.DumpFormat,
			nativePart: native.DumpFormat, importsPart: transfer.DumpFormat}
		if part.Format > newest[part.Name] {
			return backup.ErrTooNew // a part that is not known here has a version too
		}
		if unpacked[part.Name] {
			return backup.ErrDamaged
		}
		unpacked[part.Name] = true
		switch {
		case part.Name == ledgerPart:
			head, err = ledger.Adopt(dir, content)
		case dryRun:
		case part.Name == ordersPart:
			held, err = orders.Load(ctx, orders.Config{Dir: dir, MinFree: m.config.MinFree, Log: m.config.Log}, content)
		case part.Name == cloudPart:
			err = cloudlink.Load(ctx, cloudlink.Config{Dir: dir, MinFree: m.config.MinFree, Log: m.config.Log}, content)
		case part.Name == nativePart:
			err = native.Load(dir, content)
		case part.Name == importsPart:
			err = transfer.Load(dir, content)
		}
		return err
	})
	switch {
	case err != nil:
		return "", err
	case !unpacked[ledgerPart] || !unpacked[ordersPart] || !unpacked[cloudPart]:
		return "", backup.ErrDamaged.Because(errors.New("a part is missing"))
	case string(head.ID[:]) != string(s.Journal) || string(head.Chain[:]) != string(s.Chain) ||
		head.Records != s.Records || head.Sum != s.Sum || !dryRun && held != s.Orders:
		return "", backup.ErrDamaged.Because(errors.New("it holds something else than it says"))
	}
	return stage, nil
}

// settleLimit is how long the copy's index may take; what is missing is built
// after the restore.
const settleLimit = 2 * time.Minute

// compare opens the unpacked marks as a start would, and counts who is marked now
// and there.
func (m *Main) compare(ctx context.Context, stage string) (r wire.Restore, err error) {
	then, err := ledger.Open(ledger.Config{Dir: filepath.Join(stage, ledgerPart), MinFree: m.config.MinFree, Log: m.config.Log})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, then.Close()) }()
	if h := then.Health(); h.ReadOnly {
		return r, h.Problem
	}
	settling, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	if err := then.Settled(settling); err != nil {
		m.config.Log.Warn("the index of the restored marks is built later", "error", err)
	}
	here, err := markedKeys(ctx, m.ledger)
	if err != nil {
		return r, err
	}
	there, err := markedKeys(ctx, then)
	if err != nil {
		return r, err
	}
	r.Now, r.Then = m.ledger.Counts().Buyers, then.Counts().Buyers
	if r.Lost, err = missing(ctx, m.ledger, there); err != nil {
		return r, err
	}
	r.Gained, err = missing(ctx, then, here)
	return r, err
}

func markedKeys(ctx context.Context, l *ledger.Ledger) (map[buyer.Key]bool, error) {
	keys := map[buyer.Key]bool{}
	err := l.Each(ctx, func(m ledger.Mark) error {
		for _, k := range m.Keys {
			keys[k] = true
		}
		return nil
	})
	return keys, err
}

// missing counts the buyers of a list of whom no key stands among others.
func missing(ctx context.Context, l *ledger.Ledger, others map[buyer.Key]bool) (n int, err error) {
	err = l.Each(ctx, func(m ledger.Mark) error {
		for _, k := range m.Keys {
			if others[k] {
				return nil
			}
		}
		n++
		return nil
	})
	return n, err
}

// exchange closes the stores and puts what is on the stage in their place. Whatever
// comes of it, what lies in the folder has to be opened anew.
func (m *Main) exchange() (kept string, err error) {
	m.restored.Store(true)
	if m.stop != nil {
		defer m.stop() // the answer still goes out
	}
	moves := []backup.Move{{Name: ledgerPart, New: true}, {Name: ordersPart, New: true}, {Name: deviceFile}}
	// What is at the cloud now is known only to what is here now. Marks that the
	// backup does not hold are taken back from there, as after any cancel.
	if !m.cloud.Sound() {
		moves = append(moves, backup.Move{Name: cloudPart, New: true})
	}
	// So it is with what stands on marketplaces' own lists.
	if m.natives.Empty() {
		moves = append(moves, backup.Move{Name: nativePart, New: true})
	}
	moves = append(moves, backup.Move{Name: importsPart, New: true})
	if m.unlink != nil {
		m.unlink()
	}
	if err := m.closeStores(); err != nil {
		return "", fmt.Errorf("close before the restore: %w", err)
	}
	kept, err = m.swap().Do(moves)
	if err == nil {
		m.config.Log.Info("a backup was restored", "kept", filepath.Base(kept))
	}
	return kept, err
}
