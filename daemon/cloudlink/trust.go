package cloudlink

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"maps"
	"time"

	"blackmark/shared/cloudtrust"
	"blackmark/shared/wire"
)

// maxStatements bounds what of a bundle is looked at.
const maxStatements = 64

// keyring is what the operator's root key vouches for today.
type keyring struct {
	evaluators map[uint32][]byte
	lists      []ed25519.PublicKey
	tls        [][]byte
	until      int64 // seconds since 1970: from then on one of them is over
}

// openTrust checks every statement of a bundle. One for another day is passed
// over; one that the root did not sign spoils them all. before are the
// evaluators' keys as first seen: no epoch ever changes its key.
func openTrust(statements []string, root cloudtrust.RootHash, before map[uint32][]byte, now time.Time) (keyring, error) {
	ring := keyring{evaluators: map[uint32][]byte{}}
	if len(statements) > maxStatements {
		return ring, ErrAnswer
	}
	var dates error
	for _, text := range statements {
		s, err := openStatement(text, root, now)
		switch {
		case errors.Is(err, cloudtrust.ErrDates):
			dates = err
			continue
		case err != nil:
			return ring, err
		}
		if ring.until == 0 || s.NotAfter < ring.until {
			ring.until = s.NotAfter
		}
		switch s.Purpose {
		case cloudtrust.Evaluator:
			if other, known := before[s.Epoch]; known && !bytes.Equal(other, s.Key) {
				return ring, ErrKeyChanged
			}
			if other, known := ring.evaluators[s.Epoch]; known && !bytes.Equal(other, s.Key) {
				return ring, ErrKeyChanged
			}
			ring.evaluators[s.Epoch] = s.Key
		case cloudtrust.List:
			ring.lists = append(ring.lists, s.Key)
		case cloudtrust.TLS:
			ring.tls = append(ring.tls, s.Key)
		}
	}
	if len(ring.tls) == 0 || len(ring.lists) == 0 || len(ring.evaluators) == 0 {
		if dates != nil {
			return ring, dates
		}
		return ring, ErrNoKey
	}
	return ring, nil
}

// openStatement opens a statement whatever it is for.
func openStatement(text string, root cloudtrust.RootHash, now time.Time) (cloudtrust.RootStatement, error) {
	var err error
	for _, purpose := range []cloudtrust.Purpose{cloudtrust.Evaluator, cloudtrust.List, cloudtrust.TLS} {
		var s cloudtrust.RootStatement
		if s, err = cloudtrust.OpenStatement([]byte(text), root, purpose, now); !errors.Is(err, cloudtrust.ErrPurpose) {
			return s, err
		}
	}
	return cloudtrust.RootStatement{}, err
}

// knows tells whether a TLS key is vouched for.
func (k keyring) knows(tls []byte) bool {
	for _, one := range k.tls {
		if bytes.Equal(one, tls) {
			return true
		}
	}
	return false
}

// firstSeen adds the keys of epochs that are new.
func (k keyring) firstSeen(before map[uint32][]byte) map[uint32][]byte {
	all := maps.Clone(k.evaluators)
	maps.Copy(all, before)
	return all
}

// believe checks a bundle that came from tlsKey's holder.
func believe(trust wire.Trust, tlsKey []byte, root cloudtrust.RootHash, before map[uint32][]byte, now time.Time) (keyring, error) {
	ring, err := openTrust(trust.Statements, root, before, now)
	if err != nil {
		return ring, err
	}
	if !ring.knows(tlsKey) {
		return ring, ErrPin
	}
	return ring, nil
}
