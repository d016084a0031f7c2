package ledger

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/daemon/disk"
	"blackmark/daemon/ledger/journal"
)

// tableFormat is the version of what a table holds. An index of another one
// is built again.
const tableFormat = 1

// position is how far along a journal something is.
type position struct {
	Journal [16]byte
	Seq     uint64
	Records uint64
	Sum     uint64 // of the hashes of all records
	Chain   [32]byte
}

func positionOf(h journal.Head) position {
	return position{Journal: h.ID, Seq: h.Seq, Records: h.Records, Sum: h.Sum, Chain: h.Chain}
}

func (p position) head() journal.Head {
	return journal.Head{ID: p.Journal, Seq: p.Seq, Records: p.Records, Sum: p.Sum, Chain: p.Chain}
}

type positionJSON struct {
	Format  int    `json:"format"`
	Journal string `json:"journal"`
	Seq     uint64 `json:"seq"`
	Records uint64 `json:"records"`
	Sum     uint64 `json:"sum"`
	Chain   string `json:"chain"`
}

func (p position) toJSON() positionJSON {
	return positionJSON{
		Format: tableFormat, Journal: hex.EncodeToString(p.Journal[:]),
		Seq: p.Seq, Records: p.Records, Sum: p.Sum, Chain: hex.EncodeToString(p.Chain[:]),
	}
}

func (j positionJSON) position() (position, bool) {
	p := position{Seq: j.Seq, Records: j.Records, Sum: j.Sum}
	id, err1 := hex.DecodeString(j.Journal)
	chain, err2 := hex.DecodeString(j.Chain)
	ok := err1 == nil && err2 == nil && j.Format == tableFormat &&
		copy(p.Journal[:], id) == 16 && copy(p.Chain[:], chain) == 32
	return p, ok
}

// meta is what a table says about itself.
type meta struct {
	position
	Buyers         int
	PerMarketplace map[string]int
}

const metaKey = "meta"

func (m meta) clone() meta {
	per := make(map[string]int, len(m.PerMarketplace))
	for k, v := range m.PerMarketplace {
		per[k] = v
	}
	m.PerMarketplace = per
	return m
}

type metaJSON struct {
	positionJSON
	Buyers         int            `json:"buyers"`
	PerMarketplace map[string]int `json:"per_marketplace"`
}

func (m meta) encode() []byte {
	b, err := json.Marshal(metaJSON{m.position.toJSON(), m.Buyers, m.PerMarketplace})
	if err != nil {
		panic(err) // numbers and strings always encode
	}
	return b
}

func decodeMeta(b []byte) (meta, error) {
	var j metaJSON
	if err := json.Unmarshal(b, &j); err != nil {
		return meta{}, err
	}
	p, ok := j.position()
	if !ok {
		return meta{}, errors.New("the index is of another format")
	}
	m := meta{position: p, Buyers: j.Buyers, PerMarketplace: j.PerMarketplace}
	return m.clone(), nil
}

// The marker is there only while the index is closed and complete.

func readMarker(path string) (at position, clean bool) {
	var j positionJSON
	if disk.ReadObject(path, &j) != nil {
		return position{}, false
	}
	return j.position()
}

func writeMarker(path string, at position) error {
	return disk.WriteObject(path, at.toJSON())
}

func removeMarker(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = disk.SyncDir(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("remove the index's marker: %w", err)
	}
	return nil
}

// index is a table in Badger.
type index struct{ db *badger.DB }

// openIndex opens an index and says how far it is.
func openIndex(dir string) (*index, meta, error) {
	if _, err := os.Stat(dir); err != nil {
		return nil, meta{}, err
	}
	x, err := newIndex(dir)
	if err != nil {
		return nil, meta{}, err
	}
	v := x.view()
	defer v.done()
	b, err := v.get(metaKey)
	if err == nil && b == nil {
		err = errors.New("the index is empty")
	}
	var m meta
	if err == nil {
		m, err = decodeMeta(b)
	}
	if err != nil {
		v.done()
		return nil, meta{}, errors.Join(err, x.close())
	}
	return x, m, nil
}

func newIndex(dir string) (*index, error) {
	if err := disk.MakeDir(dir); err != nil {
		return nil, err
	}
	db, err := disk.OpenBadger(disk.Badger(dir))
	if err != nil {
		return nil, fmt.Errorf("open the index: %w", err)
	}
	return &index{db}, nil
}

func (x *index) view() view { return &indexView{txn: x.db.NewTransaction(false)} }

// write is one transaction unless the changes are too many for one.
func (x *index) write(c changes) error {
	if err := disk.Try(disk.Write, x.db.Opts().Dir); err != nil {
		return err
	}
	txn := x.db.NewTransaction(true)
	defer func() { txn.Discard() }()
	for k, v := range c {
		err := put(txn, k, v)
		if errors.Is(err, badger.ErrTxnTooBig) {
			if err := txn.Commit(); err != nil {
				return err
			}
			txn = x.db.NewTransaction(true)
			err = put(txn, k, v)
		}
		if err != nil {
			return err
		}
	}
	return txn.Commit()
}

func put(txn *badger.Txn, key string, value []byte) error {
	if value == nil {
		return txn.Delete([]byte(key))
	}
	return txn.Set([]byte(key), value)
}

func (x *index) close() error { return disk.CloseBadger(x.db) }

type indexView struct{ txn *badger.Txn }

func (v *indexView) get(key string) ([]byte, error) {
	item, err := v.txn.Get([]byte(key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the index: %w", err)
	}
	return item.ValueCopy(nil)
}

func (v *indexView) scan(prefix, from string, fn func(string, []byte) bool) error {
	opts := badger.DefaultIteratorOptions
	opts.Prefix = []byte(prefix)
	it := v.txn.NewIterator(opts)
	defer it.Close()
	for it.Seek([]byte(max(prefix, from))); it.Valid(); it.Next() {
		more := true
		err := it.Item().Value(func(b []byte) error {
			more = fn(string(it.Item().Key()), b)
			return nil
		})
		if err != nil {
			return fmt.Errorf("read the index: %w", err)
		}
		if !more {
			return nil
		}
	}
	return nil
}

func (v *indexView) done() { v.txn.Discard() }

// seenFile is the latest sequence that was acknowledged. It is written after
// the journal's flush and not flushed itself, so it is never ahead of the
// journal; after a kill it proves that a missing tail was once complete.
type seenFile struct {
	f  *os.File
	id [16]byte
}

const seenSize = 16 + 8 + 4

func readSeen(path string) (journal.Seen, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return journal.Seen{}, nil
	}
	if err != nil {
		return journal.Seen{}, err
	}
	if len(b) != seenSize || crc32.ChecksumIEEE(b[:24]) != binary.LittleEndian.Uint32(b[24:]) {
		return journal.Seen{}, nil // half written by a power cut: it proves nothing
	}
	return journal.Seen{ID: [16]byte(b[:16]), Seq: binary.LittleEndian.Uint64(b[16:])}, nil
}

// openSeen opens the file for writing, unless the journal is damaged: what
// was seen then stays as it is.
func openSeen(path string, head journal.Head, damaged bool) (*seenFile, error) {
	if damaged {
		return &seenFile{}, nil
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	s := &seenFile{f: f, id: head.ID}
	return s, s.set(head.Seq)
}

func (s *seenFile) set(seq uint64) error {
	if s.f == nil {
		return nil
	}
	b := binary.LittleEndian.AppendUint64(s.id[:len(s.id):len(s.id)], seq)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	_, err := s.f.WriteAt(b, 0)
	return err
}

func (s *seenFile) close() error {
	if s.f == nil {
		return nil
	}
	return s.f.Close()
}
