package cloud

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/hpke"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"blackmark/daemon/cloud/store"
	"blackmark/shared/buyer"
	"blackmark/shared/cloudlist"
	"blackmark/shared/problem"
	"blackmark/shared/tag"
)

// An erasure must outlive the key under which a buyer has his tag: in the next
// epoch he has another. The buyer's keys are therefore kept, sealed to the root
// key, in a file that the operator keeps off the server. The store knows the hash
// over all that were ever made, so that a file that lacks one is told apart.

// erasureLine is one line of the file.
type erasureLine struct {
	From   []byte `json:"from"`   // head of the chain before
	Sealed []byte `json:"sealed"` // the keys, as JSON
}

const erasureInfo = "blackmark/cloud/erasure/1"

// What erasing can be refused for.
var (
	ErrErasures = problem.New(problem.Damaged, "erasures_file",
		"this is not a file of erasures, or the root key is another cloud's", "use the file to which every `erase-buyer` wrote")
	ErrNoErasures = problem.New(problem.Invalid, "erasures_missing",
		"buyers were erased from this cloud: the next epoch must not begin without them",
		"name the file to which `erase-buyer` wrote: --erasures FILE")
)

type (
	eraseQuery struct {
		Keys []buyer.Key `json:"keys"`
		From []byte      `json:"from"`
		To   []byte      `json:"to"`
	}
	erasuresHead struct {
		Head []byte `json:"head"`
		Key  []byte `json:"key"` // to which erasures are sealed
	}
	epochPrepared struct {
		Epoch uint32 `json:"epoch"`
		Key   []byte `json:"key"`
		Head  []byte `json:"head"`
	}
	epochQuery struct {
		Epoch     uint32      `json:"epoch"`
		Statement string      `json:"statement"`
		Head      []byte      `json:"head"`
		Keys      []buyer.Key `json:"keys"`
	}
)

// Erase takes a buyer off the cloud: all keys he is known by. They are sealed
// into the file first; only then is anything deleted.
func (o *Operator) Erase(ctx context.Context, file string, keys []buyer.Key) error {
	for i, key := range keys {
		canonical, err := buyer.Canonical(key)
		if err != nil {
			return err
		}
		if !tag.Shareable(canonical) {
			return tag.ErrNotShareable.In("kind")
		}
		keys[i] = canonical
	}
	var head erasuresHead
	if err := o.Do(ctx, "erasures", nothing{}, &head); err != nil {
		return err
	}
	sealed, err := sealKeys(head.Key, keys)
	if err != nil {
		return err
	}
	if err := appendErasure(file, erasureLine{head.Head, sealed}); err != nil {
		return err
	}
	to := store.Head(head.Head).Next(sealed)
	return o.Do(ctx, "erase", eraseQuery{keys, head.Head, to[:]}, &nothing{})
}

func sealKeys(public []byte, keys []buyer.Key) ([]byte, error) {
	to, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	return hpke.Seal(to, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(erasureInfo), plain)
}

// appendErasure writes a line and flushes it.
func appendErasure(file string, line erasureLine) error {
	text, err := json.Marshal(line)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Clean(file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// erasures is a file of erasures, opened. A line that was written and never carried
// out is among them: that buyer was to be erased too.
type erasures struct {
	lines map[store.Head]erasureLine // by the head of the chain after each
	keys  map[store.Head][]buyer.Key
	order []store.Head // as in the file
}

// openErasures reads a file of erasures. Lines that were torn off, or are another
// cloud's, are left aside, unless no other is there.
func openErasures(file string, root *RootKey) (*erasures, error) {
	if file == "" {
		return nil, ErrNoErasures
	}
	data, err := os.ReadFile(filepath.Clean(file))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoErasures
	}
	if err != nil {
		return nil, err
	}
	private, err := root.erasure()
	if err != nil {
		return nil, err
	}
	all := &erasures{lines: map[store.Head]erasureLine{}, keys: map[store.Head][]buyer.Key{}}
	read := 0
	scanner := bufio.NewScanner(bytes.NewReader(data))
	scanner.Buffer(nil, maxOperatorBody)
	for scanner.Scan() {
		var line erasureLine
		if json.Unmarshal(scanner.Bytes(), &line) != nil || len(line.From) != len(store.Head{}) {
			continue
		}
		read++
		plain, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(erasureInfo), line.Sealed)
		var keys []buyer.Key
		if err != nil || json.Unmarshal(plain, &keys) != nil {
			continue
		}
		head := store.Head(line.From).Next(line.Sealed)
		if _, twice := all.lines[head]; !twice {
			all.lines[head], all.keys[head], all.order = line, keys, append(all.order, head)
		}
	}
	if read > 0 && len(all.order) == 0 {
		return nil, ErrErasures
	}
	return all, scanner.Err()
}

// upTo are the erasures that lead to a head. It returns store.ErrErasures where
// one is missing.
func (e *erasures) upTo(head store.Head) (done map[store.Head]bool, err error) {
	done = map[store.Head]bool{}
	for head != (store.Head{}) {
		line, ok := e.lines[head]
		if !ok {
			return nil, store.ErrErasures
		}
		done[head] = true
		head = store.Head(line.From)
	}
	return done, nil
}

// besides are the keys of all erasures that are not done, in the order of the file.
func (e *erasures) besides(done map[store.Head]bool) (keys []buyer.Key) {
	for _, head := range e.order {
		if !done[head] {
			keys = append(keys, e.keys[head]...)
		}
	}
	return keys
}

// end is where the chain that goes on from a head leads: the longest one, and of
// equals the one that was written last.
func (e *erasures) end(head store.Head) store.Head {
	for at := map[store.Head]bool{head: true}; len(at) > 0; {
		next := map[store.Head]bool{}
		for _, to := range e.order {
			if at[store.Head(e.lines[to].From)] {
				next[to], head = true, to
			}
		}
		at = next
	}
	return head
}

// Rotate begins an epoch: a new evaluator's key, for which the root key vouches,
// and in it everybody erased who ever was.
func (o *Operator) Rotate(ctx context.Context, c Config, root *RootKey, file string) (epoch uint32, err error) {
	book, err := readTrust(c.Dir)
	if err != nil {
		return 0, err
	}
	if !bytes.Equal(book.Root, root.Public()) {
		return 0, ErrRootKey
	}
	var next epochPrepared
	if err := o.Do(ctx, "epoch-prepare", nothing{}, &next); err != nil {
		return 0, err
	}
	var keys []buyer.Key
	if head := store.Head(next.Head); head != (store.Head{}) {
		all, err := openErasures(file, root)
		if err != nil {
			return 0, err
		}
		if _, err := all.upTo(head); err != nil {
			return 0, err
		}
		keys = all.besides(nil)
	}
	statement, err := root.vouch("evaluator", next.Key, next.Epoch, c.Now())
	if err != nil {
		return 0, err
	}
	return next.Epoch, o.Do(ctx, "epoch-begin", epochQuery{next.Epoch, statement, next.Head, keys}, &nothing{})
}

func (s *Server) erasures(context.Context, nothing) (erasuresHead, error) {
	head, err := s.store.Erasures()
	return erasuresHead{head[:], s.trusted.read().Erasure}, err
}

// erase deletes what is known of a buyer, in every epoch, and takes nothing more.
func (s *Server) erase(ctx context.Context, in eraseQuery) (nothing, error) {
	if len(in.From) != len(store.Head{}) || len(in.To) != len(store.Head{}) || len(in.Keys) == 0 {
		return nothing{}, ErrBody
	}
	if head, err := s.store.Erasures(); err != nil || head != store.Head(in.From) {
		return nothing{}, errors.Join(err, store.ErrErasures)
	}
	epochs, err := s.store.Epochs()
	if err != nil {
		return nothing{}, err
	}
	for _, epoch := range epochs {
		if err := s.eraseIn(ctx, epoch.Number, in.Keys); err != nil {
			return nothing{}, err
		}
	}
	s.config.Log.Info("a buyer was erased")
	return nothing{}, s.store.Erased(store.Head(in.From), store.Head(in.To))
}

func (s *Server) eraseIn(ctx context.Context, epoch uint32, keys []buyer.Key) error {
	for batch := range slices.Chunk(keys, tag.MaxBatch) {
		tags, err := s.tags(ctx, epoch, batch)
		if err != nil {
			return err
		}
		for i, key := range batch {
			list := cloudlist.ListID{Marketplace: key.Marketplace, Epoch: epoch}
			if err := s.store.Erase(list, tags[i:i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// tags evaluates keys as a daemon would: the evaluator learns as little from its
// operator.
func (s *Server) tags(ctx context.Context, epoch uint32, keys []buyer.Key) ([]tag.Tag, error) {
	xs := make([]tag.X, len(keys))
	for i, key := range keys {
		var err error
		if xs[i], err = tag.Hard(key); err != nil {
			return nil, err
		}
	}
	request, err := tag.Blind(xs)
	if err != nil {
		return nil, err
	}
	public, err := s.eval.Prepare(ctx, epoch)
	if err != nil {
		return nil, err
	}
	evaluated, proof, err := s.eval.Evaluate(ctx, epoch, request.Elements())
	if err != nil {
		return nil, err
	}
	ys, err := request.Finish(public, evaluated, proof)
	if err != nil {
		return nil, err
	}
	tags := make([]tag.Tag, len(keys))
	for i, y := range ys {
		tags[i] = tag.T(epoch, keys[i], y)
	}
	return tags, nil
}

func (s *Server) prepareEpoch(ctx context.Context, _ nothing) (epochPrepared, error) {
	newest, err := s.newestEpoch()
	if err != nil {
		return epochPrepared{}, err
	}
	head, err := s.store.Erasures()
	if err != nil {
		return epochPrepared{}, err
	}
	key, err := s.eval.Prepare(ctx, newest+1)
	return epochPrepared{newest + 1, key, head[:]}, err
}

// beginEpoch replays the erasures before the epoch is served or published.
func (s *Server) beginEpoch(ctx context.Context, in epochQuery) (nothing, error) {
	if len(in.Head) != len(store.Head{}) {
		return nothing{}, ErrBody
	}
	if head, err := s.store.Erasures(); err != nil || head != store.Head(in.Head) {
		return nothing{}, errors.Join(err, store.ErrErasures)
	}
	if err := s.eraseIn(ctx, in.Epoch, in.Keys); err != nil {
		return nothing{}, err
	}
	if err := s.trusted.add(in.Statement); err != nil {
		return nothing{}, err
	}
	now := s.config.Now()
	err := s.store.Begin(in.Epoch, store.Head(in.Head), now, now.Add(sideBySide))
	if err == nil {
		s.config.Log.Info("an epoch began", "epoch", in.Epoch)
	}
	return nothing{}, err
}
