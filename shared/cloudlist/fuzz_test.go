package cloudlist_test

import (
	"crypto/ed25519"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/cloudlist"
	"blackmark/shared/cloudtrust"
)

// Whatever comes in: an error, or a list on which everything agrees.
func FuzzOpen(f *testing.F) {
	rng := rand.New(rand.NewPCG(21, 1))
	for _, n := range []int{0, 1, 40, 70} {
		f.Add(write(f, header(n, 1), entries(rng, n)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = cloudlist.Open(data)
		l, err := cloudlist.Open(reseal(data))
		if err != nil {
			return
		}
		var count, last uint64
		for e := range l.All() {
			if count > 0 && e.Tag <= last {
				t.Fatal("the tags do not ascend")
			}
			if found, ok := l.Find(e.Tag); !ok || found != e {
				t.Fatal("what is there is not found")
			}
			count, last = count+1, e.Tag
		}
		if count != l.Header().Count {
			t.Fatal("the entries are not as many as the header says")
		}
		l.Find(rng.Uint64())
		if _, err := cloudlist.Write(io.Discard, l.Header(), l.All()); err != nil {
			t.Fatal("what was read cannot be written:", err)
		}
	})
}

func FuzzApply(f *testing.F) {
	rng := rand.New(rand.NewPCG(21, 2))
	all := entries(rng, 60)
	from := open(f, write(f, header(60, 1), all))
	f.Add(writeDelta(f, from, open(f, write(f, header(60, 2), all))))
	f.Add(writeDelta(f, from, open(f, write(f, header(20, 2), all[40:]))))
	after := next(rng, all)
	f.Add(writeDelta(f, from, open(f, write(f, header(len(after), 9), after))))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = cloudlist.OpenDelta(data)
		d, err := cloudlist.OpenDelta(reseal(data))
		if err != nil {
			return
		}
		size := &counter{}
		if name, err := cloudlist.Apply(size, from, d); err == nil && name != d.ToName() {
			t.Fatal("another list than promised")
		}
		if size.n > 64*(len(data)+10_000) {
			t.Fatalf("%d bytes swelled to %d", len(data), size.n)
		}
	})
}

type counter struct{ n int }

func (c *counter) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }

// A body that the right key signed is still not trusted to make sense.
func FuzzManifest(f *testing.F) {
	signed, err := cloudlist.SignManifest(listKey, sampleManifest())
	if err != nil {
		f.Fatal(err)
	}
	body, _ := cloudtrust.Open("blackmark/manifest/1", listKey.Public().(ed25519.PublicKey), signed)
	f.Add(body)
	f.Add([]byte(`{"format":1,"made":1,"expires":2000000000,"lists":null}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		public := listKey.Public().(ed25519.PublicKey)
		_, _ = cloudlist.OpenManifest(body, public, manifestDay, nil)
		m, err := cloudlist.OpenManifest(cloudtrust.Sign("blackmark/manifest/1", listKey, body), public, manifestDay, nil)
		if err != nil {
			return
		}
		for _, list := range m.Lists {
			list.Way(1)
		}
		again, err := cloudlist.SignManifest(listKey, m)
		if err != nil {
			t.Fatal("what was read cannot be signed:", err)
		}
		back, err := cloudlist.OpenManifest(again, public, manifestDay, nil)
		if err != nil {
			t.Fatal(err)
		}
		if third, _ := cloudlist.SignManifest(listKey, back); !cmp.Equal(third, again) {
			t.Fatal("the canonical form is not stable")
		}
	})
}

// manifestDay is when the sample manifest is read.
var manifestDay = time.Unix(day*86_400, 0)
