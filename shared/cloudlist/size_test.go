package cloudlist_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"blackmark/shared/cloudlist"
)

// What a million buyers cost on the wire, and a day on which one in a hundred
// comes, goes, and is marked again.
func TestSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("a million entries")
	}
	const million = 1_000_000
	rng := rand.New(rand.NewPCG(1, 2))
	all := entries(rng, million+million/100)
	var before, after, again []cloudlist.Entry
	for i, e := range all {
		if i%101 != 0 {
			before = append(before, e)
		}
		if i%101 == 1 {
			continue
		}
		after = append(after, e)
		if i%101 == 2 {
			e = entry(rng, e.Tag)
		}
		again = append(again, e)
	}
	first := write(t, header(len(before), 1), before)
	second := open(t, write(t, header(len(after), 2), after))
	third := open(t, write(t, header(len(again), 2), again))
	churn := writeDelta(t, open(t, first), second)
	busy := writeDelta(t, open(t, first), third)
	t.Logf("snapshot %d bytes, delta %d, with as many marked again %d", len(first), len(churn), len(busy))
	if len(first) > 10_000_000 {
		t.Errorf("a million buyers take %d bytes", len(first))
	}
	if len(churn) > 250_000 {
		t.Errorf("a day takes %d bytes", len(churn))
	}
	delta, err := cloudlist.OpenDelta(busy)
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if name, err := cloudlist.Apply(&file, open(t, first), delta); err != nil || name != third.Name() {
		t.Fatal("the day does not lead to the next list", err)
	}
	if !slices.Equal(slices.Collect(open(t, file.Bytes()).All()), again) {
		t.Fatal("the next list has other entries")
	}
}
