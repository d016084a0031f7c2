package wire

import (
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// Mark is the seller's own entry on a buyer.
type Mark struct {
	ID     string      `json:"id"` // 32 lower-case hexadecimal digits
	Keys   []buyer.Key `json:"keys"`
	Name   string      `json:"name,omitempty"`
	Reason string      `json:"reason"`
	Note   string      `json:"note,omitempty"`
	Order  *Order      `json:"order,omitempty"`
	At     string      `json:"at"`           // RFC 3339, UTC
	By     string      `json:"by,omitempty"` // member; empty for the master
	Via    Via         `json:"via"`
	// Echo: "?" was shown when it was made, and the seller did not say that it is
	// from his own experience. It is not shared unless he says so later.
	Echo bool `json:"echo,omitempty"`
}

// Via says from where a mark was made.
type Via string

const (
	ByClick  Via = "click"
	ByBatch  Via = "batch"
	ByPopup  Via = "popup"
	ByLine   Via = "cli"
	ByImport Via = "import"
)

// NewMark marks a buyer. The id is random and made by whoever marks: the
// same id with the same content, sent again, changes nothing.
type NewMark struct {
	ID       string      `json:"id"`
	Keys     []buyer.Key `json:"keys,omitempty"` // empty: the buyer of the order
	Order    *Order      `json:"order,omitempty"`
	Name     string      `json:"name,omitempty"`
	Reason   string      `json:"reason"`
	Note     string      `json:"note,omitempty"`
	Via      Via         `json:"via"`
	IfAbsent bool        `json:"if_absent,omitempty"` // leave an older mark as it is
	// Undo is the id of a NewCancel: all that it took stands again, as it was. A
	// newer mark is left as it is.
	Undo string `json:"undo,omitempty"`
	// SeenOthers says that "?" stood beside the buyer when the seller marked, and
	// Own that he said, being asked, that it is from his own experience. A mark
	// with SeenOthers and without Own is an echo: it stands on My Blacklist like
	// any other, and is shared only by a ShareQuery with Own.
	SeenOthers bool `json:"seen_others,omitempty"`
	Own        bool `json:"own,omitempty"`
}

// Result says what became of one mark or cancel.
type Result string

const (
	ResultMarked    Result = "marked"
	ResultReplaced  Result = "replaced" // an older mark of this buyer gave way
	ResultAlready   Result = "already"  // left as it was
	ResultCancelled Result = "cancelled"
	ResultAbsent    Result = "absent" // there was no mark
	ResultRefused   Result = "refused"
)

// Outcome is the answer to one NewMark or NewCancel, by its id.
type Outcome struct {
	ID      string         `json:"id"`
	Result  Result         `json:"result"`
	Mark    *Mark          `json:"mark,omitempty"` // the mark now, or the one that was cancelled
	Problem *problem.Error `json:"problem,omitempty"`
}

// NewCancel takes a mark back: the named one, or that of the buyer with
// these keys, or that of the order's buyer.
type NewCancel struct {
	ID    string      `json:"id"`
	Mark  string      `json:"mark,omitempty"`
	Keys  []buyer.Key `json:"keys,omitempty"`
	Order *Order      `json:"order,omitempty"`
}

// MarkBuyers marks up to MaxMarks buyers with one write.
type MarkBuyers struct {
	Type  string    `json:"type" ts:"'mark'"`
	ID    int64     `json:"id"`
	Marks []NewMark `json:"marks"`
}

// CancelMarks takes up to MaxMarks marks back with one write.
type CancelMarks struct {
	Type    string      `json:"type" ts:"'cancel'"`
	ID      int64       `json:"id"`
	Cancels []NewCancel `json:"cancels"`
}

// Outcomes answers MarkBuyers and CancelMarks, one outcome each, in order.
// It is sent after the journal was synced.
type Outcomes struct {
	Type     string    `json:"type" ts:"'outcomes'"`
	ID       int64     `json:"id"`
	Outcomes []Outcome `json:"outcomes"`
}
