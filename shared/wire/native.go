package wire

import "blackmark/shared/buyer"

// Marketplaces' own lists: which buyers the seller chose to put there, and what
// came of each. The extension acts on the page; the daemon remembers, so that
// nothing whose result is not known is ever repeated by itself, and what Blackmark
// put there is never imported from there.
//
//	POST /v1/native/plan    NativeQuery -> NativeList    plans what is not there yet
//	POST /v1/native/result  NativeResults -> NativeList  before sending, and when it is known what came of it
//	POST /v1/native/list    NativeQuery -> NativeList    of these buyers; plans nothing
//	POST /v1/native/find    NativeFind -> NativePage     of a site, the oldest first

// NativeState is how far putting a buyer on a marketplace's own list is.
type NativeState string

const (
	NativePlanned NativeState = "planned"
	NativeSent    NativeState = "sent"    // on its way; after a restart nobody knows what came of it
	NativeProved  NativeState = "proved"  // the page shows the buyer on its list
	NativeFailed  NativeState = "failed"  // the page refused
	NativeUnknown NativeState = "unknown" // nobody knows; it is repeated only where the seller says so
	NativeOff     NativeState = "off"     // no longer on the list, or taken back before he was put there
)

// Native is one buyer on his way to a marketplace's own list.
type Native struct {
	ID    string      `json:"id"` // 32 lower-case hexadecimal digits
	Site  string      `json:"site"`
	Key   buyer.Key   `json:"key"`
	State NativeState `json:"state"`
	At    string      `json:"at"` // RFC 3339, UTC; of this state
}

// NativeQuery names buyers and the site on whose list they are to be.
type NativeQuery struct {
	Site string      `json:"site"` // 1 to 32 of a-z, 0-9 and -
	Keys []buyer.Key `json:"keys"` // 1 to MaxMarks, one for each buyer
	// Again plans those anew of which nobody knows what came of it.
	Again bool `json:"again,omitempty"`
}

// NativeList answers with one entry for each buyer, in order; of one who was never
// planned the id and the state are empty.
type NativeList struct {
	Natives []Native `json:"natives"`
}

// NativeResult says what came of one.
type NativeResult struct {
	ID    string      `json:"id"`
	State NativeState `json:"state"` // planned only of one that was not sent after all
}

// NativeResults carries results.
type NativeResults struct {
	Results []NativeResult `json:"results"` // 1 to MaxMarks
}

// NativeFind asks for what is known of a site's list, the oldest first.
type NativeFind struct {
	Site   string        `json:"site"`
	States []NativeState `json:"states,omitempty"` // none means all
	Cursor string        `json:"cursor,omitempty"` // NativePage.Next of the page before
	Limit  int           `json:"limit,omitempty"`  // 1 to MaxNatives; 0 means that
}

// MaxNatives bounds a NativePage.
const MaxNatives = 1000

// NativePage is a part of what is known of a site's list.
type NativePage struct {
	Natives []Native `json:"natives"`
	Next    string   `json:"next,omitempty"` // empty: there are no more
}
