package cloud

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"blackmark/daemon/cloud/store"
	"blackmark/daemon/disk"
)

func newSecret(file string) error {
	secret := make([]byte, store.KeySize)
	_, _ = rand.Read(secret)
	return disk.WriteFile(file, secret)
}

func readSecret(file string) ([]byte, error) {
	secret, err := os.ReadFile(file)
	if err != nil || len(secret) != store.KeySize {
		return nil, ErrKeyFile.In(filepath.Base(file)).Because(err)
	}
	return secret, nil
}

func newListKey(file string) (public []byte, err error) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	return public, disk.WriteFile(file, private.Seed())
}

func readListKey(dir string) (ed25519.PrivateKey, error) {
	seed, err := readSecret(filepath.Join(dir, pubFolder, "list.key"))
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func newTLSKey(file string) (spki []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	if err := disk.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})); err != nil {
		return nil, err
	}
	return x509.MarshalPKIXPublicKey(key.Public())
}

// certificate is made at each start around the key: only the key counts, and the
// root key's statement says until when.
func certificate(dir string, now time.Time) (tls.Certificate, error) {
	data, err := os.ReadFile(filepath.Join(dir, tlsFile))
	block, _ := pem.Decode(data)
	if err != nil || block == nil {
		return tls.Certificate{}, ErrKeyFile.In(tlsFile).Because(err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	key, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok {
		return tls.Certificate{}, ErrKeyFile.In(tlsFile).Because(err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "Blackmark cloud"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.Add(10 * 365 * 24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, err
}
