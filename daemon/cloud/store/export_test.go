package store

import (
	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
)

// BareReports opens a store's database as it is, checks nothing before, and
// counts the reports: what happens without this package's care.
func BareReports(dir string, key []byte) (n int, err error) {
	diskKey, _, err := keysOf(key)
	if err != nil {
		return 0, err
	}
	db, err := disk.OpenBadger(engine(dir, diskKey))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.View(func(txn *badger.Txn) error {
		return each(txn, []byte{tableReport}, false, func(_, _ []byte) error { n++; return nil })
	})
	return n, err
}
