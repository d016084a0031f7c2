// Package cloudtrust is what ties a seller's machine to one cloud: the invitation
// that an operator hands out, the statements by which the operator's root key
// vouches for every other key, and the form in which things are signed.
//
// A daemon trusts the hash of the root key that stood in its invitation and
// nothing else. It imports shared/problem and the standard library, does no I/O
// and keeps no keys. What it reads is network input or pasted by a person:
// bounded, and never a panic.
package cloudtrust

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"errors"
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
	Format    int     `json:"format"` // 1; SignStatement sets it
	Purpose   Purpose `json:"purpose"`
	Key       []byte  `json:"key"`             // public
	Epoch     uint32  `json:"epoch,omitempty"` // of an evaluator: from 1; 0 for the others
	NotBefore int64   `json:"not_before"`      // seconds since 1970
	NotAfter  int64   `json:"not_after"`       // seconds since 1970: not used from then on
}

// statementDomain keeps a statement's signature from passing for anything else's.
const statementDomain = "blackmark/statement/1"

const (
	format     = 1
	elementLen = 32   // of an evaluator's key
	maxTLSKey  = 1024 // bytes
)

// statementBody is a statement as it is signed.
type statementBody struct {
	RootStatement
	Root []byte `json:"root"` // the public root key, which the invitation names by its hash
}

// SignStatement gives the bytes that are published: one line of JSON with the
// public root key in it, and its signature as a second one. ErrStatement if the
// statement breaks a rule that OpenStatement keeps.
func SignStatement(root ed25519.PrivateKey, s RootStatement) ([]byte, error) {
	s.Format = format
	if err := s.check(); err != nil {
		return nil, err
	}
	public := root.Public().(ed25519.PublicKey)
	body, err := json.Marshal(statementBody{s, public})
	if err != nil {
		return nil, ErrStatement.Because(err)
	}
	return Sign(statementDomain, root, body), nil
}

// OpenStatement reads what SignStatement gave, under the hash of the root key, for
// one purpose, as of now. It returns ErrStatement, ErrRoot, ErrPurpose or ErrDates.
// A member that this version does not know could restrict what it says: refused.
func OpenStatement(data []byte, root RootHash, purpose Purpose, now time.Time) (RootStatement, error) {
	if len(data) > MaxStatement {
		return RootStatement{}, ErrStatement.Because(errors.New("too large"))
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	var body statementBody
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil {
		return RootStatement{}, ErrStatement.Because(err)
	}
	if len(body.Root) != ed25519.PublicKeySize || HashRoot(body.Root) != root {
		return RootStatement{}, ErrRoot
	}
	if _, ok := Open(statementDomain, body.Root, data); !ok {
		return RootStatement{}, ErrRoot
	}
	s := body.RootStatement
	if err := s.check(); err != nil {
		return RootStatement{}, err
	}
	if s.Purpose != purpose {
		return RootStatement{}, ErrPurpose
	}
	if at := now.Unix(); at < s.NotBefore || at >= s.NotAfter {
		return RootStatement{}, ErrDates
	}
	return s, nil
}

func (s RootStatement) check() error {
	fits := s.Format == format && s.NotBefore < s.NotAfter
	switch s.Purpose {
	case Evaluator:
		fits = fits && len(s.Key) == elementLen && s.Epoch > 0
	case List:
		fits = fits && len(s.Key) == ed25519.PublicKeySize && s.Epoch == 0
	case TLS:
		_, err := x509.ParsePKIXPublicKey(s.Key)
		fits = fits && len(s.Key) <= maxTLSKey && err == nil && s.Epoch == 0
	default:
		fits = false
	}
	if !fits {
		return ErrStatement.Because(errors.New("it breaks a rule"))
	}
	return nil
}
