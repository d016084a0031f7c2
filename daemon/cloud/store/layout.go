package store

import (
	"bytes"
	"encoding/binary"

	"blackmark/shared/cloudlist"
	"blackmark/shared/tag"
)

// The tables: the first byte of every key.
const (
	tableReport     = 'r'
	tableDirty      = 'd'
	tableDue        = 'u'
	tableOwner      = 'o'
	tableTombstone  = 't'
	tableVersion    = 'v'
	tableSettled    = 's'
	tableAccount    = 'a'
	tableRequest    = 'q'
	tableLeaving    = 'l'
	tableDevice     = 'k'
	tableInvitation = 'i'
	tableEpoch      = 'e'
	tableMeta       = 'm'
)

// listKey begins every key of a list's tables: the epoch, then the marketplace
// with a zero behind it, so that no list is the beginning of another.
func listKey(table byte, list cloudlist.ListID) []byte {
	key := make([]byte, 0, 128)
	key = append(key, table)
	return appendList(key, list)
}

func appendList(key []byte, list cloudlist.ListID) []byte {
	key = binary.BigEndian.AppendUint32(key, list.Epoch)
	key = append(key, list.Marketplace...)
	return append(key, 0)
}

// readList reads a list and gives what stands behind it.
func readList(key []byte) (cloudlist.ListID, []byte, bool) {
	if len(key) < 5 {
		return cloudlist.ListID{}, nil, false
	}
	name, rest, found := bytes.Cut(key[4:], []byte{0})
	return cloudlist.ListID{Marketplace: string(name), Epoch: binary.BigEndian.Uint32(key)}, rest, found
}

func tagKey(table byte, list cloudlist.ListID, t tag.Tag) []byte {
	return append(listKey(table, list), t[:]...)
}

func ownerKey(list cloudlist.ListID, short uint64) []byte {
	return binary.BigEndian.AppendUint64(listKey(tableOwner, list), short)
}

func dirtyKey(list cloudlist.ListID, version uint64, t tag.Tag) []byte {
	key := binary.BigEndian.AppendUint64(listKey(tableDirty, list), version)
	return append(key, t[:]...)
}

func dueKey(day uint32, list cloudlist.ListID, t tag.Tag) []byte {
	key := binary.BigEndian.AppendUint32([]byte{tableDue}, day)
	return append(appendList(key, list), t[:]...)
}

// row is the key of a report, as far as it can be read without the key.
type row struct {
	list   cloudlist.ListID
	tag    tag.Tag
	who    [16]byte // account pseudonym
	member [16]byte // member pseudonym
}

func (r row) key() []byte {
	key := tagKey(tableReport, r.list, r.tag)
	key = append(key, r.who[:]...)
	return append(key, r.member[:]...)
}

// readRow reads the key of a report.
func readRow(key []byte) (row, bool) {
	list, rest, ok := readList(key[1:])
	if !ok || len(rest) != 32+16+16 {
		return row{}, false
	}
	r := row{list: list}
	copy(r.tag[:], rest)
	copy(r.who[:], rest[32:])
	copy(r.member[:], rest[48:])
	return r, true
}

// said is the value of a report.
type said struct {
	day     uint32 // of the mark
	from    uint64 // the first version of the list that can hold it
	weighs  uint32 // the day on which its account begins to count; 0 if it did
	expires uint32 // the day on which it is gone
	reason  string
}

// saidSize is how long a value is before the reason.
const saidSize = 20

func (s said) bytes() []byte {
	value := binary.BigEndian.AppendUint32(nil, s.day)
	value = binary.BigEndian.AppendUint64(value, s.from)
	value = binary.BigEndian.AppendUint32(value, s.weighs)
	value = binary.BigEndian.AppendUint32(value, s.expires)
	return append(value, s.reason...)
}

func readSaid(value []byte) (said, bool) {
	if len(value) <= saidSize {
		return said{}, false
	}
	return said{
		day:     binary.BigEndian.Uint32(value),
		from:    binary.BigEndian.Uint64(value[4:]),
		weighs:  binary.BigEndian.Uint32(value[12:]),
		expires: binary.BigEndian.Uint32(value[16:]),
		reason:  string(value[saidSize:]),
	}, true
}

// due are the days on which the tag has to be counted again.
func (s said) due() []uint32 {
	if s.weighs == 0 {
		return []uint32{s.expires}
	}
	return []uint32{s.weighs, s.expires}
}
