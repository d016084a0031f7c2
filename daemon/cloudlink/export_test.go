package cloudlink

import (
	"log/slog"

	badger "github.com/dgraph-io/badger/v4"
)

// Turns has reports wait and gives each its turn, in which settle makes another one
// wait no more: what happens meanwhile, as it were. It returns those that had a turn.
func Turns(dir string, waiting []string, turn func(mark string, settle func(mark string) error) error) (had []string, err error) {
	r, err := openReports(dir, Config{MinFree: 1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return nil, err
	}
	defer r.close()
	err = r.write(func(txn *badger.Txn) error {
		for _, mark := range waiting {
			if err := flag(txn, waitPrefix+mark, true); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = r.inSteps(waitPrefix, func(txn *badger.Txn, mark string) error {
		had = append(had, mark)
		return turn(mark, func(other string) error { return flag(txn, waitPrefix+other, false) })
	})
	return had, err
}
