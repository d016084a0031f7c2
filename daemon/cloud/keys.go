package cloud

import (
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/cloudtrust"
	"blackmark/shared/problem"
)

// The data folder. A role needs its own folder, trust.json, tls.key and
// relay.key, and nothing else of it: that is what is copied to another machine.
const (
	rootFile     = "root.key"   // offline: signs every other key, opens the file of erasures
	trustFile    = "trust.json" // public: the root key and what it signed
	tlsFile      = "tls.key"
	relayFile    = "relay.key" // by it the roles know each other
	settingsFile = "settings.json"
	apiFolder    = "api" // store.key, store/, operator.json
	evalFolder   = "evaluator"
	keysFile     = "keys.json" // of the evaluator
	pubFolder    = "publisher"
	listsFolder  = "public" // the files that everyone may read
)

// statementLife is how long the root key's word is good: `renew` gives it anew.
const statementLife = 400 * 24 * time.Hour

// What the keys of a server can be refused for.
var (
	ErrNoCloud = problem.New(problem.NotFound, "cloud_missing",
		"there is no cloud in this data folder yet", "start it once with all roles: `blackmark-cloud serve`")
	ErrRootKey = problem.New(problem.Invalid, "root_key",
		"this is not the root key of this cloud", "name the file that the first start made: --root-key FILE")
	ErrKeyFile = problem.New(problem.Damaged, "key_file",
		"a key file of this server is missing or damaged", "restore it from its backup; a new key would belong to another cloud")
)

// RootKey is the operator's: everything else can be made anew by who has it.
type RootKey struct{ seed []byte }

type rootFileText struct {
	Format int    `json:"format"`
	Note   string `json:"note"`
	Seed   string `json:"seed"`
}

// ReadRootKey reads the offline file.
func ReadRootKey(file string) (*RootKey, error) {
	var text rootFileText
	data, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(data, &text)
	}
	seed, decodeErr := base64.RawURLEncoding.DecodeString(text.Seed)
	if err = errors.Join(err, decodeErr); err != nil || len(seed) != ed25519.SeedSize {
		return nil, ErrRootKey.Because(err)
	}
	return &RootKey{seed}, nil
}

func newRootKey(file string) (*RootKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	_, _ = rand.Read(seed)
	text, err := json.MarshalIndent(rootFileText{1,
		"The root key of this cloud. Move this file to a place that is not on the server, and keep a copy: who has it can speak for the cloud, without it no key can be renewed and no epoch begun.",
		base64.RawURLEncoding.EncodeToString(seed)}, "", "  ")
	if err != nil {
		return nil, err
	}
	return &RootKey{seed}, disk.WriteFile(file, append(text, '\n'))
}

func (k *RootKey) private() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(k.seed) }

// Public is the key whose hash stands in invitations.
func (k *RootKey) Public() ed25519.PublicKey { return k.private().Public().(ed25519.PublicKey) }

// vouch signs a statement for another key.
func (k *RootKey) vouch(purpose cloudtrust.Purpose, key []byte, epoch uint32, now time.Time) (string, error) {
	statement, err := cloudtrust.SignStatement(k.private(), cloudtrust.RootStatement{
		Purpose: purpose, Key: key, Epoch: epoch,
		NotBefore: now.Add(-time.Hour).Unix(), NotAfter: now.Add(statementLife).Unix(),
	})
	return string(statement), err
}

// erasure is the key pair to which erasures are sealed.
func (k *RootKey) erasure() (hpke.PrivateKey, error) {
	return hpke.DHKEM(ecdh.X25519()).DeriveKeyPair(append([]byte("blackmark/cloud/erasure/1"), k.seed...))
}

// trust is trust.json.
type trust struct {
	Root       []byte   `json:"root"`
	Erasure    []byte   `json:"erasure"` // public key to which erasures are sealed
	Statements []string `json:"statements"`
	Sum        []byte   `json:"sum,omitempty"` // over Root and Erasure, which nothing else covers
}

func (t trust) root() cloudtrust.RootHash { return cloudtrust.HashRoot(t.Root) }

// key is the newest key for a purpose that is good now; for an evaluator, of the
// epoch.
func (t trust) key(purpose cloudtrust.Purpose, epoch uint32, now time.Time) ([]byte, error) {
	last := error(cloudtrust.ErrPurpose)
	for i := len(t.Statements) - 1; i >= 0; i-- {
		s, err := cloudtrust.OpenStatement([]byte(t.Statements[i]), t.root(), purpose, now)
		if err == nil && s.Epoch == epoch {
			return s.Key, nil
		}
		if err != nil && !errors.Is(err, cloudtrust.ErrPurpose) {
			last = err
		}
	}
	return nil, last
}

func readTrust(dir string) (trust, error) {
	var t trust
	data, err := os.ReadFile(filepath.Join(dir, trustFile))
	if errors.Is(err, fs.ErrNotExist) {
		return t, ErrNoCloud
	}
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil || len(t.Root) != ed25519.PublicKeySize {
		return t, ErrKeyFile.In(trustFile).Because(err)
	}
	return t, nil
}

func (t trust) write(dir string) error {
	t.Sum = t.sum()
	data, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	return disk.WriteFile(filepath.Join(dir, trustFile), append(data, '\n'))
}

// Init makes the keys of a new cloud, and tells whether it did: one that is there
// is left alone. trust.json comes last: a start that was interrupted begins anew.
func Init(dir string, now time.Time) (made bool, err error) {
	if _, err := readTrust(dir); !errors.Is(err, ErrNoCloud) {
		return false, err
	}
	for _, folder := range []string{"", apiFolder, evalFolder, pubFolder, listsFolder} {
		if err := disk.MakeDir(filepath.Join(dir, folder)); err != nil {
			return false, err
		}
	}
	root, err := newRootKey(filepath.Join(dir, rootFile))
	if err != nil {
		return false, err
	}
	for _, name := range []string{relayFile, filepath.Join(apiFolder, "store.key")} {
		if err := newSecret(filepath.Join(dir, name)); err != nil {
			return false, err
		}
	}
	spki, err := newTLSKey(filepath.Join(dir, tlsFile))
	if err != nil {
		return false, err
	}
	list, err := newListKey(filepath.Join(dir, pubFolder, "list.key"))
	if err != nil {
		return false, err
	}
	keys, err := newKeyring(filepath.Join(dir, evalFolder, keysFile))
	if err != nil {
		return false, err
	}
	evaluator, err := keys.Prepare(context.Background(), 1)
	if err != nil {
		return false, err
	}
	sealing, err := root.erasure()
	if err != nil {
		return false, err
	}
	t := trust{Root: root.Public(), Erasure: sealing.PublicKey().Bytes()}
	for _, key := range []struct {
		purpose cloudtrust.Purpose
		key     []byte
		epoch   uint32
	}{{cloudtrust.TLS, spki, 0}, {cloudtrust.List, list, 0}, {cloudtrust.Evaluator, evaluator, 1}} {
		statement, err := root.vouch(key.purpose, key.key, key.epoch, now)
		if err != nil {
			return false, err
		}
		t.Statements = append(t.Statements, statement)
	}
	return true, t.write(dir)
}

// RootKeyFile is where the first start leaves the root key, and whether it is
// still there.
func RootKeyFile(dir string) (file string, there bool) {
	file = filepath.Join(dir, rootFile)
	_, err := os.Stat(file)
	return file, err == nil
}

// Renew has the root key vouch again for the keys that are in use.
func Renew(dir string, root *RootKey, now time.Time) error {
	t, err := readTrust(dir)
	if err != nil {
		return err
	}
	if string(root.Public()) != string(t.Root) {
		return ErrRootKey
	}
	var renewed []string
	for _, text := range t.Statements {
		s, err := readStatement(text, t.root())
		if err != nil {
			return err
		}
		statement, err := root.vouch(s.Purpose, s.Key, s.Epoch, now)
		if err != nil {
			return err
		}
		renewed = append(renewed, statement)
	}
	t.Statements = renewed
	return t.write(dir)
}

// readStatement reads a statement whatever it is for and whether or not it is
// still good.
func readStatement(text string, root cloudtrust.RootHash) (cloudtrust.RootStatement, error) {
	var dates cloudtrust.RootStatement
	line, _, _ := strings.Cut(text, "\n")
	if err := json.Unmarshal([]byte(line), &dates); err != nil {
		return dates, ErrKeyFile.In(trustFile).Because(err)
	}
	s, err := cloudtrust.OpenStatement([]byte(text), root, dates.Purpose, time.Unix(dates.NotBefore, 0))
	if err != nil {
		return s, fmt.Errorf("statement in %s: %w", trustFile, err)
	}
	return s, nil
}
