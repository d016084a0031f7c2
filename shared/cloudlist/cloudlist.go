// Package cloudlist is the format of the cloud's list, on bytes: which buyers
// other sellers marked, how many of them, for which reasons, and when last.
//
// A snapshot is all of one marketplace in one epoch at one version: short tags in
// ascending order, Rice-coded in buckets that are found without reading the rest,
// so that a lookup on a mapped file touches a few pages. A delta leads from one
// version to another. A manifest, signed, names both by their hashes. FORMAT.md
// says every bit.
//
// All of it is network input. What is read here is checked before it is used,
// allocates no more than a stated bound whatever its length fields say, and ends
// in an error or an answer, never in a panic. The package imports
// shared/cloudtrust, shared/problem and the standard library; it opens no file and
// no socket.
package cloudlist

import (
	"encoding/hex"

	"blackmark/shared/problem"
)

// Bounds of what is written and read.
const (
	MaxSnapshot    = 1 << 30 // bytes of a snapshot
	MaxDelta       = 1 << 28 // bytes of a delta
	MaxReasons     = 32      // reasons that one list can name
	MaxReason      = 64      // bytes of a reason's code
	MaxMarketplace = 64      // bytes of a marketplace's code
	MaxCount       = 255     // counts saturate here
	MaxPeriods     = 16      // periods that a list looks back, the current one included
)

// What can be wrong with a list, a delta, or what is to be written.
var (
	ErrDamaged = problem.New(problem.Damaged, "list_damaged",
		"the list of other sellers' marks does not check", "it is fetched again by itself; the last good one stays in use")
	ErrFormat = problem.New(problem.Damaged, "list_format",
		"the list of other sellers' marks has a newer format", "update Blackmark; the last good one stays in use")
	ErrTooLarge = problem.New(problem.TooLarge, "list_too_large",
		"the list of other sellers' marks is larger than Blackmark reads", "tell the cloud's operator")
	ErrMisfit = problem.New(problem.Conflict, "list_misfit",
		"this change does not belong to the list that is here", "the whole list is fetched instead")
	ErrUnordered = problem.New(problem.Invalid, "list_unordered",
		"the entries are not in ascending order of their tags, each once", "sort them")
	ErrEntry = problem.New(problem.Invalid, "list_entry",
		"an entry has no counts, counts for a reason that is not named, or a period that the list does not reach",
		"leave it out")
	ErrHeader = problem.New(problem.Invalid, "list_header",
		"the head of the list is not complete or names too much", "see the limits in cloudlist")
)

// PeriodDays is how many days make a period.
const PeriodDays = 30

// Period counts spans of PeriodDays days since 1970-01-01: all that a list tells
// about when a buyer was last marked.
type Period uint16

// PeriodOf is the period of a day, counted from 1970-01-01.
func PeriodOf(day uint32) Period { return Period(day / PeriodDays) }

// FirstDay is the first day of the period, counted from 1970-01-01.
func (p Period) FirstDay() uint32 { return uint32(p) * PeriodDays }

// Name is the SHA-256 with which a snapshot or a delta ends, over all before it:
// the name of its file, in hex.
type Name [32]byte

// String is the name in lower-case hex, 64 characters.
func (n Name) String() string { return hex.EncodeToString(n[:]) }

// ErrName says that a text is not a Name.
var ErrName = problem.New(problem.Invalid, "list_name",
	"this is not the name of a list", "a name has 64 characters of lower-case hex")

// ParseName reads what String wrote, and nothing else; ErrName.
func ParseName(text string) (Name, error) {
	var n Name
	if len(text) != hex.EncodedLen(len(n)) {
		return Name{}, ErrName
	}
	if _, err := hex.Decode(n[:], []byte(text)); err != nil || n.String() != text {
		return Name{}, ErrName
	}
	return n, nil
}

// MarshalText is String.
func (n Name) MarshalText() ([]byte, error) { return []byte(n.String()), nil }

// UnmarshalText is ParseName.
func (n *Name) UnmarshalText(text []byte) error {
	parsed, err := ParseName(string(text))
	if err != nil {
		return err
	}
	*n = parsed
	return nil
}

// Header says what a snapshot is.
type Header struct {
	Marketplace string
	Epoch       uint32
	Version     uint64   // from 1; rises with every publication of this marketplace and epoch
	Made        uint32   // day, counted from 1970-01-01
	Count       uint64   // entries
	Reasons     []string // codes in the order of Entry.Counts; grows at the end only
}

// Entry is one buyer on the list.
type Entry struct {
	Tag    uint64            // tag.Tag.Short
	Counts [MaxReasons]uint8 // accounts per reason, by the place in Header.Reasons; 255 stands for more
	Seen   Period            // of the latest mark
}
