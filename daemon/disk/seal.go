package disk

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	badger "github.com/dgraph-io/badger/v4"
)

// A closed database is sealed: a file in its folder says which tables it has, how
// long they are, and what their ends and the manifest hold. Badger's own checksums
// cover the blocks of a table alone: of a manifest whose last length is wrong it
// takes the part before and deletes the tables of the rest, and a wrong length at
// the end of a table ends the process. A database that was not closed has no seal.
const sealFile = "SEALED"

// tailSize is how many bytes of a table's end are sealed: its footer is shorter.
const tailSize = 4 << 10

// ErrSeal says that files of a database are not those that were closed.
var ErrSeal = errors.New("files of the database were changed since it was closed")

// CloseBadger closes a database, flushes its files and seals it.
func CloseBadger(db *badger.DB) error {
	o := db.Opts()
	if err := db.Close(); err != nil || o.InMemory {
		return err
	}
	seal, err := sealOf(o.Dir, true)
	if err != nil {
		return err
	}
	return WriteFile(filepath.Join(o.Dir, sealFile), seal)
}

// breakSeal compares a database with its seal, and takes it away: what is written
// from now on is not sealed. A seal that was damaged itself says nothing.
func breakSeal(dir string) error {
	path := filepath.Join(dir, sealFile)
	seal, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if sealWhole(seal) {
		now, err := sealOf(dir, false)
		if err != nil {
			return err
		}
		if !bytes.Equal(now, seal) {
			return fmt.Errorf("%w: %w", ErrDamaged, ErrSeal)
		}
		// All of it is there: nothing else has to prove it.
		err = os.Remove(filepath.Join(dir, acknowledgedFile))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return SyncDir(dir)
}

// sealWhole checks the hash in the seal's last line.
func sealWhole(seal []byte) bool {
	at := bytes.LastIndexByte(bytes.TrimSuffix(seal, []byte("\n")), '\n') + 1
	sum := sha256.Sum256(seal[:at])
	return string(seal[at:]) == hex.EncodeToString(sum[:])+"\n"
}

// sealOf describes the files of a closed database, which it can flush first.
func sealOf(dir string, flush bool) ([]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var seal bytes.Buffer
	for _, e := range entries {
		table := strings.HasSuffix(e.Name(), ".sst")
		if !table && !slices.Contains([]string{badger.ManifestFilename, badger.KeyRegistryFileName}, e.Name()) {
			continue
		}
		line, err := sealLine(filepath.Join(dir, e.Name()), table, flush)
		if err != nil {
			return nil, err
		}
		seal.WriteString(line)
	}
	sum := sha256.Sum256(seal.Bytes())
	seal.WriteString(hex.EncodeToString(sum[:]) + "\n")
	return seal.Bytes(), nil
}

func sealLine(path string, table, flush bool) (string, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Windows flushes no file that is open for reading alone
	if err != nil {
		return "", err
	}
	defer f.Close()
	if flush {
		if err := Try(Sync, path); err != nil {
			return "", err
		}
		if err := f.Sync(); err != nil {
			return "", err
		}
	}
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	size := info.Size()
	from := int64(0)
	if table {
		from = max(0, size-tailSize)
	}
	data, err := io.ReadAll(io.NewSectionReader(f, from, size-from))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s %d %08x\n", filepath.Base(path), size, crc32.Checksum(data, castagnoli)), nil
}
