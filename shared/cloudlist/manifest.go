package cloudlist

import (
	"cmp"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"blackmark/shared/cloudtrust"
	"blackmark/shared/problem"
)

// Bounds of a manifest.
const (
	MaxManifest = 1 << 20 // bytes
	MaxLists    = 128     // lists that it names
	MaxDeltas   = 96      // deltas that it names for one list
)

// What a manifest can be refused for.
var (
	ErrManifest = problem.New(problem.Damaged, "manifest_damaged",
		"the cloud's table of contents cannot be read", "the last good list stays in use; if it stays, tell the cloud's operator")
	ErrManifestFormat = problem.New(problem.Damaged, "manifest_format",
		"the cloud's table of contents has a newer format", "update Blackmark; the last good list stays in use")
	ErrManifestSize = problem.New(problem.TooLarge, "manifest_too_large",
		"the cloud's table of contents is larger than Blackmark reads", "tell the cloud's operator")
	ErrManifestKey = problem.New(problem.Refused, "manifest_signature",
		"the cloud's table of contents is not signed by the key it promised to use",
		"the last good list stays in use; if it stays, tell the cloud's operator")
	ErrManifestExpired = problem.New(problem.Unavailable, "manifest_expired",
		"the cloud's table of contents has expired", "check this machine's clock; if it is right, tell the cloud's operator")
	ErrManifestOlder = problem.New(problem.Refused, "manifest_older",
		"the cloud offers an older list than the one that is here",
		"the newer one stays in use; if it stays, tell the cloud's operator")
)

// Manifest names the current snapshot of every list and the ways to it.
type Manifest struct {
	Format  int             `json:"format"`  // 1; SignManifest sets it
	Made    int64           `json:"made"`    // seconds since 1970
	Expires int64           `json:"expires"` // seconds since 1970: not used from then on
	Lists   []ManifestEntry `json:"lists"`   // ascending by marketplace, then epoch; each once
}

// ListID names a list through all of its versions.
type ListID struct {
	Marketplace string `json:"marketplace"`
	Epoch       uint32 `json:"epoch"`
}

// ManifestEntry is one list in a manifest.
type ManifestEntry struct {
	ListID
	Version  uint64          `json:"version"`
	Snapshot Name            `json:"snapshot"`
	Size     int64           `json:"size"`   // bytes of the snapshot
	Deltas   []ManifestDelta `json:"deltas"` // ascending by to, then from
}

// ManifestDelta is one delta in a manifest.
type ManifestDelta struct {
	From uint64 `json:"from"`
	To   uint64 `json:"to"`
	Name Name   `json:"name"`
	Size int64  `json:"size"` // bytes of the delta
}

// manifestDomain keeps a manifest's signature from passing for anything else's.
const manifestDomain = "blackmark/manifest/1"

// SignManifest gives the bytes that are published: the manifest as one line of
// JSON in canonical form, and its signature as a second one. ErrManifest if it
// breaks a rule or a bound that OpenManifest keeps.
func SignManifest(key ed25519.PrivateKey, m Manifest) ([]byte, error) {
	m.Format = format
	m.Lists = slices.Clone(m.Lists)
	for i := range m.Lists {
		if m.Lists[i].Deltas == nil {
			m.Lists[i].Deltas = []ManifestDelta{}
		}
	}
	if m.Lists == nil {
		m.Lists = []ManifestEntry{}
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	body, err := json.Marshal(m)
	if err != nil {
		return nil, ErrManifest.Because(err)
	}
	signed := cloudtrust.Sign(manifestDomain, key, body)
	if len(signed) > MaxManifest {
		return nil, ErrManifestSize
	}
	return signed, nil
}

// OpenManifest reads what SignManifest gave, under the list's public key, as of
// now. seen are the versions that are here: a list that the manifest offers in an
// older one gives ErrManifestOlder. The signature is checked before anything is
// decoded. Members that this version does not know are passed over.
func OpenManifest(data []byte, key ed25519.PublicKey, now time.Time, seen map[ListID]uint64) (Manifest, error) {
	if len(data) > MaxManifest {
		return Manifest{}, ErrManifestSize
	}
	body, ok := cloudtrust.Open(manifestDomain, key, data)
	if !ok {
		return Manifest{}, ErrManifestKey
	}
	var head struct{ Format int }
	if err := json.Unmarshal(body, &head); err != nil {
		return Manifest{}, ErrManifest.Because(err)
	}
	if head.Format != format {
		return Manifest{}, ErrManifestFormat
	}
	var m Manifest
	if err := json.Unmarshal(body, &m); err != nil {
		return Manifest{}, ErrManifest.Because(err)
	}
	if err := m.check(); err != nil {
		return Manifest{}, err
	}
	if now.Unix() >= m.Expires {
		return Manifest{}, ErrManifestExpired
	}
	for _, list := range m.Lists {
		if list.Version < seen[list.ListID] {
			return Manifest{}, ErrManifestOlder
		}
	}
	return m, nil
}

func (m Manifest) check() error {
	if m.Made <= 0 || m.Made >= m.Expires || len(m.Lists) > MaxLists {
		return unfit("dates or too many lists")
	}
	for i, list := range m.Lists {
		if i > 0 && m.Lists[i-1].compare(list.ListID) >= 0 {
			return unfit("lists not in order, each once")
		}
		if err := list.check(); err != nil {
			return err
		}
	}
	return nil
}

func (e ManifestEntry) check() error {
	if !isCode(e.Marketplace, MaxMarketplace) || e.Version == 0 || e.Size <= 0 || e.Size > MaxSnapshot || len(e.Deltas) > MaxDeltas {
		return unfit("a list out of its bounds")
	}
	for i, d := range e.Deltas {
		if d.From == 0 || d.From >= d.To || d.To > e.Version || d.Size <= 0 || d.Size > MaxDelta {
			return unfit("a delta out of its bounds")
		}
		if i > 0 && e.Deltas[i-1].compare(d) >= 0 {
			return unfit("deltas not in order, each once")
		}
	}
	return nil
}

func unfit(why string) error { return ErrManifest.Because(errors.New(why)) }

func (id ListID) compare(other ListID) int {
	return cmp.Or(cmp.Compare(id.Marketplace, other.Marketplace), cmp.Compare(id.Epoch, other.Epoch))
}

func (d ManifestDelta) compare(other ManifestDelta) int {
	return cmp.Or(cmp.Compare(d.To, other.To), cmp.Compare(d.From, other.From))
}

// Way is the way of the fewest bytes from a version that is here to the newest:
// the deltas to apply in order, none if nothing is newer. It is false where the
// snapshot is the shorter way or the only one, as from version 0: nothing here.
func (e ManifestEntry) Way(from uint64) ([]ManifestDelta, bool) {
	if from == e.Version {
		return nil, true
	}
	// Deltas ascend by the version to which they lead, so every way to where one
	// starts was seen before it.
	type way struct {
		size  int64
		delta ManifestDelta
	}
	best := map[uint64]way{from: {}}
	for _, d := range e.Deltas {
		before, ok := best[d.From]
		if !ok || d.From < from {
			continue
		}
		size := before.size + d.Size
		if known, ok := best[d.To]; !ok || size < known.size {
			best[d.To] = way{size, d}
		}
	}
	last, ok := best[e.Version]
	if !ok || last.size >= e.Size {
		return nil, false
	}
	var deltas []ManifestDelta
	for at := e.Version; at != from; at = best[at].delta.From {
		deltas = append(deltas, best[at].delta)
	}
	slices.Reverse(deltas)
	return deltas, true
}
