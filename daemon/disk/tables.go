package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime"

	badger "github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/options"
	"github.com/dgraph-io/ristretto/v2/z"
	"golang.org/x/sync/errgroup"
)

// checkTables checks all of the tables of a database, lengths and checksums, and
// tells Badger not to do it again. Badger slices by lengths before it checks
// anything: a wrong one ends the process, in a goroutine of its own where nobody
// can recover it, and so at every start. It needs twice the time, too. An encrypted
// table hides its index; who encrypts has to look by himself.
func checkTables(o *badger.Options) error {
	if len(o.EncryptionKey) > 0 {
		return nil
	}
	tables, err := filepath.Glob(filepath.Join(o.Dir, "*.sst"))
	if err != nil {
		return err
	}
	var checking errgroup.Group
	checking.SetLimit(runtime.GOMAXPROCS(0))
	for _, path := range tables {
		checking.Go(func() error { return checkTable(path) })
	}
	o.ChecksumVerificationMode = options.NoVerification
	return checking.Wait()
}

func checkTable(path string) (err error) {
	if info, err := os.Stat(path); err != nil {
		return err
	} else if info.Size() == 0 { // it cannot be mapped
		return fmt.Errorf("%w: %s is empty", ErrDamaged, filepath.Base(path))
	}
	mapped, err := z.OpenMmapFile(path, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, mapped.Close(-1)) }()
	if !tableSound(mapped.Data) {
		return fmt.Errorf("%w: %s does not check", ErrDamaged, filepath.Base(path))
	}
	return nil
}

// tableSound reads a table as Badger does: blocks, an index of them, its length,
// its checksum, and the checksum's length.
func tableSound(table []byte) bool {
	rest, checksum, ok := cutTail(table)
	if !ok {
		return false
	}
	rest, index, ok := cutTail(rest)
	if sum, sumOK := readChecksum(checksum); !ok || !sumOK || len(index) == 0 ||
		crc32.Checksum(index, castagnoli) != sum {
		return false
	}
	blocks := fb.GetRootAsTableIndex(index, 0) // its checksum fits: it is as Badger wrote it
	var at fb.BlockOffset
	for i := range blocks.OffsetsLength() {
		if !blocks.Offsets(&at, i) || uint64(at.Offset())+uint64(at.Len()) > uint64(len(rest)) ||
			!blockSound(rest[at.Offset():at.Offset()+at.Len()]) {
			return false
		}
	}
	return blocks.OffsetsLength() > 0
}

// blockSound reads a block: entries, where each begins, how many there are, the
// checksum, and its length.
func blockSound(block []byte) bool {
	rest, checksum, ok := cutTail(block)
	if sum, sumOK := readChecksum(checksum); !ok || !sumOK || len(rest) < 4 ||
		crc32.Checksum(rest, castagnoli) != sum {
		return false
	}
	entries := uint64(binary.BigEndian.Uint32(rest[len(rest)-4:]))
	return entries*4 <= uint64(len(rest)-4)
}

// cutTail cuts off what ends with its own length.
func cutTail(data []byte) (rest, tail []byte, ok bool) {
	if len(data) < 4 {
		return nil, nil, false
	}
	end := len(data) - 4
	length := uint64(binary.BigEndian.Uint32(data[end:]))
	if length > uint64(end) {
		return nil, nil, false
	}
	return data[:end-int(length)], data[end-int(length) : end], true
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// readChecksum reads Badger's message of a kind and a sum. Tables are written with
// CRC-32C alone, which is kind 0; on another one Badger ends the process.
func readChecksum(message []byte) (sum uint32, ok bool) {
	const kindField, sumField = 1 << 3, 2 << 3
	for len(message) > 0 {
		value, n := binary.Uvarint(message[1:])
		switch {
		case n <= 0 || message[0] == kindField && value != 0 || value > 1<<32-1:
			return 0, false
		case message[0] == sumField:
			sum = uint32(value)
		case message[0] != kindField:
			return 0, false
		}
		message = message[1+n:]
	}
	return sum, true
}
