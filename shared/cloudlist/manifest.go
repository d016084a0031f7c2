package cloudlist

import (
	"crypto/ed25519"
	"time"

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
	Format  int             `json:"format"`  // 1
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

// SignManifest gives the bytes that are published: the manifest as one line of
// JSON in canonical form, and its signature as a second one. ErrManifest if it
// breaks a rule or a bound that OpenManifest keeps.
func SignManifest(key ed25519.PrivateKey, m Manifest) ([]byte, error) { return nil, ErrManifest }

// OpenManifest reads what SignManifest gave, under the list's public key, as of
// now. seen are the versions that are here: a list that the manifest offers in an
// older one gives ErrManifestOlder. The signature is checked before anything is
// decoded.
func OpenManifest(data []byte, key ed25519.PublicKey, now time.Time, seen map[ListID]uint64) (Manifest, error) {
	return Manifest{}, ErrManifest
}

// Way is the shortest way in bytes from a version that is here to the newest: the
// deltas to apply in order, or none and false if the snapshot is the shorter way
// or the only one. From version 0, nothing is here.
func (e ManifestEntry) Way(from uint64) ([]ManifestDelta, bool) { return nil, false }

// MarshalText is String.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText is ParseName.
func (n *Name) UnmarshalText(text []byte) error { return nil }

// ParseName reads what Name.String wrote, and nothing else; ErrDamaged.
func ParseName(text string) (Name, error) { return Name{}, nil }
