package wire

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"strconv"
	"strings"

	"blackmark/shared/problem"
)

// Side says who proves, so that a proof of one end is none of the other.
type Side string

const (
	ClientSide Side = "client"
	DaemonSide Side = "daemon"
)

// Purpose keeps the proofs of a socket and of a pairing apart.
type Purpose string

const (
	ForSocket  Purpose = "socket"
	ForPairing Purpose = "pairing"
)

// Transcript is what both ends saw of one handshake.
type Transcript struct {
	Purpose     Purpose
	DaemonNonce string // as sent
	ClientNonce string // as sent
	Origin      string // as the browser sent it; empty for the command line
	Client      string // name of the client; empty while pairing
	Version     int
	Address     string // as the client dialled it
}

// Proof is HMAC-SHA256 over the transcript, base64url. The lines are joined by
// line feeds; none can hold one: nonces are base64url, origins and addresses
// were compared whole before.
func Proof(secret []byte, side Side, t Transcript) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(strings.Join([]string{
		"blackmark 1", string(t.Purpose), string(side), t.DaemonNonce, t.ClientNonce,
		t.Origin, t.Client, strconv.Itoa(t.Version), t.Address,
	}, "\n")))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

// ProofFits compares in constant time.
func ProofFits(secret []byte, side Side, t Transcript, proof string) bool {
	return hmac.Equal([]byte(Proof(secret, side, t)), []byte(proof))
}

// NonceSize is the size of a nonce in bytes.
const NonceSize = 32

// NewNonce makes a nonce as it travels.
func NewNonce() string {
	b := make([]byte, NonceSize)
	rand.Read(b) // never fails: the standard library ends the program instead
	return base64.RawURLEncoding.EncodeToString(b)
}

// NonceFits tells whether a text is a nonce. The length is compared too: the
// decoder passes over line ends, and a proof's lines must not hold any.
func NonceFits(nonce string) bool {
	if len(nonce) != base64.RawURLEncoding.EncodedLen(NonceSize) {
		return false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(nonce)
	return err == nil && len(b) == NonceSize
}

// CodeSize is the size of a pairing code in bytes: 128 bits.
const CodeSize = 16

// ErrCode says that a text is not a pairing code.
var ErrCode = problem.New(problem.Invalid, "pairing_code",
	"this is not a pairing code", "run `blackmark pair` and copy the whole code: 26 letters and digits")

var codeAlphabet = base32.StdEncoding.WithPadding(base32.NoPadding)

// NewCode makes a pairing code: 26 base32 characters (RFC 4648).
func NewCode() string {
	b := make([]byte, CodeSize)
	rand.Read(b)
	return codeAlphabet.EncodeToString(b)
}

// CodeKey reads a code as a person may paste it: in groups, with spaces or
// dashes, in either case.
func CodeKey(code string) ([]byte, error) {
	clean := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\t", "", "\n", "", "\r", "").Replace(code))
	b, err := codeAlphabet.DecodeString(clean)
	if err != nil || len(b) != CodeSize {
		return nil, ErrCode
	}
	return b, nil
}

// PairedSecret derives the lasting secret from the code and both nonces, by
// HKDF-SHA256 (RFC 5869), 32 bytes.
func PairedSecret(codeKey []byte, daemonNonce, clientNonce string) ([]byte, error) {
	return hkdf.Key(sha256.New, codeKey, []byte(daemonNonce+"\n"+clientNonce), "blackmark pairing 1", 32)
}
