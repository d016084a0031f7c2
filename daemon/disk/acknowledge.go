package disk

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	badger "github.com/dgraph-io/badger/v4"
)

// acknowledgedFile holds, in the folder of a database, the newest version that was
// acknowledged. It is not flushed, so after a power cut it is never ahead of what
// was; after a kill it proves what has to be there.
const acknowledgedFile = "ACKNOWLEDGED"

const acknowledgedSize = 8 + 4

// Acknowledge notes that all that a database holds now was acknowledged. Every
// write has to set some key that is never deleted: Badger forgets a deletion when
// nothing is left to delete, and its version with it.
func Acknowledge(db *badger.DB) error {
	o := db.Opts()
	if o.InMemory {
		return nil
	}
	f, err := os.OpenFile(filepath.Join(o.Dir, acknowledgedFile), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	b := binary.LittleEndian.AppendUint64(nil, db.MaxVersion())
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	_, err = f.WriteAt(b, 0)
	return errors.Join(err, f.Close())
}

// Missing tells whether a database that was just opened lacks what was
// acknowledged. Badger cuts a log off at the first record that does not check, and
// says nothing.
func Missing(db *badger.DB) bool {
	o := db.Opts()
	if o.InMemory {
		return false
	}
	b, err := os.ReadFile(filepath.Join(o.Dir, acknowledgedFile))
	if err != nil || len(b) != acknowledgedSize || crc32.ChecksumIEEE(b[:8]) != binary.LittleEndian.Uint32(b[8:]) {
		return false // it proves nothing
	}
	return binary.LittleEndian.Uint64(b) > db.MaxVersion()
}

// ErrManifest says that the list of a database's tables was changed.
var ErrManifest = errors.New("the list of the database's tables does not check")

// manifestHead is Badger's: a magic word and versions.
const manifestHead = 8

// checkManifest looks for a record whose length was changed so that it seems not
// finished. Badger takes it for the end, and deletes the tables that the rest names.
// A record that really is not finished does not check at any length.
func checkManifest(dir string) error {
	b, err := os.ReadFile(filepath.Join(dir, badger.ManifestFilename))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for at := manifestHead; len(b)-at >= 8; {
		length, want := uint64(binary.BigEndian.Uint32(b[at:])), binary.BigEndian.Uint32(b[at+4:])
		rest := b[at+8:]
		if length <= uint64(len(rest)) {
			at += 8 + int(length)
			continue // Badger checks those itself
		}
		sum := uint32(0)
		for i := range rest {
			if sum = crc32.Update(sum, castagnoli, rest[i:i+1]); sum == want {
				return fmt.Errorf("%w: %w: byte %d", ErrDamaged, ErrManifest, at)
			}
		}
		return nil
	}
	return nil
}
