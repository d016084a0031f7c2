package cloudlist

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// A file starts with its magic and its format, and ends with a hash.
const (
	magicSize = 8
	hashSize  = 32
	format    = 1
)

const (
	snapshotMagic = "blkmlist"
	deltaMagic    = "blkmdelt"
)

// bucketTarget is how many entries a bucket holds at most, on average, when we
// cut it; maxAverage is what a reader bears with.
const (
	bucketTarget = 32
	maxAverage   = 1024
)

// layout is how a snapshot is cut: 2^bucketBits buckets by the first bits of a
// tag, and the Rice parameter of the tags in them. It stands in the file, so that
// another choice in a later version reads and applies all the same.
type layout struct{ bucketBits, riceBits uint8 }

func layoutFor(count uint64) layout {
	l := layout{riceBits: riceFor(count)}
	if count > bucketTarget {
		l.bucketBits = uint8(bits.Len64((count - 1) / bucketTarget))
	}
	return l
}

// fits tells whether a snapshot of so many entries may be cut like this: a bucket
// holds an entry at least and maxAverage at most, on average, and the Rice
// parameter is not so small that a file of short tags swells: a delta, which is
// small, says how the snapshot is cut that it makes.
func (l layout) fits(count uint64) bool {
	return l.bucketBits <= 28 && count>>l.bucketBits <= maxAverage && (l.bucketBits == 0 || count>>l.bucketBits > 0) &&
		l.riceBits <= min(63, l.restBits()) && l.riceBits+2 >= riceFor(count)
}

// restBits are the bits of a tag that its bucket does not tell.
func (l layout) restBits() uint8 { return 64 - l.bucketBits }

// maxRest is the largest number in restBits bits.
func (l layout) maxRest() uint64 { return ^uint64(0) >> l.bucketBits }

// valid tells whether the header keeps its bounds.
func (h Header) valid() bool {
	if !isCode(h.Marketplace, MaxMarketplace) || h.Version == 0 || len(h.Reasons) > MaxReasons {
		return false
	}
	for i, reason := range h.Reasons {
		if !isCode(reason, MaxReason) || slices.Contains(h.Reasons[:i], reason) {
			return false
		}
	}
	return true
}

// isCode tells whether a text is made of a-z, 0-9 and underscores.
func isCode(text string, longest int) bool {
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_' {
			return false
		}
	}
	return len(text) > 0 && len(text) <= longest
}

// fields reads a file's head. Once something did not fit, bad stays true.
type fields struct {
	data []byte // what is left
	bad  bool
}

func (f *fields) next(n int) []byte {
	if f.bad || n > len(f.data) {
		f.bad = true
		return nil
	}
	bytes := f.data[:n]
	f.data = f.data[n:]
	return bytes
}

func (f *fields) u8() uint8 {
	if bytes := f.next(1); bytes != nil {
		return bytes[0]
	}
	return 0
}

func (f *fields) u16() uint16 {
	if bytes := f.next(2); bytes != nil {
		return binary.LittleEndian.Uint16(bytes)
	}
	return 0
}

func (f *fields) u32() uint32 {
	if bytes := f.next(4); bytes != nil {
		return binary.LittleEndian.Uint32(bytes)
	}
	return 0
}

func (f *fields) u64() uint64 {
	if bytes := f.next(8); bytes != nil {
		return binary.LittleEndian.Uint64(bytes)
	}
	return 0
}

func (f *fields) name() (n Name) {
	copy(n[:], f.next(len(n)))
	return n
}

func (f *fields) text() string { return string(f.next(int(f.u8()))) }

// header reads what appendHeader wrote.
func (f *fields) header() (Header, layout) {
	cut := layout{bucketBits: f.u8(), riceBits: f.u8()}
	h := Header{Epoch: f.u32(), Version: f.u64(), Count: f.u64(), Made: f.u32(), Marketplace: f.text()}
	reasons := f.u8()
	f.bad = f.bad || reasons > MaxReasons
	for !f.bad && len(h.Reasons) < int(reasons) {
		h.Reasons = append(h.Reasons, f.text())
	}
	f.bad = f.bad || !h.valid() || !cut.fits(h.Count)
	return h, cut
}

func appendHeader(to []byte, h Header, cut layout) []byte {
	to = append(to, cut.bucketBits, cut.riceBits)
	to = binary.LittleEndian.AppendUint32(to, h.Epoch)
	to = binary.LittleEndian.AppendUint64(to, h.Version)
	to = binary.LittleEndian.AppendUint64(to, h.Count)
	to = binary.LittleEndian.AppendUint32(to, h.Made)
	to = appendText(to, h.Marketplace)
	to = append(to, uint8(len(h.Reasons)))
	for _, reason := range h.Reasons {
		to = appendText(to, reason)
	}
	return to
}

func appendText(to []byte, text string) []byte {
	return append(append(to, uint8(len(text))), text...)
}

// counts is how the counts and the period of an entry are coded: the same in a
// snapshot and in a delta, and dependent on the header alone.
type counts struct {
	reasons uint8
	made    Period
}

func (h Header) counts() counts { return counts{uint8(len(h.Reasons)), PeriodOf(h.Made)} }

// fits tells whether an entry can be written under the header.
func (c counts) fits(e *Entry) bool {
	if e.Seen > c.made || c.made-e.Seen >= MaxPeriods {
		return false
	}
	any := false
	for i, n := range e.Counts {
		if n > 0 && i >= int(c.reasons) {
			return false
		}
		any = any || n > 0
	}
	return any
}

// write writes which counts are not zero, each of those, and the age in periods.
func (c counts) write(w *bitWriter, e *Entry) {
	var mask uint64
	for i, n := range e.Counts {
		if n > 0 {
			mask |= 1 << i
		}
	}
	w.put(mask, c.reasons)
	for ; mask != 0; mask &= mask - 1 {
		n := uint64(e.Counts[bits.TrailingZeros64(mask)])
		width := uint8(bits.Len64(n)) - 1
		w.unary(uint64(width))
		w.put(n&(1<<width-1), width)
	}
	w.put(uint64(c.made-e.Seen), periodBits)
}

// periodBits hold an age below MaxPeriods.
const periodBits = 4

// read reads what write wrote into an entry whose counts are zero.
func (c counts) read(r *bitReader, e *Entry) {
	mask := r.take(c.reasons)
	if mask == 0 {
		r.fail()
	}
	for ; mask != 0; mask &= mask - 1 {
		width := uint8(r.unary(7))
		e.Counts[bits.TrailingZeros64(mask)] = uint8(1<<width | r.take(width))
	}
	age := Period(r.take(periodBits))
	if age > c.made {
		r.fail()
	}
	e.Seen = c.made - age
}
