package wire

import (
	"blackmark/shared/buyer"
	"blackmark/shared/problem"
)

// Sharing, between the extension or the command line and the daemon.
//
//	GET  /v1/sharing            Sharing
//	POST /v1/sharing/join       InvitationQuery -> Sharing
//	POST /v1/sharing/preview    ShareQuery -> SharePreview
//	POST /v1/sharing/share      ShareQuery -> Sharing
//	POST /v1/sharing/list       ListQuery -> SharedList
//	POST /v1/sharing/withdraw   WithdrawQuery -> Sharing
//	POST /v1/sharing/leave      Sharing
//	POST /v1/sharing/settings   SharingSettings -> Sharing
//	POST /v1/sharing/mute       MuteQuery -> Sharing

// OthersState says whether other sellers' reports on a buyer are known.
type OthersState string

const (
	OthersOff     OthersState = "off"     // this seller has not joined
	OthersPending OthersState = "pending" // not checked yet; Why says why
	OthersChecked OthersState = "checked"
	OthersNever   OthersState = "never" // this kind of identifier is different for each seller
	OthersMuted   OthersState = "muted" // the seller does not want to see any on this buyer
)

// OthersWhy explains OthersPending.
type OthersWhy string

const (
	WhyQueued      OthersWhy = "queued"      // on its way
	WhyUnreachable OthersWhy = "unreachable" // the cloud does not answer; tried again by itself
	WhyQuota       OthersWhy = "quota"       // today's evaluations are spent
	WhyListOld     OthersWhy = "list_old"    // the list is older than 14 days and is not shown
	WhyNoList      OthersWhy = "no_list"     // no list was loaded yet
	WhyRefused     OthersWhy = "refused"     // the cloud's answer did not check, and is not believed
	WhySuspended   OthersWhy = "suspended"   // the operator suspended this account
)

// Recent says how long ago the last report was made.
type Recent string

const (
	RecentMonth   Recent = "month"   // within a month
	RecentQuarter Recent = "quarter" // within three
	RecentHalf    Recent = "half"    // within six
	RecentYear    Recent = "year"    // within twelve
)

// Others is what other sellers reported of a buyer, without the seller's own
// vote. Counts add up to Total: a seller has one vote on a buyer. Shown is
// whether the row shows "?": Total reaches the seller's own threshold after
// the reasons that he ignores.
type Others struct {
	State  OthersState    `json:"state"`
	Why    OthersWhy      `json:"why,omitempty"`
	Counts map[string]int `json:"counts,omitempty"` // reason -> sellers
	Total  int            `json:"total"`
	Recent Recent         `json:"recent,omitempty"`
	Shown  bool           `json:"shown"`
}

// SharingSettings are the seller's own.
type SharingSettings struct {
	Threshold int      `json:"threshold"`         // from how many sellers "?" shows, 1 to 255
	Ignored   []string `json:"ignored,omitempty"` // reasons that do not count
	Auto      []string `json:"auto,omitempty"`    // reasons whose new marks are shared by themselves
	Delay     int      `json:"delay"`             // seconds from mark to share, 60 by default
}

// SharingState says how far the seller has gone.
type SharingState string

const (
	NotJoined SharingState = "off"     // nothing leaves this machine
	IsJoined  SharingState = "joined"  // joined; nothing shared before the seller says so
	IsLeaving SharingState = "leaving" // deletion at the cloud is not acknowledged yet
)

// ListState is the cloud list of one marketplace on this machine.
type ListState struct {
	Marketplace string `json:"marketplace"`
	Buyers      int    `json:"buyers"`
	Version     uint64 `json:"version"`
	Made        string `json:"made"`  // RFC 3339
	Bytes       int64  `json:"bytes"` // on disk
	Old         bool   `json:"old"`   // too old to be shown
}

// Sharing is all about sharing at a glance.
type Sharing struct {
	State     SharingState    `json:"state"`
	Cloud     string          `json:"cloud,omitempty"` // address of the server
	Settings  SharingSettings `json:"settings"`
	Account   *Account        `json:"account,omitempty"` // as last heard
	Shared    int             `json:"shared"`            // reports at the cloud
	Outbox    int             `json:"outbox"`            // changes that wait to be sent
	Unchecked int             `json:"unchecked"`         // buyers that wait for their evaluation
	Checked   int             `json:"checked"`           // buyers whose tag is known
	Lists     []ListState     `json:"lists"`
	Muted     int             `json:"muted"`
	Ahead     int64           `json:"ahead,omitempty"`   // seconds by which this clock is ahead of the cloud's
	Problem   *problem.Error  `json:"problem,omitempty"` // what is wrong now, and what to do
}

// InvitationQuery joins with an invitation, one string.
type InvitationQuery struct {
	Invitation string `json:"invitation"`
}

// ShareQuery names what to share: the marks with these reasons, or one mark.
// Without either it is all marks whose reason says something to strangers: a
// reason that is kept to oneself (shared/reason) is shared only where it is
// named here.
type ShareQuery struct {
	Reasons []string `json:"reasons,omitempty"`
	Mark    string   `json:"mark,omitempty"`
	// Own says that marks made while "?" was shown are the seller's own experience.
	Own bool `json:"own,omitempty"`
}

// SharePreview counts what a ShareQuery would share and why the rest stays.
// ByReason holds the marks of Share by their reason, so that its values add up
// to Share; Share, Shared and the values of Kept add up to the marks that the
// query names.
type SharePreview struct {
	Share    int            `json:"share"`  // marks that would be shared
	Shared   int            `json:"shared"` // that are already
	Kept     map[string]int `json:"kept"`   // why -> marks: no_order, order_later, reason_own, scope, echo, imported, expired
	ByReason map[string]int `json:"by_reason"`
}

// SharedMark is one mark at the cloud.
type SharedMark struct {
	Mark
	SharedAt string `json:"shared_at"` // RFC 3339; acknowledged; empty: on its way
	Leaves   bool   `json:"leaves"`    // a withdrawal is on its way
}

// SharedList is a page of what was shared.
type SharedList struct {
	Marks []SharedMark `json:"marks"`
	Next  string       `json:"next,omitempty"`
	Total int          `json:"total"`
}

// WithdrawQuery takes one mark's report back, or all.
type WithdrawQuery struct {
	Mark string `json:"mark,omitempty"`
	All  bool   `json:"all,omitempty"`
}

// MuteQuery hides other sellers' reports on one buyer, or shows them again.
type MuteQuery struct {
	Keys []buyer.Key `json:"keys"`
	On   bool        `json:"on"`
}
