package journal

import (
	"fmt"
	"io"
	"math"
	"slices"
)

// strideSize is how many records one look back reads.
const strideSize = 256

// stride is where some consecutive records lie in the file.
type stride struct {
	first    uint64 // sequence of the first of them
	from, to int64
}

// strides are the places of the records, as far as they were asked for.
type strides struct {
	list  []stride
	spans int   // that were gone through to their end
	at    int64 // up to where the span after these was
	count int   // records in the last of the list
}

// Last is a sequence after every record.
const Last = math.MaxUint64

// Record is one record as Before gives it.
type Record struct {
	Seq     uint64
	Payload []byte // nil where it was forgotten
}

// Before gives at most 256 records that come before seq, the last first; none where
// there are no more. The first call reads the whole journal to learn where they lie.
func (j *Journal) Before(seq uint64) ([]Record, error) {
	j.reading.RLock()
	defer j.reading.RUnlock()
	f, s, err := j.strideBefore(seq)
	if err != nil {
		return nil, fmt.Errorf("read the journal again: %w", err)
	}
	if s == (stride{}) {
		return nil, nil
	}
	var records []Record
	for r := newReader(f, s.from, s.to); ; {
		rec, _, err := r.next()
		if err == io.EOF || err == nil && rec.seq >= seq {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("read the journal again: %w", err)
		}
		records = append(records, Record{rec.seq, slices.Clone(rec.payload)})
	}
	slices.Reverse(records)
	return records, nil
}

// strideBefore is where the records directly before seq lie; the zero value where
// there are none.
func (j *Journal) strideBefore(seq uint64) (File, stride, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.learn(); err != nil {
		return nil, stride{}, err
	}
	list := j.strides.list
	n, _ := slices.BinarySearchFunc(list, seq, func(s stride, seq uint64) int {
		if s.first < seq {
			return -1
		}
		return 1
	})
	if n == 0 {
		return nil, stride{}, nil
	}
	return j.f, list[n-1], nil
}

// learn notes where the records lie that came since the last time. The caller
// holds mu.
func (j *Journal) learn() error {
	known := &j.strides
	for ; known.spans < len(j.spans); known.spans++ {
		s := j.spans[known.spans]
		r := newReader(j.f, max(s.from, known.at), s.to)
		for {
			rec, at, err := r.next()
			if err == io.EOF {
				break
			}
			if err != nil {
				return err
			}
			if known.count == 0 || known.count == strideSize || at == s.from {
				known.list, known.count = append(known.list, stride{first: rec.seq, from: at}), 0
			}
			known.list[len(known.list)-1].to = r.off
			known.count++
			known.at = r.off
		}
		if known.spans == len(j.spans)-1 {
			return nil // the last one grows
		}
	}
	return nil
}
