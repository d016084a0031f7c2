package cloudlist

import (
	"encoding/binary"
	"math/bits"
)

// bitReader reads bits, in each byte the lowest first. Once something did not
// fit, bad stays true and everything reads as zero.
type bitReader struct {
	data []byte // eight bytes are loaded at once: the file's hash must stand behind end
	pos  uint64 // in bits
	end  uint64 // in bits
	bad  bool
}

// load gives the next bits, at least 57 of them, with zeros above; pos is below end.
func (r *bitReader) load() uint64 {
	return binary.LittleEndian.Uint64(r.data[r.pos>>3:]) >> (r.pos & 7)
}

// take reads n bits, 0 to 64.
func (r *bitReader) take(n uint8) uint64 {
	if n > 56 {
		low := r.take(32)
		return low | r.take(n-32)<<32
	}
	if uint64(n) > r.end-r.pos {
		r.fail()
		return 0
	}
	if n == 0 {
		return 0
	}
	value := r.load() & (1<<n - 1)
	r.pos += uint64(n)
	return value
}

// unary reads zeros up to a one and returns how many there were, at most limit.
func (r *bitReader) unary(limit uint64) uint64 {
	var zeros uint64
	for r.pos < r.end {
		if word := r.load(); word != 0 {
			n := uint64(bits.TrailingZeros64(word))
			r.pos += n + 1
			zeros += n
			if r.pos > r.end || zeros > limit {
				break
			}
			return zeros
		}
		skipped := 64 - r.pos&7
		r.pos += skipped
		zeros += skipped
	}
	r.fail()
	return 0
}

func (r *bitReader) fail() {
	r.bad = true
	r.pos = r.end
}

// rice reads a number of at most limit that bitWriter.rice wrote.
func (r *bitReader) rice(parameter uint8, limit uint64) uint64 {
	high := r.unary(limit >> parameter)
	value := high<<parameter | r.take(parameter)
	if value > limit {
		r.fail()
		return 0
	}
	return value
}

// done tells whether all was read but for less than a byte of zeros.
func (r *bitReader) done() bool {
	left := r.end - r.pos
	return left < 8 && r.take(uint8(left)) == 0 && !r.bad
}

// bitWriter writes what bitReader reads.
type bitWriter struct {
	bytes []byte
	last  uint64 // bits that do not fill a byte yet
	n     uint8  // how many, 0 to 7
}

// put writes the lowest n bits of a value that has no others, 0 to 64.
func (w *bitWriter) put(value uint64, n uint8) {
	if n > 56 {
		w.put(value&(1<<32-1), 32)
		w.put(value>>32, n-32)
		return
	}
	w.last |= value << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.bytes = append(w.bytes, byte(w.last))
		w.last >>= 8
	}
}

func (w *bitWriter) unary(zeros uint64) {
	for ; zeros >= 32; zeros -= 32 {
		w.put(0, 32)
	}
	w.put(1<<zeros, uint8(zeros)+1)
}

// rice writes a number: what is above the parameter's bits in unary, then those.
func (w *bitWriter) rice(value uint64, parameter uint8) {
	w.unary(value >> parameter)
	w.put(value&(1<<parameter-1), parameter)
}

// flush fills the last byte with zeros and gives all bytes.
func (w *bitWriter) flush() []byte {
	if w.n > 0 {
		w.bytes = append(w.bytes, byte(w.last))
		w.last, w.n = 0, 0
	}
	return w.bytes
}

func (w *bitWriter) reset() { w.bytes, w.last, w.n = w.bytes[:0], 0, 0 }

// riceFor is the parameter for so many numbers spread evenly over 64 bits: the
// binary logarithm of their mean distance, rounded down.
func riceFor(count uint64) uint8 {
	if count < 2 {
		return 63
	}
	return uint8(64 - bits.Len64(count-1))
}
