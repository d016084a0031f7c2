package wire

// What a daemon and the cloud server say to each other: JSON over TLS 1.3. The
// server's key is pinned through the root key whose hash stands in the
// invitation; no public authority is asked. Binary values are base64url
// without padding.
//
//	GET  /v1/trust         Trust            what the root key signed; open to all
//	POST /v1/join          JoinQuery -> Joined
//	GET  /v1/account       Account
//	POST /v1/evaluate      EvaluateQuery -> Evaluated
//	POST /v1/shares        SharesBody -> ShareOutcomes
//	POST /v1/withdrawals   WithdrawalsBody -> ShareOutcomes
//	POST /v1/leave         Left             deletes all that the account shared
//	POST /v1/invitations   Invited          where the operator lets accounts invite
//	GET  /list/manifest    the signed manifest (shared/cloudlist); open to all
//	GET  /list/<name>      snapshots and deltas, named by their SHA-256; open to all
//	GET  /health           open to all
//
// A refusal is a problem.Error with the status of its kind. Codes that a daemon
// acts on: device_unknown (not joined, or left: also the answer to a second
// leave), account_suspended, account_not_served, evaluations_spent,
// requests_often, epoch_unknown, invitation_used, no_space.

// CloudVersion is the version of the cloud's protocol.
//
//	1  2026-11-22  trust, join, account, evaluate, shares, withdrawals, leave, list
//	2  2026-11-22  a device chooses its token itself, so that joining can be repeated
const CloudVersion = 2

// Limits of the cloud's protocol.
const (
	MaxEvaluate = 256 // elements of one evaluation
	MinEvaluate = 16  // an evaluation is padded to a multiple of this
	MaxShares   = 256 // shares or withdrawals of one request
)

// Trust is the root key and what it signed. It is believed only if the key's
// SHA-256 is the one in the invitation.
type Trust struct {
	Version    int      `json:"version"`
	Root       string   `json:"root"`
	Statements []string `json:"statements"`
}

// JoinQuery uses an invitation's token, once. The device chooses its own token,
// 32 random bytes, and keeps it before it asks: the same query sent again, after
// an answer was lost, gives the same account.
type JoinQuery struct {
	Token  string `json:"token"`  // of the invitation
	Device string `json:"device"` // from now on sent as `Authorization: Bearer`
}

// Joined is the new account.
type Joined struct {
	Account string `json:"account"`
	Member  string `json:"member"`
}

// Account is how the account stands.
type Account struct {
	Account     string `json:"account"`
	Weighs      string `json:"weighs"` // RFC 3339; from when its reports count
	Suspended   bool   `json:"suspended"`
	Epoch       uint32 `json:"epoch"`
	Evaluations int    `json:"evaluations"` // left now
	Refills     string `json:"refills"`     // RFC 3339; when more are given
	Shared      int    `json:"shared"`      // rows in the store
}

// EvaluateQuery asks for a batch, blinded.
type EvaluateQuery struct {
	Epoch   uint32   `json:"epoch"`
	Blinded []string `json:"blinded"`
}

// Evaluated is the batch and the proof that the pinned key made it.
type Evaluated struct {
	Epoch     uint32   `json:"epoch"`
	Evaluated []string `json:"evaluated"`
	Proof     string   `json:"proof"`
	Left      int      `json:"left"` // evaluations left
}

// Share is one report: a whole tag, a reason and a day. It carries no name, no
// id, no note and no order.
type Share struct {
	ID          string `json:"id"` // of the request; sent again it changes nothing
	Marketplace string `json:"marketplace"`
	Epoch       uint32 `json:"epoch"`
	Tag         string `json:"tag"` // all 32 bytes
	Reason      string `json:"reason"`
	Day         int    `json:"day"` // days since 1970-01-01, UTC, of the mark
}

// SharesBody carries reports. A later report of the same buyer replaces the
// earlier one of the same member.
type SharesBody struct {
	Shares []Share `json:"shares"`
}

// Withdrawal takes a report back.
type Withdrawal struct {
	ID          string `json:"id"`
	Marketplace string `json:"marketplace"`
	Epoch       uint32 `json:"epoch"`
	Tag         string `json:"tag"`
}

// WithdrawalsBody carries withdrawals.
type WithdrawalsBody struct {
	Withdrawals []Withdrawal `json:"withdrawals"`
}

// ShareOutcome is the answer to one share or withdrawal. Code is empty where
// it was done, else why not: tag_unknown (its short form stands for another
// buyer: evaluate again), buyer_erased, share_quota (tomorrow again),
// reason_not_shared, mark_expired, day_invalid, epoch_unknown, tag_invalid,
// marketplace_unknown, request_invalid. From is the first version of the
// marketplace's list that can hold the change: it never holds it before. It
// holds it later where the account does not weigh yet.
type ShareOutcome struct {
	ID   string `json:"id"`
	Code string `json:"code,omitempty"`
	From uint64 `json:"from"`
}

// ShareOutcomes answers SharesBody and WithdrawalsBody, in order, after the
// store was synced.
type ShareOutcomes struct {
	Outcomes []ShareOutcome `json:"outcomes"`
}

// Left says what leaving deleted.
type Left struct {
	Deleted int `json:"deleted"`
}

// Invited is an invitation in the account's branch, one string, shown once.
type Invited struct {
	Invitation string `json:"invitation"`
	Left       int    `json:"left"` // that the account may still give
}
