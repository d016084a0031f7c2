package orders

import (
	"context"
	"encoding/json"

	badger "github.com/dgraph-io/badger/v4"
)

// Each gives every order of the history to do, in no order that means
// anything, until do returns false or ctx ends. The store goes on being written
// meanwhile; do sees it as it was when Each began.
func (s *Store) Each(ctx context.Context, do func(Order) (more bool)) error {
	return s.view(func(v *view) error {
		options := badger.DefaultIteratorOptions
		options.Prefix = []byte(orderPrefix)
		it := v.txn.NewIterator(options)
		defer it.Close()
		for it.Rewind(); it.Valid() && ctx.Err() == nil; it.Next() {
			var rec record
			err := it.Item().Value(func(b []byte) error { return json.Unmarshal(b, &rec) })
			if err != nil {
				return err
			}
			if !do(s.given(rec)) {
				return nil
			}
		}
		return ctx.Err()
	})
}
