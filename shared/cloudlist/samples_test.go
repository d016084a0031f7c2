package cloudlist_test

import (
	"bytes"
	"crypto/sha256"
	"math/rand/v2"
	"slices"
	"testing"

	"blackmark/shared/cloudlist"
)

// day is the day on which the sample lists are made.
const day = 20_700

var reasons = []string{"returns", "malicious_feedback", "card_fraud", "extortion", "unpaid",
	"chargeback", "quality_dispute", "refuses_delivery", "harassment"}

func header(count int, version uint64) cloudlist.Header {
	return cloudlist.Header{Marketplace: "made_up", Epoch: 3, Version: version, Made: day,
		Count: uint64(count), Reasons: reasons}
}

// entries are so many made-up buyers in ascending order: five marks each in the
// mean, two at least, most of them for one reason.
func entries(rng *rand.Rand, count int) []cloudlist.Entry {
	all := make([]cloudlist.Entry, 0, count)
	taken := map[uint64]bool{}
	for len(all) < count {
		if tag := rng.Uint64(); !taken[tag] {
			taken[tag] = true
			all = append(all, entry(rng, tag))
		}
	}
	slices.SortFunc(all, byTag)
	return all
}

func byTag(a, b cloudlist.Entry) int {
	switch {
	case a.Tag < b.Tag:
		return -1
	case a.Tag > b.Tag:
		return 1
	}
	return 0
}

func entry(rng *rand.Rand, tag uint64) cloudlist.Entry {
	marks := 2
	for rng.IntN(4) > 0 { // three more in the mean
		marks++
	}
	most := rng.IntN(len(reasons))
	e := cloudlist.Entry{Tag: tag, Seen: cloudlist.PeriodOf(day) - cloudlist.Period(rng.IntN(13))}
	for range min(marks, cloudlist.MaxCount) {
		if rng.IntN(5) < 3 {
			e.Counts[most]++
		} else {
			e.Counts[rng.IntN(len(reasons))]++
		}
	}
	return e
}

func write(t testing.TB, h cloudlist.Header, all []cloudlist.Entry) []byte {
	t.Helper()
	var file bytes.Buffer
	name, err := cloudlist.Write(&file, h, slices.Values(all))
	if err != nil {
		t.Fatal(err)
	}
	if file.Len() < len(name) || !bytes.Equal(name[:], file.Bytes()[file.Len()-len(name):]) {
		t.Fatal("a snapshot does not end in its name")
	}
	return file.Bytes()
}

func open(t testing.TB, data []byte) *cloudlist.List {
	t.Helper()
	l, err := cloudlist.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func writeDelta(t testing.TB, from, to *cloudlist.List) []byte {
	t.Helper()
	var file bytes.Buffer
	if _, err := cloudlist.WriteDelta(&file, from, to); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// reseal makes the hash right again after a file was changed.
func reseal(data []byte) []byte {
	body := data[:max(len(data)-sha256.Size, 0)]
	sum := sha256.Sum256(body)
	return append(slices.Clone(body), sum[:]...)
}
