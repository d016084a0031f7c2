package cloudlist

import (
	"encoding/binary"
	"errors"
	"io"
	"iter"
	"slices"
)

// Delta leads from one snapshot to another of the same marketplace and epoch. It
// keeps the bytes it was opened on, which must not change.
type Delta struct {
	from     uint64
	fromName Name
	header   Header // of the snapshot to which it leads
	cut      layout
	toName   Name
	name     Name

	ops  uint64
	rice uint8
	bits bitReader
}

// op is what happens to one tag: it has this entry now, or is gone.
type op struct {
	entry Entry
	gone  bool
}

// WriteDelta writes what changed between two snapshots and returns the delta's
// name: for every tag that came or changed its entry, for every other that it is
// gone. ErrMisfit if they are not of one marketplace and epoch, if the second is
// not the newer one, or if it does not keep the reasons of the first in place.
func WriteDelta(w io.Writer, from, to *List) (Name, error) {
	if !leads(from.header, to.header) {
		return Name{}, ErrMisfit
	}
	var ops uint64
	for range changes(from, to) {
		ops++
	}
	rice := riceFor(ops)
	out := newSealer(w, deltaMagic)
	head := appendHeader(nil, to.header, to.cut)
	head = binary.LittleEndian.AppendUint64(head, from.header.Version)
	head = append(head, from.name[:]...)
	head = append(head, to.name[:]...)
	head = binary.LittleEndian.AppendUint64(head, ops)
	out.write(append(head, rice))

	code := to.header.counts()
	var bits bitWriter
	var next uint64 // the smallest tag that may come
	for change := range changes(from, to) {
		bits.rice(change.entry.Tag-next, rice)
		next = change.entry.Tag + 1
		if change.gone {
			bits.put(0, 1)
			continue
		}
		bits.put(1, 1)
		code.write(&bits, &change.entry)
	}
	out.write(bits.flush())
	return out.seal(MaxDelta)
}

// leads tells whether a delta may lead from one snapshot to another.
func leads(from, to Header) bool {
	return from.Marketplace == to.Marketplace && from.Epoch == to.Epoch && from.Version < to.Version &&
		len(from.Reasons) <= len(to.Reasons) && slices.Equal(from.Reasons, to.Reasons[:len(from.Reasons)])
}

// changes are the ops between two lists in ascending order of their tags.
func changes(from, to *List) iter.Seq[op] {
	return func(yield func(op) bool) {
		was, is := from.cursor(), to.cursor()
		for was.ok || is.ok {
			var change op
			changed := true
			switch {
			case !is.ok || was.ok && was.entry.Tag < is.entry.Tag:
				change = op{Entry{Tag: was.entry.Tag}, true}
				was.next()
			case !was.ok || is.entry.Tag < was.entry.Tag:
				change = op{entry: is.entry}
				is.next()
			default:
				changed = was.entry != is.entry
				change = op{entry: is.entry}
				was.next()
				is.next()
			}
			if changed && !yield(change) {
				return
			}
		}
	}
}

// OpenDelta checks a delta, all of it, once. It returns ErrTooLarge, ErrFormat or
// ErrDamaged, and allocates less than 16 kB whatever the delta says.
func OpenDelta(data []byte) (*Delta, error) {
	if len(data) > MaxDelta {
		return nil, ErrTooLarge
	}
	head, name, err := unseal(data, deltaMagic)
	if err != nil {
		return nil, err
	}
	d := &Delta{name: name}
	d.header, d.cut = head.header()
	d.from, d.fromName, d.toName = head.u64(), head.name(), head.name()
	d.ops, d.rice = head.u64(), head.u8()
	if head.bad || d.from == 0 || d.from >= d.header.Version || d.rice > 63 {
		return nil, damaged("the head does not check")
	}
	end := len(data) - hashSize
	d.bits = bitReader{data: data, pos: uint64(end-len(head.data)) * 8, end: uint64(end) * 8}

	r := d.reader()
	for r.next() {
	}
	if r.left > 0 || !r.bits.done() {
		return nil, damaged("the changes do not decode")
	}
	return d, nil
}

// From is the version where the delta starts, at least 1.
func (d *Delta) From() uint64 { return d.from }

// FromName is the name of the snapshot where the delta starts.
func (d *Delta) FromName() Name { return d.fromName }

// Header is the header of the snapshot to which the delta leads. Its reasons are
// the delta's own: not to be written to.
func (d *Delta) Header() Header { return d.header }

// ToName is the name of the snapshot to which the delta leads.
func (d *Delta) ToName() Name { return d.toName }

// Name is the hash at the delta's end.
func (d *Delta) Name() Name { return d.name }

// opReader stands on one op after the other.
type opReader struct {
	op
	bits    bitReader
	code    counts
	rice    uint8
	left    uint64
	started bool
}

func (d *Delta) reader() opReader {
	return opReader{bits: d.bits, code: d.header.counts(), rice: d.rice, left: d.ops}
}

// next goes to the next op; false once there are no more, or one does not decode.
func (r *opReader) next() bool {
	if r.left == 0 || r.bits.bad {
		return false
	}
	var smallest uint64
	if r.started {
		if smallest = r.entry.Tag + 1; smallest == 0 {
			r.bits.fail()
			return false
		}
	}
	r.started = true
	tag := smallest + r.bits.rice(r.rice, ^uint64(0)-smallest)
	r.op = op{Entry{Tag: tag}, r.bits.take(1) == 0}
	if !r.gone {
		r.code.read(&r.bits, &r.entry)
	}
	if r.bits.bad {
		return false
	}
	r.left--
	return true
}

// Apply writes the snapshot to which the delta leads from the list and returns
// its name: the very bytes from which the delta was made. ErrMisfit before the
// first byte if the delta does not start at this very list; ErrDamaged if the
// outcome is not what the delta promised: what was written is then worth nothing.
func Apply(w io.Writer, list *List, delta *Delta) (Name, error) {
	if list.name != delta.fromName || list.header.Version != delta.from {
		return Name{}, ErrMisfit
	}
	// The table of buckets grows with the promised count: it must be one that the
	// changes can lead to.
	if !leads(list.header, delta.header) || delta.header.Count > list.header.Count+delta.ops {
		return Name{}, damaged("the delta does not lead from its own start")
	}
	name, err := writeCut(w, delta.header, delta.cut, merged(list, delta))
	if errors.Is(err, ErrHeader) || errors.Is(err, ErrEntry) || errors.Is(err, ErrUnordered) {
		return Name{}, ErrDamaged.Because(err)
	}
	if err == nil && name != delta.toName {
		return Name{}, damaged("the delta leads to another list than it says")
	}
	return name, err
}

// merged are the list's entries as the delta leaves them, in ascending order.
func merged(list *List, delta *Delta) iter.Seq[Entry] {
	return func(yield func(Entry) bool) {
		change := delta.reader()
		more := change.next()
		for e := range list.All() {
			for more && change.entry.Tag < e.Tag {
				if !change.gone && !yield(change.entry) {
					return
				}
				more = change.next()
			}
			if more && change.entry.Tag == e.Tag {
				continue
			}
			if !yield(e) {
				return
			}
		}
		for ; more; more = change.next() {
			if !change.gone && !yield(change.entry) {
				return
			}
		}
	}
}
