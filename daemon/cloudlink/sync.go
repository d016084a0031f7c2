package cloudlink

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"blackmark/daemon/disk"
	"blackmark/shared/cloudlist"
	"blackmark/shared/marketplace"
)

// sync brings keys, account and lists up to date. What does not check is not
// used: the last good list goes on being shown until it is too old.
func (l *Link) sync(ctx context.Context, j *joined) (pause time.Duration, err error) {
	if j.membership.get().Leaving {
		return l.cfg.Pace.Sync, nil
	}
	if err := j.cloud.refresh(ctx); err != nil && len(j.cloud.keys().tls) == 0 {
		return 0, err
	}
	manifest, err := l.newManifest(ctx, j) // it and the lists ask for no account
	// Heard between the two: whatever the lists count, it is known by now from when
	// this account's own reports may be among it.
	_, unheard := l.hear(ctx, j)
	changed := false
	if err == nil {
		changed, err = l.syncLists(ctx, j, manifest)
	}
	err = errors.Join(unheard, err)
	if changed {
		if settled := j.reports.settle(j.lists.version); settled != nil && err == nil {
			err = settled
		}
		l.changes.Publish(nil)
	}
	if err != nil {
		return 0, err
	}
	// Not all daemons at the same second.
	return l.cfg.Pace.Sync - rand.N(l.cfg.Pace.Sync/8+1), nil
}

// newManifest is the table of contents, if it can follow the newest that was seen.
func (l *Link) newManifest(ctx context.Context, j *joined) (cloudlist.Manifest, error) {
	manifest, err := l.manifest(ctx, j)
	if errors.Is(err, cloudlist.ErrManifestKey) { // the list's key may be a new one
		if err := j.cloud.renew(ctx); err != nil {
			return manifest, err
		}
		manifest, err = l.manifest(ctx, j)
	}
	if err != nil {
		return manifest, err
	}
	return manifest, j.lists.accepts(manifest.Made, l.cfg.Now())
}

func (l *Link) syncLists(ctx context.Context, j *joined, manifest cloudlist.Manifest) (changed bool, err error) {
	var named []cloudlist.ListID
	var failed error
	for _, entry := range manifest.Lists {
		if _, err := marketplace.Find(entry.Marketplace); err != nil {
			continue // of a newer Blackmark
		}
		named = append(named, entry.ListID)
		moved, err := l.follow(ctx, j.lists, j.cloud, entry)
		if ctx.Err() != nil {
			return changed, ctx.Err()
		}
		changed = changed || moved
		failed = errors.Join(failed, err)
	}
	if failed != nil {
		return changed, failed
	}
	before := j.lists.stale(l.cfg.Now())
	if err := j.lists.confirm(manifest.Made, named); err != nil {
		return changed, err
	}
	return changed || before != j.lists.stale(l.cfg.Now()), nil
}

// manifest fetches and checks the table of contents.
func (l *Link) manifest(ctx context.Context, j *joined) (cloudlist.Manifest, error) {
	var data bytes.Buffer
	err := l.asking(ctx, j, func() error {
		data.Reset()
		return j.cloud.download(ctx, "manifest", cloudlist.MaxManifest, &data)
	})
	if err != nil {
		return cloudlist.Manifest{}, err
	}
	return openManifest(data.Bytes(), j.cloud.keys().lists, l.cfg.Now(), j.lists.seen())
}

// openManifest tries each key that is vouched for.
func openManifest(data []byte, keys []ed25519.PublicKey, now time.Time, seen map[cloudlist.ListID]uint64) (m cloudlist.Manifest, err error) {
	err = ErrNoKey
	for _, key := range keys {
		if m, err = cloudlist.OpenManifest(data, key, now, seen); !errors.Is(err, cloudlist.ErrManifestKey) {
			return m, err
		}
	}
	return m, err
}

// follow brings one list to the manifest's version: by deltas where that is
// shorter, and by the snapshot where it is not, or where a delta does not check.
func (l *Link) follow(ctx context.Context, here *lists, c *cloud, entry cloudlist.ManifestEntry) (moved bool, err error) {
	from := here.version(entry.ListID)
	if from >= entry.Version {
		return false, nil
	}
	if err := disk.CheckFree(here.dir, l.cfg.MinFree+2*uint64(entry.Size)); err != nil {
		return false, err
	}
	way, ok := entry.Way(from)
	if ok {
		for _, delta := range way {
			if err = l.step(ctx, here, c, entry, delta); err != nil {
				break
			}
			moved = true
		}
		if err == nil || errors.Is(err, ErrUnreachable) || ctx.Err() != nil {
			return moved, err
		}
		l.cfg.Log.Warn("a change of the cloud's list does not check; the whole list is fetched", "marketplace", entry.Marketplace)
	}
	goal := listState{ListID: entry.ListID, Version: entry.Version, Name: entry.Snapshot}
	err = here.receive(goal, func(to io.Writer) error {
		return c.download(ctx, entry.Snapshot.String(), entry.Size, to)
	})
	return moved || err == nil, err
}

// step follows one delta.
func (l *Link) step(ctx context.Context, here *lists, c *cloud, entry cloudlist.ManifestEntry, step cloudlist.ManifestDelta) error {
	var data bytes.Buffer
	if err := c.download(ctx, step.Name.String(), step.Size, &data); err != nil {
		return err
	}
	delta, err := cloudlist.OpenDelta(data.Bytes())
	if err != nil {
		return err
	}
	if delta.Name() != step.Name {
		return cloudlist.ErrDamaged.Because(errors.New("the delta has another name"))
	}
	goal := listState{ListID: entry.ListID, Version: step.To, Name: delta.ToName()}
	if step.To == entry.Version && goal.Name != entry.Snapshot {
		return cloudlist.ErrMisfit.Because(errors.New("the delta leads to another list"))
	}
	return here.receive(goal, func(to io.Writer) error { return here.lead(to, entry.ListID, step.From, delta) })
}

// receive writes a list beside the others and takes it if it checks.
func (s *lists) receive(goal listState, write func(io.Writer) error) error {
	path := filepath.Join(s.dir, "incoming.tmp")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(path) }()
	out := bufio.NewWriterSize(f, 64<<10)
	err = write(out)
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	return s.take(path, goal)
}

// accepts tells whether a manifest of this time can follow the newest that was
// seen. One from the future would never grow old.
func (s *lists) accepts(made int64, now time.Time) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	switch {
	case made < s.state.Made:
		return cloudlist.ErrManifestOlder
	case made > now.Add(24*time.Hour).Unix():
		return ErrAhead
	}
	return nil
}

// stale tells whether no list may be shown.
func (s *lists) stale(now time.Time) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	none, old := s.state.age(now)
	return none || old
}

func uintText(n uint64) string { return strconv.FormatUint(n, 10) }
