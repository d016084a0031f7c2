package localapi

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"sync"
	"time"
)

// tokenLife is how long a token is good for.
const tokenLife = time.Hour

// maxTokens is how many tokens a client may hold: enough for its sockets and
// their next ones. The oldest gives way.
const maxTokens = 2 * MaxClientSockets

// tokens are the keys to the HTTP API that were handed out over proven
// sockets. They live in memory alone, as hashes: a daemon that starts again
// knows none of them.
type tokens struct {
	now func() time.Time

	mu   sync.Mutex
	list []token // the oldest first
}

type token struct {
	hash    [sha256.Size]byte
	owner   caller
	expires time.Time
}

func newTokens(now func() time.Time) *tokens { return &tokens{now: now} }

// issue makes a token of 32 random bytes, in base64url.
func (t *tokens) issue(owner caller) (text string, expires time.Time) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails since Go 1.24
	text = base64.RawURLEncoding.EncodeToString(b)
	expires = t.now().Add(tokenLife)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sweep(owner.id)
	t.list = append(t.list, token{sha256.Sum256([]byte(text)), owner, expires})
	return text, expires
}

// sweep forgets what has ended, and the oldest of an owner who has too many.
func (t *tokens) sweep(owner string) {
	now, held := t.now(), 1
	for _, one := range t.list {
		if one.owner.id == owner {
			held++
		}
	}
	kept := t.list[:0]
	for _, one := range t.list {
		mine := one.owner.id == owner
		if !now.Before(one.expires) || (mine && held > maxTokens) {
			if mine {
				held--
			}
			continue
		}
		kept = append(kept, one)
	}
	t.list = kept
}

// owner finds whose a token is. Every held token is compared, each in
// constant time.
func (t *tokens) owner(text string) (caller, bool) {
	hash := sha256.Sum256([]byte(text))
	now := t.now()
	t.mu.Lock()
	defer t.mu.Unlock()
	var found caller
	ok := false
	for _, one := range t.list {
		if subtle.ConstantTimeCompare(one.hash[:], hash[:]) == 1 && now.Before(one.expires) {
			found, ok = one.owner, true
		}
	}
	return found, ok
}

// drop ends every token of a client.
func (t *tokens) drop(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	kept := t.list[:0]
	for _, one := range t.list {
		if one.owner.id != id {
			kept = append(kept, one)
		}
	}
	t.list = kept
}
