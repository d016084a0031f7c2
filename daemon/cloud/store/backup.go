package store

import (
	"bufio"
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"

	badger "github.com/dgraph-io/badger/v4"

	"blackmark/shared/problem"
)

// A backup is a line that names its format, a salt, and chunks: length, sealed
// bytes. Each chunk is sealed by AES-256-GCM under a key of the store's key and
// the salt, with its number and whether it is the last in the nonce: nothing can
// be changed, taken away, put in or cut off. Inside are records in the order of
// their keys, length of key, key, length of value, value: nothing tells in which
// order they were written.
const (
	backupMagic = "blackmark cloud backup 1\n"
	backupChunk = 64 << 10
	maxChunk    = 4 << 20
)

// ErrBackup says that a backup does not check.
var ErrBackup = problem.New(problem.Damaged, "backup_damaged",
	"this backup is damaged, or was made with another key file",
	"use another backup, and the store.key that stood beside the store when it was made")

func backupSeal(key, salt []byte) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, key, salt, "blackmark/cloud/store/backup/1", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func chunkNonce(n uint64, last bool) []byte {
	nonce := binary.BigEndian.AppendUint64(make([]byte, 0, 12), n)
	if last {
		return append(nonce, 0, 0, 0, 1)
	}
	return append(nonce, 0, 0, 0, 0)
}

// Backup writes all of the store as it is at one moment and tells how many
// records that are.
func (s *Store) Backup(w io.Writer, key []byte) (records int, err error) {
	salt := make([]byte, 32)
	_, _ = rand.Read(salt)
	seal, err := backupSeal(key, salt)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriter(w)
	if _, err := out.WriteString(backupMagic + string(salt)); err != nil {
		return 0, err
	}
	var chunk []byte
	var n uint64
	flush := func(last bool) error {
		sealed := seal.Seal(nil, chunkNonce(n, last), chunk, nil)
		n, chunk = n+1, chunk[:0]
		if err := binary.Write(out, binary.BigEndian, uint32(len(sealed))); err != nil {
			return err
		}
		_, err := out.Write(sealed)
		return err
	}
	err = s.db.View(func(txn *badger.Txn) error {
		return each(txn, nil, true, func(key, value []byte) error {
			if key[0] == tableRequest {
				return nil // lives for two days only
			}
			chunk = binary.BigEndian.AppendUint32(chunk, uint32(len(key)))
			chunk = append(chunk, key...)
			chunk = binary.BigEndian.AppendUint32(chunk, uint32(len(value)))
			chunk = append(chunk, value...)
			records++
			if len(chunk) < backupChunk {
				return nil
			}
			return flush(false)
		})
	})
	if err == nil {
		err = flush(true)
	}
	if err == nil {
		err = out.Flush()
	}
	return records, wrap("backup", err)
}

// ReadBackup checks a backup and gives every record of it to do, which may be
// nil. What was done is worth nothing when it returns ErrBackup.
func ReadBackup(r io.Reader, key []byte, do func(key, value []byte) error) (records int, err error) {
	in := bufio.NewReader(r)
	head := make([]byte, len(backupMagic)+32)
	if _, err := io.ReadFull(in, head); err != nil || !bytes.HasPrefix(head, []byte(backupMagic)) {
		return 0, ErrBackup
	}
	seal, err := backupSeal(key, head[len(backupMagic):])
	if err != nil {
		return 0, err
	}
	for n := uint64(0); ; n++ {
		var size uint32
		if err := binary.Read(in, binary.BigEndian, &size); err != nil || size > maxChunk {
			return records, ErrBackup
		}
		sealed := make([]byte, size)
		if _, err := io.ReadFull(in, sealed); err != nil {
			return records, ErrBackup
		}
		_, err := in.Peek(1)
		last := errors.Is(err, io.EOF)
		chunk, err := seal.Open(nil, chunkNonce(n, last), sealed, nil)
		if err != nil {
			return records, ErrBackup
		}
		count, err := readRecords(chunk, do)
		records += count
		if err != nil || last {
			return records, err
		}
	}
}

func readRecords(chunk []byte, do func(key, value []byte) error) (n int, err error) {
	for len(chunk) > 0 {
		var parts [2][]byte
		for i := range parts {
			if len(chunk) < 4 || uint64(len(chunk)-4) < uint64(binary.BigEndian.Uint32(chunk)) {
				return n, ErrBackup
			}
			end := 4 + binary.BigEndian.Uint32(chunk)
			parts[i], chunk = chunk[4:end], chunk[end:]
		}
		n++
		if do == nil {
			continue
		}
		if err := do(parts[0], parts[1]); err != nil {
			return n, err
		}
	}
	return n, nil
}

// ErrNotEmpty says that a backup would be mixed with what is there.
var ErrNotEmpty = problem.New(problem.Conflict, "store_not_empty",
	"there is a store in this folder already", "restore into a new folder, look at it, then put it in place of the old one")

// Restore reads a backup into an empty store.
func (s *Store) Restore(r io.Reader, key []byte) (records int, err error) {
	stats, err := s.Stats()
	if err != nil {
		return 0, err
	}
	if stats.Accounts+stats.Invitations+len(stats.Reports) > 0 {
		return 0, ErrNotEmpty
	}
	batch := s.db.NewWriteBatch()
	defer batch.Cancel()
	records, err = ReadBackup(r, key, func(key, value []byte) error {
		return batch.Set(bytes.Clone(key), bytes.Clone(value))
	})
	if err == nil {
		err = s.flush(batch)
	}
	return records, wrap("restore", err)
}
