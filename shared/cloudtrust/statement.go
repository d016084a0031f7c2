// Package cloudtrust is what ties a seller's machine to one cloud: the invitation
// that an operator hands out, and the statements by which the operator's root key
// vouches for every other key.
//
// A daemon trusts the hash of the root key that stood in its invitation and
// nothing else. It imports shared/problem and the standard library, does no I/O
// and keeps no keys. What it reads is network input or pasted by a person:
// bounded, and never a panic.
package cloudtrust

import (
	"crypto/ed25519"
	"crypto/sha256"
	"time"

	"blackmark/shared/problem"
)

// Purpose is what a key may be used for.
type Purpose string

const (
	Evaluator Purpose = "evaluator" // ristretto255 element, 32 bytes, for one epoch
	List      Purpose = "list"      // Ed25519, 32 bytes: signs manifests
	TLS       Purpose = "tls"       // SubjectPublicKeyInfo in DER, as x509.Certificate.RawSubjectPublicKeyInfo
)

// MaxStatement is the largest signed statement in bytes.
const MaxStatement = 4096

// What a statement can be refused for.
var (
	ErrStatement = problem.New(problem.Damaged, "statement_damaged",
		"the cloud's statement about its keys cannot be read", "tell the cloud's operator")
	ErrRoot = problem.New(problem.Refused, "statement_root",
		"the cloud's keys are not vouched for by the operator who sent the invitation",
		"somebody else may answer in the cloud's name: ask the operator before you go on")
	ErrPurpose = problem.New(problem.Refused, "statement_purpose",
		"the cloud shows a key that was made for something else", "tell the cloud's operator")
	ErrDates = problem.New(problem.Unavailable, "statement_dates",
		"the cloud's key is not valid today", "check this machine's clock; if it is right, tell the cloud's operator")
)

// RootHash is the SHA-256 of the operator's public root key.
type RootHash [32]byte

// HashRoot hashes a public root key.
func HashRoot(root ed25519.PublicKey) RootHash { return sha256.Sum256(root) }

// RootStatement is the root key's word for another key.
type RootStatement struct {
	Format    int     `json:"format"` // 1
	Purpose   Purpose `json:"purpose"`
	Key       []byte  `json:"key"`             // public
	Epoch     uint32  `json:"epoch,omitempty"` // of an evaluator: from 1; 0 for the others
	NotBefore int64   `json:"not_before"`      // seconds since 1970
	NotAfter  int64   `json:"not_after"`       // seconds since 1970: not used from then on
}

// SignStatement gives the bytes that are published: one line of JSON with the root
// key in it, and its signature as a second one. ErrStatement if the statement
// breaks a rule that OpenStatement keeps.
func SignStatement(root ed25519.PrivateKey, s RootStatement) ([]byte, error) { return nil, ErrStatement }

// OpenStatement reads what SignStatement gave, under the hash of the root key, for
// one purpose, as of now. It returns ErrStatement, ErrRoot, ErrPurpose or ErrDates.
func OpenStatement(data []byte, root RootHash, purpose Purpose, now time.Time) (RootStatement, error) {
	return RootStatement{}, ErrStatement
}
