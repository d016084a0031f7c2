package store

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"

	"blackmark/shared/tag"
)

// AccountID and MemberID are random. They stand beside no tag.
type (
	AccountID [8]byte
	MemberID  [8]byte
)

// String is the id in hex.
func (id AccountID) String() string { return hex.EncodeToString(id[:]) }

// String is the id in hex.
func (id MemberID) String() string { return hex.EncodeToString(id[:]) }

// ParseAccount reads what String wrote.
func ParseAccount(text string) (AccountID, bool) {
	var id AccountID
	bytes, err := hex.DecodeString(text)
	if err != nil || len(bytes) != len(id) {
		return AccountID{}, false
	}
	copy(id[:], bytes)
	return id, true
}

// MarshalText is String.
func (id AccountID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is ParseAccount.
func (id *AccountID) UnmarshalText(text []byte) error {
	parsed, ok := ParseAccount(string(text))
	if !ok {
		return ErrAccount
	}
	*id = parsed
	return nil
}

// keysOf makes the two keys of a store out of the one in its key file.
func keysOf(key []byte) (diskKey []byte, names cipher.Block, err error) {
	if diskKey, err = hkdf.Key(sha256.New, key, nil, "blackmark/cloud/store/disk/1", 32); err != nil {
		return nil, nil, err
	}
	name, err := hkdf.Key(sha256.New, key, nil, "blackmark/cloud/store/pseudonym/1", 32)
	if err != nil {
		return nil, nil, err
	}
	names, err = aes.NewCipher(name)
	return diskKey, names, err
}

// pseudonym is one block of AES-256 over an id and the tag's
// first 8 bytes: another for every tag, and nobody without the key can tell
// that two belong together. With the key it reads back, so that counting needs
// no table from pseudonyms to accounts.
func (s *Store) pseudonym(id [8]byte, t tag.Tag) [16]byte {
	var block [16]byte
	copy(block[:], id[:])
	copy(block[8:], t[:8])
	s.block.Encrypt(block[:], block[:])
	return block
}

// account reads a pseudonym back. It tells false for one that was not made for
// this tag.
func (s *Store) account(pseudonym [16]byte, t tag.Tag) (id [8]byte, ok bool) {
	s.block.Decrypt(pseudonym[:], pseudonym[:])
	copy(id[:], pseudonym[:8])
	return id, [8]byte(pseudonym[8:]) == [8]byte(t[:8])
}
