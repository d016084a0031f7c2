package wire

import "blackmark/shared/buyer"

// Buyers with several names, and how well the sites' pages are understood.
//
//	POST /v1/buyers/join      AliasQuery -> Aliases     two keys are one buyer's, the seller says
//	POST /v1/buyers/split     AliasQuery -> Aliases     they are not, whatever was seen
//	POST /v1/buyers/aliases   AliasesQuery -> Aliases   what is joined to a buyer, and why
//	GET  /v1/sites            SiteReports               per site and page
//	POST /v1/sites/forget     SiteReports               counts begin anew

// AliasBasis says why two keys are held to be one buyer's, or not.
type AliasBasis string

const (
	BySeller AliasBasis = "seller" // the seller said so; it beats everything seen
	ByObject AliasBasis = "object" // one object of a response named both
	ByOrders AliasBasis = "orders" // two or more orders were seen under both
	ByOrder  AliasBasis = "order"  // one order alone, or orders that contradict: not joined, only asked
)

// AliasQuery names two keys, of two kinds of one marketplace and region.
type AliasQuery struct {
	ID    string    `json:"id"` // 32 lower-case hexadecimal digits, random: sent again it changes nothing
	Key   buyer.Key `json:"key"`
	Other buyer.Key `json:"other"`
}

// AliasesQuery names a buyer.
type AliasesQuery struct {
	Keys []buyer.Key `json:"keys"`
}

// Alias is what is known of two keys.
type Alias struct {
	Key    buyer.Key  `json:"key"`
	Other  buyer.Key  `json:"other"`
	Joined bool       `json:"joined"` // false: split by the seller, or only asked
	Basis  AliasBasis `json:"basis"`
	Orders int        `json:"orders"`       // seen under both; 0 for BySeller
	At     string     `json:"at,omitempty"` // RFC 3339; when the seller said it
}

// Aliases is all that touches a buyer, and his keys as they stand now. To undo a
// join is to split, and the other way about; the last that the seller said stands.
type Aliases struct {
	Keys    []buyer.Key `json:"keys"`
	Aliases []Alias     `json:"aliases"`
}

// PageLook is one settled look of the extension at a page that a definition
// names. It holds counts alone: no address, no text, no order.
type PageLook struct {
	Site    string `json:"site"`
	Page    string `json:"page"` // as the definition calls it; empty: the site was opened, and no page of the definition has that address
	Version int    `json:"version"`
	List    bool   `json:"list,omitempty"` // a page that lists orders
	Rows    int    `json:"rows"`
	Buyers  int    `json:"buyers"`           // rows whose buyer the page names, or of whom it says why it does not
	Empty   bool   `json:"empty,omitempty"`  // the page says itself that there is nothing
	Unsure  bool   `json:"unsure,omitempty"` // no rows, and nothing is known by which the page could say so
}

// PageLooks tells the daemon of looks, one a page and life of it.
type PageLooks struct {
	Type  string     `json:"type" ts:"'looks'"`
	ID    int64      `json:"id"`
	Looks []PageLook `json:"looks"` // 1 to MaxRows
}

// SiteTrouble says what is wrong with a page, if anything.
type SiteTrouble string

const (
	TroubleNone   SiteTrouble = ""
	TroubleRows   SiteTrouble = "no_rows"   // it matched and gave no rows, where it used to or never did
	TroubleBuyers SiteTrouble = "no_buyers" // it gave rows and no buyers, where it used to give some
	TroubleMoved  SiteTrouble = "moved"     // a list that was opened day after day is opened no more, and the site is
)

// SitePage is how one page of a site was understood.
type SitePage struct {
	Site    string      `json:"site"`
	Page    string      `json:"page"`
	Version int         `json:"version"` // of the definition that looked last
	Looks   int         `json:"looks"`
	Found   int         `json:"found"`            // looks that found rows
	Rows    int         `json:"rows"`             // of all looks
	Buyers  int         `json:"buyers"`           // of all looks
	Last    string      `json:"last"`             // RFC 3339; the last look
	Good    string      `json:"good,omitempty"`   // RFC 3339; the last look that was understood
	Missed  int         `json:"missed,omitempty"` // looks since then that were not
	Trouble SiteTrouble `json:"trouble,omitempty"`
	Unsure  bool        `json:"unsure,omitempty"` // the last look found no rows, and nothing is known by which the page could say that it has none
	List    bool        `json:"list,omitempty"`   // it lists orders
	// Days are the last ten on which a list gave rows, oldest first, as 2026-11-22 in UTC.
	Days []string `json:"days,omitempty"`
	// Elsewhere is how often the site was opened since a list was, at addresses that no page has.
	Elsewhere *Elsewhere `json:"elsewhere,omitempty"`
}

// Elsewhere counts the documents of a site that no page of its definition fits.
// Where they were is not kept.
type Elsewhere struct {
	Visits int    `json:"visits"`
	Days   int    `json:"days"` // different ones
	Last   string `json:"last"` // RFC 3339
}

// SiteReports is how the pages were understood, troubled ones first.
type SiteReports struct {
	Pages []SitePage `json:"pages"`
}
