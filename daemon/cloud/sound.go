package cloud

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"

	"blackmark/shared/cloudtrust"
)

// checkKeys compares every key with what the root key signed, before anybody is
// answered. A key that a disk changed is still a key: sellers' daemons would
// refuse the server, or buyers would get other tags, and nobody here would know.
func (s *Server) checkKeys() error {
	book := s.trusted.read()
	if len(book.Sum) > 0 && !bytes.Equal(book.Sum, book.sum()) {
		return ErrKeyFile.In(trustFile)
	}
	signed := map[cloudtrust.Purpose]map[string]uint32{} // keys, and their epochs
	for _, text := range book.Statements {
		statement, err := readStatement(text, book.root())
		if err != nil {
			return ErrKeyFile.In(trustFile).Because(err)
		}
		if signed[statement.Purpose] == nil {
			signed[statement.Purpose] = map[string]uint32{}
		}
		signed[statement.Purpose][string(statement.Key)] = statement.Epoch
	}
	if err := s.checkRoot(book); err != nil {
		return err
	}
	cert, err := certificate(s.config.Dir, s.config.Now())
	if err != nil {
		return err
	}
	spki, err := x509.MarshalPKIXPublicKey(cert.Leaf.PublicKey)
	if _, known := signed[cloudtrust.TLS][string(spki)]; err != nil || !known {
		return ErrKeyFile.In(tlsFile).Because(err)
	}
	if s.list != nil {
		public := s.list.key.Public().(ed25519.PublicKey)
		if _, known := signed[cloudtrust.List][string(public)]; !known {
			return ErrKeyFile.In("list.key")
		}
	}
	if ring, ours := s.eval.(*keyring); ours {
		return s.checkKeyring(ring, signed[cloudtrust.Evaluator])
	}
	return nil
}

// checkRoot looks at the root key while it is still here: a damaged one would be
// put away as the only copy.
func (s *Server) checkRoot(book trust) error {
	file, there := RootKeyFile(s.config.Dir)
	if !there {
		return nil
	}
	root, err := ReadRootKey(file)
	if err == nil && !bytes.Equal(root.Public(), book.Root) {
		err = errors.New("it is not the key of trust.json")
	}
	if err != nil {
		return ErrKeyFile.In(rootFile).Because(err)
	}
	return nil
}

// checkKeyring compares the evaluator's keys. One that was made for an epoch that
// has not begun is not signed yet; one of an epoch that goes on may not be missing.
func (s *Server) checkKeyring(ring *keyring, signed map[string]uint32) error {
	publicOf := map[uint32]string{}
	for public, epoch := range signed {
		publicOf[epoch] = public
	}
	for _, key := range ring.keys {
		if public, known := publicOf[key.Epoch]; known && public != string(key.evaluator.PublicKey()) {
			return ErrKeyFile.In(keysFile).Because(fmt.Errorf("the key of epoch %d is another one", key.Epoch))
		}
	}
	if s.store == nil {
		return nil
	}
	epochs, err := s.store.Epochs()
	if err != nil {
		return err
	}
	for _, epoch := range epochs {
		if epoch.Live(s.config.Now()) && ring.find(epoch.Number) == nil {
			return ErrKeyFile.In(keysFile).Because(fmt.Errorf("the key of epoch %d is missing", epoch.Number))
		}
	}
	return nil
}

// sum is a checksum over what no signature covers.
func (t trust) sum() []byte {
	sum := sha256.Sum256(append(bytes.Clone(t.Root), t.Erasure...))
	return sum[:]
}
