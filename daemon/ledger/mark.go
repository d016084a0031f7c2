package ledger

import (
	"time"

	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// Limits of one mark and one call.
const (
	MaxKeys  = 8    // keys of one buyer
	MaxNote  = 1000 // characters of a note
	MaxName  = 200  // characters of a name
	MaxBatch = 100  // marks or cancels in one call
)

// How a mark came to be.
const (
	ViaClick  = "click"
	ViaBatch  = "batch"
	ViaCLI    = "cli"
	ViaPopup  = "popup"
	ViaImport = "import"
)

// The states of an outcome.
const (
	Marked        = "marked"    // the buyer was not marked before
	Replaced      = "replaced"  // the buyer was marked; this mark took the old one's place
	Already       = "already"   // the buyer was marked, and IfAbsent left him as he is
	Refused       = "refused"   // nothing was done; the problem says why
	CancelledNow  = "cancelled" // the mark is gone
	AbsentAlready = "absent"    // there was no such mark
	UndoneNow     = "undone"    // the mark is gone, or the one before it is back
	ChangedSince  = "changed"   // the buyer was marked anew since, and stays so
)

// By which life of key a buyer was matched.
const (
	ByPermanent = "permanent" // a key that stays with its buyer
	ByChanges   = "changes"   // only a key that can change hands, or whose life is not known
)

// Order names the order on which a buyer was marked.
type Order struct {
	Marketplace string `json:"marketplace"`
	Region      string `json:"region,omitempty"`
	Number      string `json:"number"`
}

// Mark is one entry of My Blacklist.
type Mark struct {
	ID     string      `json:"id"`   // 32 lower-case hex digits
	Keys   []buyer.Key `json:"keys"` // canonical, of one marketplace and region; the primary one first
	Name   string      `json:"name,omitempty"`
	Reason string      `json:"reason"`
	Note   string      `json:"note,omitempty"`
	Order  *Order      `json:"order,omitempty"`
	At     time.Time   `json:"at"`           // UTC
	By     string      `json:"by,omitempty"` // the member; empty: the master account
	Via    string      `json:"via"`
	Seq    uint64      `json:"seq"` // of its record in the journal
	// Echo: other sellers' reports on the buyer were shown when the mark was made.
	Echo bool `json:"echo,omitempty"`
	// Import is the id of the import that made the mark; empty: none did.
	Import string `json:"import,omitempty"`
	// Own are the keys that are the buyer's without what the seller joined to him;
	// empty: all.
	Own []buyer.Key `json:"own,omitempty"`
}

// NewMark asks for a mark.
type NewMark struct {
	ID       string      `json:"id"`   // 32 lower-case hex digits, random, made by the caller
	Keys     []buyer.Key `json:"keys"` // need not be canonical
	Name     string      `json:"name,omitempty"`
	Reason   string      `json:"reason"`
	Note     string      `json:"note,omitempty"`
	Order    *Order      `json:"order,omitempty"`
	By       string      `json:"by,omitempty"`
	Via      string      `json:"via"`
	IfAbsent bool        `json:"if_absent,omitempty"` // an already marked buyer is left as he is
	// Undo is the id of a cancel: what that took stands again, all of it and as it was;
	// a buyer who was marked since is left as he is. Where the cancel is not known the
	// mark is made as asked, with IfAbsent.
	Undo string `json:"undo,omitempty"`
	// Made is when the mark was first made, for one that comes from elsewhere;
	// zero, or a time to come, means now.
	Made time.Time `json:"made,omitzero"`
	// Import is the id of the import that the mark is a part of: 32 lower-case
	// hex digits. An import leaves alone what it made itself, and a mark that
	// says the same already; what it leaves alone is not written down.
	Import string `json:"import,omitempty"`
	// One: the daemon holds the keys for one buyer's, even where they were marked
	// separately; the new mark takes the place of all of those.
	One bool `json:"-"`
	// Without are keys that are not kept with the mark: the daemon knows that only
	// pages joined them to the buyer, and a mark outlives what pages say.
	Without []buyer.Key `json:"-"`
	// Own are the buyer's keys without those that the seller joined to him; empty:
	// nothing is. Where the seller splits them again, the mark stays with his own.
	Own []buyer.Key `json:"-"`
	// Echo is what the daemon knew, not what was asked: the same request sent
	// again is the same, whatever other sellers reported meanwhile.
	Echo bool `json:"-"`
}

// Outcome is what became of a NewMark.
type Outcome struct {
	ID      string         `json:"id"`
	State   string         `json:"state"`          // Marked, Already, Replaced or Refused
	Mark    *Mark          `json:"mark,omitempty"` // the mark that stands; for Already the older one
	Problem *problem.Error `json:"problem,omitempty"`
}

// NewCancel asks to take a mark away.
type NewCancel struct {
	ID   string      `json:"id"`             // 32 lower-case hex digits, random, made by the caller
	Mark string      `json:"mark,omitempty"` // the mark's id; it decides where both are given
	Keys []buyer.Key `json:"keys,omitempty"` // or any key of the buyer
	// Also are keys that the daemon holds for the same buyer's: marks on these are
	// taken away too.
	Also []buyer.Key `json:"-"`
}

// Cancelled is what became of a NewCancel.
type Cancelled struct {
	ID      string         `json:"id"`
	Mark    string         `json:"mark,omitempty"`
	State   string         `json:"state"`         // CancelledNow, AbsentAlready or Refused
	Was     *Mark          `json:"was,omitempty"` // the mark that was taken away
	Problem *problem.Error `json:"problem,omitempty"`
}

// Match is the answer for one buyer.
type Match struct {
	Mark *Mark  `json:"mark,omitempty"` // nil: not marked
	By   string `json:"by,omitempty"`   // ByPermanent, ByChanges, or empty
}

// Query asks for a page of My Blacklist.
type Query struct {
	Text        string // part of an id or a name; case means nothing
	Marketplace string // empty: all
	Cursor      string // Page.Next of the page before; empty: the first
	Limit       int    // 1 to 1,000; 0 means 50
}

// Page is marks, the newest first.
type Page struct {
	Marks []Mark `json:"marks"`
	Next  string `json:"next,omitempty"` // empty: this is the last page
	Total int    `json:"total"`          // of all pages
}

// Counts sums up My Blacklist.
type Counts struct {
	Buyers         int            `json:"buyers"`
	PerMarketplace map[string]int `json:"per_marketplace"`
}

// Change tells a subscriber that the answer for these keys is another now.
type Change struct {
	Keys []buyer.Key
	Mark *Mark // nil: cancelled
	Seq  uint64
	Gone []string // the ids of the marks that do not stand any more
}

// Health is how the ledger is.
type Health struct {
	ReadOnly   bool           // no mark can be saved until the problem is solved
	Problem    *problem.Error // why, or nil
	Rebuilding bool           // the index is being built; answers come from memory
	Records    uint64         // in the journal
	Torn       int            // unfinished tails found and kept beside the journal
}
