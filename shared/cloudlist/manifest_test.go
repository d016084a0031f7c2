package cloudlist_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/cloudlist"
	"blackmark/shared/cloudtrust"
)

var (
	listKey  = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	otherKey = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{2}, ed25519.SeedSize))
)

func sampleManifest() cloudlist.Manifest {
	name := func(n byte) (made cloudlist.Name) { made[0] = n; return made }
	list := func(marketplace string, epoch uint32, version uint64) cloudlist.ManifestEntry {
		return cloudlist.ManifestEntry{
			ListID:  cloudlist.ListID{Marketplace: marketplace, Epoch: epoch},
			Version: version, Snapshot: name(9), Size: 8000,
			Deltas: []cloudlist.ManifestDelta{
				{From: 1, To: 2, Name: name(1), Size: 500},
				{From: 2, To: 3, Name: name(2), Size: 500},
				{From: 1, To: 4, Name: name(3), Size: 1400},
				{From: 3, To: 4, Name: name(4), Size: 300},
			},
		}
	}
	return cloudlist.Manifest{
		Format: 1, Made: manifestDay.Unix() - 60, Expires: manifestDay.Unix() + 86_400,
		Lists: []cloudlist.ManifestEntry{list("aliexpress", 1, 4), list("aliexpress", 2, 4), list("shopee", 1, 4)},
	}
}

func public(key ed25519.PrivateKey) ed25519.PublicKey { return key.Public().(ed25519.PublicKey) }

func signManifest(t *testing.T, m cloudlist.Manifest) []byte {
	t.Helper()
	signed, err := cloudlist.SignManifest(listKey, m)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

func TestManifestReadsBack(t *testing.T) {
	signed := signManifest(t, sampleManifest())
	seen := map[cloudlist.ListID]uint64{{Marketplace: "shopee", Epoch: 1}: 4, {Marketplace: "gone", Epoch: 1}: 90}
	m, err := cloudlist.OpenManifest(signed, public(listKey), manifestDay, seen)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sampleManifest(), m); diff != "" {
		t.Fatal(diff)
	}
	if !bytes.Equal(signManifest(t, m), signed) {
		t.Fatal("the same manifest has other bytes")
	}
}

func TestManifestIsRefused(t *testing.T) {
	good := signManifest(t, sampleManifest())
	statement := cloudtrust.Sign("blackmark/statement/1", listKey, bytes.SplitN(good, []byte("\n"), 2)[0])
	body := func(text string) []byte { return cloudtrust.Sign("blackmark/manifest/1", listKey, []byte(text)) }
	id := cloudlist.ListID{Marketplace: "shopee", Epoch: 1}
	cases := map[string]struct {
		data []byte
		key  ed25519.PrivateKey
		now  time.Time
		seen map[cloudlist.ListID]uint64
		want error
	}{
		"control":              {good, listKey, manifestDay, map[cloudlist.ListID]uint64{id: 4}, nil},
		"another key":          {good, otherKey, manifestDay, nil, cloudlist.ErrManifestKey},
		"another domain":       {statement, listKey, manifestDay, nil, cloudlist.ErrManifestKey},
		"no signature":         {good[:bytes.IndexByte(good, '\n')], listKey, manifestDay, nil, cloudlist.ErrManifestKey},
		"a changed byte":       {bytes.Replace(good, []byte("shopee"), []byte("shopef"), 1), listKey, manifestDay, nil, cloudlist.ErrManifestKey},
		"a line more":          {append(slices.Clone(good), '\n'), listKey, manifestDay, nil, cloudlist.ErrManifestKey},
		"nothing":              {nil, listKey, manifestDay, nil, cloudlist.ErrManifestKey},
		"too large":            {make([]byte, cloudlist.MaxManifest+1), listKey, manifestDay, nil, cloudlist.ErrManifestSize},
		"expired":              {good, listKey, manifestDay.Add(24 * time.Hour), nil, cloudlist.ErrManifestExpired},
		"a version back":       {good, listKey, manifestDay, map[cloudlist.ListID]uint64{id: 5}, cloudlist.ErrManifestOlder},
		"another format":       {body(`{"format":2,"lists":7}`), listKey, manifestDay, nil, cloudlist.ErrManifestFormat},
		"no manifest":          {body(`[]`), listKey, manifestDay, nil, cloudlist.ErrManifest},
		"a name that is none":  {body(`{"format":1,"made":1,"expires":2,"lists":[{"snapshot":"../up"}]}`), listKey, manifestDay, nil, cloudlist.ErrManifest},
		"a list without bytes": {body(`{"format":1,"made":1,"expires":2,"lists":[{"marketplace":"shopee","epoch":1,"version":1}]}`), listKey, manifestDay, nil, cloudlist.ErrManifest},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if _, err := cloudlist.OpenManifest(c.data, public(c.key), c.now, c.seen); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestManifestIsNotSigned(t *testing.T) {
	for name, change := range map[string]func(*cloudlist.Manifest){
		"expires before it is made": func(m *cloudlist.Manifest) { m.Expires = m.Made },
		"out of order":              func(m *cloudlist.Manifest) { slices.Reverse(m.Lists) },
		"twice":                     func(m *cloudlist.Manifest) { m.Lists[1] = m.Lists[0] },
		"a path":                    func(m *cloudlist.Manifest) { m.Lists[0].Marketplace = "../a" },
		"a delta to nowhere":        func(m *cloudlist.Manifest) { m.Lists[0].Deltas[3].To = 5 },
		"a delta back":              func(m *cloudlist.Manifest) { m.Lists[0].Deltas[0].From = 2 },
		"deltas out of order":       func(m *cloudlist.Manifest) { slices.Reverse(m.Lists[0].Deltas) },
		"a huge delta":              func(m *cloudlist.Manifest) { m.Lists[0].Deltas[0].Size = cloudlist.MaxDelta + 1 },
		"a huge snapshot":           func(m *cloudlist.Manifest) { m.Lists[0].Size = cloudlist.MaxSnapshot + 1 },
		"too many lists":            func(m *cloudlist.Manifest) { m.Lists = make([]cloudlist.ManifestEntry, cloudlist.MaxLists+1) },
		"too many deltas": func(m *cloudlist.Manifest) {
			m.Lists[0].Deltas = make([]cloudlist.ManifestDelta, cloudlist.MaxDeltas+1)
		},
	} {
		m := sampleManifest()
		change(&m)
		if _, err := cloudlist.SignManifest(listKey, m); !errors.Is(err, cloudlist.ErrManifest) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// All that the bounds allow fits into the bytes that they allow.
func TestLargestManifest(t *testing.T) {
	m := cloudlist.Manifest{Made: 1, Expires: manifestDay.Unix() + 1}
	for i := range 40 {
		list := cloudlist.ManifestEntry{
			ListID:  cloudlist.ListID{Marketplace: "a_marketplace_" + strings.Repeat("z", i), Epoch: 1},
			Version: 1 << 40, Size: cloudlist.MaxSnapshot,
		}
		for d := range uint64(cloudlist.MaxDeltas) {
			list.Deltas = append(list.Deltas, cloudlist.ManifestDelta{From: 1<<39 + d, To: 1<<39 + d + 1, Size: cloudlist.MaxDelta})
		}
		m.Lists = append(m.Lists, list)
	}
	signed := signManifest(t, m)
	if _, err := cloudlist.OpenManifest(signed, public(listKey), manifestDay, nil); err != nil {
		t.Fatal(len(signed), err)
	}
}

func TestWay(t *testing.T) {
	list := sampleManifest().Lists[0]
	small := list
	small.Size = 700
	cases := map[string]struct {
		list cloudlist.ManifestEntry
		from uint64
		want []uint64 // versions in between and at the end
		ok   bool
	}{
		"nothing newer":            {list, 4, nil, true},
		"one":                      {list, 3, []uint64{4}, true},
		"two":                      {list, 2, []uint64{3, 4}, true},
		"three small for one":      {list, 1, []uint64{2, 3, 4}, true},
		"nothing here":             {list, 0, nil, false},
		"from elsewhere":           {list, 77, nil, false},
		"the snapshot is smaller":  {small, 1, nil, false},
		"the snapshot is not":      {small, 3, []uint64{4}, true},
		"no deltas to the version": {cloudlist.ManifestEntry{Version: 9, Size: 1, Deltas: list.Deltas}, 1, nil, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			deltas, ok := c.list.Way(c.from)
			var to []uint64
			for _, d := range deltas {
				to = append(to, d.To)
			}
			if ok != c.ok || !slices.Equal(to, c.want) {
				t.Fatalf("got %v %v", to, ok)
			}
		})
	}
	direct := list
	direct.Deltas = slices.Clone(list.Deltas)
	direct.Deltas[2].Size = 900
	if deltas, ok := direct.Way(1); !ok || len(deltas) != 1 || deltas[0].To != 4 {
		t.Fatalf("the one large delta is the shorter way, got %v %v", deltas, ok)
	}
}

// People and other programs can read it.
func TestManifestIsALineOfJSON(t *testing.T) {
	line, _, _ := bytes.Cut(signManifest(t, cloudlist.Manifest{Made: 1, Expires: 2}), []byte("\n"))
	var m map[string]any
	if err := json.Unmarshal(line, &m); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"format": 1.0, "made": 1.0, "expires": 2.0, "lists": []any{}}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Fatal(diff)
	}
}
