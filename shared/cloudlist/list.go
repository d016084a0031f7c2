package cloudlist

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
)

// List is a checked snapshot. It keeps the bytes it was opened on, which must not
// change, and is safe for use by many goroutines.
type List struct {
	header  Header
	cut     layout
	name    Name
	data    []byte // the whole file
	buckets int    // where they start in data
	ends    int    // where they end, and the table of their ends starts
}

// Open checks a snapshot, all of it, once: one pass that hashes and one that
// decodes. It returns ErrTooLarge, ErrFormat or ErrDamaged, and allocates less
// than 16 kB whatever the snapshot says.
func Open(data []byte) (*List, error) {
	if len(data) > MaxSnapshot {
		return nil, ErrTooLarge
	}
	head, name, err := unseal(data, snapshotMagic)
	if err != nil {
		return nil, err
	}
	header, cut := head.header()
	if head.bad {
		return nil, damaged("the head does not check")
	}
	table := 4 << cut.bucketBits
	if len(head.data) < table {
		return nil, damaged("the table of buckets is cut off")
	}
	l := &List{header: header, cut: cut, name: name, data: data,
		buckets: len(data) - hashSize - len(head.data), ends: len(data) - hashSize - table}
	if err := l.check(); err != nil {
		return nil, err
	}
	return l, nil
}

// unseal checks the magic, the format and the hash, and gives what stands between
// them.
func unseal(data []byte, magic string) (fields, Name, error) {
	if len(data) < magicSize+2+hashSize || string(data[:magicSize]) != magic {
		return fields{}, Name{}, damaged("it does not start as it must")
	}
	body, sum := data[:len(data)-hashSize], data[len(data)-hashSize:]
	head := fields{data: body[magicSize:]}
	if head.u16() != format {
		return fields{}, Name{}, ErrFormat
	}
	name := Name(sha256.Sum256(body))
	if !bytes.Equal(name[:], sum) {
		return fields{}, Name{}, damaged("the hash is another one")
	}
	return head, name, nil
}

func damaged(why string) error { return ErrDamaged.Because(errors.New(why)) }

// check decodes every bucket.
func (l *List) check() error {
	var seen uint64
	start := l.buckets
	for i := range 1 << l.cut.bucketBits {
		end := l.end(i)
		if end < start || end > l.ends {
			return damaged(fmt.Sprintf("bucket %d lies outside", i))
		}
		b := l.bucket(i)
		var e Entry
		for b.next(&e) {
			seen++
		}
		if !b.done() {
			return damaged(fmt.Sprintf("bucket %d does not decode", i))
		}
		start = end
	}
	if start != l.ends || seen != l.header.Count {
		return damaged("the entries are not as many as promised")
	}
	return nil
}

// end is where the bucket ends in data.
func (l *List) end(bucket int) int {
	return l.buckets + int(binary.LittleEndian.Uint32(l.data[l.ends+4*bucket:]))
}

// bucket starts reading the bucket's entries.
func (l *List) bucket(i int) bucketReader {
	start := l.buckets
	if i > 0 {
		start = l.end(i - 1)
	}
	end := l.end(i)
	b := bucketReader{cut: l.cut, code: l.header.counts(), high: uint64(i) << l.cut.restBits()}
	if start == end {
		return b
	}
	size, n := binary.Uvarint(l.data[start:end])
	b.tags = bitReader{data: l.data, pos: uint64(start+max(n, 0)) * 8, end: uint64(end) * 8}
	// An entry takes six bits at least, so more than that many cannot be in it.
	if n != uvarintLen(size) || size >= b.tags.end-b.tags.pos {
		b.tags.fail()
		return b
	}
	b.left = size + 1
	return b
}

func uvarintLen(n uint64) int {
	var buffer [binary.MaxVarintLen64]byte
	return binary.PutUvarint(buffer[:], n)
}

// bucketReader goes through a bucket: first come its tags, then what is said of
// each in the same order. Reading both at once needs no memory.
type bucketReader struct {
	cut  layout
	code counts
	high uint64 // the bits that all tags in the bucket share
	left uint64 // entries not read yet

	tags, rest bitReader
	started    bool
	last       uint64 // the latest tag but for high
}

// nextTag reads a tag without what is said of it.
func (b *bucketReader) nextTag() bool {
	if b.left == 0 || b.tags.bad {
		return false
	}
	b.left--
	limit := b.cut.maxRest()
	if b.started {
		if b.last == limit {
			b.tags.fail()
			return false
		}
		b.last++
	}
	b.last += b.tags.rice(b.cut.riceBits, limit-b.last)
	b.started = true
	return !b.tags.bad
}

// next reads an entry.
func (b *bucketReader) next(e *Entry) bool {
	if !b.started && b.left > 0 {
		ahead := *b
		for ahead.nextTag() {
		}
		b.rest = ahead.tags
	}
	if !b.nextTag() || b.rest.bad {
		return false
	}
	*e = Entry{Tag: b.high | b.last}
	b.code.read(&b.rest, e)
	return !b.rest.bad
}

// done tells whether the bucket was read to its end and all of it fitted.
func (b *bucketReader) done() bool {
	return b.left == 0 && !b.tags.bad && b.rest.done()
}

// Header is what the snapshot says of itself. Its reasons are the list's own: not
// to be written to.
func (l *List) Header() Header { return l.header }

// Name is the hash at the snapshot's end.
func (l *List) Name() Name { return l.name }

// Find looks one short tag up. It reads half a bucket where the tag is not on the
// list, and a bucket where it is.
func (l *List) Find(short uint64) (Entry, bool) {
	b := l.bucket(int(short >> l.cut.restBits()))
	want := short & l.cut.maxRest()
	for place := 0; b.nextTag() && b.last <= want; place++ {
		if b.last == want {
			return b.said(place, short)
		}
	}
	return Entry{}, false
}

// said reads what is said of the entry at a place whose tag was just read.
func (b *bucketReader) said(place int, short uint64) (Entry, bool) {
	for b.nextTag() {
	}
	e := Entry{Tag: short}
	for range place {
		var passed Entry
		b.code.read(&b.tags, &passed)
	}
	b.code.read(&b.tags, &e)
	return e, !b.tags.bad
}

// FindAll looks many up and returns those that are on the list, by their tag.
func (l *List) FindAll(shorts []uint64) map[uint64]Entry {
	found := map[uint64]Entry{}
	for _, short := range shorts {
		if e, ok := l.Find(short); ok {
			found[short] = e
		}
	}
	return found
}

// All goes through the entries in ascending order of their tags.
func (l *List) All() iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		c := l.cursor()
		for c.ok {
			if !yield(c.entry) {
				return
			}
			c.next()
		}
	}
}

// cursor stands on one entry after the other.
type cursor struct {
	list   *List
	at     int
	bucket bucketReader
	entry  Entry
	ok     bool // entry is one; false once there are no more
}

func (l *List) cursor() cursor {
	c := cursor{list: l, bucket: l.bucket(0)}
	c.next()
	return c
}

func (c *cursor) next() {
	for !c.bucket.next(&c.entry) {
		if c.at++; c.at >= 1<<c.list.cut.bucketBits {
			c.ok = false
			return
		}
		c.bucket = c.list.bucket(c.at)
	}
	c.ok = true
}
