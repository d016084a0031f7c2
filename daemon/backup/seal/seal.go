// Package seal encrypts a stream with a passphrase, for files that leave the
// data folder.
//
// It imports golang.org/x/crypto, the standard library and shared. It is a
// standard construction and none of our own; it never hands out a byte that was
// not authenticated, and never keeps or logs a passphrase.
//
// A sealed file is a header and chunks, all numbers big-endian:
//
//	header  magic "BLKMSEAL" | version u32 | Argon2id: passes u32, memory in KiB u32, lanes u8
//	        | salt [16] | nonce prefix [19] | HMAC-SHA256 of all before [32]
//	chunk   64 KiB, the last one shorter or as long, each with a tag of 16 bytes
//
// Argon2id (RFC 9106) makes 32 bytes of passphrase and salt; HKDF-SHA256 makes
// of them a key for the header and one for the chunks. The chunks are
// XChaCha20-Poly1305 in the STREAM construction (Hoang, Reyhanitabar, Rogaway
// and Vizár, 2015): the nonce is prefix | counter u32 | 1 for the last chunk,
// else 0, so none can be left out, moved, repeated or added. The header is
// additional data of every chunk.
package seal

import (
	"bytes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"runtime/debug"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/text/unicode/norm"

	"blackmark/shared/problem"
	"blackmark/shared/wire"
)

// PrefixSize is how many bytes of a file Sealed looks at.
const PrefixSize = len(magic)

const (
	magic      = "BLKMSEAL"
	version    = 1
	chunkSize  = 64 << 10
	tagSize    = chacha20poly1305.Overhead
	prefixSize = chacha20poly1305.NonceSizeX - 5 // what counter and flag leave
	saltSize   = 16
	bareSize   = len(magic) + 4 + 9 + saltSize + prefixSize // of the header without its proof
	headerSize = bareSize + sha256.Size
)

// cost is what one guess of the passphrase takes.
type cost struct {
	passes, memory uint32 // memory in KiB
	lanes          uint8
}

// usual is the second recommended choice of RFC 9106, section 4: 64 MiB.
var usual = cost{passes: 3, memory: 64 << 10, lanes: 4}

// most is what a file may ask for, so that a made-up one holds nobody up: it is
// four times the usual in memory and in work.
var most = cost{passes: 12, memory: 256 << 10, lanes: 16}

// What sealing and opening can be refused for.
var (
	ErrPassphraseShort = problem.New(problem.Invalid, "passphrase_short",
		fmt.Sprintf("the passphrase has less than %d characters", wire.MinPassphrase),
		"take a longer one, as four or five random words; nobody can open the file without it")
	ErrPassphraseLong = problem.New(problem.Invalid, "passphrase_long",
		fmt.Sprintf("the passphrase has more than %d characters", wire.MaxPassphrase), "take a shorter one")
	ErrPassphraseWrong = problem.New(problem.Refused, "passphrase_wrong",
		"the passphrase does not open this file, or the beginning of the file is damaged",
		"type it again as when the file was made; nobody can open the file without it")
	ErrDamaged = problem.New(problem.Damaged, "sealed_damaged",
		"the encrypted file is damaged, cut off or was changed",
		"use another copy of the file")
	ErrTooNew = problem.New(problem.Damaged, "sealed_too_new",
		"the file was encrypted by another version of Blackmark", "install the newest Blackmark")
	ErrNotSealed = problem.New(problem.Invalid, "not_sealed",
		"this is no file that Blackmark encrypted", "name another file")
)

// Sealed tells whether a file that begins with prefix, of at least PrefixSize
// bytes, is a sealed one.
func Sealed(prefix []byte) bool { return bytes.HasPrefix(prefix, []byte(magic)) }

// CheckPassphrase tells whether a passphrase may seal a file.
func CheckPassphrase(passphrase string) error {
	switch n := utf8.RuneCountInString(passphrase); {
	case n < wire.MinPassphrase:
		return ErrPassphraseShort.In("passphrase")
	case n > wire.MaxPassphrase:
		return ErrPassphraseLong.In("passphrase")
	}
	return nil
}

// NewWriter seals what is written to it and writes that to w. Close writes the
// last chunk, without which the file does not open; it does not close w.
func NewWriter(w io.Writer, passphrase string) (io.WriteCloser, error) {
	return newWriter(w, passphrase, usual)
}

func newWriter(w io.Writer, passphrase string, c cost) (*writer, error) {
	if err := CheckPassphrase(passphrase); err != nil {
		return nil, err
	}
	h := make([]byte, 0, headerSize)
	h = append(h, magic...)
	h = binary.BigEndian.AppendUint32(h, version)
	h = binary.BigEndian.AppendUint32(h, c.passes)
	h = binary.BigEndian.AppendUint32(h, c.memory)
	h = append(h, c.lanes)
	h = h[:bareSize]
	_, _ = rand.Read(h[bareSize-saltSize-prefixSize:]) // never fails since Go 1.24
	keys, err := derive(passphrase, h, c)
	if err != nil {
		return nil, err
	}
	h = keys.prove(h)
	if _, err := w.Write(h); err != nil {
		return nil, err
	}
	s, err := keys.stream(h)
	if err != nil {
		return nil, err
	}
	return &writer{w: w, stream: s, plain: make([]byte, 0, chunkSize)}, nil
}

// keys are made of a passphrase.
type keys struct{ header, chunks []byte }

// derive takes a noticeable time and memory, as cost says. Letters that can be
// composed in two ways count as one: computers differ in what a key types.
func derive(passphrase string, bare []byte, c cost) (keys, error) {
	salt := bare[bareSize-saltSize-prefixSize : bareSize-prefixSize]
	secret := argon2.IDKey(norm.NFC.Bytes([]byte(passphrase)), salt, c.passes, c.memory, c.lanes, 32)
	debug.FreeOSMemory() // the daemon is idle most of the day
	var k keys
	var err error
	if k.header, err = hkdf.Key(sha256.New, secret, salt, "blackmark seal 1 header", 32); err != nil {
		return k, err
	}
	k.chunks, err = hkdf.Key(sha256.New, secret, salt, "blackmark seal 1 chunks", 32)
	return k, err
}

func (k keys) prove(bare []byte) []byte {
	mac := hmac.New(sha256.New, k.header)
	mac.Write(bare)
	return mac.Sum(bare)
}

// proves compares in constant time.
func (k keys) proves(header []byte) bool {
	return hmac.Equal(k.prove(header[:bareSize:bareSize]), header)
}

func (k keys) stream(header []byte) (*stream, error) {
	aead, err := chacha20poly1305.NewX(k.chunks)
	if err != nil {
		return nil, err
	}
	return &stream{aead: aead, header: header}, nil
}

// stream counts the chunks.
type stream struct {
	aead   cipher.AEAD
	header []byte
	count  uint64
}

// nonce is the next one; a stream has 2^32 of them, which is 256 TiB.
func (s *stream) nonce(last bool) ([]byte, error) {
	if s.count > math.MaxUint32 {
		return nil, problem.New(problem.TooLarge, "sealed_too_long", "the file is too long to be encrypted", "split it into smaller files")
	}
	n := append(make([]byte, 0, chacha20poly1305.NonceSizeX), s.header[bareSize-prefixSize:bareSize]...)
	n = binary.BigEndian.AppendUint32(n, uint32(s.count))
	s.count++
	if last {
		return append(n, 1), nil
	}
	return append(n, 0), nil
}
