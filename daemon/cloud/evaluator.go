package cloud

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"blackmark/daemon/disk"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
)

// Evaluator answers blinded batches. It is a keyring in this process, or another
// process that has one. Who asks, and for whom, it is not told.
type Evaluator interface {
	// Evaluate answers a batch under the key of an epoch, with a proof. It
	// returns ErrEpoch for an epoch that it has no key of.
	Evaluate(ctx context.Context, epoch uint32, blinded [][]byte) (evaluated [][]byte, proof []byte, err error)
	// Prepare makes the key of an epoch, or finds it, and gives its public half.
	Prepare(ctx context.Context, epoch uint32) (public []byte, err error)
	// Destroy forgets the keys of all epochs before this one.
	Destroy(ctx context.Context, before uint32) error
}

// ErrEpoch says that an epoch is over or has not begun.
var ErrEpoch = problem.New(problem.Conflict, "epoch_unknown",
	"this epoch is over, or has not begun", "read /v1/account and evaluate for the epoch that it names")

// keyring is the evaluator's folder: the private key of every epoch.
type keyring struct {
	file string

	mu   sync.RWMutex
	keys []epochKey
}

type epochKey struct {
	Epoch   uint32 `json:"epoch"`
	Private []byte `json:"private"`

	evaluator *tag.Evaluator
}

func newKeyring(file string) (*keyring, error) {
	k := &keyring{file: file}
	return k, k.write()
}

func readKeyring(dir string) (*keyring, error) {
	k := &keyring{file: filepath.Join(dir, evalFolder, keysFile)}
	data, err := os.ReadFile(k.file)
	if err == nil {
		err = json.Unmarshal(data, &k.keys)
	}
	if err != nil {
		return nil, ErrKeyFile.In(keysFile).Because(err)
	}
	for i := range k.keys {
		if k.keys[i].evaluator, err = tag.NewEvaluator(k.keys[i].Private); err != nil {
			return nil, ErrKeyFile.In(keysFile).Because(err)
		}
	}
	return k, nil
}

func (k *keyring) write() error {
	if k.keys == nil {
		k.keys = []epochKey{}
	}
	data, err := json.Marshal(k.keys)
	if err != nil {
		return err
	}
	return disk.WriteFile(k.file, data)
}

func (k *keyring) find(epoch uint32) *tag.Evaluator {
	k.mu.RLock()
	defer k.mu.RUnlock()
	for _, key := range k.keys {
		if key.Epoch == epoch {
			return key.evaluator
		}
	}
	return nil
}

// Evaluate is Evaluator's.
func (k *keyring) Evaluate(_ context.Context, epoch uint32, blinded [][]byte) (evaluated [][]byte, proof []byte, err error) {
	evaluator := k.find(epoch)
	if evaluator == nil {
		return nil, nil, ErrEpoch.In("epoch")
	}
	return evaluator.Evaluate(blinded)
}

// Prepare is Evaluator's.
func (k *keyring) Prepare(_ context.Context, epoch uint32) ([]byte, error) {
	if evaluator := k.find(epoch); evaluator != nil {
		return evaluator.PublicKey(), nil
	}
	private, err := tag.NewPrivateKey()
	if err != nil {
		return nil, err
	}
	evaluator, err := tag.NewEvaluator(private)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys = append(k.keys, epochKey{epoch, private, evaluator})
	return evaluator.PublicKey(), k.write()
}

// Destroy is Evaluator's.
func (k *keyring) Destroy(_ context.Context, before uint32) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(k.keys), func(key epochKey) bool { return key.Epoch < before })
	if len(kept) == len(k.keys) {
		return nil
	}
	k.keys = kept
	return k.write()
}
