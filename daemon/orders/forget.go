package orders

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"blackmark/daemon/disk"
	"blackmark/shared/buyer"
)

// Aliases gives the asked keys, which must be canonical, and all other keys that
// orders name for the same buyer. Keys that stand for many buyers lead to nobody, nor
// does one key to another that divide takes out of its list.
// It returns buyer.ErrWhich where the asked keys mean more than one.
func (s *Store) Aliases(asked []buyer.Key, divide func(lists [][]buyer.Key) ([][]buyer.Key, error)) ([]buyer.Key, error) {
	keys := asked
	for {
		var lists [][]buyer.Key
		err := s.view(func(v *view) error {
			for _, one := range v.standings(keys) {
				rec, found, err := v.order(one.ref)
				if err != nil {
					return err
				}
				if found {
					lists = append(lists, s.given(rec).Keys)
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if lists, err = divide(lists); err != nil {
			return nil, err
		}
		more, err := buyer.Together(asked, lists)
		if err != nil || len(more) <= len(keys) {
			return more, err
		}
		keys = more
	}
}

// Forget removes the orders of a buyer, and those of which pages disagree and one
// says that they are his. Keys are all of his. The store is then written anew,
// because Badger keeps what is deleted; it goes on being read meanwhile. A dry run
// counts and changes nothing.
func (s *Store) Forget(ctx context.Context, keys []buyer.Key, dryRun bool) (removed int, err error) {
	return s.forget(ctx, func(rec record) bool { return s.concerns(rec, keys) }, dryRun)
}

// ForgetNameless removes, by the rules of Forget, orders of which no page named the
// buyer: those that show a name, and the one that is given. Either may be empty.
func (s *Store) ForgetNameless(ctx context.Context, name string, order *Ref, dryRun bool) (removed int, err error) {
	name = foldName(name)
	return s.forget(ctx, func(rec record) bool {
		return len(rec.Graded) == 0 && len(rec.Rival) == 0 &&
			(name != "" && foldName(rec.Name) == name || order != nil && rec.ref() == *order)
	}, dryRun)
}

// foldName is a name without what does not tell two apart.
func foldName(name string) string { return strings.ToLower(strings.Join(strings.Fields(name), " ")) }

func (s *Store) forget(ctx context.Context, goes func(record) bool, dryRun bool) (removed int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.db.Opts().InMemory {
		return 0, disk.ErrNoSpace.Because(errors.New("the order history was not opened"))
	}
	var his []string
	err = s.view(func(v *view) error {
		return scan(v.txn, orderPrefix, func(key string, value []byte) error {
			var rec record
			if err := json.Unmarshal(value, &rec); err != nil {
				return err
			}
			if goes(rec) {
				his = append(his, key)
			}
			return ctx.Err()
		})
	})
	if err != nil || dryRun {
		return len(his), err
	}
	err = s.writeLocked(func(w *writer) error {
		for _, key := range his {
			if err := w.next(); err != nil {
				return err
			}
			var rec record
			if _, err := getJSON(w.txn, key, &rec); err != nil {
				return err
			}
			if err := w.remove(key, rec); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(his), s.rewrite()
}

// concerns tells whether an order says anything of a buyer.
func (s *Store) concerns(rec record, keys []buyer.Key) bool {
	var named []buyer.Key
	for _, g := range rec.Graded {
		if !s.isShared(g.Key) {
			named = append(named, g.Key)
		}
	}
	return buyer.Same(named, keys) || slices.ContainsFunc(rec.Rival, func(k buyer.Key) bool {
		return !s.isShared(k) && slices.Contains(keys, k)
	})
}

// rewrite leaves nothing of what was deleted. The caller is the one writer.
func (s *Store) rewrite() error {
	s.closing.RLock()
	closed, err := s.closed, error(nil)
	if !closed {
		err = disk.CopyBadger(s.db)
	}
	s.closing.RUnlock()
	if closed {
		return ErrClosed
	}
	if err != nil {
		return fmt.Errorf("write the order history anew: %w", err)
	}
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return ErrClosed
	}
	db, err := disk.SwapBadger(s.db)
	if db == nil {
		s.closed = true // nothing can be asked of it until a restart
		s.changes.Close()
	} else {
		s.db = db
	}
	if err != nil {
		return fmt.Errorf("write the order history anew: %w", err)
	}
	return nil
}
