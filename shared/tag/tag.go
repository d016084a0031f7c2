// Package tag turns a buyer's key into the tag under which sellers share marks.
//
// A tag is made in three steps: x is a slow hash of the key, y the answer of the
// cloud's evaluator to a blinded x (VOPRF of RFC 9497, ristretto255-SHA512, with
// a proof against a pinned key), T a hash of y. Whoever has T and no evaluator
// cannot test which buyer it is; the evaluator sees neither x nor y.
//
// It imports shared/buyer, shared/marketplace, shared/problem, circl and
// x/crypto. It does no I/O, keeps no key beyond the values it returns, and
// builds nothing of its own out of the group. vectors/ says what every
// implementation must give.
package tag

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"golang.org/x/crypto/argon2"

	"blackmark/shared/buyer"
	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
)

// The slow hash is Argon2id with these parameters, and 32 bytes of output. The
// salt is the same for everyone: two sellers must come to the same value.
const (
	slowPasses  = 1
	slowMemory  = 8 * 1024 // KiB
	slowThreads = 1
	slowSalt    = "blackmark/tag/slow-hash/1"
)

// tagDomain keeps T apart from every other SHA-256.
const tagDomain = "blackmark/tag/T/1"

// What a key can be refused for.
var (
	ErrNotShareable = problem.New(problem.Invalid, "key_not_shareable",
		"other sellers see another value for this buyer, so this identifier cannot be shared",
		"use an identifier that every seller sees, as the buyer's number")
	ErrNotCanonical = problem.New(problem.Invalid, "key_not_canonical",
		"this buyer key is not in canonical form", "bring the key into canonical form first")
	ErrTagText = problem.New(problem.Invalid, "tag_text",
		"this is not a tag", "a tag is 32 bytes in base64url without padding")
)

// X is the slow hash of a buyer's key. It identifies the buyer to whoever can
// guess ids at 6 ms a guess: it never leaves the daemon.
type X = [32]byte

// Y is the evaluator's output for an X. It is as secret as the buyer's key.
type Y [64]byte

// Tag stands for one buyer in one epoch.
type Tag [32]byte

// Hard is the slow hash x of a key: about 6 ms and 8 MiB. It returns
// ErrNotShareable for a kind whose scope is not `everyone`, ErrNotCanonical for
// a key that buyer.Canonical would change, or the error of buyer.Canonical.
func Hard(key buyer.Key) (X, error) {
	canonical, err := buyer.Canonical(key)
	if err != nil {
		return X{}, err
	}
	if canonical != key {
		return X{}, ErrNotCanonical
	}
	if !Shareable(key) {
		return X{}, ErrNotShareable.In("kind")
	}
	var x X
	input := fields(key.Marketplace, key.Region, key.Kind, key.ID)
	copy(x[:], argon2.IDKey(input, []byte(slowSalt), slowPasses, slowMemory, slowThreads, uint32(len(x))))
	return x, nil
}

// Shareable tells whether every seller sees the same value for a key of this
// marketplace and kind. It looks at nothing else of the key.
func Shareable(key buyer.Key) bool {
	m, err := marketplace.Find(key.Marketplace)
	if err != nil {
		return false
	}
	kind, ok := m.Kind(key.Kind)
	return ok && kind.Scope == marketplace.Everyone
}

// T is the tag of the evaluator's output y in an epoch. Of the key it takes the
// marketplace, the region and the kind; the id is in y.
func T(epoch uint32, key buyer.Key, y Y) Tag {
	input := fields(tagDomain)
	input = binary.BigEndian.AppendUint32(input, epoch)
	input = append(input, fields(key.Marketplace, key.Region, key.Kind, string(y[:]))...)
	return sha256.Sum256(input)
}

// fields joins texts so that no two lists of texts give the same bytes: each is
// preceded by its length in two bytes, the larger first.
func fields(texts ...string) []byte {
	var joined []byte
	for _, text := range texts {
		joined = binary.BigEndian.AppendUint16(joined, uint16(len(text)))
		joined = append(joined, text...)
	}
	return joined
}

// Short is what the list publishes of a tag: its first 8 bytes, the largest first.
func (t Tag) Short() uint64 { return binary.BigEndian.Uint64(t[:8]) }

// String is the tag in base64url without padding, 43 characters.
func (t Tag) String() string { return base64.RawURLEncoding.EncodeToString(t[:]) }

// Parse reads what String wrote, and nothing else.
func Parse(text string) (Tag, error) {
	var t Tag
	if len(text) != base64.RawURLEncoding.EncodedLen(len(t)) {
		return Tag{}, ErrTagText
	}
	bytes, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(bytes) != len(t) { // the decoder skips line ends
		return Tag{}, ErrTagText
	}
	copy(t[:], bytes)
	return t, nil
}

// MarshalText is String.
func (t Tag) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is Parse.
func (t *Tag) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*t = parsed
	return nil
}
