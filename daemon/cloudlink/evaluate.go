package cloudlink

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"blackmark/daemon/orders"
	"blackmark/shared/buyer"
	"blackmark/shared/tag"
	"blackmark/shared/wire"
)

// Sizes of evaluations.
const (
	screenBatch  = 64  // what a person waits for goes in small steps
	historyBatch = 128 // what nobody waits for
	// quotaKept is left of a day's evaluations for rows on screen and reports.
	quotaKept = 256
	// lately is how old an order may be whose parcel may still have to be sent.
	lately = 21 * 24 * time.Hour
)

// evaluate has one batch of buyers evaluated.
func (l *Link) evaluate(ctx context.Context, j *joined) (pause time.Duration, err error) {
	if j.membership.get().Leaving {
		return l.cfg.Pace.Sync, nil
	}
	account, err := l.account(ctx, j)
	if err != nil {
		return 0, err
	}
	if account.Suspended {
		return 0, ErrSuspended
	}
	if account.Evaluations < wire.MinEvaluate {
		if account, err = l.hear(ctx, j); err != nil {
			return 0, err
		}
		if account.Evaluations < wire.MinEvaluate {
			return 0, ErrQuota
		}
	}
	if l.spending.renew(dayOf(l.cfg.Now())) {
		l.changes.Publish(nil)
	}
	batch, err := l.nextBatch(ctx, j, account)
	if err != nil || len(batch) == 0 {
		return l.cfg.Pace.Sync, err
	}
	left, err := l.evaluateBatch(ctx, j, account.Epoch, keysOf(batch))
	if err != nil {
		l.queue.back(batch)
		return 0, err
	}
	over := l.spending.count(batch, account.Evaluations-left, left)
	if over || l.queue.lost() {
		l.changes.Publish(nil) // rows wait for another reason now, or line up again
	}
	l.sharing.nudge() // reports may have waited for these tags
	if l.queue.ready(toShare, l.may(left)) > 0 {
		return 0, nil
	}
	// When a buyer is new is a seller's own business: what nobody waits for goes
	// at a moment that says little.
	return mathrand.N(l.cfg.Pace.Background), nil
}

// may is how many of the evaluations that are left a site can have.
func (l *Link) may(left int) func(site string) int {
	return func(site string) int { return l.spending.may(site, left) }
}

// nextBatch chooses whom to evaluate. It is padded with history that has to be
// checked anyway, so that its size says little and nothing is wasted.
func (l *Link) nextBatch(ctx context.Context, j *joined, account wire.Account) ([]waiting, error) {
	least, size := history, historyBatch
	if account.Evaluations < quotaKept {
		least = toShare
	}
	may := l.may(account.Evaluations)
	if l.queue.ready(toShare, may) > 0 {
		size = screenBatch
	} else if least == history && l.queue.ready(history, may) < size && !j.allQueued.Load() {
		if err := l.fillQueue(ctx, j, account.Epoch); err != nil {
			return nil, err
		}
	}
	size = min(size, account.Evaluations-account.Evaluations%wire.MinEvaluate)
	for {
		batch := l.queue.take(size, least, may)
		if len(batch) == 0 {
			return nil, nil
		}
		missing, err := j.tags.missing(account.Epoch, keysOf(batch))
		if err != nil {
			return nil, err
		}
		// Some were evaluated since they lined up.
		batch = slices.DeleteFunc(batch, func(w waiting) bool { return !slices.Contains(missing, w.key) })
		if len(batch) > 0 {
			return batch, nil
		}
	}
}

func keysOf(batch []waiting) []buyer.Key {
	keys := make([]buyer.Key, len(batch))
	for i, w := range batch {
		keys[i] = w.key
	}
	return keys
}

// evaluateBatch evaluates buyers and keeps their tags; left is how many more may
// be evaluated today.
func (l *Link) evaluateBatch(ctx context.Context, j *joined, epoch uint32, keys []buyer.Key) (left int, err error) {
	pinned, known := j.cloud.keys().evaluators[epoch]
	if !known {
		if err := j.cloud.renew(ctx); err != nil {
			return 0, err
		}
		if pinned, known = j.cloud.keys().evaluators[epoch]; !known {
			return 0, ErrNoKey
		}
	}
	// A slow hash takes 6 ms and 8 MiB: one after the other, so that the seller's
	// computer stays his own.
	xs := make([]tag.X, 0, len(keys)+wire.MinEvaluate)
	for _, k := range keys {
		x, err := tag.Hard(k)
		if err != nil {
			return 0, err
		}
		xs = append(xs, x)
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
	}
	for len(xs)%wire.MinEvaluate != 0 {
		var nobody tag.X
		_, _ = rand.Read(nobody[:]) // never fails since Go 1.24
		xs = append(xs, nobody)
	}
	ys, left, err := l.blindly(ctx, j, epoch, pinned, xs)
	if err != nil {
		return 0, err
	}
	tags := make([]tag.Tag, len(keys))
	for i, k := range keys {
		tags[i] = tag.T(epoch, k, ys[i])
	}
	if err := j.tags.put(epoch, keys, tags, l.queue.forgotten); err != nil {
		return 0, err
	}
	j.account.spent(left)
	j.unchecked.Store(max(0, j.unchecked.Load()-int64(len(keys))))
	l.changes.Publish(keys)
	return left, nil
}

// blindly sends a blinded batch and checks the proof that comes with the answer.
func (l *Link) blindly(ctx context.Context, j *joined, epoch uint32, pinned []byte, xs []tag.X) (ys []tag.Y, left int, err error) {
	request, err := tag.Blind(xs)
	if err != nil {
		return nil, 0, err
	}
	query := wire.EvaluateQuery{Epoch: epoch, Blinded: encodeAll(request.Elements())}
	var answer wire.Evaluated
	err = l.asking(ctx, j, func() error { return j.cloud.post(ctx, "/v1/evaluate", query, &answer) })
	if err != nil {
		if errors.Is(err, ErrQuota) || errors.Is(err, errEpochUnknown) {
			j.account.forget()
		}
		return nil, 0, err
	}
	if answer.Epoch != epoch {
		return nil, 0, ErrAnswer.Because(errors.New("another epoch"))
	}
	evaluated, err := decodeAll(answer.Evaluated)
	if err != nil {
		return nil, 0, ErrAnswer.Because(err)
	}
	proof, err := base64.RawURLEncoding.DecodeString(answer.Proof)
	if err != nil {
		return nil, 0, tag.ErrProof.Because(err)
	}
	ys, err = request.Finish(pinned, evaluated, proof)
	return ys, answer.Left, err
}

func encodeAll(list [][]byte) []string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = base64.RawURLEncoding.EncodeToString(one)
	}
	return texts
}

func decodeAll(texts []string) ([][]byte, error) {
	if len(texts) > wire.MaxEvaluate {
		return nil, errors.New("more than was asked")
	}
	list := make([][]byte, len(texts))
	for i, text := range texts {
		one, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			return nil, err
		}
		list[i] = one
	}
	return list, nil
}

// fillQueue lines up buyers of the history that were not evaluated yet: those of
// the last weeks first.
func (l *Link) fillQueue(ctx context.Context, j *joined, epoch uint32) error {
	since := l.cfg.Now().Add(-lately)
	missing := map[buyer.Key]bool{}
	var failed error
	err := l.cfg.Orders.Each(ctx, func(o orders.Order) bool {
		var fresh []buyer.Key
		if fresh, failed = j.tags.missing(epoch, shareable(o.Keys)); failed != nil {
			return false
		}
		u := history
		if orderTime(o).After(since) {
			u = recent
		}
		for _, k := range fresh {
			missing[k] = true
		}
		l.queue.add(u, origin{site: o.Site}, fresh...)
		return true
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	j.unchecked.Store(int64(len(missing)))
	j.allQueued.Store(l.queue.wanted(history) >= len(missing))
	return nil
}

// followOrders lines up the buyers of orders as they become known.
func (l *Link) followOrders(ctx context.Context) {
	for ctx.Err() == nil {
		changes, stop := l.cfg.Orders.Subscribe()
		if j := l.joined.Load(); j != nil {
			j.allQueued.Store(false) // what came meanwhile is found by looking through all
		}
		if err := l.releaseShared(); err != nil && ctx.Err() == nil && !errors.Is(err, ErrClosed) {
			l.cfg.Log.Warn("reports on what stands for many could not be looked for", "error", err)
		}
		l.readOrders(ctx, changes)
		stop()
		select {
		case <-ctx.Done():
		case <-time.After(time.Second): // dropped, or the store is closing
		}
	}
}

func (l *Link) readOrders(ctx context.Context, changes <-chan orders.Changed) {
	for {
		select {
		case <-ctx.Done():
			return
		case ref, open := <-changes:
			if !open {
				return
			}
			j, err := l.member()
			if err != nil {
				continue
			}
			if ref.Shared != (buyer.Key{}) {
				if err := l.release(j, []buyer.Key{ref.Shared}); err != nil {
					return // all reports are looked through instead
				}
				l.sharing.nudge()
			}
			o, found, err := l.cfg.Orders.Get(ref.Marketplace, ref.Region, ref.Number)
			if err != nil || !found {
				continue
			}
			missing, err := j.tags.missing(j.account.epoch(), shareable(o.Keys))
			if err == nil && len(missing) > 0 && l.queue.add(recent, origin{site: o.Site}, missing...) {
				j.unchecked.Add(int64(len(missing)))
				l.evaluating.soon(l.cfg.Now().Add(l.cfg.Pace.Background))
			}
		}
	}
}

// shareable are the keys of which every seller sees the same value.
func shareable(keys []buyer.Key) []buyer.Key {
	var list []buyer.Key
	for _, k := range keys {
		if tag.Shareable(k) {
			list = append(list, k)
		}
	}
	return list
}
