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
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"blackmark/shared/cloudlist"
)

func TestReadsBackWhatWasWritten(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	ends := []cloudlist.Entry{entry(rng, 0), entry(rng, math.MaxUint64)}
	sequence := make([]cloudlist.Entry, 3000)
	for i := range sequence {
		sequence[i] = entry(rng, uint64(i))
	}
	crowd := sequence
	for i := range crowd {
		crowd[i].Tag += math.MaxUint64 - uint64(len(crowd)) + 1
	}
	lists := map[string][]cloudlist.Entry{
		"none": nil, "ends": ends, "ends and between": slices.Insert(slices.Clone(ends), 1, entries(rng, 200)...),
		"first tags": sequence, "last tags": crowd,
	}
	for _, n := range []int{1, 2, 3, 31, 32, 33, 64, 65, 1000, 5000} {
		lists[strings.Repeat("i", n%97)+" random"] = entries(rng, n)
	}
	for name, all := range lists {
		t.Run(name, func(t *testing.T) {
			l := open(t, write(t, header(len(all), 5), all))
			if diff := cmp.Diff(header(len(all), 5), l.Header()); diff != "" {
				t.Fatal(diff)
			}
			if !slices.Equal(slices.Collect(l.All()), all) {
				t.Fatal("other entries")
			}
			isOn := map[uint64]cloudlist.Entry{}
			for _, e := range all {
				isOn[e.Tag] = e
			}
			for _, e := range all {
				for _, tag := range []uint64{e.Tag - 1, e.Tag, e.Tag + 1} {
					want, on := isOn[tag]
					if got, found := l.Find(tag); found != on || got != want {
						t.Fatalf("tag %d: found %v, on the list %v", tag, found, on)
					}
				}
			}
			if all, want := l.FindAll([]uint64{0, 1, math.MaxUint64}), len(l.FindAll([]uint64{0}))+len(l.FindAll([]uint64{1}))+len(l.FindAll([]uint64{math.MaxUint64})); len(all) != want {
				t.Fatalf("all at once %d, one by one %d", len(all), want)
			}
		})
	}
}

// A list that a newer cloud made names reasons that this program does not know.
func TestUnknownReasonsSurvive(t *testing.T) {
	h := header(1, 1)
	h.Reasons = append(slices.Clone(reasons), "something_of_later")
	e := cloudlist.Entry{Tag: 9, Seen: cloudlist.PeriodOf(day)}
	e.Counts[9] = cloudlist.MaxCount
	l := open(t, write(t, h, []cloudlist.Entry{e}))
	if got, ok := l.Find(9); !ok || got != e || l.Header().Reasons[9] != "something_of_later" {
		t.Fatalf("found %v %+v under %v", ok, got, l.Header().Reasons)
	}
}

func TestEveryCountAndPeriod(t *testing.T) {
	var all []cloudlist.Entry
	h := header(0, 1)
	h.Reasons = nil
	for i := range cloudlist.MaxReasons {
		h.Reasons = append(h.Reasons, "reason_"+strings.Repeat("x", i))
	}
	for count := 1; count <= cloudlist.MaxCount; count++ {
		e := cloudlist.Entry{Tag: uint64(count) << 40, Seen: cloudlist.PeriodOf(day) - cloudlist.Period(count%cloudlist.MaxPeriods)}
		e.Counts[count%cloudlist.MaxReasons] = uint8(count)
		e.Counts[cloudlist.MaxReasons-1] = uint8(count)
		all = append(all, e)
	}
	h.Count = uint64(len(all))
	if !slices.Equal(slices.Collect(open(t, write(t, h, all)).All()), all) {
		t.Fatal("other entries")
	}
}

func TestWriteRefuses(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	good := entries(rng, 40)
	change := func(f func(*cloudlist.Header, []cloudlist.Entry)) (cloudlist.Header, []cloudlist.Entry) {
		h, all := header(len(good), 1), slices.Clone(good)
		h.Reasons = slices.Clone(reasons)
		f(&h, all)
		return h, all
	}
	cases := map[string]struct {
		change func(*cloudlist.Header, []cloudlist.Entry)
		want   error
	}{
		"no version":         {func(h *cloudlist.Header, _ []cloudlist.Entry) { h.Version = 0 }, cloudlist.ErrHeader},
		"no marketplace":     {func(h *cloudlist.Header, _ []cloudlist.Entry) { h.Marketplace = "" }, cloudlist.ErrHeader},
		"a path":             {func(h *cloudlist.Header, _ []cloudlist.Entry) { h.Marketplace = "../up" }, cloudlist.ErrHeader},
		"a reason twice":     {func(h *cloudlist.Header, _ []cloudlist.Entry) { h.Reasons[1] = h.Reasons[0] }, cloudlist.ErrHeader},
		"a long reason":      {func(h *cloudlist.Header, _ []cloudlist.Entry) { h.Reasons[1] = strings.Repeat("r", 65) }, cloudlist.ErrHeader},
		"too many reasons":   {func(h *cloudlist.Header, _ []cloudlist.Entry) { h.Reasons = make([]string, 33) }, cloudlist.ErrHeader},
		"more than promised": {func(h *cloudlist.Header, _ []cloudlist.Entry) { h.Count-- }, cloudlist.ErrHeader},
		"less than promised": {func(h *cloudlist.Header, _ []cloudlist.Entry) { h.Count++ }, cloudlist.ErrHeader},
		"out of order":       {func(_ *cloudlist.Header, e []cloudlist.Entry) { e[3], e[4] = e[4], e[3] }, cloudlist.ErrUnordered},
		"twice":              {func(_ *cloudlist.Header, e []cloudlist.Entry) { e[4] = e[3] }, cloudlist.ErrUnordered},
		"no counts":          {func(_ *cloudlist.Header, e []cloudlist.Entry) { e[4].Counts = [32]uint8{} }, cloudlist.ErrEntry},
		"an unnamed reason":  {func(_ *cloudlist.Header, e []cloudlist.Entry) { e[4].Counts[9] = 1 }, cloudlist.ErrEntry},
		"seen tomorrow":      {func(_ *cloudlist.Header, e []cloudlist.Entry) { e[4].Seen = cloudlist.PeriodOf(day) + 1 }, cloudlist.ErrEntry},
		"seen long ago":      {func(_ *cloudlist.Header, e []cloudlist.Entry) { e[4].Seen = cloudlist.PeriodOf(day) - 16 }, cloudlist.ErrEntry},
		"nothing (control)":  {func(*cloudlist.Header, []cloudlist.Entry) {}, nil},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h, all := change(c.change)
			if _, err := cloudlist.Write(io.Discard, h, slices.Values(all)); !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
		})
	}
}

func TestWriteReturnsTheWritersError(t *testing.T) {
	all := entries(rand.New(rand.NewPCG(3, 4)), 50_000)
	for _, room := range []int{0, 100_000} {
		if _, err := cloudlist.Write(&full{room}, header(len(all), 1), slices.Values(all)); !errors.Is(err, errFull) {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
	}
}

var errFull = errors.New("full")

// full takes so many bytes and no more.
type full struct{ room int }

func (f *full) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}

// A changed byte and a missing end are found, wherever they are.
func TestDamageIsFound(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	a, b := entries(rng, 300), entries(rng, 20)
	old := open(t, write(t, header(len(a), 1), a))
	snapshot := write(t, header(len(b), 2), b)
	delta := writeDelta(t, old, open(t, snapshot))
	opens := func(data []byte) error {
		_, asList := cloudlist.Open(data)
		_, asDelta := cloudlist.OpenDelta(data)
		if asList == nil || asDelta == nil {
			return nil
		}
		return asList
	}
	for name, file := range map[string][]byte{"snapshot": snapshot, "delta": delta} {
		if err := opens(file); err != nil {
			t.Fatal("the control does not open:", err)
		}
		for i := range file {
			changed := slices.Clone(file)
			changed[i] ^= 1 << rng.IntN(8)
			if opens(changed) == nil {
				t.Fatalf("%s: byte %d changed and nobody saw it", name, i)
			}
			if opens(file[:i]) == nil {
				t.Fatalf("%s: cut after %d bytes and nobody saw it", name, i)
			}
			if opens(reseal(file[:i])) == nil {
				t.Fatalf("%s: cut after %d bytes, with a new hash, and nobody saw it", name, i)
			}
		}
		if opens(append(slices.Clone(file), 0)) == nil {
			t.Fatalf("%s: a byte more and nobody saw it", name)
		}
	}
}

// Who can seal can still not make two files of one list: a bit changed under a
// new hash is refused, or makes another list, which is written as it was read.
func TestOneFileForOneList(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	all := entries(rng, 70)
	all[4].Counts[2] = cloudlist.MaxCount
	old := header(1, 2) // so old that an age can reach behind the first period
	old.Made = 31
	lists := map[string][]byte{
		"many": write(t, header(len(all), 2), all),
		"old":  write(t, old, []cloudlist.Entry{{Tag: 5, Counts: all[0].Counts, Seen: 1}}),
	}
	opened := 0
	for name, file := range lists {
		for bit := 12 * 8; bit < (len(file)-32)*8; bit++ { // after the choice of how to cut
			changed := slices.Clone(file)
			changed[bit/8] ^= 1 << (bit % 8)
			changed = reseal(changed)
			l, err := cloudlist.Open(changed)
			if err != nil {
				continue
			}
			opened++
			var again bytes.Buffer
			if _, err := cloudlist.Write(&again, l.Header(), l.All()); err != nil || !bytes.Equal(again.Bytes(), changed) {
				t.Fatalf("%s, bit %d of byte %d: the list has another file too, %v", name, bit%8, bit/8, err)
			}
		}
	}
	if opened < 1000 {
		t.Errorf("only %d bits are free", opened)
	}
}

// A bucket that takes room and says nothing, entries beyond the promised ones, and
// a table that leaves bytes out.
func TestForgedBuckets(t *testing.T) {
	all := entries(rand.New(rand.NewPCG(5, 7)), 10)
	file := write(t, header(len(all), 2), all)
	none := write(t, header(0, 2), nil)
	start := bucketStart(file)
	one := write(t, header(1, 2), []cloudlist.Entry{{Counts: [cloudlist.MaxReasons]uint8{1}, Seen: cloudlist.PeriodOf(day)}})
	for name, forged := range map[string][]byte{
		"a byte between buckets and table": reseal(slices.Insert(slices.Clone(file), len(file)-36, 0)),
		"a byte at a bucket's end":         grow(file, len(file)-36, 0),
		"one entry promised more":          forge(file, 24, 11),
		"one entry promised less":          forge(file, 24, 9),
		"one entry more in the bucket":     forge(file, start, 10),
		"one entry less in the bucket":     forge(file, start, 8),
		"a long varint":                    forge(grow(file, start+1, 0), start, 0x89),
		"an empty bucket that takes room":  grow(none, bucketStart(none), 0),
		"2^64 entries":                     grow(none, bucketStart(none), 255, 255, 255, 255, 255, 255, 255, 255, 255, 1),
		// The one tag is 64 bits, what is said of it starts behind them.
		"a tag above 64 bits": grow(one, bucketStart(one)+1, 0),
		"a count above 255":   grow(one, bucketStart(one)+10, 0),
	} {
		if _, err := cloudlist.Open(forged); !errors.Is(err, cloudlist.ErrDamaged) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := cloudlist.Open(forge(file, 24, 10)); err != nil {
		t.Error("the control does not open:", err)
	}
}

func forge(file []byte, at int, value byte) []byte {
	forged := slices.Clone(file)
	forged[at] = value
	return reseal(forged)
}

// grow makes the only bucket of a file longer, and says so in the table.
func grow(file []byte, at int, more ...byte) []byte {
	forged := slices.Insert(slices.Clone(file), at, more...)
	end := forged[len(forged)-36:]
	binary.LittleEndian.PutUint32(end, binary.LittleEndian.Uint32(end)+uint32(len(more)))
	return reseal(forged)
}

// bucketStart is where the first bucket starts: after the last reason.
func bucketStart(file []byte) int {
	last := reasons[len(reasons)-1]
	return bytes.Index(file, []byte(last)) + len(last)
}

func TestNewerFormat(t *testing.T) {
	file := write(t, header(0, 1), nil)
	file[8]++ // the format
	if _, err := cloudlist.Open(reseal(file)); !errors.Is(err, cloudlist.ErrFormat) {
		t.Fatalf("got %v", err)
	}
}

// Length fields of a hostile list cost nothing.
func TestHostileLengthsAllocateLittle(t *testing.T) {
	all := entries(rand.New(rand.NewPCG(6, 6)), 2000)
	snapshot := write(t, header(len(all), 1), all)
	delta := writeDelta(t, open(t, write(t, header(0, 1), nil)), open(t, write(t, header(len(all), 2), all)))
	const bound = 16 << 10
	for _, file := range [][]byte{snapshot, delta} {
		for i := 8; i < 400; i++ {
			hostile := slices.Clone(file)
			copy(hostile[i:], bytes.Repeat([]byte{0xff}, 8))
			hostile = reseal(hostile)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = cloudlist.Open(hostile)
			_, _ = cloudlist.OpenDelta(hostile)
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > bound {
				t.Fatalf("eight bytes of ones at %d: %d bytes allocated", i, got)
			}
		}
	}
}

func TestPeriods(t *testing.T) {
	if p := cloudlist.PeriodOf(59); p != 1 || p.FirstDay() != 30 {
		t.Fatalf("day 59 is in period %d, which starts on day %d", p, p.FirstDay())
	}
}

func TestNames(t *testing.T) {
	n := open(t, write(t, header(0, 1), nil)).Name()
	if back, err := cloudlist.ParseName(n.String()); err != nil || back != n {
		t.Fatal(back, err)
	}
	for _, text := range []string{"", n.String()[1:], strings.ToUpper(n.String()), n.String() + "0", strings.Repeat("g", 64), strings.Repeat("/", 64)} {
		if _, err := cloudlist.ParseName(text); !errors.Is(err, cloudlist.ErrName) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
