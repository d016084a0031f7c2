package ledger

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger/journal"
)

// Copy writes the journal as it is at one moment and tells its head. Marking
// goes on meanwhile.
func (l *Ledger) Copy(w io.Writer) (journal.Head, error) { return l.journal.Copy(w) }

// Head is the end of the journal.
func (l *Ledger) Head() journal.Head { return l.journal.Head() }

// Adopt makes a ledger in a new folder of what Copy wrote, and tells the head
// that the copy had. The new one's journal is another, with the same records.
func Adopt(dir string, r io.Reader) (journal.Head, error) {
	if err := disk.MakeDir(dir); err != nil {
		return journal.Head{}, err
	}
	return journal.Adopt(filepath.Join(dir, journalFile), r)
}

// settleEvery is how often Settled looks.
const settleEvery = 10 * time.Millisecond

// Settled waits until the index is built, or ctx ends.
func (l *Ledger) Settled(ctx context.Context) error {
	ticker := time.NewTicker(settleEvery)
	defer ticker.Stop()
	for l.rebuilding.Load() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
	return nil
}
