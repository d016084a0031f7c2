package store

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// witness is a small file that says up to which version everything was
// acknowledged. It is written before a caller is told, and not flushed: a kill
// does not lose it, and after a power cut it says too little, never too much. By
// it a log that was torn while nobody had been told is known from one that lost
// what somebody was told.
type witness struct {
	mu   sync.Mutex
	file *os.File
	seen uint64
}

const (
	witnessName = "ACKNOWLEDGED"
	witnessSize = 8 + crc32.Size // version, checksum
)

// openWitness opens the file. One that does not check says nothing: what it
// would be asked about is checked by itself.
func openWitness(dir string) (*witness, error) {
	f, err := os.OpenFile(filepath.Join(dir, witnessName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	w := &witness{file: f}
	text := make([]byte, witnessSize)
	switch _, err := f.ReadAt(text, 0); {
	case errors.Is(err, io.EOF): // a new one
	case err != nil:
		return nil, errors.Join(err, f.Close())
	case crc32.ChecksumIEEE(text[:8]) == binary.BigEndian.Uint32(text[8:]):
		w.seen = binary.BigEndian.Uint64(text)
	}
	return w, nil
}

// see keeps that everything up to a version may be acknowledged now.
func (w *witness) see(version uint64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if version <= w.seen {
		return nil
	}
	return w.write(version)
}

// reset is see for a version that may be an older one.
func (w *witness) reset(version uint64) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.write(version)
}

func (w *witness) write(version uint64) error {
	text := binary.BigEndian.AppendUint64(make([]byte, 0, witnessSize), version)
	text = binary.BigEndian.AppendUint32(text, crc32.ChecksumIEEE(text))
	if _, err := w.file.WriteAt(text, 0); err != nil {
		return err
	}
	w.seen = version
	return nil
}

func (w *witness) close() error { return w.file.Close() }
