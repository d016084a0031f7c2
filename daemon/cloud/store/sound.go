package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/table"
	"github.com/dgraph-io/badger/v4/y"
	"github.com/dgraph-io/ristretto/v2"
	"github.com/dgraph-io/ristretto/v2/z"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
)

// ErrDamaged says that a file of the store does not check. It names the file, and
// nothing was changed in the folder.
var ErrDamaged = problem.New(problem.Damaged, "store_damaged",
	"a file of the store is damaged, so reports would be missing; nothing was opened and nothing changed",
	"look after the disk; keep the folder api/store under another name, then read the newest backup in its place: `blackmark-cloud restore BACKUP`")

func damaged(file, why string) error {
	return ErrDamaged.In(file).Because(fmt.Errorf("%s: %s", file, why))
}

// unread is damage only where the file is gone: all else says nothing of what it
// holds.
func unread(file string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return damaged(file, "is missing")
	}
	return disk.ErrUnopened.Because(err)
}

// checkSound reads every file that Badger would believe, before Badger does.
//
// Opened on its own, Badger cuts a log off at the first record that does not
// check, whether a kill tore it or a disk changed it: what stands behind, and was
// acknowledged, is gone for good and without a word. It does the same with the
// list of its tables when a length is wrong, and then deletes the tables that the
// list does not name; and it ends the process on some tables. Here a tail that
// does not check is torn only if it holds nothing that was acknowledged, which
// the witness says; everything else is ErrDamaged.
//
// Checksums stand over the encrypted bytes of a log; its records are decrypted
// beside that, because a changed initial vector makes all of them other ones.
func checkSound(o badger.Options, seen uint64) error {
	if _, err := os.Stat(filepath.Join(o.Dir, badger.ManifestFilename)); errors.Is(err, fs.ErrNotExist) {
		return checkEmpty(o.Dir, seen)
	}
	c := &checker{options: o}
	if err := c.readKeys(); err != nil {
		return err
	}
	if err := c.readManifest(); err != nil {
		return err
	}
	if err := c.readTables(); err != nil {
		return err
	}
	torn, err := c.readLogs()
	if err != nil {
		return err
	}
	if c.newest >= seen {
		return nil
	}
	if torn == "" {
		torn = badger.ManifestFilename
	}
	return damaged(torn, fmt.Sprintf("ends at version %d, version %d was acknowledged", c.newest, seen))
}

// checkEmpty lets a folder without a database be a new one, if nothing says that
// there was one.
func checkEmpty(dir string, seen uint64) error {
	tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
	if err == nil && (len(tables) > 0 || seen > 0) {
		err = damaged(badger.ManifestFilename, "is missing")
	}
	return err
}

type checker struct {
	options  badger.Options
	keys     *badger.KeyRegistry
	manifest badger.Manifest
	newest   uint64 // version that tables and logs hold
}

// registryHead is what stands before the keys: an initial vector and a text.
const registryHead = 16 + 12

func (c *checker) readKeys() error {
	data, err := os.ReadFile(filepath.Join(c.options.Dir, badger.KeyRegistryFileName))
	if err != nil {
		return unread(badger.KeyRegistryFileName, err)
	}
	// Badger would make room for any length that stands there.
	if len(data) < registryHead || checkedEnd(data, registryHead) != len(data) {
		return damaged(badger.KeyRegistryFileName, "holds a key that does not check")
	}
	c.keys, err = badger.OpenKeyRegistry(badger.KeyRegistryOptions{
		Dir: c.options.Dir, ReadOnly: true, EncryptionKey: c.options.EncryptionKey,
	})
	if err != nil {
		return ErrOpen.In(badger.KeyRegistryFileName).Because(err)
	}
	return nil
}

// checkedEnd is where records of length, checksum and bytes end that check.
func checkedEnd(data []byte, at int) int {
	for len(data)-at >= 8 {
		length := int64(binary.BigEndian.Uint32(data[at:]))
		if length > int64(len(data)-at-8) {
			break
		}
		end := at + 8 + int(length)
		if crc32.Checksum(data[at+8:end], y.CastagnoliCrcTable) != binary.BigEndian.Uint32(data[at+4:]) {
			break
		}
		at = end
	}
	return at
}

func (c *checker) readManifest() error {
	const magic = 8
	name := badger.ManifestFilename
	data, err := os.ReadFile(filepath.Join(c.options.Dir, name))
	if err != nil {
		return unread(name, err)
	}
	if len(data) < magic {
		return damaged(name, "is too short")
	}
	if end := checkedEnd(data, magic); end != len(data) && !tornRecord(data[end:]) {
		return damaged(name, fmt.Sprintf("does not check from byte %d of %d", end, len(data)))
	}
	f, err := os.Open(filepath.Join(c.options.Dir, name))
	if err != nil {
		return err
	}
	defer f.Close()
	c.manifest, _, err = badger.ReplayManifestFile(f, c.options.ExternalMagicVersion, c.options)
	if err != nil {
		return damaged(name, err.Error())
	}
	return nil
}

// tornRecord tells whether a write that was cut off could have left this: it is
// shorter than it says, and its checksum fits no part of it, so that it is not
// the length that was changed.
func tornRecord(rest []byte) bool {
	if len(rest) < 8 {
		return true
	}
	if int64(binary.BigEndian.Uint32(rest)) <= int64(len(rest)-8) {
		return false
	}
	want, sum := binary.BigEndian.Uint32(rest[4:]), uint32(0)
	for i := 8; i < len(rest); i++ {
		if sum = crc32.Update(sum, y.CastagnoliCrcTable, rest[i:i+1]); sum == want {
			return false
		}
	}
	return true
}

func (c *checker) readTables() error {
	cache, err := ristretto.NewCache(&ristretto.Config[uint64, *fb.TableIndex]{NumCounters: 1000, MaxCost: 8 << 20, BufferItems: 64})
	if err != nil {
		return err
	}
	defer cache.Close()
	for id, of := range c.manifest.Tables {
		name := table.IDToFilename(id)
		key, err := c.keys.DataKey(of.KeyID)
		if err != nil {
			return damaged(badger.KeyRegistryFileName, "lacks the key of "+name)
		}
		newest, err := readTable(filepath.Join(c.options.Dir, name), table.Options{
			ReadOnly: true, BlockSize: c.options.BlockSize, ChkMode: c.options.ChecksumVerificationMode,
			Compression: of.Compression, DataKey: key, IndexCache: cache,
		})
		if err != nil {
			return err
		}
		c.newest = max(c.newest, newest)
	}
	return nil
}

// readTable reads all of a table and gives the newest version in it. Badger
// panics on some that do not check.
func readTable(file string, o table.Options) (newest uint64, err error) {
	name := filepath.Base(file)
	if info, err := os.Stat(file); err != nil {
		return 0, unread(name, err)
	} else if info.Size() == 0 {
		return 0, damaged(name, "is empty")
	}
	mapped, err := z.OpenMmapFile(file, os.O_RDONLY, 0)
	if err != nil {
		return 0, unread(name, err)
	}
	defer func() {
		if recover() != nil {
			err = damaged(name, "does not check")
		}
		_ = mapped.Close(-1) // closed already where opening failed
	}()
	t, err := table.OpenTable(mapped, o)
	if err != nil {
		return 0, damaged(name, err.Error())
	}
	return t.MaxVersion(), nil
}

// logHead begins a log: the number of its key, and an initial vector.
const logHead = 8 + 12

// readLogs reads the logs of what is not in a table yet. It gives the name of the
// newest if that has a tail that does not check.
func (c *checker) readLogs() (torn string, err error) {
	values, err := filepath.Glob(filepath.Join(c.options.Dir, "*.vlog"))
	if err != nil {
		return "", err
	}
	for _, file := range values { // without a value in it: they are all small
		if _, _, err := c.openLog(file); err != nil {
			return "", err
		}
	}
	files, err := filepath.Glob(filepath.Join(c.options.Dir, "*.mem"))
	if err != nil {
		return "", err
	}
	slices.SortFunc(files, func(a, b string) int { return logNumber(a) - logNumber(b) })
	for i, file := range files {
		data, key, err := c.openLog(file)
		if err != nil {
			return "", err
		}
		if data == nil {
			continue // of the oldest, Badger empties before it deletes: all of it is in a table
		}
		end, newest := readLog(data, key)
		c.newest = max(c.newest, newest)
		if len(bytes.TrimRight(data[end:], "\x00")) == 0 {
			continue
		}
		if i < len(files)-1 {
			// The next one was begun when all of this one was on the disk.
			return "", damaged(filepath.Base(file), fmt.Sprintf("does not check from byte %d", end))
		}
		torn = filepath.Base(file)
	}
	return torn, nil
}

func logNumber(file string) int {
	name := filepath.Base(file)
	n, _ := strconv.Atoi(name[:len(name)-len(filepath.Ext(name))])
	return n
}

// openLog reads a log and finds its key. One that was never begun gives nothing.
func (c *checker) openLog(file string) (data, key []byte, err error) {
	data, err = os.ReadFile(file)
	if err != nil {
		return nil, nil, err
	}
	if len(data) < logHead || len(bytes.TrimRight(data, "\x00")) == 0 {
		return nil, nil, nil
	}
	dataKey, err := c.keys.DataKey(binary.BigEndian.Uint64(data))
	if err != nil || dataKey == nil {
		return nil, nil, damaged(filepath.Base(file), "names a key that is not there")
	}
	return data, dataKey.Data, nil
}

// Bits of a record's first byte.
const (
	partOfWrite = 1 << 6
	endOfWrite  = 1 << 7
)

// readLog gives where the last whole write of a log ends, and its version.
func readLog(data, key []byte) (end int, newest uint64) {
	end = logHead
	at, open := end, uint64(0)
	for {
		r, ok := readRecord(data, at, key)
		if !ok || r.version == 0 || open != 0 && r.version != open {
			return end, newest
		}
		at = r.end
		switch {
		case r.bits&partOfWrite != 0:
			open = r.version
		case r.bits&endOfWrite != 0:
			if said, err := strconv.ParseUint(string(r.value), 10, 64); err != nil || open != said {
				return end, newest
			}
			end, newest, open = at, max(newest, r.version), 0
		default:
			return end, newest
		}
	}
}

type record struct {
	bits    byte
	version uint64
	value   []byte
	end     int
}

// readRecord reads what stands at a place: bits, lengths, expiry, encrypted key
// and value, checksum over all of it.
func readRecord(data []byte, at int, key []byte) (r record, ok bool) {
	rest := data[at:]
	if len(rest) < 2 {
		return r, false
	}
	r.bits = rest[0]
	head := 2
	var numbers [3]uint64
	for i := range numbers {
		n, size := binary.Uvarint(rest[head:])
		if size <= 0 {
			return r, false
		}
		numbers[i], head = n, head+size
	}
	keyLength, valueLength := numbers[0], numbers[1]
	if keyLength <= 8 || keyLength > math.MaxUint16+1 || valueLength > uint64(len(rest)) ||
		uint64(head)+keyLength+valueLength+crc32.Size > uint64(len(rest)) {
		return r, false
	}
	end := head + int(keyLength+valueLength)
	if crc32.Checksum(rest[:end], y.CastagnoliCrcTable) != binary.BigEndian.Uint32(rest[end:]) {
		return r, false
	}
	iv := binary.BigEndian.AppendUint32(slices.Clone(data[8:logHead]), uint32(at))
	plain, err := y.XORBlockAllocate(rest[head:end], key, iv)
	if err != nil {
		return r, false
	}
	r.version = y.ParseTs(plain[:keyLength])
	r.value = plain[keyLength:]
	r.end = at + end + crc32.Size
	return r, true
}
