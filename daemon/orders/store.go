package orders

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/daemon/feed"
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// storeFormat is the version of what is stored.
const storeFormat = 1

// The keys of the store:
//
//	o/<order>            record
//	b/<key> 00 <order>   the orders of a buyer
//	n/<key>              stats of a key
//	a/<key>              what orders say of it and keys of other kinds
//	meta                 format and counts
const (
	orderPrefix = "o/"
	buyerPrefix = "b/"
	statsPrefix = "n/"
	kinPrefix   = "a/"
	metaKey     = "meta"
)

// record is an order as it is stored.
type record struct {
	Order
	Graded []graded    `json:"graded,omitempty"`
	Rival  []buyer.Key `json:"rival,omitempty"` // what contradicted, for the person who decides
}

// stats is what is known of one key over all orders.
type stats struct {
	Orders  int            `json:"orders"`
	Primary int            `json:"primary"`         // orders of which it is the first key
	Names   map[string]int `json:"names,omitempty"` // hash of a name: on how many orders
	Shared  bool           `json:"shared,omitempty"`
}

// none tells whether nothing is known of a key: that is not stored.
func (st stats) none() bool { return st.Orders <= 0 && !st.Shared }

type meta struct {
	Format int `json:"format"`
	Orders int `json:"orders"`
	Buyers int `json:"buyers"`
}

// Store is the open order history. Its methods may be called from several
// goroutines.
type Store struct {
	cfg Config
	db  *badger.DB

	closing sync.RWMutex // held for reading while the database is used, for writing while it is exchanged
	closed  bool

	mu      sync.Mutex // one writer; taken before closing
	meta    atomic.Pointer[meta]
	latest  atomic.Pointer[hand] // of the newest write; nil while one goes on
	storing atomic.Pointer[Page] // the page that is taken and not stored yet; nil: there is none

	sharedMu sync.RWMutex
	shared   map[buyer.Key]bool // keys that stand for many buyers

	changes *feed.Feed[Changed]
	version atomic.Uint64 // of the newest change that subscribers are told
}

// ErrTooNew says that a newer Blackmark wrote the history.
var ErrTooNew = problem.New(problem.Damaged, "orders_too_new",
	"the order history was written by a newer Blackmark; nothing was changed", "install the newest Blackmark")

// Open opens the store. One that is damaged is moved aside to <dir>.damaged-<n>
// and begun anew; one that the system does not let us look at stays, and is an
// error. On a full disk the store opens empty, in memory: Badger writes through a
// memory map, which ends the process there.
func Open(c Config) (*Store, error) {
	if c.MinFree == 0 {
		c.MinFree = disk.DefaultMinFree
	}
	if c.Retention == 0 {
		c.Retention = DefaultRetention
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
	if err := disk.CheckFree(c.Dir, c.MinFree); err != nil {
		c.Log.Warn("the disk is full: the order history stays closed until there is space and Blackmark is restarted", "error", err)
		return load(c, disk.Badger("").WithInMemory(true))
	}
	s, err := load(c, disk.Badger(c.Dir))
	if !errors.Is(err, disk.ErrDamaged) {
		return s, err
	}
	aside, moveErr := disk.MoveAside(c.Dir)
	if moveErr != nil {
		return nil, errors.Join(err, moveErr)
	}
	c.Log.Error("the order history is damaged; it was moved aside and begun anew",
		"kept", filepath.Base(aside), "error", err)
	if err := disk.MakeDir(c.Dir); err != nil {
		return nil, err
	}
	return load(c, disk.Badger(c.Dir))
}

func load(c Config, options badger.Options) (*Store, error) {
	db, err := disk.OpenBadger(options)
	if err != nil {
		return nil, fmt.Errorf("open the order history: %w", err)
	}
	if disk.Missing(db) {
		c.Log.Error("a file of the order history was damaged, and orders are missing; they come back when a page shows them")
		if err := disk.Acknowledge(db); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	s := &Store{cfg: c, db: db, shared: map[buyer.Key]bool{}, changes: feed.New[Changed](subscriberBuffer)}
	if err := s.loadMeta(); errors.Is(err, ErrTooNew) {
		return nil, errors.Join(err, db.Close())
	} else if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", disk.ErrDamaged, err), db.Close())
	}
	return s, nil
}

func (s *Store) loadMeta() error {
	return s.db.View(func(txn *badger.Txn) error {
		m := meta{Format: storeFormat}
		if _, err := getJSON(txn, metaKey, &m); err != nil {
			return err
		}
		if m.Format != storeFormat {
			return ErrTooNew.Because(fmt.Errorf("format %d", m.Format))
		}
		s.meta.Store(&m)
		return scan(txn, statsPrefix, func(key string, value []byte) error {
			var st stats
			if err := json.Unmarshal(value, &st); err != nil {
				return err
			}
			if !st.Shared {
				return nil
			}
			k, err := buyer.Parse(strings.TrimPrefix(key, statsPrefix))
			if err == nil {
				s.shared[k] = true
			}
			return nil // a kind that is no longer known is asked for no more
		})
	})
}

// Close closes the store.
func (s *Store) Close() error {
	s.closing.Lock()
	defer s.closing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.changes.Close()
	if err := disk.CheckFree(s.cfg.Dir, s.cfg.MinFree); err != nil && !s.db.Opts().InMemory {
		s.cfg.Log.Warn("the disk is full; the order history was left as it is")
		return nil
	}
	return disk.CloseBadger(s.db)
}

func (r Ref) key() string { return orderPrefix + r.Marketplace + ":" + r.Region + ":" + r.Number }

func (o Sighting) ref() Ref { return Ref{o.Marketplace, o.Region, o.Number} }

func buyerOrderKey(k buyer.Key, r Ref) string {
	return buyerPrefix + k.String() + "\x00" + strings.TrimPrefix(r.key(), orderPrefix)
}

func statsKey(k buyer.Key) string { return statsPrefix + k.String() }

func getJSON(txn *badger.Txn, key string, into any) (found bool, err error) {
	item, err := txn.Get([]byte(key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the order history: %w", err)
	}
	err = item.Value(func(b []byte) error { return json.Unmarshal(b, into) })
	if err != nil {
		return false, fmt.Errorf("read the order history: %w", err)
	}
	return true, nil
}

func scan(txn *badger.Txn, prefix string, fn func(key string, value []byte) error) error {
	opts := badger.DefaultIteratorOptions
	opts.Prefix = []byte(prefix)
	it := txn.NewIterator(opts)
	defer it.Close()
	for it.Rewind(); it.Valid(); it.Next() {
		err := it.Item().Value(func(b []byte) error { return fn(string(it.Item().Key()), b) })
		if err != nil {
			return err
		}
	}
	return nil
}
