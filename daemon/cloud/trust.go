package cloud

import (
	"encoding/base64"
	"sync"
	"time"

	"blackmark/shared/cloudtrust"
	"blackmark/shared/wire"
)

// trustBook is trust.json while the server runs.
type trustBook struct {
	dir string

	mu   sync.RWMutex
	book trust
}

func openTrust(dir string) (*trustBook, error) {
	book, err := readTrust(dir)
	return &trustBook{dir: dir, book: book}, err
}

func (t *trustBook) read() trust {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.book
}

// add takes one more statement, which the root key of this cloud has signed.
func (t *trustBook) add(statement string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	// Another role, or `renew`, may have written it since.
	book, err := readTrust(t.dir)
	if err != nil {
		return err
	}
	if _, err := readStatement(statement, book.root()); err != nil {
		return err
	}
	book.Statements = append(book.Statements, statement)
	if err := book.write(t.dir); err != nil {
		return err
	}
	t.book = book
	return nil
}

// reload reads what another process may have written.
func (t *trustBook) reload() {
	if book, err := readTrust(t.dir); err == nil {
		t.mu.Lock()
		t.book = book
		t.mu.Unlock()
	}
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
