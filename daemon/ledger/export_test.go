package ledger

import "blackmark/daemon/ledger/journal"

// WithFile lets a test make the journal's file fail.
func (c Config) WithFile(open func(path string) (journal.File, int64, error)) Config {
	c.openFile = open
	return c
}

// BreakIndex makes every use of the index fail from now on.
func (l *Ledger) BreakIndex() { _ = l.table.(*index).db.Close() }
