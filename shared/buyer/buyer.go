// Package buyer names buyers: a key is a marketplace, a region, a kind of
// identifier and the identifier in canonical form.
//
// Nothing becomes a key unchecked: Canonical is the one door. It imports
// shared/marketplace and shared/problem, does no I/O, and never guesses: what
// is masked, empty, a stand-in or of the wrong shape is refused with a reason.
package buyer

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"blackmark/shared/marketplace"
	"blackmark/shared/problem"
)

// MaxID is the longest identifier in bytes.
const MaxID = 128

// Key names one buyer. Only Canonical makes one that may be stored.
type Key struct {
	Marketplace string `json:"marketplace"`
	Region      string `json:"region,omitempty"` // lower case, as `br`; empty where ids are global
	Kind        string `json:"kind"`
	ID          string `json:"id"`
}

// What a value can be refused for.
var (
	ErrEmpty = problem.New(problem.Invalid, "key_empty",
		"there is no buyer identifier", "give the buyer's id as the marketplace shows it")
	ErrMasked = problem.New(problem.Invalid, "key_masked",
		"this identifier is masked", "open the order so that the page shows the whole value, or use the buyer's id")
	ErrStandIn = problem.New(problem.Invalid, "key_stand_in",
		"this value is a stand-in that many buyers share", "use the buyer's own id; a mark on a stand-in would hit strangers")
	ErrShape = problem.New(problem.Invalid, "key_shape",
		"this does not look like an identifier of this kind", "check the kind and copy the id exactly")
	ErrLong = problem.New(problem.TooLarge, "key_long",
		"this identifier is too long", "an identifier has at most 128 bytes")
	ErrText = problem.New(problem.Invalid, "key_text",
		"this identifier is not plain text", "copy the id again; it holds characters that cannot be read")
	ErrKind = problem.New(problem.Invalid, "kind_unknown",
		"this marketplace has no such kind of identifier", "use one of the kinds that `blackmark mark --help` lists")
	ErrNoKinds = problem.New(problem.Invalid, "marketplace_without_buyers",
		"this marketplace shows no buyer identity", "its buyers cannot be marked")
	ErrRegion = problem.New(problem.Invalid, "region_missing",
		"this marketplace counts its buyers per region", "add the region, as `br` or `th`")
	ErrNoRegion = problem.New(problem.Invalid, "region_extra",
		"this marketplace has no regions", "leave the region out")
)

// masks are the characters with which pages hide parts of a value.
const masks = "*＊•●∙·…✱█"

// standIns are values that pages and programs put where an identifier is
// missing. joybuy is the one id that JD gives to all of its buyers.
var standIns = map[string]bool{
	"null": true, "undefined": true, "none": true, "nan": true, "n/a": true, "na": true,
	"-": true, "--": true, "0": true, "unknown": true, "anonymous": true, "guest": true,
	"buyer": true, "customer": true, "joybuy": true, "default": true,
	"true": true, "false": true, "[object object]": true, "deleted": true,
}

// Masked tells whether a text was hidden in part by the page.
func Masked(text string) bool {
	return strings.ContainsAny(text, masks) || strings.Contains(text, "...")
}

// Canonical checks a key and brings it into the one form in which it is
// stored, compared and shared. The error is one of those above, or of
// marketplace.Find.
func Canonical(k Key) (Key, error) {
	m, err := marketplace.Find(k.Marketplace)
	if err != nil {
		return Key{}, err
	}
	if len(m.Kinds) == 0 {
		return Key{}, ErrNoKinds.In("marketplace")
	}
	kind, ok := m.Kind(k.Kind)
	if !ok {
		return Key{}, ErrKind.In("kind")
	}
	region, err := canonicalRegion(m, k.Region)
	if err != nil {
		return Key{}, err
	}
	id, err := canonicalID(kind, k.ID)
	if err != nil {
		return Key{}, err
	}
	return Key{Marketplace: m.Code, Region: region, Kind: kind.Kind, ID: id}, nil
}

func canonicalRegion(m marketplace.Marketplace, region string) (string, error) {
	region = strings.ToLower(strings.TrimSpace(region))
	switch {
	case !m.Regions && region != "":
		return "", ErrNoRegion.In("region")
	case !m.Regions:
		return "", nil
	case len(region) != 2 || region[0] < 'a' || region[0] > 'z' || region[1] < 'a' || region[1] > 'z':
		return "", ErrRegion.In("region")
	}
	return region, nil
}

func canonicalID(kind marketplace.Kind, id string) (string, error) {
	if len(id) > 4*MaxID {
		return "", ErrLong.In("id")
	}
	if !utf8.ValidString(id) {
		return "", ErrText.In("id")
	}
	id = norm.NFC.String(strings.TrimSpace(id))
	switch {
	case id == "":
		return "", ErrEmpty.In("id")
	case len(id) > MaxID:
		return "", ErrLong.In("id")
	case Masked(id):
		return "", ErrMasked.In("id")
	case standIns[strings.ToLower(id)] || sameDigit(id, '0'):
		return "", ErrStandIn.In("id")
	case strings.ContainsFunc(id, unreadable):
		return "", ErrText.In("id")
	}
	if kind.Case == "lower" {
		id = strings.ToLower(id)
	}
	if !kind.Fits(id) {
		return "", ErrShape.In("id")
	}
	return id, nil
}

// unreadable tells control, format and private-use characters apart: two ids
// that look alike must be alike.
func unreadable(r rune) bool {
	if r <= unicode.MaxASCII {
		return unicode.IsControl(r)
	}
	return r == utf8.RuneError || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp)
}

func sameDigit(s string, d byte) bool { return strings.Trim(s, string(d)) == "" }

// String is the key as one line: `shopee:br:user_id:900000009`. No part but
// the id can hold a colon, so it reads back by Parse.
func (k Key) String() string {
	return k.Marketplace + ":" + k.Region + ":" + k.Kind + ":" + k.ID
}

// ErrLine says that a line is not a key.
var ErrLine = problem.New(problem.Invalid, "key_line",
	"this is not a buyer key", "write it as marketplace:region:kind:id, for example shopee:br:user_id:900000009")

// Parse reads what String wrote and brings it into canonical form.
func Parse(line string) (Key, error) {
	parts := strings.SplitN(line, ":", 4)
	if len(parts) != 4 {
		return Key{}, ErrLine
	}
	return Canonical(Key{Marketplace: parts[0], Region: parts[1], Kind: parts[2], ID: parts[3]})
}

// Permanent tells whether the key never changes hands.
func (k Key) Permanent() bool { return k.life() == marketplace.Permanent }

// ChangesHands tells whether the key can be somebody else's once its bearer gave it
// up. Of a key that is not permanent either, it is not known.
func (k Key) ChangesHands() bool { return k.life() == marketplace.Changes }

func (k Key) life() marketplace.Life {
	m, err := marketplace.Find(k.Marketplace)
	if err != nil {
		return marketplace.LifeUnknown
	}
	kind, ok := m.Kind(k.Kind)
	if !ok {
		return marketplace.LifeUnknown
	}
	return kind.Life
}
