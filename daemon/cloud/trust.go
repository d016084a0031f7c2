package cloud

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"blackmark/shared/cloudtrust"
	"blackmark/shared/wire"
)

// trustBook is trust.json while the server runs. Another process may write it,
// too: `renew`, or another role.
type trustBook struct {
	dir string

	mu      sync.Mutex
	book    trust
	written time.Time // the file, when it was read
}

func openTrust(dir string) (*trustBook, error) {
	t := &trustBook{dir: dir}
	return t, t.refresh()
}

// refresh reads the file if it is another one than before.
func (t *trustBook) refresh() error {
	info, err := os.Stat(filepath.Join(t.dir, trustFile))
	if err == nil && info.ModTime().Equal(t.written) {
		return nil
	}
	book, readErr := readTrust(t.dir)
	if readErr != nil {
		return readErr
	}
	t.book = book
	if err == nil {
		t.written = info.ModTime()
	}
	return nil
}

// read is the file as it is now, or as it was when it could be read last.
func (t *trustBook) read() trust {
	t.mu.Lock()
	defer t.mu.Unlock()
	_ = t.refresh()
	return t.book
}

// add takes one more statement, which the root key of this cloud has signed.
func (t *trustBook) add(statement string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.refresh(); err != nil {
		return err
	}
	book := t.book
	if _, err := readStatement(statement, book.root()); err != nil {
		return err
	}
	book.Statements = append(slices.Clone(book.Statements), statement)
	if err := book.write(t.dir); err != nil {
		return err
	}
	return t.refresh()
}

// wire is the trust as everyone may read it: the statements that are good now.
func (t *trustBook) wire(now time.Time) wire.Trust {
	book := t.read()
	w := wire.Trust{Version: wire.CloudVersion, Root: base64.RawURLEncoding.EncodeToString(book.Root), Statements: []string{}}
	for _, text := range book.Statements {
		s, err := readStatement(text, book.root())
		if err != nil {
			continue
		}
		if _, err := cloudtrust.OpenStatement([]byte(text), book.root(), s.Purpose, now); err == nil {
			w.Statements = append(w.Statements, text)
		}
	}
	return w
}
