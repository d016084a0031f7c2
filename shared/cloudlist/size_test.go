package cloudlist_test

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"testing"

	"blackmark/shared/cloudlist"
)

// aDay is a list of a million buyers and what a day makes of it.
type aDay struct {
	first []byte // the list of the morning
	churn []byte // the delta where one in a hundred came and as many went
	busy  []byte // and where as many again were marked once more
	third *cloudlist.List
	again []cloudlist.Entry // of third
}

func makeDay(t testing.TB) aDay {
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
	d := aDay{first: write(t, header(len(before), 1), before), again: again}
	second := open(t, write(t, header(len(after), 2), after))
	d.third = open(t, write(t, header(len(again), 2), again))
	d.churn = writeDelta(t, open(t, d.first), second)
	d.busy = writeDelta(t, open(t, d.first), d.third)
	return d
}

// What a million buyers cost on the wire, and a day on which one in a hundred
// comes, goes, and is marked again.
func TestSizes(t *testing.T) {
	if testing.Short() {
		t.Skip("a million entries")
	}
	d := makeDay(t)
	first, third, churn, busy := d.first, d.third, d.churn, d.busy
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
	if !slices.Equal(slices.Collect(open(t, file.Bytes()).All()), d.again) {
		t.Fatal("the next list has other entries")
	}
}
