package ledger

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"blackmark/shared/buyer"
)

// entryFormat is the version of a payload in the journal. A later one adds to
// it; what was written stays readable for ever.
const entryFormat = 1

// What an entry records. Decisions are recorded, not questions: reading a
// journal again never judges anew.
const (
	opMark    = "mark"    // a mark; it takes the place of Of where that is set
	opAlready = "already" // asked for a mark, but Of stood already
	opCancel  = "cancel"  // Of was taken away
	opAbsent  = "absent"  // asked to take a mark away that was not there
	opJoin    = "join"    // the two keys are one buyer's
	opSplit   = "split"   // they are not
	opForget  = "forget"  // a buyer was forgotten: the entries of Forgot are gone
)

// entry is one payload of the journal.
type entry struct {
	Format  int       `json:"format"`
	Op      string    `json:"op"`
	ID      string    `json:"id"`
	Content string    `json:"content"` // hash of what was asked, to know it again
	At      time.Time `json:"at"`
	Of      string    `json:"of,omitempty"`

	Keys   []buyer.Key `json:"keys,omitempty"`
	Name   string      `json:"name,omitempty"`
	Reason string      `json:"reason,omitempty"`
	Note   string      `json:"note,omitempty"`
	Order  *Order      `json:"order,omitempty"`
	By     string      `json:"by,omitempty"`
	Via    string      `json:"via,omitempty"`
	Echo   bool        `json:"echo,omitempty"`
	Made   time.Time   `json:"made,omitzero"`    // when the mark was first made, where that is not At
	Import string      `json:"import,omitempty"` // the import that made it
	Undid  string      `json:"undid,omitempty"`  // the import of which this takes a mark back

	// What a mark is by itself, so that it can be divided where the seller splits the
	// buyer: the keys that are his without what the seller joined, where that is not
	// all; the marks that it took the place of beside Of; and since when he is marked
	// without a break, where neither At nor Of says so.
	On    []buyer.Key `json:"on,omitempty"`
	Took  []string    `json:"took,omitempty"`
	Stood time.Time   `json:"stood,omitzero"`

	// Rank is the sequence of the mark that this one brings back: of several that a
	// changing key finds, the newest counts.
	Rank uint64 `json:"rank,omitempty"`

	Forgot []string `json:"forgot,omitempty"` // what hideID makes of the ids of forgotten entries

	// These two are not part of the payload.
	seq  uint64
	live bool
}

var errEntryFormat = errors.New("unknown format")

func (e *entry) encode() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(e)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

func decodeEntry(payload []byte) (*entry, error) {
	var e entry
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	if e.Format != entryFormat {
		return nil, fmt.Errorf("%w %d", errEntryFormat, e.Format)
	}
	return &e, nil
}

func (e *entry) mark() *Mark {
	at := e.At
	if !e.Made.IsZero() {
		at = e.Made
	}
	return &Mark{
		ID: e.ID, Keys: e.Keys, Name: e.Name, Reason: e.Reason, Note: e.Note, Order: e.Order,
		At: at, By: e.By, Via: e.Via, Seq: e.seq, Echo: e.Echo, Import: e.Import, Own: e.On,
	}
}

// rank is what a mark's age is compared by.
func (e *entry) rank() uint64 {
	if e.Rank > 0 {
		return e.Rank
	}
	return e.seq
}

// idSize is the length of the id of a mark or a cancel.
const idSize = 32

func entryKey(id string) string   { return "i/" + id }
func buyerKey(k buyer.Key) string { return "k/" + k.String() }
func timeKey(seq uint64) string {
	return timePrefix + string(binary.BigEndian.AppendUint64(nil, math.MaxUint64-seq))
}

const timePrefix = "t/"

// seqOfTimeKey is the sequence in a key that timeKey made.
func seqOfTimeKey(key string) uint64 {
	return math.MaxUint64 - binary.BigEndian.Uint64([]byte(key[len(timePrefix):]))
}

// stored is the entry as a table holds it.
func (e *entry) stored(payload []byte) []byte {
	b := make([]byte, 0, 9+len(payload))
	if e.live {
		b = append(b, 1)
	} else {
		b = append(b, 0)
	}
	b = binary.BigEndian.AppendUint64(b, e.seq)
	return append(b, payload...)
}

func decodeStored(b []byte) (*entry, error) {
	if len(b) < 9 {
		return nil, errors.New("the index holds a short entry")
	}
	e, err := decodeEntry(b[9:])
	if err != nil {
		return nil, fmt.Errorf("the index: %w", err)
	}
	e.live, e.seq = b[0] == 1, binary.BigEndian.Uint64(b[1:])
	return e, nil
}

// getEntry returns nil where there is no such id.
func getEntry(v getter, id string) (*entry, error) {
	b, err := v.get(entryKey(id))
	if b == nil || err != nil {
		return nil, err
	}
	return decodeStored(b)
}

// getter is the part of a view that a single look-up needs.
type getter interface {
	get(key string) ([]byte, error)
}

// searchText is what a search looks at: the id of the mark, its marketplace,
// and in lower case its name and ids. No part holds a line break.
func (e *entry) searchText() []byte {
	var b strings.Builder
	b.WriteString(e.ID + "\n" + e.Keys[0].Marketplace + "\n" + strings.ToLower(e.Name))
	for _, k := range e.Keys {
		b.WriteString("\n" + strings.ToLower(k.ID))
	}
	return []byte(b.String())
}
