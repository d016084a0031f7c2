package cloudlist_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"blackmark/shared/cloudlist"
)

func apply(t testing.TB, from *cloudlist.List, delta []byte) ([]byte, error) {
	t.Helper()
	d, err := cloudlist.OpenDelta(delta)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	name, err := cloudlist.Apply(&file, from, d)
	if err == nil && name != d.ToName() {
		t.Fatal("applied, and another name than promised")
	}
	return file.Bytes(), err
}

// next is what becomes of a list on a day: some go, some are marked again, some come.
func next(rng *rand.Rand, all []cloudlist.Entry) []cloudlist.Entry {
	var after []cloudlist.Entry
	for _, e := range all {
		switch rng.IntN(10) {
		case 0:
			continue
		case 1:
			e = entry(rng, e.Tag)
		}
		after = append(after, e)
	}
	for range rng.IntN(60) {
		after = append(after, entry(rng, rng.Uint64()))
	}
	slices.SortFunc(after, byTag)
	return slices.CompactFunc(after, func(a, b cloudlist.Entry) bool { return a.Tag == b.Tag })
}

// Random histories: every delta leads to the very bytes from which it was made.
func TestHistories(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for history := range 20 {
		all := entries(rng, rng.IntN(400))
		if history == 0 {
			all = nil
		}
		here := open(t, write(t, header(len(all), 1), all))
		first := here
		for version := uint64(2); version < 8; version++ {
			all = next(rng, all)
			h := header(len(all), version)
			h.Made += uint32(version) // a day a version; no period ends
			h.Reasons = slices.Clone(reasons)
			if version > 4 {
				h.Reasons = append(h.Reasons, "of_later")
			}
			want := write(t, h, all)
			for name, from := range map[string]*cloudlist.List{"latest": here, "first": first} {
				got, err := apply(t, from, writeDelta(t, from, open(t, want)))
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("history %d, version %d from the %s one: %v", history, version, name, err)
				}
			}
			here = open(t, want)
		}
	}
}

// A delta across the end of a period: the ages of all entries change, and nothing
// has to be said of them.
func TestAgesNeedNoChanges(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 2))
	all := entries(rng, 1000)
	from := open(t, write(t, header(len(all), 1), all))
	h := header(len(all), 2)
	h.Made += cloudlist.PeriodDays
	want := write(t, h, all)
	delta := writeDelta(t, from, open(t, want))
	if len(delta) > 400 {
		t.Errorf("nothing changed, and that takes %d bytes", len(delta))
	}
	if got, err := apply(t, from, delta); err != nil || !bytes.Equal(got, want) {
		t.Fatal(err)
	}
}

func TestDeltaKnowsWhereItStarts(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	all := entries(rng, 100)
	one := open(t, write(t, header(100, 1), all))
	two := open(t, write(t, header(99, 2), all[1:]))
	delta := writeDelta(t, one, two)
	d, err := cloudlist.OpenDelta(delta)
	if err != nil || d.From() != 1 || d.FromName() != one.Name() || d.Header().Version != 2 || d.ToName() != two.Name() {
		t.Fatalf("%+v, %v", d, err)
	}
	otherEpoch, otherMarketplace := header(100, 1), header(100, 1)
	otherEpoch.Epoch++
	otherMarketplace.Marketplace = "elsewhere"
	for name, from := range map[string]*cloudlist.List{
		"the outcome":             two,
		"another epoch":           open(t, write(t, otherEpoch, all)),
		"another marketplace":     open(t, write(t, otherMarketplace, all)),
		"other entries":           open(t, write(t, header(98, 1), all[2:])),
		"another version of them": open(t, write(t, header(100, 3), all)),
	} {
		file, err := apply(t, from, delta)
		if !errors.Is(err, cloudlist.ErrMisfit) || len(file) > 0 {
			t.Errorf("%s: %v after %d bytes", name, err, len(file))
		}
	}
	if _, err := apply(t, one, delta); err != nil {
		t.Error("the control fails:", err)
	}
}

func TestNoDeltaBetweenStrangers(t *testing.T) {
	all := entries(rand.New(rand.NewPCG(12, 2)), 10)
	from := open(t, write(t, header(10, 5), all))
	for name, change := range map[string]func(*cloudlist.Header){
		"back":                func(h *cloudlist.Header) { h.Version = 4 },
		"on the spot":         func(h *cloudlist.Header) { h.Version = 5 },
		"another epoch":       func(h *cloudlist.Header) { h.Epoch++ },
		"another marketplace": func(h *cloudlist.Header) { h.Marketplace = "elsewhere" },
		"reasons moved":       func(h *cloudlist.Header) { slices.Reverse(h.Reasons) },
	} {
		h := header(10, 6)
		h.Reasons = slices.Clone(reasons)
		change(&h)
		if _, err := cloudlist.WriteDelta(io.Discard, from, open(t, write(t, h, all))); !errors.Is(err, cloudlist.ErrMisfit) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A delta that was sealed by somebody who can seal, and leads elsewhere than it
// says, gives an error and no list.
func TestLyingDelta(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 3))
	all := entries(rng, 200)
	from := open(t, write(t, header(200, 1), all))
	delta := writeDelta(t, from, open(t, write(t, header(150, 2), all[50:])))
	lies, refused := 0, 0
	for i := 10; i < len(delta)-32; i++ {
		lie := slices.Clone(delta)
		lie[i] ^= 1 << rng.IntN(8)
		d, err := cloudlist.OpenDelta(reseal(lie))
		if err != nil {
			continue
		}
		lies++
		if _, err := cloudlist.Apply(io.Discard, from, d); errors.Is(err, cloudlist.ErrDamaged) || errors.Is(err, cloudlist.ErrMisfit) {
			refused++
		}
	}
	if lies < 50 || refused != lies {
		t.Errorf("%d lies open, %d are refused", lies, refused)
	}
}

// A small delta that promises a list of 2^28 entries does not make us lay out the
// table for them.
func TestPromisedCountAllocatesLittle(t *testing.T) {
	last := cloudlist.Entry{Tag: math.MaxUint64, Seen: cloudlist.PeriodOf(day)}
	last.Counts[0] = 1
	from := open(t, write(t, header(0, 1), nil))
	delta := writeDelta(t, from, open(t, write(t, header(1, 2), []cloudlist.Entry{last})))
	delta[10], delta[11] = 28, 36 // how the promised list is cut
	binary.LittleEndian.PutUint64(delta[24:], 1<<28)
	d, err := cloudlist.OpenDelta(reseal(delta))
	if err != nil {
		t.Fatal("the forgery is refused too early:", err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = cloudlist.Apply(io.Discard, from, d)
	runtime.ReadMemStats(&after)
	if !errors.Is(err, cloudlist.ErrDamaged) {
		t.Error(err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<20 {
		t.Errorf("%d bytes allocated", got)
	}
}
